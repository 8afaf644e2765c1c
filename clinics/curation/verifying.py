"""Somebody compared entries with the world: recorded at once, for the public to see."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction

from clinics.changes import change
from clinics.curation.entry_document import EntryDocument, read_live
from clinics.curation.workflow import locked_entry
from clinics.models import (
    PENDING,
    Claim,
    Facility,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish

Scope = Verification.Scope
CHECKED_PARTS = {Scope.CLAIMS: "claims", Scope.SECOND_OPINION: "second_opinions"}


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
    as checked on that day, in a pending draft too. All or none.
    """
    reached = outcome != Verification.Outcome.NOT_REACHED
    done = []
    with transaction.atomic():
        for facility in facilities:
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
    with change(by=by, why=f"{method}: {outcome}. {note}".strip()):
        entry = locked_entry(facility)
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
                    rows.update(checked_on=on)
            if entry.state in PENDING:
                _check_draft(entry.document, on, scope)
            else:
                entry.document = read_live(facility)
        entry.version += 1
        entry.save()


def _check_draft(document: EntryDocument, on: date, scope: Collection[str]) -> None:
    """Take a check over into a draft, for the rows of it that are live."""
    for part, name in CHECKED_PARTS.items():
        for row in document[name] if part in scope else ():  # type: ignore[literal-required]
            if isinstance(row["id"], int) and row["status"] == Status.PUBLISHED:
                row["checked_on"] = on.isoformat()
