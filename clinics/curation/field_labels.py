"""What the fields of an entry, and their values, are called on the screen.

One table for forms, comparisons, tables and reports, in the language that is active.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.hours import WEEKDAYS
from clinics.models import (
    Concept,
    Kind,
    LetterRule,
    PositionSource,
    Scheme,
    SecondOpinion,
    Status,
    YesNoUnknown,
)
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

Label = str | Promise

PART_LABELS: Mapping[str, Label] = {
    "facts": gettext_lazy("The clinic"),
    "departments": gettext_lazy("Departments and hours"),
    "claims": gettext_lazy("What the place offers"),
    "second_opinions": gettext_lazy("Second-opinion terms"),
    "official": gettext_lazy("The register's words"),
    "official_departments": gettext_lazy("The register's departments and hours"),
}
# What one row of a part is called.
ROW_LABELS: Mapping[str, Label] = {
    "departments": gettext_lazy("Department"),
    "claims": gettext_lazy("Claim"),
    "second_opinions": gettext_lazy("Terms"),
    "official_departments": gettext_lazy("Department"),
}
FIELD_LABELS: Mapping[str, Label] = {
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "name_kana": gettext_lazy("Name in kana"),
    "name_en": gettext_lazy("Name in English"),
    "short_name": gettext_lazy("Short name"),
    "country": gettext_lazy("Country"),
    "prefecture_code": gettext_lazy("Prefecture"),
    "municipality_code": gettext_lazy("Municipality"),
    "address": gettext_lazy("Address"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "position_source": gettext_lazy("Where the position comes from"),
    "website": gettext_lazy("Website"),
    "website_as_stated": gettext_lazy("Website as the register writes it"),
    "phone": gettext_lazy("Phone"),
    "closures": gettext_lazy("Closing days"),
    "closing_remarks": gettext_lazy("Remarks on closing days"),
    "accepts_new_patients": gettext_lazy("Accepts new patients"),
    "absent_since": gettext_lazy("Not in the register since"),
    "code": gettext_lazy("Code in the register"),
    "hours": gettext_lazy("Consultation hours"),
    "session": gettext_lazy("Session"),
    "days": gettext_lazy("Days"),
    "opens": gettext_lazy("Opens"),
    "closes": gettext_lazy("Closes"),
    "reception_opens": gettext_lazy("Reception opens"),
    "reception_closes": gettext_lazy("Reception closes"),
    "concept": gettext_lazy("Concept"),
    "strength": gettext_lazy("Strength of evidence"),
    "department": gettext_lazy("Department"),
    "statement": gettext_lazy("What the source says"),
    "note": gettext_lazy("Note"),
    "sources": gettext_lazy("Sources"),
    "asserted_on": gettext_lazy("Date of the source"),
    "recorded_on": gettext_lazy("Entered on"),
    "checked_on": gettext_lazy("Checked on"),
    "expires_on": gettext_lazy("Expires on"),
    "status": gettext_lazy("Status"),
    "origin": gettext_lazy("Loaded from"),
    "offered": gettext_lazy("Offers second opinions"),
    "fee": gettext_lazy("Fee"),
    "fee_currency": gettext_lazy("Currency"),
    "fee_tax": gettext_lazy("Consumption tax"),
    "minutes": gettext_lazy("Minutes"),
    "extra_fee": gettext_lazy("Fee for longer"),
    "extra_minutes": gettext_lazy("Minutes for the fee for longer"),
    "modes": gettext_lazy("Ways of consultation"),
    "letter": gettext_lazy("Referral letter"),
    "images": gettext_lazy("Images"),
    "attendees": gettext_lazy("Who may come"),
    "exclusions": gettext_lazy("Not accepted"),
    "doctor_consent": gettext_lazy("Consent of the present doctor"),
    "target_conditions": gettext_lazy("Conditions"),
    "includes_neurology": gettext_lazy("Covers neurology"),
    "includes_orthopaedics": gettext_lazy("Covers orthopaedics"),
    "booking": gettext_lazy("Booking"),
    "lead_time_days": gettext_lazy("Days of notice"),
    "report_to_referrer": gettext_lazy("Reports to the referring doctor"),
    "cancellation": gettext_lazy("Cancellation"),
}
# Where one name means another thing in a part.
FIELD_LABELS_IN_PART: Mapping[tuple[str, str], Label] = {
    ("claims", "note"): gettext_lazy("Limits of the statement"),
    ("departments", "name"): gettext_lazy("Name of the department"),
    ("departments", "name_en"): gettext_lazy("Name of the department in English"),
}
CHOICES: Mapping[str, type[models.TextChoices]] = {
    "kind": Kind,
    "position_source": PositionSource,
    "accepts_new_patients": YesNoUnknown,
    "status": Status,
    "offered": YesNoUnknown,
    "fee_tax": SecondOpinion.Tax,
    "letter": LetterRule,
    "images": LetterRule,
    "doctor_consent": SecondOpinion.Consent,
    "includes_neurology": YesNoUnknown,
    "includes_orthopaedics": YesNoUnknown,
    "report_to_referrer": YesNoUnknown,
}
MODE_LABELS: Mapping[str, Label] = {
    "in-person": gettext_lazy("In person"),
    "online": gettext_lazy("Online"),
    "written": gettext_lazy("In writing"),
}
DAY_LABELS: Mapping[str, Label] = {
    **{day: WEEKDAYS_ABBR[number] for number, day in enumerate(WEEKDAYS)},
    "hol": gettext_lazy("Holidays"),
}
SEPARATOR = gettext_lazy(", ")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a value as a person reads it; ``url`` where it leads somewhere."""

    text: str
    url: str = ""


