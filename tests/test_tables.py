"""Tables of clinics and claims: what is exported comes back, and what is imported becomes drafts."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from clinics.curation.entry_document import read_live
from clinics.curation.matching import Candidate, remember
from clinics.curation.workflow import entry_of
from clinics.imports.refusal import ImportRefused
from clinics.imports.starter import load_starter
from clinics.imports.tables_cells import Sources, Texts, neutral, restored
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_files import FORMATS
from clinics.imports.tables_import import EntriesChanged, RowsRefused, import_table, seen_of
from clinics.imports.tables_kinds import TABLES
from clinics.imports.tables_plan import Plan
from clinics.models import CuratedEntry, EntryState, Facility, ImportRun, MatchDecision, Via
from tests.catalogue import clinic, record, register
from tests.curating import document, edit, person
from tests.table_files import (
    FILES,
    csv_of,
    edited,
    exported,
    faults,
    message,
    new_claim,
    planned,
    rows_of,
    sheet,
    stand_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return person("hanako")


def imported(content: bytes, table: str, by: Any, **options: Any) -> Plan:
    return import_table(sheet(content, table), TABLES[table], by=by, **options)


def test_the_whole_starter_catalogue_comes_back_unchanged_in_both_formats(curator: User) -> None:
    load_starter()
    for table, end in FILES:
        content = exported(table, end)
        plan = import_table(sheet(content, table, end), TABLES[table], by=curator)
        assert plan.counts["unchanged"] == len(plan.rows) > 100, (table, end)
        assert not plan.drafts and not CuratedEntry.objects.exists()


def test_one_cell_changed_is_one_draft_with_one_difference(curator: User) -> None:
    load_starter()
    content = edited(exported("claims"), 700, note="Seasonal, from May")
    plan = imported(content, "claims", curator)
    entry = CuratedEntry.objects.get()
    live = read_live(entry.facility)
    (changed,) = [
        (before, after)
        for before, after in zip(live["claims"], entry.document["claims"], strict=True)
        if before != after
    ]
    assert changed[1] == changed[0] | {"note": "Seasonal, from May"}
    assert {name: live[name] for name in live if name != "claims"} == {  # type: ignore[literal-required]
        name: entry.document[name] for name in live if name != "claims"
    }
    assert (entry.state, plan.counts["changed"]) == (EntryState.DRAFT, 1)


def test_a_changed_clinic_says_which_fields_before_and_after(curator: User) -> None:
    facility_id = clinic()
    plan = planned(edited(exported("clinics"), 0, phone="03-1234-5678"), "clinics")
    (row,) = plan.rows
    assert (row.result, row.facility) == ("changed", str(facility_id))
    assert [(item.column, item.before, item.after) for item in row.changes] == [
        ("phone", "", "03-1234-5678")
    ]


@pytest.mark.parametrize("end", FORMATS)
@given(text=st.text())
def test_any_text_survives_a_file_or_is_refused_with_a_reason(end: str, text: str) -> None:
    table = TABLES["clinics"]
    file = BytesIO()
    try:
        row = table.resource.cells({"id": "1", "name": text, "note": f"x{text}"})
        FORMATS[end]().write(list(table.resource.columns), [row], file)
        (read,) = sheet(file.getvalue(), "clinics", end).rows
        column = table.resource.columns["name"]
        assert column.widget.clean(read.cells["name"]) == text
        assert column.widget.clean(read.cells["note"]) == f"x{text}"
    except (ImportRefused, ValueError, UnicodeEncodeError) as refused:
        assert "\x00" in text and str(refused)


@given(st.text(alphabet="'=+-@＝\t\r\n 1a"))
def test_no_cell_begins_like_a_formula_and_every_text_comes_back(text: str) -> None:
    cell = neutral(text)
    assert restored(cell) == text
    assert not cell.strip().startswith(("=", "+", "-", "@", "＝"))
    assert not cell.startswith(("\t", "\r", "\n"))


@given(st.lists(st.fixed_dictionaries({"url": st.text(), "date": st.text()})))
def test_any_sources_come_back(sources: list[dict[str, str]]) -> None:
    widget = Sources()
    if not any("\x00" in text for source in sources for text in source.values()):
        assert widget.clean(widget.render(sources)) == sources


@given(st.lists(st.text()))
def test_any_list_of_texts_comes_back(texts: list[str]) -> None:
    if not any("\x00" in text for text in texts):
        assert Texts().clean(Texts().render(texts)) == texts


def test_sources_are_written_for_a_reader() -> None:
    sources = [
        {"url": "https://example.org/a", "date": "2025-04"},
        {"url": "https://example.org/b", "date": ""},
    ]
    cell = "https://example.org/a (2025-04); https://example.org/b"
    assert Sources().render(sources) == cell
    assert Sources().clean(cell.replace("; ", "\n").replace("2025-04", "2025/4/1")) == [
        {"url": "https://example.org/a", "date": "2025-04-01"},
        sources[1],
    ]


def test_a_row_by_name_is_offered_the_clinic_that_is_called_so() -> None:
    (facility_id,) = register([record(name="青葉記念病院")])
    row = {"name": "青葉記念病院", "prefecture_code": "13", "note": "x"}
    (plan,) = planned(csv_of(row), "clinics").refused
    assert plan.offers[0].facility_id == str(facility_id)
    assert any("name" in reason for reason in plan.offers[0].reasons)


def test_a_workbook_keeps_leading_zeros_and_refuses_what_lost_them() -> None:
    register([record(official_id="0012")])
    content = exported("clinics", "xlsx")
    workbook = openpyxl.load_workbook(BytesIO(content))
    cells = {cell.value: cell.column for cell in workbook.active[1]}
    assert workbook.active.cell(2, cells["official_id"]).value == "0012"
    assert workbook.active.cell(2, cells["official_id"]).number_format == "@"
    for name, value in (("prefecture_code", 1), ("phone", 312345678), ("name", "=1+1")):
        workbook.active.cell(2, cells[name]).value = value
    file = BytesIO()
    workbook.save(file)
    plan = make_plan(sheet(file.getvalue(), "clinics", "xlsx"), TABLES["clinics"], by=None)
    assert {column for column, _code in faults(plan)} == {"prefecture_code", "phone", "name"}
    assert "leading zero" in message(plan) and "formula" in message(plan)


def test_an_import_is_noted_with_its_file_in_history_and_among_the_runs(curator: User) -> None:
    facility_id = clinic()
    content = csv_of(new_claim(facility_id))
    imported(content, "claims", curator, hand_in=True)
    entry = CuratedEntry.objects.get()
    assert entry.state == EntryState.IN_REVIEW
    assert list(entry.contributors.all()) == [curator]
    steps = list(entry.history.order_by("history_id"))[1:]
    short = sheet(content, "claims").sha256[:12]
    assert {(step.via, step.reference) for step in steps} == {(Via.IMPORT, f"table.csv {short}")}
    run = ImportRun.objects.get(source="table-claims")
    assert run.files == [{"name": "table.csv", "sha256": sheet(content, "claims").sha256}]
    assert (run.rejected, run.counts["new"], run.counts["drafts"]) == (0, 1, 1)


def test_the_same_file_twice_changes_nothing_more(curator: User) -> None:
    content = csv_of(new_claim(clinic()))
    imported(content, "claims", curator)
    before = CuratedEntry.history.count()
    assert imported(content, "claims", curator).counts["unchanged"] == 1
    assert CuratedEntry.history.count() == before


def test_one_refused_row_and_nothing_is_written(curator: User) -> None:
    facility_id = clinic()
    content = csv_of(new_claim(facility_id), new_claim(facility_id, concept="glof"))
    with pytest.raises(RowsRefused) as refused:
        imported(content, "claims", curator)
    assert not CuratedEntry.objects.exists()
    plan = refused.value.plan
    header, row = plan.refused_rows()
    assert header[-1] == "errors" and "golf" in row[-1]
    # The file of refused rows is itself a table.
    mended = csv_of(dict(zip(header, row, strict=True)) | {"concept": "baseball"})
    assert planned(mended, "claims").counts["new"] == 1
    assert imported(content, "claims", curator, left_out=frozenset({3})).counts["new"] == 1


def test_a_crash_in_the_middle_leaves_no_draft(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinics.imports import tables_import

    content = csv_of(*[new_claim(clinic()) for _ in range(3)])
    done: list[Any] = []
    real = tables_import.save_draft

    def crash(*args: Any, **options: Any) -> Any:
        done.append(args)
        if len(done) == 3:
            raise RuntimeError("the power went")
        return real(*args, **options)

    monkeypatch.setattr(tables_import, "save_draft", crash)
    with pytest.raises(RuntimeError):
        imported(content, "claims", curator)
    assert not CuratedEntry.objects.exists() and not ImportRun.objects.filter(source="table-claims")


def test_the_draft_of_another_is_never_written_over_but_ones_own_is_gone_on_with(
    curator: User,
) -> None:
    facility_id = clinic()
    other = person("jiro")
    edit(facility_id, other, phone="03-0000-0000")
    content = csv_of({"id": str(facility_id), "note": "Open on Sunday"})
    plan = planned(content, "clinics", curator)
    assert faults(plan) == [("", "draft-of-another")] and "jiro" in message(plan)
    imported(content, "clinics", other)
    facts = CuratedEntry.objects.get().document["facts"]
    assert (facts["phone"], facts["note"]) == ("03-0000-0000", "Open on Sunday")


def test_what_was_exported_is_unchanged_though_a_draft_waits(curator: User) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    live = exported("claims"), exported("clinics")
    facility = Facility.objects.get(pk=facility_id)
    from clinics.curation.workflow import save_draft

    save_draft(facility, document(name="下書き"), by=curator, version=0)
    for by in (curator, person("jiro")):
        for table, content in zip(("claims", "clinics"), live, strict=True):
            assert planned(content, table, by).counts["unchanged"] == 1
            drafts = exported(table, drafts=True)
            if len(rows_of(drafts)):
                assert planned(drafts, table, by).counts["unchanged"] == 1


def test_an_entry_that_changed_since_the_dry_run_refuses_the_import(curator: User) -> None:
    first, second = clinic(), clinic()
    content = csv_of(new_claim(first), new_claim(second))
    seen = seen_of(planned(content, "claims", curator))
    edit(second, curator, name="改名した診療所")
    with pytest.raises(EntriesChanged) as refused:
        imported(content, "claims", curator, seen=seen)
    assert len(refused.value.names) == 1
    assert CuratedEntry.objects.count() == 1
    again = seen_of(planned(content, "claims", curator))
    assert imported(content, "claims", curator, seen=again).counts["new"] == 2


def test_a_clinic_that_nothing_resembles_is_a_new_one(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    content = csv_of({"name": "新しい診療所", "prefecture_code": "13", "note": ""})
    plan = imported(content, "clinics", curator, hand_in=True)
    entry = CuratedEntry.objects.get()
    assert (plan.counts["new"], entry.state) == (1, EntryState.IN_REVIEW)
    assert entry.facility.status == "draft"
    assert entry.history.last().via == Via.IMPORT
    # The next file with this row is about that clinic.
    assert MatchDecision.objects.get().facility_id == entry.facility_id
    assert imported(content, "clinics", curator).counts["unchanged"] == 1
    assert Facility.objects.count() == 1


def test_a_row_without_an_id_waits_for_a_decision_that_is_remembered(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic()
    offer = Candidate(facility_id, 80, ("same-name",), "よく似た診療所", "東京都")
    stand_in(monkeypatch, offer)
    content = csv_of({"name": "似た診療所", "note": "Open on Sunday"})
    plan = planned(content, "clinics")
    assert faults(plan) == [("id", "undecided")] and str(facility_id) in message(plan)
    assert [item.name for item in plan.rows[0].offers] == ["よく似た診療所"]
    with pytest.raises(RowsRefused):
        imported(content, "clinics", curator)
    remember(plan.rows[0].key, facility_id, curator)
    assert planned(content, "clinics").rows[0].facility == str(facility_id)
    remember(plan.rows[0].key, None, curator)
    assert planned(content, "clinics").counts["new"] == 1


def test_claims_of_a_clinic_known_by_name_alone_follow_the_decision(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic()
    stand_in(monkeypatch)
    row = new_claim(facility_id) | {"facility_name": "診療所"}
    del row["facility_id"]
    plan = planned(csv_of(row), "claims")
    assert faults(plan) == [("facility_name", "facility-unknown")]
    remember(plan.rows[0].key, facility_id, curator)
    assert planned(csv_of(row), "claims").counts["new"] == 1


def test_a_row_by_register_and_official_id_finds_its_clinic() -> None:
    (facility_id,) = register([record(official_id="0012")])
    row = {"source": "test-register", "official_id": "0012", "note": "x"}
    assert planned(csv_of(row), "clinics").rows[0].facility == str(facility_id)
    wrong = planned(csv_of(row | {"official_id": "12"}), "clinics")
    assert faults(wrong) == [("official_id", "facility-unknown")]
    assert "leading zeros" in message(wrong)


def test_five_hundred_claims_are_compared_in_few_queries(curator: User) -> None:
    ids = register([record() for _ in range(500)])
    content = csv_of(*[new_claim(facility_id) for facility_id in ids])
    with CaptureQueriesContext(connection) as queries:
        plan = planned(content, "claims", curator)
    assert plan.counts["new"] == 500
    # Facilities, four parts of their documents, writers, departments, concepts.
    assert len(queries) <= 12


def test_second_opinion_terms_are_imported_alike(curator: User) -> None:
    facility_id = clinic()
    row = {
        "facility_id": str(facility_id),
        "offered": "yes",
        "fee": "33000",
        "minutes": "60",
        "modes": "in-person; online",
        "sources": "https://example.org/second-opinion",
    }
    imported(csv_of(row), "second-opinions", curator)
    (terms,) = CuratedEntry.objects.get().document["second_opinions"]
    assert (terms["fee"], terms["modes"]) == ("33000", ["in-person", "online"])
    assert imported(csv_of(row), "second-opinions", curator).counts["unchanged"] == 1
    for cells, column in (({"fee": "33,000"}, "fee"), ({"modes": "phone"}, "modes")):
        wrong = planned(csv_of(row | {"minutes": "30"} | cells), "second-opinions", curator)
        assert [name for name, _code in faults(wrong)] == [column]


def test_a_draft_of_an_import_can_be_published_by_another(curator: User) -> None:
    from clinics.curation.workflow import publish_entry

    facility_id = clinic()
    imported(csv_of(new_claim(facility_id)), "claims", curator, hand_in=True)
    entry = entry_of(Facility.objects.get(pk=facility_id))
    publish_entry(entry.facility, by=person("taro"), version=entry.version)
    (row,) = rows_of(exported("claims"))
    assert (row["concept"], row["claim_id"].isdigit()) == ("golf", True)


def test_making_drafts_takes_the_same_few_statements_for_each(curator: User) -> None:
    def statements(number: int) -> int:
        ids = register([record() for _ in range(number)])
        content = csv_of(*[new_claim(facility_id) for facility_id in ids])
        with CaptureQueriesContext(connection) as queries:
            imported(content, "claims", curator)
        return len(queries)

    few, many = statements(5), statements(25)
    assert (many - few) / 20 <= 30
