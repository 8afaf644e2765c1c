"""Two facilities become one: nothing that was said is lost, and the old id leads to the new one."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from clinics.curation.entry_document import read_live
from clinics.curation.merging import MergeRefused, merge
from clinics.curation.workflow import new_facility, withdraw
from clinics.models import (
    Claim,
    CuratedEntry,
    CuratedFacts,
    Department,
    DuplicatePair,
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
from tests.catalogue import claim, clinic, record, register
from tests.curating import document, edit, person
from tests.doubles import answered, curated, joined, pair, terms

DETAIL = "/api/v1/clinics/{}"


@pytest.fixture
def reviewer(db: None) -> User:
    return person("taro")


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
    with pytest.raises(MergeRefused, match="新しい診療所 was never published and has a draft"):
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


def test_what_its_register_lists_stays_and_does_not_become_the_curators_own(
    reviewer: User,
) -> None:
    listed, own = clinic(35, 139), curated("二度の医院")
    with pytest.raises(MergeRefused, match="Its register still lists"):
        joined(listed, own, reviewer)
    # Nor one that its register dropped: the public would lose both.
    dropped = clinic(35, 139)
    OfficialFacts.objects.filter(facility=dropped).update(absent_since=date(2026, 7, 1))
    publish([dropped])
    with pytest.raises(MergeRefused, match="Its register still lists"):
        joined(listed, dropped, reviewer)
    joined(dropped, own, reviewer)
    joined(own, listed, reviewer)
    assert answered(listed).status_code == 200 and list(stale_listings()) == []


def test_a_refused_merge_leaves_no_entry_behind(reviewer: User) -> None:
    one, other = clinic(35, 139), clinic(36, 139)
    withdraw(Facility.objects.get(pk=other), by=reviewer, version=0, why="Closed")
    with pytest.raises(MergeRefused):
        joined(one, other, reviewer)
    assert not CuratedEntry.objects.filter(facility=one).exists()
