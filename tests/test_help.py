"""What is said where nothing matches, against the judge: who is nearest, and what to leave out."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from finder import suggestions as helping
from finder.query import AnyOf, Box, Centre, SearchQuery
from finder.questions import Asked, build_query
from finder.suggestions import suggestions
from tests.oracle import measure
from tests.questions import Values, query_of, values
from tests.world import (
    CARRIED_BY_NONE,
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

USUAL = Way(4_000, 20_000, 8)
# What is asked for without keeping anything out.
NO_FILTERS = {"lat", "lng", "sort", "page_size", "count"}


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with published(TOWN, TOWN_IDS, django_db_blocker):
        yield


def ask(asked: Values, way: Way = USUAL) -> helping.Help:
    """The help for a question, read in a way."""
    with transaction.atomic(), way.taken():
        return suggestions(Asked(asked, build_query(asked)))


def middle(box: Box) -> tuple[float, float]:
    """Half way from south to north, and eastwards from west to east."""
    width = (box.east - box.west) if box.west <= box.east else (box.east + 360 - box.west)
    longitude = box.west + width / 2
    return (box.south + box.north) / 2, longitude - 360 if longitude >= 180 else longitude


def check_nearest_outside(asked: Values, hit) -> None:
    """The nearest match of the same question anywhere, from the centre or the box's middle."""
    query = query_of(asked)
    if query.radius_km is None and query.box is None:
        assert hit is None
        return
    here = (asked["lat"], asked["lng"]) if "lat" in asked else middle(query.box)
    anywhere = replace(query, centre=Centre(*here), radius_km=None, box=None)
    nearest = TOWN_JUDGE.brute_force(here, TOWN_JUDGE.matching(anywhere))
    if not nearest:
        assert hit is None
        return
    clinic = TOWN_JUDGE.by_id[hit.key.clinic_id]
    item = measure(here, clinic)
    assert clinic.id in {other.clinic.id for other in nearest}
    assert item.least_mm <= hit.distance_mm <= item.most_mm
    for other in nearest:
        assert (hit.distance_mm, clinic.id) <= (other.most_mm, other.clinic.id)


@settings(many, max_examples=150)
@given(asked=values(), way=WAYS)
def test_help_is_the_judge_s_for_any_question(town, asked, way):
    """Whether anything matches or not: what is counted does not depend on it."""
    given_help = ask(asked, way)
    check_nearest_outside(asked, given_help.nearest_outside)
    filters = asked.keys() - NO_FILTERS
    assert {item.parameter for item in given_help.without} == filters
    assert len(given_help.without) == len(filters)
    for item in given_help.without:
        others = {name: value for name, value in asked.items() if name != item.parameter}
        least, most = TOWN_JUDGE.number_of(query_of(others))
        assert min(least, TOWN_COUNT_LIMIT) <= item.count <= min(most, TOWN_COUNT_LIMIT)
        if item.count_exact:
            assert least <= item.count
        else:
            assert item.count == TOWN_COUNT_LIMIT < most


@settings(many, max_examples=60)
@given(
    asked=values(always=("bbox",), most_filters=2),
    west=st.floats(-180, 180),
    width=st.floats(0, 360),
    way=WAYS,
)
def test_from_a_box_it_is_measured_from_its_middle(town, asked, west, width, way):
    """Across the antimeridian too."""
    east = west + width
    box = replace(asked["bbox"], west=west, east=east - 360 if east > 180 else east)
    asked = {
        name: value for name, value in asked.items() if name not in ("lat", "lng", "radius_km")
    }
    asked |= {"bbox": box, "sort": "name"}
    check_nearest_outside(asked, ask(asked, way).nearest_outside)


def test_what_every_filter_keeps_out_is_none_where_no_clinic_can_match(town):
    """Two that nobody meets: leaving out one of them would give nothing."""
    scheme, _, slug = CARRIED_BY_NONE.partition(":")
    asked = {scheme: ((slug,),), "municipality": "13999", "sort": "name"}
    helped = ask(asked)
    assert helped.nearest_outside is None
    assert [(item.count, item.count_exact) for item in helped.without] == [(0, True)] * 2


def test_counting_stops_where_the_filters_left_would_be_read_too_long(town, monkeypatch):
    """The filters whose turn has not come by then are left out, not counted wrong."""
    asked = {"kind": "hospital", "accepts_new_patients": "true", "sort": "name"}
    hospitals = sum(clinic.kind == "hospital" for clinic in TOWN)
    accepting = len(TOWN_JUDGE.carriers("accepts-new-patients:yes"))
    monkeypatch.setattr(helping, "MOST_POSTINGS", hospitals + accepting)
    assert [item.parameter for item in ask(asked).without] == ["kind", "accepts_new_patients"]
    monkeypatch.setattr(helping, "MOST_POSTINGS", hospitals + accepting - 1)
    assert [item.parameter for item in ask(asked).without] == ["kind"]


def test_over_http_there_is_help_where_nothing_matches_and_nowhere_else(town):
    def get(**parameters):
        response = Client().get("/api/v1/clinics", parameters)
        assert response.status_code == 200, response.content
        return response.json()

    far = get(lat="-40", lng="10", radius_km="5", feature="lift", sort="name")
    assert far["results"] == []
    lifts = TOWN_JUDGE.matching(SearchQuery(Centre(-40, 10), required=(AnyOf(("feature:lift",)),)))
    nearest = TOWN_JUDGE.brute_force((-40.0, 10.0), lifts)[0]
    outside = far["help"]["nearest_outside"]
    assert UUID(outside["clinic"]["id"]).hex == nearest.clinic.id
    assert abs(outside["distance_km"] - nearest.metres / 1_000) < 0.001
    numbers = {item["parameter"]: item["count"] for item in far["help"]["without"]}
    assert numbers == {"radius_km": len(lifts), "feature": 0}
    assert "help" not in get(lat="-40", lng="10", feature="lift")
