"""Recording that somebody compared entries with the world: one clinic, or a selection of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.admin.access import needs
from clinics.admin.facility_pages import facility_or_404, page_context
from clinics.curation.verifying import verify
from clinics.curation.workflow import WorkflowError
from clinics.models import Facility, Verification

Method, Outcome, Scope = Verification.Method, Verification.Outcome, Verification.Scope
# Where the action of the list leaves a selection too long for an address.
SESSION_KEY = "verify_ids"
# Names shown of a selection; of the rest, how many there are.
MOST_NAMES = 100
METHOD_BUTTONS = (
    (Method.PHONE, gettext_lazy("Checked by phone")),
    (Method.WEB, gettext_lazy("Checked on the web")),
    (Method.LETTER, gettext_lazy("Checked by letter")),
    (Method.VISIT, gettext_lazy("Checked by visit")),
)


class VerificationForm(forms.Form):
    """What is known of a check beside how it was made, which the buttons say."""

    method = forms.ChoiceField(label=gettext_lazy("How it was checked"), choices=Method.choices)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Outcome.choices,
        initial=Outcome.CONFIRMED,
        widget=forms.RadioSelect,
    )
    scope = forms.MultipleChoiceField(
        label=gettext_lazy("What was checked"),
        choices=Scope.choices,
        initial=list(Scope.values),
        widget=forms.CheckboxSelectMultiple,
    )
    on = forms.DateField(
        label=gettext_lazy("Day of the check"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("A day is YYYY-MM-DD, such as 2026-11-22.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None) -> None:
        # Ids of its own, since the panel stands on pages that have another form.
        super().__init__(data, auto_id="verify_%s")

    def clean_on(self) -> date:
        """Not in the future."""
        on: date = self.cleaned_data["on"]
        today = timezone.localdate()
        if on > today:
            raise forms.ValidationError(
                _("A check cannot lie in the future: %(value)s; accepted: %(today)s or earlier.")
                % {"value": on, "today": today}
            )
        return on

    def faults(self) -> list[str]:
        """Each fault with the field, what was given, and what is wrong with it."""
        return [
            _("%(field)s (%(value)s): %(message)s")
            % {
                "field": self.fields[name].label,
                "value": ", ".join(self.data.getlist(name)) or _("nothing"),  # type: ignore[attr-defined]
                "message": " ".join(str(text) for text in texts),
            }
            for name, texts in self.errors.items()
        ]


class BadSelection(ValueError):
    """A selection of clinics that cannot be verified; the message says why, for a person."""


@needs("clinics.view_facility", "clinics.verify_facility")
def verify_one(request: HttpRequest, pk: object = None) -> HttpResponse:
    """What of one clinic is due, and a button for each way of checking it."""
    facility = facility_or_404(pk)
    form = VerificationForm(request.POST or None)
    if request.method == "POST" and _record(request, form, [facility]):
        return HttpResponseRedirect(reverse("admin:clinic_verify", args=[facility.pk]))
    context = page_context(
        request,
        _("Verify: %(name)s") % {"name": facility},
        facility=facility,
        verification_form=form if form.is_bound else VerificationForm(),
        latest=Verification.objects.filter(facility=facility)
        .select_related("verified_by")
        .order_by("-verified_on", "-pk")[:5],
    )
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "admin/clinics/facility/verify.html", context, status=status)


@needs("clinics.view_facility", "clinics.verify_facility")
def verify_several(request: HttpRequest, pk: object = None) -> HttpResponse:
    """One check of a selection: ``ids``, separated by commas, or what the session holds."""
    try:
        facilities = _selected(request)
    except BadSelection as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:clinics_facility_changelist"))
    form = VerificationForm(request.POST if "method" in request.POST else None)
    if form.is_bound and _record(request, form, facilities):
        request.session.pop(SESSION_KEY, None)
        return HttpResponseRedirect(reverse("admin:clinics_facility_changelist"))
    context = page_context(
        request,
        ngettext("Verify %(number)s clinic", "Verify %(number)s clinics", len(facilities))
        % {"number": len(facilities)},
        facilities=facilities[:MOST_NAMES],
        more=max(0, len(facilities) - MOST_NAMES),
        ids=_given(request),
        selection=_values(request).get("selection", ""),
        verification_form=form if form.is_bound else VerificationForm(),
    )
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "admin/clinics/facility/verify.html", context, status=status)


def _record(request: HttpRequest, form: VerificationForm, facilities: Sequence[Facility]) -> bool:
    """Record the check; whether it was, else the messages say why not."""
    if not form.is_valid():
        for fault in form.faults():
            messages.error(request, fault)
        return False
    try:
        number = verify(facilities, by=request.user, **form.cleaned_data)
    except WorkflowError as refused:
        messages.error(request, str(refused))
        return False
    messages.success(
        request,
        ngettext(
            "The check of %(number)s clinic is recorded and published.",
            "The checks of %(number)s clinics are recorded and published.",
            number,
        )
        % {"number": number},
    )
    return True


def _values(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else request.GET


def _given(request: HttpRequest) -> str:
    return str(_values(request).get("ids", ""))


def _selected(request: HttpRequest) -> list[Facility]:
    """The clinics of a selection, in its order. Raises :class:`BadSelection`."""
    if _values(request).get("selection") == "session":
        texts = [str(text) for text in request.session.get(SESSION_KEY, ())]
    else:
        texts = [text.strip() for text in _given(request).split(",") if text.strip()]
    if not texts:
        raise BadSelection(_("No clinic is selected; choose some in the list."))
    ids = list(dict.fromkeys(_id(text) for text in texts))
    chosen = Facility.objects.select_related("officialfacts", "curatedfacts", "entry")
    found = {
        facility.pk: facility
        for first in range(0, len(ids), 500)
        for facility in chosen.filter(pk__in=ids[first : first + 500])
    }
    missing = [str(pk) for pk in ids if pk not in found]
    if missing:
        raise BadSelection(
            _("ids: there is no clinic %(ids)s; nothing was recorded.")
            % {"ids": ", ".join(missing[:5])}
        )
    return [found[pk] for pk in ids]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadSelection(
            _("ids: %(value)r is no id; accepted are those of clinics, separated by commas.")
            % {"value": text}
        ) from None
