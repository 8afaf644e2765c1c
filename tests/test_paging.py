import base64
import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from random import Random
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from clinics.identity import facility_uuid
from clinics.models import Facility, Status, Verification
from clinics.publication import publish
from clinics.text import search_key
from finder import cursors
from finder.problems import InvalidParameters
from finder.query import (
    AnyOf,
    Box,
    Centre,
    NameKey,
    NearestKey,
    RankedKey,
    SearchQuery,
    TextQuestion,
    TextWord,
)
from finder.search import search
from tests.catalogue import SOURCE, claim, register, withdraw
from tests.oracle import Clinic as Place
from tests.oracle import Oracle, Said, check_page
from tests.world import OLDEST_FRESH_DAY, TODAY, Way, many, publish_clinics, record_of

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/clinics"
SORTS = ["distance", "relevance", "name", "-verified_on"]
SQUARE = (35.6586, 139.7454)
NAMES = ["あおば医院", "アオバ医院", "青葉クリニック", "Sakura Clinic", "佐倉", "ﾅｶﾞﾉ医院", "z"]
SHARES = {
    "sport:golf": 0.6,
    "service:mri": 0.3,
    "feature:parking": 0.5,
    "category:neurology": 0.4,
    "category:movement-disorder-clinic": 0.2,
}
COUNT_LIMIT = 120


def make_town():
    """Clinics around a square, many of them in one building, some far, some nobody knows where."""
    random = Random(20_260_603)
    spots = [SQUARE] * 25
    spots += [
        (35.6586 + random.gauss(0, 0.01), 139.7454 + random.gauss(0, 0.01)) for _ in range(95)
    ]
    spots += [(35.66 + random.uniform(-3, 3), 139.7 + random.uniform(-3, 3)) for _ in range(30)]
    spots += [(-16.8 + random.uniform(-1, 1), side * 179.9) for side in (1, -1) for _ in range(8)]
    spots += [(None, None)] * 14
    return [
        place(
            spot,
            random.choice(NAMES),
            (key for key, share in SHARES.items() if random.random() < share),
            official_id=f"P{number:04}",
            verified_days_ago=random.choice([None, None, 0, 30, 365, 366, 500]),
        )
        for number, spot in enumerate(spots)
    ]


def place(spot, name, keys, *, official_id, verified_days_ago=None):
    day = None if verified_days_ago is None else TODAY - timedelta(verified_days_ago)
    return Place(
        facility_uuid(SOURCE, official_id).hex,
        *spot,
        tuple(map(Said, sorted(keys))),
        "clinic",
        "tokyo",
        name=name,
        names=(name, "", ""),
        address="東京都千代田区",
        municipality="13101",
        verifications=() if day is None else ((day, "confirmed"),),
    )


def register_place(clinic, official_id):
    """Store a clinic as its register would state it, and publish it."""
    register([record_of(clinic, official_id)])


TOWN = make_town()
OFFICIAL_IDS = {clinic.id: f"P{number:04}" for number, clinic in enumerate(TOWN)}
JUDGE = Oracle(TOWN)
PLACED = [clinic for clinic in TOWN if clinic.latitude is not None]


