"""The plan of a search: what drives it, and what is tested on each row.

The rarest requirement drives: its own postings are walked, and the others are tests on the same
row. A term with a slot is a bit test; one without looks its posting up. Words that nothing rarer
goes with drive themselves: the narrow texts of the listings are scanned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections

from clinics.terms import EVERY_CLINIC, NON_MEDICAL, VERIFIED, split_mask
from clinics.text import bigram_bits
from finder.conditions import (
    AT_ONCE,
    Condition,
    Inside,
    Not,
    OpenAt,
    Row,
    Sql,
    VerifiedSince,
    joined,
    placeholders,
)
from finder.opening import local_moment, terms_at
from finder.query import AnyOf, SearchQuery, TextQuestion

# Scanning a listing's text costs about what this share of walking postings and looking each of
# their texts up would cost.
TEXT_SHARE = 8
NOTHING = Sql("1 = 0")


@dataclass(frozen=True, slots=True)
class Found:
    """A term as stored."""

    id: int
    slot: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """Terms of which a clinic must carry one, on evidence of at least some strength."""

    terms: tuple[Found, ...]
    least_strength: int = 0

    @property
    def postings(self) -> int:
        """How many postings its terms have."""
        return sum(term.count for term in self.terms)

    @property
    def term_ids(self) -> tuple[int, ...]:
        """The ids of its terms."""
        return tuple(term.id for term in self.terms)

    def on(self, row: Row) -> Sql:
        """Bit tests where every term has a slot, else its posting; strength is the posting's."""
        if not self.terms:
            return NOTHING
        carries = self._carries(row)
        if not self.least_strength:
            return carries or self._posting(row)
        return joined([part for part in (carries, self._posting(row)) if part], "AND")

    def walked(self) -> Sql:
        """What is left to test on its own postings."""
        return Sql("p.strength >= %s", [self.least_strength])

    def _carries(self, row: Row) -> Sql | None:
        if any(term.slot is None for term in self.terms):
            return None
        parts = [
            Sql(f"({row.alias}.{mask} & %s) <> 0", [bits])
            for mask, bits in zip(("mask_a", "mask_b"), masks(self.terms), strict=True)
            if bits
        ]
        return joined(parts, "OR")

    def _posting(self, row: Row) -> Sql:
        strength = "AND q.strength >= %s" if self.least_strength else ""
        return Sql(
            f"EXISTS (SELECT 1 FROM clinics_posting q WHERE q.listing_id = {row.listing} "
            f"AND q.term_id IN ({placeholders(self.terms)}) {strength} {AT_ONCE})",
            [*self.term_ids, *([self.least_strength] if self.least_strength else [])],
        )


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are all to be found in a listing's names, its address or its concepts."""

    question: TextQuestion
    concepts: tuple[Requirement, ...]

    def on(self, row: Row) -> Sql:
        """The tests on a listing's text, which is looked up where the row is none."""
        if row.is_text:
            return self._all(row)
        text, values = self._all(Row("t", is_text=True))
        return Sql(
            "EXISTS (SELECT 1 FROM clinics_listingtext t "
            f"WHERE t.listing_id = {row.listing} AND {text} {AT_ONCE})",
            values,
        )

    def match_rank(self, row: Row) -> Sql:
        """How well a listing's text matches: 0 a name is the phrase, 1 begins with it, 2 holds it,
        3 all words stand in names, 4 in the address or among the concepts."""
        phrase = escaped(self.question.phrase)
        names = f"{row.alias}.names"
        whole, first, held = (
            _like(names, pattern) for pattern in (f"%\n{phrase}\n%", f"%\n{phrase}%", f"%{phrase}%")
        )
        cases = [held, whole, first]
        in_names = ""
        if [word.text for word in self.question.words] != [self.question.phrase]:
            patterns = (f"%{escaped(word.text)}%" for word in self.question.words)
            cases.append(joined([_like(names, pattern) for pattern in patterns], "AND"))
            in_names = f"WHEN {cases[-1].text} THEN 3 "
        return Sql(
            f"CASE WHEN {held.text} THEN CASE WHEN {whole.text} THEN 0 WHEN {first.text} THEN 1 "
            f"ELSE 2 END {in_names}ELSE 4 END",
            [value for case in cases for value in case.values],
        )

    def _all(self, row: Row) -> Sql:
        return joined(
            [
                joined(
                    [
                        *([concepts.on(row)] if concepts.terms else []),
                        _holds(row, word.text),
                    ],
                    "OR",
                )
                for word, concepts in zip(self.question.words, self.concepts, strict=True)
            ],
            "AND",
        )


