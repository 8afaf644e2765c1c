"""The desk of the taxonomy: concepts are added and reworded here without code."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from clinics.changes import change as changing
from clinics.models import Concept, Posting
from clinics.publication import publish
from clinics.taxonomy import keep_first


@admin.register(Concept)
class ConceptAdmin(SimpleHistoryAdmin):
    """A change of label is published with it, to every clinic that carries the concept."""

    list_display = ("slug", "scheme", "label_ja", "label_en", "medical_care", "edited_here")
    list_filter = ("scheme", "medical_care", "edited_here")
    search_fields = ("slug", "label_ja", "label_en")
    readonly_fields = ("edited_here",)
    history_list_display = ("via", "reference")

    def save_model(self, request: HttpRequest, obj: Concept, form: ModelForm, change: bool) -> None:
        """Save it as edited here, so that loading the reviewed files leaves it alone."""
        obj.edited_here = True
        keep_first([obj.pk] if change else [])
        with changing(by=request.user):
            super().save_model(request, obj, form, change)
        carrying = Posting.objects.filter(term__key=f"{obj.scheme}:{obj.slug}")
        publish(
            carrying.order_by("listing__facility_id").values_list("listing__facility_id", flat=True)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Concept | None = None) -> Any:
        """Scheme and slug are what others refer to: fixed once they exist."""
        return (*self.readonly_fields, "scheme", "slug") if obj else self.readonly_fields

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """An older state; who may only look does not put it back."""
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            answer: HttpResponse = super().history_form_view(
                request, object_id, version_id, extra_context
            )
        return answer
