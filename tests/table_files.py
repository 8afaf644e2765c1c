"""Tables for tests: written as a curator would, and a stand-in for the ranking of matches."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from types import ModuleType
from typing import Any
from uuid import UUID

from clinics.imports.tables_export import export_rows, facilities
from clinics.imports.tables_files import FORMATS, Sheet, read_table
from clinics.imports.tables_kinds import TABLES
from clinics.models import MatchDecision

FILES = [(table, end) for table in TABLES for end in FORMATS]


def exported(table: str, end: str = "csv", **options: Any) -> bytes:
    """The whole catalogue as a file."""
    file = BytesIO()
    kind = TABLES[table]
    rows = export_rows(kind, facilities(), **options)
    FORMATS[end]().write(list(kind.resource.columns), rows, file)
    return file.getvalue()


def sheet(content: bytes, table: str, end: str = "csv", **options: Any) -> Sheet:
    """A file as it is read."""
    return read_table(content, f"table.{end}", TABLES[table], **options)


def csv_of(*rows: Mapping[str, Any]) -> bytes:
    """Rows as a person types them into a CSV file, without a byte order mark."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def edited(content: bytes, number: int, **cells: str) -> bytes:
    """A CSV file with other cells in one row, counted from 0."""
    rows = rows_of(content)
    rows[number] |= cells
    return csv_of(*rows)


def new_claim(facility: UUID, **cells: str) -> dict[str, str]:
    """A row for a new claim that nothing is wrong with."""
    return {
        "facility_id": str(facility),
        "scheme": "sport",
        "concept": "golf",
        "strength": "official-page",
        "statement": "The page says golf.",
        "sources": "https://example.org/page (2025-04)",
    } | cells


@dataclass(frozen=True, slots=True)
class IncomingRow:
    name: str
    prefecture_code: str = ""
    municipality_code: str = ""
    address: str = ""
    website: str = ""
    phone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    official_id: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    facility_id: UUID
    score: int
    reasons: tuple[str, ...]
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Match:
    facility_id: UUID | None = None
    how: str = "none"
    candidates: tuple[Candidate, ...] = ()


@dataclass(slots=True)
class Matching:
    """Ranks what the test says, and remembers in the catalogue's own table."""

    candidates: Sequence[Candidate] = ()
    asked: list[IncomingRow] = field(default_factory=list)

    def module(self) -> ModuleType:
        made = ModuleType("clinics.curation.matching")
        for name in ("row_key", "find_match", "remember"):
            setattr(made, name, getattr(self, name))
        made.IncomingRow = IncomingRow  # type: ignore[attr-defined]
        return made

    def row_key(self, row: IncomingRow) -> str:
        return f"{row.name}|{row.prefecture_code}"

    def find_match(self, row: IncomingRow) -> Match:
        self.asked.append(row)
        decision = MatchDecision.objects.filter(row_key=self.row_key(row)).first()
        if decision is not None:
            return Match(decision.facility_id, "remembered", tuple(self.candidates))
        return Match(candidates=tuple(self.candidates))

    def remember(self, row_key: str, facility_id: UUID | None, by: Any) -> None:
        MatchDecision.objects.update_or_create(
            row_key=row_key, defaults={"facility_id": facility_id, "decided_by": by}
        )


def stand_in(monkeypatch: Any, *candidates: Candidate) -> Matching:
    """Have rows without an id matched by a stand-in that offers these."""
    matching = Matching(candidates)
    monkeypatch.setitem(sys.modules, "clinics.curation.matching", matching.module())
    return matching
