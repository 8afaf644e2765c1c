"""Where a statement comes from, when it was made and checked, and whether it still holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from finder.checklist.clinic.age import age_text, has_expired
from finder.checklist.definition import Text


@dataclass(frozen=True, slots=True)
class Origin:
    """The sources of a statement and its days (ISO 8601); ``age`` says in words when it was stated."""

    sources: Sequence[Mapping[str, str | None]]
    age: Text
    recorded_on: str
    checked_on: str | None
    expires_on: str | None
    has_expired: bool


def origin_of(record: Mapping[str, Any], today: date) -> Origin:
    """The origin of a claim or of second-opinion terms, as a clinic's document has them."""
    expires_on = None if record["expires_on"] is None else date.fromisoformat(record["expires_on"])
    recorded_on = date.fromisoformat(record["recorded_on"])
    return Origin(
        sources=record["sources"],
        age=age_text(record["asserted_on"], recorded_on, expires_on, today),
        recorded_on=record["recorded_on"],
        checked_on=record["checked_on"],
        expires_on=record["expires_on"],
        has_expired=has_expired(expires_on, today),
    )
