"""Answers out of a FHIR R4 (4.0.1) QuestionnaireResponse, strictly.

What cannot be an answer to its question is refused by its linkId, with what would be accepted. The
answers become JSON's first, so that :mod:`finder.checklist.reading` judges both alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finder.checklist.definition import Checklist, Item
from finder.checklist.fhir.names import canonical, versioned
from finder.checklist.fhir.questionnaire import link_ids
from finder.checklist.fhir.questions import Question, questions, questions_of
from finder.checklist.fhir.values import value_of
from finder.checklist.reading import (
    LONGEST_ECHO,
    MOST_NAMED,
    Fault,
    echo,
    language_tag,
)
from finder.problems import ParameterError, suggestion

RESPONSE = "QuestionnaireResponse"
STATUSES = ("in-progress", "completed", "amended", "stopped")
# FHIR forbids to ignore them: they may change what everything else means.
MODIFIERS = ("modifierExtension", "implicitRules")
# What R4 has, but for contained resources. In what goes by another name may lie an answer.
OF_RESPONSE = (
    "resourceType",
    "id",
    "meta",
    "language",
    "text",
    "extension",
    "identifier",
    "basedOn",
    "partOf",
    "questionnaire",
    "status",
    "subject",
    "encounter",
    "authored",
    "author",
    "source",
    "item",
)
OF_ITEM = ("id", "extension", "linkId", "definition", "text", "answer", "item")
OF_ANSWER = ("id", "extension", "item", "value")

Wire = dict[str, Any]


@dataclass
class Reading:
    """What was read so far: values by linkId, the items that have a fault, and the faults."""

    checklist: Checklist
    asked: Mapping[str, Question]
    values: dict[str, list[Any]] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)
    errors: list[ParameterError] = field(default_factory=list)

    def refuse(self, where: str, fault: Fault) -> None:
        """Note what is wrong at a linkId or a path."""
        if where in self.asked:
            self.faulty.add(self.asked[where].item.slug)
        shown = where if len(where) <= LONGEST_ECHO else f"{where[:LONGEST_ECHO]}…"
        self.errors.append(ParameterError(shown, fault.code, fault.message, fault.near))


def wire_answers(
    checklist: Checklist, document: Any
) -> tuple[Wire, str | None, list[ParameterError]]:
    """The answers of a QuestionnaireResponse in the form of JSON, so far as they are right.

    With them the language of its words (BCP 47; None: not stated), and what is wrong with the FHIR of
    it, each named by its linkId, or its path where it has none; of very many faults the first.
    """
    given = document.get("resourceType") if isinstance(document, Mapping) else document
    if given != RESPONSE:
        message = f"{echo(given)}; accepted is {RESPONSE}."
        return {}, None, [ParameterError("resourceType", "wrong-resource", message)]
    reading = Reading(checklist, questions(checklist))
    language = _head(reading, document)
    unasked = {*link_ids(checklist)} - reading.asked.keys()
    for path, node in _nodes(document):
        if len(reading.errors) >= MOST_NAMED:
            break
        if not isinstance(node, Mapping) or not isinstance(node.get("linkId"), str):
            message = f"{echo(node)}; accepted are objects with linkId, in a list."
            reading.refuse(path, Fault("wrong-type", message))
        elif node["linkId"] in reading.asked:
            _asked(reading, reading.asked[node["linkId"]], node)
        else:
            _unasked(reading, node, node["linkId"] in unasked)
    wire = {item.slug: _answer(reading, item) for item in checklist.items}
    given_wire = {slug: answer for slug, answer in wire.items() if answer is not None}
    return given_wire, language, reading.errors


def _head(reading: Reading, document: Mapping[str, Any]) -> str | None:
    """The language of a response; notes what keeps it from being one of this checklist."""
    checklist = reading.checklist
    _members(reading, "", document, OF_RESPONSE)
    status = document.get("status")
    if status not in STATUSES:
        message = f"{echo(status)} is not one of: {', '.join(STATUSES)}."
        reading.refuse("status", Fault("wrong-status", message))
    if "questionnaire" in document and not _is_of(checklist, document["questionnaire"]):
        accepted = f"{versioned(checklist)}, or another {_major(checklist.version)}.x.y of it"
        message = f"{echo(document['questionnaire'])}; accepted is {accepted}."
        reading.refuse("questionnaire", Fault("other-questionnaire", message))
    try:
        return language_tag(document["language"]) if "language" in document else None
    except Fault as fault:
        reading.refuse("language", fault)
        return None


def _is_of(checklist: Checklist, named: Any) -> bool:
    """Whether a Questionnaire is this one, in a version whose answers mean the same."""
    if not isinstance(named, str):
        return False
    address, _, version = named.partition("|")
    same = not version or _major(version) == _major(checklist.version)
    return address == canonical(checklist.slug) and same


def _major(version: str) -> str:
    return version.partition(".")[0]


def _members(
    reading: Reading, where: str, element: Mapping[str, Any], accepted: Sequence[str]
) -> None:
    """Refuse members that are not read; ``where`` is empty in the response itself."""
    for name in element:
        if name in MODIFIERS:
            fault = Fault("modifier", f"{name} is not accepted, since none is understood here.")
            reading.refuse(where or name, fault)
        elif _base(name) not in accepted:
            message = f"{echo(name)} is not read here; accepted: {', '.join(accepted)}."
            reading.refuse(where or name, Fault("unknown-member", message))


def _base(name: str) -> str:
    """A member's name without the type of a value, and as of the one that it stands beside."""
    name = name.removeprefix("_")
    return "value" if name.startswith("value") else name


