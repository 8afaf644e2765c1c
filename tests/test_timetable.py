"""Timetables: one test for each rule by which stated hours become intervals, and rare hours."""

from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinics.hours import WEEKDAYS, Closures
from clinics.timetable import (
    OpenInterval,
    Timetable,
    compile_timetable,
    open_term,
    open_terms,
)

WEEKDAYS_ONLY = "mon,tue,wed,thu,fri"
MONDAY_TO_FRIDAY = 0b11111
EVERY_WEEK = 0b11111
MONDAY, FRIDAY, SATURDAY, SUNDAY = 1 << 0, 1 << 4, 1 << 5, 1 << 6
HOLIDAYS = 0b1111111 << 7
UNANSWERED = Closures()


def session(days: str, hours: str, reception: str | None = None) -> dict[str, Any]:
    """A row of opening hours, times as ``9:00-12:30``; a ``?`` is a time not stated."""
    opens, closes = clocks(hours)
    desk_opens, desk_closes = clocks(reception) if reception else (None, None)
    return {
        "session": 1,
        "days": days,
        "opens": opens,
        "closes": closes,
        "reception_opens": desk_opens,
        "reception_closes": desk_closes,
    }


def clocks(written: str) -> list[time | None]:
    return [
        None if clock == "?" else time(*map(int, clock.split(":"))) for clock in written.split("-")
    ]


def department(*hours: dict[str, Any], layer: str = "official", code: str = "01013") -> dict:
    return {"layer": layer, "code": code, "hours": list(hours)}


def compiled(*hours: dict[str, Any], closures: Closures = UNANSWERED, remarks: str = ""):
    """The timetable of a clinic with one department."""
    return compile_timetable([department(*hours)], closures.as_json(), remarks)


def clock_times(timetable: Timetable) -> list[str]:
    """The intervals as clock times that run on past 24:00."""
    return [
        f"{opens // 60}:{opens % 60:02}-{closes // 60}:{closes % 60:02}"
        for _, _, opens, closes in timetable.sessions
    ]


def weekly(**answers: str) -> Closures:
    """Closures with these answers on weekdays, the others unknown."""
    return Closures(tuple(answers.get(day, "unknown") for day in WEEKDAYS))


def test_a_typical_clinic_has_a_row_for_each_pair_of_times() -> None:
    closures = Closures(("open",) * 6 + ("closed",), (), "closed")
    timetable = compiled(
        session(f"{WEEKDAYS_ONLY},sat", "9:00-12:00"),
        session(WEEKDAYS_ONLY, "14:00-18:00"),
        closures=closures,
        remarks="12/30～1/3",
    )
    assert timetable == Timetable(
        (
            OpenInterval(MONDAY_TO_FRIDAY | SATURDAY, EVERY_WEEK, 540, 720),
            OpenInterval(MONDAY_TO_FRIDAY, EVERY_WEEK, 840, 1080),
        ),
        (101, 102, 103, 1230, 1231),
    )


@pytest.mark.parametrize(
    ("hours", "reception", "open_from_to"),
    [
        ("9:00-12:00", None, ["9:00-12:00"]),
        ("9:00-12:00", "8:30-11:30", ["9:00-11:30"]),
        ("9:00-12:00", "8:30-12:00", ["9:00-12:00"]),
        ("9:00-12:00", "8:30-12:30", ["9:00-12:00"]),
        ("9:00-12:00", "10:00-11:30", ["9:00-11:30"]),
        ("15:00-18:00", "13:00-16:00", ["15:00-16:00"]),
        ("14:00-17:00", "8:00-11:30", ["8:00-11:30"]),
        ("14:00-17:00", "8:00-14:00", ["8:00-14:00"]),
        ("14:00-17:00", "8:00-14:01", ["14:00-14:01"]),
        ("9:00-12:00", "?-11:30", ["9:00-11:30"]),
        ("9:00-12:00", "?-9:00", []),
        ("9:00-12:00", "8:00-?", ["9:00-12:00"]),
        ("9:00-0:00", None, ["9:00-24:00"]),
        ("0:00-0:00", None, ["0:00-24:00"]),
        ("18:00-8:30", None, ["18:00-32:30"]),
        ("9:00-9:00", None, ["9:00-33:00"]),
        ("18:00-8:30", "17:30-8:00", ["18:00-32:00"]),
        ("18:00-8:30", "0:30-8:00", ["18:00-32:00"]),
        ("18:00-8:30", "?-8:00", ["18:00-32:00"]),
        ("18:00-8:30", "9:00-17:00", ["9:00-17:00"]),
        ("18:00-8:30", "?-9:00", []),
        ("18:00-0:00", "18:00-0:00", ["18:00-24:00"]),
        ("0:00-0:00", "0:00-0:00", ["0:00-24:00"]),
        ("0:00-0:00", "?-0:00", ["0:00-24:00"]),
    ],
)
def test_a_session_ends_with_its_reception(
    hours: str, reception: str | None, open_from_to: list[str]
) -> None:
    assert clock_times(compiled(session("mon", hours, reception))) == open_from_to


