"""Tables in the admin: uploaded, shown as what they would change, confirmed; and exported."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.admin.access import needs
from clinics.admin.tables_export import export_page, export_selected, template
from clinics.admin.tables_rows import RESULT_TITLES, ShownRow, decisions_of, shown_rows
from clinics.admin.tables_uploads import (
    DryRun,
    Upload,
    UploadGone,
    dry_run_of,
    faults_of,
    forget,
    keep,
    keep_dry_run,
    upload_of,
)
from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_files import ENCODINGS, MOST_BYTES, Csv, read_table, too_large
from clinics.imports.tables_import import import_table, record
from clinics.imports.tables_kinds import TABLES
from clinics.imports.tables_plan import RESULTS, Plan, rows_with_errors
from clinics.models import Facility

ROWS_A_PAGE = 50
MAY_IMPORT, MAY_EXPORT = "clinics.import_facility", "clinics.export_facility"
ENCODING_TITLES = {
    "utf-8": "UTF-8",
    "cp932": gettext_lazy("Shift_JIS (cp932), as older spreadsheets save it"),
}


class UploadForm(forms.Form):
    """A table to be looked at."""

    table = forms.ChoiceField(
        label=gettext_lazy("Table"),
        choices=[(table.slug, table.title) for table in TABLES.values()],
        widget=forms.RadioSelect,
        initial="clinics",
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (XLSX)."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV file"),
        choices=[(name, ENCODING_TITLES[name]) for name in ENCODINGS],
        initial="utf-8",
    )

    def clean_file(self) -> Any:
        """Refuse a file before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(too_large())
        return file


