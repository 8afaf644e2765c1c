"""The desk of the imports: what each one did, and the rows that it refused."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.admin.import_words import (
    faults,
    findings,
    in_short,
    outcomes,
    rejected_rows,
    source_title,
)
from clinics.models import Facility, ImportRun
from clinics.models.imports import MOST_FINDINGS

WAITING_LIST = "?waiting=yes"


class WaitingFilter(admin.SimpleListFilter):
    """Imports whose rejected rows nobody has looked at."""

    title = gettext_lazy("rejections")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Waiting, or looked at."""
        return [("yes", _("Not looked at yet")), ("no", _("Looked at"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        """The runs with rejected rows that wait, or that somebody has seen."""
        if self.value() is None:
            return queryset
        if self.value() not in ("yes", "no"):
            raise IncorrectLookupParameters
        return queryset.filter(rejected__gt=0, seen_at__isnull=self.value() == "yes")


class SourceFilter(admin.SimpleListFilter):
    """Whose release it was."""

    title = gettext_lazy("source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The sources that were imported."""
        sources = ImportRun.objects.order_by("source").values_list("source", flat=True).distinct()
        return [(source, source_title(source)) for source in sources]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        """The runs of one source."""
        return queryset.filter(source=self.value()) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin):
    """A record to read. Nobody adds, edits or deletes; a curator says that they have seen it."""

    list_display = ("source_name", "released", "finished", "outcome", "rejected_rows", "looked_at")
    list_display_links = ("source_name",)
    list_filter = (WaitingFilter, SourceFilter)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-finished_at", "-pk")
    actions = ("mark_seen",)

    class Media:
        css = {"all": ["clinics/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """With who looked, and without the rejected rows, of which a list shows none."""
        return super().get_queryset(request).select_related("seen_by").defer("findings", "files")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """Nobody deletes here."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, newest first."""
        return super().changelist_view(request, {"title": _("Imports"), **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """One import; a POST says that somebody has looked at it, and changes nothing else."""
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404(f"There is no import {object_id}.")
        if not self.has_view_or_change_permission(request, run):
            raise PermissionDenied
        if request.method == "POST":
            return self._seen(request, run)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return TemplateResponse(
            request, "admin/clinics/importrun/run.html", self._context(request, run)
        )

    def _context(self, request: HttpRequest, run: ImportRun) -> dict[str, Any]:
        source = source_title(run.source)
        touches = Facility.objects.filter(source=run.source).exists()
        return {
            **self.admin_site.each_context(request),
            "title": f"{source}, {run.release:%Y-%m-%d}",
            "opts": self.opts,
            "media": self.media,
            "run": run,
            "source": source,
            "outcomes": outcomes(run),
            "faults": faults(run),
            "rejected": rejected_rows(run.rejected),
            "findings": findings(run),
            "more": run.rejected > len(run.findings) or len(run.findings) == MOST_FINDINGS,
            "may_mark": run.rejected and self.has_change_permission(request, run),
            "clinics": self._clinics_address(run) if touches else "",
        }

    def _clinics_address(self, run: ImportRun) -> str:
        """The clinics of the register, of which this import is a release."""
        found = urlencode({"source__exact": run.source})
        return f"{reverse('admin:clinics_facility_changelist')}?{found}"

    def _seen(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        if not self.has_change_permission(request, run):
            raise PermissionDenied
        if self._mark(request, ImportRun.objects.filter(pk=run.pk)):
            self.message_user(request, _("Noted that you have looked at it."), messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing of it waits to be looked at."), messages.WARNING)
        return redirect(reverse("admin:clinics_importrun_changelist") + WAITING_LIST)

    @admin.action(description=gettext_lazy("I have looked at these"), permissions=["change"])
    def mark_seen(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> None:
        """Note of several that this person has looked at them."""
        number = self._mark(request, queryset)
        self.message_user(
            request,
            ngettext(
                "Noted that you have looked at %(number)d import.",
                "Noted that you have looked at %(number)d imports.",
                number,
            )
            % {"number": number},
            messages.SUCCESS if number else messages.WARNING,
        )

    def _mark(self, request: HttpRequest, runs: QuerySet[ImportRun]) -> int:
        """Note who looked at those that wait; who did so first stays noted."""
        # Django's own lists are ordered and joined, which an update may not be.
        waiting = ImportRun.objects.filter(pk__in=list(runs.values_list("pk", flat=True)))
        waiting = waiting.filter(rejected__gt=0, seen_at=None)
        return waiting.update(seen_at=timezone.now(), seen_by=request.user)

    @admin.display(description=gettext_lazy("source"), ordering="source")
    def source_name(self, run: ImportRun) -> str:
        """What the source is called."""
        return source_title(run.source)

    @admin.display(description=gettext_lazy("release"), ordering="release")
    def released(self, run: ImportRun) -> str:
        """As of when the source spoke."""
        return run.release.isoformat()

    @admin.display(description=gettext_lazy("finished"), ordering="finished_at")
    def finished(self, run: ImportRun) -> str:
        """The minute in which it ended."""
        return f"{timezone.localtime(run.finished_at):%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("what came of it"))
    def outcome(self, run: ImportRun) -> str:
        """The numbers on one line."""
        return in_short(run)

    @admin.display(description=gettext_lazy("rejected"), ordering="rejected")
    def rejected_rows(self, run: ImportRun) -> str:
        """How many rows it refused."""
        return rejected_rows(run.rejected) if run.rejected else _("none")

    @admin.display(description=gettext_lazy("looked at"), ordering="seen_at")
    def looked_at(self, run: ImportRun) -> str:
        """Who has looked at the rejected rows, and when."""
        if not run.rejected:
            return "–"
        if run.seen_at is None:
            return _("Not yet")
        day = f"{timezone.localtime(run.seen_at):%Y-%m-%d}"
        return f"{day}, {run.seen_by}" if run.seen_by else day
