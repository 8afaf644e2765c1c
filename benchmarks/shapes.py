"""The searches that tell designs apart: every selectivity, every order, every kind of filter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from benchmarks import claims, names
from benchmarks.rivals import Near
from benchmarks.scans import Scan, scan_by_name, scan_count, scan_facets, scan_nearest
from clinics.models import Scheme
from clinics.terms import CONFIRMED, DOCUMENTED
from finder.facets import facets
from finder.query import AnyOf, Box, Centre, Key, SearchQuery
from finder.questions import Asked, build_query
from finder.search import search
from finder.suggestions import suggestions
from finder.words import read_text

DEEP = 10_000
# The prepared pages deep in the order: finding where they begin takes longer than reading them.
DEEP_PAGES = 20
TOKYO_STATION = Centre(35.6812, 139.7671)
SHINJUKU = Centre(35.6896, 139.7006)
THREE_SCHEMES = (Scheme.CATEGORY, Scheme.CONDITION, Scheme.SPORT)
JAPAN = ZoneInfo("Asia/Tokyo")
# Days that are no holidays.
WEDNESDAY, SUNDAY = date(2026, 6, 10), date(2026, 6, 14)
# Carried together by nobody.
NOBODY = (claims.TWENTIETH, claims.NEVER_WITH_NEUROLOGY)

Asking = Callable[[SearchQuery, str], object]


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of search.

    ``query`` is the question from a place, ``ask`` asks it and ``scan`` finds the same by looking
    at every clinic. ``prepare`` gives the questions of a database from those of all the places.
    ``most_ms`` is the target for 100,000 facilities.
    """

    name: str
    query: Callable[[Centre], SearchQuery]
    ask: Asking = search
    scan: Scan = scan_nearest
    near: Near | None = None
    most_ms: float | None = None
    prepare: Callable[[Sequence[SearchQuery], str], Sequence[SearchQuery]] = lambda queries, using: (
        queries
    )


def _required(*terms: str) -> tuple[AnyOf, ...]:
    return tuple(AnyOf((term,)) for term in terms)


def _nearest(name: str, radius_km: float | None = None, *terms: str) -> Shape:
    required = _required(*terms)
    return Shape(
        name,
        lambda centre: SearchQuery(centre, radius_km, required=required, count="none"),
        near=Near(terms, radius_km),
    )


def _of(name: str, scan: Scan = scan_nearest, most_ms: float | None = None, **asked: Any) -> Shape:
    """From a place, with these fields of the query."""
    asked = {"count": "none"} | asked
    return Shape(name, lambda centre: SearchQuery(centre, **asked), scan=scan, most_ms=most_ms)


def _nationwide(name: str, most_ms: float | None = None, **asked: Any) -> Shape:
    """Without a place; the same question each time."""
    query = SearchQuery(**({"count": "none"} | asked))
    return Shape(name, lambda centre: query, scan=scan_by_name, most_ms=most_ms)


def _text(name: str, text: str, most_ms: float | None = 30, **asked: Any) -> Shape:
    """By relevance; the words are read when they are asked for, as the concepts must be there."""

    def query(centre: Centre) -> SearchQuery:
        place = centre if "radius_km" in asked else None
        return SearchQuery(place, text=read_text(text), sort="relevance", count="none", **asked)

    return Shape(name, query, scan=scan_nearest, most_ms=most_ms)


def _box(name: str, height: float, width: float, north: float = 0.0) -> Shape:
    """Within a box of so many degrees, whose middle lies so far north of the centre."""

    def query(centre: Centre) -> SearchQuery:
        south, west = centre.latitude + north - height / 2, centre.longitude - width / 2
        box = Box(west, south, west + width, south + height)
        return SearchQuery(centre, box=box, count="none")

    return Shape(name, query)


