"""Rows of a table that cannot be taken in: every fault is told, with its column and what is accepted."""

from uuid import uuid4

import pytest

from clinics.curation.checking import check
from clinics.curation.entry_document import read_live
from clinics.curation.matching import Candidate
from clinics.imports.refusal import ImportRefused
from clinics.imports.starter import load_starter
from clinics.models import Facility
from tests.catalogue import claim, clinic
from tests.table_files import (
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


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"recorded_on": "2026-13-01", "concept": "gulf", "sources": ""},
            {"recorded_on": "cell", "concept": "statement", "sources": "statement"},
        ),
        (
            {"checked_on": "soon", "statement": "", "strength": "hearsay"},
            {"checked_on": "cell", "statement": "cell-missing", "strength": "statement"},
        ),
        (
            {"facility_id": str(uuid4()), "asserted_on": "May", "concept": "gulf"},
            {"facility_id": "facility-unknown", "asserted_on": "cell", "concept": "statement"},
        ),
        (
            {"claim_id": "999999", "status": "publishd", "sources": "ftp://example.org"},
            {"claim_id": "row-unknown", "status": "cell", "sources": "statement"},
        ),
        (
            {"expires_on": "2025-02-30", "department": "泌尿器科", "scheme": "sprot"},
            {"expires_on": "cell", "department": "statement", "scheme": "statement"},
        ),
    ],
)
def test_every_fault_of_a_row_is_told_at_once(cells: dict[str, str], told: dict[str, str]) -> None:
    plan = planned(csv_of(new_claim(clinic(), **cells)), "claims")
    assert sorted(faults(plan)) == sorted(told.items())
    said = {fault.column: fault for fault in plan.rows[0].faults}
    assert {name: fault.value for name, fault in said.items()} == {
        name: cells[name] for name in told
    }
    assert all(fault.message for fault in said.values()) and not plan.counts["new"]


def test_every_source_that_is_none_is_told() -> None:
    row = new_claim(clinic(), sources="ftp://example.org/a; gopher://example.org/b")
    (plan,) = planned(csv_of(row), "claims").refused
    assert [fault.value for fault in plan.faults] == [
        "ftp://example.org/a",
        "gopher://example.org/b",
    ]


def test_a_clinic_with_a_cell_that_cannot_be_read_is_told_its_other_faults() -> None:
    known = clinic()
    cells = {"latitude": "48.8", "longitude": "2.3", "recorded_on": "soon", "website": "a.example"}
    for row in ({"id": str(known)}, {"name": "新しい診療所"}):
        told = faults(planned(csv_of(row | cells), "clinics"))
        assert (
            set(told)
            == {
                ("recorded_on", "cell"),
                ("website", "statement"),
                ("latitude", "statement"),
                ("position_source", "statement"),
            }
            and len(told) == 4
        )


def test_a_row_whose_clinic_is_to_be_decided_is_told_its_faults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, Candidate(clinic(), 80, ("same-name",), "よく似た診療所", "東京都"))
    row = {"name": "似た診療所", "recorded_on": "soon", "website": "a.example"}
    (plan,) = planned(csv_of(row), "clinics").refused
    assert (plan.result, len(plan.offers)) == ("refused", 1)
    assert {fault.code for fault in plan.faults} == {"cell", "undecided", "statement"}


def test_what_a_row_leaves_alone_is_no_fault_of_it() -> None:
    facility_id = clinic(35, 139, "sport:golf")
    row = {"facility_id": str(facility_id), "claim_id": "999999", "checked_on": "soon"}
    told = faults(planned(csv_of(row), "claims"))
    assert sorted(told) == [("checked_on", "cell"), ("claim_id", "row-unknown")]


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
