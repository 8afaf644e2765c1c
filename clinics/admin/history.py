"""The history of a clinic: every change, two steps beside each other, and the way back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clinics.admin.access import needs
from clinics.admin.diff_display import Part, displayed
from clinics.admin.facility_pages import (
    facility_or_404,
    page_context,
    posted_version,
    state_label,
)
from clinics.curation.differences import Difference, differences, official_differences
from clinics.curation.entry_document import read_live
from clinics.curation.field_labels import Wording
from clinics.curation.history import (
    BEGINNING,
    CURATED_LAYER,
    OFFICIAL_LAYER,
    Step,
    Timeline,
    document_at,
    official_at,
    official_now,
    step_time,
    words_to_go_back_to,
)
from clinics.curation.workflow import EditConflict, entry_of, save_draft
from clinics.models import Facility, ImportRun, Via

STEPS_A_PAGE = 25
LIVE = "live"
STEP = re.compile(r"(?:(curated|official)-)?([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with the words and addresses of the page.

    ``key`` names it in the address of a comparison; it is empty where no row of history holds it.
    """

    step: Step
    key: str
    layer: str
    via: str
    state: str
    reference_url: str
    parts: list[Part]
    may_go_back: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a step, or what is live (``number`` None)."""

    layer: str
    number: int | None

    @property
    def key(self) -> str:
        """How an address names it."""
        return LIVE if self.number is None else step_key(self.layer, self.number)


class NoSuchStep(ValueError):
    """A comparison that cannot be made; the message says why, for a person."""


def step_key(layer: str, number: int) -> str:
    """How an address names a step: its number, the register's with a word before it."""
    return f"{OFFICIAL_LAYER}-{number}" if layer == OFFICIAL_LAYER else str(number)


@needs("clinics.view_facility")
def timeline(request: HttpRequest, pk: object = None) -> HttpResponse:
    """Every change of a clinic, newest first."""
    facility = facility_or_404(pk)
    every = Timeline(facility)
    page = Paginator(every, STEPS_A_PAGE).get_page(request.GET.get("p"))
    steps = list(page.object_list)
    may_go_back = request.user.has_perm("clinics.change_curatedentry")
    context = page_context(
        request,
        _("History: %(name)s") % {"name": facility},
        facility=facility,
        steps=_shown(steps, every.newest_curated if may_go_back else None),
        page=page,
        page_numbers=_page_numbers(page),
        version=entry_of(facility).version,
    )
    return TemplateResponse(request, "admin/clinics/facility/history.html", context)


@needs("clinics.view_facility")
def compare(request: HttpRequest, pk: object = None) -> HttpResponse:
    """Two steps beside each other; posted, the words of one become a draft."""
    facility = facility_or_404(pk)
    if request.method == "POST":
        return _go_back(request, facility)
    try:
        sides, found = _compared(facility, request.GET.get("from", ""), request.GET.get("to", LIVE))
    except NoSuchStep as error:
        messages.error(request, str(error))
        return _to_history(facility)
    may_change = request.user.has_perm("clinics.change_curatedentry")
    context = page_context(
        request,
        _("Compare: %(name)s") % {"name": facility},
        facility=facility,
        parts=displayed(found, Wording()),
        before_title=_side_title(facility, sides[0]),
        after_title=_side_title(facility, sides[1]),
        back_to=[
            (side.number, _side_title(facility, side))
            for side in dict.fromkeys(sides)
            if side.layer == CURATED_LAYER and side.number is not None and may_change
        ],
        version=entry_of(facility).version,
    )
    return TemplateResponse(request, "admin/clinics/facility/compare.html", context)


def _go_back(request: HttpRequest, facility: Facility) -> HttpResponse:
    """Save the words of a step as a draft, which goes through review like any other."""
    if not request.user.has_perm("clinics.change_curatedentry"):
        raise PermissionDenied
    try:
        side = _side(request.POST.get("step", ""))
        if side.number is None or side.layer != CURATED_LAYER:
            raise NoSuchStep(_("Only the curators' own words can become a draft again."))
        document = words_to_go_back_to(facility, side.number)
        day = localtime(step_time(facility, side.number)).date().isoformat()
        save_draft(
            facility,
            document,
            by=request.user,
            version=posted_version(request),
            why=_("Back to the words of %(date)s") % {"date": day},
        )
    except (NoSuchStep, EditConflict) as error:
        messages.error(request, str(error))
        return _to_history(facility)
    except LookupError:
        messages.error(request, _no_step(request.POST.get("step", "")))
        return _to_history(facility)
    messages.success(
        request,
        _("The words of %(date)s are a draft now; nothing is published yet.") % {"date": day},
    )
    return HttpResponseRedirect(reverse("admin:clinic_review", args=[facility.pk]))


