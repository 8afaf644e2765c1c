"""The desk of quality: how fresh and complete the published clinics are, and how it moved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.access import needs
from clinics.admin.quality_words import COLUMNS, FIGURES, TRENDS, Shown
from clinics.curation.quality import current_report
from clinics.curation.quality_charts import Sparkline, bar_width, sparkline
from clinics.documents import (
    CodedLabel,
    QualityFigures,
    QualityPoint,
    QualityReport,
    QualityShare,
)

Group = tuple[CodedLabel, Mapping[str, str] | None, QualityFigures]
CLINICS = "clinics"
SORTS = (CLINICS, *(column.name for column in COLUMNS))


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with its bar; ``address`` is the list of those it counts, blank where there is none.

    ``of_some`` is whether it is not of all clinics of its group.
    """

    share: QualityShare
    of_some: bool
    percent: float | None
    width: str
    address: str
    good: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of all clinics."""

    figure: Shown
    cell: Cell


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A prefecture or a category with its figures."""

    label: str
    clinics: int
    address: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the tables: where a click on it sorts, and how it is sorted now, in ARIA's words."""

    title: str | Promise
    address: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Movement:
    """How one figure moved over the snapshots; ``change`` in points of a hundred."""

    figure: Shown
    line: Sparkline
    first: float
    last: float
    change: float


@needs("clinics.view_facility")
def quality(request: HttpRequest) -> HttpResponse:
    """The figures as charts and tables; ``sort`` orders the tables, largest first with a minus."""
    sort = _sort(request.GET.get("sort", ""))
    report = current_report()
    context = {
        **admin.site.each_context(request),
        "title": _("Quality"),
        "report": report,
        "lines": list(_lines(report)),
        "headings": _headings(sort),
        "prefectures": _rows(_prefectures(report), sort),
        "categories": _rows(_categories(report), sort),
        "trends": TRENDS,
        "movements": list(_movements(report["trend"])),
        "points": _points(report["trend"]),
    }
    return TemplateResponse(request, "admin/clinics/quality.html", context)


def _sort(text: str) -> str:
    """The column to sort by, with a minus for the largest first; blank for the usual order.

    Raises ``BadRequest`` for another.
    """
    if text and text.removeprefix("-") not in SORTS:
        accepted = ", ".join(SORTS)
        raise BadRequest(f"sort={text[:64]!r}: accepted are {accepted}, each with or without '-'.")
    return text


def _lines(report: QualityReport) -> Iterator[Line]:
    for figure in FIGURES:
        yield Line(figure, _cell(figure, report["overall"], {}))


def _cell(figure: Shown, figures: QualityFigures, group: Mapping[str, str] | None) -> Cell:
    """The cell of a figure; ``group`` is what narrows the list to its group, None if nothing does."""
    share: QualityShare = figures[figure.name]  # type: ignore[literal-required]
    listed = group is not None and figure.asks and share["number"]
    address = _list_address({**(group or {}), **figure.asks}) if listed else ""
    of_some = share["of"] != figures["clinics"]
    return Cell(share, of_some, _percent(share), bar_width(share["share"]), address, figure.good)


def _percent(share: QualityShare) -> float | None:
    return None if share["share"] is None else 100 * share["share"]


def _list_address(asks: Mapping[str, str]) -> str:
    return f"{reverse('admin:clinics_facility_changelist')}?{urlencode(asks)}"


def _prefectures(report: QualityReport) -> Iterator[Group]:
    for one in report["by_prefecture"]:
        # The list of clinics has no filter for those whose prefecture is unknown.
        yield one, {"prefecture": one["code"]} if one["code"] else None, one["figures"]


def _categories(report: QualityReport) -> Iterator[Group]:
    for one in report["by_category"]:
        yield one, {"category": one["slug"]}, one["figures"]


def _rows(groups: Iterable[Group], sort: str) -> list[GroupRow]:
    chosen = list(groups)
    if sort:
        # Python's sort keeps what is equal in the usual order, also in reverse.
        chosen.sort(key=lambda group: _rank(group[2], sort), reverse=sort.startswith("-"))
    in_japanese = get_language() == "ja"
    return [
        GroupRow(
            coded["label_ja"] if in_japanese else coded["label_en"],
            figures["clinics"],
            _list_address(asks) if asks and figures["clinics"] else "",
            [_cell(column, figures, asks) for column in COLUMNS],
        )
        for coded, asks, figures in chosen
    ]


def _rank(figures: QualityFigures, sort: str) -> tuple[bool, float]:
    """By the column, with groups that have no share last, whichever way it goes."""
    name = sort.removeprefix("-")
    value: float | None = (
        figures["clinics"] if name == CLINICS else figures[name]["share"]  # type: ignore[literal-required]
    )
    return (value is None) != sort.startswith("-"), value or 0


def _headings(sort: str) -> list[Heading]:
    titles = {CLINICS: gettext_lazy("Clinics"), **{one.name: one.title for one in COLUMNS}}
    headings = []
    for name, title in titles.items():
        state = {f"-{name}": "descending", name: "ascending"}.get(sort, "none")
        wanted = name if state == "descending" else f"-{name}"
        headings.append(Heading(title, f"?{urlencode({'sort': wanted})}", state))
    return headings


def _movements(points: Sequence[QualityPoint]) -> Iterator[Movement]:
    for figure in TRENDS:
        shares = [
            (datetime.fromisoformat(point["taken_at"]), share)
            for point in points
            if (share := point["figures"][figure.name]["share"]) is not None  # type: ignore[literal-required]
        ]
        if shares:
            first, last = 100 * shares[0][1], 100 * shares[-1][1]
            yield Movement(figure, sparkline(shares), first, last, last - first)


def _points(points: Sequence[QualityPoint]) -> list[dict[str, Any]]:
    """The snapshots as rows of a table, the newest first."""
    return [
        {
            "taken_at": datetime.fromisoformat(point["taken_at"]),
            "source": point["source"],
            "release": point["release"],
            "clinics": point["figures"]["clinics"],
            "percents": [_percent(point["figures"][one.name]) for one in TRENDS],  # type: ignore[literal-required]
        }
        for point in reversed(points)
    ]
