"""By name, with or without a place: the order of a search that is not for the nearest.

A rare requirement's clinics are all read and sorted; otherwise the index of names is walked and
each name tested, which fills a page quickly just because the requirement is not rare.
"""

import math

from clinics.position import Compass, ecef, geodesic_m
from finder.cells import ANYWHERE, EVERYWHERE
from finder.postings import READ_WHOLE, Bounds, Named, Postings, millimetres
from finder.query import Hit, NameKey, Page, SearchQuery, empty_page
from finder.terms import make_plan


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, by name.

    Raises ``ValueError`` when it continues after a key of another sort.
    """
    if not isinstance(query.after, NameKey | None):
        raise ValueError("A search by name continues after a name key.")
    plan = make_plan(query, using)
    if plan.nothing:
        return empty_page(query)
    postings = Postings(plan, query.centre, using)
    bounds = Bounds.of(query.radius_km, None)
    wanted = query.page_size + 1
    hits: list[Hit] = []
    after = query.after
    while len(hits) < wanted:
        rows = _read(postings, bounds, after, wanted)
        # A chord cannot tell whether the last metres of a radius are within it; the distance can.
        hits += [
            hit
            for hit in (_hit(row, postings) for row in rows)
            if hit.distance_mm is None or hit.distance_mm <= bounds.radius_mm
        ]
        if len(rows) < wanted:
            break
        after = rows[-1].key
    more = len(hits) > query.page_size
    return postings.page(query, tuple(hits[: query.page_size]), more=more)


def _read(postings: Postings, bounds: Bounds, after: NameKey | None, limit: int) -> list[Named]:
    """The next clinics by name that could be within bounds."""
    if postings.centre is None and postings.plan.driver.postings > READ_WHOLE:
        return postings.walk_names(after, limit)
    if bounds.ceiling_m < math.inf:
        area = postings.covering_block(bounds.ceiling_m)
    else:
        area = ANYWHERE if postings.centre is None else EVERYWHERE
    return postings.read_by_name(area, bounds.ceiling_m, after, limit)


def _hit(row: Named, postings: Postings) -> Hit:
    if postings.centre is None or row.latitude is None or row.longitude is None:
        return Hit(row.listing_id, row.key)
    there = ecef(row.latitude, row.longitude)
    return Hit(
        row.listing_id,
        row.key,
        distance_mm=millimetres(geodesic_m(postings.here, there)),
        bearing_deg=Compass(postings.here).bearing_deg(there),
    )
