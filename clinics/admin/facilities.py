"""The desk of the clinics: the list, and where each page of a clinic is."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from clinics.admin import entry_form, history, review, verification
from clinics.admin.tables import TablesOfClinics
from clinics.models import Facility


@admin.register(Facility)
class FacilityAdmin(TablesOfClinics, admin.ModelAdmin):
    """Each clinic with its entry: found, edited as a draft, reviewed, verified, looked back on."""

    list_display = ("name", "prefecture_code", "official_id", "source", "status")
    list_filter = ("status", "source")
    search_fields = ("official_id", "officialfacts__name", "curatedfacts__name")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Facility]:
        """With what :meth:`Facility.stated` reads."""
        return (
            super().get_queryset(request).select_related("officialfacts", "curatedfacts", "entry")
        )

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

    @admin.display
    def name(self, facility: Facility) -> str:
        """The name that is published."""
        return facility.stated("name") or facility.official_id

    @admin.display(description="prefecture")
    def prefecture_code(self, facility: Facility) -> str:
        """The JIS code that is published."""
        return facility.stated("prefecture_code")
