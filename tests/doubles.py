"""Two entries of one place, for tests: found, compared, merged."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.test import Client

from clinics.curation.duplicates import find_duplicates
from clinics.curation.merging import merge
from clinics.identity import CURATED, facility_uuid
from clinics.models import (
    CuratedFacts,
    DuplicatePair,
    Facility,
    SecondOpinion,
)
from clinics.publication import publish
from tests.catalogue import record, register
from tests.curating import terms_row as terms_document

DETAIL = "/api/v1/clinics/{}"


def curated(name: str, key: str = "double", **facts: Any) -> UUID:
    """A published clinic of the curators' own."""
    facility_id = facility_uuid(CURATED, key)
    facility = Facility.objects.create(id=facility_id, source=CURATED, official_id=key)
    facts = {"prefecture_code": "13"} | facts
    CuratedFacts.objects.create(facility=facility, name=name, **facts)
    publish([facility_id])
    return facility_id


def registered(name: str, *, latitude: float | None = None, **facts: Any) -> UUID:
    """A published clinic of a register."""
    longitude = None if latitude is None else 139.0
    (facility_id,) = register([record(latitude, longitude, name=name, **facts)])
    return facility_id


def found() -> set[frozenset[UUID]]:
    """The pairs that wait for a person."""
    pairs = DuplicatePair.objects.filter(state="open")
    return {frozenset((pair.first_id, pair.second_id)) for pair in pairs}


def an_open_pair() -> DuplicatePair:
    """A clinic of the curators' own that may be one of a register."""
    curated("青葉病院"), registered("医療法人社団　翠会　青葉病院")
    find_duplicates()
    return DuplicatePair.objects.get()


def terms(facility_id: UUID, **values: Any) -> SecondOpinion:
    """Second-opinion terms that are live."""
    row = terms_document(**values)
    del row["id"]
    return SecondOpinion.objects.create(facility_id=facility_id, **row)


def joined(loser: UUID, survivor: UUID, by: User | None, why: str = "One place") -> Any:
    """What merging the one into the other did."""
    return merge(Facility.objects.get(pk=loser), Facility.objects.get(pk=survivor), by, why)


def answered(facility_id: UUID, **headers: str) -> Any:
    """The API's answer about a clinic."""
    return Client().get(DETAIL.format(facility_id), headers=headers)


def pair(one: UUID, other: UUID, state: str = "open") -> DuplicatePair:
    """A pair that somebody found, or decided."""
    first, second = sorted((one, other))
    return DuplicatePair.objects.create(first_id=first, second_id=second, score=60, state=state)
