"""A clinic's own terms as documents: by item, and at the items of a checklist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

from django.urls import reverse

from finder.checklist.clinic.note_documents import TermNoteDocument, note_document
from finder.checklist.clinic.notes import TermNote
from finder.checklist.definition import Checklist, Item

Notes = Mapping[str, Sequence[TermNote]]


@dataclass(frozen=True)
class ChecklistClinic:
    """The clinic that a checklist is for."""

    id: str
    name: str
    url: Annotated[str, "Path of the full document"]


@dataclass(frozen=True)
class ClinicNotes(ChecklistClinic):
    """What the clinic's own terms say at the items, or what to ask by phone."""

    notes: Annotated[dict[str, list[TermNoteDocument]], "By item"]


@dataclass(frozen=True, kw_only=True)
class ClinicItem(Item):
    """An item, with what the clinic's own terms say there, or what to ask by phone."""

    clinic_notes: list[TermNoteDocument]


@dataclass(frozen=True, kw_only=True)
class ClinicChecklist(Checklist):
    """A checklist with a clinic's own terms at the items they belong to."""

    clinic: ChecklistClinic
    items: tuple[ClinicItem, ...]


def clinic_notes_document(clinic: Mapping[str, Any], notes: Notes) -> ClinicNotes:
    """What a clinic's terms say, by item."""
    told = {item: [note_document(note) for note in of] for item, of in notes.items()}
    return ClinicNotes(**vars(_clinic(clinic)), notes=told)


def clinic_checklist(
    checklist: Checklist, clinic: Mapping[str, Any], notes: Notes
) -> ClinicChecklist:
    """A checklist with the clinic's terms merged in."""
    items = tuple(
        ClinicItem(
            **_members(item),
            clinic_notes=[note_document(note) for note in notes.get(item.slug, ())],
        )
        for item in checklist.items
    )
    return ClinicChecklist(**_members(checklist) | {"items": items}, clinic=_clinic(clinic))


def _clinic(clinic: Mapping[str, Any]) -> ChecklistClinic:
    return ChecklistClinic(
        clinic["id"], clinic["name"], reverse("clinic-detail", args=[clinic["id"]])
    )


def _members(value: Checklist | Item) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}
