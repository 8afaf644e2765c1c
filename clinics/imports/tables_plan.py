"""What an import of a table would do: of each row what comes of it, and the drafts it makes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from clinics.curation.entry_document import EntryDocument
from clinics.imports.tables_cells import neutral
from clinics.imports.tables_files import Sheet, shown_text
from clinics.imports.tables_kinds import ERRORS, Table

Result = Literal["new", "changed", "unchanged", "refused", "undecided"]
RESULTS: tuple[Result, ...] = ("refused", "undecided", "changed", "new", "unchanged")


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a row is refused: ``message`` says what is wrong and what would be accepted.

    ``column`` is empty where the fault is the whole row's.
    """

    column: str
    value: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that the import changes, before and after as cells."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A facility that a row may be about. ``score`` is 0 to 100."""

    facility_id: str
    name: str
    address: str
    score: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class RowPlan:
    """What comes of a row.

    ``facility`` is the id of the facility it is about, empty for a new one. ``key`` is what a row
    without an id calls itself, ``offers`` the facilities it may be about and ``decided`` what a
    person said before: an id, ``new``, or nothing yet.
    """

    number: int
    result: Result = "unchanged"
    label: str = ""
    facility: str = ""
    faults: list[CellFault] = field(default_factory=list)
    changes: list[CellChange] = field(default_factory=list)
    key: str = ""
    offers: tuple[Offer, ...] = ()
    decided: str = ""

    def refuse(self, column: str, value: Any, message: str, code: str) -> None:
        """Note a fault, by which the row is refused."""
        self.result = "refused"
        self.faults.append(CellFault(column, shown_text(value)[:300], message, code))


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that the import makes. ``facility`` is None for a new one.

    ``version`` is that of the entry it was made from, ``row_key`` that of a row for a new clinic.
    """

    facility: Any
    document: EntryDocument
    version: int
    row_key: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An import as it would be: nothing is written yet."""

    table: Table
    sheet: Sheet
    rows: tuple[RowPlan, ...]
    drafts: tuple[Draft, ...]
    left_out: frozenset[int] = frozenset()

    @property
    def counts(self) -> Counter[str]:
        """How many rows there are of each result."""
        return Counter(dict.fromkeys(RESULTS, 0)) + Counter(row.result for row in self.rows)

    @property
    def refused(self) -> list[RowPlan]:
        """The rows that stand in the way."""
        return [row for row in self.rows if row.result in ("refused", "undecided")]

    def versions(self) -> dict[str, int]:
        """The version of every entry that the import changes."""
        return {str(draft.facility.pk): draft.version for draft in self.drafts if draft.facility}

    def refused_rows(self) -> Iterator[list[Any]]:
        """The rows that are refused as the file has them, with their errors; the header first."""
        return rows_with_errors(self.sheet, {row.number: row.faults for row in self.refused})


def rows_with_errors(
    sheet: Sheet, faults: Mapping[int, Sequence[CellFault]]
) -> Iterator[list[Any]]:
    """Rows of a file as it has them, to be mended, with their errors; the header first."""
    columns = [name for name in sheet.columns if name != ERRORS]
    yield [*columns, ERRORS]
    for row in sheet.rows:
        if row.number in faults:
            cells = [_as_given(row.cells[name]) for name in columns]
            yield [*cells, neutral(_in_words(faults[row.number]))]


def _as_given(cell: Any) -> Any:
    """A cell of a file for another file, where no spreadsheet runs it either."""
    return cell if isinstance(cell, int | float) else neutral(shown_text(cell))


def _in_words(faults: Sequence[CellFault]) -> str:
    return " / ".join(
        f"{fault.column}: {fault.message}" if fault.column else fault.message for fault in faults
    )
