"""Whether a clinic is open at an instant, until when, and when it opens again.

All times are those of the clocks on its walls, counted from local midnight: where clocks are put
forward or back, a session lasts as long as its clock times say, not as many minutes of physics.
Japan does not do so.

A clinic is open at minute ``m`` of a day when that day is none of its closed dates and one of its
sessions has the bits of the day's kind and week and ``opens <= m < closes``; or when the same is
true of the day before with ``m + 1440``. What counts is the day on which the session began.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from clinics.timetable import DAY_MINUTES, WEEK_DAYS, OpenInterval, open_term
from finder.query import Opening

# How far ahead an opening is looked for.
DAYS_AHEAD = 14
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LocalCalendar:
    """The clock of a place, and the country whose public holidays it keeps (ISO 3166-1)."""

    zone: ZoneInfo
    country: str


# The one place that says where the clinics are.
JAPAN = LocalCalendar(ZoneInfo("Asia/Tokyo"), "JP")


class UnknownCalendar(ValueError):
    """An instant so early or late that the public holidays around it are not known."""


@dataclass(frozen=True, slots=True)
class DayKind:
    """A day as timetables count them: ``day_bit`` and ``week_bit`` are single bits of the masks.

    See :class:`clinics.timetable.OpenInterval`.
    """

    date: date
    day_bit: int
    week_bit: int

    @property
    def month_day(self) -> int:
        """Month × 100 + day, as closed dates are kept."""
        return self.date.month * 100 + self.date.day


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """An instant on a local clock: the minute, 0 to 1,439, of a day, and the day before that."""

    minute: int
    today: DayKind
    yesterday: DayKind


def local_moment(instant: datetime, calendar: LocalCalendar = JAPAN) -> LocalMoment:
    """The local day and minute of an instant.

    Raises :class:`UnknownCalendar` unless the public holidays of the day before and of the
    :data:`DAYS_AHEAD` after it are known, and ``ValueError`` for an instant without a time zone.
    """
    wall = _wall_clock(instant, calendar)
    first, last = _known_years(calendar.country)
    earliest, latest = date(first, 1, 2), date(last, 12, 31) - DAYS_AHEAD * ONE_DAY
    today = wall.date()
    if not earliest <= today <= latest:
        raise UnknownCalendar(
            f"{today} is beyond the public holidays that are known: "
            f"a day from {earliest} to {latest} is accepted."
        )
    minute = wall.hour * 60 + wall.minute
    return LocalMoment(minute, _day_kind(today, calendar), _day_kind(today - ONE_DAY, calendar))


def terms_at(moment: LocalMoment) -> tuple[str, ...] | None:
    """The terms of which a clinic that is open carries at least one; None where many are open.

    The first is for sessions that began on the day, the second for those of the day before; see
    :func:`clinics.timetable.open_terms`.
    """
    began_today = open_term(moment.today.day_bit, moment.minute)
    began_yesterday = open_term(moment.yesterday.day_bit, moment.minute + DAY_MINUTES)
    if began_today is None or began_yesterday is None:
        return None
    return began_today, began_yesterday


def is_open(
    sessions: Sequence[OpenInterval], closed_dates: Collection[int], moment: LocalMoment
) -> bool:
    """Whether a clinic with these sessions is known to be open; False is not to be read as closed."""
    return any(
        opens <= minute < closes
        for day, minute in (
            (moment.today, moment.minute),
            (moment.yesterday, moment.minute + DAY_MINUTES),
        )
        for opens, closes in _intervals(sessions, closed_dates, day)
    )


def opening(
    sessions: Sequence[OpenInterval],
    closed_dates: Collection[int],
    instant: datetime,
    calendar: LocalCalendar = JAPAN,
) -> Opening:
    """When a clinic that is open at an instant closes, and when it next opens after that.

    Sessions that overlap or touch are one, across midnight too. ``closes_at`` is None where that is
    more than 24 hours away, ``next_opens_at`` where nothing is stated up to the end of the
    :data:`DAYS_AHEAD`-th day after. A clinic that is not known to be open has no ``closes_at``, and
    its next opening. Raises as :func:`local_moment` does.
    """
    moment = local_moment(instant, calendar)
    closes: int | None = None
    next_opens: int | None = None
    for start, end in _runs(sessions, closed_dates, moment, calendar):
        if start > moment.minute:
            next_opens = start
            break
        if end > moment.minute:
            closes = end
    if closes is not None and closes - moment.minute > DAY_MINUTES:
        closes = None
    return Opening(_at(closes, moment, calendar), _at(next_opens, moment, calendar))


def _wall_clock(instant: datetime, calendar: LocalCalendar) -> datetime:
    """What the clock on the wall shows at an instant, without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; an aware datetime is accepted.")
    try:
        return instant.astimezone(calendar.zone).replace(tzinfo=None)
    except OverflowError as error:
        raise UnknownCalendar(f"{instant} is beyond the calendar.") from error


def _at(minute: int | None, moment: LocalMoment, calendar: LocalCalendar) -> datetime | None:
    """The clock time so many minutes after the midnight at which the day of the moment began."""
    if minute is None:
        return None
    return datetime.combine(moment.today.date, time(), calendar.zone) + timedelta(minutes=minute)


def _runs(
    sessions: Sequence[OpenInterval],
    closed_dates: Collection[int],
    moment: LocalMoment,
    calendar: LocalCalendar,
) -> Iterator[tuple[int, int]]:
    """The minutes from today's midnight in which it is open, in order, those that touch as one."""
    days = (
        moment.yesterday,
        *(_day_kind(moment.today.date + n * ONE_DAY, calendar) for n in range(DAYS_AHEAD + 1)),
    )
    start = end = -DAY_MINUTES
    for number, day in enumerate(days, start=-1):
        midnight = number * DAY_MINUTES
        for opens, closes in sorted(_intervals(sessions, closed_dates, day)):
            if opens + midnight > end:
                if end > start:
                    yield start, end
                start = opens + midnight
            end = max(end, closes + midnight)
    if end > start:
        yield start, end


def _intervals(
    sessions: Sequence[OpenInterval], closed_dates: Collection[int], day: DayKind
) -> list[tuple[int, int]]:
    """The intervals that begin on a day, in minutes from its midnight."""
    if day.month_day in closed_dates:
        return []
    return [
        (session.opens, session.closes)
        for session in sessions
        if session.days & day.day_bit and session.weeks & day.week_bit
    ]


@lru_cache(maxsize=4096)
def _day_kind(day: date, calendar: LocalCalendar) -> DayKind:
    holiday = WEEK_DAYS if day in _public_holidays(calendar.country, day.year) else 0
    return DayKind(day, 1 << (day.weekday() + holiday), 1 << ((day.day - 1) // 7))


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


@lru_cache(maxsize=8)
def _known_years(country: str) -> tuple[int, int]:
    """The first and last year whose public holidays the library knows."""
    known = holidays.country_holidays(country)
    return known.start_year, known.end_year
