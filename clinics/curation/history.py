"""What became of an entry: who changed which field, when, why and from where; and the way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinics.curation.differences import Difference, differences
from clinics.curation.entry_document import EntryDocument
from clinics.models import CuratedEntry, Facility, OfficialFacts

# What a register's row says of itself, not of the facility.
NOT_FACTS = ("digest", "release", "facility_id")


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a facility.

    ``layer`` is ``curated`` or ``official``; ``number`` the row of history; ``state`` that of the
    entry after the step, empty for the register's. ``differences`` is what the step changed.
    """

    layer: str
    number: int
    at: datetime
    by: str
    why: str
    via: str
    reference: str
    state: str
    differences: tuple[Difference, ...]


def timeline(facility: Facility, using: str = "default") -> list[Step]:
    """Every change of a facility, newest first, both layers together."""
    steps = [*_curated(facility, using), *_official(facility, using)]
    return sorted(steps, key=lambda step: (step.at, step.number), reverse=True)


def document_at(facility: Facility, number: int, using: str = "default") -> EntryDocument:
    """The document of an entry as a step left it. Raises ``LookupError`` for no such step."""
    row = CuratedEntry.history.using(using).filter(facility=facility, history_id=number).first()
    if row is None:
        raise LookupError(f"There is no step {number} in the history of {facility.pk}.")
    document: EntryDocument = row.document
    return document


def origins_of_old(using: str = "default") -> set[str]:
    """The origins of every statement that an entry ever held, removed ones included."""
    documents = CuratedEntry.history.using(using).filter(history_type="+")
    return {
        row["origin"]
        for document in documents.values_list("document", flat=True).iterator()
        for part in ("claims", "second_opinions")
        for row in document.get(part, ())
        if row.get("origin")
    }


def _curated(facility: Facility, using: str) -> Iterator[Step]:
    rows = CuratedEntry.history.using(using).filter(facility=facility).order_by("history_id")
    before: EntryDocument | None = None
    for row in rows.select_related("history_user"):
        changed = differences(before, row.document) if before is not None else []
        before = row.document
        yield _step("curated", row, row.state, changed)


def _official(facility: Facility, using: str) -> Iterator[Step]:
    rows = OfficialFacts.history.using(using).filter(facility=facility).order_by("history_id")
    names = [field.attname for field in OfficialFacts._meta.concrete_fields]
    before: Any = None
    for row in rows.select_related("history_user"):
        changed = [
            Difference("official", None, "", name, getattr(before, name), getattr(row, name))
            for name in names
            if before is not None
            and name not in NOT_FACTS
            and getattr(before, name) != getattr(row, name)
        ]
        before = row
        yield _step("official", row, "", changed)


def _step(layer: str, row: Any, state: str, changed: list[Difference]) -> Step:
    by = row.history_user.get_username() if row.history_user else ""
    return Step(
        layer,
        row.history_id,
        row.history_date,
        by,
        row.history_change_reason or "",
        row.via,
        row.reference,
        state,
        tuple(changed),
    )
