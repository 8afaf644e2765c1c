"""Tables of clinics and claims: what is exported comes back, and what is imported becomes drafts."""

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from clinics.curation.checking import check
from clinics.curation.entry_document import FACT_FIELDS, TERM_FIELDS, read_live
from clinics.curation.matching import Candidate, remember
from clinics.curation.workflow import entry_of
from clinics.imports.refusal import ImportRefused
from clinics.imports.starter import load_starter
from clinics.imports.tables_cells import Sources, Texts, neutral, restored
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_export import export_rows, facilities, write_template
from clinics.imports.tables_files import FORMATS
from clinics.imports.tables_import import EntriesChanged, RowsRefused, import_table, seen_of
from clinics.imports.tables_kinds import TABLES
from clinics.imports.tables_plan import Plan
from clinics.models import CuratedEntry, EntryState, Facility, ImportRun, MatchDecision, Via
from tests.catalogue import claim, clinic, record, register
from tests.curating import claim_row, document, edit, person
from tests.table_files import (
    FILES,
    csv_of,
    edited,
    exported,
    new_claim,
    rows_of,
    sheet,
    stand_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return person("hanako")


def planned(content: bytes, table: str, by: Any = None, **options: Any) -> Plan:
    return make_plan(sheet(content, table), TABLES[table], by=by, **options)


def imported(content: bytes, table: str, by: Any, **options: Any) -> Plan:
    return import_table(sheet(content, table), TABLES[table], by=by, **options)


def faults(plan: Plan) -> list[tuple[str, str]]:
    return [(fault.column, fault.code) for row in plan.refused for fault in row.faults]


def message(plan: Plan) -> str:
    return " ".join(fault.message for row in plan.refused for fault in row.faults)


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


def test_every_fact_and_term_has_a_column() -> None:
    assert set(FACT_FIELDS) - {"closures"} <= set(TABLES["clinics"].resource.columns)
    assert set(TERM_FIELDS) - {"origin"} <= set(TABLES["second-opinions"].resource.columns)
    row = claim_row("sport:golf")
    assert set(row) - {"id", "origin"} <= set(TABLES["claims"].resource.columns)


@pytest.mark.parametrize(
    ("cells", "column", "code", "says"),
    [
        ({"concept": "glof"}, "concept", "statement", "golf"),
        ({"scheme": "sprot"}, "scheme", "statement", "sport"),
        ({"strength": "oficial-page"}, "strength", "statement", "official-page"),
        ({"sources": ""}, "sources", "statement", "needs a source"),
        ({"sources": "see their page"}, "sources", "cell", "in brackets"),
        ({"sources": "ftp://example.org/a"}, "sources", "statement", "https://"),
        ({"asserted_on": "2025-13"}, "asserted_on", "cell", "YYYY-MM"),
        ({"checked_on": "31.12.2025"}, "checked_on", "cell", "YYYY-MM-DD"),
        ({"checked_on": "2999-01-01"}, "checked_on", "statement", "future"),
        ({"expires_on": "2025-02-30"}, "expires_on", "cell", "exists"),
        ({"statement": ""}, "statement", "cell-missing", "needs"),
        ({"status": "publishd"}, "status", "cell", "published"),
        ({"department": "泌尿器科"}, "department", "statement", "no such department"),
        ({"facility_id": str(uuid4())}, "facility_id", "facility-unknown", "no clinic"),
        ({"facility_id": "first"}, "facility_id", "facility-unknown", "no clinic"),
        ({"claim_id": "999999"}, "claim_id", "row-unknown", "no row with this id"),
        ({"claim_id": "EXAMPLE"}, "claim_id", "example", "example"),
    ],
)
def test_a_claim_is_refused_with_its_column_and_what_is_accepted(
    cells: dict[str, str], column: str, code: str, says: str
) -> None:
    plan = planned(csv_of(new_claim(clinic(), **cells)), "claims")
    assert faults(plan) == [(column, code)]
    assert says in message(plan) and not plan.counts["new"]


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"latitude": "139.7", "longitude": "35.6"}, "latitude", "from -90 to 90"),
        ({"latitude": "35,6", "longitude": "139.7"}, "latitude", "Decimal degrees"),
        ({"latitude": "nan", "longitude": "139.7"}, "latitude", "Decimal degrees"),
        ({"latitude": "35.6", "longitude": ""}, "longitude", "both numbers"),
        ({"latitude": "48.8", "longitude": "2.3"}, "latitude", "Outside Japan"),
        ({"latitude": "35.6", "longitude": "139.7"}, "position_source", "where the position"),
        ({"prefecture_code": "1"}, "prefecture_code", "two digits"),
        ({"municipality_code": "14101"}, "municipality_code", "not in prefecture"),
        ({"website": "example.org"}, "website", "https://"),
        ({"kind": "hospitl"}, "kind", "hospital"),
        ({"official_name": "別の名"}, "official_name", "register says"),
        ({"official_id": "0000"}, "official_id", "two different"),
    ],
)
def test_a_clinic_is_refused_with_its_column_and_what_is_accepted(
    cells: dict[str, str], column: str, says: str
) -> None:
    clinic()
    content = edited(exported("clinics"), 0, **({"prefecture_code": "13"} | cells))
    plan = planned(content, "clinics")
    assert column in {column for column, _code in faults(plan)}
    assert says in message(plan)