@contextmanager
def undone():
    """Everything that is written here is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with django_db_blocker.unblock(), undone():
        publish_clinics(TOWN, OFFICIAL_IDS.values())
        yield


@pytest.fixture(
    scope="module",
    params=[Way(10, 5, 0), Way(1_000_000, 20_000, 10**9)],
    ids=["block by block", "read whole"],
)
def reading(town, request):
    """Both ways of reading: rarer terms are read whole, of others the blocks around a centre."""
    with request.param.taken():
        yield


SPOTS = st.one_of(
    st.just(SQUARE),
    st.sampled_from([(clinic.latitude, clinic.longitude) for clinic in PLACED]),
    st.tuples(st.floats(35.6, 35.7), st.floats(139.7, 139.8)),
    st.sampled_from([(-16.8, 180.0), (-16.8, -180.0), (90.0, 0.0)]),
)
KEYS = st.sampled_from([*SHARES, "kind:clinic", "sport:tennis-racket"])
REQUIREMENTS = st.lists(st.lists(KEYS, min_size=1, max_size=2, unique=True), max_size=2)


TEXTS = [
    None,
    None,
    TextQuestion(search_key("あおば"), (TextWord(search_key("あおば")),)),
    TextQuestion("in", (TextWord(search_key("医院"), ("sport:golf",)),)),
]


@st.composite
def questions(draw):
    """A search in any order, with a centre or without."""
    sort = draw(st.sampled_from(SORTS))
    located = sort == "distance" or draw(st.booleans())
    radii = st.none() | st.sampled_from([0.5, 2.0, 50.0, 2_000.0]) | st.floats(0.1, 300)
    return SearchQuery(
        centre=Centre(*draw(SPOTS)) if located else None,
        radius_km=draw(radii) if located else None,
        box=draw(st.sampled_from([None, None, Box(139, 35, 140, 36), Box(179, -90, -179, 0)])),
        required=tuple(AnyOf(tuple(keys)) for keys in draw(REQUIREMENTS)),
        text=draw(st.sampled_from(TEXTS)),
        verified_since=draw(st.sampled_from([None, None, OLDEST_FRESH_DAY])),
        sort=sort,
        page_size=draw(st.sampled_from([1, 2, 3, 7, 20, 100])),
        count="none",
    )


def order_key(key):
    """What the finder says of a place in an order, as something that compares."""
    within = key.within if isinstance(key, RankedKey) else key
    rank = key.rank if isinstance(key, RankedKey) else 0
    if isinstance(within, NearestKey):
        return rank, within.distance_mm, within.clinic_id
    return rank, within.name_key, within.clinic_id


def id_of(hit):
    return order_key(hit.key)[-1]


def check(query, page, judge, after=None):
    """Assert that a page is the judge's, who knows the clinics that are published now."""
    return check_page(judge, query, page, OLDEST_FRESH_DAY, COUNT_LIMIT, after)


def read_on(query):
    """Page after page by cursor; each with the query that it answers."""
    asked = query
    while True:
        with transaction.atomic():
            page = search(asked)
        yield asked, page
        if not page.more:
            return
        asked = cursors.decode(cursors.encode(page.hits[-1].key, asked), query)


@settings(many, max_examples=30)
@given(query=questions())
def test_page_by_page_every_match_comes_once_in_order(reading, query):
    query = replace(query, page_size=max(query.page_size, 3))
    read, place_read = [], None
    for asked, page in read_on(query):
        place_read = check(asked, page, JUDGE, place_read)
        read += [order_key(hit.key) for hit in page.hits]
    assert read == sorted(set(read))
    with transaction.atomic():
        whole = search(replace(query, page_size=1_000))
    assert read == [order_key(hit.key) for hit in whole.hits]


@settings(many, max_examples=12)
@given(query=questions())
def test_the_links_over_http_lead_through_the_same_pages(reading, query):
    schemes = [{key.split(":")[0] for key in any_of.terms} for any_of in query.required]
    assume(all(len(names) == 1 for names in schemes))
    assume(sum(names == {"kind"} for names in schemes) < 2)
    query = replace(query, text=None, verified_since=None, page_size=max(query.page_size, 3))
    with transaction.atomic():
        expected = [id_of(hit) for hit in search(replace(query, page_size=1_000)).hits]
    link = address(query)
    read = []
    while link:
        body = get(link)
        assert len(body["results"]) <= query.page_size
        assert body["previous"] is None
        read += [UUID(hit["clinic"]["id"]).hex for hit in body["results"]]
        link = body["next"]
        assert link is None or len(body["results"]) == query.page_size
    assert read == expected


