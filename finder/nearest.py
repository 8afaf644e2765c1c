"""Nearest first, exactly: the heart of the finder.

The postings of the rarest required term are read around the centre, from a small block of cells to
larger ones, ordered by chord in the database; the few candidates are then ordered by WGS84
geodesic. A hit is settled once everything that could be nearer has been read: no clinic within its
geodesic has a longer chord than :func:`clinics.position.chord_ceiling_m` of it. So members and
order are those of comparing with every clinic, at the antimeridian and the poles too.

Distances are whole millimetres: within that, clinics are at the same distance, and ordered by id.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from clinics.position import Compass, chord_ceiling_m
from finder.cells import Block, block, level_of_height
from finder.conditions import Sql
from finder.postings import Postings
from finder.query import Box, Centre, Hit, NearestKey, Page, RankedKey, SearchQuery, empty_page
from finder.readings import Bounds, Candidate
from finder.terms import Plan, make_plan

# A driver of this many postings is read whole: faster than finding the right block.
READ_WHOLE = 250
# Read beyond the page, so that one reading usually settles it.
SPARE = 8
# The square kilometres over which a term's clinics are thought to be spread, for the first guess
# of a block: the inhabited plains of Japan. A wrong guess costs a reading, never an answer.
INHABITED_KM2 = 20_000


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the nearest clinics that meet ``query``.

    Raises ``ValueError`` without a centre, or when it continues after a key of another sort.
    """
    if query.centre is None or not isinstance(query.after, NearestKey | None):
        raise ValueError("A nearest search has a centre, and continues after a nearest key.")
    plan = make_plan(query, using)
    if plan.nothing:
        return empty_page(query)
    hits = hits_of(plan, query, query.page_size + 1, query.after, using)
    more = len(hits) > query.page_size
    return Postings(plan, query, using).page(query, tuple(hits[: query.page_size]), more=more)


def hits_of(
    plan: Plan, query: SearchQuery, number: int, after: NearestKey | None, using: str
) -> list[Hit]:
    """The first ``number`` hits of a plan for ``query`` after a key, nearest first."""
    postings = Postings(plan, query, using)
    found = nearest(postings, number, Bounds.of(query.radius_km, after))
    return as_hits(postings, found)


def as_hits(postings: Postings, found: Sequence[Candidate]) -> list[Hit]:
    """Candidates as hits, with their bearings."""
    compass = Compass(postings.here)
    return [
        Hit(
            listing_id=candidate.listing_id,
            key=NearestKey(candidate.distance_mm, candidate.clinic_id),
            distance_mm=candidate.distance_mm,
            bearing_deg=compass.bearing_deg(candidate.point),
            document=candidate.document,
        )
        for candidate in found
    ]


def nearest(postings: Postings, number: int, bounds: Bounds) -> list[Candidate]:
    """The first ``number`` clinics within bounds, in order; fewer only if there are no more."""
    wanted = number + SPARE
    area = _first_block(postings, wanted, bounds)
    while True:
        bound_m = min(area.reach_m, bounds.ceiling_m)
        readings, cut = postings.read(area, bounds.floor_m, bound_m, wanted)
        complete_m = math.sqrt(readings[-1].squared_chord) if cut else bound_m
        matches = sorted(filter(bounds.hold, postings.candidates(readings)))
        if len(matches) >= number and _settled(matches[number - 1], complete_m):
            return matches[:number]
        if cut:
            wanted *= 4
        elif bound_m >= bounds.ceiling_m:
            return matches[:number]
        else:
            area = _larger_block(postings, area, len(readings), wanted)


def ranked_hits_of(
    plan: Plan, query: SearchQuery, rank: Sql, number: int, after: RankedKey | None, using: str
) -> list[Hit]:
    """The first ``number`` hits after a key by rank, and nearest first within each.

    A better rank may lie anywhere, so every row that matches is looked at, once. A row's place is
    settled once everything of its rank that could be nearer, and of lower ranks, has been read.
    """
    postings = Postings(plan, query, using)
    everything = Bounds.of(query.radius_km)
    nearest_after = after.within if after and isinstance(after.within, NearestKey) else None
    floor_m = Bounds.of(None, nearest_after).floor_m
    wanted = number + SPARE
    while True:
        first = (after.rank, floor_m) if after else (0, 0.0)
        readings, cut = postings.read_ranked(rank, first, everything.ceiling_m, wanted)
        last = readings[-1] if cut else None
        ranks = {reading.listing_id: reading.rank for reading in readings}
        matches = sorted(
            (ranks[candidate.listing_id], candidate)
            for candidate in postings.candidates(readings)
            if everything.hold(candidate)
            and (after is None or _key(ranks[candidate.listing_id], candidate) > _order(after))
        )[:number]
        if last is None or (
            len(matches) == number
            and (
                matches[-1][0] < last.rank
                or _settled(matches[-1][1], math.sqrt(last.squared_chord))
            )
        ):
            hits = as_hits(postings, [candidate for _, candidate in matches])
            return [
                replace(hit, key=RankedKey(rank_of, hit.key))
                for (rank_of, _), hit in zip(matches, hits, strict=True)
                if isinstance(hit.key, NearestKey)
            ]
        wanted *= 4


def _key(rank: int, candidate: Candidate) -> tuple[int, int, str]:
    return rank, candidate.distance_mm, candidate.clinic_id


def _order(after: RankedKey) -> tuple[int, int, str]:
    assert isinstance(after.within, NearestKey)
    return after.rank, after.within.distance_mm, after.within.clinic_id


def _settled(candidate: Candidate, complete_m: float) -> bool:
    """Whether every clinic as near as this one has been read, up to chord ``complete_m``."""
    return chord_ceiling_m((candidate.distance_mm + 1) / 1_000) < complete_m


def _first_block(postings: Postings, wanted: int, bounds: Bounds) -> Block:
    """A block likely to hold enough clinics, not much larger than the radius needs.

    On a later page what is wanted lies beyond a floor, so a block that ends before it holds nothing.
    """
    query, plan = postings.query, postings.plan
    if plan.words or plan.driver.postings <= READ_WHOLE or _outside(query.centre, query.box):
        return postings.whole
    share_km2 = wanted * INHABITED_KM2 / plan.driver.postings
    height_m = math.hypot(1_000 * math.sqrt(share_km2 / math.pi), bounds.floor_m)
    return _block(postings, level_of_height(min(height_m, bounds.ceiling_m)))


def _larger_block(postings: Postings, area: Block, found: int, wanted: int) -> Block:
    """A larger block: by as much as the number found falls short, at most eight times as wide."""
    missing_levels = math.ceil(math.log2(wanted / max(found, 1)) / 2)
    return _block(postings, area.level - max(1, min(missing_levels, 3)))


def _block(postings: Postings, level: int) -> Block:
    """The block of a level, as long as it is smaller than what holds every match."""
    centre = postings.query.centre
    if centre is None or level <= postings.whole.level:
        return postings.whole
    return block(centre.latitude, centre.longitude, level)


def _outside(centre: Centre | None, box: Box | None) -> bool:
    """Whether the centre lies outside the box, so that nothing around it can match."""
    if centre is None or box is None:
        return False
    east_of_west, east_of_east = centre.longitude >= box.west, centre.longitude > box.east
    inside = (
        east_of_west and not east_of_east
        if box.west <= box.east
        else east_of_west or not east_of_east
    )
    return not (inside and box.south <= centre.latitude <= box.north)
