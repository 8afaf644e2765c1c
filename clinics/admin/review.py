"""The review of a draft: what would change for the public, and the decision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.access import needs
from clinics.admin.diff_display import displayed
from clinics.admin.facility_pages import facility_or_404, page_context, posted_version
from clinics.curation import workflow
from clinics.curation.checking import Fault, Unacceptable, check
from clinics.curation.differences import OFFICIAL_FIELDS, differences
from clinics.curation.entry_document import EntryDocument, Row, empty, json_value, read_live
from clinics.curation.field_labels import PART_LABELS, Wording, field_label
from clinics.curation.history import steps_of_draft
from clinics.models import PENDING, CuratedEntry, EntryState, Facility, Status

# A draft with more steps than this is told of by its last ones.
MOST_STEPS = 20


class _TextMissing(workflow.WorkflowError):
    """A decision without the words that it needs."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that the page can do.

    ``take`` is called with the facility and ``by``, ``version`` and the text, which goes by the
    name ``text_goes_to`` and must be there where ``needed`` says what for.
    """

    permission: str
    take: Callable[..., CuratedEntry]
    done: str | Promise
    text_goes_to: str
    needed: str | Promise = ""


DECISIONS = {
    "submit": Decision(
        "clinics.change_curatedentry",
        workflow.submit,
        gettext_lazy("Handed in for review."),
        "message",
    ),
    "publish": Decision(
        "clinics.publish_facility", workflow.publish_entry, gettext_lazy("Published."), "why"
    ),
    "send-back": Decision(
        "clinics.publish_facility",
        workflow.send_back,
        gettext_lazy("Sent back to its curator."),
        "message",
        gettext_lazy("Say what is to be changed before it is sent back."),
    ),
    "withdraw": Decision(
        "clinics.publish_facility",
        workflow.withdraw,
        gettext_lazy("Withdrawn: the public no longer sees this clinic."),
        "why",
        gettext_lazy("Say why it is withdrawn."),
    ),
    "discard": Decision(
        "clinics.change_curatedentry",
        workflow.discard,
        gettext_lazy("The draft was discarded; the history keeps it."),
        "why",
    ),
}


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault with the words of the screen for its place."""

    place: str
    value: str
    message: str


@dataclass(slots=True)
class Attempt:
    """A decision that was refused: what was wanted, and the text, which is not lost."""

    action: str = ""
    text: str = ""
    status: int = 200
    faults: tuple[Fault, ...] = field(default_factory=tuple)


@needs("clinics.view_facility")
def review(request: HttpRequest, pk: object = None) -> HttpResponse:
    """A draft beside what is published; posted, a decision on it."""
    facility = facility_or_404(pk)
    if request.method != "POST":
        return _page(request, facility, Attempt())
    attempt = Attempt(request.POST.get("action", ""), request.POST.get("text", "").strip())
    decision = DECISIONS.get(attempt.action)
    if decision is None:
        raise BadRequest(f"action {attempt.action!r} is none of {', '.join(DECISIONS)}.")
    if not request.user.has_perm(decision.permission):
        raise PermissionDenied
    try:
        _take(decision, facility, request, attempt.text)
    except Unacceptable as error:
        attempt.status, attempt.faults = 409, error.faults
        messages.error(request, _("The draft has faults; nothing was changed."))
    except workflow.WorkflowError as error:
        attempt.status = 409
        messages.error(request, str(error))
    else:
        messages.success(request, _done(decision, facility))
        return HttpResponseRedirect(reverse("admin:clinic_review", args=[facility.pk]))
    return _page(request, facility_or_404(pk), attempt)


def _take(decision: Decision, facility: Facility, request: HttpRequest, text: str) -> None:
    if decision.needed and not text:
        raise _TextMissing(str(decision.needed))
    decision.take(
        facility,
        by=request.user,
        version=posted_version(request),
        **{decision.text_goes_to: text},
    )


def _done(decision: Decision, facility: Facility) -> str | SafeString:
    if decision.take is not workflow.publish_entry:
        return str(decision.done)
    address = reverse("clinic-detail", args=[facility.pk])
    return format_html(
        '{} <a href="{}">{}</a>', str(decision.done), address, _("See the public document")
    )


def _page(request: HttpRequest, facility: Facility, attempt: Attempt) -> HttpResponse:
    entry = workflow.entry_of(facility)
    entry.facility = facility
    live = read_live(facility)
    shown_now = empty() if facility.status == Status.DRAFT else live
    pending = entry.state in PENDING
    wording = Wording()
    found = differences(shown_now, entry.document) if pending else []
    faults = attempt.faults or (check(entry.document, facility) if pending else ())
    context = page_context(
        request,
        _("Review: %(name)s") % {"name": facility},
        facility=facility,
        entry=entry,
        pending=pending,
        never_published=facility.status == Status.DRAFT,
        parts=displayed(found, wording, _register(facility)),
        faults=[_named(fault, entry.document, wording) for fault in faults],
        steps=steps_of_draft(facility, MOST_STEPS) if pending else [],
        live_changed=pending and entry.based_on != entry.live_version,
        attempt=attempt,
        **_may(request, entry, live),
    )
    return TemplateResponse(
        request, "admin/clinics/facility/review.html", context, status=attempt.status
    )


def _register(facility: Facility) -> Row:
    """What a register says, which the public sees where the curators are silent."""
    facts = getattr(facility, "officialfacts", None)
    return {name: json_value(getattr(facts, name)) for name in OFFICIAL_FIELDS} if facts else {}


def _may(request: HttpRequest, entry: CuratedEntry, live: EntryDocument) -> dict[str, Any]:
    """Which decisions the page offers, and why one is not open to this person."""
    allowed = {
        name: request.user.has_perm(decision.permission) for name, decision in DECISIONS.items()
    }
    in_review = entry.state == EntryState.IN_REVIEW
    status = entry.facility.status
    saved = entry.version > 0
    return {
        "may_submit": allowed["submit"] and entry.state == EntryState.DRAFT,
        "may_publish": allowed["publish"] and in_review,
        "publish_barred": in_review and _why_not(request, entry),
        "may_send_back": allowed["send-back"] and in_review,
        "may_withdraw": allowed["withdraw"] and status == Status.PUBLISHED,
        "may_discard": allowed["discard"]
        and entry.state in PENDING
        and saved
        and not (status == Status.DRAFT and entry.document == live),
    }


def _why_not(request: HttpRequest, entry: CuratedEntry) -> str:
    """Why this person cannot publish it now; empty where nothing is in the way."""
    if entry.based_on != entry.live_version:
        return _("What is published changed after the draft was begun: it is saved again first.")
    written = request.user in entry.contributors.all()
    if written and not settings.ONE_PERSON_TEAM:
        return str(workflow.SecondPersonNeeded())
    return ""


def _named(fault: Fault, document: EntryDocument, wording: Wording) -> NamedFault:
    places = [str(PART_LABELS[fault.part])]
    if fault.row is not None:
        rows = document[fault.part]  # type: ignore[literal-required]
        if fault.row < len(rows):
            places.append(wording.row(fault.part, rows[fault.row]))
    places.append(field_label(fault.part, fault.field))
    return NamedFault(" › ".join(places), wording.text(fault.field, fault.value), fault.message)
