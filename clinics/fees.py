"""Fees for consultations of different lengths, made comparable."""

from decimal import ROUND_HALF_UP, Decimal

COMPARED_MINUTES = 30
HUNDREDTH = Decimal("0.01")


def fee_per_30_minutes(fee: Decimal | None, minutes: int | None) -> Decimal | None:
    """What 30 minutes cost at the rate of ``fee`` for ``minutes``, in the currency of ``fee``.

    Rounded half up to the hundredth of the currency's unit, for yen as for any other. None where
    either is unknown, or the minutes are none. It is a rate and no price: a consultation of 60
    minutes costs its whole fee, and an extension what is stated for it, which is left out here
    since nobody knows beforehand whether one is needed. Whether tax is in it is as with ``fee``.
    """
    if fee is None or not minutes:
        return None
    return (fee * COMPARED_MINUTES / minutes).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
