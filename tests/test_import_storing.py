"""Storing a register: what differs is written, what curators say stays, all or nothing."""

from datetime import date, time

import pytest

from clinics.hours import Closures, Session
from clinics.identity import facility_uuid
from clinics.imports.official import Import, store
from clinics.imports.records import DepartmentRecord
from clinics.imports.refusal import ImportRefused
from clinics.models import (
    Claim,
    CuratedFacts,
    Department,
    Facility,
    Kind,
    Listing,
    OfficialFacts,
    OpeningHours,
    Term,
)
from clinics.publication_check import stale_listings
from tests.catalogue import RELEASE, SOURCE, claim, record, register

pytestmark = pytest.mark.django_db

MORNING = Session(1, ("mon", "fri"), time(9), time(12), time(8, 30), time(11, 30))
NIGHT = Session(2, ("sat",), time(18), time(8, 30))


def run(**options: object) -> Import:
    return Import(**({"source": SOURCE, "release": RELEASE} | options))  # type: ignore[arg-type]


def everything() -> list[object]:
    """All rows that an import writes, without the instants of their making."""
    return [
        sorted(model.objects.values_list(*fields))
        for model, fields in [
            (Facility, ("pk", "source", "official_id", "status")),
            (OfficialFacts, ("facility_id", "name", "digest", "release", "website")),
            (Department, ("pk", "facility_id", "code", "name")),
            (OpeningHours, ("department_id", "session", "days", "opens", "closes")),
            (Listing, ("facility_id", "version", "summary", "detail")),
        ]
    ]


def test_a_record_is_stored_with_departments_hours_and_closures() -> None:
    closures = Closures(weekly=("open",) * 5 + ("closed",) * 2, nth_week=((2, "fri"),))
    department = DepartmentRecord("01013", "脳神経内科", (MORNING, NIGHT))
    item = record(departments=None, closures=closures)
    item = type(item)(
        **{f: getattr(item, f) for f in item.__slots__} | {"departments": (department,)}
    )
    (facility_id,) = register([item])
    facts = OfficialFacts.objects.get(facility=facility_id)
    assert Closures.from_json(facts.closures) == closures
    first, second = OpeningHours.objects.filter(department__facility=facility_id)
    assert (first.days, first.opens, first.reception_closes) == ("mon,fri", time(9), time(11, 30))
    assert (second.opens, second.closes, second.reception_opens) == (time(18), time(8, 30), None)


def test_the_second_import_of_the_same_records_changes_nothing() -> None:
    records = [record(35 + i / 100, 139.0, departments=["neurology"]) for i in range(20)]
    first = store(records, run())
    before = everything()
    second = store(records, run())
    assert first.counts["created"] == second.counts["unchanged"] == 20
    assert second.counts["created"] == second.counts["updated"] == 0
    assert everything() == before


def test_a_dry_run_counts_and_shows_examples_and_writes_nothing() -> None:
    register([record(official_id="A", name="旧名")])
    before = everything()
    outcome = store(
        [record(official_id="A", name="新名"), record(official_id="B", name="新設")],
        run(dry_run=True),
    )
    assert (outcome.counts["created"], outcome.counts["updated"]) == (1, 1)
    assert outcome.created == ["新設"]
    (change,) = outcome.changes
    assert (change.fact, change.before, change.after) == ("name", "旧名", "新名")
    assert everything() == before


def test_an_update_keeps_the_rows_of_departments_that_stay() -> None:
    register([record(official_id="A", departments=["neurology", "orthopaedics"])])
    kept = Department.objects.get(code="01013").pk
    register([record(official_id="A", departments=["neurology", "rehabilitation"])])
    assert Department.objects.get(code="01013").pk == kept
    assert set(Department.objects.values_list("code", flat=True)) == {"01013", "09003"}


def test_a_record_that_says_nothing_of_departments_leaves_them() -> None:
    register([record(official_id="A", departments=["neurology"])])
    register([record(official_id="A", departments=None, name="改名")])
    assert Department.objects.get().code == "01013"


def test_an_import_never_touches_what_curators_say() -> None:
    (facility_id,) = register([record(official_id="A", name="旧名")])
    CuratedFacts.objects.create(facility_id=facility_id, phone="03-0000-0000")
    claim(facility_id, "sport:golf")
    curated = list(CuratedFacts.objects.values()), list(Claim.objects.values())
    register([record(official_id="A", name="新名", website="https://example.org/")])
    assert (list(CuratedFacts.objects.values()), list(Claim.objects.values())) == curated
    assert OfficialFacts.objects.get().name == "新名"


def test_ids_are_kept_as_text_with_their_zeros_letters_and_case() -> None:
    ids = ["0111010000010", "111010000010", "473C0006", "473c0006"]
    register([record(official_id=official_id) for official_id in ids])
    assert set(Facility.objects.values_list("official_id", flat=True)) == set(ids)


