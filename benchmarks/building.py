"""Databases as searches read them, filled without the catalogue behind them.

They hold, row by row, what publication writes of the same facilities, but for the ids that a
database gives; departments, claims and what else no search reads are left out. That takes a tenth
of the time of an import.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections, models, transaction
from django.utils import timezone

from benchmarks.catalogue import concept_keys, settle
from benchmarks.claims import Sayings
from benchmarks.entries import Listed, Renderer
from benchmarks.population import Population
from benchmarks.rendering import rendered
from clinics import bulk
from clinics.models import (
    ClosedDate,
    Facility,
    Listing,
    ListingText,
    OpenSession,
    Posting,
    Term,
)
from clinics.publication import (
    DATE_COLUMNS,
    LISTING_COLUMNS,
    POSTING_COLUMNS,
    SESSION_COLUMNS,
    TEXT_COLUMNS,
)
from clinics.terms import Terms
from clinics.vocabulary import Vocabulary

FACILITY_COLUMNS = ["id", "source", "official_id", "status", "created_at"]
TABLES: dict[type[models.Model], Sequence[str]] = {
    Facility: FACILITY_COLUMNS,
    Listing: ["id", "facility_id", *LISTING_COLUMNS],
    ListingText: TEXT_COLUMNS,
    OpenSession: SESSION_COLUMNS,
    ClosedDate: DATE_COLUMNS,
    Posting: POSTING_COLUMNS,
}
# Nothing is lost with a database that is not finished, so nothing is kept safe while it is filled.
SQLITE_QUICKLY = """
    PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-500000; PRAGMA threads=2;
"""
POSTGRESQL_QUICKLY = "SET maintenance_work_mem = '1GB'; SET synchronous_commit = off"

Rows = dict[type[models.Model], list[tuple[Any, ...]]]


def build(number: int, seed: int, aliases: Sequence[str], progress: Callable[[int], None]) -> None:
    """Fill these empty databases, all with the same rows; ``progress`` is told how many are done."""
    first = aliases[0]
    vocabulary = Vocabulary.load(first)
    filings = {alias: _Filing.begin(alias, vocabulary) for alias in aliases}
    concepts = concept_keys(first)
    renderer = Renderer(
        Population.of_seed(seed),
        Sayings.of_seed(seed, concepts),
        concepts,
        vocabulary,
        filings[first].slots(),
    )
    at = timezone.now()
    for alias in aliases:
        _prepare(alias)
    done = 0
    for chunk in rendered(renderer, number):
        shared = _rows(chunk, done + 1, at)
        for filing in filings.values():
            filing.write(shared, chunk, done + 1)
        done += len(chunk)
        progress(done)
    for alias, filing in filings.items():
        filing.settle_counts()
        _finish(alias)


@dataclass(slots=True)
class _Filing:
    """The terms of one database, and how many postings each got."""

    using: str
    terms: Terms
    counts: Counter[int] = field(default_factory=Counter)

    @classmethod
    def begin(cls, using: str, vocabulary: Vocabulary) -> "_Filing":
        terms = Terms(using)
        terms.ensure(vocabulary)
        return cls(using, terms)

    def slots(self) -> dict[str, int]:
        return {key: term.slot for key, term in self.terms.by_key.items() if term.slot is not None}

    def write(self, shared: Rows, chunk: Sequence[Listed], first_pk: int) -> None:
        self.terms.add(key for item in chunk for key, _ in item.postings)
        postings = []
        for pk, item in enumerate(chunk, first_pk):
            for key, strength in item.postings:
                term_id = self.terms.by_key[key].pk
                self.counts[term_id] += 1
                postings.append(
                    (term_id, item.place[0], pk, *item.place[1:], *item.masks, strength)
                )
        with transaction.atomic(using=self.using):
            for model, columns in TABLES.items():
                rows = postings if model is Posting else shared[model]
                bulk.insert(model, columns, rows, self.using)

    def settle_counts(self) -> None:
        for term in self.terms.by_key.values():
            term.count = self.counts[term.pk]
        Term.objects.using(self.using).bulk_update(
            self.terms.by_key.values(), ["count"], batch_size=500
        )


def _rows(chunk: Sequence[Listed], first_pk: int, at: datetime) -> Rows:
    """The rows that are the same in every database."""
    ending = f',"updated_at":"{at.isoformat(timespec="seconds")}"}}'
    rows: Rows = {model: [] for model in TABLES}
    for pk, item in enumerate(chunk, first_pk):
        facility = item.facility
        documents = (f"{document[:-1].decode()}{ending}" for document in item.documents)
        rows[Facility].append((*(facility[name] for name in FACILITY_COLUMNS[:-1]), at))
        rows[Listing].append(
            (
                pk,
                facility["id"],
                1,
                True,
                at,
                *item.described,
                *item.masks,
                *item.digests,
                *documents,
            )
        )
        rows[ListingText].append((pk, *item.text))
        rows[OpenSession] += [(pk, *session) for session in item.sessions]
        rows[ClosedDate] += [(pk, month_day) for month_day in item.closed_dates]
    return rows


def _prepare(using: str) -> None:
    """Without the indexes whose order is not that of the facilities; they are made at the end."""
    connection = connections[using]
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.executescript(SQLITE_QUICKLY)
    else:
        with connection.cursor() as cursor:
            cursor.execute(POSTGRESQL_QUICKLY)
    with connection.schema_editor() as editor:
        for model in TABLES:
            for index in model._meta.indexes:
                editor.remove_index(model, index)


def _finish(using: str) -> None:
    """Make the indexes, and let the connection be as the product has it."""
    connection = connections[using]
    with connection.schema_editor() as editor:
        for model in TABLES:
            for index in model._meta.indexes:
                editor.add_index(model, index)
    settle(using)
    connection.close()
