"""Second-opinion terms as people read them: what each source states, and what to ask by phone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from finder.checklist.clinic.term_texts import OF_RECORDS
from finder.checklist.definition import Text
from finder.checklist.files.loading import checklists
from finder.web.origin import Origin, origin_of

# Whose labels and questions are used.
CHECKLIST = "second-opinion"


@dataclass(frozen=True, slots=True)
class Unstated:
    """A term that nobody states, and how to ask for it."""

    label: Text
    question: Text


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one record: ``stated`` are pairs of a label and what is stated."""

    stated: tuple[tuple[Text, Text], ...]
    unstated: tuple[Unstated, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a clinic gives second opinions: ``answer`` is "yes", "no" or "unknown".

    ``record`` is the first that gives this answer, None where no record does; ``modes`` are the ways
    of all records as current as it that do not say no. ``origin`` is that of the record.
    """

    answer: str = "unknown"
    record: Mapping[str, Any] | None = None
    modes: tuple[str, ...] = ()
    origin: Origin | None = None


def offer_of(clinic: Mapping[str, Any], today: date) -> Offer:
    """The answer that the terms of a clinic's document give today, yes before no.

    What has expired answers only where nothing current does.
    """
    dated = [(record, origin_of(record, today)) for record in clinic["second_opinions"]]
    for has_expired in (False, True):
        alike = [(record, origin) for record, origin in dated if origin.has_expired is has_expired]
        for answer in ("yes", "no"):
            for record, origin in alike:
                if record["offered"] == answer:
                    return Offer(answer, record, _modes(one for one, _ in alike), origin)
    return Offer()


def second_opinions(clinic: Mapping[str, Any], today: date) -> list[Terms]:
    """The terms of a clinic's document, a record each, those that have expired last."""
    terms = [_terms(record, today) for record in clinic["second_opinions"]]
    return sorted(terms, key=lambda one: one.origin.has_expired)


def question_of(term: str) -> Text:
    """How to ask for a term. Raises ``KeyError`` for one that the checklist does not ask for."""
    return {one.term: one.question for one in checklists()[CHECKLIST].clinic_terms}[term]


def _modes(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    not_refused = [record for record in records if record["offered"] != "no"]
    return tuple(sorted({mode for record in not_refused for mode in record["modes"]}))


def _terms(record: Mapping[str, Any], today: date) -> Terms:
    return Terms(
        stated=tuple((label, text) for label, text, _ in _texts(record) if text is not None),
        unstated=tuple(
            Unstated(label, question) for label, text, question in _texts(record) if text is None
        ),
        origin=origin_of(record, today),
    )


def _texts(record: Mapping[str, Any]) -> Iterator[tuple[Text, Text | None, Text]]:
    """Each term of a record: its label, what is stated of it if anything, and how to ask."""
    for term in checklists()[CHECKLIST].clinic_terms:
        if term.term in OF_RECORDS:
            yield term.label, OF_RECORDS[term.term](record), term.question
