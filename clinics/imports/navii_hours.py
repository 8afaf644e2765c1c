"""The ministry's consultation and reception hours: one row is one band of a department's week.

Times are HH:MM, 24 hours; 24:00 may end a day. An interval whose end is at or before its start
ends on the next day, so a whole day is 00:00 to 00:00, as :class:`clinics.hours.Session` has it.
The ministry's own ``00:00``-``00:00`` says nothing, and is never read as a whole day.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import time
from functools import lru_cache
from typing import NamedTuple

from clinics.hours import DAYS, Day, Session
from clinics.imports.navii_layout import CONSULTATION, RECEPTION

DAY_MINUTES = 24 * 60
EARLY_MINUTES = 5 * 60
NOON_MINUTES = 12 * 60
LONGEST_NIGHT_MINUTES = 18 * 60

HH_MM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)

# Implausible intervals, as start and end in minutes since midnight: the first that is true counts.
IMPLAUSIBLE: tuple[tuple[str, Callable[[int, int], bool]], ...] = (
    ("time-placeholder", lambda start, end: start == end == 0),
    ("time-start-implausible", lambda start, _: start == DAY_MINUTES),
    (
        "time-start-implausible",
        lambda start, end: (
            start < EARLY_MINUTES and end > NOON_MINUTES and not _whole_day(start, end)
        ),
    ),
    (
        "time-overnight-implausible",
        lambda start, end: end <= start and end + DAY_MINUTES - start > LONGEST_NIGHT_MINUTES,
    ),
)


class CellFault(NamedTuple):
    """A fault of a cell: its code in :data:`clinics.imports.navii_faults.FAULTS`, where and what."""

    code: str
    column: str
    value: str


class Interval(NamedTuple):
    """From one time of day to another; at or before the first, the second is on the next day."""

    opens: time
    closes: time


class Week(NamedTuple):
    """What one row says: sessions in the order of their first day, and what was wrong."""

    sessions: tuple[Session, ...]
    faults: tuple[CellFault, ...]


@lru_cache(maxsize=4096)
def parse_time(cell: str) -> tuple[int | None, str | None]:
    """Minutes since midnight, 0 to 1440, or None; and the code of what was wrong, or None."""
    if not cell:
        return None, None
    plain = unicodedata.normalize("NFKC", cell).strip()
    if not plain:
        return None, None
    if not HH_MM.fullmatch(plain):
        return None, "time-unreadable"
    minutes = int(plain[:2]) * 60 + int(plain[3:])
    return minutes, None if plain == cell else "time-repaired"


@lru_cache(maxsize=16384)
def parse_interval(start_cell: str, end_cell: str) -> tuple[Interval | None, tuple[str, ...]]:
    """The interval, or None where nothing usable is stated; and the codes of what was wrong."""
    start, start_fault = parse_time(start_cell)
    end, end_fault = parse_time(end_cell)
    faults = tuple(dict.fromkeys(code for code in (start_fault, end_fault) if code))
    if "time-unreadable" in faults:
        return None, ("time-unreadable",)
    if start is None or end is None:
        missing = _missing_end(start, end)
        return None, (*faults, missing) if missing else faults
    for code, is_so in IMPLAUSIBLE:
        if is_so(start, end):
            return None, (*faults, code)
    if (start, end) == (0, DAY_MINUTES - 1):
        return Interval(time(0), time(0)), (*faults, "time-whole-day")
    return Interval(_clock(start), _clock(end)), faults


@lru_cache(maxsize=2048)
def read_week(number: int, cells: tuple[str, ...]) -> Week:
    """Read the 32 cells of band ``number``: consultation of eight days, then their reception.

    Days with equal times become one session. Rows repeat within a facility, hence the cache.
    """
    faults: list[CellFault] = []
    consultation = _intervals(cells[:16], CONSULTATION, faults)
    reception = _intervals(cells[16:], RECEPTION, faults)
    days_by_times: dict[tuple[Interval, Interval | None], list[Day]] = {}
    for place, day in enumerate(DAYS):
        hours, at_desk = consultation[place], reception[place]
        if hours is not None:
            days_by_times.setdefault((hours, at_desk), []).append(day)
        elif at_desk is not None:
            column = RECEPTION[2 * place]
            faults.append(CellFault("reception-without-session", column, _pair(cells[16:], place)))
    sessions = tuple(
        _session(number, tuple(days), hours, at_desk)
        for (hours, at_desk), days in days_by_times.items()
    )
    return Week(sessions, tuple(faults))


def _session(
    number: int, days: tuple[Day, ...], hours: Interval, at_desk: Interval | None
) -> Session:
    if at_desk is None:
        return Session(number, days, hours.opens, hours.closes)
    return Session(number, days, hours.opens, hours.closes, at_desk.opens, at_desk.closes)


def _intervals(
    cells: Sequence[str], columns: Sequence[str], faults: list[CellFault]
) -> list[Interval | None]:
    intervals: list[Interval | None] = []
    for place in range(len(DAYS)):
        interval, codes = parse_interval(cells[2 * place], cells[2 * place + 1])
        intervals.append(interval)
        for code in codes:
            faults.append(CellFault(code, columns[2 * place], _pair(cells, place)))
    return intervals


def _pair(cells: Sequence[str], place: int) -> str:
    return f"{cells[2 * place]}-{cells[2 * place + 1]}"


def _missing_end(start: int | None, end: int | None) -> str | None:
    if start is None:
        return None if end is None else "time-start-missing"
    return "time-end-missing"


def _whole_day(start: int, end: int) -> bool:
    return start == 0 and end >= DAY_MINUTES - 1


def _clock(minutes: int) -> time:
    return time(minutes % DAY_MINUTES // 60, minutes % 60)
