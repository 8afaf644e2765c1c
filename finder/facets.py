"""Facets: how many of the matches carry each concept of a scheme, under the other filters.

The filter of the scheme itself is left out, so that a count says what choosing that concept instead
would give. Where the matches are few they are looked up; otherwise the postings of the scheme's own
terms are walked in the area of the search, with every filter a test on them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connections

from clinics.models import Scheme
from clinics.terms import BODYWORK
from finder.conditions import Sql, placeholders
from finder.postings import READ_WHOLE, Postings
from finder.query import AnyOf, SearchQuery
from finder.readings import Bounds
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


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A concept and the number of matches that carry it."""

    slug: str
    count: int


def facets(
    query: SearchQuery, schemes: Sequence[str], least_strength: int = 0, using: str = "default"
) -> dict[str, list[FacetCount]]:
    """The counts of each scheme, largest first; concepts that no match carries are left out.

    ``least_strength`` is that of the evidence that the search asks for. Bodywork, which a search
    leaves out, is counted as if it were asked for by name.
    """
    together: dict[tuple[SearchQuery, int], list[str]] = {}
    for scheme in schemes:
        strength = least_strength if scheme in CLAIMED else 0
        together.setdefault((without(query, scheme), strength), []).append(scheme)
    numbers: Counter[str] = Counter()
    for (others, strength), group in together.items():
        numbers += _count(others, group, strength, using)
    if Scheme.CATEGORY in schemes and not query.bodywork:
        numbers[BODYWORK] = _bodywork(without(query, Scheme.CATEGORY), least_strength, using)
    counts: dict[str, list[FacetCount]] = {scheme: [] for scheme in schemes}
    for key, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0])):
        scheme, _, slug = key.partition(":")
        if number:
            counts[scheme].append(FacetCount(slug, number))
    return counts


def without(query: SearchQuery, scheme: str) -> SearchQuery:
    """The query without the filter of a scheme."""
    others = (a for a in query.required if not a.terms[0].startswith(f"{scheme}:"))
    return replace(query, required=tuple(others), after=None)


def _bodywork(query: SearchQuery, least_strength: int, using: str) -> int:
    asked = AnyOf((BODYWORK,), least_strength)
    plan = Planner(replace(query, bodywork=True), using, [asked]).plan([asked])
    return 0 if plan.nothing else Postings(plan, query, using).count(None)


def _count(
    query: SearchQuery, schemes: Sequence[str], least_strength: int, using: str
) -> Counter[str]:
    """The number of matches that carry each term of some schemes, by its key."""
    planner = Planner(query, using, schemes=schemes)
    plan = planner.plan()
    keys = planner.keys_of(schemes)
    carried = planner.requirement(AnyOf(tuple(keys.values()), least_strength))
    if not carried.terms or plan.nothing:
        return Counter()
    postings = Postings(plan, query, using)
    if plan.is_everything and query.centre is None and not least_strength:
        numbers = Counter({term.id: term.count for term in carried.terms})
    elif postings.is_small:
        numbers = _look_up(postings, carried, postings.chords(("<", certain_m(postings))))
    else:
        numbers = _walk(postings, carried)
    numbers += _at_the_edge(postings, carried)
    return Counter({keys[term_id]: number for term_id, number in numbers.items()})


def certain_m(postings: Postings) -> float:
    """The chord below which every row is within the radius."""
    return Bounds.of(postings.query.radius_km).certain_m


def _at_the_edge(postings: Postings, carried: Requirement) -> Counter[int]:
    """What of the clinics within the last metres of a radius is inside, by exact distance."""
    if postings.query.radius_km is None:
        return Counter()
    bounds = Bounds.of(postings.query.radius_km)
    area = postings.area(bounds.ceiling_m)
    edge, _ = postings.read(area, bounds.certain_m, bounds.ceiling_m, None)
    inside = [item.listing_id for item in postings.candidates(edge) if bounds.hold(item)]
    if not inside:
        return Counter()
    chosen = Sql(f"AND p.listing_id IN ({placeholders(inside)})", inside)
    return _look_up(postings, carried, chosen)


def _look_up(postings: Postings, carried: Requirement, where: Sql) -> Counter[int]:
    """The terms of few matches, looked up clinic by clinic.

    Of words the matches are read first: PostgreSQL cannot know how few texts hold them, and would
    rather read every posting. Where they are many after all, it is right.
    """
    area = postings.area(Bounds.of(postings.query.radius_km).ceiling_m)
    strength = "AND q.strength >= %s" if carried.least_strength else ""
    # The plus keeps the engine from looking for every term of every clinic.
    terms = f"+q.term_id IN ({placeholders(carried.terms)}) {strength}"
    values = [*carried.term_ids, *([carried.least_strength] if carried.least_strength else [])]
    matching = f"SELECT DISTINCT p.listing_id {{walk}} {where.text}"

    def select(matches: str) -> str:
        return f"""
            SELECT q.term_id, COUNT(*) FROM ({matches}) m CROSS JOIN clinics_posting q
            WHERE q.listing_id = m.listing_id AND {terms} GROUP BY q.term_id
        """

    if postings.walk.row.is_text:
        limited = f"{matching} LIMIT {READ_WHOLE + 1}"
        ids = [pk for (pk,) in postings.walk.fetch(area, limited, after=where.values)]
        if not ids:
            return Counter()
        if len(ids) <= READ_WHOLE:
            each = ", ".join(["(%s)"] * len(ids))
            matches = f"SELECT v.column1 AS listing_id FROM (VALUES {each}) v"
            with connections[postings.using].cursor() as cursor:
                cursor.execute(select(matches), [*ids, *values])
                return Counter(dict(cursor.fetchall()))
    rows = postings.walk.fetch(area, select(matching), after=[*where.values, *values])
    return Counter(dict(rows))


def _walk(postings: Postings, carried: Requirement) -> Counter[int]:
    """The terms of many matches: their own postings in the area, everything else being a test."""
    bounds = Bounds.of(postings.query.radius_km)
    plan = postings.plan
    tests = plan.conditions if plan.walks_everything else (plan.driver, *plan.conditions)
    own = replace(plan, driver=carried, conditions=tests, walks_everything=False)
    where = postings.chords(("<", bounds.certain_m))
    rows = Walk(own, postings.using).fetch(
        postings.area(bounds.ceiling_m),
        f"SELECT p.term_id, COUNT(*) {{walk}} {where.text} GROUP BY p.term_id",
        after=where.values,
    )
    return Counter({term_id: int(number) for term_id, number in rows})
