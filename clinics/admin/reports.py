"""The desk of the reports from the public: a queue, and a page for each where it is handled."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from clinics.admin.access import needs
from clinics.curation.present_values import LABELS, prefecture_labels, present_values
from clinics.curation.reports import (
    Acceptance,
    ReasonNeeded,
    accept,
    other_waiting,
    purge_contacts,
    reject,
    reject_several,
)
from clinics.curation.workflow import WorkflowError
from clinics.models import PublicReport

SPAM = "spam"
WAITING_LIST = "?state__exact=new"
# The curators' word where they have one, as everywhere.
PREFECTURE = Coalesce(
    NullIf("facility__curatedfacts__prefecture_code", Value("")),
    "facility__officialfacts__prefecture_code",
    Value(""),
)


class PrefectureFilter(admin.SimpleListFilter):
    """By the prefecture of the clinic, among those with reports."""

    title = gettext_lazy("prefecture")
    parameter_name = "prefecture"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The prefectures that have reports, by JIS code."""
        reports = PublicReport.objects.order_by().annotate(code=PREFECTURE)
        there = set(reports.values_list("code", flat=True).distinct())
        return [pair for pair in prefecture_labels().items() if pair[0] in there]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PublicReport]
    ) -> QuerySet[PublicReport]:
        """The reports on clinics there."""
        if not self.value():
            return queryset
        there: QuerySet[PublicReport] = queryset.alias(code=PREFECTURE).filter(code=self.value())
        return there


