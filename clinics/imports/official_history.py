"""What the register said before, and since when: history of the official layer, written in bulk.

The first release that the catalogue took of a facility leaves no row; its words are written down
when a later one changes them, dated to when they were taken in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinics import bulk
from clinics.imports.official_register import Register
from clinics.models import OfficialFacts, Via

FACTS = [field.attname for field in OfficialFacts._meta.concrete_fields]
CIRCUMSTANCES = [
    "history_date",
    "history_type",
    "history_change_reason",
    "history_user_id",
    "via",
    "reference",
]


def keep_first(facility_ids: Sequence[UUID], register: Register) -> None:
    """Write down what is stored of these facilities, where no history has it yet."""
    known = OfficialFacts.history.using(register.using).filter(facility_id__in=facility_ids)
    with_history = set(known.values_list("facility_id", flat=True))
    missing = [pk for pk in facility_ids if pk not in with_history]
    _insert(missing, register, kind="+", at=None)


def keep(facility_ids: Sequence[UUID], register: Register) -> None:
    """Write down what these facilities are now, after the change of an import."""
    _insert(facility_ids, register, kind="~", at=timezone.now())


def _insert(
    facility_ids: Sequence[UUID], register: Register, *, kind: str, at: datetime | None
) -> None:
    stored = OfficialFacts.objects.using(register.using).filter(facility_id__in=facility_ids)
    rows: list[tuple[Any, ...]] = []
    for *values, created_at in stored.values_list(*FACTS, "facility__created_at"):
        release = values[FACTS.index("release")] if at is None else register.release
        reference = f"{register.source} {release}"
        rows.append((*values, at or created_at, kind, "", None, Via.IMPORT, reference))
    bulk.insert(OfficialFacts.history.model, [*FACTS, *CIRCUMSTANCES], rows, register.using)
