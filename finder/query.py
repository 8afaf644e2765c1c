"""What a search asks, as one small value: no HTTP, no database, can be written in one line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Sort = Literal["distance", "relevance", "name", "-verified_on"]
CountMode = Literal["bounded", "exact", "none"]

# Bounded counting stops here: nobody reads a thousand hits, and counting on costs time.
COUNT_LIMIT = 1_000
LARGEST_RADIUS_KM = 2_000


@dataclass(frozen=True, slots=True)
class Centre:
    """Where the searcher looks from, in WGS84 decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of WGS84 degrees, edges included; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A requirement: the clinic carries at least one of these terms (``category:neurology``).

    What says so has at least the strength ``least_strength``.
    """

    terms: tuple[str, ...]
    least_strength: int = 0


@dataclass(frozen=True, slots=True)
class TextWord:
    """One word of a text search, folded, and the terms of the concepts that it names."""

    text: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """Words that are all to be found, and the folded phrase that they make without spaces."""

    phrase: str
    words: tuple[TextWord, ...]


@dataclass(frozen=True, slots=True)
class NearestKey:
    """A place in the order by distance: whole millimetres, ties by the clinic's id as hex."""

    distance_mm: int
    clinic_id: str


@dataclass(frozen=True, slots=True)
class NameKey:
    """A place in the order by name: the folded name's bytes, ties by the clinic's id as hex."""

    name_key: bytes
    clinic_id: str


@dataclass(frozen=True, slots=True)
class RankedKey:
    """A place in an order of ranks, lower first, and within each by distance or by name."""

    rank: int
    within: NearestKey | NameKey


Key = NearestKey | NameKey | RankedKey


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One search.

    ``required`` are all to be met. ``radius_km`` is inclusive and needs a centre. ``open_at`` is
    an instant with its time zone. ``after`` is the last hit of the page before, a key of the
    query's own sort. ``bodywork`` lets in places that are no medical care, which a search must ask
    for by name.
    """

    centre: Centre | None = None
    radius_km: float | None = None
    box: Box | None = None
    required: tuple[AnyOf, ...] = ()
    text: TextQuestion | None = None
    open_at: datetime | None = None
    verified_since: date | None = None
    sort: Sort = "distance"
    page_size: int = 20
    after: Key | None = None
    count: CountMode = "bounded"
    bodywork: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """When a clinic that is open closes, and when it next opens after that, in its local time.

    ``closes_at`` is None where that is more than a day away, ``next_opens_at`` where nothing is
    stated for the days to come.
    """

    closes_at: datetime | None
    next_opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A clinic that matches: its listing, its place in the order, and how far and where it lies.

    ``reasons`` say why it stands there, in a search by relevance; ``opening`` is there when the
    search asked for an instant. ``document`` is the clinic's summary where reading it came free.
    """

    listing_id: int
    key: Key
    distance_mm: int | None = None
    bearing_deg: float | None = None
    reasons: tuple[str, ...] = ()
    opening: Opening | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits in order; ``count`` is None when it was not asked for."""

    hits: tuple[Hit, ...]
    more: bool
    count: int | None
    count_exact: bool


def empty_page(query: SearchQuery) -> Page:
    """The page of a query that no clinic can meet."""
    counted = query.count != "none"
    return Page((), more=False, count=0 if counted else None, count_exact=counted)
