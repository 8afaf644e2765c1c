"""Pairs that may be one place: found once, shown side by side, decided by a person, kept decided."""

from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from clinics.curation import duplicates
from clinics.curation.duplicates import check_facility, find_duplicates, mark_different, pair_of
from clinics.curation.likeness import LEAST_NAME_LIKENESS, likeness, name_likeness
from clinics.curation.side_by_side import side_by_side
from clinics.curation.signs import Signs, signs_of
from clinics.identity import CURATED, facility_uuid
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    CuratedFacts,
    DuplicatePair,
    Facility,
    OfficialFacts,
    Status,
)
from clinics.publication import publish
from clinics.text import search_key
from tests.catalogue import claim, record, register, withdraw
from tests.curating import edit, person

LIST = "/admin/clinics/duplicatepair/"
COMPARE = f"{LIST}compare/"


def curated(name: str, key: str = "double", **facts: Any) -> UUID:
    facility_id = facility_uuid(CURATED, key)
    facility = Facility.objects.create(id=facility_id, source=CURATED, official_id=key)
    facts = {"prefecture_code": "13"} | facts
    CuratedFacts.objects.create(facility=facility, name=name, **facts)
    publish([facility_id])
    return facility_id


def registered(name: str, *, latitude: float | None = None, **facts: Any) -> UUID:
    longitude = None if latitude is None else 139.0
    (facility_id,) = register([record(latitude, longitude, name=name, **facts)])
    return facility_id


def found() -> set[frozenset[UUID]]:
    pairs = DuplicatePair.objects.filter(state="open")
    return {frozenset((pair.first_id, pair.second_id)) for pair in pairs}


def an_open_pair() -> DuplicatePair:
    curated("青葉病院"), registered("医療法人社団　翠会　青葉病院")
    find_duplicates()
    return DuplicatePair.objects.get()