@pytest.mark.parametrize(
    ("stated", "merged"),
    [
        (["9:00-12:00", "12:00-15:00"], ["9:00-15:00"]),
        (["9:00-12:00", "12:01-15:00"], ["9:00-12:00", "12:01-15:00"]),
        (["9:00-17:00", "10:00-11:00"], ["9:00-17:00"]),
        (["10:00-13:00", "9:00-12:00", "18:00-20:00"], ["9:00-13:00", "18:00-20:00"]),
        (["0:00-9:00", "9:00-0:00"], ["0:00-24:00"]),
        (["18:00-8:00", "23:00-9:00"], ["18:00-33:00"]),
        (["18:00-8:00", "8:00-18:00"], ["8:00-32:00"]),
        (["9:00-12:00", "9:00-12:00"], ["9:00-12:00"]),
    ],
)
def test_intervals_that_overlap_or_touch_are_one(stated: list[str], merged: list[str]) -> None:
    assert clock_times(compiled(*(session("mon", hours) for hours in stated))) == merged


def test_departments_count_together_but_for_emergency_medicine() -> None:
    departments = [
        department(session("mon", "9:00-12:00"), code="01013"),
        department(session("mon", "13:00-15:00"), code="02035"),
        department(session("mon", "0:00-0:00"), code="09010"),
    ]
    assert clock_times(compile_timetable(departments, None, None)) == [
        "9:00-12:00",
        "13:00-15:00",
    ]


def test_the_curators_hours_go_before_the_registers() -> None:
    official = department(session("mon", "9:00-12:00"))
    curated = department(session("tue", "14:00-17:00"), layer="curated", code="")
    assert clock_times(compile_timetable([official, curated], {}, "")) == ["14:00-17:00"]


def test_curated_departments_without_hours_leave_the_word_to_the_register() -> None:
    official = department(session("mon", "9:00-12:00"))
    curated = department(layer="curated", code="")
    emergency = department(session("mon", "0:00-0:00"), layer="curated", code="09010")
    timetable = compile_timetable([curated, emergency, official], {}, "")
    assert clock_times(timetable) == ["9:00-12:00"]


@pytest.mark.parametrize(
    "departments",
    [[], [department()], [department(session("mon", "0:00-0:00"), code="09010")]],
    ids=["no department", "no hours", "emergency medicine alone"],
)
def test_without_hours_nothing_is_known(departments: list[dict[str, Any]]) -> None:
    closures = Closures(("open",) * 7, (), "open").as_json()
    assert compile_timetable(departments, closures, "12/30～1/3") == Timetable()


def test_a_weekday_closed_every_week_opens_nothing_even_on_a_holiday() -> None:
    timetable = compiled(
        session("mon,tue,hol", "9:00-12:00"), closures=weekly(mon="closed", tue="open")
    )
    assert timetable.sessions == (
        OpenInterval(1 << 1 | HOLIDAYS & ~(MONDAY << 7), EVERY_WEEK, 540, 720),
    )


def test_weeks_of_the_month_are_left_out_on_holidays_too() -> None:
    closures = Closures(("open",) * 7, ((1, "sat"), (3, "sat"), (2, "mon")), "open")
    timetable = compiled(session("sat,hol", "9:00-12:00"), closures=closures)
    others = HOLIDAYS & ~(SATURDAY << 7) & ~(MONDAY << 7)
    assert set(timetable.sessions) == {
        OpenInterval(SATURDAY | SATURDAY << 7, 0b11010, 540, 720),
        OpenInterval(MONDAY << 7, 0b11101, 540, 720),
        OpenInterval(others, EVERY_WEEK, 540, 720),
    }


def test_a_weekday_closed_in_all_five_weeks_opens_nothing() -> None:
    closures = Closures(("open",) * 7, tuple((week, "mon") for week in range(1, 6)))
    assert compiled(session("mon", "9:00-12:00"), closures=closures) == Timetable()


def test_holidays_have_the_sessions_stated_for_them_alone() -> None:
    timetable = compiled(session("mon", "9:00-12:00"), session("hol", "10:00-11:00"))
    assert timetable.sessions == (
        OpenInterval(MONDAY, EVERY_WEEK, 540, 720),
        OpenInterval(HOLIDAYS, EVERY_WEEK, 600, 660),
    )


@pytest.mark.parametrize("answer", ["open", "unknown"])
def test_without_a_session_for_holidays_nothing_is_known_of_them(answer: str) -> None:
    closures = Closures(public_holidays=answer)
    assert compiled(session("mon", "9:00-12:00"), closures=closures).sessions == (
        OpenInterval(MONDAY, EVERY_WEEK, 540, 720),
    )


