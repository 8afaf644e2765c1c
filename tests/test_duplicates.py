"""Pairs that may be one place: found once, shown side by side, decided by a person, kept decided."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from clinics.curation import duplicates
from clinics.curation.duplicates import check_facility, find_duplicates, mark_different
from clinics.curation.likeness import LEAST_NAME_LIKENESS, likeness, name_likeness
from clinics.curation.signs import Signs, signs_of
from clinics.identity import CURATED, facility_uuid
from clinics.imports.starter import load_starter
from clinics.models import (
    CuratedFacts,
    DuplicatePair,
    OfficialFacts,
)
from clinics.publication import publish
from clinics.text import search_key
from tests.catalogue import claim, record, register, withdraw
from tests.doubles import an_open_pair, curated, found, registered

LIST = "/admin/clinics/duplicatepair/"
COMPARE = f"{LIST}compare/"


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
