"""A fee as a record of a clinic states it, in words."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from clinics.fees import COMPARED_MINUTES
from finder.checklist.clinic.joining import joined
from finder.checklist.clinic.wording import (
    ABOUT,
    BETWEEN_DETAILS,
    BETWEEN_PARTS,
    COMPARED,
    EXTENSION,
    EXTENSION_OF_UNKNOWN_FEE,
    EXTENSION_OF_UNKNOWN_MINUTES,
    FEE_OF_MINUTES,
    FEE_UNKNOWN,
    FREE,
    MINUTES,
    MINUTES_UNKNOWN,
    ONE_MINUTE,
    TAX,
    WITH_DETAILS,
    YEN,
)
from finder.checklist.definition import Text

Record = Mapping[str, Any]


def fee_text(record: Record) -> Text | None:
    """Fee, minutes, tax, the rate per 30 minutes where that is another number, and the extension.

    What of it is unknown is said to be so; None where neither fee nor minutes nor extension is
    known.
    """
    return joined(list(_parts(record)), BETWEEN_PARTS)


def minutes_text(minutes: int) -> Text:
    """So many minutes."""
    return ONE_MINUTE if minutes == 1 else MINUTES.filled(number=f"{minutes:,}")


def amount_text(amount: Decimal, currency: str) -> Text:
    """An amount of money; ``currency`` is of ISO 4217. Hundredths are told where there are any."""
    digits = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    if currency == "JPY":
        return YEN.filled(amount=digits)
    return Text(f"{digits} {currency}", f"{digits} {currency}")


def _parts(record: Record) -> Iterator[Text]:
    fee, minutes = _decimal(record["fee"]), record["minutes"]
    if fee is not None:
        yield _fee(fee, minutes, record)
    elif minutes is not None:
        yield FEE_UNKNOWN.filled(minutes=minutes_text(minutes))
    yield from _extension(record)


def _fee(fee: Decimal, minutes: int | None, record: Record) -> Text:
    text = _amount_or_free(fee, record)
    details = joined(list(_details(fee, minutes, record)), BETWEEN_DETAILS)
    if details is not None:
        text = WITH_DETAILS.filled(fee=text, details=details)
    if minutes is None:
        return text
    return FEE_OF_MINUTES.filled(minutes=minutes_text(minutes), fee=text)


def _details(fee: Decimal, minutes: int | None, record: Record) -> Iterator[Text]:
    """What belongs to a fee. One that is nothing has no tax and no rate."""
    if fee:
        yield TAX[record["fee_tax"]]
    if minutes is None:
        yield MINUTES_UNKNOWN
    elif fee and minutes and minutes != COMPARED_MINUTES:
        yield COMPARED.filled(fee=_rate(fee, minutes, record))


def _extension(record: Record) -> Iterator[Text]:
    fee, minutes = _decimal(record["extra_fee"]), record["extra_minutes"]
    if fee is not None:
        text = _amount_or_free(fee, record)
        if minutes is None:
            yield EXTENSION_OF_UNKNOWN_MINUTES.filled(fee=text)
        else:
            yield EXTENSION.filled(minutes=minutes_text(minutes), fee=text)
    elif minutes is not None:
        yield EXTENSION_OF_UNKNOWN_FEE.filled(minutes=minutes_text(minutes))


def _amount_or_free(fee: Decimal, record: Record) -> Text:
    return amount_text(fee, record["fee_currency"]) if fee else FREE


def _rate(fee: Decimal, minutes: int, record: Record) -> Text:
    """The document's rate, to the yen for yen; said to be about so where it was rounded."""
    rate = Decimal(str(record["fee_per_30_minutes"]))
    if record["fee_currency"] == "JPY":
        rate = rate.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    text = amount_text(rate, record["fee_currency"])
    exact = Fraction(fee) * COMPARED_MINUTES / minutes
    return text if exact == Fraction(rate) else ABOUT.filled(fee=text)


def _decimal(amount: float | None) -> Decimal | None:
    """An amount of a document as what it was before it became JSON."""
    return None if amount is None else Decimal(str(amount))
