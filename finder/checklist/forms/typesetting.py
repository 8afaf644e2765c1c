"""Lines of type: mixed Japanese and Latin text broken to a width.

Japanese breaks between any two characters but before a closing mark or small kana and after an
opening mark (kinsoku); Latin breaks between words. What is wider than a line breaks anywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from finder.checklist.forms.glyphs import (
    LATIN,
    LATIN_BOLD,
    font_of,
    is_wide,
    printable,
    width_of,
)

NOT_FIRST = frozenset(
    "、。，．・：；？！ー〜～々ゝゞヽヾ）］｝〕〉》」』】〙〗’”…‥％%℃ｰ｡､｣"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶｧｨｩｪｫｬｭｮｯ,.:;?!)]}"
)
NOT_LAST = frozenset("（［｛〔〈《「『【〘〖‘“￥$#([{｢")


@dataclass(frozen=True, slots=True)
class Style:
    """How type looks: its size in points, whether it is bold, its grey (0 is black)."""

    size: float
    bold: bool = False
    grey: float = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style; a line break in it breaks the line, and ``whole`` lets nothing else do so."""

    text: str
    style: Style
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What is drawn at once: text in one font and style, with its width in points."""

    text: str
    font: str
    style: Style
    width: float


@dataclass(frozen=True, slots=True)
class TypeLine:
    """What stands on one line, moved in from the left by ``indent`` points."""

    runs: tuple[Run, ...]
    indent: float = 0

    @property
    def width(self) -> float:
        """How far the line reaches, in points."""
        return self.indent + sum(run.width for run in self.runs)


class Glyph(NamedTuple):
    """One character to be set."""

    char: str
    font: str
    style: Style
    width: float
    whole: bool


def set_lines(
    spans: Iterable[Span], width: float, label: Span | None = None
) -> tuple[TypeLine, ...]:
    """The lines that the spans make at a width in points; none for no text.

    A ``label``, such as a number, stands before the first line, and the others are moved in by it.
    """
    glyphs = list(_glyphs(spans))
    before = _labelled(label, glyphs) if label else ()
    indent = sum(run.width for run in before)
    lines: list[TypeLine] = []
    for paragraph in _paragraphs(glyphs):
        for line in _filled(_units(paragraph), width - indent):
            hanging = _blank_before(line[0]) if lines or not before else 0
            lines.append(TypeLine(_runs(line), indent - hanging))
    if lines and before:
        lines[0] = TypeLine((*before, *lines[0].runs))
    return tuple(lines)


def shortened(text: str, style: Style, width: float) -> TypeLine:
    """The text on one line, with an ellipsis where it had to be cut."""
    glyphs = [glyph for glyph in _glyphs([Span(text, style)]) if glyph.char != "\n"]
    if _reach(glyphs) <= width:
        return TypeLine(_runs(glyphs))
    ellipsis = list(_glyphs([Span("…", style)]))
    while glyphs and _reach(glyphs + ellipsis) > width:
        glyphs.pop()
    return TypeLine(_runs(glyphs + ellipsis))


def _glyphs(spans: Iterable[Span]) -> Iterator[Glyph]:
    for span in spans:
        text = _with_its_ends(span.text)
        wide = _is_japanese(text)
        for char in text:
            font = font_of(char, wide) or LATIN
            if font == LATIN and span.style.bold:
                font = LATIN_BOLD
            width = 0 if char == "\n" else width_of(char, font) * span.style.size
            yield Glyph(char, font, span.style, width, span.whole)


def _is_japanese(text: str) -> bool:
    """Whether so much of a text is wide that its quotation marks and dashes are to be so too."""
    return 3 * sum(map(is_wide, text)) > len(text)


def _with_its_ends(text: str) -> str:
    """What can be printed of a span, with the blank that parts it from its neighbour."""
    before = " " if text.startswith(" ") else ""
    after = " " if text.endswith(" ") else ""
    return before + printable(text) + after if text.strip() else before


def _paragraphs(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    for is_break, paragraph in groupby(glyphs, lambda glyph: glyph.char == "\n"):
        if not is_break:
            yield list(paragraph)


def _units(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """What no line may break, each with the blanks that follow it."""
    unit: list[Glyph] = []
    for glyph in glyphs:
        if unit and _may_break(unit[-1], glyph):
            yield unit
            unit = []
        unit.append(glyph)
    if unit:
        yield unit


def _may_break(before: Glyph, after: Glyph) -> bool:
    if after.char == " " or after.char in NOT_FIRST or before.char in NOT_LAST:
        return False
    if before.whole and after.whole:
        return False
    return before.char == " " or is_wide(before.char) or is_wide(after.char)


def _filled(units: Iterable[list[Glyph]], width: float) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    for unit in units:
        if line and _reach(line + unit) > width:
            yield line
            line = []
        for glyph in unit:
            if line and _reach([*line, glyph]) > width:
                yield line
                line = []
            line.append(glyph)
    if line:
        yield line


def _reach(glyphs: Sequence[Glyph]) -> float:
    return sum(glyph.width for glyph in _without_last_blanks(glyphs))


def _without_last_blanks(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """The glyphs but for the blanks at the end, which hang beyond the margin."""
    end = len(glyphs)
    while end and glyphs[end - 1].char == " ":
        end -= 1
    return glyphs[:end]


def _labelled(label: Span, glyphs: Sequence[Glyph]) -> tuple[Run, ...]:
    """The label, and a blank where the first glyph has none of its own."""
    labelled = _runs(list(_glyphs([label])))
    if glyphs and (blank := _blank_before(glyphs[0])):
        return (*labelled, Run("", LATIN, label.style, blank))
    return (*labelled, Run(" ", LATIN, label.style, width_of(" ", LATIN) * label.style.size))


def _blank_before(glyph: Glyph) -> float:
    """How much of a glyph's left is blank: half of a wide opening bracket, which hangs over."""
    return glyph.width / 2 if glyph.char in NOT_LAST and is_wide(glyph.char) else 0


def _runs(glyphs: Sequence[Glyph]) -> tuple[Run, ...]:
    runs: list[Run] = []
    shown = _without_last_blanks(glyphs)
    for (font, style), same in groupby(shown, lambda glyph: (glyph.font, glyph.style)):
        text, widths = zip(*((glyph.char, glyph.width) for glyph in same), strict=True)
        runs.append(Run("".join(text), font, style, sum(widths)))
    return tuple(runs)
