"""The entries that the catalogue would have of the population, made in memory and rendered.

They are those that importing the records and adding what is said of them would give; so what they
render to is what publication would write. Rendering is most of the work, and shared by processes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models

from benchmarks import catalogue
from benchmarks.claims import Sayings
from benchmarks.population import Population
from clinics.catalogue import Entry, Row
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.models import (
    Claim,
    Department,
    Facility,
    Layer,
    OfficialFacts,
    OpeningHours,
    PositionSource,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.position import cell, ecef
from clinics.publication import searched_text
from clinics.rendering import Rendered, render
from clinics.terms import split_mask
from clinics.timetable import OpenInterval
from clinics.vocabulary import Vocabulary

# Every row of a table begins as its defaults.
DEFAULTS: dict[type[models.Model], Row] = {
    model: {field.attname: field.get_default() for field in model._meta.concrete_fields}
    for model in (
        Facility,
        OfficialFacts,
        Department,
        OpeningHours,
        Claim,
        SecondOpinion,
        Verification,
    )
}


class Listed(NamedTuple):
    """What searches read of one facility, without the ids that are the database's to give.

    ``described`` is when it was verified and is to be again, its degrees and the key of its name; the summary and the
    detail lack their instant; ``text`` are the values of the publication's columns; ``postings``
    have a term's key and the strength.
    """

    facility: Row
    described: tuple[Any, ...]
    digests: tuple[str, str]
    documents: tuple[bytes, bytes]
    place: tuple[int, float, float, float]
    masks: tuple[int, int]
    text: tuple[Any, ...]
    sessions: tuple[OpenInterval, ...]
    closed_dates: tuple[int, ...]
    postings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders facilities by their numbers; ``slots`` are the mask bits of the terms."""

    population: Population
    sayings: Sayings
    concepts: Mapping[str, int]
    vocabulary: Vocabulary
    slots: Mapping[str, int]

    def listed(self, serial: int) -> Listed:
        """The facility of a number, as it is published."""
        record = self.population.record(serial)
        rendered = render(self.entry(serial, record), self.vocabulary)
        bits = 0
        for key in rendered.strengths:
            if key in self.slots:
                bits |= 1 << self.slots[key]
        return _listed(rendered, split_mask(bits))

    def entry(self, serial: int, record: FacilityRecord) -> Entry:
        """What the catalogue would hold of a facility."""
        said = self.sayings.of(serial, record)
        facility_id = catalogue.public_id(record)
        entry = Entry(
            facility=_row(
                Facility,
                id=facility_id,
                source=catalogue.SOURCE,
                official_id=record.official_id,
                status=Status.PUBLISHED,
            ),
            official=_official(record),
            departments=[
                _department(place, department)
                for place, department in enumerate(record.departments or ())
            ],
        )
        for model, kept, rows in (
            (Claim, entry.claims, catalogue.claims),
            (SecondOpinion, entry.second_opinions, catalogue.second_opinions),
            (Verification, entry.verifications, catalogue.verifications),
        ):
            kept += [_row(model, **values) for values in rows(record, said, self.concepts)]
        entry.sort_departments()
        return entry


def _row(model: type[models.Model], **values: Any) -> Row:
    return DEFAULTS[model] | values


def _official(record: FacilityRecord) -> Row:
    return _row(
        OfficialFacts,
        kind=record.kind,
        name=record.name,
        name_kana=record.name_kana,
        name_en=record.name_en,
        short_name=record.short_name,
        prefecture_code=record.prefecture_code,
        municipality_code=record.municipality_code,
        address=record.address,
        latitude=record.latitude,
        longitude=record.longitude,
        position_source=PositionSource.OFFICIAL,
        website=record.website,
        closures=record.closures.as_json(),
        closing_remarks=record.closing_remarks,
        release=catalogue.RELEASE,
    )


def _department(place: int, department: DepartmentRecord) -> Row:
    hours = [
        _row(
            OpeningHours,
            session=session.number,
            days=",".join(session.days),
            opens=session.opens,
            closes=session.closes,
            reception_opens=session.reception_opens,
            reception_closes=session.reception_closes,
        )
        for session in department.hours
    ]
    return _row(
        Department, id=place, layer=Layer.OFFICIAL, code=department.code, name=department.name
    ) | {"hours": hours}


def _listed(item: Rendered, masks: tuple[int, int]) -> Listed:
    assert item.position is not None
    return Listed(
        facility=item.entry.facility,
        described=(item.verified_on, item.verify_by, *item.position, item.name_key),
        digests=(item.digest(), item.filing_digest(masks)),
        documents=(item.summary, item.detail),
        place=(cell(*item.position), *ecef(*item.position)),
        masks=masks,
        text=searched_text(item, masks),
        sessions=item.timetable.sessions,
        closed_dates=item.timetable.closed_dates,
        postings=tuple(sorted(item.strengths.items())),
    )