def address(query):
    """A search over HTTP, all of it as it is asked."""
    asked = {"sort": query.sort, "page_size": query.page_size, "count": "none"}
    if query.centre:
        asked |= {"lat": f"{query.centre.latitude:.15f}", "lng": f"{query.centre.longitude:.15f}"}
    if query.radius_km:
        asked["radius_km"] = f"{query.radius_km:.15f}"
    if query.box:
        box = query.box
        asked["bbox"] = f"{box.west},{box.south},{box.east},{box.north}"
    pairs = [f"{name}={value}" for name, value in asked.items()]
    for any_of in query.required:
        scheme = any_of.terms[0].split(":")[0]
        pairs.append(f"{scheme}={','.join(key.split(':')[1] for key in any_of.terms)}")
    return f"{SEARCH}?{'&'.join(pairs)}"


class Edits:
    """What happens to the town while somebody reads on; knows what is published now."""

    def __init__(self):
        self.places = {clinic.id: clinic for clinic in TOWN}
        self.withdrawn = {}
        self.touched = set()
        self.official_ids = dict(OFFICIAL_IDS)

    def withdraw(self, data):
        clinic = self._any(data)
        withdraw(UUID(clinic.id))
        self.withdrawn[clinic.id] = self.places.pop(clinic.id)

    def restore(self, data):
        if self.withdrawn:
            clinic_id = data.draw(st.sampled_from(sorted(self.withdrawn)))
            Facility.objects.filter(pk=UUID(clinic_id)).update(status=Status.PUBLISHED)
            publish([UUID(clinic_id)])
            self.places[clinic_id] = self.withdrawn.pop(clinic_id)

    def open(self, data):
        """A new clinic, with what it carries."""
        # The same in every run of an example, or Hypothesis could not repeat it.
        official_id = f"N{len(self.official_ids):06}"
        keys = data.draw(st.sets(st.sampled_from(sorted(SHARES))))
        clinic = place(data.draw(SPOTS), self._name(data), keys, official_id=official_id)
        register_place(clinic, official_id)
        if keys:
            claim(UUID(clinic.id), *sorted(keys))
        self._put(clinic, official_id)

    def move(self, data):
        """The register corrects a position and a name."""
        clinic = self._any(data)
        latitude, longitude = data.draw(SPOTS)
        name = self._name(data)
        moved = replace(
            clinic, latitude=latitude, longitude=longitude, name=name, names=(name, "", "")
        )
        register_place(moved, self.official_ids[clinic.id])
        self._put(moved, self.official_ids[clinic.id])

    def learn(self, data):
        """Something more is claimed of a clinic, which nobody asks for here: it stays in place."""
        clinic = data.draw(st.sampled_from(sorted(self.places.values(), key=lambda item: item.id)))
        claim(UUID(clinic.id), "language:en")

    def verify(self, data):
        """A curator checks a clinic, which may move it forward."""
        clinic = self._any(data)
        day = TODAY - timedelta(data.draw(st.sampled_from([0, 10, 365, 366])))
        Verification.objects.create(
            facility_id=UUID(clinic.id), verified_on=day, method="phone", outcome="corrected"
        )
        publish([UUID(clinic.id)])
        verified = replace(clinic, verifications=(*clinic.verifications, (day, "corrected")))
        self._put(verified, self.official_ids[clinic.id])

    def specialise(self, data):
        """A page says of a clinic that it knows dystonia, which moves it forward by relevance."""
        clinic = self._any(data)
        claim(UUID(clinic.id), "category:dystonia-clinic")
        more = (*clinic.said, Said("category:dystonia-clinic"))
        self._put(replace(clinic, said=more), self.official_ids[clinic.id])

    def _any(self, data):
        clinic = data.draw(st.sampled_from(sorted(self.places.values(), key=lambda item: item.id)))
        self.touched.add(clinic.id)
        return clinic

    def _name(self, data):
        return data.draw(st.sampled_from(NAMES))

    def _put(self, clinic, official_id):
        self.touched.add(clinic.id)
        self.places[clinic.id] = clinic
        self.official_ids[clinic.id] = official_id


