"""When what an entry says is due to be compared with the world again."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings

from clinics.catalogue import Entry, Row
from clinics.models import Scheme, Verification
from clinics.vocabulary import Vocabulary


def verify_by(entry: Entry, vocabulary: Vocabulary) -> date | None:
    """The day on which the first part of an entry is due; None where curators say nothing of it.

    Names, addresses and most claims stay good for ``VERIFICATION_DAYS`` after the last check, or
    after they were recorded where nobody checked them yet; services and second-opinion terms for
    ``SERVICE_VERIFICATION_DAYS``.
    """
    return min(_due_days(entry, vocabulary), default=None)


def identity_checked(entry: Entry) -> date | None:
    """The last day on which somebody who was reached confirmed who and where the place is."""
    checks = (
        row["verified_on"]
        for row in entry.verifications
        if row["outcome"] != Verification.Outcome.NOT_REACHED
        and Verification.Scope.IDENTITY in row["scope"]
    )
    return max(checks, default=None)


def identity_due(entry: Entry) -> date | None:
    """The day on which the identity is due; None where curators say nothing of it."""
    since = identity_checked(entry) or (entry.curated or {}).get("recorded_on")
    return since + timedelta(days=settings.VERIFICATION_DAYS) if since else None


def claim_due(row: Row, scheme: str) -> date:
    """The day on which a claim about a concept of ``scheme`` is due."""
    short = scheme == Scheme.SERVICE
    return _after(row, settings.SERVICE_VERIFICATION_DAYS if short else settings.VERIFICATION_DAYS)


def second_opinion_due(row: Row) -> date:
    """The day on which second-opinion terms are due."""
    return _after(row, settings.SERVICE_VERIFICATION_DAYS)


def _after(row: Row, days: int) -> date:
    since: date = row["checked_on"] or row["recorded_on"]
    return since + timedelta(days=days)


def _due_days(entry: Entry, vocabulary: Vocabulary) -> Iterator[date]:
    identity = identity_due(entry)
    if identity:
        yield identity
    for row in entry.claims:
        yield claim_due(row, vocabulary.words[row["concept_id"]].scheme)
    for row in entry.second_opinions:
        yield second_opinion_due(row)
