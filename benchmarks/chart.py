"""A chart of lines over two logarithmic axes, as SVG without any library.

Every line has a colour and a dash of its own, and is named below. The colours keep apart for
the colour-blind, and on light and dark ground. Source: Okabe & Ito, Color Universal Design, 2008.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("", "8 4", "2 3", "12 4 2 4", "5 2", "1 4")
PANEL_WIDTH, PANEL_HEIGHT = 420, 320
LEFT, TOP, BOTTOM, BETWEEN = 66, 40, 64, 96
KEY_LINE, KEY_WIDTH = 20, 330
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 }
.title { font-weight: 600; font-size: 15px }
.grid { stroke: #8885; stroke-width: 1 }
.ground { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .ground { fill: #161616 } }
"""


class Line(NamedTuple):
    """A named line through points; both coordinates are above 0."""

    name: str
    points: Sequence[tuple[float, float]]


class Scale(NamedTuple):
    """From numbers to pixels by their logarithm."""

    least: float
    most: float
    start: float
    end: float

    def at(self, number: float) -> float:
        """The pixel of a number."""
        share = math.log10(number / self.least) / math.log10(self.most / self.least)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def decades(self) -> list[float]:
        """The powers of ten on it."""
        first, last = math.floor(math.log10(self.least)), math.ceil(math.log10(self.most))
        return [10.0**n for n in range(first, last + 1) if self.least <= 10.0**n <= self.most]


def draw(panels: Mapping[str, Sequence[Line]], *, across: str, up: str) -> str:
    """The panels side by side with the same axes, and below them the names of the lines."""
    points = [point for lines in panels.values() for line in lines for point in line.points]
    least_up, most_up = _whole_decades([y for _, y in points])
    names = list(dict.fromkeys(line.name for lines in panels.values() for line in lines))
    in_a_row = max(1, len(panels) * (PANEL_WIDTH + BETWEEN) // KEY_WIDTH)
    width = max(LEFT + len(panels) * (PANEL_WIDTH + BETWEEN), LEFT + in_a_row * KEY_WIDTH)
    key_top = TOP + PANEL_HEIGHT + BOTTOM
    height = key_top + KEY_LINE * math.ceil(len(names) / in_a_row) + 10
    body: list[str] = []
    for number, (title, lines) in enumerate(panels.items()):
        left = LEFT + number * (PANEL_WIDTH + BETWEEN)
        xs = [x for x, _ in points]
        x_axis = Scale(min(xs), max(xs), left, left + PANEL_WIDTH)
        y_axis = Scale(least_up, most_up, TOP + PANEL_HEIGHT, TOP)
        body += _axes(title, x_axis, y_axis, across, up)
        for line in lines:
            body += _line(line, names.index(line.name), x_axis, y_axis)
    for place, name in enumerate(names):
        x = LEFT + place % in_a_row * KEY_WIDTH
        y = key_top + place // in_a_row * KEY_LINE
        body.append(f'<path d="M{x},{y}h34" {_stroke(place)}/>')
        body.append(f'<text x="{x + 42}" y="{y + 4}">{escape(name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">\n<title>{escape(up)} by {escape(across)}'
        f'</title>\n<style>{STYLE}</style>\n<rect class="ground" width="100%" height="100%"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _whole_decades(numbers: Sequence[float]) -> tuple[float, float]:
    least, most = math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))
    return 10.0**least, 10.0 ** max(most, least + 1)


def _axes(title: str, x_axis: Scale, y_axis: Scale, across: str, up: str) -> Iterator[str]:
    left, right = x_axis.start, x_axis.end
    yield f'<text class="title" x="{left}" y="{TOP - 16}">{escape(title)}</text>'
    for number in y_axis.decades:
        y = y_axis.at(number)
        yield f'<path class="grid" d="M{left},{y}H{right}"/>'
        yield f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{number:,g}</text>'
    for number in x_axis.decades:
        x = x_axis.at(number)
        yield f'<path class="grid" d="M{x},{y_axis.start}V{y_axis.end}"/>'
        yield f'<text x="{x}" y="{y_axis.start + 20}" text-anchor="middle">{number:,.0f}</text>'
    middle, low = (left + right) / 2, y_axis.start
    yield f'<text x="{middle}" y="{low + 40}" text-anchor="middle">{escape(across)}</text>'
    x, y = left - 50, (y_axis.start + y_axis.end) / 2
    yield (
        f'<text x="{x}" y="{y}" text-anchor="middle" transform="rotate(-90 {x} {y})">'
        f"{escape(up)}</text>"
    )


def _line(line: Line, place: int, x_axis: Scale, y_axis: Scale) -> Iterator[str]:
    pixels = [(x_axis.at(x), y_axis.at(y)) for x, y in line.points]
    way = " L".join(f"{x},{y}" for x, y in pixels)
    yield f'<path d="M{way}" {_stroke(place)}/>'
    colour = COLOURS[place % len(COLOURS)]
    yield from (f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in pixels)


def _stroke(place: int) -> str:
    colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
    return f'fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
