"""The same answers by looking at every clinic, from one end to the other, in one statement.

A search that takes longer than that has gone the wrong way. The conditions are the search's own;
what is left out is everything that spares it from looking.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from clinics.terms import EVERY_CLINIC
from finder.cells import ANYWHERE
from finder.postings import Postings
from finder.query import AnyOf, SearchQuery
from finder.readings import Bounds
from finder.terms import Planner
from finder.walks import Walk

Scan = Callable[[SearchQuery, str], object]


def scan_nearest(query: SearchQuery, using: str) -> object:
    """A page in the order of distance; without a centre, from the middle of the earth."""
    postings = _everything(query, using)
    bounds = Bounds.of(query.radius_km)
    return postings.read(ANYWHERE, 0.0, bounds.ceiling_m, query.page_size)


def scan_by_name(query: SearchQuery, using: str) -> object:
    """A page in the order of names."""
    postings = _everything(query, using)
    bounds = Bounds.of(query.radius_km)
    return postings.read_by_name(ANYWHERE, bounds.ceiling_m, None, query.page_size)


def scan_count(query: SearchQuery, using: str) -> object:
    """The number of clinics."""
    postings = _everything(query, using)
    return postings.count_rows(ANYWHERE, Bounds.of(query.radius_km).ceiling_m, None)


def scan_facets(query: SearchQuery, using: str, schemes: Sequence[str]) -> object:
    """The number of clinics that carry each term of some schemes."""
    planner = Planner(query, using, schemes=schemes)
    carried = planner.requirement(AnyOf(tuple(planner.keys_of(schemes).values())))
    postings = _everything(query, using)
    within = postings.chords(("<=", Bounds.of(query.radius_km).ceiling_m))
    return Walk(replace(postings.plan, driver=carried), using).fetch(
        ANYWHERE,
        f"SELECT p.term_id, COUNT(*) {{walk}} {within.text} GROUP BY p.term_id",
        after=within.values,
    )


def _everything(query: SearchQuery, using: str) -> Postings:
    """The clinics of a query, of which every one is looked at: its text, or else its posting."""
    planner = Planner(query, using)
    plan = planner.plan()
    tests = plan.conditions if plan.walks_everything else (plan.driver, *plan.conditions)
    whole = replace(
        plan,
        driver=planner.requirement(AnyOf((EVERY_CLINIC,))),
        conditions=tests,
        walks_everything=True,
        words=planner.words,
    )
    return Postings(whole, query, using)
