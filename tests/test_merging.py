"""Two facilities become one: nothing that was said is lost, and the old id leads to the new one."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

from clinics.curation import merging
from clinics.curation.entry_document import read_live
from clinics.curation.merging import MergeRefused, merge
from clinics.curation.workflow import WorkflowError, new_facility, withdraw
from clinics.identity import CURATED, facility_uuid
from clinics.imports.official import Import, store
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    CuratedEntry,
    CuratedFacts,
    Department,
    DuplicatePair,
    EntryState,
    Facility,
    Layer,
    Listing,
    MatchDecision,
    OfficialFacts,
    OpeningHours,
    PublicReport,
    ReporterContact,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish
from clinics.publication_check import stale_listings
from tests.catalogue import RELEASE, SOURCE, claim, clinic, record, register
from tests.curating import document, edit, person
from tests.curating import terms_row as terms_document

DETAIL = "/api/v1/clinics/{}"


@pytest.fixture
def reviewer(db: None) -> User:
    return person("taro")


def curated(name: str, key: str = "double", **facts: Any) -> UUID:
    """A published clinic of the curators' own."""
    facility_id = facility_uuid(CURATED, key)
    facility = Facility.objects.create(id=facility_id, source=CURATED, official_id=key)
    CuratedFacts.objects.create(facility=facility, name=name, **facts)
    publish([facility_id])
    return facility_id


def terms(facility_id: UUID, **values: Any) -> SecondOpinion:
    row = terms_document(**values)
    del row["id"]
    return SecondOpinion.objects.create(facility_id=facility_id, **row)


def joined(loser: UUID, survivor: UUID, by: User | None, why: str = "One place") -> Any:
    return merge(Facility.objects.get(pk=loser), Facility.objects.get(pk=survivor), by, why)


def answered(facility_id: UUID, **headers: str) -> Any:
    return Client().get(DETAIL.format(facility_id), headers=headers)


def test_claims_terms_and_verifications_move_with_their_ids(reviewer: User) -> None:
    survivor, loser = clinic(35, 139, "sport:golf"), curated("二度の医院")
    claim(loser, "sport:marathon", "condition:dystonia")
    moved = list(Claim.objects.filter(facility=loser).values_list("pk", flat=True))
    offered = terms(loser)
    checked = Verification.objects.create(
        facility_id=loser, verified_on=date(2026, 11, 1), method="phone", outcome="confirmed"
    )
    outcome = joined(loser, survivor, reviewer)
    assert outcome.moved["claim"] == 2
    assert set(moved) < set(Claim.objects.filter(facility=survivor).values_list("pk", flat=True))
    assert SecondOpinion.objects.get(facility=survivor).pk == offered.pk
    assert Verification.objects.get(facility=survivor).pk == checked.pk
    body = answered(survivor).json()
    assert {item["slug"] for item in body["sports"]} == {"golf", "marathon"}
    assert len(body["second_opinions"]) == 1 and body["verified_on"] == "2026-11-01"
    assert not Listing.objects.get(facility=loser).published
    assert list(stale_listings()) == []


def test_a_statement_that_both_have_is_kept_once_with_the_later_check(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), curated("二度の医院")
    claim(survivor, "sport:golf", checked_on=date(2026, 1, 1))
    claim(loser, "sport:golf", checked_on=date(2026, 6, 1), origin="starter/institution/x")
    claim(loser, "sport:golf", statement="Another page says so.")
    other = [{"url": "https://example.org/other", "date": ""}]
    claim(loser, "sport:golf", sources=other)
    terms(survivor), terms(loser), terms(loser, fee="44000")
    kept = Claim.objects.get(facility=survivor).pk
    outcome = joined(loser, survivor, reviewer)
    assert outcome.once == 2
    assert Claim.objects.filter(facility=survivor).count() == 3
    same = Claim.objects.get(pk=kept)
    assert (same.checked_on, same.origin) == (date(2026, 6, 1), "starter/institution/x")
    assert {row.fee for row in SecondOpinion.objects.filter(facility=survivor)} == {33000, 44000}


