"""Fees for different lengths, compared."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.fees import fee_per_30_minutes


@pytest.mark.parametrize(
    ("fee", "minutes", "rate"),
    [
        ("11000", 30, "11000.00"),
        ("43200", 60, "21600.00"),
        ("8640", 10, "25920.00"),
        ("22000", 45, "14666.67"),
        ("0", 30, "0.00"),
        ("0.01", 60, "0.01"),
        ("0.01", 61, "0.00"),
        ("99999999.99", 1, "2999999999.70"),
        (None, 30, None),
        ("11000", None, None),
        ("11000", 0, None),
        (None, None, None),
    ],
)
def test_a_fee_per_30_minutes(fee: str | None, minutes: int | None, rate: str | None) -> None:
    given_fee = None if fee is None else Decimal(fee)
    assert fee_per_30_minutes(given_fee, minutes) == (None if rate is None else Decimal(rate))


@given(
    st.decimals(0, Decimal("99999999.99"), places=2),
    st.integers(min_value=1, max_value=32767),
)
def test_a_fee_per_30_minutes_is_the_exact_rate_rounded_half_up(fee: Decimal, minutes: int) -> None:
    rate = fee_per_30_minutes(fee, minutes)
    assert rate is not None
    assert Fraction(rate) == Fraction(floor(Fraction(fee) * 3000 / minutes + Fraction(1, 2)), 100)
