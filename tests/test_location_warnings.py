"""Warnings about where a clinic is: rarely false, seldom missing, and never a refusal."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.curation.location_warnings import Location, location_warnings
from clinics.imports.places_defaults import load_default_places
from clinics.imports.starter import load_starter
from clinics.models import OfficialFacts, Place, PlaceKind

pytestmark = pytest.mark.django_db

PREFECTURES = {"13": "東京都", "14": "神奈川県", "27": "大阪府"}
TOKYO_STATION = Location("JP", "13", "13101", "東京都千代田区丸の内一丁目", 35.681236, 139.767125)
# A grid of towns a hundred metres apart, as dense as those of a city.
TOWN_STEP_DEG = 0.001


def slugs(location: Location) -> list[str]:
    return [warning.slug for warning in location_warnings(location, PREFECTURES)]


def town(number: int, municipality: str, latitude: float, longitude: float) -> Place:
    return Place(
        source="test",
        source_id=f"{municipality}/{number}",
        kind=PlaceKind.TOWN,
        name=f"{number}丁目",
        country="JP",
        prefecture_code=municipality[:2],
        municipality_code=municipality,
        latitude=latitude,
        longitude=longitude,
    )


def towns(municipality: str, latitude: float, longitude: float) -> None:
    """Nine towns of a municipality around a point."""
    Place.objects.bulk_create(
        town(n, municipality, latitude + n // 3 * TOWN_STEP_DEG, longitude + n % 3 * TOWN_STEP_DEG)
        for n in range(9)
    )


def test_of_the_starters_facilities_none_is_warned_about_and_nearly_all_are_once_moved() -> None:
    load_starter()
    load_default_places()
    offices = {
        place.prefecture_code: (place.latitude, place.longitude)
        for place in Place.objects.filter(kind=PlaceKind.PREFECTURE)
    }
    names = dict(
        Place.objects.filter(kind=PlaceKind.PREFECTURE).values_list("prefecture_code", "name")
    )
    located = [
        Location(*values)
        for values in OfficialFacts.objects.exclude(latitude=None).values_list(
            "country",
            "prefecture_code",
            "municipality_code",
            "address",
            "latitude",
            "longitude",
        )
    ]
    false_alarms = [where for where in located if location_warnings(where, names)]
    assert len(located) > 480 and false_alarms == []
    moved = [
        replace(where, latitude=latitude, longitude=longitude)
        for place, where in enumerate(located[::5])
        for code, (latitude, longitude) in list(offices.items())[place % 5 :: 5]
        if code != where.prefecture_code
    ]
    noticed = [
        where
        for where in moved
        if "outside-prefecture" in [one.slug for one in location_warnings(where, names)]
    ]
    assert len(moved) > 800 and len(noticed) / len(moved) > 0.99


def test_exchanged_coordinates_are_called_so_and_other_points_abroad_are_not() -> None:
    swapped = replace(TOKYO_STATION, latitude=139.767125, longitude=35.681236)
    assert slugs(swapped) == ["swapped"]
    assert slugs(replace(TOKYO_STATION, latitude=0.0, longitude=0.0)) == ["outside-japan"]
    assert slugs(replace(swapped, country="DE")) == []


def test_an_address_begins_with_the_stated_prefecture() -> None:
    assert slugs(replace(TOKYO_STATION, address="神奈川県横浜市")) == ["address-prefecture"]
    assert slugs(replace(TOKYO_STATION, address="")) == []
    assert slugs(replace(TOKYO_STATION, prefecture_code="")) == []


def test_a_pin_among_the_towns_of_another_prefecture_is_noticed() -> None:
    towns("27127", 34.70, 135.49)
    osaka = replace(TOKYO_STATION, latitude=34.7, longitude=135.49)
    (warning,) = location_warnings(osaka, PREFECTURES)
    assert warning.slug == "outside-prefecture"
    assert "大阪府" in warning.message and "東京都" in warning.message


def test_a_pin_among_the_towns_of_another_municipality_is_noticed_where_its_own_are_known() -> None:
    towns("13101", 35.681, 139.766)
    towns("13103", 35.65, 139.74)
    assert slugs(TOKYO_STATION) == []
    assert slugs(replace(TOKYO_STATION, latitude=35.65, longitude=139.74)) == [
        "outside-municipality"
    ]
    # A code that no place bears may be one that came later.
    assert slugs(replace(TOKYO_STATION, municipality_code="13999")) == []


def test_without_towns_only_a_municipality_far_away_is_noticed() -> None:
    office = town(1, "13421", 27.094, 142.192)
    office.kind = PlaceKind.MUNICIPALITY
    near = town(2, "13101", 35.694, 139.753)
    near.kind = PlaceKind.MUNICIPALITY
    Place.objects.bulk_create([office, near])
    assert slugs(TOKYO_STATION) == []
    assert slugs(replace(TOKYO_STATION, municipality_code="13421")) == ["outside-municipality"]


def test_nothing_is_said_without_a_pin_or_without_a_gazetteer() -> None:
    assert slugs(TOKYO_STATION) == []
    assert slugs(replace(TOKYO_STATION, latitude=None)) == []


def test_a_location_takes_at_most_two_queries() -> None:
    load_default_places()
    with CaptureQueriesContext(connection) as asked:
        location_warnings(TOKYO_STATION, PREFECTURES)
    assert len(asked) <= 2
