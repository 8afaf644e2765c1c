"""Loads the starter catalogue: official facts of some hundred facilities, curated statements.

The files in ``fixtures/starter`` are loaded in one transaction. An entry that the catalogue already
has is left alone: from then on it is the curators'. Official facts that an import of a newer
release brought are left alone too.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction

from clinics.changes import change
from clinics.curation.entry_document import TERM_FIELDS
from clinics.curation.history import origins_of_old
from clinics.curation.quality import take_snapshot
from clinics.curation.workflow import note_live_change
from clinics.hours import Closures
from clinics.identity import CURATED, REGISTER_MATCH, facility_uuid
from clinics.imports.official import Import, store
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.imports.refusal import ImportRefused
from clinics.models import (
    Claim,
    Concept,
    CuratedFacts,
    Department,
    Facility,
    ImportRun,
    Kind,
    Layer,
    OfficialFacts,
    Scheme,
    SecondOpinion,
    Status,
    Via,
)
from clinics.publication import publish, refresh_statistics

SOURCE = "starter"
FACILITIES, INSTITUTIONS, SECOND_OPINIONS = FILES = (
    "facilities.json",
    "institutions.json",
    "second_opinions.json",
)
# What is said of athletes rests on other evidence than what is said of medicine.
ATHLETE_SCHEMES = {Scheme.SPORT, Scheme.LEVEL, Scheme.CREDENTIAL, Scheme.EVIDENCE}
# Where a statement comes from and what limits it is put together here, not taken as it is.
TERMS_AS_THEY_ARE = tuple(
    name for name in TERM_FIELDS if name not in ("note", "origin", "recorded_on")
)

Entry = Mapping[str, Any]


@dataclass(slots=True)
class StarterOutcome:
    """What loading did: counts of facilities, entries and claims; ``already`` if nothing was new."""

    counts: Counter[str] = field(default_factory=Counter)
    already: bool = False


def load_starter(*, using: str = "default", directory: Path | None = None) -> StarterOutcome:
    """Load the starter catalogue, all or nothing.

    Raises :class:`ImportRefused` for a file that is missing or cannot be read, or an entry that
    names a concept or facility that does not exist.
    """
    directory = directory or settings.FIXTURES_DIR / "starter"
    contents = {name: _read(directory / name) for name in FILES}
    files = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    ]
    if ImportRun.objects.using(using).filter(source=SOURCE, files=files).exists():
        return StarterOutcome(already=True)
    documents = {name: _parsed(name, content) for name, content in contents.items()}
    with transaction.atomic(using=using):
        outcome = StarterOutcome()
        release = _store_facilities(documents[FACILITIES], using, outcome)
        loader = _Loader(using, outcome)
        touched = loader.load_institutions(documents[INSTITUTIONS])
        touched |= loader.load_second_opinions(documents[SECOND_OPINIONS])
        with change(via=Via.IMPORT, reference=f"{SOURCE} {release}"):
            note_live_change(touched, using)
        publish(sorted(touched), using=using)
        run = ImportRun.objects.using(using).create(
            source=SOURCE, release=release, files=files, counts=dict(outcome.counts)
        )
        take_snapshot(run, using)
    refresh_statistics(using)
    return outcome


def read_facilities(document: Entry) -> Iterable[FacilityRecord]:
    """The records of ``facilities.json``."""
    for item in document["facilities"]:
        departments = tuple(
            DepartmentRecord(department["code"], department["name"])
            for department in item.get("departments", ())
        )
        yield FacilityRecord(
            official_id=item["official_id"],
            kind=Kind(item["kind"]),
            name=item["name"],
            name_kana=item.get("name_kana", ""),
            name_en=item.get("name_en", ""),
            short_name=item.get("short_name", ""),
            prefecture_code=item["prefecture_code"],
            municipality_code=item["municipality_code"],
            address=item["address"],
            latitude=item.get("latitude"),
            longitude=item.get("longitude"),
            website=item.get("website", ""),
            closures=Closures.from_json(item.get("closures", {})),
            closing_remarks=item.get("closing_remarks", ""),
            departments=departments,
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"The starter catalogue cannot be read: {error}.") from error


def _parsed(name: str, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ImportRefused(f"{name} is not JSON: {error}.") from error


def _store_facilities(document: Entry, using: str, outcome: StarterOutcome) -> date:
    """Store the official facts, but none over those of a newer release."""
    release = date.fromisoformat(document["release"])
    source = document["source"]
    newer = set(
        OfficialFacts.objects.using(using)
        .filter(facility__source=source, release__gt=release)
        .values_list("facility__official_id", flat=True)
    )
    records = [record for record in read_facilities(document) if record.official_id not in newer]
    stored = store(records, Import(source, release, allow_older=True, using=using))
    outcome.counts["facilities"] = stored.counts["created"]
    return release


class _Loader:
    """Turns entries into claims and terms."""

    def __init__(self, using: str, outcome: StarterOutcome) -> None:
        self.using = using
        self.outcome = outcome
        self.concepts = {
            (concept.scheme, concept.slug): concept
            for concept in Concept.objects.using(using).all()
        }
        registered = Facility.objects.using(using).exclude(source=CURATED)
        self.by_official_id = {facility.official_id: facility for facility in registered}
        self.known_origins = {
            *Claim.objects.using(using).exclude(origin="").values_list("origin", flat=True),
            *SecondOpinion.objects.using(using).exclude(origin="").values_list("origin", flat=True),
            *origins_of_old(using),
        }

    def load_institutions(self, document: Entry) -> set[UUID]:
        """Claims of what each institution offers; the facilities they are about."""
        recorded_on = date.fromisoformat(document["recorded_on"])
        touched: set[UUID] = set()
        claims: list[Claim] = []
        for entry in self._new(document["entries"], "institution"):
            facility = self._facility(entry, entry["facility_name"], recorded_on)
            department = self._department(facility, entry)
            claims += [
                self._claim(entry, facility, department, scheme, slug, recorded_on)
                for scheme, slugs in entry["concepts"].items()
                for slug in slugs
            ]
            touched.add(facility.pk)
            self.outcome.counts["institutions"] += 1
        Claim.objects.using(self.using).bulk_create(claims)
        self.outcome.counts["claims"] += len(claims)
        return touched

    def load_second_opinions(self, document: Entry) -> set[UUID]:
        """Second-opinion terms; the facilities they are about."""
        recorded_on = date.fromisoformat(document["recorded_on"])
        touched: set[UUID] = set()
        terms: list[SecondOpinion] = []
        for entry in self._new(document["entries"], "second-opinion"):
            facility = self._facility(entry, entry["name"], recorded_on)
            values = {name: entry[name] for name in TERMS_AS_THEY_ARE if name in entry}
            terms.append(
                SecondOpinion(
                    facility=facility,
                    recorded_on=recorded_on,
                    note=_joined([entry.get("note", "")], entry),
                    origin=entry["origin"],
                    **values,
                )
            )
            touched.add(facility.pk)
            self.outcome.counts["second opinions"] += 1
        SecondOpinion.objects.using(self.using).bulk_create(terms)
        return touched

    def _new(self, entries: Iterable[Entry], what: str) -> Iterable[dict[str, Any]]:
        """The entries that were never loaded, with their origin."""
        for entry in entries:
            origin = f"{SOURCE}/{what}/{entry['key']}"
            if origin not in self.known_origins:
                yield {**entry, "origin": origin}

    def _facility(self, entry: Entry, name: str, recorded_on: date) -> Facility:
        """The facility an entry is about: its official one, else one of the curators' own.

        What was merged into another is spoken of there.
        """
        if entry["official_id"]:
            try:
                facility = self.by_official_id[entry["official_id"]]
                return facility.merged_into or facility
            except KeyError:
                raise ImportRefused(
                    f"{entry['key']}: there is no facility with official id "
                    f"{entry['official_id']!r} in {FACILITIES}."
                ) from None
        key = entry["facility_key"]
        facility, created = Facility.objects.using(self.using).get_or_create(
            source=CURATED,
            official_id=key,
            defaults={"id": facility_uuid(CURATED, key), "status": entry["status"]},
        )
        if created:
            self._state(facility, entry, name, recorded_on)
        elif entry["status"] == Status.PUBLISHED and facility.status == Status.DRAFT:
            facility.status = Status.PUBLISHED
            facility.save(update_fields=["status"])
        return facility.merged_into or facility

    def _state(self, facility: Facility, entry: Entry, name: str, recorded_on: date) -> None:
        """What the sources say of a place that no register holds; its position is unknown."""
        CuratedFacts.objects.using(self.using).create(
            facility=facility,
            name=name,
            name_en=entry.get("facility_name_en", ""),
            prefecture_code=entry["prefecture_code"],
            address=entry.get("address", ""),
            website=entry.get("website", ""),
            sources=entry["sources"],
            recorded_on=recorded_on,
            note=entry.get("match_note", ""),
        )

    def _department(self, facility: Facility, entry: Entry) -> Department | None:
        if not entry.get("department"):
            return None
        department, _ = Department.objects.using(self.using).get_or_create(
            facility=facility,
            layer=Layer.CURATED,
            code="",
            name=entry["department"],
            defaults={"name_en": entry.get("department_en", "")},
        )
        return department

    def _claim(
        self,
        entry: Entry,
        facility: Facility,
        department: Department | None,
        scheme: str,
        slug: str,
        recorded_on: date,
    ) -> Claim:
        strength = entry["athlete_strength" if scheme in ATHLETE_SCHEMES else "strength"]
        return Claim(
            facility=facility,
            department=department,
            concept=self._concept(entry, scheme, slug),
            strength=self._concept(entry, Scheme.EVIDENCE, strength),
            statement=entry["statement"],
            note=_joined(entry.get("notes", ()), entry),
            sources=entry["sources"],
            asserted_on=entry["asserted_on"],
            recorded_on=recorded_on,
            origin=entry["origin"],
            status=entry["status"],
        )

    def _concept(self, entry: Entry, scheme: str, slug: str) -> Concept:
        try:
            return self.concepts[scheme, slug]
        except KeyError:
            raise ImportRefused(f"{entry['key']}: there is no {scheme} {slug!r}.") from None


def _joined(notes: Iterable[str], entry: Entry) -> str:
    """The limits of a statement, and how its facility was found in the register."""
    match = entry.get("match_note")
    found = [f"{REGISTER_MATCH}{match}"] if match else []
    return "\n".join([note for note in notes if note] + found)