def field_label(part: str, field: str) -> str:
    """What a field of a part is called; its own name where the table has none."""
    return str(FIELD_LABELS_IN_PART.get((part, field)) or FIELD_LABELS.get(field, field))


class Wording:
    """Values as a person reads them, with the concepts' labels read once."""

    def __init__(self, using: str = "default") -> None:
        self.concepts: dict[str, str] = {}
        self.prefectures: dict[str, str] = {}
        japanese = (get_language() or "").startswith("ja")
        rows = Concept.objects.using(using).values_list(
            "scheme", "slug", "label_ja", "label_en", "codes"
        )
        for scheme, slug, label_ja, label_en, codes in rows:
            label = label_ja if japanese else label_en
            self.concepts[f"{scheme}:{slug}"] = label
            if scheme == Scheme.PREFECTURE:
                for code in codes:
                    if code["system"] == PREFECTURE_CODE_SYSTEM:
                        self.prefectures[code["code"]] = label

    def concept(self, key: str) -> str:
        """The label of ``scheme:slug`` with its scheme; the key itself where there is no such."""
        label = self.concepts.get(key)
        if label is None:
            return key
        scheme = Scheme(key.partition(":")[0])
        return f"{label} ({scheme.label})"

    def row(self, part: str, row: Mapping[str, Any]) -> str:
        """What a row of a document is called."""
        if part == "claims":
            return self.concept(row["concept"])
        if part == "second_opinions":
            return str(PART_LABELS[part])
        return str(row["name"])

    def text(self, field: str, value: Any) -> str:
        """A value as one text; empty where nothing is stated."""
        return str(SEPARATOR).join(item.text for item in self.items(field, value))

    def items(self, field: str, value: Any) -> list[Item]:
        """A value as lines; none where nothing is stated."""
        if value in (None, "", [], {}):
            return []
        if isinstance(value, str):
            return [Item(self._scalar(field, value), value if _leads(field, value) else "")]
        if field == "sources":
            return [_source(item) for item in value]
        if field == "hours":
            return [Item(line) for line in hours_lines(value)]
        if field == "closures":
            return [Item(line) for line in closure_lines(value)]
        if isinstance(value, list):
            return [Item(self._scalar(field, item)) for item in value]
        return [Item(self._scalar(field, value))]

    def _scalar(self, field: str, value: Any) -> str:
        if field in CHOICES and value in CHOICES[field].values:
            return str(CHOICES[field](value).label)
        if field == "modes":
            return str(MODE_LABELS.get(value, value))
        if field == "days":
            return str(DAY_LABELS.get(value, value))
        if field == "concept":
            return self.concept(value)
        if field == "strength":
            return self.concepts.get(f"{Scheme.EVIDENCE}:{value}", str(value))
        if field == "prefecture_code" and value in self.prefectures:
            return f"{self.prefectures[value]} ({value})"
        return str(value)


def hours_lines(hours: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each session of a week as a line: days, hours, and those of the reception."""
    lines = []
    for row in hours:
        line = f"{_days(row['days'])} {row['opens']}–{row['closes']}"
        if row.get("reception_opens") or row.get("reception_closes"):
            reception = f"{row.get('reception_opens') or ''}–{row.get('reception_closes') or ''}"
            line += " " + _("(reception %(hours)s)") % {"hours": reception}
        lines.append(line)
    return lines


def closure_lines(closures: Mapping[str, Any]) -> list[str]:
    """Closing days as lines; questions that were left unanswered are left out."""
    weekly = closures.get("weekly") or {}
    lines = []
    for answer, title in (("open", _("Open: %(days)s")), ("closed", _("Closed: %(days)s"))):
        days = [day for day in WEEKDAYS if weekly.get(day) == answer]
        if days:
            lines.append(title % {"days": _days(days)})
    for item in closures.get("nth_week") or ():
        lines.append(
            _("Closed in week %(week)s of the month: %(day)s")
            % {"week": item["week"], "day": DAY_LABELS.get(item["day"], item["day"])}
        )
    holidays = closures.get("public_holidays")
    if holidays in ("open", "closed"):
        lines.append(
            _("Open on public holidays") if holidays == "open" else _("Closed on public holidays")
        )
    return lines


def _days(days: Sequence[str]) -> str:
    """Days in their order; three and more in a row as the first and the last."""
    order = list(DAY_LABELS)
    known = sorted((day for day in days if day in DAY_LABELS), key=order.index)
    runs: list[list[str]] = []
    for day in known:
        follows = runs and day != "hol" and order.index(runs[-1][-1]) + 1 == order.index(day)
        if follows:
            runs[-1].append(day)
        else:
            runs.append([day])
    texts = []
    for run in runs:
        labels = [str(DAY_LABELS[day]) for day in run]
        texts += [f"{labels[0]}–{labels[-1]}"] if len(run) > 2 else labels
    texts += [day for day in days if day not in DAY_LABELS]
    return str(SEPARATOR).join(texts)


def _source(source: Mapping[str, Any]) -> Item:
    url = str(source.get("url", ""))
    dated = source.get("date") or ""
    text = f"{url} ({dated})" if dated else url
    return Item(text, url if _is_web(url) else "")


def _leads(field: str, value: str) -> bool:
    return field in ("website", "sources") and _is_web(value)


def _is_web(url: Any) -> bool:
    """Whether an address may stand behind a link: nothing that a browser would run."""
    return isinstance(url, str) and url.startswith(("https://", "http://"))