KINDS_OF_EDIT = st.sampled_from(
    ["withdraw", "withdraw", "restore", "open", "open", "move", "learn", "verify", "specialise"]
)


@settings(many, max_examples=14)
@given(query=questions(), data=st.data())
def test_edits_between_pages_repeat_and_skip_no_clinic_that_they_leave_alone(reading, query, data):
    query = replace(query, page_size=data.draw(st.sampled_from([3, 7, 20])))
    with undone():
        edits = Edits()
        read, place_read = [], None
        for asked, page in read_on(query):
            judge = Oracle(edits.places.values())
            place_read = check(asked, page, judge, place_read)
            assert not set(map(id_of, page.hits)) & edits.withdrawn.keys()
            read += [order_key(hit.key) for hit in page.hits]
            for edit in data.draw(st.lists(KINDS_OF_EDIT, max_size=3)) if len(read) < 80 else ():
                getattr(edits, edit)(data)
        assert read == sorted(set(read)), "out of order, or repeated"
        ids = [clinic_id for *_, clinic_id in read]
        left_alone = Oracle(clinic for clinic in TOWN if clinic.id not in edits.touched)
        expected = [clinic.id for clinic in left_alone.matching(query)]
        if query.radius_km is not None:
            here = query.centre.latitude, query.centre.longitude
            surely, maybe = left_alone.number_within(
                here, left_alone.matching(query), query.radius_km
            )
            assume(surely == maybe)
            near = left_alone.nearest(here, left_alone.matching(query), len(TOWN), query.radius_km)
            expected = [item.clinic.id for item in near]
        for clinic_id in expected:
            assert ids.count(clinic_id) == 1


def test_a_clinic_withdrawn_while_its_page_was_found_is_left_out(town):
    with undone():
        link = f"{SEARCH}?lat={SQUARE[0]}&lng={SQUARE[1]}&page_size=5"
        first = get(link)
        gone = get(first["next"])["results"][0]["clinic"]["id"]
        withdraw(UUID(gone))
        following = [hit["clinic"]["id"] for hit in get(first["next"])["results"]]
        assert gone not in following
        assert len(following) == 5


@pytest.mark.parametrize("sort", SORTS)
def test_one_can_read_on_after_the_longest_name(town, sort):
    """As long as the catalogue takes names, and folded to more than was written."""
    with undone():
        longest = ["ア" * 400, "ア" * 399 + "イ", "㌔" * 400, "𠮷" * 400, "𠮷" * 400]
        for number, name in enumerate(longest):
            official_id = f"L{number}"
            register_place(place(SQUARE, name, (), official_id=official_id), official_id)
        link = f"{SEARCH}?lat={SQUARE[0]}&lng={SQUARE[1]}&radius_km=0.1&page_size=1&sort={sort}"
        read = []
        while link:
            body = get(link)
            read += [hit["clinic"]["id"] for hit in body["results"]]
            link = body["next"]
        assert len(read) == len(set(read)) >= 30


BASE = {"lat": "35.6586", "lng": "139.7454", "radius_km": "300", "sport": "golf", "page_size": "2"}
BASES = {sort: BASE | {"sort": sort} for sort in SORTS}
BY_NAME = BASES["name"]


def cursor_of(parameters):
    link = get(SEARCH, parameters)["next"]
    return parse_qs(urlsplit(link).query)["cursor"][0]


@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
@pytest.mark.parametrize(
    "change",
    [
        {"lat": "35.6587"},
        {"lng": "139.7455"},
        {"radius_km": "301"},
        {"radius_km": None},
        {"sport": "golf,marathon"},
        {"sport": None},
        {"sport": ["golf", "marathon"]},
        {"kind": "clinic"},
        {"prefecture": "13"},
        {"category": "neurology"},
        {"evidence": "documented"},
        {"bbox": "-180,-90,180,90"},
        {"q": "医院"},
        {"open_at": "2026-11-24T10:00:00+09:00"},
        {"verified_within_days": "400"},
        {"second_opinion": "any"},
        {"accepts_new_patients": "true"},
    ],
    ids=str,
)
def test_the_cursor_of_another_question_is_refused(town, base, change):
    cursor = cursor_of(base)
    asked = {name: value for name, value in (base | change).items() if value is not None}
    assert refusal(asked | {"cursor": cursor}) == "cursor-of-another-query"


