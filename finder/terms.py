"""From the terms that a query requires to conditions on postings.

The rarest requirement drives the search: its own postings are walked, and the others are tests on
the same row. A term with a slot is a bit test; one without looks its posting up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections

from clinics.terms import EVERY_CLINIC, NON_MEDICAL, split_mask
from finder.query import SearchQuery

SELECT_TERMS = "SELECT key, id, slot, count FROM clinics_term WHERE key IN ({marks})"


@dataclass(frozen=True, slots=True)
class Found:
    """A term as stored."""

    id: int
    slot: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """Terms of which a clinic must carry one."""

    terms: tuple[Found, ...]

    @property
    def postings(self) -> int:
        """How many postings its terms have."""
        return sum(term.count for term in self.terms)

    @property
    def term_ids(self) -> tuple[int, ...]:
        """The ids of its terms."""
        return tuple(term.id for term in self.terms)

    def test(self, alias: str, listing: str) -> tuple[str, list[int]]:
        """The SQL condition that a row of ``alias`` meets it, and the condition's values."""
        if any(term.slot is None for term in self.terms):
            carried = f"q.listing_id = {alias}.{listing} AND q.term_id IN ({marks(self.terms)})"
            return f"EXISTS (SELECT 1 FROM clinics_posting q WHERE {carried})", [*self.term_ids]
        parts = [
            (f"({alias}.{mask} & %s) <> 0", bits)
            for mask, bits in zip(("mask_a", "mask_b"), masks(self.terms), strict=True)
            if bits
        ]
        return f"({' OR '.join(sql for sql, _ in parts)})", [bits for _, bits in parts]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find what a query requires: what to walk, what to test, what to keep out.

    ``nothing`` says that a required term is carried by no clinic at all.
    """

    driver: Requirement
    others: tuple[Requirement, ...]
    unwanted: tuple[Found, ...]
    walks_everything: bool
    nothing: bool = False

    def conditions(
        self, alias: str, listing: str = "listing_id", *, with_driver: bool = False
    ) -> tuple[str, list[int]]:
        """`` AND …`` conditions on a row of ``alias`` with its masks, and their values.

        The driver is left out where its own postings are walked.
        """
        required = self.others
        if with_driver and not self.walks_everything:
            required += (self.driver,)
        tests = [requirement.test(alias, listing) for requirement in required]
        for term in self.unwanted:
            sql, values = Requirement((term,)).test(alias, listing)
            tests.append((f"NOT {sql}", values))
        return (
            " ".join(f"AND {sql}" for sql, _ in tests),
            [value for _, values in tests for value in values],
        )


def marks(values: Sequence[object]) -> str:
    """As many placeholders as there are values."""
    return ", ".join(["%s"] * len(values))


def masks(terms: Iterable[Found]) -> tuple[int, int]:
    """The bits of slotted terms in the two masks."""
    bits = 0
    for term in terms:
        bits |= 1 << (term.slot or 0)
    return split_mask(bits)


def make_plan(query: SearchQuery, using: str = "default") -> Plan:
    """The plan of a query, from one look at the terms it names."""
    keys = dict.fromkeys(key for any_of in query.required for key in any_of.terms)
    terms = _look_up([*keys, EVERY_CLINIC, NON_MEDICAL], using)
    required = [
        Requirement(tuple(terms[key] for key in any_of.terms if key in terms and terms[key].count))
        for any_of in query.required
    ]
    everything = Requirement((terms[EVERY_CLINIC],) if EVERY_CLINIC in terms else ())
    driver = min(required, key=lambda requirement: requirement.postings, default=everything)
    bodywork = terms.get(NON_MEDICAL)
    return Plan(
        driver=driver,
        others=tuple(requirement for requirement in required if requirement is not driver),
        unwanted=(bodywork,) if bodywork and bodywork.count and not query.bodywork else (),
        walks_everything=driver is everything,
        nothing=not driver.postings,
    )


def _look_up(keys: Sequence[str], using: str) -> dict[str, Found]:
    with connections[using].cursor() as cursor:
        cursor.execute(SELECT_TERMS.format(marks=marks(keys)), keys)
        return {key: Found(*rest) for key, *rest in cursor.fetchall()}