def test_a_clinic_closed_on_holidays_has_no_session_then_though_one_is_stated() -> None:
    closures = Closures(public_holidays="closed")
    timetable = compiled(session("sun,hol", "9:00-12:00"), closures=closures)
    assert timetable.sessions == (OpenInterval(SUNDAY, EVERY_WEEK, 540, 720),)


ROWS = st.builds(
    lambda days, opens, closes: session(
        ",".join(sorted(days)), f"{opens // 60}:{opens % 60}-{closes // 60}:{closes % 60}"
    ),
    st.sets(st.sampled_from([*WEEKDAYS, "hol"]), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1439),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_intervals_hold_the_stated_minutes_without_touching_or_repeating(
    rows: list[dict[str, Any]],
) -> None:
    timetable = compiled(*rows)
    assert len({row[1:] for row in timetable.sessions}) == len(timetable.sessions)
    for bit in range(14):
        day = [*WEEKDAYS, "hol"][min(bit, 7)]
        stated: set[int] = set()
        for row in rows:
            if day in row["days"].split(","):
                minute = row["opens"].hour * 60 + row["opens"].minute
                stated.add(minute)
                minute += 1
                while minute % 1440 != row["closes"].hour * 60 + row["closes"].minute:
                    stated.add(minute)
                    minute += 1
        mine = [row for row in timetable.sessions if row.days >> bit & 1]
        assert sum(row.closes - row.opens for row in mine) == len(stated)
        assert {minute for row in mine for minute in range(row.opens, row.closes)} == stated
        assert not {row.opens for row in mine} & {row.closes for row in mine}


# Rare hours.


@pytest.mark.parametrize(
    ("days", "hours", "terms"),
    [
        ("mon", "9:00-17:00", []),
        ("mon", "7:00-19:00", []),
        ("mon", "6:59-19:00", ["mon-0600-0700"]),
        ("mon", "7:00-19:01", ["mon-1900-2000"]),
        ("fri", "18:00-21:30", ["fri-1900-2000", "fri-2000-2100", "fri-2100-2400"]),
        ("fri", "21:00-0:00", ["fri-2100-2400"]),
        ("fri", "21:00-0:01", ["fri-2100-2400", "fri-2400-2700"]),
        ("fri", "23:00-7:30", ["fri-2100-2400", "fri-2400-2700", "fri-2700-3000", "fri-3000-3100", "fri-3100-3300"]),
        ("sat", "7:00-13:00", []),
        ("sat", "9:00-13:01", ["sat-1300-1500"]),
        ("sat", "16:59-17:01", ["sat-1500-1700", "sat-1700-1900"]),
        ("sun", "9:00-12:00", ["sun-0900-1200"]),
        ("sun", "7:00-9:01", ["sun-0700-0900", "sun-0900-1200"]),
        ("hol", "12:00-17:30", ["hol-1200-1400", "hol-1400-1700", "hol-1700-1900"]),
    ],
)  # fmt: skip
def test_a_session_is_filed_under_the_rare_blocks_it_touches(
    days: str, hours: str, terms: list[str]
) -> None:
    assert open_terms(compiled(session(days, hours))) == tuple(f"open:{term}" for term in terms)


def test_a_clinic_open_round_the_clock_is_filed_under_every_block_of_its_days() -> None:
    terms = open_terms(compiled(session("mon,sat,sun,hol", "0:00-0:00")))
    assert {day: sum(day in term for term in terms) for day in ("mon", "sat", "sun", "hol")} == {
        "mon": 6,
        "sat": 9,
        "sun": 11,
        "hol": 11,
    }


def test_terms_are_named_once_however_many_holidays_and_weeks_there_are() -> None:
    closures = Closures(("open",) * 7, ((1, "sat"),), "open")
    timetable = compiled(session("sat,hol", "20:00-21:00"), closures=closures)
    assert len(timetable.sessions) == 2
    assert open_terms(timetable) == ("open:hol-2000-2100", "open:sat-2000-2100")


def test_nothing_known_is_filed_nowhere() -> None:
    assert open_terms(Timetable()) == ()


@pytest.mark.parametrize("bit", range(14))
def test_every_minute_past_midnight_is_rare_and_each_minute_is_in_one_block(bit: int) -> None:
    for minute in range(2880):
        term = open_term(1 << bit, minute)
        if term is None:
            assert minute < 1440
            continue
        first, last = term.split("-")[1:]
        start, end = (int(clock[:2]) * 60 + int(clock[2:]) for clock in (first, last))
        assert start <= minute < end
        lone = Timetable((OpenInterval(1 << bit, 1, minute, minute + 1),))
        assert open_terms(lone) == (term,)
