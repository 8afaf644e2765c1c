"""What can be done with several clinics at once; what the public sees at once asks again first."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.curation.checking import Unacceptable
from clinics.curation.regeocoding import regeocode
from clinics.curation.workflow import WorkflowError, entry_of, publish_entry, withdraw
from clinics.models import Facility

# More ids than this do not fit into an address.
MOST_IDS_IN_ADDRESS = 100
# A page that shows what will be done lists so many by name.
MOST_NAMED = 200
# What was refused is told one by one up to here.
MOST_TOLD = 10

Step = Callable[[Facility, str], Any]


@admin.action(description=gettext_lazy("Record a verification"), permissions=["verify"])
def verify_selected(
    model_admin: ModelAdmin, request: HttpRequest, clinics: QuerySet[Facility]
) -> HttpResponse:
    """Go to the page on which one check is recorded for all of them."""
    ids = [str(pk) for pk in clinics.values_list("pk", flat=True)]
    address = reverse("admin:clinics_verify")
    if len(ids) > MOST_IDS_IN_ADDRESS:
        request.session["verify_ids"] = ids
        return HttpResponseRedirect(f"{address}?selection=session")
    return HttpResponseRedirect(f"{address}?ids={','.join(ids)}")


@admin.action(description=gettext_lazy("Publish what is in review"), permissions=["publish"])
def publish_selected(
    model_admin: ModelAdmin, request: HttpRequest, clinics: QuerySet[Facility]
) -> HttpResponse | None:
    """Publish those in review that somebody else wrote, each in a transaction of its own."""

    def step(facility: Facility, why: str) -> None:
        publish_entry(facility, by=request.user, version=entry_of(facility).version, why=why)

    return _confirmed(request, clinics, step, _("Publish"), reason_needed=False)


@admin.action(description=gettext_lazy("Withdraw from the public"), permissions=["publish"])
def withdraw_selected(
    model_admin: ModelAdmin, request: HttpRequest, clinics: QuerySet[Facility]
) -> HttpResponse | None:
    """Withdraw clinics, with one reason for all."""

    def step(facility: Facility, why: str) -> None:
        withdraw(facility, by=request.user, version=entry_of(facility).version, why=why)

    return _confirmed(request, clinics, step, _("Withdraw"), reason_needed=True)


@admin.action(
    description=gettext_lazy("Look up positions by address, as drafts"), permissions=["change"]
)
def regeocode_selected(
    model_admin: ModelAdmin, request: HttpRequest, clinics: QuerySet[Facility]
) -> HttpResponse | None:
    """Put the position that the address leads to into a draft, where it leads to one alone."""

    def step(facility: Facility, why: str) -> None:
        regeocode(facility, by=request.user)

    return _confirmed(request, clinics, step, _("Look up positions"), reason_needed=False)


@admin.action(description=gettext_lazy("Compare two, and merge them"), permissions=["change"])
def compare_selected(
    model_admin: ModelAdmin, request: HttpRequest, clinics: QuerySet[Facility]
) -> HttpResponse | None:
    """Go to the page on which two clinics stand side by side."""
    ids = list(clinics.order_by("pk").values_list("pk", flat=True)[:3])
    if len(ids) != 2:
        messages.error(request, _("Select exactly two clinics to compare."))
        return None
    address = reverse("admin:clinics_duplicatepair_compare")
    return HttpResponseRedirect(f"{address}?first={ids[0]}&second={ids[1]}")


ACTIONS = (
    verify_selected,
    publish_selected,
    withdraw_selected,
    regeocode_selected,
    compare_selected,
)


def _confirmed(
    request: HttpRequest,
    clinics: QuerySet[Facility],
    step: Step,
    verb: str,
    *,
    reason_needed: bool,
) -> HttpResponse | None:
    """Show what will be done; once confirmed, do it and tell what came of each."""
    why = request.POST.get("why", "").strip()
    if "confirmed" in request.POST and (why or not reason_needed):
        _carry_out(request, clinics, step, why)
        return None
    context = {
        **admin.site.each_context(request),
        "title": verb,
        "verb": verb,
        "clinics": clinics[:MOST_NAMED],
        "count": clinics.count(),
        "reason_needed": reason_needed,
        "reason_missing": "confirmed" in request.POST,
        "action": request.POST["action"],
        "select_across": request.POST.get("select_across", "0"),
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/clinics/facility/confirm_action.html", context)


def _carry_out(request: HttpRequest, clinics: QuerySet[Facility], step: Step, why: str) -> None:
    done = 0
    refused: list[str] = []
    for facility in clinics:
        try:
            step(facility, why)
        except (WorkflowError, Unacceptable, LookupError) as error:
            refused.append(f"{facility}: {error}")
        else:
            done += 1
    if done:
        text = ngettext("%(n)s clinic: done.", "%(n)s clinics: done.", done) % {"n": done}
        messages.success(request, text)
    _tell(request, refused)


def _tell(request: HttpRequest, refused: Sequence[str]) -> None:
    for text in refused[:MOST_TOLD]:
        messages.error(request, text)
    if len(refused) > MOST_TOLD:
        more = len(refused) - MOST_TOLD
        text = ngettext("%(n)s more was refused.", "%(n)s more were refused.", more)
        messages.error(request, text % {"n": more})
