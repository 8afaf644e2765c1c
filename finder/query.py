"""What a search asks, as one small value: no HTTP, no database, can be written in one line."""

from dataclasses import dataclass
from typing import Literal

Sort = Literal["distance", "name"]
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
class AnyOf:
    """A requirement: the clinic carries at least one of these terms (``category:neurology``)."""

    terms: tuple[str, ...]


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
class SearchQuery:
    """One search.

    ``required`` are all to be met. ``radius_km`` is inclusive and needs a centre. ``after`` is the
    last hit of the page before, a key of the query's own sort. ``bodywork`` lets in places that
    are no medical care, which a search must ask for by name.
    """

    centre: Centre | None = None
    radius_km: float | None = None
    required: tuple[AnyOf, ...] = ()
    sort: Sort = "distance"
    page_size: int = 20
    after: NearestKey | NameKey | None = None
    count: CountMode = "bounded"
    bodywork: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A clinic that matches: its listing, its place in the order, and how far and where it lies."""

    listing_id: int
    key: NearestKey | NameKey
    distance_mm: int | None = None
    bearing_deg: float | None = None


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
