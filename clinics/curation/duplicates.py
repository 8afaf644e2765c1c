"""Facilities that may be one place: found, kept for a person to decide, never offered twice.

Only those are compared that share a sign which few others have, so that the work grows with the
catalogue and not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinics.curation.likeness import REASONS, Likeness, likeness
from clinics.curation.matching import candidates
from clinics.curation.signs import Known, Signs, read_known
from clinics.identity import CURATED
from clinics.models import (
    Claim,
    CuratedFacts,
    DuplicatePair,
    Facility,
    OfficialFacts,
    SecondOpinion,
    Status,
)
from clinics.position import Ecef
from clinics.publication import chunks
from clinics.text import GENERAL

__all__ = [
    "LEAST_SCORE",
    "REASONS",
    "PairCounts",
    "check_facility",
    "compare",
    "find_duplicates",
    "mark_different",
    "pair_of",
]

# Pairs with fewer points were seldom one place among the register's own.
LEAST_SCORE = 55
# A sign that more facilities share tells them apart no more.
LARGEST_BLOCK = 60
CUBE_M = 50.0
SHORTEST_PIECE = 2

Pair = tuple[UUID, UUID]


@dataclass(slots=True)
class PairCounts:
    """What a search for duplicates did: pairs by what became of them.

    ``new``, ``changed`` (other points or reasons than before), ``unchanged``, ``gone`` (no longer
    alike, taken back), ``decided`` (a person has said already). ``compared`` is how many pairs were
    looked at.
    """

    counts: Counter[str] = field(default_factory=Counter)
    compared: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What makes a facility worth a look: curators speak of it, or its register dropped it.

    ``is_listed`` is one that a register has as its own at present.
    """

    is_curated: bool
    is_absent: bool
    is_listed: bool


