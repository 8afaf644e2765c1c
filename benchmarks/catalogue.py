"""Fills a database with the population, through the product's own import and publication."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connections, models, transaction
from django.utils import timezone

from benchmarks.claims import Said, Sayings
from clinics.identity import facility_uuid
from clinics.imports.official import Import, Outcome, store
from clinics.imports.records import FacilityRecord
from clinics.models import Claim, Concept, Scheme, SecondOpinion, Status, Verification
from clinics.publication import publish

SOURCE = "benchmark-register"
RELEASE = date(2026, 6, 1)
STRENGTH = f"{Scheme.EVIDENCE}:official-page"
BATCH = 5_000

Values = dict[str, Any]


def import_records(
    records: Sequence[FacilityRecord],
    *,
    release: date = RELEASE,
    using: str = "default",
    progress: Callable[[str, int], None] = lambda _stage, _done: None,
) -> Outcome:
    """Import and publish the records, as a release of a register."""
    return store(records, Import(SOURCE, release, using=using, progress=progress))


def public_id(record: FacilityRecord) -> UUID:
    """The id that the import gives a record."""
    return facility_uuid(SOURCE, record.official_id)


def concept_keys(using: str = "default") -> dict[str, int]:
    """The primary keys of the concepts by ``scheme:slug``."""
    concepts = Concept.objects.using(using).values_list("pk", "scheme", "slug")
    return {f"{scheme}:{slug}": pk for pk, scheme, slug in concepts}


def add_claims(
    records: Sequence[FacilityRecord],
    seed: int,
    *,
    using: str = "default",
    progress: Callable[[int], None] | None = None,
) -> None:
    """Add what is said of imported records, the first of a population, and publish it."""
    concepts = concept_keys(using)
    sayings = Sayings.of_seed(seed, concepts)
    said = [(record, sayings.of(serial, record)) for serial, record in enumerate(records)]
    with transaction.atomic(using=using):
        for model, rows in (
            (Claim, claims),
            (SecondOpinion, second_opinions),
            (Verification, verifications),
        ):
            instances = (
                model(facility_id=public_id(record), **values)
                for record, one in said
                for values in rows(record, one, concepts)
            )
            _create(model, instances, using)
        changed = [public_id(record) for record, one in said if one.is_anything]
        publish(changed, using=using, progress=progress)


def claims(record: FacilityRecord, said: Said, concepts: Mapping[str, int]) -> Iterator[Values]:
    """The fields of the claims that a record's concepts make."""
    for key in said.concepts:
        yield {
            "concept_id": concepts[key],
            "strength_id": concepts[STRENGTH],
            "statement": f"診療案内に「{key}」を行うと書かれている。",
            "sources": [{"url": f"{record.website}guide", "date": "2025"}],
            "asserted_on": "2025",
            "recorded_on": RELEASE,
            "status": Status.PUBLISHED,
        }


def second_opinions(
    record: FacilityRecord, said: Said, concepts: Mapping[str, int]
) -> Iterator[Values]:
    """The fields of a record's second-opinion terms, where it has any."""
    if said.modes:
        yield {
            "offered": "yes",
            "fee": Decimal(33_000),
            "fee_tax": SecondOpinion.Tax.INCLUDED,
            "minutes": 60,
            "modes": list(said.modes),
            "sources": [{"url": f"{record.website}second-opinion", "date": "2025"}],
            "asserted_on": "2025",
            "recorded_on": RELEASE,
            "status": Status.PUBLISHED,
        }


def verifications(
    record: FacilityRecord, said: Said, concepts: Mapping[str, int]
) -> Iterator[Values]:
    """The fields of the check of a record, where somebody has made one."""
    if said.verified_days_ago is not None:
        yield {
            "verified_on": timezone.localdate() - timedelta(days=said.verified_days_ago),
            "method": Verification.Method.WEB,
            "outcome": Verification.Outcome.CONFIRMED,
        }


def settle(using: str = "default") -> None:
    """Do now what PostgreSQL's autovacuum does within a minute of an import."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _create(model: type[models.Model], instances: Iterator[models.Model], using: str) -> None:
    while batch := list(islice(instances, BATCH)):
        model._default_manager.using(using).bulk_create(batch)
