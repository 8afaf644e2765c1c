"""A published clinic, and what its own terms say at the items of a checklist."""

from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from finder.checklist.clinic.notes import TermNote
from finder.checklist.clinic.terms import clinic_notes
from finder.checklist.definition import Checklist
from finder.search import detail


def published(clinic_id: UUID) -> dict[str, Any] | None:
    """The full document of a published clinic; None where there is none."""
    found = detail(clinic_id)
    return None if found is None else orjson.loads(found[1])


def notes_of(checklist: Checklist, clinic: dict[str, Any]) -> dict[str, list[TermNote]]:
    """What a clinic's terms say at the items, as old as they are today."""
    return clinic_notes(checklist, clinic, timezone.localdate())
