"""The desk of the taxonomy: concepts are added and reworded here without code."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from clinics.admin import background
from clinics.admin.access import needs
from clinics.curation.relabelling import carriers, save_and_publish
from clinics.models import Concept

# So many clinics are published while the page waits; for more the work goes on in the background.
AT_ONCE = 300


@admin.register(Concept)
class ConceptAdmin(SimpleHistoryAdmin):
    """A change of label is published with it, to every clinic that carries the concept."""

    list_display = ("slug", "scheme", "label_ja", "label_en", "medical_care", "edited_here")
    list_filter = ("scheme", "medical_care", "edited_here")
    search_fields = ("slug", "label_ja", "label_en", "synonyms")
    readonly_fields = ("edited_here",)
    history_list_display = ("via", "reference")

    def save_model(self, request: HttpRequest, obj: Concept, form: ModelForm, change: bool) -> None:
        """Save it as edited here, so that loading the reviewed files leaves it alone."""
        count = carriers(obj) if change else 0
        if count <= AT_ONCE:
            save_and_publish(obj, by=request.user)
            return
        work = partial(_save_in_background, obj, request.user)
        request.publishing = background.start(str(obj), count, work)  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Concept) -> HttpResponse:
        """To the page that watches the work, where it goes on in the background."""
        key = getattr(request, "publishing", None)
        if key is None:
            response: HttpResponse = super().response_change(request, obj)
            return response
        return HttpResponseRedirect(reverse("admin:background", args=[key]))

    def get_readonly_fields(self, request: HttpRequest, obj: Concept | None = None) -> Any:
        """Scheme and slug are what others refer to: fixed once they exist."""
        return (*self.readonly_fields, "scheme", "slug") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Concept | None = None) -> bool:
        """Nobody: clinics and searches refer to it."""
        return False

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

    def get_urls(self) -> list[URLPattern]:
        """With the page that watches work in the background."""
        watch_view = self.admin_site.admin_view(watch)
        own = [path("publishing/<uuid:key>/", watch_view, name="background")]
        return [*own, *super().get_urls()]


def _save_in_background(concept: Concept, by: Any, progress: background.Progress) -> None:
    save_and_publish(concept, by=by, progress=progress)


@needs("clinics.view_concept")
def watch(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far work in the background is: a page that asks again by itself, or JSON."""
    job = background.look(key)
    if request.GET.get("format") == "json":
        if job is None:
            return JsonResponse({"outcome": "unknown"}, status=404)
        return JsonResponse({"done": job.done, "total": job.total, "outcome": job.outcome})
    concepts = reverse("admin:clinics_concept_changelist")
    if job is not None and job.outcome == "done":
        messages.success(request, _("%(what)s was saved and published.") % {"what": job.what})
        return HttpResponseRedirect(concepts)
    context = {
        **admin.site.each_context(request),
        "title": gettext_lazy("Publishing"),
        "job": job,
        "concepts": concepts,
    }
    response = TemplateResponse(request, "admin/clinics/concept/publishing.html", context)
    if job is not None and job.outcome == "running" and not job.is_silent:
        response["Refresh"] = "1"
    return response
