"""When a clinic is open, in as few intervals as will do, from everything its entry says of it.

It answers for the place, whatever the department. What is not known opens nothing, nor does what
is contradicted; a timetable never says that a clinic is closed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any, NamedTuple

from clinics.closing_dates import closing_dates
from clinics.hours import DAYS, WEEKDAYS, Closures, Day

DAY_MINUTES = 24 * 60
WEEK_DAYS = len(WEEKDAYS)
EVERY_WEEK = 0b11111
# 救急科, emergency medicine: on duty round the clock, which are no consultation hours.
# Source: the ministry's table of departments (診療科目コード).
EMERGENCY_CODE = "09010"
# The curators' word goes before the register's, as with every fact.
LAYERS = ("curated", "official")

# Minutes of the day between which few clinics are open; daytime alone is rare on Sundays.
NIGHTS = ((0, 180), (180, 360), (360, 420), (1140, 1200), (1200, 1260), (1260, 1440))
SATURDAY_AFTERNOON = ((780, 900), (900, 1020), (1020, 1140))
DAYTIME = ((420, 540), (540, 720), (720, 840), (840, 1020), (1020, 1140))
RARE_BLOCKS: dict[Day, tuple[tuple[int, int], ...]] = {
    **dict.fromkeys(WEEKDAYS, NIGHTS),
    "sat": NIGHTS + SATURDAY_AFTERNOON,
    "sun": NIGHTS + DAYTIME,
    "hol": NIGHTS + DAYTIME,
}
# Few stay open past midnight, and any day may be followed by a holiday.
BEYOND_MIDNIGHT = tuple((start + DAY_MINUTES, end + DAY_MINUTES) for start, end in NIGHTS + DAYTIME)


class OpenInterval(NamedTuple):
    """An interval in which a clinic is open, with the fields of :class:`clinics.models.OpenSession`.

    ``days`` has a bit for each kind of day on which it begins: 0 to 6 an ordinary Monday to
    Sunday, 7 to 13 a public holiday on a Monday to Sunday. ``weeks`` has bits 0 to 4 for the first
    to fifth such weekday of the month. ``opens`` and ``closes``, excluded, are minutes from the
    local midnight at which the day begins; above 1,440 they lie on the next day.
    """

    days: int
    weeks: int
    opens: int
    closes: int


class Timetable(NamedTuple):
    """The intervals in which a clinic is open, and the days of the year on which none begins.

    ``closed_dates`` are month × 100 + day.
    """

    sessions: tuple[OpenInterval, ...] = ()
    closed_dates: tuple[int, ...] = ()


def compile_timetable(
    departments: Iterable[Mapping[str, Any]],
    closures: Mapping[str, Any] | None,
    closing_remarks: str | None,
) -> Timetable:
    """The timetable of an entry: its department rows, and its ``closures`` and ``closing_remarks``.

    A clinic is open while any of its departments is, but for emergency medicine, whose duty is no
    consultation. The curated departments speak where any of them states hours, else those of the
    register.

    - A session lasts from its opening to its closing, or to the end of reception where that is
      stated and earlier: who comes later is not received. Reception that ends by the opening is
      itself the time to come, unless the same clock time lies within a session that runs past
      midnight: then it ends that night. Where such a reception has no beginning, nothing is known.
    - A closing at or before the opening is on the next day; 00:00 to 00:00 is a whole day.
    - On a weekday that is stated to be closed every week nothing opens, even where hours are
      stated; a week of the month that is stated to be closed is left out of ``weeks``. Both hold
      for public holidays on that weekday.
    - On public holidays only the sessions stated for them open, and none where the clinic says
      that it is closed then. Where neither is stated nothing is known.
    - Intervals of one kind of day that overlap or touch are one. The end of a night and the day
      it runs into stay apart; whoever asks for an instant asks both days.
    - Without any hours there is no session, and closed dates would tell nothing: none either.
    """
    stated: dict[str, list[tuple[int, int]]] = {}
    for row in _stated_hours(list(departments)):
        interval = _interval(row)
        if interval is not None:
            for day in row["days"].split(","):
                stated.setdefault(day, []).append(interval)
    closed = Closures.from_json(dict(closures or {}))
    days_open: dict[tuple[int, int, int], int] = {}
    for place, weekday in enumerate(WEEKDAYS):
        weeks = _weeks_open(closed, weekday)
        for bit, day in ((place, weekday), (place + WEEK_DAYS, "hol")):
            if not weeks or (day == "hol" and closed.public_holidays == "closed"):
                continue
            for opens, closes in _merged(stated.get(day, ())):
                key = opens, closes, weeks
                days_open[key] = days_open.get(key, 0) | 1 << bit
    if not days_open:
        return Timetable()
    sessions = tuple(
        OpenInterval(days, weeks, opens, closes)
        for (opens, closes, weeks), days in sorted(days_open.items())
    )
    return Timetable(sessions, closing_dates(closing_remarks or "").month_days)


def open_terms(timetable: Timetable) -> tuple[str, ...]:
    """The terms of the blocks of rare hours that a timetable touches, in the order of the alphabet.

    A term such as ``open:sun-0900-1200`` names the day on which the session begins, ``hol`` on a
    public holiday of whatever weekday, and a block of minutes; ``open:fri-2400-2700`` goes on into
    the small hours after a Friday. Weeks of the month and closed dates are not in it: it leads to
    every clinic that may be open then, and to some that are not.
    """
    return tuple(
        sorted(
            {
                term
                for session in timetable.sessions
                for day in _days_of(session.days)
                for start, end, term in TERM_BLOCKS[day]
                if session.opens < end and start < session.closes
            }
        )
    )


def open_term(day_bit: int, minute: int) -> str | None:
    """The term that a session open ``minute`` minutes into its day is filed under, if rare.

    ``day_bit`` is the bit of the kind of day on which the session begins, as in
    :class:`OpenInterval`. From 1,440 minutes, every hour is rare.
    """
    (day,) = _days_of(day_bit)
    return next((term for start, end, term in TERM_BLOCKS[day] if start <= minute < end), None)


def _days_of(days: int) -> set[Day]:
    return {DAYS[min(bit, WEEK_DAYS)] for bit in range(2 * WEEK_DAYS) if days >> bit & 1}


def _term(day: Day, start: int, end: int) -> str:
    return f"open:{day}-{start // 60:02}{start % 60:02}-{end // 60:02}{end % 60:02}"


TERM_BLOCKS: dict[Day, tuple[tuple[int, int, str], ...]] = {
    day: tuple((start, end, _term(day, start, end)) for start, end in blocks + BEYOND_MIDNIGHT)
    for day, blocks in RARE_BLOCKS.items()
}


def _stated_hours(departments: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    for layer in LAYERS:
        hours = [
            row
            for department in departments
            if department["layer"] == layer and department["code"] != EMERGENCY_CODE
            for row in department["hours"]
        ]
        if hours:
            return hours
    return []


def _interval(row: Mapping[str, Any]) -> tuple[int, int] | None:
    opens = _minutes(row["opens"])
    closes = _minutes_after(opens, row["closes"])
    if row["reception_closes"] is None:
        return opens, closes
    from_desk = row["reception_opens"]
    desk_opens = None if from_desk is None else _minutes(from_desk)
    desk_closes = (
        _minutes(row["reception_closes"])
        if desk_opens is None
        else _minutes_after(desk_opens, row["reception_closes"])
    )
    if desk_closes <= opens and desk_closes + DAY_MINUTES <= closes:
        desk_closes += DAY_MINUTES
    if desk_closes > opens:
        return opens, min(closes, desk_closes)
    return None if desk_opens is None else (desk_opens, desk_closes)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _minutes_after(start: int, clock: time) -> int:
    end = _minutes(clock)
    return end if end > start else end + DAY_MINUTES


def _weeks_open(closed: Closures, weekday: Day) -> int:
    if closed.weekly[WEEKDAYS.index(weekday)] == "closed":
        return 0
    weeks = EVERY_WEEK
    for week, day in closed.nth_week or ():
        if day == weekday:
            weeks &= ~(1 << (week - 1))
    return weeks


def _merged(intervals: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same minutes in intervals that do not touch, in order."""
    start, end = 0, 0
    for opens, closes in sorted(intervals):
        if opens > end:
            if end > start:
                yield start, end
            start = opens
        end = max(end, closes)
    if end > start:
        yield start, end
