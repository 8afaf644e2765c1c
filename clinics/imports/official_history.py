"""What the register said before, and since when: history of the official layer, written in bulk.

The first release that the catalogue took of a facility leaves no row; its words are written down
when a later one changes them, dated to when they were taken in. A row has the departments and
hours with it, whose tables have no history of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinics import bulk
from clinics.curation.history import RunsByTime
from clinics.imports.official_register import Register
from clinics.models import Department, Layer, OfficialFacts, OpeningHours, Via

FACTS = [field.attname for field in OfficialFacts._meta.concrete_fields]
CIRCUMSTANCES = [
    "departments",
    "history_date",
    "history_type",
    "history_change_reason",
    "history_user_id",
    "via",
    "reference",
]
DepartmentsAsJson = list[dict[str, Any]]


def keep_first(facility_ids: Sequence[UUID], register: Register) -> None:
    """Write down what is stored of these facilities, where no history has it yet."""
    known = OfficialFacts.history.using(register.using).filter(facility_id__in=facility_ids)
    with_history = set(known.values_list("facility_id", flat=True))
    missing = [pk for pk in facility_ids if pk not in with_history]
    if not missing:
        return
    runs = RunsByTime(register.using)
    release = FACTS.index("release")
    rows = [
        (
            *values,
            departments,
            created_at,
            "+",
            "",
            None,
            Via.IMPORT,
            runs.reference_at(created_at) or f"{register.source} {values[release]}",
        )
        for values, departments, created_at in _stored(missing, register)
    ]
    _insert(rows, register)


def keep(facility_ids: Sequence[UUID], register: Register) -> None:
    """Write down what these facilities are now, after the change of an import."""
    now = timezone.now()
    reference = f"{register.source} {register.release}"
    rows = [
        (*values, departments, now, "~", "", None, Via.IMPORT, reference)
        for values, departments, _created_at in _stored(facility_ids, register)
    ]
    _insert(rows, register)


def _insert(rows: Sequence[tuple[Any, ...]], register: Register) -> None:
    bulk.insert(OfficialFacts.history.model, [*FACTS, *CIRCUMSTANCES], rows, register.using)


def _stored(
    facility_ids: Sequence[UUID], register: Register
) -> Iterable[tuple[tuple[Any, ...], DepartmentsAsJson, Any]]:
    """The facts, the departments and the first day of facilities."""
    departments = _departments(facility_ids, register.using)
    facts = OfficialFacts.objects.using(register.using).filter(facility_id__in=facility_ids)
    place = FACTS.index("facility_id")
    for *values, created_at in facts.values_list(*FACTS, "facility__created_at"):
        yield tuple(values), departments.get(values[place], []), created_at


def _departments(facility_ids: Sequence[UUID], using: str) -> dict[UUID, DepartmentsAsJson]:
    """The register's departments with their hours, in the form of an entry's document."""
    chosen = Department.objects.using(using).filter(
        facility_id__in=facility_ids, layer=Layer.OFFICIAL
    )
    by_facility: dict[UUID, DepartmentsAsJson] = {}
    hours_of: dict[int, list[dict[str, Any]]] = {}
    for pk, facility_id, code, name in chosen.order_by("code", "name").values_list(
        "pk", "facility_id", "code", "name"
    ):
        hours_of[pk] = []
        row = {"id": code or name, "code": code, "name": name, "hours": hours_of[pk]}
        by_facility.setdefault(facility_id, []).append(row)
    hours = OpeningHours.objects.using(using).filter(
        department__facility_id__in=facility_ids, department__layer=Layer.OFFICIAL
    )
    for pk, session, days, opens, closes, reception_opens, reception_closes in hours.order_by(
        "session", "opens", "days"
    ).values_list(
        "department_id",
        "session",
        "days",
        "opens",
        "closes",
        "reception_opens",
        "reception_closes",
    ):
        hours_of[pk].append(
            {
                "session": session,
                "days": days.split(","),
                "opens": _as_text(opens),
                "closes": _as_text(closes),
                "reception_opens": _as_text(reception_opens),
                "reception_closes": _as_text(reception_closes),
            }
        )
    return by_facility


def _as_text(value: time | None) -> str | None:
    return None if value is None else value.isoformat("minutes")