def find_duplicates(
    *,
    using: str = "default",
    dry_run: bool = False,
    progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> PairCounts:
    """Look through the whole catalogue and keep every pair that may be one place.

    Open pairs that are no longer alike are taken back. ``progress`` is told a stage, and how many
    facilities of how many are done.
    """
    outcome = PairCounts()
    standings = _standings(using)
    known: dict[UUID, Known] = {}
    for chunk in chunks(standings):
        known |= read_known(chunk, using)
        progress("read", len(known), len(standings))
    found = _alike(known, standings, outcome, progress)
    with transaction.atomic(using=using):
        _keep(found, outcome, using, dry_run)
        stored = DuplicatePair.objects.using(using).filter(state=DuplicatePair.State.OPEN)
        gone = [pair.pk for pair in stored if (pair.first_id, pair.second_id) not in found]
        outcome.counts["gone"] += len(gone)
        if not dry_run:
            DuplicatePair.objects.using(using).filter(pk__in=gone).delete()
    return outcome


def check_facility(facility_id: UUID, using: str = "default") -> PairCounts:
    """Keep the pairs of one facility with those most like it; nothing is taken back."""
    outcome = PairCounts()
    known = read_known([facility_id], using).get(facility_id)
    if known is None:
        return outcome
    near = candidates(known.signs, using, without=[facility_id])
    ids = [candidate.facility_id for candidate in near]
    standings = _standings(using, [facility_id, *ids])
    found = {
        _ordered(facility_id, candidate.facility_id): alike
        for candidate in near
        if candidate.facility_id in standings
        and (alike := Likeness(candidate.score, candidate.reasons))
        and _is_offered(alike, standings[facility_id], standings[candidate.facility_id])
    }
    outcome.compared = len(near)
    with transaction.atomic(using=using):
        _keep(found, outcome, using, dry_run=False)
    return outcome


def compare(one: UUID, other: UUID, using: str = "default") -> Likeness:
    """How alike two facilities are, whoever asks."""
    known = read_known([one, other], using)
    if len(known) < 2:
        return Likeness(0, ())
    return likeness(known[one].signs, known[other].signs, {})


def pair_of(one: UUID, other: UUID) -> DuplicatePair:
    """The pair of two facilities; one that was never found is given as it would be, unsaved."""
    first, second = _ordered(one, other)
    pair = DuplicatePair.objects.filter(first=first, second=second).first()
    if pair is None:
        alike = compare(first, second)
        pair = DuplicatePair(
            first_id=first, second_id=second, score=alike.score, reasons=list(alike.reasons)
        )
    return pair


def mark_different(pair: DuplicatePair, *, by: Any) -> DuplicatePair:
    """Keep that a person said two facilities are different places."""
    pair.state = DuplicatePair.State.DIFFERENT
    pair.decided_by, pair.decided_at = by, timezone.now()
    pair.save()
    return pair


def _standings(using: str, facility_ids: Iterable[UUID] | None = None) -> dict[UUID, Standing]:
    """The facilities that can be a duplicate: neither withdrawn nor merged already."""
    facilities = Facility.objects.using(using).exclude(status=Status.WITHDRAWN)
    if facility_ids is not None:
        facilities = facilities.filter(pk__in=facility_ids)
    said = {
        facility_id
        for model in (Claim, SecondOpinion, CuratedFacts)
        for facility_id in model._default_manager.using(using).values_list("facility_id", flat=True)
    }
    absent = set(
        OfficialFacts.objects.using(using)
        .filter(absent_since__isnull=False)
        .values_list("facility_id", flat=True)
    )
    return {
        facility_id: Standing(
            is_curated=source == CURATED or facility_id in said,
            is_absent=facility_id in absent,
            is_listed=source != CURATED and facility_id not in absent,
        )
        for facility_id, source in facilities.values_list("pk", "source")
    }


def _worth(one: Standing, other: Standing) -> bool:
    """Whether a pair can be one: curators speak of it, or the register gave it another id."""
    return one.is_curated or other.is_curated or one.is_absent != other.is_absent


def _is_offered(alike: Likeness, one: Standing, other: Standing) -> bool:
    """Whether a pair is worth a person's time.

    Two that a register has at the same time are different to it, however near each other, unless
    they have the very same name.
    """
    both_listed = one.is_listed and other.is_listed
    return (
        alike.score >= LEAST_SCORE
        and _worth(one, other)
        and (not both_listed or "same-name" in alike.reasons)
    )


def _alike(
    known: Mapping[UUID, Known],
    standings: Mapping[UUID, Standing],
    outcome: PairCounts,
    progress: Callable[[str, int, int], None],
) -> dict[Pair, Likeness]:
    """Every pair that is alike enough."""
    blocks: defaultdict[Hashable, list[UUID]] = defaultdict(list)
    for facility_id, place in known.items():
        for sign in _signs_of_one(place.signs):
            blocks[sign].append(facility_id)
    users_of_host = {key[1]: len(ids) for key, ids in blocks.items() if key[0] == "host"}  # type: ignore[index]
    found: dict[Pair, Likeness] = {}
    for done, (facility_id, place) in enumerate(known.items(), 1):
        standing = standings[facility_id]
        near = _neighbours(place, blocks) if standing.is_curated or standing.is_absent else ()
        for other in near:
            pair = _ordered(facility_id, other)
            if pair in found or not _worth(standing, standings[other]):
                continue
            outcome.compared += 1
            alike = likeness(known[pair[0]].signs, known[pair[1]].signs, users_of_host)
            if _is_offered(alike, standing, standings[other]):
                found[pair] = alike
        if done % 1_000 == 0:
            progress("compared", done, len(known))
    return found


def _neighbours(place: Known, blocks: Mapping[Hashable, list[UUID]]) -> set[UUID]:
    found: set[UUID] = set()
    signs = (*_signs_of_one(place.signs), *_cubes_around(place.signs.point))
    for sign in signs:
        block = blocks.get(sign, ())
        if len(block) <= LARGEST_BLOCK:
            found.update(block)
    found.discard(place.facility_id)
    return found


def _signs_of_one(signs: Signs) -> Iterator[tuple[Hashable, ...]]:
    """What two facilities have to share one of, to be compared."""
    for name in signs.names:
        yield "name", signs.prefecture_code, name
        for piece in GENERAL.sub(" ", name).split():
            if len(piece) >= SHORTEST_PIECE:
                yield "piece", signs.prefecture_code, piece
    if signs.host:
        yield "host", signs.host
    if signs.phone:
        yield "phone", signs.phone
    if signs.point is not None:
        yield "cube", *_cube(signs.point)


def _cube(point: Ecef) -> tuple[int, int, int]:
    x, y, z = (int(axis // CUBE_M) for axis in point)
    return x, y, z


def _cubes_around(point: Ecef | None) -> Iterator[tuple[Hashable, ...]]:
    """The cubes that hold everything within ``CUBE_M``."""
    if point is None:
        return
    x, y, z = _cube(point)
    around = (-1, 0, 1)
    yield from (("cube", x + i, y + j, z + k) for i in around for j in around for k in around)


def _ordered(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def _keep(found: Mapping[Pair, Likeness], outcome: PairCounts, using: str, dry_run: bool) -> None:
    """Write the pairs that are new or have changed, all but those that a person decided."""
    stored = {
        (pair.first_id, pair.second_id): pair for pair in DuplicatePair.objects.using(using).all()
    }
    new: list[DuplicatePair] = []
    changed: list[DuplicatePair] = []
    for (first, second), alike in found.items():
        pair = stored.get((first, second))
        reasons = list(alike.reasons)
        if pair is None:
            new.append(
                DuplicatePair(first_id=first, second_id=second, score=alike.score, reasons=reasons)
            )
        elif pair.state != DuplicatePair.State.OPEN:
            outcome.counts["decided"] += 1
        elif (pair.score, pair.reasons) != (alike.score, reasons):
            pair.score, pair.reasons = alike.score, reasons
            changed.append(pair)
        else:
            outcome.counts["unchanged"] += 1
    outcome.counts["new"] += len(new)
    outcome.counts["changed"] += len(changed)
    if not dry_run:
        pairs = DuplicatePair.objects.using(using)
        pairs.bulk_create(new, batch_size=500)
        pairs.bulk_update(changed, ["score", "reasons"], batch_size=500)
