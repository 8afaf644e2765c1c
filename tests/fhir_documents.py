"""Looking into FHIR documents, and an independent word on when a question is asked."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from finder.checklist.answers import Answers
from finder.checklist.definition import Checklist
from finder.checklist.fhir.reading import wire_answers
from finder.checklist.reading import read_answers
from finder.problems import InvalidParameters

Node = Mapping[str, Any]


def read_response(checklist: Checklist, document: Any, *, today: date) -> Answers:
    """The answers of a response, read as a request's are; raises with everything that is wrong."""
    wire, language, errors = wire_answers(checklist, document)
    try:
        answers = read_answers(checklist, wire, today=today, text_language=language)
    except InvalidParameters as invalid:
        errors = [*errors, *invalid.errors]
    if errors:
        raise InvalidParameters(errors)
    return answers


def nodes(document: Node) -> Iterator[Node]:
    """Every item of a Questionnaire or of a response, in order."""
    for item in document.get("item", ()):
        yield item
        yield from nodes(item)
        for answer in item.get("answer", ()):
            yield from nodes(answer)


def asked(document: Node, link_id: str) -> Any:
    """The item of a Questionnaire with a linkId."""
    (found,) = (item for item in nodes(document) if item["linkId"] == link_id)
    return found


def members(document: Any) -> Iterator[tuple[str, Any, Node]]:
    """Every member of every object within: its name, its value and the object."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            yield name, value, document
            yield from members(value)
    elif isinstance(document, list):
        for inner in document:
            yield from members(inner)


def is_enabled(item: Node, response: Node) -> bool:
    """Whether FHIR asks an item, going by nothing but its ``enableWhen`` and a response."""
    tests = [_holds(when, response) for when in item.get("enableWhen", ())]
    if not tests:
        return True
    return any(tests) if item.get("enableBehavior") == "any" else all(tests)


def _holds(when: Node, response: Node) -> bool:
    answers = [
        answer
        for item in nodes(response)
        if item["linkId"] == when["question"]
        for answer in item.get("answer", ())
    ]
    (name,) = (name for name in when if name.startswith("answer"))
    if when["operator"] == "exists":
        return bool(answers) is when[name]
    return any(_compares(when, name, answer) for answer in answers)


def _compares(when: Node, name: str, answer: Node) -> bool:
    given, wanted = answer[name.replace("answer", "value")], when[name]
    if name == "answerCoding":
        return (given["system"], given["code"]) == (wanted["system"], wanted["code"])
    if name == "answerQuantity":
        if given["code"] != wanted["code"]:
            return False
        given, wanted = given["value"], wanted["value"]
    if when["operator"] == "=":
        return bool(given == wanted)
    return bool(given >= wanted if when["operator"] == ">=" else given <= wanted)
