"""Facets: how many of the matches carry each concept of a scheme, under the other filters.

The filter of the scheme itself is left out, so that a count says what choosing that concept instead
would give. Where the matches are few they are looked up; otherwise the postings of the scheme's own
terms are walked in the area of the search, with every filter a test on them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinics.models import Scheme
from clinics.position import Ecef
from finder.conditions import Sql, placeholders
from finder.postings import Bounds, Postings
from finder.query import AnyOf, SearchQuery
from finder.terms import Planner, Requirement
from finder.walks import Walk

# The schemes of claims, whose strength a search may ask for; kind and prefecture are facts.
CLAIMED = (
    Scheme.CATEGORY,
    Scheme.SERVICE,
    Scheme.CONDITION,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.CREDENTIAL,
    Scheme.LANGUAGE,
    Scheme.FEATURE,
)
SCHEMES = (*CLAIMED, Scheme.KIND, Scheme.PREFECTURE)


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A concept and the number of matches that carry it."""

    slug: str
    count: int


def facets(
    query: SearchQuery, schemes: Sequence[str], least_strength: int = 0, using: str = "default"
) -> dict[str, list[FacetCount]]:
    """The counts of each scheme, largest first; concepts that no match carries are left out.

    ``least_strength`` is that of the evidence that the search asks for.
    """
    together: dict[tuple[SearchQuery, int], list[str]] = {}
    for scheme in schemes:
        strength = least_strength if scheme in CLAIMED else 0
        together.setdefault((without(query, scheme), strength), []).append(scheme)
    counted: dict[str, list[FacetCount]] = {}
    for (others, strength), group in together.items():
        counted |= _count(others, group, strength, using)
    return {scheme: counted[scheme] for scheme in schemes}


def without(query: SearchQuery, scheme: str) -> SearchQuery:
    """The query without the filter of a scheme.

    Each category is counted as if it were asked for by name, bodywork too.
    """
    prefix = f"{scheme}:"
    return replace(
        query,
        required=tuple(
            any_of for any_of in query.required if not any_of.terms[0].startswith(prefix)
        ),
        bodywork=query.bodywork or scheme == Scheme.CATEGORY,
        after=None,
    )


def _count(
    query: SearchQuery, schemes: Sequence[str], least_strength: int, using: str
) -> dict[str, list[FacetCount]]:
    planner = Planner(query, using, schemes=schemes)
    plan = planner.plan()
    keys = planner.keys_of(schemes)
    carried = planner.requirement(AnyOf(tuple(keys.values()), least_strength))
    numbers: Counter[int] = Counter()
    if carried.terms and not plan.nothing:
        postings = Postings(plan, query, using)
        count = _look_up if postings.is_small else _walk
        numbers = count(postings, carried, using)
    counts: dict[str, list[FacetCount]] = {scheme: [] for scheme in schemes}
    for term_id, number in numbers.items():
        scheme, _, slug = keys[term_id].partition(":")
        counts[scheme].append(FacetCount(slug, number))
    for listed in counts.values():
        listed.sort(key=lambda facet: (-facet.count, facet.slug))
    return counts


def _look_up(postings: Postings, carried: Requirement, using: str) -> Counter[int]:
    """The terms of few matches, looked up clinic by clinic."""
    bounds = Bounds.of(postings.query.radius_km)
    area = postings.area(bounds.ceiling_m)
    strength = "AND q.strength >= %s" if carried.least_strength else ""
    # The plus keeps the engine from looking for every term of every clinic.
    terms = f"WHERE +q.term_id IN ({placeholders(carried.terms)}) {strength}"
    values = [*carried.term_ids, *([carried.least_strength] if carried.least_strength else [])]
    look_up = "CROSS JOIN clinics_posting q"

    def count(where: Sql) -> Counter[int]:
        rows = postings.walk.fetch(
            area,
            f"""
            SELECT q.term_id, COUNT(*) FROM (SELECT DISTINCT p.listing_id {{walk}} {where.text}) m
            {look_up} {terms} AND q.listing_id = m.listing_id GROUP BY q.term_id
            """,
            after=[*where.values, *values],
        )
        return Counter({term_id: int(number) for term_id, number in rows})

    numbers = count(postings.chords(("<", bounds.certain_m)))
    if postings.query.radius_km is not None:
        edge, _ = postings.read(area, bounds.certain_m, bounds.ceiling_m, None)
        inside = [item.listing_id for item in postings.candidates(edge) if bounds.hold(item)]
        if inside:
            numbers += count(Sql(f"AND p.listing_id IN ({placeholders(inside)})", inside))
    return numbers


def _walk(postings: Postings, carried: Requirement, using: str) -> Counter[int]:
    """The terms of many matches: their own postings in the area, everything else being a test."""
    bounds = Bounds.of(postings.query.radius_km)
    area = postings.area(bounds.ceiling_m)
    plan = postings.plan
    tests = plan.conditions if plan.walks_everything else (plan.driver, *plan.conditions)
    walk = Walk(replace(plan, driver=carried, conditions=tests, walks_everything=False), using)
    where = postings.chords(("<", bounds.certain_m))
    rows = walk.fetch(
        area,
        f"SELECT p.term_id, COUNT(*) {{walk}} {where.text} GROUP BY p.term_id",
        after=where.values,
    )
    numbers = Counter({term_id: int(number) for term_id, number in rows})
    if postings.query.radius_km is not None:
        where = postings.chords((">=", bounds.certain_m), ("<=", bounds.ceiling_m))
        select = f"SELECT p.term_id, p.x, p.y, p.z {{walk}} {where.text}"
        for term_id, *point in walk.fetch(area, select, after=where.values):
            numbers[term_id] += postings.distance_mm(Ecef(*point)) <= bounds.radius_mm
    return numbers