class TablesOfClinics(ModelAdmin):
    """The pages of tables beside those of a model admin of clinics."""

    def get_urls(self) -> list[URLPattern]:
        """The pages of tables, before those of Django's own."""
        pages: dict[str, tuple[str, Callable[..., HttpResponseBase], str]] = {
            "clinics_export": ("export/", export_page, MAY_EXPORT),
            "clinics_table_template": ("import/template/", template, MAY_IMPORT),
            "clinics_import": ("import/", upload_page, MAY_IMPORT),
            "clinics_import_refused": ("import/<str:token>/refused/", refused_rows, MAY_IMPORT),
            "clinics_import_dry_run": ("import/<str:token>/", dry_run_page, MAY_IMPORT),
        }
        own = [
            path(
                route,
                self.admin_site.admin_view(needs(permission)(partial(view, self))),
                name=name,
            )
            for name, (route, view, permission) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The actions of the list, and that of exporting."""
        actions = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET and self.has_export_permission(request):
            actions["export_selected"] = self.get_action(export_selected)
        return actions

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may export tables."""
        return bool(request.user.has_perm(MAY_EXPORT))


def upload_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Take a file, and go on to its dry run."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        table, file = TABLES[form.cleaned_data["table"]], form.cleaned_data["file"]
        content, encoding = file.read(), form.cleaned_data["encoding"]
        try:
            read_table(content, file.name, table, encoding)
        except ImportRefused as refused:
            form.add_error("file", str(refused))
        else:
            upload = keep(request, content, file.name, table, encoding)
            _run(request, upload)
            return redirect("admin:clinics_import_dry_run", upload.token)
    context = _context(model_admin, request, title=_("Import"), form=form, tables=TABLES.values())
    return TemplateResponse(request, "admin/clinics/tables/upload.html", context)


def dry_run_page(model_admin: ModelAdmin, request: HttpRequest, token: str) -> HttpResponse:
    """What a file would change; each button below it is one step."""
    try:
        upload = upload_of(request, token)
        if request.method == "POST":
            return STEPS.get(request.POST.get("step", ""), _look_again)(request, upload)
        return _dry_run(model_admin, request, upload)
    except UploadGone:
        messages.error(request, _("This file is not kept any longer; upload it once more."))
        return redirect("admin:clinics_import")


def refused_rows(model_admin: ModelAdmin, request: HttpRequest, token: str) -> HttpResponse:
    """The rows that were refused, each with its errors, to be mended and uploaded."""
    try:
        upload = upload_of(request, token)
        sheet, faults = upload.sheet(), faults_of(dry_run_of(upload).rows)
    except UploadGone:
        return redirect("admin:clinics_import")
    header, *rows = rows_with_errors(sheet, faults)
    content = b"".join(Csv().written(header, rows))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{upload.table_slug}.csv"'
    return response


def _run(request: HttpRequest, upload: Upload) -> Plan:
    """Look what the file would change, and keep it for the page."""
    plan = make_plan(
        upload.sheet(), upload.table, by=request.user, left_out=frozenset(upload.left_out)
    )
    refused = [row for row in plan.rows if row.result == "refused"]
    if refused:
        record(plan, refused)
    keep_dry_run(request, upload, plan)
    return plan


def _dry_run(model_admin: ModelAdmin, request: HttpRequest, upload: Upload) -> HttpResponse:
    dry_run = dry_run_of(upload)
    rows = shown_rows(dry_run.rows)
    counts = [
        (result, RESULT_TITLES[result], sum(row.plan.result == result for row in rows))
        for result in RESULTS
    ]
    by_default = next((result for result, _title, number in counts if number), "unchanged")
    show = request.GET.get("show", by_default)
    page = Paginator([row for row in rows if _is_shown(row, show)], ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = _context(
        model_admin,
        request,
        title=_("Dry run: %(name)s") % {"name": upload.name},
        upload=upload,
        counts=counts,
        show=show,
        page=page,
        pages=page.paginator.get_elided_page_range(page.number),
        deciding=any(row.plan.key for row in page),
        drafts=dry_run.drafts,
        **_standing(dry_run),
    )
    return TemplateResponse(request, "admin/clinics/tables/dry_run.html", context)


def _standing(dry_run: DryRun) -> dict[str, Any]:
    """What stands in the way of confirming."""
    numbers = {
        result: sum(row.result == result for row in dry_run.rows)
        for result in ("refused", "undecided")
    }
    ready = not any(numbers.values()) and dry_run.drafts > 0
    return {"refused": numbers["refused"], "undecided": numbers["undecided"], "ready": ready}


def _is_shown(row: ShownRow, show: str) -> bool:
    """Whether a row is on the page; those that were decided stay with those to decide."""
    return row.plan.result == show or (show == "undecided" and bool(row.plan.key))


def _decide(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Remember which clinics rows are about, and look again."""
    problems = decisions_of(request.POST, dry_run_of(upload).rows, request.user)
    for problem in problems:
        messages.error(request, problem)
    return _look_again(request, upload)


def _leave_out(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Go on without the rows that are refused."""
    refused = [row.number for row in dry_run_of(upload).rows if row.result == "refused"]
    upload.left_out = sorted({*upload.left_out, *refused})
    return _look_again(request, upload)


def _look_again(request: HttpRequest, upload: Upload) -> HttpResponse:
    _run(request, upload)
    return redirect("admin:clinics_import_dry_run", upload.token)


def _give_up(request: HttpRequest, upload: Upload) -> HttpResponse:
    forget(request, upload)
    messages.info(request, _("Nothing was taken in from %(name)s.") % {"name": upload.name})
    return redirect("admin:clinics_import")


def _confirm(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Take in exactly what was shown, or nothing."""
    hand_in = "hand_in" in request.POST
    try:
        plan = import_table(
            upload.sheet(),
            upload.table,
            by=request.user,
            seen=dry_run_of(upload).seen,
            left_out=frozenset(upload.left_out),
            hand_in=hand_in,
        )
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return _look_again(request, upload)
    forget(request, upload)
    number = len(plan.drafts)
    message = (
        ngettext("%(number)s draft was handed in.", "%(number)s drafts were handed in.", number)
        if hand_in
        else ngettext("%(number)s draft was made.", "%(number)s drafts were made.", number)
    )
    messages.success(request, message % {"number": number})
    return redirect("admin:clinics_facility_changelist")


STEPS: dict[str, Callable[[HttpRequest, Upload], HttpResponse]] = {
    "decide": _decide,
    "leave-out": _leave_out,
    "again": _look_again,
    "give-up": _give_up,
    "confirm": _confirm,
}


def _context(model_admin: ModelAdmin, request: HttpRequest, **values: Any) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "opts": Facility._meta,
        **values,
    }
