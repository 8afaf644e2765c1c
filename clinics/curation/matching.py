"""Which facility an incoming row is about: known by its id, remembered, or for a person to say.

Nothing that is merely alike is ever taken for the same: candidates are ranked, a person decides,
and the decision is remembered under what the row calls itself.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from clinics.curation.likeness import REASONS, likeness
from clinics.curation.narrowing import Narrowing
from clinics.curation.signs import Signs, host_of, phone_digits, read_known, signs_of
from clinics.identity import CURATED
from clinics.models import Facility, MatchDecision
from clinics.text import search_key

__all__ = ["REASONS", "Candidate", "IncomingRow", "Match", "find_match", "remember", "row_key"]

MOST_CANDIDATES = 10
# Candidates with fewer points are not worth a look.
LEAST_SCORE = 20
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A row of a table that says something of a facility; empty where it does not say.

    Positions are WGS84 decimal degrees.
    """

    name: str
    prefecture_code: str = ""
    municipality_code: str = ""
    address: str = ""
    website: str = ""
    phone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    official_id: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A facility that a row may be about.

    ``score`` is 0 to 100; ``reasons`` are slugs of :data:`REASONS`, the weightiest first.
    """

    facility_id: UUID
    score: int
    reasons: tuple[str, ...]
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Match:
    """What is known of a row.

    ``how`` is ``official-id`` or ``remembered`` where it is settled. With ``remembered``,
    ``facility_id`` is None where a person said that it is none of those the catalogue has. With
    ``none`` a person has to decide among ``candidates``, at most :data:`MOST_CANDIDATES`, best first.
    """

    facility_id: UUID | None
    how: Literal["official-id", "remembered", "none"]
    candidates: tuple[Candidate, ...] = ()


def row_key(row: IncomingRow) -> str:
    """What a row calls itself, folded; empty where it has no name to be remembered by."""
    name = search_key(row.name)
    if not name:
        return ""
    parts = (
        name,
        row.prefecture_code or row.municipality_code[:2],
        row.municipality_code,
        search_key(row.address),
        host_of(row.website),
        phone_digits(row.phone),
    )
    key = "|".join(parts)
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}#{digest}"


def find_match(row: IncomingRow, using: str = "default") -> Match:
    """The facility of a row by its id, else as a person decided before, else candidates."""
    facility_id = _by_official_id(row.official_id, using)
    if facility_id is not None:
        return Match(facility_id, "official-id")
    decision = MatchDecision.objects.using(using).filter(row_key=row_key(row)).first()
    if decision is not None:
        return Match(decision.facility_id, "remembered")
    return Match(None, "none", tuple(candidates(_signs(row), using)))


def remember(key: str, facility_id: UUID | None, by: Any) -> None:
    """Keep what a person said a row is about: a facility, or none that the catalogue has.

    Raises ``ValueError`` for a row without a name, which calls itself nothing.
    """
    if not key:
        raise ValueError("A row without a name cannot be remembered.")
    MatchDecision.objects.update_or_create(
        row_key=key, defaults={"facility_id": facility_id, "decided_by": by}
    )


def candidates(
    signs: Signs, using: str = "default", *, without: Iterable[UUID] = ()
) -> list[Candidate]:
    """The facilities most like a place, best first; ``without`` are not among them."""
    narrowing = Narrowing(signs, using)
    known = read_known(narrowing.facility_ids() - set(without), using)
    found = []
    for place in known.values():
        alike = likeness(signs, place.signs, narrowing.users_of_host)
        if alike.score >= LEAST_SCORE:
            found.append(
                Candidate(place.facility_id, alike.score, alike.reasons, place.name, place.address)
            )
    found.sort(key=lambda candidate: (-candidate.score, candidate.name, candidate.facility_id))
    return found[:MOST_CANDIDATES]


def _by_official_id(official_id: str, using: str) -> UUID | None:
    """The facility of an id, a register's before the curators' own; where it led after a merge."""
    if not official_id:
        return None
    found = list(
        Facility.objects.using(using)
        .filter(official_id=official_id)
        .values_list("source", "pk", "merged_into")
    )
    registered = [row for row in found if row[0] != CURATED] or found
    # Two registers may both have it; then a person says which is meant.
    if len(registered) != 1:
        return None
    ((_source, facility_id, merged_into),) = registered
    return merged_into or facility_id


def _signs(row: IncomingRow) -> Signs:
    return signs_of(
        {
            "name": row.name,
            "prefecture_code": row.prefecture_code,
            "municipality_code": row.municipality_code,
            "address": row.address,
            "website": row.website,
            "phone": row.phone,
            "latitude": row.latitude,
            "longitude": row.longitude,
        }
    )
