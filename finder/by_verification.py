"""By the day of the last verification: the newest first, by name within a day, the unverified
last, by name."""

from dataclasses import replace

from clinics.terms import VERIFIED
from finder import by_name
from finder.conditions import Not
from finder.postings import Postings
from finder.query import AnyOf, Hit, NameKey, Page, RankedKey, SearchQuery, empty_page
from finder.readings import Bounds, Named
from finder.terms import Plan, Planner

UNVERIFIED = 0


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, the lately verified first.

    Raises ``ValueError`` when it continues after a key of another sort.
    """
    after = query.after
    if not isinstance(after, RankedKey | None):
        raise ValueError("A search by verification continues after a ranked key.")
    verified = AnyOf((VERIFIED,))
    planner = Planner(query, using, [verified])
    plan = planner.plan()
    if plan.nothing:
        return empty_page(query)
    wanted = query.page_size + 1
    hits: list[Hit] = []
    if after is None or after.rank < UNVERIFIED:
        hits = _verified(planner.plan([verified]), query, wanted, after, using)
    if len(hits) < wanted:
        name = after.within if after and after.rank == UNVERIFIED else None
        assert isinstance(name, NameKey | None)
        requirement = planner.requirement(verified)
        others = [Not(requirement)] if requirement.terms else []
        rest = by_name.hits_of(
            planner.plan(conditions=others), query, wanted - len(hits), name, using
        )
        hits += [_ranked(UNVERIFIED, hit) for hit in rest]
    more = len(hits) > query.page_size
    return Postings(plan, query, using).page(query, tuple(hits[: query.page_size]), more=more)


def _verified(
    plan: Plan, query: SearchQuery, wanted: int, after: RankedKey | None, using: str
) -> list[Hit]:
    if plan.nothing:
        return []
    postings = Postings(plan, query, using)
    bounds = Bounds.of(query.radius_km)
    area = postings.area(bounds.ceiling_m)
    hits: list[Hit] = []
    while True:
        rows = postings.read_by_verification(area, bounds.ceiling_m, after, wanted)
        hits += _hits(bounds, postings, rows)
        if len(hits) >= wanted or len(rows) < wanted:
            return hits[:wanted]
        after = RankedKey(rows[-1].rank, rows[-1].key)


def _hits(bounds: Bounds, postings: Postings, rows: list[Named]) -> list[Hit]:
    ranks = {row.listing_id: row.rank for row in rows}
    return [_ranked(ranks[hit.listing_id], hit) for hit in by_name.within(bounds, postings, rows)]


def _ranked(rank: int, hit: Hit) -> Hit:
    assert isinstance(hit.key, NameKey)
    return replace(hit, key=RankedKey(rank, hit.key))
