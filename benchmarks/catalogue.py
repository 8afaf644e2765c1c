"""Fills a database with the population, through the product's own import and publication.

Departments give the commonest concepts, as in the register. The others are claims: a fifth of the
facilities are documented, and carry a quarter of 70 concepts each, which makes 5 % of all; 38
concepts are as rare as one in a thousand. With the terms of every facility (its kind, prefecture
and municipality) that is some nine postings each.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import connections, transaction

from benchmarks.population import HOKKAIDO, NEUROLOGY
from clinics.identity import facility_uuid
from clinics.imports.official import Import, Outcome, store
from clinics.imports.records import FacilityRecord
from clinics.models import Claim, Concept, Scheme, SecondOpinion, Status
from clinics.publication import publish

SOURCE = "benchmark-register"
RELEASE = date(2026, 6, 1)

# The concepts that the searches ask for, by how many carry them.
HALF = "category:orthopaedics"
TWENTIETH = "category:neurology"
ANOTHER_TWENTIETH = "category:neurosurgery"
RARE = "condition:task-specific-dystonia"
RARE_AND_FAR = "service:mrgfus"
NOBODYS = "category:oral-surgery-dystonia"
# Five in a hundred carry it, but no facility with neurology does.
NEVER_WITH_NEUROLOGY = "service:gait-lab-3d"

CLAIMED_SCHEMES = (
    Scheme.CONDITION,
    Scheme.SERVICE,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.CREDENTIAL,
    Scheme.LANGUAGE,
    Scheme.FEATURE,
)
NUMBER_OF_RARE = 37
NUMBER_OF_COMMON = 70
RARE_SHARE = 0.001
DOCUMENTED_SHARE = 0.2
COMMON_SHARE_OF_DOCUMENTED = 0.25
SECOND_OPINION_SHARE = 0.01
BATCH = 5_000

Carried = tuple[FacilityRecord, str]


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


def add_claims(
    records: Sequence[FacilityRecord],
    seed: int,
    *,
    using: str = "default",
    progress: Callable[[int], None] | None = None,
) -> None:
    """Add the claims and second opinions of imported records, and publish what they change."""
    concepts = {
        f"{scheme}:{slug}": pk
        for pk, scheme, slug in Concept.objects.using(using).values_list("pk", "scheme", "slug")
    }
    drawn = random.Random(f"{seed}: claims")
    carried = list(_carried(records, sorted(concepts), drawn))
    with_terms = drawn.sample(records, max(1, int(len(records) * SECOND_OPINION_SHARE)))
    with transaction.atomic(using=using):
        claims = (_claim(record, key, concepts) for record, key in carried)
        for batch in iter(lambda: list(islice(claims, BATCH)), []):
            Claim.objects.using(using).bulk_create(batch)
        SecondOpinion.objects.using(using).bulk_create(map(_second_opinion, with_terms))
        changed = [record for record, _ in carried] + with_terms
        publish(dict.fromkeys(map(public_id, changed)), using=using, progress=progress)


def settle(using: str = "default") -> None:
    """Do now what PostgreSQL's autovacuum does within a minute of an import."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _carried(
    records: Sequence[FacilityRecord], concepts: Sequence[str], drawn: random.Random
) -> Iterator[Carried]:
    """Which record carries which concept by a claim."""
    named = (RARE, RARE_AND_FAR, NEVER_WITH_NEUROLOGY)
    others = [key for key in concepts if key.split(":")[0] in CLAIMED_SCHEMES and key not in named]
    drawn.shuffle(others)
    remaining = iter(others)
    rare = [RARE, *islice(remaining, NUMBER_OF_RARE - 1)]
    common = [NEVER_WITH_NEUROLOGY, *islice(remaining, NUMBER_OF_COMMON - 1)]
    in_a_thousand = max(1, round(len(records) * RARE_SHARE))
    for key in rare:
        yield from ((record, key) for record in drawn.sample(records, in_a_thousand))
    northern = [record for record in records if record.prefecture_code == HOKKAIDO]
    for record in drawn.sample(northern, min(in_a_thousand, len(northern))):
        yield record, RARE_AND_FAR
    for record in drawn.sample(records, round(len(records) * DOCUMENTED_SHARE)):
        is_neurological = any(
            department.code == NEUROLOGY.code for department in record.departments or ()
        )
        for key in common:
            if drawn.random() < COMMON_SHARE_OF_DOCUMENTED and not (
                is_neurological and key == NEVER_WITH_NEUROLOGY
            ):
                yield record, key


def _claim(record: FacilityRecord, key: str, concepts: dict[str, int]) -> Claim:
    return Claim(
        facility_id=public_id(record),
        concept_id=concepts[key],
        strength_id=concepts[f"{Scheme.EVIDENCE}:official-page"],
        statement=f"診療案内に「{key}」を行うと書かれている。",
        sources=[{"url": f"{record.website}guide", "date": "2025"}],
        asserted_on="2025",
        recorded_on=RELEASE,
        status=Status.PUBLISHED,
    )


def _second_opinion(record: FacilityRecord) -> SecondOpinion:
    return SecondOpinion(
        facility_id=public_id(record),
        offered="yes",
        fee=33_000,
        fee_tax=SecondOpinion.Tax.INCLUDED,
        minutes=60,
        modes=["in-person"],
        sources=[{"url": f"{record.website}second-opinion", "date": "2025"}],
        asserted_on="2025",
        recorded_on=RELEASE,
        status=Status.PUBLISHED,
    )
