"""The search against the judge: members, order, distances and counts, anywhere on earth."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from random import Random
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clinics.identity import facility_uuid
from clinics.models import Kind
from finder import by_name, nearest, postings
from finder.query import COUNT_LIMIT, AnyOf, Centre, NameKey, NearestKey, Page, SearchQuery
from finder.search import search
from tests.catalogue import SOURCE, claim_many, record, register
from tests.oracle import (
    BODYWORK,
    Clinic,
    Key,
    Oracle,
    Point,
    azimuth_deg,
    check_nearest,
    geodesic_m,
    measure,
    millimetres,
)

pytestmark = pytest.mark.django_db

PREFECTURES = {"01": "hokkaido", "13": "tokyo", "27": "osaka", "47": "okinawa"}
# Departments of the register and claims, with the share of clinics that carry each. Sports end at
# the last bit of the first mask, levels begin the second, languages and features have no bit.
DEPARTMENTS = {"category:neurology": 0.5, "category:orthopaedics": 0.05}
CLAIMS = {
    "category:dystonia-clinic": 0.05,
    "condition:dystonia": 0.05,
    "sport:all-sports": 0.5,
    "level:recreational": 0.05,
    "service:dbs": 0.001,
    "service:mri": 0.5,
    "language:en": 0.05,
    "feature:parking": 0.5,
    "feature:lift": 0.001,
}
CARRIED_BY_NONE = "sport:tennis-racket"
NAMES = [
    "あおば医院",
    "アオバ医院",
    "青葉クリニック",
    "Sakura Clinic",
    "ＳＡＫＵＲＡ",
    "",
    "ｻｸﾗ",
    "佐倉",
]

TOKYO = (35.6812, 139.7671)
STATION = (35.658, 139.7016)
TAVEUNI = (-16.8, 179.98)
CLUSTERS = [
    (34.7025, 135.4959),
    (43.0687, 141.3508),
    (26.2124, 127.6809),
    (-13.83, -171.76),
    (51.48, 0.0),
    (-77.85, 166.67),
]
# Around these, clinics lie in pairs or fours at equal distances.
MIRRORS = [(35.5, 138.5), (0.0, 100.0), (0.0, 180.0), (-41.25, 174.75)]


def places() -> Iterator[Point | None]:
    """Where the clinics are; always the same."""
    random = Random(20_260_601)

    def around(centre: Point, radius_km: float) -> Point:
        bearing, away = random.uniform(0, 2 * math.pi), radius_km * math.sqrt(random.random())
        latitude = centre[0] + away / 111 * math.cos(bearing)
        wide = 111 * max(math.cos(math.radians(centre[0])), 0.01)
        longitude = (centre[1] + away / wide * math.sin(bearing) + 540) % 360 - 180
        return max(-90, min(90, latitude)), longitude

    for _ in range(1_050):
        yield math.degrees(math.asin(random.uniform(-1, 1))), random.uniform(-180, 180)
    for _ in range(700):
        yield around(TOKYO, 5)
    for cluster in CLUSTERS:
        for _ in range(60):
            yield around(cluster, 3)
        for _ in range(40):
            yield around(cluster, 80)
    yield from [STATION] * 60
    for _ in range(120):
        yield around(TAVEUNI, 60)
    for latitude in (-16.8, -16.85, 0.0, 35.0):
        yield from [(latitude, 180.0), (latitude, -180.0)] * 5
    for _ in range(80):
        yield 0.0, random.choice([random.uniform(-180, 180), random.uniform(99, 101)])
    for pole in (90, -90):
        for _ in range(80):
            away = random.choice([0.00001, 0.001, 0.1, 2]) * random.random()
            yield pole - math.copysign(away, pole), random.uniform(-180, 180)
        for longitude in (-180.0, -90.0, 0.0, 12.5, 139.7, 180.0):
            yield float(pole), longitude
    for latitude, longitude in MIRRORS:
        for step in range(1, 13):
            north, east = random.choice([0, step / 64]), step / 32
            for side in (1, -1):
                yield latitude + north, (longitude + side * east + 540) % 360 - 180
                if latitude == 0:
                    yield -north, (longitude + side * east + 540) % 360 - 180
    yield from [None] * 60


# A slow machine is no failure.
many = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def make_world() -> list[Clinic]:
    """The clinics as plain values; their ids are made of their numbers in the register."""
    random = Random(20_260_602)
    clinics = []
    for number, place in zip(count(), places(), strict=False):
        bodywork = random.random() < 0.03
        shares = CLAIMS if bodywork else DEPARTMENTS | CLAIMS
        keys = {key for key, share in shares.items() if random.random() < share}
        if bodywork:
            keys = {key for key in keys if not key.startswith("category:")} | {BODYWORK}
        elif random.random() < 0.03:
            keys |= {BODYWORK, "category:rehabilitation"}
        clinics.append(
            Clinic(
                id=facility_uuid(SOURCE, official_id(number)).hex,
                latitude=place and place[0],
                longitude=place and place[1],
                keys=frozenset(keys),
                kind=random.choice([Kind.CLINIC, Kind.CLINIC, Kind.HOSPITAL]).value,
                prefecture=random.choice(list(PREFECTURES.values())),
                name=random.choice(NAMES) or f"医院{random.randrange(50)}",
            )
        )
    return clinics


def official_id(number: int) -> str:
    return f"W{number:05}"


WORLD = make_world()
PLACED = [clinic for clinic in WORLD if clinic.latitude is not None]
ORACLE = Oracle(WORLD)
BY_ID = {clinic.id: clinic for clinic in WORLD}


def publish_world() -> None:
    """Put the clinics into the catalogue, as an import and the curators would."""
    code_of = {slug: code for code, slug in PREFECTURES.items()}
    register(
        record(
            clinic.latitude,
            clinic.longitude,
            official_id=official_id(number),
            # A reading, where there is one, stands before the name in the order of names.
            name=clinic.name if number % 2 else "名",
            name_kana="" if number % 2 else clinic.name,
            departments=[key.split(":")[1] for key in DEPARTMENT_KEYS if key in clinic.keys],
            kind=Kind(clinic.kind),
            prefecture_code=code_of[clinic.prefecture],
        )
        for number, clinic in enumerate(WORLD)
    )
    claim_many(
        (UUID(clinic.id), key)
        for clinic in WORLD
        for key in sorted(clinic.keys.difference(DEPARTMENT_KEYS))
    )


DEPARTMENT_KEYS = [*DEPARTMENTS, "category:rehabilitation"]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The published world, for all the tests of this module; rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        publish_world()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=[20, 1_000_000], ids=["block by block", "read whole"])
def reading(world, request):
    """Both ways of reading: rarer terms are read whole, of others the blocks around a centre."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (postings, nearest, by_name):
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


