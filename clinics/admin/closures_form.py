"""Closing days as a curator fills them in: a week, some weeks of the month, public holidays."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.admin.entry_fields import DAY_LABELS, WeeksWidget
from clinics.hours import WEEKDAYS, Closures

ANSWERS = (
    ("unknown", _("Not stated")),
    ("open", pgettext_lazy("day", "Open")),
    ("closed", pgettext_lazy("day", "Closed")),
)
WEEKS = (1, 2, 3, 4, 5)
DAY_NAMES = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}


class ClosuresForm(forms.Form):
    """The curators' closing days; what is not stated leaves the register's word."""

    public_holidays = forms.ChoiceField(required=False, label=_("Public holidays"), choices=ANSWERS)
    nth_stated = forms.ChoiceField(
        required=False,
        label=_("Some weeks of the month"),
        choices=(
            ("", _("Not stated")),
            ("none", _("Closed in none")),
            ("some", _("Closed as ticked")),
        ),
    )
    nth_week = forms.MultipleChoiceField(
        required=False,
        label=_("Closed in these weeks"),
        choices=[(f"{week}-{day}", DAY_LABELS[day]) for week in WEEKS for day in WEEKDAYS],
        widget=WeeksWidget,
    )

    def __init__(self, data: Any = None, *, prefix: str, stored: dict[str, Any]) -> None:
        self.stored = stored
        initial = _initial(Closures.from_json(stored))
        super().__init__(data, prefix=prefix, initial=initial)
        for day in WEEKDAYS:
            self.fields[day] = forms.ChoiceField(
                required=False, label=DAY_NAMES[day], choices=ANSWERS
            )

    @property
    def weekdays(self) -> list[Any]:
        """The seven days, to be filled in."""
        return [self[day] for day in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        """Refuses ticks that contradict the answer beside them."""
        values = super().clean() or {}
        if values.get("nth_week") and values.get("nth_stated") == "none":
            self.add_error(
                "nth_stated", _("Days are ticked below: choose “Closed as ticked”, or untick them.")
            )
        return values

    def closures(self) -> dict[str, Any]:
        """The closing days as a document holds them."""
        values = self.cleaned_data
        ticked = [
            (week, day)
            for week in WEEKS
            for day in WEEKDAYS
            if f"{week}-{day}" in values["nth_week"]
        ]
        stated = Closures(
            weekly=tuple(values[day] or "unknown" for day in WEEKDAYS),
            nth_week=tuple(ticked) if ticked or values["nth_stated"] else None,
            public_holidays=values["public_holidays"] or "unknown",
        )
        before = Closures.from_json(self.stored)
        alike = stated == before or (
            before.nth_week is not None
            and stated.nth_week is not None
            and sorted(stated.nth_week) == sorted(before.nth_week)
            and (stated.weekly, stated.public_holidays) == (before.weekly, before.public_holidays)
        )
        return self.stored if alike else stated.as_json()


def _initial(closures: Closures) -> dict[str, Any]:
    nth_week = closures.nth_week
    return {
        **dict(zip(WEEKDAYS, closures.weekly, strict=True)),
        "public_holidays": closures.public_holidays,
        "nth_stated": "" if nth_week is None else "some" if nth_week else "none",
        "nth_week": [f"{week}-{day}" for week, day in nth_week or ()],
    }
