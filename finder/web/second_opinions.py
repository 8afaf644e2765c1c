"""Second-opinion terms as people read them: what each source states, and what to ask by phone."""

from collections.abc import Iterator, Mapping
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


def second_opinions(clinic: Mapping[str, Any], today: date) -> list[Terms]:
    """The terms of a clinic's document, a record each."""
    return [_terms(record, today) for record in clinic["second_opinions"]]


def question_of(term: str) -> Text:
    """How to ask for a term. Raises ``KeyError`` for one that the checklist does not ask for."""
    return {one.term: one.question for one in checklists()[CHECKLIST].clinic_terms}[term]


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
