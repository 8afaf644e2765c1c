"""Fields of the clinic form: what a document holds, as a person types it, and back.

They refuse what cannot be kept at all, a letter in a number; whatever can be kept is kept, and
:mod:`clinics.curation.checking` says what is wrong with it. So a draft may be unfinished.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.curation.entry_document import Row, json_value

# Lists that are ticked, so that their order says nothing.
TICKED = ("modes", "days")
ISO_DAY = "%Y-%m-%d"
CLOCK = "%H:%M"


class OpenSelect(forms.Select):
    """A select box with one more choice where the value is not among them."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """The choices, the present value among them."""
        known = {str(choice) for choice, _label in self.choices}
        added = [(one, one) for one in value if one and one not in known]
        self.choices, kept = [*self.choices, *added], self.choices
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = kept


class OpenChoiceField(forms.ChoiceField):
    """A choice that shows a value it does not know instead of changing it silently."""

    def __init__(self, *, choices: Sequence[tuple[Any, Any]], **options: Any) -> None:
        super().__init__(choices=choices, widget=OpenSelect, **options)

    def valid_value(self, value: Any) -> bool:
        """Any: an unknown one is a fault of the draft, said where it stands."""
        return True


class IsoDateInput(forms.DateInput):
    """The browser's own calendar, and a text where the value is no day it could show."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format=ISO_DAY)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """As a text field if the calendar would hide what is there."""
        context = super().get_context(name, value, attrs)
        try:
            date.fromisoformat(context["widget"]["value"] or "2000-01-01")
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class ClockInput(forms.TimeInput):
    """Hours and minutes."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format=CLOCK)


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        """The lines of a list."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The list of the lines."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another list was typed."""
        return bool(self.to_python(data) != (initial or []))


class SourcesWidget(forms.Widget):
    """Addresses with dates, two rows at least and always an empty one."""

    template_name = "clinics/widgets/sources.html"
    least_rows = 2

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With the rows to show."""
        context = super().get_context(name, value, attrs)
        rows = [*(value or ()), {"url": "", "date": ""}]
        rows += [{"url": "", "date": ""}] * (self.least_rows - len(rows))
        return context | {"rows": rows}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows that are not empty."""
        pairs = zip(_all(data, f"{name}-url"), _all(data, f"{name}-date"), strict=False)
        rows = [{"url": url.strip(), "date": day.strip()} for url, day in pairs]
        return [row for row in rows if row["url"] or row["date"]]

    def id_for_label(self, id_: str) -> str:
        """The first address."""
        return f"{id_}_0" if id_ else id_


class SourcesField(forms.Field):
    """A list of ``{url, date}``."""

    widget = SourcesWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other sources were typed."""
        return bool((data or []) != (initial or []))


class WeeksWidget(forms.CheckboxSelectMultiple):
    """A month as a table: five weeks by seven days."""

    template_name = "clinics/widgets/weeks.html"


def field_of(model: type[models.Model], name: str, **options: Any) -> forms.Field:
    """The field in which a column of a model is typed.

    Lengths are hints to the browser: that a text is too long is a fault, not a refusal.
    """
    column = cast("models.Field[Any, Any]", model._meta.get_field(name))
    made = {"required": False, "label": LABELS.get(name, name)} | options
    if column.has_default():
        made = {"initial": column.get_default()} | made
    if column.choices:
        # The models' own words are plain English; the catalogue of translations has them too.
        choices = [(value, _(str(label))) for value, label in column.choices]
        return OpenChoiceField(choices=choices, **made)
    for kind, field, attrs in (
        (models.TextField, forms.CharField, {"widget": forms.Textarea(attrs={"rows": 2})}),
        (models.CharField, forms.CharField, {}),
        (models.FloatField, forms.FloatField, {"widget": forms.NumberInput(attrs={"step": "any"})}),
        (models.IntegerField, forms.IntegerField, {}),
        (models.DecimalField, forms.DecimalField, {}),
        (models.DateField, forms.DateField, {"widget": IsoDateInput(), "input_formats": [ISO_DAY]}),
        (models.TimeField, forms.TimeField, {"widget": ClockInput()}),
    ):
        if isinstance(column, kind):
            typed = cast("type[forms.Field]", field)(**{**attrs, **made})
            if column.__dict__.get("max_length"):
                typed.widget.attrs["maxlength"] = column.max_length
            return typed
    raise TypeError(f"{model.__name__}.{name} is not typed in one field.")


def as_document(values: Mapping[str, Any], before: Mapping[str, Any]) -> Row:
    """Values that were typed, as a document holds them.

    What differs from ``before`` in spaces or in the order of ticks alone is left as it was, so that
    saving an untouched form changes nothing.
    """
    return {name: _kept(name, _json(value), before.get(name)) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return json_value(value)


def _kept(name: str, value: Any, before: Any) -> Any:
    if isinstance(value, str) and isinstance(before, str) and value.split() == before.split():
        return before
    if name in TICKED and isinstance(before, list) and set(value) == set(before):
        return before
    return value


def _all(data: Any, name: str) -> list[str]:
    return cast("list[str]", data.getlist(name) if hasattr(data, "getlist") else data.get(name, []))


LABELS = {
    "kind": _("Kind"),
    "name": _("Name"),
    "name_kana": _("Name in kana"),
    "name_en": _("Name in Latin letters"),
    "short_name": _("Short name"),
    "country": _("Country"),
    "prefecture_code": _("Prefecture"),
    "municipality_code": _("Municipality code"),
    "address": _("Address"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "position_source": _("Position from"),
    "website": _("Website"),
    "phone": _("Phone"),
    "closing_remarks": _("Remarks on closing days"),
    "accepts_new_patients": _("Accepts new patients"),
    "sources": _("Sources"),
    "recorded_on": _("Recorded on"),
    "note": _("Note"),
    "concept": _("Concept"),
    "strength": _("Strength of evidence"),
    "department": _("Department"),
    "statement": _("What the source says"),
    "asserted_on": _("Date of the source"),
    "checked_on": _("Checked on"),
    "expires_on": _("Expires on"),
    "status": _("Shown to the public"),
    "session": _("Session"),
    "days": _("Days"),
    "opens": _("Opens"),
    "closes": _("Closes"),
    "reception_opens": _("Reception from"),
    "reception_closes": _("Reception until"),
    "offered": _("Offered"),
    "fee": _("Fee"),
    "fee_currency": _("Currency"),
    "fee_tax": _("Consumption tax"),
    "minutes": _("Minutes"),
    "extra_fee": _("Fee for longer"),
    "extra_minutes": _("Minutes longer"),
    "modes": _("How"),
    "letter": _("Letter of referral"),
    "images": _("Images"),
    "attendees": _("Who may come"),
    "exclusions": _("Not accepted"),
    "doctor_consent": _("Consent of the present doctor"),
    "target_conditions": _("Conditions accepted"),
    "includes_neurology": _("Includes neurology"),
    "includes_orthopaedics": _("Includes orthopaedics"),
    "booking": _("Booking"),
    "lead_time_days": _("Days of waiting"),
    "report_to_referrer": _("Report to the referring doctor"),
    "cancellation": _("Cancellation"),
}
DAY_LABELS = {
    "mon": _("Mon"),
    "tue": _("Tue"),
    "wed": _("Wed"),
    "thu": _("Thu"),
    "fri": _("Fri"),
    "sat": _("Sat"),
    "sun": _("Sun"),
    "hol": _("Hol"),
}
