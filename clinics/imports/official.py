"""Stores what an official register says: compare, write what differs, publish, count.

One transaction holds the whole import; killed at any moment, the old catalogue stands. Only the
official layer is written. What curators say of a facility is never touched, and an import of what
is already stored changes nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from clinics.catalogue import read_entries
from clinics.identity import facility_uuid
from clinics.imports.official_history import keep, keep_first
from clinics.imports.official_layer import Changes, Row, create, update
from clinics.imports.records import FacilityRecord
from clinics.imports.refusal import ImportRefused
from clinics.models import (
    Kind,
    OfficialFacts,
)
from clinics.position import ecef, geodesic_m
from clinics.publication import publishing

CHUNK = 500
EXAMPLES = 5
# A complete release loses a few facilities in a hundred; more are missing from a partial file.
PLAUSIBLE_ABSENT_SHARE = 0.1
# Most points that change between releases change by less, without the facility having moved.
MOVED_M = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that an import changes, for a person to look at."""

    official_id: str
    name: str
    fact: str
    before: str
    after: str


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do.

    ``counts`` has ``created``, ``updated``, ``unchanged``, ``vanished`` (now marked absent from
    the register), ``absent`` (not in the files, and not marked, because so many missing means a
    partial file), ``reappeared``, ``moved`` (by more than 100 m) and ``positions unknown``. ``touched`` is how many facilities were
    looked at again for publishing.
    """

    counts: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    created: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a facility before the import."""

    facility_id: UUID
    kind: str
    digest: str
    release: date
    absent: bool
    latitude: float | None
    longitude: float | None

    def moves_to(self, record: FacilityRecord) -> bool:
        """Whether both positions are known and more than ``MOVED_M`` apart."""
        if None in (self.latitude, self.longitude, record.latitude, record.longitude):
            return False
        before = ecef(self.latitude or 0, self.longitude or 0)
        return geodesic_m(before, ecef(record.latitude or 0, record.longitude or 0)) > MOVED_M


@dataclass(frozen=True, slots=True)
class Import:
    """One run: where the records come from, and how far it may go.

    ``kinds`` are the kinds of facility whose complete lists the files claim to be; only those can
    vanish. ``mark_absent`` marks however many are missing. ``progress`` is told a stage and how many
    more facilities are stored and published.
    """

    source: str
    release: date
    kinds: tuple[Kind, ...] = ()
    mark_absent: bool = False
    allow_older: bool = False
    dry_run: bool = False
    using: str = "default"
    progress: Callable[[str, int], None] = lambda _stage, _done: None


def store(records: Iterable[FacilityRecord], run: Import) -> Outcome:
    """Bring the official layer and the listings up to ``records``, all or nothing.

    Raises :class:`ImportRefused` when the catalogue already holds a newer release.
    """
    outcome = Outcome()
    with publishing(run.using) as publisher:
        stored = _stored(run)
        _refuse_older(stored, run)
        seen: set[str] = set()
        for chunk in _chunks(records):
            seen.update(record.official_id for record in chunk)
            changes = _compare(chunk, stored, run, outcome)
            if not run.dry_run:
                publisher.publish(create(changes.created, run))
                touched = update(changes, run)
                publisher.publish(read_entries(touched, run.using))
                outcome.touched += len(changes.created) + len(touched)
            run.progress("stored", len(chunk))
        absent = _mark_absent(stored, seen, run, outcome)
        for first in range(0, len(absent), CHUNK):
            publisher.publish(read_entries(absent[first : first + CHUNK], run.using))
        outcome.touched += len(absent)
    return outcome


def digest(record: FacilityRecord) -> str:
    """Equal for records that say the same."""
    return hashlib.blake2b(orjson.dumps(record), digest_size=16).hexdigest()


