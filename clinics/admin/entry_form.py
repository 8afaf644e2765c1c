"""The clinic form: the entry of a clinic, filled in as a draft that the public does not see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clinics.admin.access import needs
from clinics.admin.concept_choices import ConceptChoices
from clinics.admin.diff_display import Part, displayed
from clinics.admin.entry_forms import EntryForms
from clinics.admin.entry_page import SECTIONS, EntryPage
from clinics.admin.official_values import official_values
from clinics.admin.weekly_table import weekly_table
from clinics.curation import address_lookup, workflow
from clinics.curation.checking import Unacceptable, check
from clinics.curation.differences import differences
from clinics.curation.entry_document import EntryDocument, empty, read_live
from clinics.curation.field_labels import Wording
from clinics.curation.location_warnings import Location, location_warnings
from clinics.models import (
    PENDING,
    CuratedEntry,
    EntryState,
    Facility,
    Layer,
    PositionSource,
    Status,
)

EDIT = "clinics.change_curatedentry"
TEMPLATE = "admin/clinics/facility/entry_form.html"


@dataclass(slots=True)
class Opened:
    """A clinic whose form is open: ``facility`` and ``entry`` are None for one to be added.

    ``version`` is what the form will be saved as a change of, ``conflict`` what somebody else wrote
    meanwhile, None for nothing, and ``candidates`` the answer to a look-up without scripts, None where none was made.
    """

    facility: Facility | None
    entry: CuratedEntry | None
    version: int = 0
    concepts: ConceptChoices = field(default_factory=ConceptChoices)
    conflict: Sequence[Part] | None = None
    candidates: Sequence[dict[str, Any]] | None = None
    candidates_note: str = ""

    @property
    def document(self) -> EntryDocument:
        """The document as it is stored."""
        return self.entry.document if self.entry else empty()


def add(request: HttpRequest) -> HttpResponse:
    """A clinic that no register holds."""
    _require(request, "clinics.add_facility", EDIT)
    opened = Opened(None, None)
    if request.method == "POST":
        return _posted(request, opened)
    return _page(request, opened, EntryForms(opened.document, opened.concepts))


def change(request: HttpRequest, pk: object) -> HttpResponse:
    """The entry of a clinic; to be read alone by those who may not edit it."""
    _require(request, "clinics.view_facility")
    facility = _facility(pk)
    entry = workflow.entry_of(facility)
    opened = Opened(facility, entry, version=entry.version)
    if request.method == "POST":
        _require(request, EDIT)
        return _posted(request, opened)
    return _page(request, opened, EntryForms(opened.document, opened.concepts))


@require_POST
@needs(EDIT)
def look_up_address(request: HttpRequest, pk: object) -> HttpResponse:
    """The points that an address may mean, with their distance from a point, as JSON.

    Posted, so that what is looked up stands in no log.
    """
    if not address_lookup.lookup_is_configured():
        raise Http404
    candidates, note = _candidates(
        request.POST.get("address", ""),
        _degrees(request.POST.get("lat", "")),
        _degrees(request.POST.get("lng", "")),
    )
    return JsonResponse({"candidates": candidates, "note": note})


def _facility(pk: object) -> Facility:
    try:
        known = Facility.objects.select_related("officialfacts", "curatedfacts", "merged_into").get(
            pk=UUID(str(pk))
        )
    except (ValueError, Facility.DoesNotExist):
        raise Http404(_("There is no such clinic.")) from None
    return known


def _require(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def _posted(request: HttpRequest, opened: Opened) -> HttpResponse:
    """One of the buttons was pressed."""
    if "discard" in request.POST and opened.facility:
        return _discard(request, opened.facility)
    typed = request.POST
    if "use_candidate" in typed:
        typed = _with_candidate(typed)
    forms = EntryForms(opened.document, opened.concepts, typed)
    opened.version = _version(request)
    if "look_up" in typed:
        opened.candidates, opened.candidates_note = _candidates(
            typed.get("facts-address", "") or _official(opened.facility, "address"),
            _degrees(typed.get("facts-latitude") or _official(opened.facility, "latitude")),
            _degrees(typed.get("facts-longitude") or _official(opened.facility, "longitude")),
        )
    stays = {"look_up", "use_candidate"} & set(typed)
    if stays or not forms.is_valid():
        return _page(request, opened, forms)
    return _save(request, opened, forms)


def _save(request: HttpRequest, opened: Opened, forms: EntryForms) -> HttpResponse:
    document = forms.document()
    why = request.POST.get("reason", "").strip()
    if opened.facility is None:
        entry = workflow.new_facility(by=request.user, document=document, why=why)
    else:
        try:
            entry = workflow.save_draft(
                opened.facility, document, by=request.user, version=opened.version, why=why
            )
        except workflow.EditConflict as conflict:
            opened.entry, opened.version = conflict.entry, conflict.entry.version
            opened.conflict = _differences(conflict.entry.document, document)
            return _page(request, opened, forms)
    if "submit" in request.POST:
        _submit(request, entry)
    else:
        messages.success(request, _("The draft is saved. The public does not see it yet."))
    return _to_form(entry.facility)


def _submit(request: HttpRequest, entry: CuratedEntry) -> None:
    note = request.POST.get("message", "").strip()
    try:
        workflow.submit(entry.facility, by=request.user, version=entry.version, message=note)
    except Unacceptable as refused:
        text = ngettext(
            "The draft is saved, but not handed in: %(count)s thing is missing or wrong.",
            "The draft is saved, but not handed in: %(count)s things are missing or wrong.",
            len(refused.faults),
        )
        messages.error(request, text % {"count": len(refused.faults)})
    except workflow.WorkflowError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Handed in. A second person reviews and publishes it."))


def _discard(request: HttpRequest, facility: Facility) -> HttpResponse:
    why = request.POST.get("reason", "").strip()
    try:
        workflow.discard(facility, by=request.user, version=_version(request), why=why)
    except workflow.WorkflowError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The draft is discarded; the history keeps it."))
    return _to_form(facility)


def _to_form(facility: Facility) -> HttpResponse:
    return redirect("admin:clinics_facility_change", str(facility.pk))


def _version(request: HttpRequest) -> int:
    """The version that the form was opened in; one that never was, where none is said."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else -1


