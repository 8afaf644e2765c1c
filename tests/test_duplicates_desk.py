"""The desk of duplicates: pairs side by side, merged or told apart by a person."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

from clinics.curation.duplicates import find_duplicates, pair_of
from clinics.curation.side_by_side import side_by_side
from clinics.identity import CURATED, facility_uuid
from clinics.models import (
    Claim,
    DuplicatePair,
    Facility,
    Status,
)
from tests.catalogue import claim
from tests.curating import edit, person
from tests.doubles import an_open_pair, curated, found, registered

LIST = "/admin/clinics/duplicatepair/"
COMPARE = f"{LIST}compare/"


@pytest.fixture
def reviewer(client: Client) -> User:
    """A reviewer, signed in."""
    user = person("taro")
    user.groups.add(Group.objects.get(name="Reviewer"))
    client.force_login(user)
    return user


def page_of(pair: DuplicatePair) -> str:
    return f"{LIST}{pair.pk}/change/"


@pytest.mark.django_db
def test_the_list_begins_with_what_is_open_and_likeliest(client: Client, reviewer: User) -> None:
    ids = [curated(f"病院{n}", f"k{n}") for n in range(4)]
    for n, (score, state) in enumerate([(50, "open"), (99, "different"), (70, "open")]):
        first, second = sorted((ids[n], ids[n + 1]))
        DuplicatePair.objects.create(
            first_id=first, second_id=second, score=score, state=state, reasons=["same-name"]
        )
    listed = client.get(LIST).context["cl"].result_list
    assert [pair.score for pair in listed] == [70, 50, 99]
    for query, number in (
        ("state__exact=open", 2),
        ("reason=same-name", 3),
        ("reason=same-phone", 0),
        ("prefecture=13", 3),
        ("prefecture=27", 0),
        ("q=病院3", 1),
    ):
        assert len(client.get(f"{LIST}?{query}").context["cl"].result_list) == number, query


@pytest.mark.django_db
def test_the_list_takes_few_queries_however_many_pairs(
    client: Client, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    ids = sorted(curated(f"病院{n}", f"k{n}") for n in range(61))
    DuplicatePair.objects.bulk_create(
        DuplicatePair(first_id=ids[0], second_id=other, score=60, reasons=["same-name"])
        for other in ids[1:]
    )
    with django_assert_max_num_queries(20):
        page = client.get(f"{LIST}?state__exact=open&prefecture=13&reason=same-name")
    assert len(page.context["cl"].result_list) == 50


@pytest.mark.django_db
def test_a_pair_is_shown_side_by_side_with_what_differs(client: Client, reviewer: User) -> None:
    one = curated(
        "青葉病院", latitude=35.0, longitude=139.0, position_source="curated", note="音楽家"
    )
    other = registered("医療法人社団　翠会　青葉病院", latitude=35.001, departments=["neurology"])
    claim(one, "sport:golf"), claim(other, "sport:golf"), claim(other, "sport:marathon")
    find_duplicates()
    page = client.get(page_of(DuplicatePair.objects.get())).content.decode()
    for text in ("111 m", "This one stays", "neurology", "Marathon", "音楽家", "double"):
        assert text in page, text
    both = side_by_side(one, other)
    states = {str(row.label): row.state for row in both.facts}
    assert (states["Name"], states["Prefecture"], states["Kind"]) == (
        "different",
        "same",
        "one-sided",
    )
    assert {(item.text, item.shared) for item in both.second.claims} == {
        ("Golf", True),
        ("Marathon", False),
    }
    assert both.first.is_older and both.survivor == other


@pytest.mark.django_db
def test_of_two_of_the_same_kind_the_better_verified_should_stay() -> None:
    one, other = curated("青葉病院"), curated("青葉病院", "other")
    assert side_by_side(one, other).survivor == one
    claim(other, "sport:golf", checked_on=date(2026, 1, 1))
    assert side_by_side(one, other).survivor == other
    Facility.objects.filter(pk=other).update(status=Status.WITHDRAWN)
    assert side_by_side(one, other).survivor == one


@pytest.mark.django_db
def test_a_reviewer_merges_a_pair_and_the_old_address_leads_on(
    client: Client, reviewer: User
) -> None:
    pair = an_open_pair()
    loser = facility_uuid(CURATED, "double")
    survivor = pair.second_id if pair.first_id == loser else pair.first_id
    claim(loser, "sport:golf")
    answer = client.post(
        page_of(pair), {"deed": "merge", "survivor": str(survivor), "why": "Same building"}
    )
    assert answer.status_code == 302 and "state__exact=open" in answer["Location"]
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("merged", reviewer)
    assert client.get(f"/api/v1/clinics/{loser}")["Location"].endswith(str(survivor))
    assert Claim.objects.get().facility_id == survivor
    page = client.get(page_of(pair)).content.decode()
    assert "Same building" in page and 'value="merge"' not in page
    refused = client.post(page_of(pair), {"deed": "different", "why": "No"})
    assert "merged already" in refused.content.decode()


@pytest.mark.django_db
def test_only_the_sensible_direction_is_offered_and_the_page_says_why(
    client: Client, reviewer: User
) -> None:
    own, listed = curated("青葉病院"), registered("青葉病院")
    address = f"{COMPARE}?first={own}&second={listed}"
    page = client.get(address)
    assert page.context["both"].survivor == listed
    text = page.content.decode()
    assert "Its register still lists 青葉病院" in text
    assert re.search(f'value="{own}" disabled', text)
    assert re.search(f'value="{listed}" checked', text)
    assert not re.search(r'value="merge"[^>]* disabled', text)
    asked = client.post(address, {"deed": "merge", "survivor": str(own), "why": "One place"})
    assert "Its register still lists" in asked.content.decode()
    assert not Facility.objects.filter(merged_into__isnull=False).exists()
    # With neither to stay nothing is merged.
    Facility.objects.update(status=Status.DRAFT)
    text = client.get(address).content.decode()
    assert re.search(r'value="merge"[^>]* disabled', text) and "was never published" in text


@pytest.mark.django_db
def test_merging_what_was_never_published_promises_no_address(
    client: Client, reviewer: User
) -> None:
    own, listed = curated("青葉病院"), registered("青葉病院")
    Facility.objects.filter(pk=own).update(status=Status.DRAFT)
    address = f"{COMPARE}?first={own}&second={listed}"
    assert "What was never published stays unpublished" in client.get(address).content.decode()
    asked = {"deed": "merge", "survivor": str(listed), "why": "One place"}
    page = client.post(address, asked, follow=True).content.decode()
    assert "which was never published, is merged into" in page and "leads there" not in page


@pytest.mark.django_db
def test_telling_apart_needs_a_reason_which_is_kept(client: Client, reviewer: User) -> None:
    pair = an_open_pair()
    refused = client.post(page_of(pair), {"deed": "different", "why": " "})
    assert "Say why" in refused.content.decode() and len(found()) == 1
    client.post(page_of(pair), {"deed": "different", "why": "Another doctor"})
    pair.refresh_from_db()
    assert pair.state == "different" and pair.decided_by == reviewer and pair.decided_at
    assert "Another doctor" in client.get(page_of(pair)).content.decode()


@pytest.mark.django_db
def test_a_refused_merge_says_why_and_keeps_what_was_written(
    client: Client, reviewer: User
) -> None:
    pair = an_open_pair()
    edit(pair.second_id, reviewer, phone="1")
    written = {"deed": "merge", "why": "Same building"}
    page = client.post(page_of(pair), written | {"survivor": str(pair.first_id)}).content.decode()
    assert "has a draft" in page and "Same building" in page
    page = client.post(page_of(pair), written | {"survivor": "nonsense"}).content.decode()
    assert "Choose the clinic that stays" in page
    assert not Facility.objects.filter(merged_into__isnull=False).exists()


@pytest.mark.django_db
def test_two_clinics_chosen_by_hand_are_compared_and_merged(client: Client, reviewer: User) -> None:
    one, other = curated("青葉病院"), registered("緑川病院")
    address = f"{COMPARE}?first={one}&second={other}"
    assert "緑川病院" in client.get(address).content.decode()
    assert not DuplicatePair.objects.exists()
    client.post(address, {"deed": "merge", "survivor": str(other), "why": "Renamed"})
    assert Facility.objects.get(pk=one).merged_into_id == other


@pytest.mark.django_db
def test_two_chosen_by_hand_can_be_kept_apart_for_good(client: Client, reviewer: User) -> None:
    one, other = curated("青葉病院"), registered("青葉病院")
    client.post(f"{COMPARE}?first={other}&second={one}", {"deed": "different", "why": "Two"})
    assert DuplicatePair.objects.get().state == "different"
    assert pair_of(one, other).pk is not None
    find_duplicates()
    assert found() == set()


@pytest.mark.django_db
def test_what_cannot_be_compared_is_said(client: Client, reviewer: User) -> None:
    one = curated("青葉病院")
    assert client.get(f"{COMPARE}?first={one}").status_code == 404
    assert client.get(f"{COMPARE}?first={one}&second={facility_uuid('x', 'y')}").status_code == 404
    assert client.get(f"{COMPARE}?first={one}&second={one}").status_code == 302
    assert client.get(f"{LIST}99999/change/").status_code == 404
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.django_db
def test_a_curator_tells_apart_but_does_not_merge_and_others_see_nothing(client: Client) -> None:
    pair = an_open_pair()
    assert client.get(page_of(pair)).status_code == 302
    curator = person("hanako")
    client.force_login(curator)
    assert client.get(page_of(pair)).status_code == client.get(LIST).status_code == 403
    address = f"{COMPARE}?first={pair.first_id}&second={pair.second_id}"
    assert client.get(address).status_code == 403
    curator.groups.add(Group.objects.get(name="Curator"))
    page = client.get(page_of(pair)).content.decode()
    assert 'value="different"' in page and 'value="merge"' not in page
    merge = {"deed": "merge", "survivor": str(pair.first_id), "why": "x"}
    assert client.post(page_of(pair), merge).status_code == 403
    assert client.post(page_of(pair), {"deed": "delete", "why": "x"}).status_code == 403
    assert client.post(page_of(pair), {"deed": "different", "why": "x"}).status_code == 302


@pytest.mark.django_db
def test_the_page_names_concepts_in_the_readers_language(client: Client, reviewer: User) -> None:
    one, other = curated("青葉病院"), registered("青葉病院")
    claim(one, "sport:golf")
    with translation.override("ja"):
        assert side_by_side(one, other).first.claims[0].text == "ゴルフ"
    with pytest.raises(LookupError):
        side_by_side(one, facility_uuid("x", "y"))
