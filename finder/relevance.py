"""By relevance: the tiers of one table, and the distance or the name within each.

The table ranks what the literature says helps an athlete whose movement fails: a place that knows
movement disorders, and says so on good evidence, before a general department; one that knows
athletes before one of which that is not known; what was verified lately before what was not. A hit
stands in the first tier whose description it meets, and the reasons given for it are that tier's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from django.conf import settings
from django.utils import timezone

from clinics.models import Scheme
from clinics.terms import ATHLETES, DOCUMENTED, VERIFIED
from finder import by_name, nearest
from finder.conditions import POSTING, TEXT, All, Condition, Not, Row, Sql, VerifiedSince
from finder.postings import Postings
from finder.query import AnyOf, Hit, Page, RankedKey, SearchQuery, empty_page
from finder.terms import Plan, Planner

DYSTONIA = f"{Scheme.CATEGORY}:dystonia-clinic"
MOVEMENT = f"{Scheme.CATEGORY}:movement-disorder-clinic"


@dataclass(frozen=True, slots=True)
class Grade:
    """One value of a column of the table: the reason it gives, and what it takes to have it.

    ``recently`` asks for a verification that is still fresh, besides. The last value of a column
    takes nothing and gives no reason.
    """

    reason: str | None = None
    any_of: AnyOf | None = None
    recently: bool = False


# The columns of the table, the most important first; in each the best value first. Sources: the
# README names what helps; fixtures/taxonomy ranks the evidence.
SPECIALTY = (
    Grade("dystonia-clinic", AnyOf((DYSTONIA,), DOCUMENTED)),
    Grade("movement-disorder-clinic", AnyOf((MOVEMENT,), DOCUMENTED)),
    Grade("weaker-evidence-of-movement-disorders", AnyOf((DYSTONIA, MOVEMENT))),
    Grade("neurology", AnyOf((f"{Scheme.CATEGORY}:neurology",))),
    Grade(),
)
EXPERIENCE = (Grade("athlete-experience", AnyOf((ATHLETES,), DOCUMENTED)), Grade())
FRESHNESS = (Grade("recently-verified", AnyOf((VERIFIED,)), recently=True), Grade())
COLUMNS = (SPECIALTY, EXPERIENCE, FRESHNESS)
# Every tier is one value of each column; the first column decides, then the second, then the third.
TABLE = tuple(product(*COLUMNS))


def reasons(tier: int) -> tuple[str, ...]:
    """Why a clinic stands in a tier: the values of its row of the table."""
    return tuple(grade.reason for grade in TABLE[tier] if grade.reason)


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, by relevance; nearest first within a tier where
    there is a centre, else by name.

    In a search for words, how well the names match goes before the tiers. Raises ``ValueError``
    when it continues after a key of another sort.
    """
    if not isinstance(query.after, RankedKey | None):
        raise ValueError("A search by relevance continues after a ranked key.")
    grades = [grade.any_of for column in COLUMNS for grade in column if grade.any_of]
    planner = Planner(query, using, grades)
    plan = planner.plan()
    if plan.nothing:
        return empty_page(query)
    wanted = query.page_size + 1
    if planner.words is None:
        hits = list(_tier_by_tier(planner, query, wanted, using))
    else:
        hits = _at_once(planner, plan, query, wanted, using)
    more = len(hits) > query.page_size
    page = tuple(_explained(hit) for hit in hits[: query.page_size])
    return Postings(plan, query, using).page(query, page, more=more)


def _tier_by_tier(planner: Planner, query: SearchQuery, wanted: int, using: str) -> Iterator[Hit]:
    """The first hits, read from the best tier down until there are enough."""
    after = query.after if isinstance(query.after, RankedKey) else None
    first = after.rank if after else 0
    find = by_name.hits_of if query.centre is None else nearest.hits_of
    for tier in range(first, len(TABLE)):
        plan = _plan_of(planner, tier)
        if plan is None or wanted == 0:
            continue
        key = after.within if after and after.rank == tier else None
        hits = find(plan, query, wanted, key, using)  # type: ignore[arg-type]
        wanted -= len(hits)
        yield from (replace(hit, key=_ranked(tier, hit)) for hit in hits)


def _ranked(rank: int, hit: Hit) -> RankedKey:
    assert not isinstance(hit.key, RankedKey)
    return RankedKey(rank, hit.key)


def _plan_of(planner: Planner, tier: int) -> Plan | None:
    """The plan of what stands in one tier and in none before it; None where nothing can."""
    required: list[AnyOf] = []
    conditions: list[Condition] = []
    for column, grade in zip(COLUMNS, TABLE[tier], strict=True):
        if grade.any_of:
            required.append(grade.any_of)
        if grade.recently:
            conditions.append(_recently())
        for better in column[: column.index(grade)]:
            conditions += [Not(condition) for condition in _conditions(planner, better)]
    plan = planner.plan(required, conditions)
    return None if plan.nothing else plan


def _conditions(planner: Planner, grade: Grade) -> list[Condition]:
    """What it takes to have a grade, as one condition; none where no clinic can have it."""
    requirement = planner.requirement(grade.any_of) if grade.any_of else None
    if requirement is None or not requirement.terms:
        return []
    # Verified lately is verified at all, which is a bit of the row.
    return [All((requirement, _recently()))] if grade.recently else [requirement]


def _at_once(
    planner: Planner, plan: Plan, query: SearchQuery, wanted: int, using: str
) -> list[Hit]:
    """The first hits of a search for words, ranked by how names match and then by tier."""
    assert planner.words is not None
    after = query.after if isinstance(query.after, RankedKey) else None
    rank = _rank(planner, TEXT if plan.words else POSTING)
    if query.centre is None:
        return by_name.ranked_hits_of(plan, query, rank, wanted, after, using)
    return nearest.ranked_hits_of(plan, query, rank, wanted, after, using)


def _rank(planner: Planner, row: Row) -> Sql:
    """The number of the tier as SQL, after how well the names match."""
    assert planner.words is not None
    if row.is_text:
        match = planner.words.match_rank(row)
    else:
        looked_up = planner.words.match_rank(Row("t", is_text=True))
        match = Sql(
            f"(SELECT {looked_up.text} FROM clinics_listingtext t "
            f"WHERE t.listing_id = {row.listing})",
            looked_up.values,
        )
    text, values = f"({match.text})", list(match.values)
    for column in COLUMNS:
        whens = []
        for place, grade in enumerate(column):
            for condition in _conditions(planner, grade):
                when = condition.on(row)
                whens.append(f"WHEN {when.text} THEN {place}")
                values += when.values
        value = f"CASE {' '.join(whens)} ELSE {len(column) - 1} END" if whens else len(column) - 1
        text = f"({text} * {len(column)} + {value})"
    return Sql(text, values)


def _explained(hit: Hit) -> Hit:
    assert isinstance(hit.key, RankedKey)
    return replace(hit, reasons=reasons(hit.key.rank % len(TABLE)))


def _recently() -> VerifiedSince:
    return VerifiedSince(oldest_fresh_day())


def oldest_fresh_day() -> date:
    """A verification of this day or later is fresh."""
    return timezone.localdate() - timedelta(days=settings.VERIFICATION_DAYS)
