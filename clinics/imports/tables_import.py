"""An import of a table from a plan to drafts: all of it in one transaction, or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.changes import change, current_change
from clinics.curation import matching
from clinics.curation.checking import Unacceptable
from clinics.curation.quality import take_snapshot
from clinics.curation.workflow import (
    EditConflict,
    WorkflowError,
    locked_entry,
    make_live,
    new_facility,
    save_draft,
    submit,
)
from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_files import Sheet
from clinics.imports.tables_kinds import Table
from clinics.imports.tables_plan import Draft, Plan, RowPlan
from clinics.models import CuratedEntry, ImportRun, Status, Via
from clinics.models.imports import MOST_FINDINGS


class RowsRefused(ImportRefused):
    """Rows of a file cannot be taken in, so none was. ``plan`` has their faults."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        number = len(plan.refused)
        message = ngettext(
            "%(number)s row is refused, so no row was taken in.",
            "%(number)s rows are refused, so no row was taken in.",
            number,
        )
        super().__init__(message % {"number": number})


class EntriesChanged(ImportRefused):
    """Entries changed after the dry run was looked at; ``names`` are what they are called."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(
            _("These clinics changed after the dry run, so nothing was taken in: %(names)s.")
            % {"names": ", ".join(names)}
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person saw in the dry run: the file, the entries' versions, and every result."""

    sha256: str
    versions: Mapping[str, int]
    results: Mapping[int, str]


def seen_of(plan: Plan) -> Seen:
    """What a plan shows, to be compared with another."""
    return Seen(plan.sheet.sha256, plan.versions(), {row.number: _digest(row) for row in plan.rows})


def import_table(
    sheet: Sheet,
    table: Table,
    *,
    by: Any,
    seen: Seen | None = None,
    left_out: frozenset[int] = frozenset(),
    hand_in: bool = False,
    publish: bool = False,
    progress: Callable[[str, int], None] = lambda _stage, _done: None,
) -> Plan:
    """Make the drafts of a table, in one transaction; what was done.

    With ``seen``, exactly what that dry run showed. ``hand_in`` puts the drafts before the
    reviewers, ``publish`` makes them live at once, which is for whoever runs the machine. Raises
    :class:`RowsRefused`, :class:`EntriesChanged` or another :class:`ImportRefused`.
    """
    with transaction.atomic():
        plan = make_plan(
            sheet, table, by=by, left_out=left_out, progress=lambda done: progress("rows", done)
        )
        if seen is not None:
            _refuse_other(plan, seen)
        if plan.refused:
            raise RowsRefused(plan)
        why = _("From the table %(name)s") % {"name": sheet.name}
        with change(by=by, why=why, via=Via.IMPORT, reference=sheet.reference):
            for draft in plan.drafts:
                _apply(draft, by, hand_in=hand_in, publish=publish)
                progress("drafts", 1)
        run = record(plan, ())
        if publish and plan.drafts:
            take_snapshot(run)
    return plan


def record(plan: Plan, refused: Sequence[RowPlan]) -> ImportRun:
    """Leave a note of an import: where rows were ``refused``, it waits on the curators' desk.

    A file that waits there already is told of once, as it was found last.
    """
    files = [{"name": plan.sheet.name, "sha256": plan.sheet.sha256}]
    waiting = ImportRun.objects.filter(
        source=plan.table.source, files=files, rejected__gt=0, seen_at=None
    )
    run = (waiting.order_by("pk").last() if refused else None) or ImportRun(
        source=plan.table.source, files=files
    )
    findings = [
        {
            "file": plan.sheet.name,
            "line": row.number,
            "column": fault.column,
            "value": fault.value,
            "reason": fault.message,
            "code": fault.code,
        }
        for row in refused
        for fault in row.faults
    ]
    run.release = timezone.localdate()
    run.counts = {
        **plan.counts,
        "left out": len(plan.left_out),
        "drafts": 0 if refused else len(plan.drafts),
    }
    run.rejected, run.findings = len(refused), findings[:MOST_FINDINGS]
    run.save()
    return run


def _apply(draft: Draft, by: Any, *, hand_in: bool, publish: bool) -> None:
    try:
        entry = _drafted(draft, by)
        if publish:
            _publish(entry)
        elif hand_in:
            submit(entry.facility, by=by, version=entry.version)
    except EditConflict as conflict:
        raise EntriesChanged((str(conflict.entry),)) from conflict
    except (WorkflowError, Unacceptable) as error:
        raise ImportRefused(f"{draft.facility}: {error}") from error


def _drafted(draft: Draft, by: Any) -> CuratedEntry:
    made = current_change()
    where = {"why": made.why, "via": made.via, "reference": made.reference}
    if draft.facility is not None:
        return save_draft(draft.facility, draft.document, by=by, version=draft.version, **where)
    entry = new_facility(by=by, document=draft.document, **where)
    if draft.row_key:
        matching.remember(draft.row_key, entry.facility_id, by)
    return entry


def _publish(entry: CuratedEntry) -> None:
    """Make a draft live without a second person, unless what is live is newer or withdrawn."""
    current = locked_entry(entry.facility)
    if current.facility.status == Status.WITHDRAWN:
        raise WorkflowError(_("This clinic is withdrawn; bring it back through a review."))
    if current.based_on != current.live_version:
        raise WorkflowError(_("What is published changed after this draft was begun."))
    current.version += 1
    make_live(current, Status.PUBLISHED)


def _refuse_other(plan: Plan, seen: Seen) -> None:
    """Refuse a plan that is not what was seen."""
    now = seen_of(plan)
    if now.sha256 != seen.sha256:
        raise ImportRefused(_("This is not the file of the dry run; run it again."))
    names = [
        row.label or str(row.number)
        for row in plan.rows
        if now.results[row.number] != seen.results.get(row.number)
        or now.versions.get(row.facility) != seen.versions.get(row.facility)
    ]
    if names or now.results.keys() != seen.results.keys():
        raise EntriesChanged(tuple(dict.fromkeys(names)))


def _digest(row: RowPlan) -> str:
    """A short name of what a row's plan says."""
    faults = [(fault.column, fault.code) for fault in row.faults]
    said = repr((row.result, row.facility, row.changes, faults))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
