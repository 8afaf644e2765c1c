"""A place that the public never saw becomes one that it sees: nothing is published by that."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from clinics.curation.duplicates import find_duplicates
from clinics.curation.entry_document import read_live
from clinics.curation.merging import MergeRefused
from clinics.curation.verifying import verify
from clinics.curation.workflow import discard, entry_of, new_facility, submit
from clinics.identity import CURATED, facility_uuid
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    CuratedEntry,
    CuratedFacts,
    Department,
    DuplicatePair,
    EntryState,
    Facility,
    Listing,
    OpeningHours,
    SecondOpinion,
    Status,
)
from clinics.publication_check import stale_listings
from tests.catalogue import RELEASE, claim, clinic
from tests.curating import document, edit, person
from tests.doubles import answered, curated, joined, terms


@pytest.fixture
def reviewer(db: None) -> User:
    return person("taro")


def unpublished(*keys: str, key: str = "never", **facts: Any) -> UUID:
    """A place as the starter catalogue has those that nobody published."""
    facility_id = facility_uuid(CURATED, key)
    Facility.objects.create(id=facility_id, source=CURATED, official_id=key, status=Status.DRAFT)
    CuratedFacts.objects.create(facility_id=facility_id, **({"name": "下書き医院"} | facts))
    claim(facility_id, *keys, status=Status.DRAFT)
    return facility_id


def test_statements_move_as_drafts_and_the_public_sees_nothing_new(reviewer: User) -> None:
    survivor, loser = clinic(35, 139, "sport:golf"), unpublished("sport:marathon", "level:elite")
    terms(loser, status=Status.DRAFT)
    before = answered(survivor).json()
    outcome = joined(loser, survivor, reviewer)
    assert (outcome.moved["claim"], outcome.moved["secondopinion"]) == (2, 1)
    drafts = Claim.objects.filter(facility=survivor, status=Status.DRAFT)
    assert drafts.count() == 2 and SecondOpinion.objects.get().status == Status.DRAFT
    assert answered(survivor).json() == before
    entry = CuratedEntry.objects.get(facility=survivor)
    assert entry.state == EntryState.PUBLISHED and entry.document == read_live(entry.facility)
    gone = CuratedEntry.objects.get(facility=loser)
    assert (gone.state, gone.facility.status) == (EntryState.WITHDRAWN, Status.WITHDRAWN)
    assert list(stale_listings()) == []


def test_facts_and_departments_that_nobody_published_stay_behind(reviewer: User) -> None:
    survivor = clinic(35, 139)
    loser = unpublished(website="https://draft.example", name_en="Draft")
    hidden, needed = (
        Department.objects.create(facility_id=loser, name=name) for name in ("内科", "音楽家外来")
    )
    for row in (hidden, needed):
        OpeningHours.objects.create(
            department=row, session=1, days="mon", opens="09:00", closes="12:00"
        )
    claim(loser, "sport:performing-arts", department=needed, status=Status.DRAFT)
    outcome = joined(loser, survivor, reviewer)
    assert outcome.filled == () and not CuratedFacts.objects.filter(facility=survivor).exists()
    made = Claim.objects.get().department
    assert made is not None and (made.facility_id, made.name) == (survivor, "音楽家外来")
    assert not made.hours.exists()
    assert set(Department.objects.filter(facility=loser)) == {hidden, needed}
    assert "draft.example" not in answered(survivor).content.decode()


def test_an_id_that_the_public_never_saw_stays_unknown_to_it(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), unpublished("sport:golf")
    joined(loser, survivor, reviewer)
    assert not Listing.objects.filter(facility=loser).exists()
    assert answered(loser).status_code == 404
    # One that was public leads on, also after what it was merged into was.
    public = clinic(35, 139)
    joined(public, survivor, reviewer)
    joined(survivor, other := clinic(35, 139), reviewer)
    assert answered(public)["Location"].endswith(str(other))
    assert answered(loser).status_code == 404


def test_a_draft_of_its_own_is_published_or_discarded_first(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), unpublished("sport:golf")
    draft = edit(loser, reviewer, phone="1")
    with pytest.raises(MergeRefused, match="never published and has a draft. Publish it first, or"):
        joined(loser, survivor, reviewer)
    discard(draft.facility, by=reviewer, version=draft.version)
    joined(loser, survivor, reviewer)
    assert Claim.objects.get().facility_id == survivor
    new = new_facility(by=reviewer, document=document("sport:marathon", name="新しい診療所"))
    with pytest.raises(MergeRefused, match="新しい診療所 was never published"):
        joined(new.facility_id, survivor, reviewer)
    discard(new.facility, by=reviewer, version=new.version)
    joined(new.facility_id, survivor, reviewer)


def test_what_was_handed_in_untouched_is_decided_on_first(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), unpublished("sport:golf")
    submit(Facility.objects.get(pk=loser), by=reviewer, version=0)
    with pytest.raises(MergeRefused, match="has a draft"):
        joined(loser, survivor, reviewer)


def test_a_check_of_a_place_that_was_never_published_is_no_draft(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), unpublished("sport:golf")
    place = Facility.objects.get(pk=loser)
    verify([place], by=reviewer, on=RELEASE, method="phone", outcome="confirmed")
    joined(loser, survivor, reviewer)
    assert answered(survivor).json()["verified_on"] == RELEASE.isoformat()


def test_what_was_never_published_is_not_what_stays(reviewer: User) -> None:
    one, other = unpublished("sport:golf"), clinic(35, 139)
    with pytest.raises(MergeRefused, match="was never published; the clinic that stays"):
        joined(other, one, reviewer)
    with pytest.raises(MergeRefused, match="was never published; the clinic that stays"):
        joined(unpublished(key="another"), one, reviewer)
    assert not CuratedEntry.objects.exists()


def test_a_published_statement_outlives_the_same_as_a_draft(reviewer: User) -> None:
    survivor, loser = curated("青葉医院"), unpublished("sport:golf")
    claim(survivor, "sport:golf")
    kept = Claim.objects.get(facility=survivor).pk
    assert joined(loser, survivor, reviewer).once == 1
    assert Claim.objects.values_list("pk", "status").get() == (kept, Status.PUBLISHED)


def test_the_unpublished_doubles_of_the_starter_catalogue_can_be_merged(reviewer: User) -> None:
    load_starter()
    find_duplicates()
    drafts = 0
    for pair in DuplicatePair.objects.filter(state="open"):
        sides = sorted((pair.first, pair.second), key=lambda side: side.status == Status.PUBLISHED)
        loser, survivor = sides
        if loser.status != Status.DRAFT or survivor.status != Status.PUBLISHED:
            continue
        drafts += 1
        assert entry_of(loser).pk and not CuratedEntry.objects.filter(facility=loser).exists()
        joined(loser.pk, survivor.pk, reviewer)
        assert answered(loser.pk).status_code == 404 and answered(survivor.pk).status_code == 200
    assert drafts and list(stale_listings()) == []
