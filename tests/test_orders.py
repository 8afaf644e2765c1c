"""Every order of hits against the judge, with every filter, and from page to page."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from geographiclib.geodesic import Geodesic
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinics.identity import facility_uuid
from clinics.models import Concept, Verification
from clinics.publication import publish
from finder import by_name, by_verification, cursors, nearest, relevance
from finder.query import (
    Box,
    Centre,
    NameKey,
    NearestKey,
    Page,
    RankedKey,
    SearchQuery,
    TextQuestion,
    TextWord,
)
from finder.search import search
from tests.catalogue import SOURCE, claim, record, register
from tests.oracle import Oracle, Order, check_page
from tests.questions import queries
from tests.world import (
    OLDEST_FRESH_DAY,
    TODAY,
    TOWN,
    TOWN_COUNT_LIMIT,
    TOWN_IDS,
    TOWN_JUDGE,
    WAYS,
    Way,
    many,
    publish_clinics,
    published,
)

pytestmark = pytest.mark.django_db

SORTS = ("distance", "relevance", "name", "-verified_on")
USUAL = Way(4_000, 20_000, 8)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with published(TOWN, TOWN_IDS, django_db_blocker):
        yield


def ask(query: SearchQuery, way: Way) -> Page:
    """The finder's answer, read in a way; should it fail, the database is as before."""
    with transaction.atomic(), way.taken():
        return search(query)


def check(query: SearchQuery, way: Way) -> Page:
    """Ask, and assert that the answer is the judge's."""
    page = ask(query, way)
    check_page(TOWN_JUDGE, query, page, OLDEST_FRESH_DAY, TOWN_COUNT_LIMIT)
    return page


def id_of(hit) -> str:
    return getattr(hit.key, "within", hit.key).clinic_id


@settings(many, max_examples=300)
@given(query=queries(), way=WAYS)
def test_the_first_page_is_the_judge_s_in_every_order(town, query, way):
    check(query, way)


@settings(many, max_examples=100)
@given(query=queries(), way=WAYS, other_way=WAYS, data=st.data())
def test_a_page_after_any_clinic_goes_on_where_the_judge_does(town, query, way, other_way, data):
    """After a clinic of the answer, or one that the filters keep out, read in another way."""
    everyone = SearchQuery(query.centre, sort=query.sort, text=query.text, page_size=1_000)
    hits = ask(everyone, other_way).hits
    assume(hits)
    check(replace(query, after=data.draw(st.sampled_from(hits)).key), way)


@settings(many, max_examples=30)
@given(query=queries(most_filters=2), ways=st.lists(WAYS, min_size=1, max_size=3))
def test_page_by_page_every_match_comes_once_in_order(town, query, ways):
    """Each page read in a way of its own; with cursors, as a searcher would."""
    first = replace(query, page_size=max(query.page_size, 20), count="none")
    asked, read = first, []
    for number in range(len(TOWN)):
        page = check(asked, ways[number % len(ways)])
        read += map(id_of, page.hits)
        if not page.more:
            break
        asked = cursors.decode(cursors.encode(page.hits[-1].key, asked), first)
    assert len(read) == len(set(read))
    least, most = TOWN_JUDGE.number_of(query)
    assert least <= len(read) <= most


@pytest.mark.parametrize("centre", [None, Centre(35.0, 139.0)], ids=["no centre", "a centre"])
@pytest.mark.parametrize("sort", ["relevance", "-verified_on"])
def test_the_whole_town_in_order(town, sort, centre):
    """Every value of the columns is there, and all clinics, or all that have a position."""
    order = Order(SearchQuery(centre, sort=sort), OLDEST_FRESH_DAY)
    everyone = [clinic for clinic in TOWN if centre is None or clinic.latitude is not None]
    assert len({order.rank(clinic) for clinic in everyone}) >= (18 if sort == "relevance" else 8)
    asked = SearchQuery(centre, sort=sort, page_size=len(TOWN), count="none", bodywork=True)
    for way in (USUAL, Way(0, 3, 0), Way(1_000_000, 20_000, 8)):
        assert len(check(asked, way).hits) == len(everyone)


# North along the meridian the earth is bent more than east along the equator: of two clinics as
# far away, the one in the north has the shorter chord.
FAR_KM = 5_000
ARCS = [
    (point["lat2"], point["lon2"])
    for azimuth, more_m in ((0, 0.3), (90, 0), (90, 0.2), (0, 0.5), (90, 0.6), (0, 0.1))
    for point in [Geodesic.WGS84.Direct(0, 0, azimuth, FAR_KM * 1_000 + more_m)]
]


