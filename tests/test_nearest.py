"""The search against the judge: members, order, distances and counts, anywhere on earth."""

import math
from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from finder import nearest, postings
from finder.query import COUNT_LIMIT, AnyOf, Centre, NameKey, NearestKey, Page, SearchQuery
from finder.search import search
from tests.catalogue import record, register
from tests.oracle import (
    BODYWORK,
    Key,
    Oracle,
    Point,
    azimuth_deg,
    check_count,
    check_nearest,
    check_page,
    geodesic_m,
    measure,
    millimetres,
)
from tests.world import (
    CARRIED_BY_NONE,
    CLAIMS,
    CLUSTERS,
    DEPARTMENTS,
    MIRRORS,
    NEAREST_IDS,
    STATION,
    TAVEUNI,
    TOKYO,
    many,
    publish_clinics,
)
from tests.world import NEAREST_WORLD as WORLD

pytestmark = pytest.mark.django_db

PLACED = [clinic for clinic in WORLD if clinic.latitude is not None]
ORACLE = Oracle(WORLD)
# Verifications do not matter to the orders that are asked for here.
NO_DAY = date.min


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The published world, for all the tests of this module; rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        publish_clinics(WORLD, NEAREST_IDS)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=[20, 1_000_000], ids=["block by block", "read whole"])
def reading(world, request):
    """Both ways of reading: rarer terms are read whole, of others the blocks around a centre."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (postings, nearest):
            patch.setattr(module, "READ_WHOLE", request.param)
        yield


def nearby(centres: st.SearchStrategy[Point]) -> st.SearchStrategy[Point]:
    """Points a little off some points."""
    offset = st.floats(-0.05, 0.05)
    return st.builds(
        lambda centre, north, east: (
            max(-90.0, min(90.0, centre[0] + north)),
            max(-180.0, min(180.0, centre[1] + east)),
        ),
        centres,
        offset,
        offset,
    )


LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180).map(lambda degrees: round(degrees, 15))
CLINIC_POINTS = st.sampled_from([(clinic.latitude, clinic.longitude) for clinic in PLACED])
# As precise as the interface takes them.
CENTRES = st.one_of(
    st.builds(lambda z, lng: (math.degrees(math.asin(z)), lng), st.floats(-1, 1), LONGITUDES),
    nearby(st.sampled_from([TOKYO, STATION, TAVEUNI, *CLUSTERS])),
    nearby(CLINIC_POINTS),
    CLINIC_POINTS,
    st.sampled_from([STATION, *MIRRORS]),
    st.tuples(st.sampled_from([90.0, -90.0]), LONGITUDES),
    nearby(st.tuples(st.sampled_from([90.0, -90.0]), LONGITUDES)),
    st.tuples(LATITUDES, st.sampled_from([180.0, -180.0])),
    nearby(st.sampled_from([(-16.8, 180.0), (-16.8, -180.0), (0.0, 180.0), (35.0, -180.0)])),
    st.tuples(st.sampled_from([0.0, -0.0]), LONGITUDES),
).map(lambda centre: (round(centre[0], 15), round(centre[1], 15)))
KEYS = st.sampled_from(
    [
        *DEPARTMENTS,
        *CLAIMS,
        *("kind:hospital", "kind:clinic", "prefecture:tokyo", "prefecture:okinawa"),
        BODYWORK,
        CARRIED_BY_NONE,
    ]
)
REQUIREMENTS = st.lists(
    st.lists(KEYS, min_size=1, max_size=3, unique=True).map(tuple), max_size=3
).map(tuple)


@st.composite
def radii(draw: st.DrawFn, centre: Point) -> float | None:
    """None, tiny, at hand, far, or exactly as far as some clinic."""
    there = draw(st.none() | CLINIC_POINTS)
    if there is not None:
        exact_km = geodesic_m(centre, there) / 1_000
        return draw(st.sampled_from([exact_km, millimetres(exact_km * 1_000) / 1_000_000])) or None
    return draw(
        st.one_of(
            st.none(),
            st.floats(1e-9, 0.01),
            st.floats(0.01, 5),
            st.floats(5, 200),
            st.floats(200, 2_000),
        )
    )


@st.composite
def questions(draw: st.DrawFn) -> SearchQuery:
    """A search around a centre."""
    centre = draw(CENTRES)
    required = draw(REQUIREMENTS)
    return SearchQuery(
        centre=Centre(*centre),
        radius_km=draw(radii(centre)),
        required=tuple(map(AnyOf, required)),
        page_size=draw(st.sampled_from([1, 2, 5, 20, 20, 100]) | st.integers(1, 100)),
        count=draw(st.sampled_from(["bounded", "exact", "none"])),
        bodywork=any(BODYWORK in keys for keys in required),
    )


def here(query: SearchQuery) -> Point:
    assert query.centre is not None
    return query.centre.latitude, query.centre.longitude


def keys_of(page: Page) -> list[Key]:
    return [(hit.key.distance_mm, hit.key.clinic_id) for hit in page.hits]


def ask(query: SearchQuery) -> Page:
    """The finder's answer; should it fail, the database is as before."""
    with transaction.atomic():
        return search(query)


