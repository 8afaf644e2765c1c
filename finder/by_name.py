"""By name, with or without a place: the order of a search that is not for the nearest.

A requirement with few clinics has them all read and sorted, and so has a small area; otherwise the
index of names is walked and each name tested, which fills a page quickly just because what is
required is not rare.
"""

import math
from dataclasses import replace

from clinics.position import Compass, ecef, geodesic_m
from finder.conditions import Sql
from finder.postings import Postings
from finder.query import Hit, NameKey, Page, RankedKey, SearchQuery, empty_page
from finder.readings import Bounds, Named, millimetres
from finder.terms import Plan, make_plan

# To sort m of n clinics costs m look-ups, to walk the names about n / m of them for each hit of a
# page: sorting is the quicker while m² is below some pages' hits times n.
SORTED_SHARE = 32
LARGEST_READING = 5_000


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, by name.

    Raises ``ValueError`` when it continues after a key of another sort.
    """
    if not isinstance(query.after, NameKey | None):
        raise ValueError("A search by name continues after a name key.")
    plan = make_plan(query, using)
    if plan.nothing:
        return empty_page(query)
    hits = hits_of(plan, query, query.page_size + 1, query.after, using)
    more = len(hits) > query.page_size
    return Postings(plan, query, using).page(query, tuple(hits[: query.page_size]), more=more)


def hits_of(
    plan: Plan, query: SearchQuery, number: int, after: NameKey | None, using: str
) -> list[Hit]:
    """The first ``number`` hits of a plan for ``query`` after a key, by name."""
    postings = Postings(plan, query, using)
    bounds = Bounds.of(query.radius_km)
    area = postings.area(bounds.ceiling_m)
    few = math.isqrt(SORTED_SHARE * plan.clinics)
    sorts = postings.is_small or (
        area.level > 0 and postings.count_rows(area, bounds.ceiling_m, few) <= few
    )

    def read(after: NameKey | None, limit: int) -> list[Named]:
        if sorts:
            return postings.read_by_name(area, bounds.ceiling_m, after, limit)
        return postings.walk_names(after, limit)

    hits: list[Hit] = []
    limit = number
    while True:
        rows = read(after, limit)
        hits += within(bounds, postings, rows)
        if len(hits) >= number or len(rows) < limit:
            return hits[:number]
        after = rows[-1].key
        limit = min(2 * limit, LARGEST_READING)


def ranked_hits_of(
    plan: Plan, query: SearchQuery, rank: Sql, number: int, after: RankedKey | None, using: str
) -> list[Hit]:
    """The first ``number`` hits after a key by rank, and by name within each."""
    postings = Postings(plan, query, using)
    rows = postings.read_by_name(postings.whole, math.inf, after, number, rank)
    return [replace(_hit(row, postings), key=RankedKey(row.rank, row.key)) for row in rows]


def within(bounds: Bounds, postings: Postings, rows: list[Named]) -> list[Hit]:
    """The rows within bounds, as hits.

    A chord cannot tell whether the last metres of a radius are within it; the distance can. With a
    centre, what has no position is no hit.
    """
    hits = (_hit(row, postings) for row in rows)
    if postings.query.centre is None:
        return list(hits)
    return [
        hit for hit in hits if hit.distance_mm is not None and hit.distance_mm <= bounds.radius_mm
    ]


def _hit(row: Named, postings: Postings) -> Hit:
    if postings.query.centre is None or row.latitude is None or row.longitude is None:
        return Hit(row.listing_id, row.key)
    there = ecef(row.latitude, row.longitude)
    return Hit(
        row.listing_id,
        row.key,
        distance_mm=millimetres(geodesic_m(postings.here, there)),
        bearing_deg=Compass(postings.here).bearing_deg(there),
    )
