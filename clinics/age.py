"""How old a statement is whose date is known to a year, a month or a day."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Age:
    """At least so many whole months have gone by; 0 also where the date is still to come."""

    months: int

    @property
    def years(self) -> int:
        """The whole years of them."""
        return self.months // MONTHS_OF_A_YEAR


def age_of(asserted_on: str | None, today: date) -> Age | None:
    """The age that a statement has at least on ``today``; None where its date is unknown.

    ``asserted_on`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; the last day that it can mean is
    taken, so that nothing is called older than it is. Raises ``ValueError`` for anything else.
    """
    if not asserted_on:
        return None
    latest = latest_day(asserted_on)
    months = (today.year - latest.year) * MONTHS_OF_A_YEAR + today.month - latest.month
    return Age(max(0, months - (today.day < latest.day)))


def latest_day(partial: str) -> date:
    """The last day that a date known to a year, a month or a day can mean.

    Raises ``ValueError`` for what is none.
    """
    match = PARTIAL_DATE.fullmatch(partial)
    if match is None:
        raise ValueError(f"{partial!r} is no date; YYYY, YYYY-MM and YYYY-MM-DD are accepted.")
    year, month = int(match[1]), int(match[2] or MONTHS_OF_A_YEAR)
    return date(year, month, int(match[3] or monthrange(year, month)[1]))
