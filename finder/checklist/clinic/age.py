"""How old what a clinic states is, in words."""

from datetime import date

from clinics.age import MONTHS_OF_A_YEAR, Age, age_of
from finder.checklist.clinic.wording import (
    DATE_UNKNOWN,
    EXPIRED,
    MONTHS,
    ONE_MONTH,
    ONE_YEAR,
    STATED,
    STATED_LONG_AGO,
    YEARS,
)
from finder.checklist.dates import date_text
from finder.checklist.definition import Text


def age_text(
    asserted_on: str | None, recorded_on: date, expires_on: date | None, today: date
) -> Text:
    """When it was stated and how long ago that is at least, or that its date is unknown.

    ``asserted_on`` is ``YYYY``, ``YYYY-MM`` or a day. Ages of less than a month are not told, those
    of more than a year in whole years. What has expired is said to have.
    """
    text = _stated(asserted_on, recorded_on, today)
    if has_expired(expires_on, today):
        assert expires_on is not None
        return EXPIRED.filled(age=text, day=date_text(expires_on.isoformat()))
    return text


def has_expired(expires_on: date | None, today: date) -> bool:
    """Whether a statement's time is over; it holds on its last day."""
    return expires_on is not None and expires_on < today


def _stated(asserted_on: str | None, recorded_on: date, today: date) -> Text:
    age = age_of(asserted_on, today)
    if asserted_on is None or age is None:
        return DATE_UNKNOWN.filled(month=date_text(recorded_on.isoformat()[:7]))
    day = date_text(asserted_on)
    if not age.months:
        return STATED.filled(day=day)
    return STATED_LONG_AGO.filled(day=day, age=_duration(age))


def _duration(age: Age) -> Text:
    if age.months < MONTHS_OF_A_YEAR:
        return ONE_MONTH if age.months == 1 else MONTHS.filled(number=age.months)
    return ONE_YEAR if age.years == 1 else YEARS.filled(number=age.years)
