"""Tables for tests: written as a curator would, and a stand-in for the ranking of matches."""

import csv
from collections.abc import Mapping
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import pytest

from clinics.curation import matching
from clinics.curation.matching import Candidate
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_export import export_rows, facilities
from clinics.imports.tables_files import FORMATS, Sheet, read_table
from clinics.imports.tables_kinds import TABLES
from clinics.imports.tables_plan import Plan

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


def planned(content: bytes, table: str, by: Any = None, **options: Any) -> Plan:
    """What an import of a file would do."""
    return make_plan(sheet(content, table), TABLES[table], by=by, **options)


def faults(plan: Plan) -> list[tuple[str, str]]:
    """The columns and codes of everything that stands in the way."""
    return [(fault.column, fault.code) for row in plan.refused for fault in row.faults]


def message(plan: Plan) -> str:
    """All that is said of what stands in the way."""
    return " ".join(fault.message for row in plan.refused for fault in row.faults)


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


def stand_in(monkeypatch: pytest.MonkeyPatch, *candidates: Candidate) -> None:
    """Have these offered for every row that nobody decided about yet."""
    monkeypatch.setattr(matching, "candidates", lambda *_: list(candidates))
