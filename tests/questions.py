"""Random questions to the town of :mod:`tests.world`: as parameters, as text of a URL, as a query.

What parameters mean is written down here once more, from the contract and not from the code.
"""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from clinics.text import search_key
from finder.query import AnyOf, Box, Centre, SearchQuery, TextQuestion, TextWord
from tests.oracle import BODYWORK, Point, measure
from tests.world import (
    CARRIED_BY_NONE,
    STATION,
    TAVEUNI,
    TODAY,
    TOKYO,
    TOWN,
    TOWN_CLAIMS,
    TOWN_DEPARTMENTS,
    VERIFIED_DAYS,
)

Values = dict[str, Any]

PLACED = [clinic for clinic in TOWN if clinic.latitude is not None]
LATITUDES = sorted({clinic.latitude for clinic in PLACED})
LONGITUDES = sorted({clinic.longitude for clinic in PLACED})
CONCEPT_KEYS = sorted({*TOWN_CLAIMS, *TOWN_DEPARTMENTS, BODYWORK, CARRIED_BY_NONE})
SCHEMES = sorted({key.split(":")[0] for key in CONCEPT_KEYS})
FACT_KEYS = [
    "kind:hospital",
    "kind:clinic",
    "prefecture:tokyo",
    "prefecture:okinawa",
    "municipality:13101",
    "municipality:47102",
    "municipality:13999",
    *("second-opinion:any", "second-opinion:online", "second-opinion:written"),
    *("accepts-new-patients:yes", "accepts-new-patients:no"),
]
STRENGTHS = {"any": 0, "documented": 50, "confirmed": 100}

CENTRES = st.one_of(
    st.sampled_from([TOKYO, STATION, (35.25, 139.25)]),
    st.tuples(st.floats(35.5, 35.9), st.floats(139.5, 140)),
    st.sampled_from([(clinic.latitude, clinic.longitude) for clinic in PLACED]),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.sampled_from([TAVEUNI, (-16.8, 180.0), (35.0, -180.0), (90.0, 0.0), (-90.0, 77.0)]),
).map(lambda centre: (round(centre[0], 15) + 0.0, round(centre[1], 15) + 0.0))


@st.composite
def radii(draw: st.DrawFn, centre: Point) -> float:
    """At hand, far, or exactly as far as some clinic, to the millimetre."""
    clinic = draw(st.none() | st.sampled_from(PLACED))
    if clinic is not None:
        item = measure(centre, clinic)
        if item.least_mm == item.most_mm and 0 < item.most_mm <= 2_000_000_000:
            return item.most_mm / 1_000_000
    return draw(st.floats(0.001, 10) | st.floats(10, 2_000))


def _edges(own: list[float], most: float) -> st.SearchStrategy[float]:
    """Degrees on, just beside and away from the clinics' own, and the ends of the scale."""
    return st.one_of(
        st.sampled_from(own),
        st.sampled_from(own).map(lambda degrees: min(math.nextafter(degrees, 999), most)),
        st.sampled_from(own).map(lambda degrees: max(math.nextafter(degrees, -999), -most)),
        st.floats(-most, most),
        st.sampled_from([most, -most, 0.0, -0.0, most - 5, 5 - most]),
        st.floats(33, 37) if most == 90 else st.floats(136, 143),
    )