def _degrees(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _official(facility: Facility | None, fact: str) -> Any:
    return getattr(getattr(facility, "officialfacts", None), fact, "")


def _candidates(
    address: str, latitude: float | None, longitude: float | None
) -> tuple[list[dict[str, Any]], str]:
    """What the lookup answers, and a remark on it."""
    answer = address_lookup.look_up(address)
    here = (latitude, longitude) if latitude is not None and longitude is not None else None
    candidates = [
        {
            "label": one.label,
            "lat": round(one.latitude, 6),
            "lng": round(one.longitude, 6),
            "precision": _(PRECISIONS.get(one.precision, one.precision)),
            "distance_km": round(address_lookup.distance_km(one, *here), 3) if here else None,
        }
        for one in answer.candidates
    ]
    if answer.unreachable:
        return candidates, _("The online search gave no answer; these are places known here.")
    if not candidates:
        return [], _("Nothing is known under this address. Try a shorter one, down to the town.")
    return candidates, ""


PRECISIONS = {
    "prefecture": "Prefecture",
    "municipality": "Municipality",
    "town": "Town",
    "postcode": "Postcode",
    "station": "Station",
    "city": "City",
    "address": "Address",
}


def _with_candidate(typed: Any) -> Any:
    """What was typed, with the point that was chosen in place of the old one."""
    latitude, _comma, longitude = typed.get("candidate", "").partition(",")
    if _degrees(latitude) is None or _degrees(longitude) is None:
        return typed
    changed = typed.copy()
    changed["facts-latitude"], changed["facts-longitude"] = latitude, longitude
    changed["facts-position_source"] = PositionSource.GEOCODED
    return changed


def _page(request: HttpRequest, opened: Opened, forms: EntryForms) -> HttpResponse:
    facility, entry = opened.facility, opened.entry
    document = opened.document
    if forms.is_bound and forms.is_valid():
        document = forms.document()
    names = opened.concepts.prefecture_names
    live = _live_facts(facility, entry)
    official = official_values(facility, live, document["facts"], names)
    readable = not forms.is_bound or forms.is_valid()
    faults = check(document, facility) if facility and readable else []
    departments = (
        list(facility.departments.filter(layer=Layer.OFFICIAL).prefetch_related("hours"))
        if facility
        else []
    )
    title = document["facts"]["name"] or str(_official(facility, "name")) or _("New clinic")
    location = _location(document["facts"], facility)
    context = {
        **admin.site.each_context(request),
        "opts": Facility._meta,
        "title": title,
        "opened": opened,
        "facility": facility,
        "entry": entry,
        "page": EntryPage(forms, faults, official),
        "forms": forms,
        "sections": SECTIONS,
        "may_edit": request.user.has_perm(EDIT),
        "is_public": facility is not None and facility.status == Status.PUBLISHED,
        "is_pending": entry is not None and entry.state in PENDING,
        "in_review": entry is not None and entry.state == EntryState.IN_REVIEW,
        "newer_live": _newer_live(facility, entry),
        "warnings": location_warnings(location, names),
        "concept_options": opened.concepts.options(),
        "department_names": _department_names(document, departments),
        "register_table": weekly_table(departments),
        "verifications": list(facility.verifications.select_related("verified_by"))
        if facility
        else [],
        "map": _map(facility),
        "reason": request.POST.get("reason", ""),
        "message": request.POST.get("message", ""),
    }
    status = 200 if opened.conflict is None else 409
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _live_facts(facility: Facility | None, entry: CuratedEntry | None) -> dict[str, Any]:
    """The curators' facts as they are published."""
    if facility is None or entry is None:
        return empty()["facts"]
    if entry.state not in PENDING:
        return dict(entry.document["facts"])
    return {
        name: getattr(getattr(facility, "curatedfacts", None), name, None)
        for name in empty()["facts"]
    }


def _newer_live(facility: Facility | None, entry: CuratedEntry | None) -> Sequence[Part] | None:
    """How a draft differs from what was published since it was begun; None where nothing was."""
    if facility is None or entry is None or entry.state not in PENDING:
        return None
    if entry.based_on == entry.live_version:
        return None
    return _differences(read_live(facility), entry.document)


def _differences(before: EntryDocument, after: EntryDocument) -> Sequence[Part]:
    """How two documents differ, in the words of the review."""
    return displayed(differences(before, after), Wording())


def _location(facts: dict[str, Any], facility: Facility | None) -> Location:
    """Where it would be published: the curators' words, else the register's."""

    def stated(fact: str) -> Any:
        return facts[fact] or _official(facility, fact)

    by_curators = facts["latitude"] is not None or facility is None
    return Location(
        country=facts["country"] or "JP",
        prefecture_code=stated("prefecture_code"),
        municipality_code=stated("municipality_code"),
        address=stated("address"),
        latitude=facts["latitude"] if by_curators else _official(facility, "latitude") or None,
        longitude=facts["longitude"] if by_curators else _official(facility, "longitude") or None,
    )


def _map(facility: Facility | None) -> dict[str, Any]:
    return {
        "tiles": settings.MAP_TILES_URL,
        "attribution": settings.MAP_TILES_ATTRIBUTION,
        "official_lat": _official(facility, "latitude"),
        "official_lng": _official(facility, "longitude"),
        "can_look_up": address_lookup.lookup_is_configured(),
    }


def _department_names(document: EntryDocument, official: Sequence[Any]) -> list[str]:
    names = [row["name"] for row in document["departments"]] + [row.name for row in official]
    return list(dict.fromkeys(name for name in names if name))
