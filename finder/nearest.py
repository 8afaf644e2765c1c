"""Nearest first, exactly: the heart of the finder.

The postings of the rarest required term are read around the centre, from a small block of cells to
larger ones, ordered by chord in the database; the few candidates are then ordered by WGS84
geodesic. A hit is settled once everything that could be nearer has been read: no clinic within its
geodesic has a longer chord than :func:`clinics.position.chord_ceiling_m` of it. So members and
order are those of comparing with every clinic, at the antimeridian and the poles too.

Distances are whole millimetres: within that, clinics are at the same distance, and ordered by id.
"""

import math

from clinics.position import Compass, chord_ceiling_m
from finder.cells import EVERYWHERE, Block, block, level_of_height
from finder.postings import Bounds, Candidate, Postings
from finder.query import Centre, Hit, NearestKey, Page, SearchQuery, empty_page
from finder.terms import make_plan

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
    postings = Postings(plan, query.centre, using)
    found = nearest(
        postings, query.centre, query.page_size + 1, Bounds.of(query.radius_km, query.after)
    )
    compass = Compass(postings.here)
    hits = tuple(
        Hit(
            listing_id=candidate.listing_id,
            key=NearestKey(candidate.distance_mm, candidate.clinic_id),
            distance_mm=candidate.distance_mm,
            bearing_deg=compass.bearing_deg(candidate.point),
        )
        for candidate in found[: query.page_size]
    )
    return postings.page(query, hits, more=len(found) > query.page_size)


def nearest(postings: Postings, centre: Centre, number: int, bounds: Bounds) -> list[Candidate]:
    """The first ``number`` clinics within bounds, in order; fewer only if there are no more."""
    wanted = number + SPARE
    area = _first_block(centre, postings.plan.driver.postings, wanted, bounds.ceiling_m)
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
            area = _larger_block(centre, area, len(readings), wanted)


def _settled(candidate: Candidate, complete_m: float) -> bool:
    """Whether every clinic as near as this one has been read, up to chord ``complete_m``."""
    return chord_ceiling_m((candidate.distance_mm + 1) / 1_000) < complete_m


def _first_block(centre: Centre, number_of_postings: int, wanted: int, ceiling_m: float) -> Block:
    """A block likely to hold enough clinics, not much larger than the radius needs."""
    if number_of_postings <= READ_WHOLE:
        return EVERYWHERE
    height_m = 1_000 * math.sqrt(wanted * INHABITED_KM2 / number_of_postings / math.pi)
    return _block(centre, level_of_height(min(height_m, ceiling_m)))


def _larger_block(centre: Centre, area: Block, found: int, wanted: int) -> Block:
    """A larger block: by as much as the number found falls short, at most eight times as wide."""
    missing_levels = math.ceil(math.log2(wanted / max(found, 1)) / 2)
    return _block(centre, area.level - max(1, min(missing_levels, 3)))


def _block(centre: Centre, level: int) -> Block:
    return block(centre.latitude, centre.longitude, level)
