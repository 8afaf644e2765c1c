"""When a clinic is open, as a week that people read: what is stated, and what of it nobody states."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from clinics.hours import DAYS, WEEKDAYS, Answer, Closures, Day
from clinics.timetable import DAY_MINUTES, WEEK_DAYS, OpenInterval, Timetable
from finder.opening import LocalMoment, is_open, local_moment, opening

Clinic = Mapping[str, Any]
Layer = Literal["official", "curated"]
MIDNIGHT = "00:00"


@dataclass(frozen=True, slots=True)
class Times:
    """From when to when, as HH:MM; ``overnight``: it closes on the next day.

    ``whole_day``: from midnight to midnight. Reception times are None where nobody states them.
    """

    opens: str
    closes: str
    reception_opens: str | None = None
    reception_closes: str | None = None

    @property
    def overnight(self) -> bool:
        """Whether it closes on the next day."""
        return self.closes <= self.opens and self.closes != MIDNIGHT

    @property
    def whole_day(self) -> bool:
        """Whether it is a whole day."""
        return self.opens == self.closes == MIDNIGHT

    @property
    def shown_closes(self) -> str:
        """The closing time; the midnight that ends a day is 24:00."""
        return "24:00" if self.closes == MIDNIGHT else self.closes


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """One kind of day of a week.

    ``stated`` is what the clinic answers for such days as a whole, ``closed_weeks`` those of the
    month in which it is closed then. No ``times`` means that nobody states any.
    """

    day: Day
    is_today: bool
    times: tuple[Times, ...]
    stated: Answer
    closed_weeks: tuple[int, ...]

    @property
    def is_contradicted(self) -> bool:
        """Whether hours are stated for a day that is also stated to be closed."""
        return bool(self.times) and self.stated == "closed"


@dataclass(frozen=True, slots=True)
class DepartmentHours:
    """The departments of one source that state the same hours, and their week."""

    layer: Layer
    names: tuple[str, ...]
    week: tuple[DayOfWeek, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """All that is stated of when a clinic is open.

    ``week`` is that of the whole place; None where nobody states anything. ``is_of_several`` tells
    that its departments differ, so that it says when any of them receives patients.
    """

    week: tuple[DayOfWeek, ...] | None
    is_of_several: bool
    departments: tuple[DepartmentHours, ...]
    has_times: bool
    holiday_today: bool


@dataclass(frozen=True, slots=True)
class Now:
    """Whether a clinic is open at an instant, by its stated hours.

    ``outside`` is outside the stated hours, ``unknown`` that nobody states any. ``closes_at`` and
    ``next_opens_at`` as in :class:`finder.query.Opening`; ``closes_later``: on another day.
    """

    state: Literal["open", "outside", "unknown"]
    closes_at: datetime | None = None
    next_opens_at: datetime | None = None
    closes_later: bool = False
    opens_later: bool = False


def now_at(timetable: Timetable, instant: datetime) -> Now:
    """Whether it is open at an instant. Raises as :func:`finder.opening.local_moment` does."""
    if not timetable.sessions:
        return Now("unknown")
    moment = local_moment(instant)
    found = opening(timetable.sessions, timetable.closed_dates, instant)
    today = moment.today.date
    return Now(
        "open" if is_open(timetable.sessions, timetable.closed_dates, moment) else "outside",
        found.closes_at,
        found.next_opens_at,
        found.closes_at is not None and found.closes_at.date() != today,
        found.next_opens_at is not None and found.next_opens_at.date() != today,
    )


def hours_of(clinic: Clinic, timetable: Timetable, instant: datetime) -> Hours:
    """The hours of a clinic's document. Raises as :func:`finder.opening.local_moment` does."""
    moment = local_moment(instant)
    today = day_of(moment)
    closures = Closures.from_json(clinic["closures"] or {})
    departments = tuple(_departments(clinic["departments"], closures, today))
    several = len(departments) > 1
    week: tuple[DayOfWeek, ...] | None = None
    if several:
        week = _week(_times_of_intervals(timetable.sessions), closures, today)
    elif departments:
        week = departments[0].week
    elif closures != Closures():
        week = _week({}, closures, today)
    return Hours(
        week=week,
        is_of_several=several,
        departments=departments if several else (),
        has_times=bool(departments),
        holiday_today=today == "hol",
    )


def day_of(moment: LocalMoment) -> Day:
    """The kind of day on which a moment lies; a public holiday is one, whatever its weekday."""
    bit = moment.today.day_bit.bit_length() - 1
    return DAYS[min(bit, WEEK_DAYS)]


def _departments(
    departments: Iterable[Mapping[str, Any]], closures: Closures, today: Day
) -> Iterable[DepartmentHours]:
    """The departments that state hours; those of one source with the same hours together."""
    alike: dict[tuple[Layer, tuple[tuple[Day, tuple[Times, ...]], ...]], list[str]] = {}
    for department in departments:
        times = _times_of_sessions(department["hours"])
        if times:
            key = department["layer"], tuple(sorted(times.items()))
            alike.setdefault(key, []).append(department["name"])
    for (layer, stated), names in alike.items():
        yield DepartmentHours(layer, tuple(names), _week(dict(stated), closures, today))


def _times_of_sessions(sessions: Iterable[Mapping[str, Any]]) -> dict[Day, tuple[Times, ...]]:
    found: dict[Day, list[Times]] = {}
    for session in sessions:
        times = Times(
            session["opens"],
            session["closes"],
            session["reception_opens"],
            session["reception_closes"],
        )
        for day in session["days"]:
            found.setdefault(day, []).append(times)
    return {day: tuple(sorted(times, key=lambda one: one.opens)) for day, times in found.items()}


def _times_of_intervals(intervals: Sequence[OpenInterval]) -> dict[Day, tuple[Times, ...]]:
    """The times of a compiled timetable; those of holidays on any weekday are of holidays."""
    found: dict[Day, dict[Times, None]] = {}
    for interval in sorted(intervals, key=lambda one: (one.opens, one.closes)):
        times = Times(_clock(interval.opens), _clock(interval.closes))
        for bit in range(2 * WEEK_DAYS):
            if interval.days >> bit & 1:
                found.setdefault(DAYS[min(bit, WEEK_DAYS)], {})[times] = None
    return {day: tuple(times) for day, times in found.items()}


def _week(
    times: Mapping[Day, tuple[Times, ...]], closures: Closures, today: Day
) -> tuple[DayOfWeek, ...]:
    stated: dict[Day, Answer] = dict(zip(WEEKDAYS, closures.weekly, strict=True))
    stated["hol"] = closures.public_holidays
    return tuple(
        DayOfWeek(
            day=day,
            is_today=day == today,
            times=times.get(day, ()),
            stated=stated[day],
            closed_weeks=tuple(week for week, one in closures.nth_week or () if one == day),
        )
        for day in DAYS
    )


def _clock(minute: int) -> str:
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"
