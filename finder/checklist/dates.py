"""Dates in words, as precise as they are."""

from finder.checklist.definition import Text
from finder.checklist.wording import MONTHS, YEAR, YEAR_MONTH, YEAR_MONTH_DAY

FORMS_OF_DATE = (YEAR, YEAR_MONTH, YEAR_MONTH_DAY)


def date_text(text: str) -> Text:
    """A date as precise as it is: YYYY, YYYY-MM or YYYY-MM-DD."""
    year, *rest = (int(part) for part in text.split("-"))
    month, day = [*rest, 1, 1][:2]
    form = FORMS_OF_DATE[len(rest)]
    return form.filled(year=year, month=month, day=day, month_name=MONTHS[month - 1])