@admin.register(PublicReport)
class PublicReportAdmin(admin.ModelAdmin):
    """What the public says is wrong. It is accepted or rejected, and never edited."""

    list_display = ("clinic", "subject", "said", "received", "state")
    list_filter = ("state", "subject", PrefectureFilter)
    search_fields = (
        "facility__curatedfacts__name",
        "facility__officialfacts__name",
        "facility__officialfacts__name_kana",
    )
    search_help_text = gettext_lazy("Name of the clinic")
    list_per_page = 50
    show_full_result_count = False
    actions = ("reject_as_spam",)

    class Media:
        css = {"all": ["clinics/reports.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicReport]:
        """With what the list shows of the clinic, and whether it waits."""
        reports: QuerySet[PublicReport] = (
            super()
            .get_queryset(request)
            .select_related(
                "facility__officialfacts", "facility__curatedfacts", "facility__entry", "handled_by"
            )
            .annotate(
                prefecture=PREFECTURE,
                handled=Case(When(state=PublicReport.State.NEW, then=0), default=1),
            )
        )
        return reports

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With the prefecture of the clinic in the language of the page, read once for a list."""
        labels = prefecture_labels()

        @admin.display(description=gettext_lazy("prefecture"), ordering="prefecture")
        def prefecture(report: PublicReport) -> str:
            code: str = report.prefecture  # type: ignore[attr-defined]
            return labels.get(code, code)

        return ["clinic", "subject", "said", prefecture, "received", "state"]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Those that wait first, the oldest first."""
        return (F("handled").asc(), "received_at", "pk")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The queue; contacts whose time is over are deleted before anybody sees them."""
        purge_contacts(timezone.localdate())
        request_labels = {"title": _("Reports from the public")}
        return super().changelist_view(request, request_labels | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        """The two steps that a report can take, before the pages of Django's own."""
        handling = "clinics.change_publicreport"
        steps = {
            "accept": needs(handling, "clinics.change_facility")(self.accept_view),
            "reject": needs(handling)(self.reject_view),
        }
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"report_{name}",
            )
            for name, view in steps.items()
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Reports come from the public alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What the public said stays, unless somebody who may do everything removes it."""
        return bool(request.user.is_active and request.user.is_superuser)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """A report beside what is said now. Nothing of it can be edited."""
        report = self.get_object(request, unquote(object_id))
        if report is None:
            raise Http404(f"There is no report {object_id}.")
        if not self.has_view_or_change_permission(request, report):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, report)

    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Take a report into the draft of its clinic, and open that."""
        report = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            done = accept(report, by=request.user, reason=_reason(request))
        except WorkflowError as error:
            return self._refused(request, report, error)
        for level, text in _told(done):
            self.message_user(request, text, level)
        return redirect("admin:clinics_facility_change", report.facility_id)

    def reject_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Put a report aside, with why, and go back to those that wait."""
        report = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            reject(report, by=request.user, reason=_reason(request))
        except ReasonNeeded as error:
            return self._page(request, report, error=str(error))
        except WorkflowError as error:
            return self._refused(request, report, error)
        self.message_user(request, _("The report is rejected."), messages.SUCCESS)
        return redirect(f"{reverse('admin:clinics_publicreport_changelist')}{WAITING_LIST}")

    @admin.action(permissions=["change"], description=gettext_lazy("Reject selected as spam"))
    def reject_as_spam(self, request: HttpRequest, queryset: QuerySet[PublicReport]) -> None:
        """Put the selected reports that wait aside; handled ones stay as they are."""
        selected = list(queryset)
        rejected = reject_several(selected, by=request.user, reason=SPAM)
        text = ngettext(
            "%(count)d report rejected as spam.", "%(count)d reports rejected as spam.", rejected
        )
        self.message_user(request, text % {"count": rejected}, messages.SUCCESS)
        if rejected < len(selected):
            left = len(selected) - rejected
            text = ngettext(
                "%(count)d was handled already and stays as it is.",
                "%(count)d were handled already and stay as they are.",
                left,
            )
            self.message_user(request, text % {"count": left}, messages.WARNING)

    @admin.display(description=gettext_lazy("clinic"))
    def clinic(self, report: PublicReport) -> str:
        """The name that is published."""
        return str(report.facility)

    @admin.display(description=gettext_lazy("what is wrong"))
    def said(self, report: PublicReport) -> str:
        """The beginning of the statement."""
        return report.statement if len(report.statement) <= 80 else f"{report.statement[:79]}…"

    @admin.display(description=gettext_lazy("received at"), ordering="received_at")
    def received(self, report: PublicReport) -> str:
        """The minute, as short as it can be read."""
        return date_format(timezone.localtime(report.received_at), "Y-m-d H:i")

    def _refused(
        self, request: HttpRequest, report: PublicReport, error: WorkflowError
    ) -> HttpResponse:
        """Say why a step could not be taken, on the page as it is now."""
        self.message_user(request, str(error), messages.ERROR)
        return redirect("admin:clinics_publicreport_change", report.pk)

    def _page(
        self, request: HttpRequest, report: PublicReport, error: str = ""
    ) -> TemplateResponse:
        purge_contacts(timezone.localdate())
        values = present_values(report.facility, report.subject)
        may_handle = report.state == PublicReport.State.NEW and self.has_change_permission(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Report: %(subject)s") % {"subject": report.get_subject_display()},
            "opts": self.opts,
            "report": report,
            "clinic": str(report.facility),
            "may_see_contact": request.user.has_perm("clinics.view_reportercontact"),
            "contact": getattr(report, "contact", None),
            "values": values,
            "has_draft": any(value.draft is not None for value in values),
            "others": other_waiting(report),
            "may_handle": may_handle,
            "may_accept": may_handle and request.user.has_perm("clinics.change_facility"),
            "may_delete": self.has_delete_permission(request, report),
            "error": error,
            "waiting_list": WAITING_LIST,
        }
        return TemplateResponse(request, "admin/clinics/publicreport/report.html", context)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()


def _told(done: Acceptance) -> Iterator[tuple[int, str]]:
    """What the curator has to know of the draft that opens."""
    report = done.report
    if done.field is None:
        yield (
            messages.INFO,
            _("Accepted. Nothing was filled in; change what the report says: %(said)s")
            % {"said": " → ".join(filter(None, (report.statement, report.suggestion)))},
        )
    else:
        yield (
            messages.SUCCESS,
            _("Accepted. The draft now says what was suggested under “%(field)s”. Check it.")
            % {"field": LABELS[done.field]},
        )
    if done.field == "address":
        yield (
            messages.WARNING,
            _("Prefecture, municipality and position are as before; check them too."),
        )
    if report.source_url:
        yield (
            messages.INFO,
            _("The reporter's source: %(address)s") % {"address": report.source_url},
        )
    if done.was_in_review:
        yield (
            messages.WARNING,
            _("The entry was in review. It is a draft again and has to be submitted once more."),
        )
