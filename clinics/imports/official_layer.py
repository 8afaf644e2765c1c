"""Writes the official layer: facilities, what a register says of them, departments, hours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinics import bulk
from clinics.catalogue import Entry
from clinics.imports.official_history import keep, keep_first
from clinics.imports.official_register import Register
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.models import (
    Department,
    Facility,
    Layer,
    OfficialFacts,
    OpeningHours,
    PositionSource,
    Status,
)

FACILITY_COLUMNS = ("id", "source", "official_id", "status", "created_at")
DEPARTMENT_COLUMNS = ("id", "facility_id", "layer", "code", "name", "name_en")
FACT_COLUMNS = (
    "facility_id",
    "kind",
    "name",
    "name_kana",
    "name_en",
    "short_name",
    "country",
    "prefecture_code",
    "municipality_code",
    "address",
    "latitude",
    "longitude",
    "position_source",
    "website",
    "phone",
    "closures",
    "closing_remarks",
    "release",
    "digest",
    "website_as_stated",
    "absent_since",
)
HOURS_COLUMNS = (
    "department_id",
    "session",
    "days",
    "opens",
    "closes",
    "reception_opens",
    "reception_closes",
)


# The id of a facility, what the register says of it, and the digest of that.
Row = tuple[UUID, FacilityRecord, str]


@dataclass(slots=True)
class Changes:
    """What has to be written of a chunk; ``restated`` are the same facts in a newer release."""

    created: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    restated: list[UUID] = field(default_factory=list)


def create(rows: Sequence[Row], register: Register) -> list[Entry]:
    """Write facilities that the catalogue did not have; their entries, as reading would give."""
    now = timezone.now()
    facilities = [
        (facility_id, register.source, record.official_id, Status.PUBLISHED, now)
        for facility_id, record, _ in rows
    ]
    bulk.insert(Facility, FACILITY_COLUMNS, facilities, register.using)
    facts = _insert_facts(rows, register)
    entries = {
        facility[0]: Entry(
            facility=dict(zip(FACILITY_COLUMNS, facility, strict=True)),
            official=dict(zip(FACT_COLUMNS, stated, strict=True)),
        )
        for facility, stated in zip(facilities, facts, strict=True)
    }
    departments = _insert_departments(
        [
            (facility_id, department)
            for facility_id, record, _ in rows
            for department in record.departments or ()
        ],
        register,
    )
    for department in departments:
        entries[department["facility_id"]].departments.append(department)
    for entry in entries.values():
        entry.sort_departments()
    return list(entries.values())


def update(changes: Changes, register: Register) -> list[UUID]:
    """Write what changed of facilities that the catalogue has; their ids."""
    updated = [facility_id for facility_id, _, _ in changes.updated]
    keep_first(updated, register)
    bulk.delete(OfficialFacts, updated, register.using, column="facility_id")
    _insert_facts(changes.updated, register)
    _renew_departments([row for row in changes.updated if row[1].departments is not None], register)
    keep(updated, register)
    facts = OfficialFacts.objects.using(register.using).filter(facility__in=changes.restated)
    facts.update(release=register.release)
    return updated + changes.restated


def _insert_facts(rows: Sequence[Row], register: Register) -> list[tuple[Any, ...]]:
    """Write what a register says, as rows of ``FACT_COLUMNS``."""
    facts = [
        (
            facility_id,
            record.kind,
            record.name,
            record.name_kana,
            record.name_en,
            record.short_name,
            "JP",
            record.prefecture_code,
            record.municipality_code,
            record.address,
            record.latitude,
            record.longitude,
            PositionSource.UNKNOWN if record.latitude is None else PositionSource.OFFICIAL,
            record.website,
            "",
            record.closures.as_json(),
            record.closing_remarks,
            register.release,
            text,
            record.website_as_stated,
            None,
        )
        for facility_id, record, text in rows
    ]
    bulk.insert(OfficialFacts, FACT_COLUMNS, facts, register.using)
    return facts


def _renew_departments(rows: Sequence[Row], register: Register) -> None:
    """Keep the departments that stay, which other rows may point to; hours are written anew."""
    facility_ids = [facility_id for facility_id, _, _ in rows]
    departments = Department.objects.using(register.using).filter(
        facility__in=facility_ids, layer=Layer.OFFICIAL
    )
    OpeningHours.objects.using(register.using).filter(department__in=departments).delete()
    left = {
        (facility_id, code, name): pk
        for pk, facility_id, code, name in departments.values_list(
            "pk", "facility_id", "code", "name"
        )
    }
    new: list[tuple[UUID, DepartmentRecord]] = []
    kept: list[tuple[int, DepartmentRecord]] = []
    for facility_id, record, _ in rows:
        for department in record.departments or ():
            pk = left.pop((facility_id, department.code, department.name), None)
            if pk is None:
                new.append((facility_id, department))
            else:
                kept.append((pk, department))
    Department.objects.using(register.using).filter(pk__in=left.values()).delete()
    _insert_hours(kept, register)
    _insert_departments(new, register)


def _insert_departments(
    rows: Sequence[tuple[UUID, DepartmentRecord]], register: Register
) -> list[dict[str, Any]]:
    """Write departments with their hours, which stand under ``hours`` in the rows given back."""
    ids = bulk.reserve_ids(Department, len(rows), register.using) if rows else []
    departments = [
        (pk, facility_id, Layer.OFFICIAL, department.code, department.name, "")
        for pk, (facility_id, department) in zip(ids, rows, strict=True)
    ]
    bulk.insert(Department, DEPARTMENT_COLUMNS, departments, register.using)
    hours = _insert_hours([(pk, row[1]) for pk, row in zip(ids, rows, strict=True)], register)
    written: dict[int, dict[str, Any]] = {
        row[0]: dict(zip(DEPARTMENT_COLUMNS, row, strict=True)) | {"hours": []}
        for row in departments
    }
    for session in hours:
        written[session[0]]["hours"].append(dict(zip(HOURS_COLUMNS, session, strict=True)))
    return list(written.values())


def _insert_hours(
    rows: Sequence[tuple[int, DepartmentRecord]], register: Register
) -> list[tuple[Any, ...]]:
    """Write the hours of departments, as rows of ``HOURS_COLUMNS``."""
    hours = [
        (
            pk,
            session.number,
            ",".join(session.days),
            session.opens,
            session.closes,
            session.reception_opens,
            session.reception_closes,
        )
        for pk, department in rows
        for session in department.hours
    ]
    bulk.insert(OpeningHours, HOURS_COLUMNS, hours, register.using)
    return hours
