"""Small catalogues for tests: clinics at given places, carrying given concepts, published."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count
from uuid import UUID

from clinics.hours import Session
from clinics.identity import facility_uuid
from clinics.imports.official import Import, store
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.models import Claim, Concept, Facility, Kind, Scheme, Status
from clinics.publication import publish

SOURCE = "test-register"
RELEASE = date(2026, 6, 1)
DEPARTMENT_CODES = {
    "neurology": "01013",
    "neurosurgery": "02002",
    "orthopaedics": "02035",
    "rehabilitation": "09003",
}
numbers = count(1)


def record(
    latitude: float | None = 35.0,
    longitude: float | None = 139.0,
    *,
    official_id: str | None = None,
    name: str | None = None,
    departments: Sequence[str] | None = (),
    hours: tuple[Session, ...] = (),
    kind: Kind = Kind.CLINIC,
    prefecture_code: str = "13",
    **facts: object,
) -> FacilityRecord:
    """A register's record of a facility with departments of these categories, open alike."""
    official_id = official_id or f"T{next(numbers):06}"
    stated = {"municipality_code": f"{prefecture_code}101", "address": "東京都千代田区"} | facts
    return FacilityRecord(
        official_id=official_id,
        kind=kind,
        name=name or f"クリニック{official_id}",
        prefecture_code=prefecture_code,
        latitude=latitude,
        longitude=longitude,
        departments=None
        if departments is None
        else tuple(DepartmentRecord(DEPARTMENT_CODES[slug], slug, hours) for slug in departments),
        **stated,  # type: ignore[arg-type]
    )


def register(records: Iterable[FacilityRecord], **options: object) -> list[UUID]:
    """Store and publish records; the public ids in their order."""
    records = list(records)
    store(records, Import(SOURCE, RELEASE, **options))  # type: ignore[arg-type]
    return [facility_uuid(SOURCE, item.official_id) for item in records]


def claim(facility_id: UUID, *keys: str, **values: object) -> None:
    """Claim that a facility carries concepts (``sport:golf``), and publish it."""
    strength = Concept.objects.get(scheme=Scheme.EVIDENCE, slug="official-page")
    for key in keys:
        scheme, slug = key.split(":")
        defaults = {
            "strength": strength,
            "statement": f"The page says {slug}.",
            "sources": [{"url": "https://example.org/page", "date": "2025"}],
            "asserted_on": "2025",
            "recorded_on": date(2026, 11, 22),
            "status": Status.PUBLISHED,
        }
        Claim.objects.create(
            facility_id=facility_id,
            concept=Concept.objects.get(scheme=scheme, slug=slug),
            **(defaults | values),
        )
    publish([facility_id])


def claim_many(claims: Iterable[tuple[UUID, str]]) -> None:
    """Claim concepts of many facilities in one write, and publish those."""
    claims = list(claims)
    concepts = {f"{concept.scheme}:{concept.slug}": concept for concept in Concept.objects.all()}
    Claim.objects.bulk_create(
        Claim(
            facility_id=facility_id,
            concept=concepts[key],
            strength=concepts[f"{Scheme.EVIDENCE}:official-page"],
            statement=f"The page says {key}.",
            recorded_on=date(2026, 11, 22),
            status=Status.PUBLISHED,
        )
        for facility_id, key in claims
    )
    publish(dict.fromkeys(facility_id for facility_id, _ in claims))


def clinic(latitude: float | None = 35.0, longitude: float | None = 139.0, *keys: str) -> UUID:
    """One published clinic at a place, carrying concepts."""
    (facility_id,) = register([record(latitude, longitude)])
    if keys:
        claim(facility_id, *keys)
    return facility_id


def withdraw(facility_id: UUID) -> None:
    """Take a clinic out of the public's sight."""
    Facility.objects.filter(pk=facility_id).update(status=Status.WITHDRAWN)
    publish([facility_id])
