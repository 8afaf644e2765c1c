"""A clinic's terms at the items of a checklist, as JSON."""

from datetime import date
from typing import Annotated, TypedDict

from clinics.documents import SourceReference
from finder.checklist.clinic.notes import Statement, TermNote


class StatementDocument(TypedDict):
    """What one record of the clinic states of a term."""

    text_ja: str
    text_en: Annotated[str, "What is quoted stays in the language of its source"]
    sources: list[SourceReference]
    asserted_on: Annotated[str | None, "Newest source date; null: undated"]
    recorded_on: date
    checked_on: Annotated[date | None, "When a curator last checked it; null: not yet"]
    age_ja: Annotated[str, "How old it is at least, or that its date is unknown"]
    age_en: str


class TermNoteDocument(TypedDict):
    """A term of the clinic at an item: what is stated of it, and else what to ask by phone."""

    term: Annotated[str, "Member of the clinic's document, or of its second-opinion terms"]
    label_ja: str
    label_en: str
    stated: Annotated[list[StatementDocument], "Empty: nobody states it, which is no no"]
    question_ja: Annotated[
        str | None, "To ask by phone; null: it is stated. Beside a statement: part is left to ask"
    ]
    question_en: str | None


def note_document(note: TermNote) -> TermNoteDocument:
    """A term's note as JSON."""
    return {
        "term": note.term,
        "label_ja": note.label.ja,
        "label_en": note.label.en,
        "stated": [_statement_document(statement) for statement in note.stated],
        "question_ja": None if note.question is None else note.question.ja,
        "question_en": None if note.question is None else note.question.en,
    }


def _statement_document(statement: Statement) -> StatementDocument:
    return {
        "text_ja": statement.text.ja,
        "text_en": statement.text.en,
        "sources": [{"url": url, "date": day} for url, day in statement.sources],
        "asserted_on": statement.asserted_on,
        "recorded_on": statement.recorded_on,
        "checked_on": statement.checked_on,
        "age_ja": statement.age.ja,
        "age_en": statement.age.en,
    }