def matching(query: SearchQuery) -> list[Clinic]:
    """The judge's members, wherever they are."""
    return ORACLE.matching((any_of.terms for any_of in query.required), bodywork=query.bodywork)


def here(query: SearchQuery) -> Point:
    assert query.centre is not None
    return query.centre.latitude, query.centre.longitude


def keys_of(page: Page) -> list[Key]:
    return [(hit.key.distance_mm, hit.key.clinic_id) for hit in page.hits]


def check_count(query: SearchQuery, page: Page) -> None:
    """Assert that the page's count is the judge's, as the query wants it."""
    if query.count == "none":
        assert page.count is None
        return
    if query.centre is None:
        least = most = len(matching(query))
    else:
        least, most = ORACLE.number_within(here(query), matching(query), query.radius_km)
    if query.count == "bounded" and most > COUNT_LIMIT:
        assert page.count == COUNT_LIMIT
        assert not page.count_exact or least <= COUNT_LIMIT
    else:
        assert least <= page.count <= most
        assert page.count_exact


def ask(query: SearchQuery) -> Page:
    """The finder's answer; should it fail, the database is as before."""
    with transaction.atomic():
        return search(query)


def check_page(query: SearchQuery, after: Key | None = None) -> Page:
    """Ask, and assert that the answer is the judge's."""
    page = ask(query if after is None else replace(query, after=NearestKey(*after)))
    expected = ORACLE.nearest(
        here(query), matching(query), query.page_size + 1, query.radius_km, after
    )
    check_nearest(keys_of(page), page.more, expected, query.page_size, query.radius_km, after)
    check_count(query, page)
    for hit in page.hits:
        assert hit.distance_mm == hit.key.distance_mm
    return page


