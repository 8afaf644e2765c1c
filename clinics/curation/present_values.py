"""What is said of a clinic now, in the part that a report is about: the register beside the curators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.curation.entry_document import HOURS_FIELDS, EntryDocument, Row, json_value, read_live
from clinics.curation.workflow import entry_of
from clinics.hours import DAYS
from clinics.models import (
    PENDING,
    Concept,
    Department,
    Facility,
    Layer,
    PositionSource,
    ReportSubject,
    Scheme,
    YesNoUnknown,
)
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

LABELS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "name_kana": gettext_lazy("Name in kana"),
    "name_en": gettext_lazy("Name in English"),
    "short_name": gettext_lazy("Short name"),
    "prefecture_code": gettext_lazy("Prefecture"),
    "municipality_code": gettext_lazy("Municipality (JIS code)"),
    "address": gettext_lazy("Address"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "position_source": gettext_lazy("Position from"),
    "phone": gettext_lazy("Phone"),
    "website": gettext_lazy("Website"),
    "closing_remarks": gettext_lazy("Remarks on closing days"),
    "absent_since": gettext_lazy("Not in the register since"),
    "departments": gettext_lazy("Departments"),
    "hours": gettext_lazy("Opening hours"),
    "claims": gettext_lazy("Claims"),
    "second_opinions": gettext_lazy("Second-opinion terms"),
}
PLACE = ("prefecture_code", "municipality_code", "address")
IDENTITY = ("name", "address", "phone", "website")
# What a report of each subject is compared with: facts, and lists of rows.
FIELDS: Mapping[str, tuple[str, ...]] = {
    ReportSubject.CLOSED: ("absent_since", *IDENTITY),
    ReportSubject.MOVED: (*PLACE, "latitude", "longitude", "position_source"),
    ReportSubject.NAME: ("name", "name_kana", "name_en", "short_name"),
    ReportSubject.ADDRESS: PLACE,
    ReportSubject.POSITION: ("latitude", "longitude", "position_source", "address"),
    ReportSubject.CONTACT: ("phone", "website"),
    ReportSubject.HOURS: ("hours", "closing_remarks"),
    ReportSubject.DEPARTMENTS: ("departments",),
    ReportSubject.SECOND_OPINION: ("second_opinions",),
    ReportSubject.CLAIM: ("claims",),
    ReportSubject.DUPLICATE: IDENTITY,
    ReportSubject.OTHER: IDENTITY,
}
# Lists that only the curators write.
CURATED_LISTS = ("claims", "second_opinions")


@dataclass(frozen=True, slots=True)
class PresentValue:
    """One thing as each side says it, a line for each row; none where it says nothing.

    ``draft`` is None where no draft is pending.
    """

    label: str
    register: tuple[str, ...]
    curated: tuple[str, ...]
    draft: tuple[str, ...] | None


def present_values(facility: Facility, subject: str) -> list[PresentValue]:
    """What is said of a clinic of the subject of a report."""
    entry = entry_of(facility)
    live = read_live(facility)
    draft = entry.document if entry.state in PENDING else None
    labels = _concept_labels([live] if draft is None else [live, draft])
    return [
        PresentValue(
            str(LABELS[field]),
            _register(facility, field, labels),
            _said(live, field, labels),
            None if draft is None else _said(draft, field, labels),
        )
        for field in FIELDS[subject]
    ]


def prefecture_labels() -> dict[str, str]:
    """The prefectures by JIS code, in the language of the page, in the order of the codes."""
    return {
        code["code"]: _label(concept)
        for concept in Concept.objects.filter(scheme=Scheme.PREFECTURE).order_by("order")
        for code in concept.codes
        if code["system"] == PREFECTURE_CODE_SYSTEM
    }


def _register(facility: Facility, field: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    if field in CURATED_LISTS:
        return ()
    if field in ("departments", "hours"):
        departments = Department.objects.filter(facility=facility, layer=Layer.OFFICIAL)
        rows = [
            {
                "name": row.name,
                "hours": [
                    {name: json_value(getattr(item, name)) for name in HOURS_FIELDS}
                    | {"days": item.days.split(",")}
                    for item in row.hours.all()
                ],
            }
            for row in departments.prefetch_related("hours")
        ]
        return _departments(rows, field)
    return _fact(field, getattr(getattr(facility, "officialfacts", None), field, ""), labels)


def _said(document: EntryDocument, field: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    if field in ("departments", "hours"):
        return _departments(document["departments"], field)
    if field == "claims":
        return tuple(
            f"{labels.get(row['concept'], row['concept'])}: {row['statement']}"
            for row in document["claims"]
        )
    if field == "second_opinions":
        return tuple(map(_terms, document["second_opinions"]))
    return _fact(field, document["facts"].get(field), labels)


def _fact(field: str, value: Any, labels: Mapping[str, str]) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if field == "prefecture_code":
        return (labels.get(value, str(value)),)
    if field == "position_source":
        return () if value == PositionSource.UNKNOWN else (str(PositionSource(value).label),)
    return (str(json_value(value)),)


def _departments(rows: Iterable[Row], field: str) -> tuple[str, ...]:
    """The names of departments, or the hours of those that state some."""
    if field == "departments":
        return tuple(str(row["name"]) for row in rows)
    return tuple(
        f"{row['name']}: {'; '.join(map(_session, row['hours']))}" for row in rows if row["hours"]
    )


def _session(row: Row) -> str:
    days = ", ".join(_day(day) for day in row["days"])
    return f"{days} {row['opens']}–{row['closes']}"


def _day(day: str) -> str:
    return str(WEEKDAYS_ABBR[DAYS.index(day)]) if day in DAYS[:7] else _("holidays")


def _terms(row: Row) -> str:
    fee = f"{row['fee']} {row['fee_currency']}" if row["fee"] else ""
    length = _("%(minutes)s min.") % {"minutes": row["minutes"]} if row["minutes"] else ""
    parts = (
        str(YesNoUnknown(row["offered"]).label),
        fee,
        length,
        ", ".join(row["modes"] or ()),
        row["booking"],
    )
    return "; ".join(part for part in parts if part)


def _concept_labels(documents: Iterable[EntryDocument]) -> dict[str, str]:
    """The labels of the concepts that documents claim, by key, and of prefectures, by code."""
    keys = {row["concept"] for document in documents for row in document["claims"]}
    slugs = {key.partition(":")[2] for key in keys}
    claimed = {str(one): _label(one) for one in Concept.objects.filter(slug__in=slugs)}
    return claimed | prefecture_labels()


def _label(concept: Concept) -> str:
    japanese = (get_language() or "").startswith("ja")
    return concept.label_ja if japanese else concept.label_en