def test_swapped_coordinates_within_the_ranges_are_noticed() -> None:
    clinic()
    cells = {"latitude": "139.7", "longitude": "35.6", "position_source": "curated"}
    assert "latitude" in dict(faults(planned(edited(exported("clinics"), 0, **cells), "clinics")))
    # A longitude that could be a latitude, and the other way round.
    cells = {"latitude": "24", "longitude": "45.5", "position_source": "curated"}
    assert "Outside Japan" in message(planned(edited(exported("clinics"), 0, **cells), "clinics"))


def test_a_file_with_columns_that_nobody_knows_is_refused_whole() -> None:
    with pytest.raises(ImportRefused, match="Did you mean statement"):
        planned(csv_of(new_claim(uuid4(), statment="x")), "claims")
    with pytest.raises(ImportRefused, match="Columns are missing"):
        planned(csv_of({"concept": "golf"}), "claims")
    with pytest.raises(ImportRefused, match="twice"):
        planned(b"id,name,name\r\n1,2,3\r\n", "clinics")
    with pytest.raises(ImportRefused, match="separated by commas"):
        planned(b"id;name\r\n1;2\r\n", "clinics")
    with pytest.raises(ImportRefused, match="no row"):
        planned(b"id,name\r\n", "clinics")
    with pytest.raises(ImportRefused, match="xlsx are accepted"):
        sheet(b"", "clinics", "xls")
    with pytest.raises(ImportRefused, match="not a workbook"):
        sheet(b"id,name", "clinics", "xlsx")


def test_another_encoding_is_named_and_can_be_given() -> None:
    facility_id = clinic()
    content = csv_of({"id": str(facility_id), "note": "日曜休診"}).decode().encode("cp932")
    with pytest.raises(ImportRefused, match="Shift_JIS.*cp932"):
        planned(content, "clinics")
    read = sheet(content, "clinics", encoding="cp932")
    assert read.rows[0].cells["note"] == "日曜休診"
    with pytest.raises(ImportRefused, match="UTF-16"):
        planned("id,name\r\n".encode("utf-16"), "clinics")


def test_a_row_with_more_cells_than_columns_is_refused() -> None:
    content = f"id,note\r\n{clinic()},a,b\r\n".encode()
    assert faults(planned(content, "clinics")) == [("", "row-width")]


def test_rows_about_the_same_thing_are_refused() -> None:
    facility_id = clinic(35, 139, "sport:golf")
    twice = csv_of(*[{"id": str(facility_id), "note": str(n)} for n in range(2)])
    assert faults(planned(twice, "clinics")) == [("id", "row-repeated")]
    row = new_claim(facility_id, statement="New")
    assert faults(planned(csv_of(row, row), "claims")) == [("claim_id", "row-repeated")]
    (live,) = rows_of(exported("claims"))
    again = {name: cell for name, cell in live.items() if name != "claim_id"}
    assert planned(csv_of(again), "claims").counts["unchanged"] == 1
    other = planned(csv_of(again | {"note": "Other"}), "claims")
    assert live["claim_id"] in message(other)


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


def test_a_merged_clinic_names_the_one_it_became() -> None:
    old, kept = clinic(), clinic()
    Facility.objects.filter(pk=old).update(merged_into=kept)
    plan = planned(csv_of({"id": str(old), "note": "x"}), "clinics")
    assert faults(plan) == [("id", "facility-merged")] and str(kept) in message(plan)
    assert [row["id"] for row in rows_of(exported("clinics"))] == [str(kept)]


def test_a_fault_elsewhere_in_the_entry_is_told() -> None:
    facility_id = clinic(35, 139, "sport:golf")
    claim(facility_id, "level:elite", sources=[])
    plan = planned(csv_of({"id": str(facility_id), "note": "x"}), "clinics")
    assert faults(plan) == [("", "entry")] and "Elsewhere" in message(plan)


def test_the_starter_catalogue_has_no_fault_that_would_stand_in_the_way() -> None:
    load_starter()
    for facility in Facility.objects.filter(claims__isnull=False).distinct()[:40]:
        assert check(read_live(facility), facility) == []


def test_five_hundred_claims_are_compared_in_few_queries(curator: User) -> None:
    ids = register([record() for _ in range(500)])
    content = csv_of(*[new_claim(facility_id) for facility_id in ids])
    with CaptureQueriesContext(connection) as queries:
        plan = planned(content, "claims", curator)
    assert plan.counts["new"] == 500
    # Facilities, four parts of their documents, writers, departments, concepts.
    assert len(queries) <= 12


def test_an_export_reads_in_a_number_of_queries_that_goes_by_the_chunk() -> None:
    register([record() for _ in range(501)])
    with CaptureQueriesContext(connection) as queries:
        assert len(list(export_rows(TABLES["clinics"], facilities()))) == 501
    assert len(queries) <= 1 + 2 * 6


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


def test_the_document_explains_every_column() -> None:
    explained = (Path(__file__).parent.parent / "docs" / "tables.md").read_text()
    for table in TABLES.values():
        _before, _title, section = explained.partition(f"## `{table.slug}`")
        rows = section.split("\n## ")[0]
        for name, column in table.resource.columns.items():
            assert f"| `{name}` | {column.about} |" in rows


def test_making_drafts_takes_the_same_few_statements_for_each(curator: User) -> None:
    def statements(number: int) -> int:
        ids = register([record() for _ in range(number)])
        content = csv_of(*[new_claim(facility_id) for facility_id in ids])
        with CaptureQueriesContext(connection) as queries:
            imported(content, "claims", curator)
        return len(queries)

    few, many = statements(5), statements(25)
    assert (many - few) / 20 <= 30