@pytest.mark.parametrize("sort", ["distance", "relevance"])
@pytest.mark.parametrize("text", [None, TextQuestion("zz", (TextWord("zz"),))], ids=["", "words"])
@pytest.mark.parametrize("page_size", [1, 2, 5])
def test_chords_and_the_order_of_listings_decide_nothing(town, sort, text, page_size):
    """Many at one point, and some whose chords are in another order than their distances."""
    points = [(0.0, 30.0)] * 12 + ARCS
    alike = [
        replace(
            TOWN[0],
            id=facility_uuid(SOURCE, f"Z{number}").hex,
            latitude=latitude,
            longitude=longitude,
            said=(),
            name="zz",
            names=("zz", "", ""),
            verifications=(),
            hours=(),
            closed_weeks=(),
            closed_dates=(),
        )
        for number, (latitude, longitude) in enumerate(points)
    ]
    judge = Oracle([*TOWN, *alike])
    asked = SearchQuery(
        Centre(0.0, 0.0), box=Box(-1, -1, 60, 50), text=text, sort=sort, page_size=page_size
    )
    with transaction.atomic():
        publish_clinics(alike, [f"Z{number}" for number in range(len(alike))])
        for way in (replace(USUAL, spare=0), Way(0, 3, 10**9, spare=0), Way(0, 3, 0, spare=0)):
            query = asked
            while query is not None:
                page = ask(query, way)
                check_page(judge, query, page, OLDEST_FRESH_DAY, TOWN_COUNT_LIMIT)
                query = replace(asked, after=page.hits[-1].key) if page.more else None
        transaction.set_rollback(True)


@pytest.mark.parametrize("located", [True, False])
def test_by_relevance_a_short_list_ranked_by_hand(located):
    """Each line stands before the next; of the first alone, by distance or by name."""
    documented = {"strength": _evidence("official-page")}
    weak = {"strength": _evidence("third-party")}
    dystonia, movement = "category:dystonia-clinic", "category:movement-disorder-clinic"
    lines = [
        (
            ((dystonia, documented), ("sport:golf", documented)),
            365,
            "dystonia-clinic athlete-experience recently-verified",
        ),
        (
            ((dystonia, documented), ("sport:golf", documented)),
            366,
            "dystonia-clinic athlete-experience",
        ),
        (((dystonia, documented), ("level:elite", weak)), 0, "dystonia-clinic recently-verified"),
        (((dystonia, documented), (movement, documented)), None, "dystonia-clinic"),
        (
            ((movement, documented), (dystonia, weak), ("credential:rehab-board", documented)),
            None,
            "movement-disorder-clinic athlete-experience",
        ),
        (((movement, documented),), 1, "movement-disorder-clinic recently-verified"),
        (
            ((movement, weak), ("sport:golf", documented)),
            None,
            "weaker-evidence-of-movement-disorders athlete-experience",
        ),
        (
            ((dystonia, weak), ("category:neurology", documented)),
            None,
            "weaker-evidence-of-movement-disorders",
        ),
        ((("category:neurology", weak),), 30, "neurology recently-verified"),
        ((("category:neurology", documented),), None, "neurology"),
        ((("sport:golf", documented),), None, "athlete-experience"),
        ((), 365, "recently-verified"),
        ((), None, ""),
    ]
    ids = []
    with transaction.atomic(), USUAL.taken():
        for number, (claims, days, _) in reversed(list(enumerate(lines))):
            # The farther and the later in the alphabet, the better: neither may count.
            (facility_id,) = register([record(35 - number / 10, 139, name=f"{99 - number}")])
            ids.insert(0, facility_id.hex)
            for key, values in claims:
                claim(facility_id, key, **values)
            if days is not None:
                _verify(facility_id, days)
        centre = Centre(30.0, 139.0) if located else None
        page = search(SearchQuery(centre, sort="relevance", page_size=1_000))
        hits = [hit for hit in page.hits if id_of(hit) in ids]
        transaction.set_rollback(True)
    assert [id_of(hit) for hit in hits] == ids
    assert [" ".join(hit.reasons) for hit in hits] == [reasons for *_, reasons in lines]


def _evidence(slug):
    return Concept.objects.get(scheme="evidence", slug=slug)


def _verify(facility_id: UUID, days: int) -> None:
    Verification.objects.create(
        facility_id=facility_id,
        verified_on=TODAY - timedelta(days),
        method="web",
        outcome="confirmed",
    )
    publish([facility_id])


@pytest.mark.parametrize(
    ("module", "sort"),
    [
        (nearest, "distance"),
        (relevance, "relevance"),
        (by_name, "name"),
        (by_verification, "-verified_on"),
    ],
)
def test_a_key_of_another_order_is_refused(town, module, sort):
    """Going on after it would be a silently wrong list."""
    name = NameKey(b"a", "0" * 32)
    keys = {
        "distance": [name, RankedKey(0, name)],
        "relevance": [name, NearestKey(1, "0" * 32)],
        "name": [NearestKey(1, "0" * 32), RankedKey(0, name)],
        "-verified_on": [name, NearestKey(1, "0" * 32)],
    }
    for key in keys[sort]:
        with pytest.raises(ValueError, match="continues after"):
            module.search(SearchQuery(Centre(35, 139), sort=sort, after=key))