def _stored(run: Import) -> dict[str, Stored]:
    facts = OfficialFacts.objects.using(run.using).filter(facility__source=run.source)
    rows = facts.values_list(
        "facility__official_id",
        "facility_id",
        "kind",
        "digest",
        "release",
        "absent_since",
        "latitude",
        "longitude",
    )
    return {
        official_id: Stored(facility_id, kind, text, release, absent_since is not None, *position)
        for official_id, facility_id, kind, text, release, absent_since, *position in rows.iterator(
            10_000
        )
    }


def _refuse_older(stored: dict[str, Stored], run: Import) -> None:
    newest = max((known.release for known in stored.values()), default=run.release)
    if newest > run.release and not run.allow_older:
        raise ImportRefused(
            f"These files are the release of {run.release}, but the catalogue holds {newest}. "
            "Take that release or a newer one, or say --allow-older to go back."
        )


def _chunks(records: Iterable[FacilityRecord]) -> Iterator[list[FacilityRecord]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _compare(
    chunk: Sequence[FacilityRecord], stored: dict[str, Stored], run: Import, outcome: Outcome
) -> Changes:
    """What has to be written of one chunk, counted."""
    changes = Changes()
    for record in chunk:
        outcome.counts["positions unknown"] += record.latitude is None
        text = digest(record)
        known = stored.get(record.official_id)
        if known is None:
            changes.created.append((facility_uuid(run.source, record.official_id), record, text))
            outcome.created += [record.name] if len(outcome.created) < EXAMPLES else []
            continue
        outcome.counts["reappeared"] += known.absent
        if known.digest != text or known.absent:
            changes.updated.append((known.facility_id, record, text))
            outcome.counts["moved"] += known.moves_to(record)
        else:
            outcome.counts["unchanged"] += 1
            if known.release != run.release:
                changes.restated.append(known.facility_id)
    outcome.counts["created"] += len(changes.created)
    outcome.counts["updated"] += len(changes.updated)
    _note_changes(changes.updated, run, outcome)
    return changes


def _note_changes(rows: Sequence[Row], run: Import, outcome: Outcome) -> None:
    """Keep the first changed facts as examples."""
    chosen = rows[: EXAMPLES - len(outcome.changes)] if len(outcome.changes) < EXAMPLES else []
    before = OfficialFacts.objects.using(run.using).in_bulk([row[0] for row in chosen])
    for facility_id, record, _ in chosen:
        facts = before[facility_id]
        pairs = {
            name: (getattr(facts, name), value)
            for name, value in _comparable(record).items()
            if getattr(facts, name) != value
        } or {"departments or hours": ("as stored", "as in the file")}
        outcome.changes += [
            Change(record.official_id, record.name, name, str(old), str(new))
            for name, (old, new) in pairs.items()
        ]


def _comparable(record: FacilityRecord) -> dict[str, Any]:
    """The facts of a record under the names of the stored ones."""
    facts = {
        item.name: getattr(record, item.name)
        for item in fields(record)
        if item.name not in ("official_id", "departments", "closures")
    }
    return facts | {"closures": record.closures.as_json()}


def _mark_absent(
    stored: dict[str, Stored], seen: set[str], run: Import, outcome: Outcome
) -> list[UUID]:
    """Mark what the register no longer lists, kind by kind; the facilities that were marked."""
    marked: list[UUID] = []
    for kind in run.kinds:
        of_kind = {key: known for key, known in stored.items() if known.kind == kind}
        missing = {
            key: known for key, known in of_kind.items() if key not in seen and not known.absent
        }
        if len(missing) > PLAUSIBLE_ABSENT_SHARE * len(of_kind) and not run.mark_absent:
            outcome.counts["absent"] += len(missing)
            continue
        outcome.counts["vanished"] += len(missing)
        outcome.vanished += list(missing)[: EXAMPLES - len(outcome.vanished)]
        marked += [known.facility_id for known in missing.values()]
    if run.dry_run:
        return []
    for first in range(0, len(marked), CHUNK):
        chunk = marked[first : first + CHUNK]
        keep_first(chunk, run)
        facts = OfficialFacts.objects.using(run.using).filter(facility__in=chunk)
        facts.update(absent_since=run.release)
        keep(chunk, run)
    return marked