def test_of_two_that_are_the_same_the_published_one_is_kept(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), curated("二度の医院")
    claim(survivor, "sport:golf", status=Status.DRAFT)
    claim(loser, "sport:golf")
    claim(loser, "sport:golf")
    joined(loser, survivor, reviewer)
    row = Claim.objects.get()
    assert (row.facility_id, row.status) == (survivor, Status.PUBLISHED)
    assert [item["slug"] for item in answered(survivor).json()["sports"]] == ["golf"]


def test_curated_departments_move_with_hours_and_claims_stay_on_theirs(reviewer: User) -> None:
    (survivor, loser) = register(
        [record(35, 139, departments=["neurology"]), record(35, 139, departments=["orthopaedics"])]
    )
    own = Department.objects.create(facility_id=survivor, name="ジストニア外来")
    double = Department.objects.create(facility_id=loser, name="ジストニア外来")
    hours = OpeningHours.objects.create(
        department=double, session=1, days="mon", opens="09:00", closes="12:00"
    )
    other = Department.objects.create(facility_id=loser, name="音楽家外来")
    registered = Department.objects.get(facility=loser, layer=Layer.OFFICIAL)
    for department, key in (
        (double, "condition:dystonia"),
        (other, "sport:performing-arts"),
        (registered, "sport:golf"),
    ):
        claim(loser, key, department=department)
    joined(loser, survivor, reviewer)
    hours.refresh_from_db()
    other.refresh_from_db()
    assert hours.department_id == own.pk and other.facility_id == survivor
    of_claims = {row.concept.slug: row.department for row in Claim.objects.all()}
    assert of_claims["dystonia"] == own and of_claims["performing-arts"] == other
    made = of_claims["golf"]
    assert (made.facility_id, made.name, made.layer) == (survivor, registered.name, Layer.CURATED)
    # The register's words stay where the register put them.
    assert list(Department.objects.filter(layer=Layer.OFFICIAL, facility=loser)) == [registered]
    assert list(stale_listings()) == []


def test_facts_of_the_survivor_win_and_only_what_nobody_states_is_taken(reviewer: User) -> None:
    (survivor,) = register([record(None, None, name="青葉病院", website="")])
    source = {"url": "https://example.org/about", "date": "2025"}
    loser = curated(
        "青葉病院 スポーツ外来",
        name_en="Aoba Hospital",
        prefecture_code="13",
        address="東京都港区1-2-3",
        website="https://aoba.example",
        latitude=35.5,
        longitude=139.5,
        position_source="curated",
        sources=[source],
    )
    official = OfficialFacts.objects.filter(facility=survivor).values().get()
    outcome = joined(loser, survivor, reviewer)
    facts = CuratedFacts.objects.get(facility=survivor)
    assert set(outcome.filled) == {"name_en", "website", "latitude", "longitude"}
    assert (facts.name, facts.address, facts.position_source) == ("", "", "curated")
    assert facts.sources == [source]
    body = answered(survivor).json()
    assert (body["name"], body["website"]) == ("青葉病院", "https://aoba.example")
    assert (body["lat"], body["position_source"]) == (35.5, "curated")
    assert OfficialFacts.objects.filter(facility=survivor).values().get() == official
    told = CuratedEntry.objects.get(facility=survivor).history.latest("history_id")
    assert "website" in told.history_change_reason


def test_an_address_in_another_prefecture_is_not_taken(reviewer: User) -> None:
    survivor = curated("青葉医院", "kept", prefecture_code="27")
    loser = curated("青葉医院", prefecture_code="13", address="東京都港区1-2-3", phone="03-1-2")
    outcome = joined(loser, survivor, reviewer)
    assert outcome.filled == ("phone",)


