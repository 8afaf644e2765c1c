"""Reports from the public: received, handled by one curator, never published by themselves."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinics.curation.entry_document import EntryDocument
from clinics.curation.workflow import WorkflowError, locked_entry, save_draft
from clinics.models import (
    CuratedFacts,
    EntryState,
    Facility,
    PublicReport,
    ReporterContact,
    ReportSubject,
    Via,
)

WAITING = PublicReport.State.NEW
# Facts of one line, which a suggestion of one line can be.
LINE_SUBJECTS = {ReportSubject.NAME: "name", ReportSubject.ADDRESS: "address"}
# As a number is dialled in any country (ITU-T E.164: at most 15 digits), with what separates it.
PHONE = re.compile(r"\+?[0-9]+([-() .]+[0-9]+)*")
PHONE_DIGITS = range(9, 16)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says is wrong, in their words; blank where they said nothing."""

    subject: str
    statement: str
    suggestion: str = ""
    source_url: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What came of accepting a report.

    ``field`` is the fact of the draft that now says what was suggested, or None where a curator has
    to find out; ``was_in_review`` tells that the draft was taken back from the reviewers.
    """

    report: PublicReport
    field: str | None
    was_in_review: bool


class AlreadyHandled(WorkflowError):
    """Somebody else handled the report first. ``report`` is as it is now."""

    def __init__(self, report: PublicReport) -> None:
        self.report = report
        who = report.handled_by.get_username() if report.handled_by else _("somebody")
        when = timezone.localtime(report.handled_at)
        super().__init__(
            _("This report is handled already: %(state)s by %(who)s at %(when)s.")
            % {
                "state": report.get_state_display(),
                "who": who,
                "when": date_format(when, "Y-m-d H:i"),
            }
        )


class ReasonNeeded(WorkflowError):
    """A report is not rejected without saying why."""

    def __init__(self) -> None:
        super().__init__(_("Say why this report is rejected."))


def receive(facility_id: UUID, said: Statement, today: date) -> PublicReport | None:
    """Put a report in the queue, its contact apart; None where the same one waits already.

    Raises ``Facility.DoesNotExist`` for no such facility.
    """
    with transaction.atomic():
        # Two that arrive together: the second waits here, and then finds the first.
        facility = Facility.objects.select_for_update(no_key=True).get(pk=facility_id)
        waiting = PublicReport.objects.filter(facility=facility, state=WAITING)
        if waiting.filter(statement=said.statement).exists():
            return None
        report = PublicReport.objects.create(
            facility=facility,
            subject=said.subject,
            statement=said.statement,
            suggestion=said.suggestion,
            source_url=said.source_url,
        )
        if said.contact:
            delete_on = today + timedelta(days=settings.REPORT_CONTACT_DAYS)
            ReporterContact.objects.create(report=report, contact=said.contact, delete_on=delete_on)
    return report


def due_contacts(today: date) -> QuerySet[ReporterContact]:
    """The contacts whose time is over on a day."""
    return ReporterContact.objects.filter(delete_on__lte=today)


def purge_contacts(today: date) -> int:
    """Delete the contacts whose time is over; how many there were."""
    return due_contacts(today).delete()[0]


def accept(report: PublicReport, *, by: Any, reason: str = "") -> Acceptance:
    """Take a report into the draft of its clinic, in one transaction.

    The suggestion becomes the draft's where it can mean one thing alone; else the draft is opened
    as it is. Raises :class:`AlreadyHandled`.
    """
    with transaction.atomic():
        report = _locked(report)
        entry = locked_entry(report.facility)
        was_in_review = entry.state == EntryState.IN_REVIEW
        field, value = suggested_fact(report) or (None, "")
        document: EntryDocument = entry.document
        if field is not None:
            document = document | {"facts": document["facts"] | {field: value}}
        save_draft(
            report.facility,
            document,
            by=by,
            version=entry.version,
            why=reason or report.statement,
            via=Via.REPORT,
            reference=f"report {report.pk}",
        )
        _handle(report, PublicReport.State.ACCEPTED, by, reason)
    return Acceptance(report, field, was_in_review)


def reject(report: PublicReport, *, by: Any, reason: str) -> PublicReport:
    """Put a report aside, with why. Raises :class:`ReasonNeeded`, :class:`AlreadyHandled`."""
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        report = _locked(report)
        _handle(report, PublicReport.State.REJECTED, by, reason)
    return report


def reject_several(reports: Iterable[PublicReport], *, by: Any, reason: str) -> int:
    """Reject those of these reports that still wait; how many there were. All or none."""
    keys = [report.pk for report in reports]
    with transaction.atomic():
        waiting = list(
            PublicReport.objects.select_for_update(of=("self",))
            .filter(pk__in=keys, state=WAITING)
            .order_by("pk")
        )
        for report in waiting:
            _handle(report, PublicReport.State.REJECTED, by, reason)
    return len(waiting)


def suggested_fact(report: PublicReport) -> tuple[str, str] | None:
    """The fact and the value that a suggestion can mean; None where a person has to decide."""
    text = report.suggestion.strip()
    if not text or "\n" in text or "。" in text:
        return None
    field, value = _fact_of(report.subject, text)
    return (field, value) if field and len(value) <= _longest(field) else None


def _fact_of(subject: str, text: str) -> tuple[str, str]:
    """The fact that a line is about and its value; an empty field where that is not clear."""
    if subject != ReportSubject.CONTACT:
        return LINE_SUBJECTS.get(ReportSubject(subject), ""), text
    if _is_address_of_a_page(text):
        return "website", text
    phone = unicodedata.normalize("NFKC", text).translate(DASHES)
    digits = sum(character.isdigit() for character in phone)
    return ("phone", phone) if PHONE.fullmatch(phone) and digits in PHONE_DIGITS else ("", "")


def _longest(field: str) -> int:
    return getattr(CuratedFacts._meta.get_field(field), "max_length", None) or 0


def _is_address_of_a_page(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return (
        address.scheme in ("http", "https")
        and bool(address.hostname)
        and not re.search(r"\s", text)
    )


def other_waiting(report: PublicReport) -> Sequence[PublicReport]:
    """The other reports on the same clinic that wait, oldest first."""
    waiting = PublicReport.objects.filter(facility=report.facility, state=WAITING)
    return list(waiting.exclude(pk=report.pk).order_by("received_at", "pk"))


def _locked(report: PublicReport) -> PublicReport:
    """A report that waits, which nobody else can handle until the transaction ends."""
    found = (
        PublicReport.objects.select_for_update(of=("self",))
        .select_related("facility", "handled_by")
        .get(pk=report.pk)
    )
    if found.state != WAITING:
        raise AlreadyHandled(found)
    return found


def _handle(report: PublicReport, state: str, by: Any, reason: str) -> None:
    report.state, report.reason = state, reason.strip()
    report.handled_by, report.handled_at = by, timezone.now()
    report.save(update_fields=["state", "reason", "handled_by", "handled_at"])
