"""Answers as a FHIR R4 (4.0.1) QuestionnaireResponse."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Any

from finder.checklist.answers import (
    Answer,
    Answers,
    Choices,
    Chosen,
    Measure,
    Numbers,
    PartialDate,
    Scale,
    Texts,
    Written,
    YesNo,
    holds,
)
from finder.checklist.definition import LANGUAGES, Checklist, Item
from finder.checklist.fhir.names import (
    BASE_LANGUAGE,
    LANGUAGE,
    XHTML,
    code_system,
    extension,
    unit_system,
    versioned,
)
from finder.checklist.fhir.questions import Question, questions_of
from finder.checklist.preparing import signs_of
from finder.checklist.summary import warning


def questionnaire_response(
    checklist: Checklist, answers: Answers, authored: datetime | None = None
) -> dict[str, Any]:
    """Answers as a QuestionnaireResponse, completed where nothing required is missing.

    Labels are in Japanese; words in another language carry theirs. What an emergency asks for stands
    before the answers, as text in both. ``authored`` has a time zone.
    """
    if authored is not None and authored.tzinfo is None:
        raise ValueError(f"authored: {authored.isoformat()} has no time zone, which FHIR asks for.")
    when = {"authored": authored.isoformat(timespec="seconds")} if authored else {}
    items = list(_sections(checklist, answers))
    return {
        "resourceType": "QuestionnaireResponse",
        "language": BASE_LANGUAGE,
        **_emergency(checklist, answers),
        "questionnaire": versioned(checklist),
        "status": "completed" if _complete(checklist, answers) else "in-progress",
        **when,
        **({"item": items} if items else {}),
    }


def _emergency(checklist: Checklist, answers: Answers) -> dict[str, Any]:
    signs = signs_of(answers, checklist.emergency.item, checklist.emergency.signs)
    if not signs:
        return {}
    paragraphs = "".join(
        f'<p lang="{language}" xml:lang="{language}">{escape(text.in_language(language))}</p>'
        for language in LANGUAGES
        for text in warning(checklist.emergency, signs)
    )
    # What is to be done is no answer: it is said in addition to them.
    return {"text": {"status": "additional", "div": f'<div xmlns="{XHTML}">{paragraphs}</div>'}}


def _complete(checklist: Checklist, answers: Answers) -> bool:
    return all(
        item.slug in answers
        for item in checklist.items
        if item.requirement == "required" and holds(item.applies_when, answers)
    )


def _sections(checklist: Checklist, answers: Answers) -> Iterator[dict[str, Any]]:
    for section in checklist.sections:
        items = [
            answered
            for item in checklist.items
            if item.section == section.slug and item.slug in answers
            for answered in _items(checklist, item, answers[item.slug])
        ]
        if items:
            yield {"linkId": section.slug, "text": section.label.ja, "item": items}


def _items(checklist: Checklist, item: Item, answer: Answer) -> Iterator[dict[str, Any]]:
    given = [
        {"linkId": question.link_id, "text": question.text.ja, "answer": values}
        for question in questions_of(item)
        if (values := list(_values(checklist, question, answer)))
    ]
    if item.parts:
        yield {"linkId": item.slug, "text": item.label.ja, "item": given}
    else:
        yield from given


def _values(checklist: Checklist, question: Question, answer: Answer) -> Iterator[dict[str, Any]]:
    """What of an answer is the answer to one question."""
    if isinstance(answer, Choices):
        yield from _codes(checklist, question, answer)
    elif isinstance(answer, Numbers):
        part = question.part.slug if question.part else None
        for measure in answer.measures:
            if measure.part == part:
                yield _number(question, measure)
    elif isinstance(answer, Texts):
        yield from map(_string, answer.written)
    elif isinstance(answer, Scale):
        yield {"valueInteger": answer.value}
    elif isinstance(answer, YesNo):
        yield {"valueBoolean": answer.value}
    elif isinstance(answer, PartialDate):
        yield {"valueDate": answer.text}


def _codes(checklist: Checklist, question: Question, answer: Choices) -> Iterator[dict[str, Any]]:
    for chosen in answer.chosen:
        if question.option is None:
            yield _coding(checklist, question, chosen.code)
        elif question.option.code == chosen.code:
            yield from _added(checklist, question, chosen)


def _added(checklist: Checklist, question: Question, chosen: Chosen) -> Iterator[dict[str, Any]]:
    if question.qualifier is None:
        if chosen.words:
            yield _string(chosen.words)
    elif chosen.qualifier:
        yield _coding(checklist, question, chosen.qualifier)


def _coding(checklist: Checklist, question: Question, code: str) -> dict[str, Any]:
    option = next(option for option in question.options if option.code == code)
    system = code_system(
        checklist, question.item.slug, question.qualifier.slug if question.qualifier else None
    )
    return {"valueCoding": {"system": system, "code": code, "display": option.label.ja}}


def _number(question: Question, measure: Measure) -> dict[str, Any]:
    if question.kind == "integer":
        return {"valueInteger": int(measure.value)}
    if question.kind == "decimal":
        return {"valueDecimal": measure.value}
    unit = next(unit for unit in question.item.units if unit.code == measure.unit)
    named = {"unit": unit.label.ja, "system": unit_system(unit.code), "code": unit.code}
    return {"valueQuantity": {"value": measure.value, **named}}


def _string(written: Written) -> dict[str, Any]:
    if written.language == BASE_LANGUAGE:
        return {"valueString": written.text}
    language = [extension(LANGUAGE, valueCode=written.language)]
    return {"valueString": written.text, "_valueString": {"extension": language}}
