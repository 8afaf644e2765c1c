"""Positions looked up by address become drafts where the address leads to one place, and only there."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clinics.curation.address_lookup import AddressAnswer, AddressCandidate
from clinics.curation.regeocoding import regeocode
from clinics.curation.workflow import WorkflowError
from clinics.models import CuratedEntry, EntryState, Facility, Listing
from tests.catalogue import record, register
from tests.curating import edit, member

pytestmark = pytest.mark.django_db

HOUSE = AddressCandidate("東京都千代田区丸の内1-1", 35.681236, 139.767125, "address")
ANSWERS = {
    "one": (HOUSE,),
    "none": (),
    "two": (HOUSE, AddressCandidate("東京都中央区丸の内1-1", 35.67, 139.77, "town")),
    "coarse": (AddressCandidate("千代田区", 35.694, 139.753, "municipality"),),
    "coarse-beside-fine": (AddressCandidate("千代田区", 35.694, 139.753, "municipality"), HOUSE),
}


def looked_up(address: str) -> AddressAnswer:
    return AddressAnswer(ANSWERS[address])


@pytest.fixture(autouse=True)
def lookup(settings: Any) -> None:
    settings.ADDRESS_LOOKUP = "tests.test_regeocoding.looked_up"


@pytest.fixture
def curator() -> User:
    return member("hanako", "Curator")


def unlocated(address: str) -> Facility:
    (facility_id,) = register([record(None, None, address=address)])
    return Facility.objects.get(pk=facility_id)


@pytest.mark.parametrize("address", ["one", "coarse-beside-fine"])
def test_one_precise_place_becomes_a_draft(curator: User, address: str) -> None:
    entry = regeocode(unlocated(address), by=curator)
    facts = entry.document["facts"]
    assert (facts["latitude"], facts["longitude"]) == (35.681236, 139.767125)
    assert facts["position_source"] == "geocoded" and entry.state == EntryState.DRAFT
    assert HOUSE.label in entry.history.latest().history_change_reason
    assert Listing.objects.get().latitude is None


@pytest.mark.parametrize(
    ("address", "said"),
    [("", "no address"), ("none", "0 places"), ("two", "2 places"), ("coarse", "0 places")],
)
def test_anything_else_is_left_to_a_person(curator: User, address: str, said: str) -> None:
    with pytest.raises(WorkflowError, match=said):
        regeocode(unlocated(address), by=curator)
    assert not CuratedEntry.objects.exists()


def test_a_draft_in_work_is_not_touched(curator: User) -> None:
    facility = unlocated("one")
    edit(facility.pk, curator, phone="1")
    with pytest.raises(WorkflowError, match="pending draft"):
        regeocode(facility, by=curator)


def test_a_selection_is_looked_up_and_told_of(curator: User) -> None:
    ids = [str(unlocated(address).pk) for address in ("one", "none")]
    client = Client()
    client.force_login(curator)
    data = {"action": "regeocode_selected", "_selected_action": ids, "confirmed": "1"}
    told = client.post("/admin/clinics/facility/", data, follow=True).content.decode()
    assert "1 clinic: done." in told and "leads to 0 places" in told
    assert CuratedEntry.objects.get().document["facts"]["latitude"] == 35.681236