def _deep(name: str, query: SearchQuery, scan: Scan) -> Shape:
    """The page after the ten-thousandth hit, or after half of all."""

    def begin(asked: SearchQuery, using: str) -> Key:
        found = search(replace(asked, page_size=DEEP), using).hits
        return found[-1 if len(found) == DEEP else len(found) // 2].key

    def prepare(queries: Sequence[SearchQuery], using: str) -> list[SearchQuery]:
        different = list(dict.fromkeys(queries))[:DEEP_PAGES]
        return [replace(asked, after=begin(asked, using)) for asked in different]

    def asked(centre: Centre) -> SearchQuery:
        return replace(query, centre=centre if query.sort == "distance" else None)

    return Shape(name, asked, scan=scan, prepare=prepare)


def _counting(name: str, ask: Asking, query: SearchQuery, **values: Any) -> Shape:
    return Shape(name, lambda _: query, ask, **values)


def _facets(query: SearchQuery, using: str) -> object:
    return facets(query, THREE_SCHEMES, using=using)


def _help(query: SearchQuery, using: str) -> object:
    """What somebody is told who asks for what nobody has within five kilometres."""
    assert query.centre is not None
    values = {
        "lat": query.centre.latitude,
        "lng": query.centre.longitude,
        "radius_km": 5,
        **{scheme: ((slug,),) for scheme, slug in (key.split(":") for key in NOBODY)},
    }
    return suggestions(Asked(values, build_query(values)), using)


def _open(hour: int, minute: int, day: date = WEDNESDAY) -> dict[str, Any]:
    return {"open_at": datetime(day.year, day.month, day.day, hour, minute, tzinfo=JAPAN)}


def _carrying(*terms: str, least_strength: int = 0) -> dict[str, Any]:
    return {"required": (AnyOf(terms, least_strength),)}


def _year_ago() -> date:
    return timezone.localdate() - timedelta(days=365)


TEN_KM = _nearest("10 km, 5 %", 10, claims.TWENTIETH)
# A tenth of the clinics seldom fills a page within 10 km; without a radius both sizes do.
NO_RADIUS = _nearest("no radius, 5 %", None, claims.TWENTIETH)
SCALED = (TEN_KM, NO_RADIUS)
CHARTED = (
    "10 km, 5 %",
    "no radius, 0.1 % far",
    "no radius, 5 & 5 & 50 %",
    "text: two words",
    "open at 03:00",
    "facets of three schemes, 20 km around Tokyo",
)
SHAPES = (
    _nearest("5 km, no tag", 5),
    _nearest("10 km, 50 %", 10, claims.HALF),
    TEN_KM,
    _nearest("50 km, 0.1 %", 50, claims.RARE),
    _nearest("no radius, no tag"),
    NO_RADIUS,
    _nearest("no radius, 0.1 %", None, claims.RARE),
    _nearest("no radius, 0.1 % far", None, claims.RARE_AND_FAR),
    _nearest(
        "no radius, 5 & 5 & 50 %", None, claims.TWENTIETH, claims.ANOTHER_TWENTIETH, claims.HALF
    ),
    _nearest("no match", None, claims.NOBODYS),
    _nearest("no match, 5 & 5 %", None, *NOBODY),
    _of("no radius, 5 or 0.1 %", **_carrying(claims.TWENTIETH, claims.RARE)),
    _of("documented, 5 %", **_carrying(claims.TWENTIETH, least_strength=DOCUMENTED)),
    _of("confirmed, 5 %: none is", **_carrying(claims.TWENTIETH, least_strength=CONFIRMED)),
    _of("verified within a year", verified_since=_year_ago()),
    _box("box of 10 km", 0.1, 0.1),
    _box("box of 400 km", 3.6, 4.4),
    _box("box of 50 km, centre outside", 0.5, 0.5, north=2.0),
    _nationwide("by name", sort="name"),
    _of("by name, 2,000 km", scan_by_name, sort="name", radius_km=2_000),
    _of("by relevance", sort="relevance"),
    _nationwide("by relevance, nationwide", sort="relevance"),
    _nationwide("by verification, nationwide", sort="-verified_on"),
    _deep(f"after the {DEEP:,}th", SearchQuery(count="none"), scan_nearest),
    _deep(f"by name after the {DEEP:,}th", SearchQuery(sort="name", count="none"), scan_by_name),
    _counting(
        "exact count, 10 km around Shinjuku",
        search,
        SearchQuery(SHINJUKU, 10, count="exact"),
        scan=scan_count,
    ),
    _of("bounded count, 10 km, 50 %", radius_km=10, count="bounded", **_carrying(claims.HALF)),
    _counting(
        "facets of three schemes, 20 km around Tokyo",
        _facets,
        SearchQuery(TOKYO_STATION, 20),
        scan=partial(scan_facets, schemes=THREE_SCHEMES),
        most_ms=30,
    ),
    _counting(
        "facets of three schemes, nationwide",
        _facets,
        SearchQuery(sort="name"),
        scan=partial(scan_facets, schemes=THREE_SCHEMES),
    ),
    _text("text: rare name", names.RARE_NAME.written),
    _text("text: two characters", "青葉"),
    _text("text: common word", "クリニック"),
    _text("text: two words", "佐藤 内科"),
    _text("text: concept", "ジストニア"),
    _text("text: common word, 20 km", "クリニック", radius_km=20),
    _text("text: two words, 20 km", "佐藤 内科", radius_km=20),
    _of("open at 03:00", most_ms=30, **_open(3, 0)),
    _of("open on Sunday at 10:00", **_open(10, 0, SUNDAY)),
    _of("open at 10:30", **_open(10, 30)),
    _of("open at 12:30", **_open(12, 30)),
    Shape(
        "help where nothing matches",
        lambda centre: SearchQuery(centre, 5, required=_required(*NOBODY)),
        _help,
    ),
)
