"""Opening hours as a week to read: departments that are alike share a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from clinics.hours import DAYS
from clinics.models import Department, OpeningHours


@dataclass(frozen=True, slots=True)
class Opening:
    """One session on one day. ``reception`` is blank where none is stated."""

    hours: str
    reception: str


@dataclass(frozen=True, slots=True)
class WeeklyRow:
    """The week of some departments: for Monday to Sunday and public holidays, when they open."""

    departments: tuple[str, ...]
    days: tuple[tuple[Opening, ...], ...]


@dataclass(frozen=True, slots=True)
class WeeklyTable:
    """The weeks of a facility. ``without_hours`` are departments that state none."""

    rows: tuple[WeeklyRow, ...]
    without_hours: tuple[str, ...]


def weekly_table(departments: Iterable[Department]) -> WeeklyTable:
    """The departments with their hours, which are read by ``prefetch_related("hours")``."""
    alike: dict[tuple[tuple[Opening, ...], ...], list[str]] = {}
    without: list[str] = []
    for department in departments:
        week = _week(department)
        if any(week):
            alike.setdefault(week, []).append(department.name)
        else:
            without.append(department.name)
    rows = (WeeklyRow(tuple(names), week) for week, names in alike.items())
    return WeeklyTable(tuple(rows), tuple(without))


def _week(department: Department) -> tuple[tuple[Opening, ...], ...]:
    sessions = sorted(department.hours.all(), key=lambda row: (row.opens, row.closes))
    return tuple(
        tuple(
            dict.fromkeys(
                _opening(session) for session in sessions if day in session.days.split(",")
            )
        )
        for day in DAYS
    )


def _opening(session: OpeningHours) -> Opening:
    desk = (session.reception_opens, session.reception_closes)
    return Opening(
        f"{_clock(session.opens)}–{_clock(session.closes)}",
        f"{_clock(desk[0])}–{_clock(desk[1])}" if any(desk) else "",
    )


def _clock(at: time | None) -> str:
    return at.isoformat("minutes") if at else ""