def check_page_after(query: SearchQuery, after: Key | None = None) -> Page:
    """Ask, and assert that the answer is the judge's."""
    page = ask(query if after is None else replace(query, after=NearestKey(*after)))
    expected = ORACLE.nearest(
        here(query), ORACLE.matching(query), query.page_size + 1, query.radius_km, after
    )
    check_nearest(keys_of(page), page.more, expected, query.page_size, query.radius_km, after)
    check_count(ORACLE, query, page, COUNT_LIMIT)
    for hit in page.hits:
        assert hit.distance_mm == hit.key.distance_mm
    return page


def test_the_judge_measures_every_clinic_that_could_matter():
    """Its shortcut over a sphere against measuring them all."""
    random = Random(7)
    centres = [(90.0, 0.0), (-16.8, 180.0), STATION, (0.0, -30.0)]
    centres += [(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(4)]
    for centre in centres:
        everyone = ORACLE.brute_force(centre, WORLD)
        number, radius_km = random.randrange(1, 60), random.uniform(1, 2_000)
        found = {item.clinic.id for item in ORACLE.nearest(centre, WORLD, number)}
        assert found >= {item.clinic.id for item in everyone[:number]}
        inside = [item for item in everyone if item.metres <= radius_km * 1_000]
        least, most = ORACLE.number_within(centre, WORLD, radius_km)
        assert least <= len(inside) <= most


def test_the_world_is_what_these_tests_need():
    carried = [sum(key in clinic.keys for clinic in WORLD) for key in CLAIMS]
    assert len(WORLD) > 2_800
    assert min(carried) < 10 and max(carried) > COUNT_LIMIT
    assert sum(clinic.is_bodywork for clinic in WORLD) > 50
    assert sum((clinic.latitude, clinic.longitude) == STATION for clinic in WORLD) >= 60


@settings(many, max_examples=180)
@given(query=questions())
def test_the_nearest_page_is_the_judge_s(reading, query):
    check_page_after(query)


@settings(many, max_examples=60)
@given(query=questions(), data=st.data())
def test_a_page_after_any_clinic_goes_on_where_the_judge_does(reading, query, data):
    """After a clinic of the answer, and after one that is no part of it."""
    clinic = data.draw(st.sampled_from(PLACED))
    item = measure(here(query), clinic)
    check_page_after(query, after=(millimetres(item.metres), clinic.id))


@settings(many, max_examples=30)
@given(query=questions())
def test_every_clinic_at_equal_distances_comes_in_the_order_of_ids(reading, query):
    """One point with sixty clinics, and mirrored ones, asked for a few at a time."""
    mirror = Random(repr(query)).choice([STATION, *MIRRORS])
    small = replace(query, centre=Centre(*mirror), page_size=min(query.page_size, 20))
    page = check_page_after(small)
    if page.more:
        check_page_after(small, after=keys_of(page)[-1])


@settings(many, max_examples=15)
@given(
    pole=st.sampled_from([90.0, -90.0]), lng=LONGITUDES, size=st.integers(1, 60), far=radii(TOKYO)
)
def test_at_a_pole_every_longitude_is_as_near(reading, pole, lng, size, far):
    check_page_after(SearchQuery(centre=Centre(pole, lng), radius_km=far, page_size=size))


@settings(many, max_examples=25)
@given(centre=CENTRES, clinic=st.sampled_from(PLACED))
def test_a_radius_holds_the_clinic_that_lies_exactly_on_it(reading, centre, clinic):
    item = measure(centre, clinic)
    assume(item.least_mm == item.most_mm > 0)
    query = SearchQuery(Centre(*centre), item.most_mm / 1_000_000, count="exact", bodywork=True)
    with_it = ask(query)
    without_it = ask(replace(query, radius_km=(item.most_mm - 1) / 1_000_000))
    assert with_it.count > without_it.count
    assert clinic.id not in {hit.key.clinic_id for hit in without_it.hits}
    at_the_edge = ask(replace(query, after=NearestKey(item.most_mm - 1, "f" * 32)))
    assert (item.most_mm, clinic.id) in keys_of(at_the_edge) or at_the_edge.more


@settings(many, max_examples=60)
@given(query=questions(), located=st.booleans(), data=st.data())
def test_the_page_by_name_is_the_judge_s(reading, query, located, data):
    """With a centre and a radius, and without; from the start, and after any clinic."""
    if not located:
        query = replace(query, centre=None, radius_km=None)
    after = data.draw(st.none() | st.sampled_from(WORLD))
    asked = replace(query, sort="name", after=after and NameKey(*after.name_key))
    check_page(ORACLE, asked, ask(asked), NO_DAY, COUNT_LIMIT)


@settings(many, max_examples=8)
@given(query=questions())
def test_bodywork_is_left_out_unless_it_is_asked_for_by_name(reading, query):
    """Asking for a sport that the place names is not asking for it."""
    query = replace(query, bodywork=False, radius_km=None, page_size=100)
    for required in ((), ("sport:all-sports",)):
        page = check_page_after(replace(query, required=(AnyOf(required),) if required else ()))
        assert not any(ORACLE.by_id[hit.key.clinic_id].is_bodywork for hit in page.hits)
    asked = replace(query, required=(AnyOf((BODYWORK,)),), bodywork=True)
    assert any(ORACLE.by_id[hit.key.clinic_id].is_bodywork for hit in check_page_after(asked).hits)


def test_bodywork_over_http_is_there_for_who_names_it(reading):
    around = {"lat": "35.6812", "lng": "139.7671", "page_size": "100", "count": "exact"}
    places = sum(clinic.is_bodywork and clinic.latitude is not None for clinic in WORLD)
    mixed = sum(
        BODYWORK in clinic.keys and not clinic.is_bodywork and clinic.latitude is not None
        for clinic in WORLD
    )
    assert get(around, category="non-medical-bodywork")["count"] == places + mixed
    everyone = get(around)["count"]
    assert everyone == len(PLACED) - places
    sport = get(around, sport="all-sports")
    shown = {slug["slug"] for hit in sport["results"] for slug in hit["clinic"]["sports"]}
    assert shown == {"all-sports"}
    assert not any(ORACLE.by_id[hex_id(hit)].is_bodywork for hit in sport["results"])


def test_clinics_without_a_position_are_found_only_without_a_centre(reading):
    nowhere = {clinic.id for clinic in WORLD if clinic.latitude is None and not clinic.is_bodywork}
    assert len(nowhere) > 30
    by_distance = SearchQuery(centre=Centre(*TOKYO), radius_km=20_100, count="exact")
    for query in (by_distance, replace(by_distance, sort="name")):
        assert ask(query).count == len(PLACED) - sum(clinic.is_bodywork for clinic in PLACED)
    found = set()
    page = ask(SearchQuery(sort="name", page_size=100))
    while page.hits:
        found |= {hit.key.clinic_id for hit in page.hits if hit.distance_mm is None}
        after = page.hits[-1].key
        page = ask(SearchQuery(sort="name", page_size=100, after=after))
    assert nowhere <= found
    assert found == {clinic.id for clinic in WORLD if not clinic.is_bodywork}


@pytest.mark.parametrize("sort", ["distance", "name"])
def test_a_term_that_no_clinic_carries_gives_an_empty_page(reading, sort):
    query = SearchQuery(centre=Centre(*TOKYO), sort=sort, required=(AnyOf((CARRIED_BY_NONE,)),))
    assert ask(query) == Page((), more=False, count=0, count_exact=True)
    assert ask(replace(query, count="none")) == Page((), more=False, count=None, count_exact=False)
    both = replace(query, required=(*query.required, AnyOf(("category:neurology",))))
    assert ask(both) == Page((), more=False, count=0, count_exact=True)
    either = replace(query, required=(AnyOf((CARRIED_BY_NONE, "service:dbs")),), count="exact")
    number = sum("service:dbs" in clinic.keys and clinic.latitude is not None for clinic in WORLD)
    assert ask(either).count == number > 0


@settings(many, max_examples=25)
@given(clinic=st.sampled_from(PLACED), north=st.floats(-9, 9), east=st.floats(-9, 9))
def test_a_radius_over_http_holds_the_clinic_that_lies_exactly_on_it(reading, clinic, north, east):
    assume(not clinic.is_bodywork)
    latitude = round(max(-90, min(90, clinic.latitude + north)), 6) + 0.0
    longitude = round(max(-180, min(180, clinic.longitude + east)), 6) + 0.0
    item = measure((latitude, longitude), clinic)
    assume(item.least_mm == item.most_mm and 0 < item.most_mm <= 2_000_000_000)
    asked = {"lat": f"{latitude:.6f}", "lng": f"{longitude:.6f}", "count": "exact"}
    with_it = get(asked, radius_km=f"{item.most_mm / 1_000_000:.6f}")["count"]
    if item.most_mm == 1:
        assert with_it
    else:
        assert with_it > get(asked, radius_km=f"{(item.most_mm - 1) / 1_000_000:.6f}")["count"]


@settings(many, max_examples=35)
@given(query=questions())
def test_the_same_over_http(reading, query):
    """The page of the judge with distances in metres, bearings and the clinics' documents."""
    centre = tuple(round(degrees, 6) + 0.0 for degrees in here(query))
    radius_km = query.radius_km and min(max(round(query.radius_km, 6), 0.001), 2_000)
    query = replace(query, centre=Centre(*centre), radius_km=radius_km)
    asked = {
        "lat": f"{centre[0]:.6f}",
        "lng": f"{centre[1]:.6f}",
        "page_size": str(query.page_size),
        "count": query.count,
    }
    if radius_km is not None:
        asked["radius_km"] = f"{radius_km:.6f}"
    filters: dict[str, list[str]] = {}
    for any_of in query.required:
        schemes = {key.split(":")[0] for key in any_of.terms}
        assume(len(schemes) == 1)
        (scheme,) = schemes
        filters.setdefault(scheme, []).append(",".join(key.split(":")[1] for key in any_of.terms))
    assume(all(len(filters.get(name, [])) < 2 for name in ("kind", "prefecture")))
    assume(not any("," in filters.get(name, [""])[0] for name in ("kind", "prefecture")))
    body = get(asked, **filters)
    page = ask(query)
    assert [hex_id(hit) for hit in body["results"]] == [hit.key.clinic_id for hit in page.hits]
    assert (body["next"] is not None) == page.more
    assert (body.get("count"), body.get("count_exact", False)) == (page.count, page.count_exact)
    expected = ORACLE.nearest(centre, ORACLE.matching(query), query.page_size + 1, radius_km)
    check_nearest(keys_of(page), page.more, expected, query.page_size, radius_km)
    for shown, hit in zip(body["results"], page.hits, strict=True):
        clinic = ORACLE.by_id[hit.key.clinic_id]
        assert abs(shown["distance_km"] * 1_000_000 - hit.distance_mm) <= 500.5
        assert shown["distance_km"] == round(shown["distance_km"], 3)
        assert 0 <= shown["bearing_deg"] < 360
        if 1_000 < hit.distance_mm < 300_000_000 and abs(centre[0]) < 80:
            azimuth = azimuth_deg(centre, (clinic.latitude, clinic.longitude))
            assert abs((shown["bearing_deg"] - azimuth + 180) % 360 - 180) < 1.5
        assert (shown["clinic"]["lat"], shown["clinic"]["lng"]) == (
            clinic.latitude,
            clinic.longitude,
        )


def get(parameters, **more):
    """The body of a search over HTTP; it is answered."""
    response = Client().get("/api/v1/clinics", {**parameters, **more})
    assert response.status_code == 200, response.content
    return response.json()


def hex_id(hit) -> str:
    return UUID(hit["clinic"]["id"]).hex


def test_a_centre_a_hair_from_a_clinic_is_at_the_clinic():
    """So small a number squared is nothing, which PostgreSQL would call an underflow."""
    with transaction.atomic():
        register([record(0.0, 0.0)])
        page = search(SearchQuery(centre=Centre(0.0, 1e-200), page_size=1))
        transaction.set_rollback(True)
    assert page.hits[0].distance_mm == 0