@pytest.mark.parametrize(("asked", "other"), [*permutations(BASES.values(), 2)])
def test_the_cursor_of_another_order_is_refused_as_such(town, asked, other):
    assert refusal(asked | {"cursor": cursor_of(other)}) == "cursor-of-another-query"


@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_the_size_of_a_page_and_the_count_may_change_on_the_way(town, base):
    cursor = cursor_of(base)
    whole = get(SEARCH, base | {"page_size": "100"})["results"]
    rest = get(SEARCH, base | {"page_size": "100", "count": "exact", "cursor": cursor})
    assert rest["results"] == whole[2:]
    assert rest["count"] == len(whole)


@settings(many, max_examples=100)
@given(text=st.text(), sort=st.sampled_from(SORTS))
@example(text="=", sort="distance")
@example(text="====", sort="name")
@example(text="\x00", sort="name")
@example(text="[" * 1_900, sort="relevance")
@example(text=base64.urlsafe_b64encode(b"[" * 1_400).decode(), sort="name")
def test_text_that_is_no_cursor_is_refused(town, text, sort):
    code = refusal(BASES[sort] | {"cursor": text})
    if any(character < " " or character == "\x7f" for character in text):
        assert code == "control-character"
    else:
        assert code == ("invalid-cursor" if text else "blank")


def encoded(value):
    text = json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decoded(cursor):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CLINIC_ID = "0123456789abcdef" * 2


@settings(many, max_examples=100)
@given(value=JSON, sort=st.sampled_from(SORTS))
def test_json_that_is_no_cursor_is_refused(town, value, sort):
    cursor = encoded(value)
    assume(len(cursor) <= 2_000)
    code = refusal(BASES[sort] | {"cursor": cursor})
    # Four parts could be those of a cursor, of which the third names its question.
    assert code in ("invalid-cursor", "cursor-of-another-query")


@settings(many, max_examples=120)
@given(
    position=JSON,
    clinic_id=JSON | st.just(CLINIC_ID),
    rank=JSON | st.just(0),
    sort=st.sampled_from(SORTS),
)
@example(position=-1, clinic_id=CLINIC_ID, rank=None, sort="distance")
@example(position=1 << 40, clinic_id=CLINIC_ID, rank=None, sort="distance")
@example(position=1.5, clinic_id=CLINIC_ID, rank=None, sort="distance")
@example(position=True, clinic_id=CLINIC_ID, rank=None, sort="distance")
@example(position=5, clinic_id=CLINIC_ID, rank=0, sort="distance")
@example(position="x", clinic_id=CLINIC_ID, rank=0, sort="name")
@example(position=None, clinic_id=CLINIC_ID, rank=None, sort="name")
@example(position="\x00", clinic_id=CLINIC_ID, rank=None, sort="name")
@example(position="\ud800", clinic_id=CLINIC_ID, rank=None, sort="name")
@example(position=5, clinic_id=CLINIC_ID, rank=None, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=-1, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=True, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=1.0, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=20, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=1_000, sort="relevance")
@example(position=5, clinic_id=CLINIC_ID, rank=1 << 70, sort="relevance")
@example(position="x", clinic_id=CLINIC_ID, rank=1, sort="-verified_on")
@example(position="x", clinic_id=CLINIC_ID, rank=0, sort="-verified_on")
@example(position="x", clinic_id=CLINIC_ID, rank=-1, sort="-verified_on")
@example(position="x", clinic_id=CLINIC_ID, rank=-date.max.toordinal(), sort="-verified_on")
@example(position="x", clinic_id=CLINIC_ID, rank=-date.max.toordinal() - 1, sort="-verified_on")
def test_a_forged_place_in_a_cursor_is_refused_or_leads_on(town, position, clinic_id, rank, sort):
    """With the right question, so that nothing but the place can be wrong."""
    asked = BASES[sort]
    question = QUESTIONS.setdefault(sort, decoded(cursor_of(asked))[2])
    cursor = encoded([position, clinic_id, question, rank])
    assume(len(cursor) <= 2_000)
    response = fetch(SEARCH, asked | {"cursor": cursor})
    is_whole = type(position) is int and 0 <= position < 1 << 40
    by_distance = sort in ("distance", "relevance")
    if clinic_id != CLINIC_ID or (not is_whole if by_distance else type(position) is not str):
        assert response.status_code == 400
    if (rank is None) != (sort in ("distance", "name")):
        assert response.status_code == 400
    if response.status_code != 200:
        assert code_of(response) == "invalid-cursor"