def _holds(row: Row, word: str) -> Sql:
    """A text that holds a word; few are looked through that lack one of its pairs of letters.

    ``CASE`` keeps that order, which an engine is free to change around ``AND``.
    """
    pattern = f"%{escaped(word)}%"
    look = joined([_like(f"{row.alias}.{name}", pattern) for name in ("names", "address")], "OR")
    bigrams = split_mask(bigram_bits(word))
    tests = [
        Sql(f"({row.alias}.{column} & %s) = %s", [bits, bits])
        for column, bits in zip(("bigrams_a", "bigrams_b"), bigrams, strict=True)
        if bits
    ]
    if not tests:
        return look
    first = joined(tests, "AND")
    return Sql(
        f"CASE WHEN {first.text} THEN {look.text} ELSE FALSE END", [*first.values, *look.values]
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find what a query asks: what to walk, and what to test.

    ``clinics`` is how many there are. ``words`` are set where texts drive; ``nothing`` says that no
    clinic at all can match.
    """

    driver: Requirement
    conditions: tuple[Condition, ...]
    walks_everything: bool
    clinics: int
    words: Words | None = None
    nothing: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether every clinic matches, positions aside."""
        return self.walks_everything and not self.conditions

    def tests(self, row: Row) -> Sql:
        """`` AND …`` conditions on a row; of the driver only what its own postings leave open."""
        parts = [condition.on(row) for condition in self.conditions]
        if row.is_posting:
            if self.driver.least_strength:
                parts.insert(0, self.driver.walked())
        elif not self.walks_everything:
            parts.insert(0, self.driver.on(row))
        return Sql(
            "".join(f" AND ({part.text})" for part in parts),
            [value for part in parts for value in part.values],
        )


class Planner:
    """The terms that a query names, looked up once; plans for it and for parts of it."""

    def __init__(
        self,
        query: SearchQuery,
        using: str = "default",
        more: Iterable[AnyOf] = (),
        schemes: Sequence[str] = (),
    ) -> None:
        self.query = query
        moment = local_moment(query.open_at) if query.open_at else None
        self._conditions: list[Condition] = []
        required = list(query.required)
        if query.box is not None:
            self._conditions.append(Inside(query.box))
        if query.verified_since is not None:
            required.append(AnyOf((VERIFIED,)))
            self._conditions.append(VerifiedSince(query.verified_since))
        if moment is not None:
            self._conditions.append(OpenAt(moment))
            few = terms_at(moment)
            if few is not None:
                required.append(AnyOf(few))
        words = query.text.words if query.text else ()
        self._terms = _look_up(
            {
                EVERY_CLINIC: None,
                NON_MEDICAL: None,
                **{key: None for any_of in (*required, *more) for key in any_of.terms},
                **{key: None for word in words for key in word.terms},
            },
            schemes,
            using,
        )
        self._required = [self.requirement(any_of) for any_of in required]
        self.words = (
            Words(query.text, tuple(self.requirement(AnyOf(word.terms)) for word in words))
            if query.text
            else None
        )
        bodywork = self.requirement(AnyOf((NON_MEDICAL,)))
        if bodywork.postings and not query.bodywork:
            self._conditions.append(Not(bodywork))

    def requirement(self, any_of: AnyOf) -> Requirement:
        """The terms of a requirement that some clinic carries."""
        found = (self._terms.get(key) for key in any_of.terms)
        return Requirement(
            tuple(term for term in found if term and term.count), any_of.least_strength
        )

    def keys_of(self, schemes: Sequence[str]) -> dict[int, str]:
        """The keys of every term of the schemes that were looked up, by their ids."""
        return {
            term.id: key for key, term in self._terms.items() if key.partition(":")[0] in schemes
        }

    def plan(self, required: Iterable[AnyOf] = (), conditions: Iterable[Condition] = ()) -> Plan:
        """The plan of the query, with more that is required and tested."""
        needed = [*self._required, *map(self.requirement, required)]
        everything = self.requirement(AnyOf((EVERY_CLINIC,)))
        driver = min(needed, key=lambda requirement: requirement.postings, default=everything)
        tests = [item for item in needed if item is not driver]
        scans = self.words is not None and driver.postings * TEXT_SHARE > everything.postings
        return Plan(
            driver=driver,
            conditions=(
                *tests,
                *self._conditions,
                *conditions,
                *([self.words] if self.words else []),
            ),
            walks_everything=driver is everything,
            clinics=everything.postings,
            words=self.words if scans else None,
            nothing=not driver.postings,
        )


def make_plan(query: SearchQuery, using: str = "default") -> Plan:
    """The plan of a query, from one look at the terms it names."""
    return Planner(query, using).plan()


def masks(terms: Iterable[Found]) -> tuple[int, int]:
    """The bits of slotted terms in the two masks."""
    bits = 0
    for term in terms:
        bits |= 1 << (term.slot or 0)
    return split_mask(bits)


def escaped(text: str) -> str:
    """Text in which ``LIKE`` finds no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _like(column: str, pattern: str) -> Sql:
    return Sql(f"{column} LIKE %s ESCAPE '\\'", [pattern])


def _look_up(keys: Iterable[str], schemes: Sequence[str], using: str) -> dict[str, Found]:
    keys = list(keys)
    also = " OR key LIKE %s" * len(schemes)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT key, id, slot, count FROM clinics_term "
            f"WHERE key IN ({placeholders(keys)}){also}",
            [*keys, *(f"{scheme}:%" for scheme in schemes)],
        )
        return {key: Found(*rest) for key, *rest in cursor.fetchall()}