@pytest.mark.django_db
def test_a_clinic_of_the_curators_meets_its_registered_self() -> None:
    one, other = curated("青葉病院"), registered("医療法人社団　翠会　青葉病院")
    outcome = find_duplicates()
    pair = DuplicatePair.objects.get()
    assert found() == {frozenset((one, other))} and pair.first_id < pair.second_id
    assert "same-name" in pair.reasons and outcome.counts["new"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"website": "https://www.aoba.example/"}, {"website": "http://aoba.example/top.html"}),
        (
            {"address": "東京都港区芝2丁目3-4", "municipality_code": "13103"},
            {"address": "東京都港区芝二丁目３番４号", "municipality_code": "13103"},
        ),
        (
            {"latitude": 35.0, "longitude": 139.0, "municipality_code": "13101"},
            {"latitude": 35.0003},
        ),
    ],
    ids=["same website", "same address", "next door"],
)
def test_another_name_needs_another_sign(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    curated("青葉記念病院スポーツ外来", **mine)
    registered("青葉記念病院", **theirs)
    find_duplicates()
    assert len(found()) == 1


@pytest.mark.django_db
def test_the_same_phone_is_a_sign_however_it_is_written() -> None:
    curated("青葉クリニック", phone="03-1234-5678", municipality_code="13103")
    curated("あおばくりにっく分院", "other", phone="＋81 3 1234 5678", municipality_code="13103")
    find_duplicates()
    assert "same-phone" in DuplicatePair.objects.get().reasons


@pytest.mark.django_db
def test_what_only_looks_alike_is_not_offered() -> None:
    curated("青葉病院"), curated("緑川病院", "other")
    registered("青葉病院", prefecture_code="27")
    registered("緑川整形外科病院附属看護センター"), registered("青山病院")
    find_duplicates()
    assert found() == set()


@pytest.mark.django_db
def test_two_that_a_register_lists_are_two_unless_they_have_one_name() -> None:
    one, alike = (
        registered(name, latitude=35.0, website="https://aoba.example")
        for name in ("青葉病院", "青葉記念病院")
    )
    claim(one, "sport:golf")
    find_duplicates()
    assert found() == set()
    same = registered("青葉病院", latitude=35.0)
    find_duplicates()
    assert found() == {frozenset((one, same))} and alike


@pytest.mark.django_db
def test_one_that_came_back_under_a_new_id_is_offered_without_any_claim() -> None:
    old, new = registered("青葉病院", latitude=35.0), registered("青葉病院", latitude=35.0001)
    find_duplicates()
    assert found() == set()
    OfficialFacts.objects.filter(facility=old).update(absent_since=date(2026, 6, 1))
    publish([old])
    find_duplicates()
    assert found() == {frozenset((old, new))}


@pytest.mark.django_db
def test_withdrawn_and_merged_clinics_are_no_duplicates() -> None:
    one = curated("青葉病院")
    registered("青葉病院")
    withdraw(one)
    find_duplicates()
    assert found() == set()


@pytest.mark.django_db
def test_a_pair_that_was_decided_is_not_offered_again() -> None:
    pair = an_open_pair()
    mark_different(pair, by=None)
    outcome = find_duplicates()
    assert found() == set() and outcome.counts["decided"] == 1
    assert check_facility(pair.first_id).counts["decided"] == 1
    assert DuplicatePair.objects.get().state == "different"


@pytest.mark.django_db
def test_an_open_pair_follows_what_is_known_and_goes_when_nothing_is_alike() -> None:
    pair = an_open_pair()
    assert find_duplicates().counts["unchanged"] == 1
    CuratedFacts.objects.update(website="https://aoba.example")
    OfficialFacts.objects.update(website="https://aoba.example/x")
    assert find_duplicates().counts["changed"] == 1
    before, pair = pair.score, DuplicatePair.objects.get()
    assert pair.score > before and "same-website" in pair.reasons
    CuratedFacts.objects.update(name="緑川病院", website="")
    assert find_duplicates(dry_run=True).counts["gone"] == 1 and len(found()) == 1
    assert find_duplicates().counts["gone"] == 1 and found() == set()


@pytest.mark.django_db
def test_one_facility_is_checked_on_its_own_and_nothing_else_is_taken_back() -> None:
    pair = an_open_pair()
    one, other = curated("緑川病院", "green"), registered("緑川病院")
    assert check_facility(one).counts["new"] == 1
    assert found() == {frozenset((one, other)), frozenset((pair.first_id, pair.second_id))}
    assert check_facility(facility_uuid(CURATED, "nobody")).compared == 0


@pytest.mark.django_db
def test_the_command_counts_and_a_dry_run_writes_nothing() -> None:
    curated("青葉病院"), registered("青葉病院")
    told = StringIO()
    call_command("find_duplicates", dry_run=True, stdout=told)
    assert "1 new" in told.getvalue() and "Nothing was written" in told.getvalue()
    assert found() == set()
    call_command("find_duplicates", stdout=told)
    assert len(found()) == 1


@pytest.mark.django_db
def test_many_at_one_sign_are_not_compared_with_each_other(monkeypatch: Any) -> None:
    """The work grows with the catalogue: a sign that too many share is none."""
    register(record(35.0, 139.0, name=f"第{n}病院", website="https://a.example") for n in range(80))
    curated("青葉病院", website="https://a.example", latitude=35.0, longitude=139.0)
    assert find_duplicates().compared == 0
    monkeypatch.setattr(duplicates, "LARGEST_BLOCK", 100)
    assert find_duplicates().compared == 80


@pytest.mark.django_db
def test_the_starter_catalogue_has_the_three_that_its_editors_left_open() -> None:
    load_starter()
    find_duplicates()
    names = {
        name
        for pair in DuplicatePair.objects.all()
        for name in (pair.first.stated("name"), pair.second.stated("name"))
    }
    assert "北海道大学病院" in names and DuplicatePair.objects.count() <= 5


def test_words_that_hundreds_share_make_no_two_names_alike() -> None:
    aoba, midori, short = map(
        search_key, ("青葉整形外科クリニック", "緑川整形外科クリニック", "青葉整形外科")
    )
    assert name_likeness(aoba, midori) < LEAST_NAME_LIKENESS < name_likeness(aoba, short)
    assert name_likeness("", aoba) == 0
    nothing = likeness(Signs(), Signs(), {})
    assert (nothing.score, nothing.reasons) == (0, ())


def test_a_website_of_many_says_little_and_a_platform_nothing() -> None:
    one = signs_of({"website": "https://hosp.example/a"})
    assert likeness(one, one, {"hosp.example": 2}).reasons == ("same-website",)
    assert likeness(one, one, {"hosp.example": 9}).reasons == ("shared-website",)
    assert likeness(one, one, {"hosp.example": 90}).reasons == ()
    platform = signs_of({"website": "https://www.facebook.com/aoba"})
    assert platform.host == "" and likeness(platform, platform, {}).reasons == ()


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