def test_history_of_both_tells_who_and_why(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), curated("二度の医院")
    claim(loser, "sport:golf")
    joined(loser, survivor, reviewer, "Same phone number")
    for facility_id, state in ((loser, "withdrawn"), (survivor, "published")):
        entry = CuratedEntry.objects.get(facility=facility_id)
        assert entry.state == state and entry.document == read_live(entry.facility)
        before, after = entry.history.order_by("history_id")
        assert after.history_user == reviewer
        assert after.history_change_reason.startswith("Same phone number")
        assert "merged" in after.reference and after.via == "person"
        claims = (before.document["claims"], after.document["claims"])
        assert [len(rows) for rows in claims] == ([1, 0] if facility_id == loser else [0, 1])
    assert CuratedEntry.objects.get(facility=loser).message == "Same phone number"


def test_reports_contacts_and_remembered_matches_move(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), curated("二度の医院")
    report = PublicReport.objects.create(facility_id=loser, subject="closed", statement="Closed")
    ReporterContact.objects.create(report=report, contact="a@b.example", delete_on="2027-01-01")
    MatchDecision.objects.create(row_key="二度", facility_id=loser, decided_by=reviewer)
    joined(loser, survivor, reviewer)
    report.refresh_from_db()
    assert report.facility_id == survivor and report.contact.contact == "a@b.example"
    assert MatchDecision.objects.get().facility_id == survivor


def pair(one: UUID, other: UUID, state: str = "open") -> DuplicatePair:
    first, second = sorted((one, other))
    return DuplicatePair.objects.create(first_id=first, second_id=second, score=60, state=state)


def test_pairs_of_the_loser_become_the_survivors_and_their_own_is_closed(reviewer: User) -> None:
    survivor, loser, third, fourth, fifth = (clinic() for _ in range(5))
    pair(survivor, loser)
    pair(loser, third)
    pair(loser, fourth, "different")
    pair(survivor, fourth)
    pair(loser, fifth, "different")
    joined(loser, survivor, reviewer)
    states = {
        frozenset((row.first_id, row.second_id)): row.state for row in DuplicatePair.objects.all()
    }
    assert states == {
        frozenset((survivor, loser)): "merged",
        frozenset((survivor, third)): "open",
        frozenset((survivor, fourth)): "different",
        frozenset((survivor, fifth)): "different",
    }
    assert all(row.first_id < row.second_id for row in DuplicatePair.objects.all())
    assert DuplicatePair.objects.get(state="merged").decided_by == reviewer


def test_a_chain_of_merges_leads_to_its_end(reviewer: User) -> None:
    a, b, c = (clinic() for _ in range(3))
    joined(a, b, reviewer)
    joined(b, c, reviewer)
    assert set(Facility.objects.filter(merged_into=c).values_list("pk", flat=True)) == {a, b}
    assert answered(a)["Location"] == answered(b)["Location"] == DETAIL.format(c)


def test_a_merge_that_cannot_be_is_refused_with_the_reason(reviewer: User) -> None:
    one, other = clinic(35, 139), clinic(36, 139)
    with pytest.raises(MergeRefused, match="the same clinic"):
        joined(one, one, reviewer)
    draft = edit(other, reviewer, phone="1")
    for loser, survivor in ((one, other), (other, one)):
        with pytest.raises(MergeRefused, match="has a draft"):
            joined(loser, survivor, reviewer)
    new = new_facility(by=reviewer, document=document(name="新しい診療所")).facility_id
    with pytest.raises(MergeRefused, match="新しい診療所 has a draft"):
        joined(new, one, reviewer)
    withdraw(draft.facility, by=reviewer, version=draft.version, why="Closed")
    with pytest.raises(MergeRefused, match="is withdrawn"):
        joined(one, other, reviewer)
    joined(other, one, reviewer)
    for loser, survivor in ((other, clinic()), (clinic(), other)):
        with pytest.raises(MergeRefused, match="merged already"):
            joined(loser, survivor, reviewer)
    Facility.objects.filter(pk=new).delete()
    gone = Facility(pk=new)
    with pytest.raises(MergeRefused, match="does not exist any more"):
        merge(gone, Facility.objects.get(pk=one), reviewer, "")


