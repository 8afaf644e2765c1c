"""The desk of the facilities: what the register says to read, what curators say to write."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from clinics.identity import CURATED, facility_uuid
from clinics.models import (
    Claim,
    CuratedFacts,
    Department,
    Facility,
    Layer,
    OfficialFacts,
    SecondOpinion,
    Verification,
)
from clinics.publication import publish


class ReadOnlyInline:
    """An inline to look at: imports write it, curators do not."""

    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False


class OfficialFactsInline(ReadOnlyInline, admin.StackedInline):
    """The register's words."""

    model = OfficialFacts


class CuratedFactsInline(admin.StackedInline):
    """The curators' words."""

    model = CuratedFacts


class DepartmentInline(admin.TabularInline):
    """Specialised outpatient clinics that the curators add; the register's own are not shown."""

    model = Department
    extra = 0
    fields = ("name", "name_en")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Department]:
        """Only the curated layer."""
        return super().get_queryset(request).filter(layer=Layer.CURATED)


class ClaimInline(admin.StackedInline):
    """What sources say the facility offers."""

    model = Claim
    extra = 0
    autocomplete_fields = ("concept", "strength")
    exclude = ("department", "origin")


class SecondOpinionInline(admin.StackedInline):
    """Second-opinion terms."""

    model = SecondOpinion
    extra = 0
    exclude = ("origin",)


class VerificationInline(admin.TabularInline):
    """Who checked what, when and how."""

    model = Verification
    extra = 0
    autocomplete_fields = ("verified_by",)


@admin.register(Facility)
class FacilityAdmin(admin.ModelAdmin):
    """One facility whole; saving it publishes it in the same transaction."""

    list_display = ("name", "prefecture_code", "official_id", "source", "status")
    list_filter = ("status", "source")
    list_select_related = ("officialfacts", "curatedfacts")
    search_fields = ("official_id", "officialfacts__name", "curatedfacts__name")
    show_full_result_count = False
    inlines = (
        CuratedFactsInline,
        OfficialFactsInline,
        DepartmentInline,
        ClaimInline,
        SecondOpinionInline,
        VerificationInline,
    )

    @admin.display
    def name(self, facility: Facility) -> str:
        """The name that is published."""
        return _stated(facility, "name") or facility.official_id

    @admin.display(description="prefecture")
    def prefecture_code(self, facility: Facility) -> str:
        """The JIS code that is published."""
        return _stated(facility, "prefecture_code")

    def get_readonly_fields(self, request: HttpRequest, obj: Facility | None = None) -> Any:
        """An identity is fixed once it exists; a new one is the curators' own."""
        return ("source", "official_id") if obj else ("source",)

    def save_model(
        self, request: HttpRequest, obj: Facility, form: ModelForm, change: bool
    ) -> None:
        """Save it; a new one gets the id that its key has on every installation."""
        if not change:
            obj.source = CURATED
            obj.pk = facility_uuid(CURATED, obj.official_id)
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Publish the facility with everything that was saved of it."""
        super().save_related(request, form, formsets, change)
        publish([form.instance.pk])


def _stated(facility: Facility, fact: str) -> str:
    """A fact as the curators state it, else as the register does."""
    for layer in ("curatedfacts", "officialfacts"):
        value = getattr(getattr(facility, layer, None), fact, "")
        if value:
            return str(value)
    return ""