def test_public_ids_depend_on_source_and_official_id_alone() -> None:
    (facility_id,) = register([record(official_id="0111010000010")])
    assert facility_id == facility_uuid(SOURCE, "0111010000010")
    assert facility_id.version == 5
    assert facility_id != facility_uuid("another", "0111010000010")


def test_an_older_release_is_refused_unless_asked_for() -> None:
    register([record(official_id="A")])
    before = everything()
    with pytest.raises(ImportRefused, match="2025-06-01.*2026-06-01.*--allow-older"):
        store([record(official_id="A", name="x")], run(release=date(2025, 6, 1)))
    assert everything() == before
    store([record(official_id="A", name="x")], run(release=date(2025, 6, 1), allow_older=True))
    assert OfficialFacts.objects.get().release == date(2025, 6, 1)


def test_a_newer_release_with_the_same_facts_is_unchanged_but_dated_anew() -> None:
    item = record(official_id="A")
    register([item])
    outcome = store([item], run(release=date(2026, 12, 1)))
    assert outcome.counts["unchanged"] == 1
    assert '"release":"2026-12-01"' in Listing.objects.get().detail
    assert list(stale_listings()) == []


def complete(number: int) -> list[object]:
    return [record(official_id=f"A{i:03}", kind=Kind.CLINIC) for i in range(number)]


def test_fault_ten_a_facility_missing_from_a_complete_file_is_marked_and_no_longer_listed() -> None:
    items = complete(30)
    register(items)
    outcome = store(items[1:], run(kinds=(Kind.CLINIC,), release=date(2026, 12, 1)))
    assert outcome.counts["vanished"] == 1 and outcome.vanished == ["A000"]
    gone = OfficialFacts.objects.get(facility__official_id="A000")
    assert gone.absent_since == date(2026, 12, 1)
    assert Listing.objects.filter(published=True).count() == 29
    assert (
        store(items[1:], run(kinds=(Kind.CLINIC,), release=date(2026, 12, 1))).counts["vanished"]
        == 0
    )


def test_fault_ten_an_id_that_reappears_is_listed_again() -> None:
    items = complete(30)
    register(items)
    store(items[1:], run(kinds=(Kind.CLINIC,)))
    outcome = store(items, run(kinds=(Kind.CLINIC,)))
    assert outcome.counts["reappeared"] == 1
    assert Listing.objects.filter(published=True).count() == 30


def test_a_partial_file_marks_nothing_absent_unless_told_to() -> None:
    items = complete(30)
    register(items)
    outcome = store(items[:5], run(kinds=(Kind.CLINIC,)))
    assert (outcome.counts["absent"], outcome.counts["vanished"]) == (25, 0)
    assert Listing.objects.filter(published=True).count() == 30
    told = store(items[:5], run(kinds=(Kind.CLINIC,), mark_absent=True))
    assert told.counts["vanished"] == 25


def test_only_the_kinds_that_the_files_list_can_vanish() -> None:
    register([record(official_id=f"H{i}", kind=Kind.HOSPITAL) for i in range(30)])
    outcome = store([record(official_id="C1")], run(kinds=(Kind.CLINIC,)))
    assert outcome.counts["vanished"] == outcome.counts["absent"] == 0


def test_a_failure_in_the_middle_leaves_the_catalogue_as_it_was() -> None:
    register([record(official_id=f"A{i}") for i in range(5)])
    before = everything()

    def broken() -> object:
        for i in range(1_200):
            yield record(official_id=f"A{i}", name="新名")
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        store(broken(), run())
    assert everything() == before
    assert list(stale_listings()) == []


def test_fault_seven_a_point_that_moved_is_stored_and_a_real_move_counted() -> None:
    register([record(35.0, 139.0, official_id="A"), record(35.0, 139.0, official_id="B")])
    outcome = store(
        [record(35.0005, 139.0, official_id="A"), record(35.002, 139.0, official_id="B")], run()
    )
    assert (outcome.counts["updated"], outcome.counts["moved"]) == (2, 1)
    assert OfficialFacts.objects.get(facility__official_id="A").latitude == 35.0005


def test_fault_seven_a_point_that_becomes_known_or_unknown_has_not_moved() -> None:
    register([record(35.0, 139.0, official_id="A"), record(None, None, official_id="B")])
    outcome = store([record(None, None, official_id="A"), record(official_id="B")], run())
    assert (outcome.counts["updated"], outcome.counts["moved"]) == (2, 0)


def test_a_dry_run_on_an_empty_catalogue_writes_not_even_a_term() -> None:
    Term.objects.all().delete()
    store([record()], run(dry_run=True, kinds=(Kind.CLINIC,)))
    assert not Term.objects.exists() and not Facility.objects.exists()


def test_a_dry_run_publishes_nothing_of_what_the_files_lack() -> None:
    items = complete(30)
    ids = register(items)
    OfficialFacts.objects.filter(facility=ids[0]).update(website="https://example.org/")
    before = everything()
    outcome = store(items[1:], run(kinds=(Kind.CLINIC,), dry_run=True))
    assert outcome.counts["vanished"] == 1
    assert everything() == before