def test_the_judge_measures_every_clinic_that_could_matter():
    """Its shortcut over a sphere against measuring them all."""
    random = Random(7)
    centres = [(90.0, 0.0), (-16.8, 180.0), STATION, (0.0, -30.0)]
    centres += [(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(12)]
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


@settings(many, max_examples=400)
@given(query=questions())
def test_the_nearest_page_is_the_judge_s(reading, query):
    check_page(query)


@settings(many, max_examples=150)
@given(query=questions(), data=st.data())
def test_a_page_after_any_clinic_goes_on_where_the_judge_does(reading, query, data):
    """After a clinic of the answer, and after one that is no part of it."""
    clinic = data.draw(st.sampled_from(PLACED))
    item = measure(here(query), clinic)
    check_page(query, after=(millimetres(item.metres), clinic.id))


@settings(many, max_examples=75)
@given(query=questions())
def test_every_clinic_at_equal_distances_comes_in_the_order_of_ids(reading, query):
    """One point with sixty clinics, and mirrored ones, asked for a few at a time."""
    mirror = Random(repr(query)).choice([STATION, *MIRRORS])
    small = replace(query, centre=Centre(*mirror), page_size=min(query.page_size, 20))
    page = check_page(small)
    if page.more:
        check_page(small, after=keys_of(page)[-1])


@settings(many, max_examples=40)
@given(
    pole=st.sampled_from([90.0, -90.0]), lng=LONGITUDES, size=st.integers(1, 60), far=radii(TOKYO)
)
def test_at_a_pole_every_longitude_is_as_near(reading, pole, lng, size, far):
    check_page(SearchQuery(centre=Centre(pole, lng), radius_km=far, page_size=size))


@settings(many, max_examples=50)
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


@settings(many, max_examples=150)
@given(query=questions(), located=st.booleans(), data=st.data())
def test_the_page_by_name_is_the_judge_s(reading, query, located, data):
    """With a centre and a radius, and without; from the start, and after any clinic."""
    if not located:
        query = replace(query, centre=None, radius_km=None)
    after = data.draw(st.none() | st.sampled_from(WORLD))
    key = after and NameKey(*after.name_key)
    page = ask(replace(query, sort="name", after=key))
    members = matching(query)
    uncertain = 0
    if query.centre is not None:
        members = [clinic for clinic in members if clinic.latitude is not None]
        if query.radius_km is not None:
            members, uncertain = within(query, members, {hit.key.clinic_id for hit in page.hits})
    expected = sorted(clinic.name_key for clinic in members)
    if after is not None:
        expected = [name for name in expected if name > after.name_key]
    hits = [(hit.key.name_key, hit.key.clinic_id) for hit in page.hits]
    assert hits == expected[: query.page_size]
    if not uncertain:
        assert page.more == (len(expected) > query.page_size)
    for hit in page.hits:
        if query.centre is None:
            assert hit.distance_mm is None
        else:
            item = measure(here(query), BY_ID[hit.key.clinic_id])
            assert item.least_mm <= hit.distance_mm <= item.most_mm
    check_count(query, page)


def within(
    query: SearchQuery, clinics: list[Clinic], given_ids: set[str]
) -> tuple[list[Clinic], int]:
    """The clinics within the radius, of those on its very edge only the given, and their number."""
    radius_mm = millimetres(query.radius_km * 1_000)
    near = ORACLE.nearest(here(query), clinics, len(clinics), query.radius_km)
    edge = {item.clinic.id for item in near if item.most_mm > radius_mm}
    chosen = {item.clinic.id for item in near} - (edge - given_ids)
    return [clinic for clinic in clinics if clinic.id in chosen], len(edge)


@settings(many, max_examples=15)
@given(query=questions())
def test_bodywork_is_left_out_unless_it_is_asked_for_by_name(reading, query):
    """Asking for a sport that the place names is not asking for it."""
    query = replace(query, bodywork=False, radius_km=None, page_size=100)
    for required in ((), ("sport:all-sports",)):
        page = check_page(replace(query, required=(AnyOf(required),) if required else ()))
        assert not any(BY_ID[hit.key.clinic_id].is_bodywork for hit in page.hits)
    asked = replace(query, required=(AnyOf((BODYWORK,)),), bodywork=True)
    assert any(BY_ID[hit.key.clinic_id].is_bodywork for hit in check_page(asked).hits)


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
    assert not any(BY_ID[hex_id(hit)].is_bodywork for hit in sport["results"])


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


@settings(many, max_examples=50)
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


@settings(many, max_examples=80)
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
    expected = ORACLE.nearest(centre, matching(query), query.page_size + 1, radius_km)
    check_nearest(keys_of(page), page.more, expected, query.page_size, radius_km)
    for shown, hit in zip(body["results"], page.hits, strict=True):
        clinic = BY_ID[hit.key.clinic_id]
        assert abs(shown["distance_km"] * 1_000_000 - hit.distance_mm) <= 500.5
        assert shown["distance_km"] == round(shown["distance_km"], 3)
        assert 0 <= shown["bearing_deg"] < 360
        if 1_000 < hit.distance_mm < 300_000_000 and abs(centre[0]) < 80:
            azimuth = azimuth_deg(centre, (clinic.latitude, clinic.longitude))
            assert abs((shown["bearing_deg"] - azimuth + 180) % 360 - 180) < 1.5
        assert (shown["clinic"]["lat"], shown["clinic"]["lng"]) == clinic[1:3]


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