def _to_history(facility: Facility) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:clinics_facility_history", args=[facility.pk]))


def _compared(
    facility: Facility, first: str, second: str
) -> tuple[tuple[Side, Side], list[Difference]]:
    """The two sides, and how they differ."""
    before, after = _side(first), _side(second)
    if LIVE in (first, second):
        layer = after.layer if first == LIVE else before.layer
        before, after = (
            Side(layer, side.number) if side.number is None else side for side in (before, after)
        )
    if before.layer != after.layer:
        raise NoSuchStep(
            _(
                "A step of the register and one of the curators cannot be compared; choose two alike."
            )
        )
    try:
        if before.layer == OFFICIAL_LAYER:
            found = official_differences(_official(facility, before), _official(facility, after))
        else:
            found = differences(_curated(facility, before), _curated(facility, after))
    except LookupError:
        raise NoSuchStep(_no_step(f"{first}, {second}")) from None
    return (before, after), found


def _side(text: str) -> Side:
    if text == LIVE:
        return Side(CURATED_LAYER, None)
    match = STEP.fullmatch(text)
    if not match:
        raise NoSuchStep(
            _(
                "Choose two steps to compare. %(value)r is none: accepted are steps of this history, or live."
            )
            % {"value": text}
        )
    return Side(match[1] or CURATED_LAYER, int(match[2]))


def _no_step(text: str) -> str:
    return _("This clinic's history has no such step: %(value)s.") % {"value": text}


def _curated(facility: Facility, side: Side) -> Any:
    return read_live(facility) if side.number is None else document_at(facility, side.number)


def _official(facility: Facility, side: Side) -> Any:
    return official_now(facility) if side.number is None else official_at(facility, side.number)


def _side_title(facility: Facility, side: Side) -> str:
    if side.number is None:
        return _("Published now") if side.layer == CURATED_LAYER else _("The register now")
    at = localtime(step_time(facility, side.number, side.layer))
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _shown(steps: Sequence[Step], newest: int | None) -> list[ShownStep]:
    """Steps for the page; back to all but the ``newest`` goes who may, None who may not."""
    wording = Wording() if any(step.differences for step in steps) else None
    addresses = _reference_addresses(steps)
    return [
        ShownStep(
            step,
            key="" if step.number == BEGINNING else step_key(step.layer, step.number),
            layer=_("Register") if step.layer == OFFICIAL_LAYER else _("Curators"),
            via=str(Via(step.via).label) if step.via in Via.values else step.via,
            state=_("Not in the register") if step.state == "absent" else state_label(step.state),
            reference_url=addresses.get(step.reference, ""),
            parts=displayed(step.differences, wording) if wording else [],
            may_go_back=newest is not None
            and step.layer == CURATED_LAYER
            and step.number not in (BEGINNING, newest),
        )
        for step in steps
    ]


def _reference_addresses(steps: Sequence[Step]) -> dict[str, str]:
    """Where the imports and reports that steps refer to are shown, as far as they are there."""
    addresses: dict[str, str] = {}
    imports = {step.reference for step in steps if step.via == Via.IMPORT and step.reference}
    sources = {reference.rpartition(" ")[0] for reference in imports}
    for run in ImportRun.objects.filter(source__in=sources).defer("findings") if sources else ():
        if str(run) in imports:
            _add_address(addresses, str(run), "admin:clinics_importrun_change", run.pk)
    for step in steps:
        kind, _space, number = step.reference.partition(" ")
        if step.via == Via.REPORT and kind == "report" and number.isdigit():
            _add_address(
                addresses, step.reference, "admin:clinics_publicreport_change", int(number)
            )
    return addresses


def _add_address(addresses: dict[str, str], reference: str, page: str, number: int) -> None:
    try:
        addresses[reference] = reverse(page, args=[number])
    except NoReverseMatch:
        return


def _page_numbers(page: Page) -> list[int | str]:
    return list(page.paginator.get_elided_page_range(page.number))
