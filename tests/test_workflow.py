"""From a draft to the public: nothing shows before it is published, and nobody overwrites anybody."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from clinics.curation import workflow
from clinics.curation.checking import Unacceptable
from clinics.curation.entry_document import read_live, write_live
from clinics.curation.workflow import (
    EditConflict,
    SecondPersonNeeded,
    WorkflowError,
    discard,
    new_facility,
    publish_entry,
    save_draft,
    send_back,
    submit,
    withdraw,
)
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    CuratedEntry,
    CuratedFacts,
    EntryState,
    Facility,
    Listing,
    OfficialFacts,
    Status,
)
from clinics.publication_check import stale_listings
from tests.catalogue import clinic
from tests.curating import claim_row, document, edit, person, terms_row, through_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return person("hanako")


@pytest.fixture
def reviewer() -> User:
    return person("taro")


def seen(facility_id: UUID) -> Any:
    response = Client().get(f"/api/v1/clinics/{facility_id}")
    return response.json() if response.status_code == 200 else response.status_code


def test_a_new_clinic_is_seen_by_nobody_until_a_second_person_publishes_it(
    curator: User, reviewer: User
) -> None:
    entry = new_facility(by=curator, document=document("sport:golf", name="新しい診療所"))
    facility = entry.facility
    assert seen(facility.pk) == 404
    entry = submit(facility, by=curator, version=entry.version)
    assert entry.state == EntryState.IN_REVIEW and seen(facility.pk) == 404
    with pytest.raises(SecondPersonNeeded):
        publish_entry(facility, by=curator, version=entry.version)
    publish_entry(facility, by=reviewer, version=entry.version)
    assert [item["slug"] for item in seen(facility.pk)["sports"]] == ["golf"]
    assert list(stale_listings()) == []


def test_a_team_of_one_publishes_its_own(curator: User, settings: Any) -> None:
    settings.ONE_PERSON_TEAM = True
    entry = new_facility(by=curator, document=document(name="一人の診療所"))
    through_review(entry, curator, curator)
    assert seen(entry.facility_id)["name"] == "一人の診療所"


def test_an_edit_of_a_published_clinic_is_a_draft_until_it_is_published(
    curator: User, reviewer: User
) -> None:
    facility_id = clinic()
    before = seen(facility_id)
    entry = edit(facility_id, curator, phone="03-0000-0000")
    assert entry.state == EntryState.DRAFT and seen(facility_id) == before
    submitted = submit(entry.facility, by=curator, version=entry.version)
    assert seen(facility_id) == before
    # Whatever else is published meanwhile, the draft is not.
    workflow.publish([facility_id])
    assert seen(facility_id) == before
    publish_entry(entry.facility, by=reviewer, version=submitted.version)
    assert seen(facility_id)["phone"] == "03-0000-0000"


def test_who_read_an_older_version_overwrites_nothing(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    save_draft(facility, document(phone="1"), by=curator, version=0)
    with pytest.raises(EditConflict) as refused:
        save_draft(facility, document(phone="2"), by=reviewer, version=0)
    assert refused.value.entry.document["facts"]["phone"] == "1"
    assert CuratedEntry.objects.get().document["facts"]["phone"] == "1"


def test_a_draft_begun_before_another_publication_is_compared_first(
    curator: User, reviewer: User
) -> None:
    facility = Facility.objects.get(pk=clinic())
    entry = edit(facility.pk, curator, phone="1")
    workflow.note_live_change([facility.pk])
    entry.refresh_from_db()
    entry = submit(facility, by=curator, version=entry.version)
    with pytest.raises(WorkflowError, match="changed after this draft was begun"):
        publish_entry(facility, by=reviewer, version=entry.version)


def test_faults_keep_a_draft_from_review_and_from_the_public(curator: User) -> None:
    faulty = document("sport:gulf", name="診療所")
    faulty["claims"][0]["sources"] = []
    entry = new_facility(by=curator, document=faulty)
    with pytest.raises(Unacceptable) as refused:
        submit(entry.facility, by=curator, version=entry.version)
    assert {fault.field for fault in refused.value.faults} == {"concept", "sources"}
    assert "golf" in str(refused.value)


def test_a_reviewer_sends_back_with_a_reason(curator: User, reviewer: User) -> None:
    entry = new_facility(by=curator, document=document(name="診療所"))
    entry = submit(entry.facility, by=curator, version=entry.version)
    entry = send_back(entry.facility, by=reviewer, version=entry.version, message="Which page?")
    assert (entry.state, entry.message) == (EntryState.DRAFT, "Which page?")


def test_withdrawing_takes_the_listing_away_at_once(reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    withdraw(facility, by=reviewer, version=0, why="Closed for good")
    assert not Listing.objects.get().published
    assert CuratedEntry.objects.get().state == EntryState.WITHDRAWN


def test_a_withdrawn_clinic_comes_back_through_review(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    withdraw(facility, by=reviewer, version=0, why="Closed for good")
    entry = edit(facility.pk, curator, note="Open again")
    assert not Listing.objects.get().published
    through_review(entry, curator, reviewer)
    assert seen(facility.pk)["curated_note"] == "Open again"


def test_a_discarded_draft_leaves_what_is_live(curator: User) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    entry = edit(facility_id, curator, phone="1")
    entry = discard(entry.facility, by=curator, version=entry.version)
    assert (entry.state, entry.document) == (EntryState.PUBLISHED, read_live(entry.facility))


def test_a_crash_between_catalogue_and_listing_leaves_both_old(
    curator: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    before = seen(facility_id)
    entry = edit(facility_id, curator, phone="1")
    entry = submit(entry.facility, by=curator, version=entry.version)

    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(workflow, "publish", crash)
    with pytest.raises(RuntimeError), transaction.atomic():
        publish_entry(entry.facility, by=reviewer, version=entry.version)
    assert not CuratedFacts.objects.exists()
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW
    assert seen(facility_id) == before and list(stale_listings()) == []


def test_writing_what_was_read_changes_no_row() -> None:
    load_starter()
    checked = 0
    for facility in Facility.objects.filter(claims__isnull=False).distinct()[:60]:
        stored = list(Claim.objects.filter(facility=facility).values())
        live = read_live(facility)
        write_live(facility, live)
        assert read_live(facility) == live
        assert list(Claim.objects.filter(facility=facility).values()) == stored
        checked += 1
    assert checked == 60 and list(stale_listings()) == []


def test_rows_keep_their_ids_and_new_ones_get_theirs(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic(35, 139, "sport:golf", "sport:baseball"))
    live = read_live(facility)
    golf, baseball = live["claims"]
    live["claims"] = [golf | {"note": "Seasonal"}, claim_row("level:elite", id="n1")]
    live["second_opinions"] = [terms_row()]
    entry = save_draft(facility, live, by=curator, version=0)
    entry = through_review(entry, curator, reviewer)
    rows = entry.document["claims"]
    assert rows[0]["id"] == golf["id"] and rows[0]["note"] == "Seasonal"
    assert isinstance(rows[1]["id"], int) and rows[1]["id"] != baseball["id"]
    assert seen(facility.pk)["second_opinions"][0]["fee"] == 33000


def test_the_states_of_entry_and_facility_agree(curator: User, reviewer: User) -> None:
    entry = through_review(
        new_facility(by=curator, document=document(name="診療所")), curator, reviewer
    )
    assert entry.facility.status == Status.PUBLISHED
    assert entry.document == read_live(entry.facility)


@pytest.mark.parametrize(
    "renamed",
    [("B", "A", "C"), ("B", "C", "D"), ("C", "A", "B"), ("B", "A", "")],
    ids=["two swap", "one takes the name that another gives up", "all three", "one goes too"],
)
def test_departments_swap_names_and_keep_their_hours_and_claims(
    renamed: tuple[str, ...], curator: User, reviewer: User
) -> None:
    facility = Facility.objects.get(pk=clinic())
    hours = {"session": 1, "opens": "09:00", "closes": "12:00"}
    draft = document("sport:golf", "sport:marathon")
    draft["departments"] = [
        {
            "id": f"d{day}",
            "name": name,
            "name_en": "",
            "hours": [hours | {"days": [day], "reception_opens": None, "reception_closes": None}],
        }
        for name, day in zip("ABC", ("mon", "tue", "wed"), strict=True)
    ]
    for claimed, name in zip(draft["claims"], "AB", strict=True):
        claimed["department"] = name
    entry = save_draft(facility, draft, by=curator, version=0)
    live = through_review(entry, curator, reviewer)
    ids = [row["id"] for row in live.document["departments"]]
    changed = read_live(facility)
    changed["departments"] = [
        row | {"name": name}
        for row, name in zip(changed["departments"], renamed, strict=True)
        if name
    ]
    for claimed, name in zip(changed["claims"], renamed, strict=False):
        claimed["department"] = name
    entry = save_draft(facility, changed, by=curator, version=live.version)
    through_review(entry, curator, reviewer)
    written = read_live(facility)
    assert written == changed
    assert [row["id"] for row in written["departments"]] == ids[: len(written["departments"])]
    assert list(stale_listings()) == []


def test_the_registers_words_stay_as_they_are_whatever_curators_publish(
    curator: User, reviewer: User
) -> None:
    facility_id = clinic()
    before = OfficialFacts.objects.values().get(facility=facility_id)
    entry = edit(
        facility_id,
        curator,
        name="書き換え",
        phone="1",
        latitude=36.0,
        longitude=140.0,
        position_source="curated",
    )
    through_review(entry, curator, reviewer)
    assert seen(facility_id)["name"] == "書き換え"
    assert OfficialFacts.objects.values().get(facility=facility_id) == before
