"""Somebody compared entries with the world: recorded at once, for the public to see."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.catalogue import read_entries
from clinics.changes import change
from clinics.curation.entry_document import EntryDocument, read_live
from clinics.curation.workflow import WorkflowError, locked_entry
from clinics.due import claim_due, identity_checked, identity_due, second_opinion_due
from clinics.models import (
    PENDING,
    Claim,
    Concept,
    Facility,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish

Method, Outcome = Verification.Method, Verification.Outcome
Scope = Verification.Scope
CHECKED_PARTS = {Scope.CLAIMS: "claims", Scope.SECOND_OPINION: "second_opinions"}


class Unverifiable(ValueError):
    """A verification that cannot be recorded: ``field``, ``value`` and what would be accepted."""

    def __init__(self, field: str, value: Any, message: str) -> None:
        self.field, self.value = field, value
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class DuePart:
    """A part of an entry that is checked as one, and when it is due.

    ``concept`` is the ``scheme:slug`` of a claim, else empty; ``checked_on`` None where nobody
    checked the part yet, ``due_on`` where the curators say nothing that could be due.
    """

    scope: str
    concept: str
    checked_on: date | None
    due_on: date | None
    overdue: bool


def due_parts(
    facility: Facility, today: date | None = None, using: str = "default"
) -> list[DuePart]:
    """What of an entry is due, oldest first; what nothing is due of comes last."""
    today = today or timezone.localdate()
    parts = sorted(
        _parts(facility, today, using),
        key=lambda part: (part.due_on is None, part.due_on or today),
    )
    return parts


def _parts(facility: Facility, today: date, using: str) -> Iterator[DuePart]:
    (entry,) = read_entries([facility.pk], using)
    due = identity_due(entry)
    # Due at the beginning of the day after, as on the desk.
    yield DuePart(Scope.IDENTITY, "", identity_checked(entry), due, due is not None and due < today)
    concepts = Concept.objects.using(using).in_bulk({row["concept_id"] for row in entry.claims})
    for row in entry.claims:
        concept = concepts[row["concept_id"]]
        due = claim_due(row, concept.scheme)
        yield DuePart(Scope.CLAIMS, str(concept), row["checked_on"], due, due < today)
    for row in entry.second_opinions:
        due = second_opinion_due(row)
        yield DuePart(Scope.SECOND_OPINION, "", row["checked_on"], due, due < today)


def verify(
    facilities: Iterable[Facility],
    *,
    by: Any,
    on: date,
    method: str,
    outcome: str,
    scope: Collection[str] = tuple(Scope.values),
    note: str = "",
) -> int:
    """Record that somebody checked these facilities, and publish it; how many there were.

    Where somebody was reached, every published claim and second-opinion term in ``scope`` counts
    as checked on that day, in a pending draft too. A check that was recorded for a later day stays.
    All or none; raises :class:`Unverifiable`, and :class:`WorkflowError` for one that was merged
    into another.
    """
    _refuse(on, method, outcome, scope)
    reached = outcome != Outcome.NOT_REACHED
    done = []
    with transaction.atomic():
        # In one order, so that two who verify the same places wait for each other.
        for facility in sorted(facilities, key=lambda facility: facility.pk):
            _verify(facility, by, on, method, outcome, scope, note, reached)
            done.append(facility.pk)
        publish(done)
    return len(done)


def _verify(
    facility: Facility,
    by: Any,
    on: date,
    method: str,
    outcome: str,
    scope: Collection[str],
    note: str,
    reached: bool,
) -> None:
    with change(by=by, why=_summary(on, method, outcome, note)):
        entry = locked_entry(facility)
        _refuse_merged(facility)
        Verification.objects.create(
            facility=facility,
            verified_on=on,
            verified_by=by,
            method=method,
            outcome=outcome,
            scope=list(scope),
            note=note,
        )
        if reached:
            for part, model in ((Scope.CLAIMS, Claim), (Scope.SECOND_OPINION, SecondOpinion)):
                if part in scope:
                    rows = model._default_manager.filter(facility=facility, status=Status.PUBLISHED)
                    rows.filter(Q(checked_on=None) | Q(checked_on__lt=on)).update(checked_on=on)
            if entry.state in PENDING:
                _check_draft(entry.document, on, scope)
            else:
                entry.document = read_live(facility)
        entry.version += 1
        entry.save()


def _refuse_merged(facility: Facility) -> None:
    if facility.merged_into is not None:
        names = {"name": str(facility), "survivor": str(facility.merged_into)}
        message = _("%(name)s was merged into %(survivor)s. Check that one.")
        raise WorkflowError(message % names)


def _check_draft(document: EntryDocument, on: date, scope: Collection[str]) -> None:
    """Take a check over into a draft, for the rows of it that are live."""
    for part, name in CHECKED_PARTS.items():
        for row in document[name] if part in scope else ():  # type: ignore[literal-required]
            if isinstance(row["id"], int) and row["status"] == Status.PUBLISHED:
                row["checked_on"] = max(row["checked_on"] or "", on.isoformat())


def _refuse(on: date, method: str, outcome: str, scope: Collection[str]) -> None:
    today = timezone.localdate()
    if on > today:
        raise Unverifiable(
            "on",
            on,
            _("A check cannot lie in the future: %(value)s; accepted: %(today)s or earlier.")
            % {"value": on, "today": today},
        )
    given = [("method", method, Method), ("outcome", outcome, Outcome)]
    given += [("scope", part, Scope) for part in scope]
    for field, value, choices in given:
        if value not in choices.values:
            raise Unverifiable(
                field,
                value,
                _("%(field)s %(value)r is none of %(accepted)s.")
                % {"field": field, "value": value, "accepted": ", ".join(choices.values)},
            )
    if not scope:
        raise Unverifiable(
            "scope",
            "",
            _("Say what was checked: one or more of %(accepted)s.")
            % {"accepted": ", ".join(Scope.values)},
        )


def _summary(on: date, method: str, outcome: str, note: str) -> str:
    """A verification as the history says it."""
    said = _("Checked on %(date)s: %(method)s, %(outcome)s.") % {
        "date": on,
        "method": Method(method).label,
        "outcome": Outcome(outcome).label,
    }
    return f"{said} {note}".strip()
