"""What a table is exported as: chosen rows, explained columns, few queries."""

from io import BytesIO
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.curation.entry_document import FACT_FIELDS, TERM_FIELDS
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_export import export_rows, facilities, write_template
from clinics.imports.tables_files import FORMATS
from clinics.imports.tables_kinds import TABLES
from tests.catalogue import clinic, record, register
from tests.curating import claim_row, edit, person
from tests.table_files import (
    exported,
    faults,
    rows_of,
    sheet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return person("hanako")


def test_every_fact_and_term_has_a_column() -> None:
    assert set(FACT_FIELDS) - {"closures"} <= set(TABLES["clinics"].resource.columns)
    assert set(TERM_FIELDS) - {"origin"} <= set(TABLES["second-opinions"].resource.columns)
    row = claim_row("sport:golf")
    assert set(row) - {"id", "origin"} <= set(TABLES["claims"].resource.columns)


def test_a_template_explains_itself_and_its_example_is_no_clinic() -> None:
    for slug, table in TABLES.items():
        for end in FORMATS:
            file = BytesIO()
            write_template(table, end, file)
            if end == "csv":
                header = file.getvalue().decode("utf-8-sig").strip()
                assert header.split(",") == list(table.resource.columns)
                continue
            plan = make_plan(sheet(file.getvalue(), slug, end), table, by=None)
            assert [code for _column, code in faults(plan)] == ["example"]
            explained = openpyxl.load_workbook(file).worksheets[1]
            words = {cell.value for row in explained for cell in row}
            assert set(table.resource.columns) <= words
            assert ({"golf", "official-page"} <= words) == (slug == "claims")


def test_what_is_live_is_exported_and_a_draft_only_where_asked(curator: User) -> None:
    facility_id = clinic()
    edit(facility_id, curator, phone="03-0000-0000")
    assert rows_of(exported("clinics"))[0]["phone"] == ""
    assert rows_of(exported("clinics", drafts=True))[0]["phone"] == "03-0000-0000"


def test_an_export_is_chosen_by_prefecture_and_state(curator: User) -> None:
    tokyo, osaka = register([record(), record(prefecture_code="27")])
    edit(osaka, curator, phone="1")

    def chosen(**options: str) -> set[UUID]:
        return set(facilities(**options).values_list("pk", flat=True))

    assert chosen(prefecture="27") == {osaka}
    assert chosen(state="draft") == {osaka}
    assert chosen(state="published") == {tokyo}
    assert chosen(state="in-review") == set()


def test_an_export_reads_in_a_number_of_queries_that_goes_by_the_chunk() -> None:
    register([record() for _ in range(501)])
    with CaptureQueriesContext(connection) as queries:
        assert len(list(export_rows(TABLES["clinics"], facilities()))) == 501
    assert len(queries) <= 1 + 2 * 6


def test_the_document_explains_every_column() -> None:
    explained = (Path(__file__).parent.parent / "docs" / "tables.md").read_text()
    for table in TABLES.values():
        _before, _title, section = explained.partition(f"## `{table.slug}`")
        rows = section.split("\n## ")[0]
        for name, column in table.resource.columns.items():
            assert f"| `{name}` | {column.about} |" in rows
