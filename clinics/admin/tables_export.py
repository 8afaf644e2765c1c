"""Tables out of the admin: of all clinics, of those that a list shows, or of those selected."""

from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_export import export_rows, write_template
from clinics.imports.tables_files import FORMATS, Csv, Xlsx
from clinics.imports.tables_kinds import TABLES, Table
from clinics.models import Facility

FORMAT_CHOICES = [("csv", "CSV"), ("xlsx", "Excel (XLSX)")]


class ExportForm(forms.Form):
    """Which table, in which format."""

    table = forms.ChoiceField(
        label=gettext_lazy("Table"),
        choices=[(table.slug, table.title) for table in TABLES.values()],
        widget=forms.RadioSelect,
        initial="clinics",
    )
    file_format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=FORMAT_CHOICES,
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    drafts = forms.BooleanField(
        label=gettext_lazy("Pending drafts instead of what is live, where there are any"),
        required=False,
    )


def export_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponseBase:
    """Choose a table of the clinics that the address chooses, and get it."""
    try:
        chosen, narrowed = _chosen(model_admin, request)
    except IncorrectLookupParameters:
        messages.error(request, _("The list was filtered by something that it does not have."))
        return redirect("admin:clinics_export")
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        table = TABLES[form.cleaned_data["table"]]
        file_format = form.cleaned_data["file_format"]
        try:
            return _file(table, file_format, chosen, drafts=form.cleaned_data["drafts"])
        except ImportRefused as refused:
            form.add_error("file_format", str(refused))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": Facility._meta,
        "title": _("Export"),
        "form": form,
        "number": chosen.count(),
        "narrowed": narrowed,
    }
    return TemplateResponse(request, "admin/clinics/tables/export.html", context)


@admin.action(description=gettext_lazy("Export selected clinics"), permissions=["export"])
def export_selected(
    model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Facility]
) -> HttpResponseBase:
    """Go to the export of the selected clinics, or of the whole list where all were selected."""
    address = reverse("admin:clinics_export")
    if request.POST.get("select_across") == "1":
        query = request.GET.urlencode()
    else:
        query = urlencode(
            {"ids": ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))}
        )
    return redirect(f"{address}?{query}" if query else address)


def template(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponseBase:
    """An empty table to fill in."""
    table = TABLES.get(request.GET.get("table", ""))
    file_format = request.GET.get("format", "")
    if table is None or file_format not in FORMATS:
        return redirect("admin:clinics_import")
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_template(table, file_format, file)
    return _download(file, f"{table.slug}-template.{file_format}", file_format)


def _chosen(model_admin: ModelAdmin, request: HttpRequest) -> tuple[QuerySet[Facility], bool]:
    """The clinics that the address chooses, and whether they are not all.

    Either ``ids``, or the filters of the list of clinics.
    """
    if "ids" in request.GET:
        return Facility.objects.filter(pk__in=list(_ids(request.GET["ids"]))), True
    if not request.GET:
        return Facility.objects.filter(merged_into=None), False
    queryset = model_admin.get_changelist_instance(request).queryset
    return Facility.objects.filter(pk__in=queryset.order_by().values("pk")), True


def _ids(text: str) -> Iterator[UUID]:
    for item in text.split(","):
        try:
            yield UUID(item)
        except ValueError:
            raise IncorrectLookupParameters(item) from None


def _file(
    table: Table, file_format: str, chosen: QuerySet[Facility], *, drafts: bool
) -> HttpResponseBase:
    """The table: CSV as it is read, a workbook when it is whole."""
    header = list(table.resource.columns)
    rows = export_rows(table, chosen, drafts=drafts)
    now: datetime = timezone.localtime()
    name = f"{table.slug}-{now:%Y%m%d-%H%M}.{file_format}"
    if file_format == "csv":
        lines = _in_blocks(Csv().written(header, rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        Xlsx().write(header, rows, file)
    except ImportRefused:
        file.close()
        raise
    return _download(file, name, file_format)


def _in_blocks(lines: Iterator[bytes], size: int = 64 * 1024) -> Iterator[bytes]:
    """Lines put together to blocks worth sending."""
    block: list[bytes] = []
    length = 0
    for line in lines:
        block.append(line)
        length += len(line)
        if length >= size:
            yield b"".join(block)
            block, length = [], 0
    yield b"".join(block)


def _download(file: IO[bytes], name: str, file_format: str) -> FileResponse:
    file.seek(0)
    kind: Any = FORMATS[file_format].CONTENT_TYPE
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)
