"""A clinic's own terms at the items of a checklist: what is stated of each, else what to ask by phone.

Reads the clinic's public document, so that nothing is said here that the clinic's page does not say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from finder.checklist.clinic.age import age_text, has_expired
from finder.checklist.clinic.notes import Statement, TermNote
from finder.checklist.clinic.term_texts import OF_CLINIC, OF_RECORDS, Record
from finder.checklist.clinic.wording import MODES
from finder.checklist.definition import Checklist, ClinicTerm, Text

Clinic = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a record states comes from, and when."""

    sources: tuple[tuple[str, str | None], ...]
    asserted_on: str | None
    recorded_on: date
    checked_on: date | None
    expires_on: date | None


def clinic_notes(checklist: Checklist, clinic: Clinic, today: date) -> dict[str, list[TermNote]]:
    """The notes of a clinic by item slug, in the order of the checklist's terms.

    ``clinic`` is a published :class:`clinics.documents.ClinicDetail`, read from its JSON. Each of
    several second-opinion records makes a statement of its own. What nobody states, or only what
    has expired by ``today``, becomes the question to ask. Raises ``KeyError`` for a checklist that
    names a term which is none of :data:`finder.checklist.clinic.term_texts.KNOWN_TERMS`.
    """
    notes: dict[str, list[TermNote]] = {}
    for term in checklist.clinic_terms:
        notes.setdefault(term.item, []).append(_note(term, clinic, today))
    return notes


def _note(term: ClinicTerm, clinic: Clinic, today: date) -> TermNote:
    found = list(_stated(term.term, clinic))
    known = any(
        _is_whole(term.term, record) and not has_expired(origin.expires_on, today)
        for record, origin, _ in found
    )
    return TermNote(
        term=term.term,
        label=term.label,
        stated=tuple(_statement(text, origin, today) for _, origin, text in found),
        question=None if known else term.question,
    )


def _stated(term: str, clinic: Clinic) -> Iterator[tuple[Record, Origin, Text]]:
    """The records that state a term, with what they state."""
    if term in OF_CLINIC:
        describe, records = OF_CLINIC[term], [(clinic, _origin_of_facts(clinic))]
    else:
        describe = OF_RECORDS[term]
        records = [(record, _origin(record)) for record in clinic["second_opinions"]]
    for record, origin in records:
        text = describe(record)
        if text is not None:
            yield record, origin, text


def _is_whole(term: str, record: Record) -> bool:
    """Whether nothing is left to ask: minutes without a fee leave the fee, one way the others."""
    if term == "modes":
        return len(record["modes"]) == len(MODES)
    return term != "fee" or record["fee"] is not None


def _statement(text: Text, origin: Origin, today: date) -> Statement:
    return Statement(
        text=text,
        sources=origin.sources,
        asserted_on=origin.asserted_on,
        recorded_on=origin.recorded_on,
        checked_on=origin.checked_on,
        age=age_text(origin.asserted_on, origin.recorded_on, origin.expires_on, today),
    )


def _origin(record: Record) -> Origin:
    return Origin(
        sources=_sources(record["sources"]),
        asserted_on=record["asserted_on"],
        recorded_on=date.fromisoformat(record["recorded_on"]),
        checked_on=_day(record["checked_on"]),
        expires_on=_day(record["expires_on"]),
    )


def _origin_of_facts(clinic: Clinic) -> Origin:
    """Where the curators have from what they say of the place itself; it was recorded in time."""
    sources = _sources(clinic["curated_sources"])
    published_on = datetime.fromisoformat(clinic["updated_at"]).date()
    return Origin(
        sources=sources,
        asserted_on=max((day for _, day in sources if day), default=None),
        recorded_on=_day(clinic["curated_recorded_on"]) or published_on,
        checked_on=None,
        expires_on=None,
    )


def _sources(sources: list[Mapping[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    return tuple((str(source["url"]), source["date"]) for source in sources)


def _day(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)
