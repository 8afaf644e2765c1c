"""Help when nothing matches: the nearest match outside, and what each filter keeps out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from finder.nearest import search as nearest_search
from finder.postings import Postings
from finder.query import COUNT_LIMIT, Box, Centre, Hit, SearchQuery
from finder.questions import Asked, build_query
from finder.terms import make_plan

# The parameters that keep clinics out. A centre alone does not.
FILTERS = (
    "radius_km",
    "bbox",
    "category",
    "service",
    "condition",
    "sport",
    "level",
    "credential",
    "language",
    "feature",
    "evidence",
    "kind",
    "prefecture",
    "municipality",
    "second_opinion",
    "accepts_new_patients",
    "open_at",
    "verified_within_days",
    "q",
)
# Counting without one filter reads at most the postings of the rarest of the others. Filters whose
# turn comes when this many have been read together are left out: help costs no more than a search.
MOST_POSTINGS = 1_000_000


@dataclass(frozen=True, slots=True)
class Without:
    """How many clinics would match without one parameter; exact up to ``COUNT_LIMIT``."""

    parameter: str
    count: int
    count_exact: bool


@dataclass(frozen=True, slots=True)
class Help:
    """What somebody who found nothing may do.

    ``nearest_outside`` is measured from the centre, or from the middle of the box where there is no
    centre; None where there is neither a radius nor a box, or nothing outside either.
    """

    nearest_outside: Hit | None
    without: tuple[Without, ...]


def suggestions(asked: Asked, using: str = "default") -> Help:
    """Help for a question that nothing matches."""
    return Help(_nearest_outside(asked.query, using), tuple(_without(asked.values, using)))


def _nearest_outside(query: SearchQuery, using: str) -> Hit | None:
    if query.radius_km is None and query.box is None:
        return None
    centre = query.centre or _middle(query.box)
    anywhere = replace(
        query,
        centre=centre,
        radius_km=None,
        box=None,
        sort="distance",
        page_size=1,
        after=None,
        count="none",
    )
    return next(iter(nearest_search(anywhere, using).hits), None)


def _middle(box: Box | None) -> Centre:
    assert box is not None
    width = box.east - box.west if box.west <= box.east else box.east - box.west + 360
    longitude = (box.west + width / 2 + 180) % 360 - 180
    return Centre((box.south + box.north) / 2, longitude)


def _without(values: Mapping[str, Any], using: str) -> Iterator[Without]:
    """What dropping each filter would give; those that would give nothing say so."""
    left = MOST_POSTINGS
    for name in FILTERS:
        if name not in values:
            continue
        others = {key: value for key, value in values.items() if key != name}
        query = build_query(others)
        plan = make_plan(query, using)
        left -= plan.driver.postings
        if left < 0:
            return
        number = 0 if plan.nothing else Postings(plan, query, using).count(COUNT_LIMIT)
        yield Without(name, min(number, COUNT_LIMIT), count_exact=number <= COUNT_LIMIT)