# Both names of the antimeridian, and how near to it an edge can be.
SEAM = st.sampled_from(
    [180.0, -180.0, math.nextafter(180, 0), math.nextafter(-180, 0), 175.0, -175.0, 0.0]
)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Any rectangle: usual, tiny, a line, a point, across ±180, a cap of a pole, the world."""
    south, north = sorted(draw(st.tuples(*[_edges(LATITUDES, 90)] * 2)))
    west, east = draw(st.tuples(*[_edges(LONGITUDES, 180)] * 2))
    shape = draw(st.sampled_from(["any", "any", "around", "line", "cap", "world", "wide", "seam"]))
    if shape == "around":
        clinic = draw(st.sampled_from(PLACED))
        size = draw(st.sampled_from([0.0, 1e-14, 1e-9, 1e-5, 0.01, 0.5, 20.0]))
        south, north = max(clinic.latitude - size, -90), min(clinic.latitude + size, 90)
        west, east = _turned(clinic.longitude - size), _turned(clinic.longitude + size)
    elif shape == "line":
        east = west
    elif shape == "cap":
        south, north = (-90, south) if draw(st.booleans()) else (north, 90)
    elif shape == "world":
        south, north = -90, 90
    elif shape == "wide":
        west, east = -180, 180
    elif shape == "seam":
        west, east = draw(st.tuples(SEAM, SEAM))
    return Box(west, south, east, north)


def _turned(longitude: float) -> float:
    if -180 <= longitude <= 180:
        return longitude
    return (longitude + 180) % 360 - 180


WORDS = [
    *(
        "青葉",
        "あおば",
        "クリニック",
        "さくら",
        "sakura",
        "clinic",
        "新",
        "東京",
        "千代田区",
        "1-1",
        "11-1",
    ),
    *("青葉クリニック", "さくら病院", "1号院", "shinkeinaika", "桜神経内科", "院", "zz"),
]
WILDCARDS = ["%", "_", "\\", "青%", "青_", "\\青葉", "%%", "青葉\\", "1_1"]
NAMED = [
    (),
    (),
    ("category:neurology",),
    ("prefecture:tokyo", "kind:hospital"),
    ("feature:lift", "language:en"),
    (CARRIED_BY_NONE,),
    ("condition:dystonia", "feature:lift", CARRIED_BY_NONE),
]
TEXT_WORDS = st.builds(
    TextWord,
    st.sampled_from(WORDS).map(search_key) | st.sampled_from(WILDCARDS),
    st.sampled_from(NAMED),
)


@st.composite
def texts(draw: st.DrawFn) -> TextQuestion:
    """One word or a few, as words are given to a search."""
    words = draw(st.lists(TEXT_WORDS, min_size=1, max_size=3, unique_by=lambda word: word.text))
    return TextQuestion("".join(word.text for word in words), tuple(words))


DAYS = st.one_of(
    st.integers(0, 29).map(lambda days: date(2026, 11, 1) + timedelta(days)),
    st.sampled_from([date(2026, 11, 3), date(2026, 11, 23), date(2026, 11, 21)]),
    st.integers(0, 10).map(lambda days: date(2026, 12, 28) + timedelta(days)),
)
EDGES_OF_HOURS = [0, 1, 179, 180, 539, 540, 719, 720, 779, 780, 899, 900, 1_019, 1_020, 1_080]
EDGES_OF_HOURS += [1_199, 1_200, 1_319, 1_320, 1_439, 600, 599, 420, 419]


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant by any clock, at the edges of hours and between them."""
    minute = draw(st.sampled_from(EDGES_OF_HOURS) | st.integers(0, 1_439))
    midnight = datetime.combine(draw(DAYS), datetime.min.time(), timezone(timedelta(hours=9)))
    instant = midnight + timedelta(minutes=minute, seconds=draw(st.sampled_from([0, 59])))
    return instant.astimezone(draw(st.sampled_from([UTC, instant.tzinfo])))


def _alternatives(scheme: str) -> st.SearchStrategy[tuple[str, ...]]:
    slugs = [key.split(":")[1] for key in CONCEPT_KEYS if key.startswith(f"{scheme}:")]
    return st.lists(st.sampled_from(slugs), min_size=1, max_size=3, unique=True).map(tuple)