def test_a_refused_merge_leaves_no_entry_behind(reviewer: User) -> None:
    one, other = clinic(35, 139), clinic(36, 139)
    withdraw(Facility.objects.get(pk=other), by=reviewer, version=0, why="Closed")
    with pytest.raises(MergeRefused):
        joined(one, other, reviewer)
    assert not CuratedEntry.objects.filter(facility=one).exists()


def everything() -> Any:
    tables = (Facility, Claim, CuratedFacts, Department, DuplicatePair, Verification, Listing)
    rows = [list(table._default_manager.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]
    return rows, CuratedEntry.objects.count(), CuratedEntry.history.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["_fill_facts", "_move_work", "_lead_to", "publish"])
def test_a_crash_in_the_middle_leaves_all_as_before(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, loser = (
        clinic(35, 139, "sport:golf"),
        curated("二度の医院", website="https://a.example"),
    )
    claim(loser, "sport:marathon")
    pair(survivor, loser)
    before = everything()

    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(merging, broken, crash)
    with pytest.raises(RuntimeError):
        joined(loser, survivor, None)
    assert everything() == before and list(stale_listings()) == []


@pytest.fixture
def for_threads(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Lets threads that begin from now on see what is stored; SQLite's is in one process's memory."""
    name = connections.settings["default"]["NAME"]

    def share() -> None:
        if connection.vendor == "sqlite":
            file = tmp_path / "shared.sqlite3"
            with closing(sqlite3.connect(file)) as copy:
                connection.connection.backup(copy)
            connections.settings["default"]["NAME"] = file

    yield share
    connections.settings["default"]["NAME"] = name


def test_of_two_people_merging_at_once_one_is_told_that_it_is_done(
    for_threads: Callable[[], None],
) -> None:
    one, other = clinic(35, 139, "sport:golf"), clinic(35, 139, "sport:marathon")
    for_threads()
    start = threading.Barrier(2)

    def closing_connections(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    def person_merges(loser: UUID, survivor: UUID) -> str:
        start.wait(10)
        try:
            joined(loser, survivor, None)
        except MergeRefused as refused:
            return str(refused)
        return "merged"

    def left() -> tuple[int, list[UUID]]:
        (merged,) = Facility.objects.filter(merged_into__isnull=False)
        claims = Claim.objects.filter(facility=merged.merged_into)
        return claims.count(), list(stale_listings())

    with ThreadPoolExecutor(2) as pool:
        told = [
            pool.submit(closing_connections, partial(person_merges, *order))
            for order in ((one, other), (other, one))
        ]
        results = [future.result(60) for future in told]
        assert "merged" in results
        assert any("was merged already" in result for result in results)
        assert pool.submit(closing_connections, left).result(60) == (2, [])


@pytest.mark.django_db
def test_an_import_of_the_losers_record_does_not_bring_it_back(reviewer: User) -> None:
    survivor = clinic(35, 139)
    stored = record(35.0, 139.0, official_id="AGAIN", name="二度の病院")
    (loser,) = register([stored])
    joined(loser, survivor, reviewer)
    changed = record(35.0, 139.0, official_id="AGAIN", name="二度の病院（新）")
    store([changed], Import(SOURCE, RELEASE))
    facility = Facility.objects.get(pk=loser)
    assert OfficialFacts.objects.get(facility=loser).name == "二度の病院（新）"
    assert (facility.status, facility.merged_into_id) == (Status.WITHDRAWN, survivor)
    assert facility.entry.state == EntryState.WITHDRAWN
    assert answered(loser).status_code == 301 and list(stale_listings()) == []


def test_nobody_edits_or_publishes_what_was_merged(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), clinic(35, 139)
    joined(loser, survivor, reviewer)
    with pytest.raises(WorkflowError, match="merged into another"):
        edit(loser, reviewer, phone="1")
    assert CuratedEntry.objects.get(facility=loser).state == EntryState.WITHDRAWN


@pytest.mark.parametrize("where", ["official_id", "facility_key"])
def test_new_starter_entries_of_a_merged_clinic_speak_of_the_survivor(
    where: str, reviewer: User, tmp_path: Path
) -> None:
    load_starter()
    shutil.copytree(settings.FIXTURES_DIR / "starter", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "institutions.json"
    content = json.loads(file.read_text())
    entry = next(
        item
        for item in content["entries"]
        if item["status"] == "published" and bool(item["official_id"]) == (where == "official_id")
    )
    loser = Facility.objects.get(official_id=entry[where])
    survivor = clinic(35, 139)
    joined(loser.pk, survivor, reviewer)
    before = Claim.objects.filter(facility=survivor).count()
    content["entries"].append(entry | {"key": "new-entry", "statement": "Said anew."})
    file.write_text(json.dumps(content))
    load_starter(directory=tmp_path)
    assert not Claim.objects.filter(facility=loser).exists()
    assert Claim.objects.filter(facility=survivor).count() > before > 0
    assert Facility.objects.get(pk=loser.pk).status == Status.WITHDRAWN
    assert list(stale_listings()) == []


@pytest.fixture
def merged(reviewer: User) -> Iterator[tuple[UUID, UUID]]:
    loser, survivor = clinic(35, 139, "sport:golf"), clinic(35, 139)
    joined(loser, survivor, reviewer)
    yield loser, survivor


def test_the_old_id_leads_to_the_survivor_for_get_and_head(merged: tuple[UUID, UUID]) -> None:
    loser, survivor = merged
    for ask in (Client().get, Client().head):
        response = ask(DETAIL.format(loser))
        assert response.status_code == 301
        assert response["Location"] == DETAIL.format(survivor)
        assert response["Cache-Control"] == "no-cache"
        assert Client().get(response["Location"]).json()["id"] == str(survivor)
    body = answered(loser).json()
    assert (body["status"], str(survivor) in body["detail"]) == (301, True)


def test_a_tag_of_the_old_id_is_led_on_too(merged: tuple[UUID, UUID]) -> None:
    loser, _ = merged
    assert answered(loser, **{"If-None-Match": "*"}).status_code == 301


def test_where_the_survivor_is_withdrawn_too_the_old_id_is_gone(
    merged: tuple[UUID, UUID], reviewer: User
) -> None:
    loser, survivor = merged
    version = CuratedEntry.objects.get(facility=survivor).version
    facility = Facility.objects.get(pk=survivor)
    withdraw(facility, by=reviewer, version=version, why="Closed")
    for facility_id in (loser, survivor):
        response = answered(facility_id)
        assert (response.status_code, response["Cache-Control"]) == (410, "no-cache")
        assert response["Content-Type"] == "application/problem+json"
        assert "Location" not in response


@pytest.mark.django_db
def test_what_was_never_published_is_not_found() -> None:
    draft = new_facility(by=person("hanako"), document=document(name="下書き")).facility_id
    never = facility_uuid(CURATED, "never")
    assert answered(draft).status_code == answered(never).status_code == 404


@pytest.mark.django_db
def test_what_its_register_no_longer_lists_is_gone() -> None:
    facility_id = clinic()
    OfficialFacts.objects.filter(facility=facility_id).update(absent_since=date(2026, 7, 1))
    publish([facility_id])
    assert answered(facility_id).status_code == 410


def test_a_clinic_that_is_there_costs_one_query_and_a_departed_one_two(
    merged: tuple[UUID, UUID], django_assert_num_queries: Any
) -> None:
    loser, survivor = merged
    etag = answered(survivor)["ETag"]
    with django_assert_num_queries(1):
        assert answered(survivor).status_code == 200
    with django_assert_num_queries(1):
        assert answered(survivor, **{"If-None-Match": etag}).status_code == 304
    with django_assert_num_queries(2):
        assert answered(loser).status_code == 301


@pytest.mark.django_db
def test_a_redirect_keeps_refusing_parameters(merged: tuple[UUID, UUID]) -> None:
    assert Client().get(f"{DETAIL.format(merged[0])}?x=1").status_code == 400
