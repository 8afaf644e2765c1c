"""Rectangles of degrees against the judge: edges, lines, poles, both sides of ±180."""

import math
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinics.position import cell
from finder.cells import covering
from finder.query import Box, Centre, Page, SearchQuery
from finder.search import search
from tests.oracle import check_page
from tests.questions import PLACED, boxes, queries
from tests.world import (
    OLDEST_FRESH_DAY,
    TOKYO,
    TOWN,
    TOWN_COUNT_LIMIT,
    TOWN_IDS,
    TOWN_JUDGE,
    WAYS,
    Way,
    many,
    published,
)

pytestmark = pytest.mark.django_db

WORLD_WIDE = Box(-180, -90, 180, 90)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with published(TOWN, TOWN_IDS, django_db_blocker):
        yield


def check(query: SearchQuery, way: Way) -> Page:
    """Ask, and assert that the answer is the judge's."""
    with transaction.atomic(), way.taken():
        page = search(query)
    check_page(TOWN_JUDGE, query, page, OLDEST_FRESH_DAY, TOWN_COUNT_LIMIT)
    return page


def found_in(box: Box, way: Way, centre: Centre | None = None) -> set[str]:
    """The ids of all clinics found in a box, bodywork too."""
    sort = "distance" if centre else "name"
    query = SearchQuery(
        centre, box=box, sort=sort, page_size=len(TOWN), count="none", bodywork=True
    )
    return {hit.key.clinic_id for hit in check(query, way).hits}


@settings(many, max_examples=300)
@given(query=queries(always=("bbox",), most_filters=1), way=WAYS)
def test_every_order_of_the_clinics_in_a_box_is_the_judge_s(town, query, way):
    check(query, way)


@settings(many, max_examples=60)
@given(box=boxes(), clinic=st.sampled_from(PLACED), way=WAYS)
def test_a_centre_inside_the_box_outside_and_on_its_edge_finds_the_same_clinics(
    town, box, clinic, way
):
    everyone = found_in(box, way)
    for latitude, longitude in [
        TOKYO,
        (clinic.latitude, clinic.longitude),
        (box.south, box.west),
        (box.north, box.east),
    ]:
        assert found_in(box, way, Centre(latitude, longitude)) == everyone


@settings(many, max_examples=60)
@given(clinic=st.sampled_from(PLACED), size=st.sampled_from([0.0, 1e-9, 0.3, 40.0]), way=WAYS)
def test_a_clinic_on_an_edge_is_inside_and_a_hair_beyond_it_outside(town, clinic, size, way):
    latitude, longitude = clinic.latitude, clinic.longitude
    assume(abs(latitude) + size < 90 and abs(longitude) + size < 180)
    on_edges = [
        Box(longitude, latitude, longitude + size, latitude + size),
        Box(longitude - size, latitude - size, longitude, latitude),
    ]
    for box in on_edges:
        assert clinic.id in found_in(box, way)
    hair_north, hair_east = math.nextafter(latitude, 90), math.nextafter(longitude, 180)
    beyond = [
        Box(hair_east, latitude - size, math.nextafter(hair_east + size, 180), latitude + size),
        Box(longitude - size, hair_north, longitude + size, math.nextafter(hair_north + size, 90)),
    ]
    for box in beyond:
        assert clinic.id not in found_in(box, way)


@pytest.mark.parametrize("west", [180.0, -180.0])
@pytest.mark.parametrize("east", [180.0, -180.0])
def test_the_antimeridian_has_two_names_and_one_place(town, west, east):
    """As a line it holds the clinics of both names; from -180 to 180 is all the way around."""
    way = Way(20, 3, 8)
    on_it = {clinic.id for clinic in PLACED if abs(clinic.longitude) == 180}
    assert len(on_it) >= 10
    whole = (west, east) == (-180.0, 180.0)
    everyone = {clinic.id for clinic in PLACED}
    assert found_in(Box(west, -90, east, 90), way) == (everyone if whole else on_it)
    for box in (Box(west, -90, -175, 90), Box(175, -90, east, 90), Box(-175, -90, east, 90)):
        assert on_it <= found_in(box, way)


@settings(many, max_examples=8)
@given(way=WAYS)
def test_a_clinic_whose_position_is_unknown_is_in_no_box(town, way):
    nowhere = {clinic.id for clinic in TOWN if clinic.latitude is None}
    assert len(nowhere) > 10
    assert found_in(WORLD_WIDE, way) == {clinic.id for clinic in TOWN} - nowhere


def test_a_box_and_a_radius_are_both_kept_to(town):
    """A circle that a meridian cuts in half."""
    way = Way(20, 3, 8)
    west = 139.25
    circle = SearchQuery(Centre(35.25, west), 40, page_size=100, count="none", bodywork=True)
    whole = {hit.key.clinic_id for hit in check(circle, way).hits}
    half = check(replace(circle, box=Box(west, -90, 180, 90)), way)
    rest = check(replace(circle, box=Box(-180, -90, math.nextafter(west, 0), 90)), way)
    parts = [{hit.key.clinic_id for hit in page.hits} for page in (half, rest)]
    assert parts[0] | parts[1] == whole and not parts[0] & parts[1]
    assert all(parts)


@settings(many, max_examples=400)
@given(box=boxes(), north=st.floats(0, 1), east=st.floats(0, 1))
def test_the_cells_of_a_box_hold_every_point_of_it(box, north, east):
    latitude = min(box.south + north * (box.north - box.south), box.north)
    width = box.east - box.west if box.west <= box.east else box.east - box.west + 360
    longitude = box.west + east * width
    points = [longitude - 360 if longitude > 180 else longitude, box.west, box.east]
    points += [-degrees for degrees in points if abs(degrees) == 180]
    ranges = covering(box.west, box.south, box.east, box.north).ranges
    for degrees in points:
        code = cell(latitude, degrees)
        assert any(low <= code <= high for low, high in ranges)


@settings(many, max_examples=200)
@given(
    south=st.floats(-89, 88),
    west=st.floats(-179, 178),
    height=st.floats(0.001, 1),
    width=st.floats(0.001, 1),
)
def test_a_small_box_takes_few_cells_and_small_ones(south, west, height, width):
    """Not far more of the earth than a square around it."""
    ranges = covering(west, south, west + width, south + height).ranges
    share = sum(high - low + 1 for low, high in ranges) / 2**62
    degrees = max(width, height)
    assert len(ranges) <= 24
    assert share < 40 * (degrees / 360) * (degrees / 180)
