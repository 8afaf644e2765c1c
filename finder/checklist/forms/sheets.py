"""Rows of type flowing over sheets of A4: no line is cut, no heading left alone at the foot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from finder.checklist.forms.typesetting import TypeLine

# Points. 15 mm at the sides are within what every printer reaches.
SHEET_WIDTH, SHEET_HEIGHT = 595.28, 841.89
MARGIN = 42.5
TEXT_WIDTH = SHEET_WIDTH - 2 * MARGIN
FOOT_HEIGHT = 20.0
BODY_TOP = SHEET_HEIGHT - 34.0
BODY_BOTTOM = 28.0 + FOOT_HEIGHT
BODY_HEIGHT = BODY_TOP - BODY_BOTTOM

# A row of no more lines stays on one sheet; of a longer one, so many stay together at a break.
LINES_KEPT = 8
LINES_AT_BREAK = 2

Kind = Literal["title", "note", "warning", "heading", "line"]


@dataclass(frozen=True)
class Row:
    """Label lines on the left, value lines on the right, or label lines across the sheet.

    ``heading`` is what stands over the row where a sheet begins with it; ``keep`` forbids that a
    sheet ends with the row. Heights are in points.
    """

    kind: Kind
    labels: tuple[TypeLine, ...]
    values: tuple[TypeLine, ...] = ()
    leading: float = 12.0
    before: float = 0.0
    after: float = 0.0
    keep: bool = False
    heading: "Row | None" = None

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return max(len(self.labels), len(self.values))


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands of a row on one sheet: its lines from ``first`` up to ``last``, at ``top``."""

    row: Row
    first: int
    last: int
    top: float

    @property
    def begins(self) -> bool:
        """Whether the row begins here."""
        return self.first == 0

    @property
    def bottom(self) -> float:
        """Where the piece ends, in points from the foot of the sheet."""
        after = self.row.after if self.last == self.row.lines else 0
        before = self.row.before if self.begins else 0
        return self.top - before - (self.last - self.first) * self.row.leading - after


Sheet = tuple[Piece, ...]


class _Flow:
    """The sheets made so far and the place on the last of them."""

    def __init__(self) -> None:
        self.sheets: list[list[Piece]] = [[]]

    @property
    def top(self) -> float:
        sheet = self.sheets[-1]
        return sheet[-1].bottom if sheet else BODY_TOP

    def turn(self, heading: Row | None) -> None:
        """Begin a sheet, with the heading of what goes on there."""
        self.sheets.append([])
        if heading:
            self.place(heading, 0, heading.lines)

    def place(self, row: Row, first: int, last: int) -> None:
        self.sheets[-1].append(Piece(row, first, last, self.top))


def flow(rows: Sequence[Row]) -> tuple[Sheet, ...]:
    """The rows on as many sheets as they take."""
    flowing = _Flow()
    for index, row in enumerate(rows):
        if flowing.sheets[-1] and flowing.top - _least(rows[index:]) < BODY_BOTTOM:
            flowing.turn(row.heading)
        _place_lines(flowing, row)
    return tuple(tuple(sheet) for sheet in flowing.sheets)


def _place_lines(flowing: _Flow, row: Row) -> None:
    first = 0
    while first < row.lines:
        before = row.before if first == 0 else 0
        room = int((flowing.top - before - row.after - BODY_BOTTOM + 0.01) // row.leading)
        last = min(row.lines, first + max(room, LINES_AT_BREAK))
        if last < row.lines:
            last = max(first + 1, min(last, row.lines - LINES_AT_BREAK))
        flowing.place(row, first, last)
        first = last
        if first < row.lines:
            flowing.turn(row.heading)


def _least(rows: Iterable[Row]) -> float:
    """The height without which the first of these rows may not begin."""
    height = 0.0
    for row in rows:
        lines = row.lines if row.lines <= LINES_KEPT else LINES_AT_BREAK
        height += row.before + lines * row.leading + row.after
        if not row.keep:
            break
    return min(height, BODY_HEIGHT)