def _nodes(document: Any) -> Iterator[tuple[str, Any]]:
    """Every item with its path, however deep they are nested; None where it cannot be one."""
    waiting = [_inner(RESPONSE, document)] if isinstance(document, Mapping) else []
    while waiting:
        path, node = next(waiting[-1], ("", None))
        if not path:
            waiting.pop()
            continue
        yield path, node
        if isinstance(node, Mapping):
            waiting.append(_inner(path, node))


def _inner(path: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The items within an item, and within its answers."""
    yield from _listed(f"{path}.item", node.get("item", []))
    for where, answer in _listed(f"{path}.answer", node.get("answer", [])):
        if isinstance(answer, Mapping):
            yield from _listed(f"{where}.item", answer.get("item", []))


def _listed(path: str, raw: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield f"{path}[{index}]", inner
    else:
        yield path, None


def _asked(reading: Reading, question: Question, node: Mapping[str, Any]) -> None:
    """Take the answers to a question."""
    link_id, answers = question.link_id, node.get("answer", [])
    _members(reading, link_id, node, OF_ITEM)
    if not isinstance(answers, list):
        message = f"{echo(answers)}; accepted is a list of answers."
        reading.refuse(link_id, Fault("wrong-type", message))
        return
    values = reading.values.setdefault(link_id, [])
    times = len(values) + len(answers)
    if times > question.most_answers:
        message = f"{times} answers; accepted are {question.most_answers} at most."
        reading.refuse(link_id, Fault("repeated", message))
        return
    for answer in answers:
        if isinstance(answer, Mapping):
            _members(reading, link_id, answer, OF_ANSWER)
        try:
            values.append(value_of(reading.checklist, question, answer))
        except Fault as fault:
            reading.refuse(link_id, fault)


def _unasked(reading: Reading, node: Mapping[str, Any], known: bool) -> None:
    """A heading or a text, which has no answer, or what the Questionnaire does not have."""
    link_id = node["linkId"]
    _members(reading, link_id, node, OF_ITEM)
    if not known:
        message = f"The checklist {reading.checklist.slug} has no item {echo(link_id)}."
        near = suggestion(link_id, reading.asked)
        reading.refuse(link_id, Fault("unknown-item", message, near))
    elif node.get("answer"):
        reading.refuse(link_id, Fault("not-a-question", "It asks nothing; leave its answer out."))


def _answer(reading: Reading, item: Item) -> Any:
    """JSON's answer to an item; None where there is none, or where it is wrong."""
    asked = questions_of(item)
    values = [reading.values.get(question.link_id) for question in asked]
    given = [(question, found) for question, found in zip(asked, values, strict=True) if found]
    if not given or item.slug in reading.faulty:
        return None
    if item.parts:
        return {one.part.slug: found[0] for one, found in given if one.part}
    if item.options:
        return _choices(reading, item, given)
    return given[0][1] if item.most_texts > 1 else given[0][1][0]


def _choices(reading: Reading, item: Item, given: list[tuple[Question, list[Any]]]) -> Any:
    chosen: list[dict[str, Any]] = []
    for question, values in given:
        option = question.option
        if option is None:
            chosen = [{"code": code} for code in values]
            continue
        of_option = [one for one in chosen if one["code"] == option.code]
        if not of_option:
            message = f"{option.code!r} of {item.slug} is not chosen, of which alone it is asked."
            reading.refuse(question.link_id, Fault("option-not-chosen", message))
        for one in of_option:
            one |= _more(question, values[0])
    if item.slug in reading.faulty:
        return None
    return chosen if item.type == "multiple-choice" else chosen[0]


def _more(question: Question, value: Any) -> dict[str, Any]:
    """What an answer adds to the option it is asked of."""
    if question.qualifier:
        return {question.qualifier.slug: value}
    return value if isinstance(value, dict) else {"text": value}
