"""How old a statement is, at least."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.age import Age, age_of, latest_day

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("asserted_on", "months"),
    [
        ("2019-04-16", 91),
        ("2019-04-26", 90),
        ("2019-04", 90),
        ("2019", 82),
        ("2026-11-25", 0),
        ("2026-10-25", 1),
        ("2026-10-26", 0),
        ("2026-10", 0),
        ("2026-09", 1),
        ("2026", 0),
        ("2025", 10),
        ("2027-01", 0),
        ("2024-02-29", 32),
        ("2024-02", 32),
    ],
)
def test_a_statement_is_at_least_so_many_months_old(asserted_on: str, months: int) -> None:
    age = age_of(asserted_on, TODAY)
    assert age == Age(months)
    assert age.years == months // 12


@pytest.mark.parametrize("asserted_on", [None, ""])
def test_the_age_of_what_is_undated_is_unknown(asserted_on: str | None) -> None:
    assert age_of(asserted_on, TODAY) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "19",
        "2019-4",
        "2019-13",
        "2019-00",
        "2019-02-30",
        "0000",
        "2019-04-16T00",
        "2019年",
        "２０１９",
    ],
)
def test_what_is_no_date_has_no_age(wrong: str) -> None:
    with pytest.raises(ValueError):
        age_of(wrong, TODAY)


FORMS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day.year:04}",
    lambda day: f"{day.year:04}-{day.month:02}",
    lambda day: day.isoformat(),
)


@given(st.dates(date(1, 1, 1), date(9000, 1, 1)), st.dates(date(1, 1, 1), date(9000, 1, 1)))
def test_nothing_is_called_older_than_it_can_be(day: date, today: date) -> None:
    ages = []
    for form in FORMS:
        latest = latest_day(form(day))
        assert latest >= day and form(latest) == form(day)
        assert latest == date.max or form(latest + timedelta(days=1)) != form(day)
        age = age_of(form(day), today)
        assert age is not None
        ages.append(age.months)
        if age.months:
            year, month = divmod(today.year * 12 + today.month - 1 - age.months, 12)
            assert (latest.year, latest.month, latest.day) <= (year, month + 1, today.day)
    assert ages == sorted(ages)
