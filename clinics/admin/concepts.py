"""The desk of the taxonomy: concepts are added and reworded here without code."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from clinics.models import Concept, Posting
from clinics.publication import publish


@admin.register(Concept)
class ConceptAdmin(admin.ModelAdmin):
    """A change of label is published with it, to every clinic that carries the concept."""

    list_display = ("slug", "scheme", "label_ja", "label_en", "medical_care", "edited_here")
    list_filter = ("scheme", "medical_care", "edited_here")
    search_fields = ("slug", "label_ja", "label_en")
    readonly_fields = ("edited_here",)

    def save_model(self, request: HttpRequest, obj: Concept, form: ModelForm, change: bool) -> None:
        """Save it as edited here, so that loading the reviewed files leaves it alone."""
        obj.edited_here = True
        super().save_model(request, obj, form, change)
        carrying = Posting.objects.filter(term__key=f"{obj.scheme}:{obj.slug}")
        publish(
            carrying.order_by("listing__facility_id").values_list("listing__facility_id", flat=True)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Concept | None = None) -> Any:
        """Scheme and slug are what others refer to: fixed once they exist."""
        return (*self.readonly_fields, "scheme", "slug") if obj else self.readonly_fields