QUESTIONS: dict[str, str] = {}


@pytest.mark.parametrize(
    "clinic_id",
    [
        CLINIC_ID[:-1],
        CLINIC_ID.upper(),
        CLINIC_ID + "\n",
        " ".join(CLINIC_ID),
        " ".join([CLINIC_ID[:16], CLINIC_ID[16:]]),
    ],
)
def test_an_id_that_is_not_one_is_refused(town, clinic_id):
    question = decoded(cursor_of(BY_NAME))[2]
    for position in ("x", 5):
        cursor = encoded([position, clinic_id, question, None])
        assert refusal(BY_NAME | {"cursor": cursor}) == "invalid-cursor"


@settings(many, max_examples=100)
@given(data=st.data(), sort=st.sampled_from(SORTS))
def test_a_damaged_cursor_is_refused_or_leads_on_but_never_breaks(town, data, sort):
    asked = BASES[sort]
    cursor = CURSORS.setdefault(sort, cursor_of(asked))
    spot = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    damaged = data.draw(
        st.sampled_from(
            [
                cursor[:spot] + letter + cursor[spot + 1 :],
                cursor[:spot] + cursor[spot + 1 :],
                cursor[:spot] + letter + cursor[spot:],
                cursor[:spot],
                cursor * 2,
            ]
        )
    )
    response = fetch(SEARCH, asked | {"cursor": damaged})
    if response.status_code != 200:
        codes = ("invalid-cursor", "cursor-of-another-query", "blank", "control-character")
        assert code_of(response) in codes


CURSORS: dict[str, str] = {}


@settings(many, max_examples=100)
@given(query=questions(), other=questions(), clinic=st.sampled_from(TOWN), rank=st.integers(0, 99))
def test_a_cursor_holds_its_place_and_its_question(query, other, clinic, rank):
    located = query.sort == "distance" or (query.sort == "relevance" and query.centre)
    key = NearestKey(123_456_789, clinic.id) if located else NameKey(*clinic.name_key)
    if query.sort == "relevance":
        key = RankedKey(rank, key)
    if query.sort == "-verified_on":
        key = RankedKey(-rank, key)
    cursor = cursors.encode(key, query)
    assert cursors.decode(cursor, query) == replace(query, after=key)
    assert cursors.decode(cursor, replace(query, page_size=3, count="exact")).after == key
    asked = ("centre", "radius_km", "box", "required", "text", "verified_since", "sort")
    if any(getattr(query, name) != getattr(other, name) for name in asked):
        with pytest.raises(InvalidParameters) as refused:
            cursors.decode(cursor, other)
        assert [error.code for error in refused.value.errors] == ["cursor-of-another-query"]


def fetch(link, parameters=None):
    """A response over HTTP; an unforeseen error of the server is raised here."""
    with transaction.atomic():
        return Client().get(link, parameters)


def get(link, parameters=None):
    response = fetch(link, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def code_of(response):
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["parameter"] == "cursor"
    return error["code"]


def refusal(parameters):
    return code_of(fetch(SEARCH, parameters))