FILTERS: dict[str, st.SearchStrategy[Any]] = {
    **{
        scheme: st.lists(_alternatives(scheme), min_size=1, max_size=2).map(tuple)
        for scheme in SCHEMES
    },
    "kind": st.sampled_from(["hospital", "clinic"]),
    "prefecture": st.sampled_from(["tokyo", "osaka", "okinawa"]),
    "municipality": st.sampled_from(["13101", "27102", "13999"]),
    "second_opinion": st.sampled_from(["any", "in-person", "online", "written"]),
    "accepts_new_patients": st.sampled_from(["true", "false"]),
    "open_at": instants(),
    "verified_within_days": st.sampled_from(
        [max((TODAY - day).days + more, 1) for day in VERIFIED_DAYS for more in (-1, 0)]
    ),
    "q": texts(),
    "bbox": boxes(),
}


@st.composite
def values(
    draw: st.DrawFn,
    *,
    sorts: tuple[str, ...] = ("distance", "relevance", "name", "-verified_on"),
    always: tuple[str, ...] = (),
    most_filters: int = 3,
) -> Values:
    """The parameters of a question, cleaned as the finder cleans them."""
    sort = draw(st.sampled_from(sorts))
    asked: Values = {"sort": sort}
    if sort == "distance" or draw(st.booleans()):
        centre = draw(CENTRES)
        asked |= {"lat": centre[0], "lng": centre[1]}
        if draw(st.booleans()):
            asked["radius_km"] = draw(radii(centre))
    chosen = draw(st.lists(st.sampled_from(sorted(FILTERS)), max_size=most_filters, unique=True))
    for name in dict.fromkeys([*always, *chosen]):
        asked[name] = draw(FILTERS[name])
    if asked.keys() & set(SCHEMES) and draw(st.booleans()):
        asked["evidence"] = draw(st.sampled_from(list(STRENGTHS)))
    asked["page_size"] = draw(st.sampled_from([1, 2, 5, 20, 100]))
    asked["count"] = draw(st.sampled_from(["bounded", "exact", "none"]))
    return asked


def query_of(asked: Values) -> SearchQuery:
    """What the parameters mean."""
    strength = STRENGTHS[asked.get("evidence", "any")]
    required = [
        AnyOf(tuple(f"{scheme}:{slug}" for slug in slugs), strength)
        for scheme in SCHEMES
        for slugs in asked.get(scheme, ())
    ]
    answers = {"true": "yes", "false": "no"}
    facts = {
        "kind": asked.get("kind"),
        "prefecture": asked.get("prefecture"),
        "municipality": asked.get("municipality"),
        "second-opinion": asked.get("second_opinion"),
        "accepts-new-patients": answers.get(asked.get("accepts_new_patients", "")),
    }
    required += [AnyOf((f"{name}:{slug}",)) for name, slug in facts.items() if slug]
    days = asked.get("verified_within_days")
    return SearchQuery(
        centre=Centre(asked["lat"], asked["lng"]) if "lat" in asked else None,
        radius_km=asked.get("radius_km"),
        box=asked.get("bbox"),
        required=tuple(required),
        text=asked.get("q"),
        open_at=asked.get("open_at"),
        verified_since=None if days is None else TODAY - timedelta(days),
        sort=asked["sort"],
        page_size=asked["page_size"],
        count=asked["count"],
        bodywork=any(BODYWORK in any_of.terms for any_of in required),
    )


def queries(**options: Any) -> st.SearchStrategy[SearchQuery]:
    """The questions that random parameters make."""
    return values(**options).map(query_of)


@st.composite
def requirements(draw: st.DrawFn) -> tuple[AnyOf, ...]:
    """What no URL can ask for: alternatives of several schemes, any strength for each."""
    terms = st.lists(
        st.sampled_from([*CONCEPT_KEYS, *FACT_KEYS]), min_size=1, max_size=4, unique=True
    )
    strengths = st.sampled_from([0, 0, 49, 50, 51, 70, 75, 76, 100, 149, 150, 175, 200])
    return tuple(
        draw(st.lists(st.builds(AnyOf, terms.map(tuple), strengths), min_size=1, max_size=3))
    )
