"""The desk of the clinics: the list, and where each page of a clinic is."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.admin import entry_form, history, review, verification
from clinics.admin.clinic_actions import ACTIONS
from clinics.admin.clinic_filters import FILTERS
from clinics.admin.clinic_search import find
from clinics.admin.tables import TablesOfClinics
from clinics.models import PENDING, Claim, EntryState, Facility, Listing, Status
from clinics.vocabulary import Vocabulary


class ClinicList(ChangeList):
    """A list whose clinics are chosen and sorted first, and described afterwards.

    Sorting a hundred thousand of them with all that the columns read would carry that along.
    """

    def get_results(self, request: HttpRequest) -> None:
        """The clinics of the page, with what :meth:`Facility.stated` and the columns read."""
        super().get_results(request)
        ids = [clinic.pk for clinic in self.result_list]
        described = (
            Facility.objects.select_related("officialfacts", "curatedfacts", "entry", "listing")
            .defer("listing__summary", "listing__detail")
            .annotate(published_claims=_count_of_claims())
            .in_bulk(ids)
        )
        self.result_list = [described[pk] for pk in ids if pk in described]


@admin.register(Facility)
class FacilityAdmin(TablesOfClinics, admin.ModelAdmin):
    """Each clinic with its entry: found, edited as a draft, reviewed, verified, looked back on."""

    list_display = (
        "name",
        "state",
        "claim_count",
        "located",
        "verify_by",
        "known_as",
    )
    list_filter = FILTERS
    list_per_page = 50
    # What is searched stands in ``get_search_results``; this shows the field.
    search_fields = ("official_id",)
    search_help_text = _("Name, kana, address or the beginning of an official id.")
    show_full_result_count = False
    actions = ACTIONS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that reads what it shows of a page's clinics alone."""
        return ClinicList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Facility], search_term: str
    ) -> tuple[QuerySet[Facility], bool]:
        """What :func:`find` finds; no row twice."""
        return find(queryset, search_term), False

    def get_urls(self) -> list[URLPattern]:
        """The pages of a clinic, before those of Django's own."""
        pages = {
            "address": entry_form.look_up_address,
            "review": review.review,
            "compare": history.compare,
            "verify": verification.verify_one,
        }
        own = [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"clinic_{name}")
            for name, view in pages.items()
        ]
        several = path(
            "verify/",
            self.admin_site.admin_view(verification.verify_several),
            name="clinics_verify",
        )
        return [several, *own, *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns; that of the prefecture knows their labels in the reader's language."""
        return ["name", _prefecture_column(), *self.list_display[1:]]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Every column that has an order; asked for by name, so that no label is read for it."""
        return self.list_display

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, under a title that says what it is."""
        return super().changelist_view(request, {"title": _("Clinics"), **(extra_context or {})})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A clinic that no register holds."""
        return entry_form.add(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The entry of a clinic as a draft."""
        return entry_form.change(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What became of a clinic."""
        return history.timeline(request, object_id)

    def has_delete_permission(self, request: HttpRequest, obj: Facility | None = None) -> bool:
        """Nobody: a clinic is withdrawn, and its history stays."""
        return False

    def has_verify_permission(self, request: HttpRequest) -> bool:
        """Whether the action may be offered."""
        return request.user.has_perm("clinics.verify_facility")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the action may be offered."""
        return request.user.has_perm("clinics.publish_facility")

    @admin.display(description=_("name"), ordering="listing__name_key")
    def name(self, facility: Facility) -> SafeString:
        """The name that is published, with its reading."""
        return format_html(
            '{}<br><span class="quiet">{}</span>',
            facility.stated("name") or facility.official_id,
            facility.stated("name_kana"),
        )

    @admin.display(description=_("state"))
    def state(self, facility: Facility) -> SafeString:
        """Where the entry stands, and that it is public meanwhile."""
        entry = getattr(facility, "entry", None)
        live = EntryState(facility.status)
        if entry is None or entry.state not in PENDING:
            return _badge(live)
        if live == EntryState.DRAFT:
            return _badge(EntryState(entry.state))
        return format_html("{} {}", _badge(live), _badge(EntryState(entry.state)))

    @admin.display(description=_("claims"))
    def claim_count(self, facility: Facility) -> int:
        """How many statements the public sees of it."""
        return int(facility.published_claims)  # type: ignore[attr-defined]

    @admin.display(description=_("position"), boolean=True)
    def located(self, facility: Facility) -> bool:
        """Whether it is found by distance."""
        listing = getattr(facility, "listing", None)
        return bool(listing and listing.latitude is not None)

    @admin.display(description=_("verify by"), ordering="listing__verify_by")
    def verify_by(self, facility: Facility) -> str | SafeString:
        """When it is due to be checked."""
        listing: Listing | None = getattr(facility, "listing", None)
        due: date | None = listing.verify_by if listing else None
        if due is None:
            return "—"
        if due >= timezone.localdate():
            return due.isoformat()
        return format_html('<span class="overdue">{}</span>', due.isoformat())

    @admin.display(description=_("known as"), ordering="official_id")
    def known_as(self, facility: Facility) -> str:
        """The official id, or that the curators alone know it."""
        return facility.official_id if facility.source != "curated" else str(_("curators"))


def _prefecture_column() -> Callable[[Facility], str]:
    by_code = Vocabulary.load().prefecture_of_code
    label = "label_ja" if get_language() == "ja" else "label_en"

    @admin.display(description=_("prefecture"))
    def prefecture(facility: Facility) -> str:
        word = by_code.get(facility.stated("prefecture_code"))
        return getattr(word, label) if word else "—"

    return prefecture


def _count_of_claims() -> Coalesce:
    """Published claims of each row that is shown: a look-up for the page, not a join for all."""
    of_clinic = Claim.objects.filter(facility=OuterRef("pk"), status=Status.PUBLISHED)
    counted = of_clinic.order_by().values("facility").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _badge(state: EntryState) -> SafeString:
    return format_html('<span class="state-badge {}">{}</span>', state.value, state.label)
