"""Rows of type flowing over sheets of A4: no line is cut, no block's label left without its lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from finder.checklist.forms.typesetting import TypeLine

# Points. 15 mm at the sides are within what every printer reaches.
SHEET_WIDTH, SHEET_HEIGHT = 595.28, 841.89
MARGIN = 42.5
TEXT_WIDTH = SHEET_WIDTH - 2 * MARGIN
BODY_TOP = SHEET_HEIGHT - 30.0
BODY_BOTTOM = 44.0
BODY_HEIGHT = BODY_TOP - BODY_BOTTOM

# A row of no more lines stays on one sheet; of a longer one, so many stay together at a break.
LINES_KEPT = 8
LINES_AT_BREAK = 2

Kind = Literal["title", "note", "warning", "line"]


@dataclass(frozen=True)
class Row:
    """Label lines across the sheet, or with values beside them and the label of a block before them.

    ``block`` is what the first row of a block says of it, and may reach down beside the next rows;
    ``continued`` is said instead where a sheet begins within the block. ``keep`` forbids that a
    sheet ends with the row. Heights are in points.
    """

    kind: Kind
    labels: tuple[TypeLine, ...]
    values: tuple[TypeLine, ...] = ()
    leading: float = 12.0
    before: float = 0.0
    after: float = 0.0
    keep: bool = False
    block: tuple[TypeLine, ...] = ()
    continued: tuple[TypeLine, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return max(len(self.labels), len(self.values))


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands of a row on one sheet: its lines from ``first`` up to ``last``, at ``top``.

    ``leads`` says whether the sheet begins with it.
    """

    row: Row
    first: int
    last: int
    top: float
    leads: bool

    @property
    def begins(self) -> bool:
        """Whether the row begins here."""
        return self.first == 0

    @property
    def block(self) -> tuple[TypeLine, ...]:
        """What is said here of the block."""
        if self.begins and self.row.block:
            return self.row.block
        return self.row.continued if self.leads else ()

    @property
    def bottom(self) -> float:
        """Where the piece ends, in points from the foot of the sheet."""
        after = self.row.after if self.last == self.row.lines else 0
        before = self.row.before if self.begins else 0
        return self.top - before - (self.last - self.first) * self.row.leading - after


Sheet = tuple[Piece, ...]


def flow(rows: Sequence[Row]) -> tuple[Sheet, ...]:
    """The rows on as many sheets as they take."""
    sheets: list[list[Piece]] = [[]]
    for index, row in enumerate(rows):
        if sheets[-1] and _top(sheets[-1]) - _least(rows[index:]) < BODY_BOTTOM:
            sheets.append([])
        first = 0
        while first < row.lines:
            if first:
                sheets.append([])
            sheet = sheets[-1]
            last = _last_line(row, first, _top(sheet))
            sheet.append(Piece(row, first, last, _top(sheet), leads=not sheet))
            first = last
    return tuple(map(tuple, sheets))


def _top(sheet: Sequence[Piece]) -> float:
    return sheet[-1].bottom if sheet else BODY_TOP


def _last_line(row: Row, first: int, top: float) -> int:
    """Up to which line a row stands on a sheet, from a place on it."""
    before = row.before if first == 0 else 0
    room = int((top - before - row.after - BODY_BOTTOM + 0.01) // row.leading)
    last = first + max(room, LINES_AT_BREAK)
    if last >= row.lines:
        return row.lines
    return max(first + 1, min(last, row.lines - LINES_AT_BREAK))


def _least(rows: Iterable[Row]) -> float:
    """The height without which the first of these rows may not begin."""
    height = 0.0
    for row in rows:
        lines = row.lines if row.lines <= LINES_KEPT else LINES_AT_BREAK
        height += row.before + lines * row.leading + row.after
        if not row.keep:
            break
    return min(height, BODY_HEIGHT)
