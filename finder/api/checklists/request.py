"""What is asked of `prepare`: answers in JSON or as a FHIR QuestionnaireResponse."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from finder.checklist.answers import Answers
from finder.checklist.definition import LANGUAGES, Checklist, Language, Sign
from finder.checklist.fhir.reading import wire_answers
from finder.checklist.reading import (
    LONGEST_ECHO,
    MOST_NAMED,
    Fault,
    echo,
    language_tag,
    read_answers,
)
from finder.problems import InvalidParameters, ParameterError, suggestion

FHIR_ANSWERS = "questionnaire_response"
MEMBERS = ("answers", FHIR_ANSWERS, "route", "clinic", "languages", "text_language")
RESOURCE = "resourceType"
# Python's own reading takes braces, underscores and other digits as well.
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be prepared: the answers, for which clinic, in which languages."""

    answers: Answers
    clinic: UUID | None
    languages: tuple[Language, ...]


def read_request(checklist: Checklist, body: bytes, today: date, *, fhir: bool = False) -> Asked:
    """A request to prepare a visit; ``fhir`` says that the body is a resource of FHIR.

    A resource is recognised in any case. Raises :class:`InvalidParameters` with every error in it.
    """
    sent = _parsed(body)
    if not isinstance(sent, Mapping):
        message = f"{echo(sent)}; accepted is a JSON object with {', '.join(MEMBERS)}."
        raise _invalid("body", "wrong-type", message)
    if fhir or RESOURCE in sent:
        sent = {FHIR_ANSWERS: sent}
    errors = _unknown(sent)
    wire, text_language = _wire(checklist, sent, errors)
    clinic = _clinic(sent["clinic"], errors) if "clinic" in sent else None
    languages = _languages(sent["languages"], errors) if "languages" in sent else LANGUAGES
    answers: Answers = {}
    try:
        answers = read_answers(checklist, wire, today=today, text_language=text_language)
    except InvalidParameters as error:
        errors += error.errors
    if errors:
        raise InvalidParameters(errors)
    return Asked(answers, clinic, languages)


def signs_named(checklist: Checklist, body: bytes) -> tuple[Sign, ...]:
    """The emergency signs that a body names anywhere, however wrong it is, be it not even JSON.

    As a whole text in any case of its letters, or as a member that is true.
    """
    text = body.decode(errors="replace").lower()
    return tuple(
        sign
        for sign in checklist.emergency.signs
        if re.search(rf'"{re.escape(sign.option)}"(?!\s*:(?!\s*true\b))', text)
    )


def _parsed(body: bytes) -> Any:
    """The JSON of a body, in which no member stands twice: which of them was meant is not guessed."""
    try:
        # The stricter of the two: no NaN, no half of a surrogate pair. The other one sees repetitions.
        orjson.loads(body)
        return json.loads(body, object_pairs_hook=_members_once)
    except orjson.JSONDecodeError:
        raise _invalid("body", "not-json", "The body is not JSON in UTF-8 (RFC 8259).") from None
    except RecursionError:
        raise _invalid("body", "too-deep", "The body is nested deeper than any answer.") from None


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((name, times),) = Counter(name for name, _ in pairs).most_common(1)
        message = f"{echo(name)} is given {times} times in one object; it is accepted once."
        raise _invalid(name[:LONGEST_ECHO], "repeated-member", message)
    return members


def _wire(
    checklist: Checklist, sent: Mapping[str, Any], errors: list[ParameterError]
) -> tuple[Any, str | None]:
    """The answers in the form of JSON, and the language of words without one of their own."""
    wire: Any = sent.get("answers", {})
    text_language = None
    if FHIR_ANSWERS in sent:
        if "answers" in sent:
            message = "Answers are given once, as answers or as a questionnaire_response."
            errors.append(ParameterError(FHIR_ANSWERS, "not-with-answers", message))
        wire, text_language, faults = wire_answers(checklist, sent[FHIR_ANSWERS])
        errors += faults
    if "text_language" in sent:
        try:
            text_language = language_tag(sent["text_language"])
        except Fault as fault:
            errors.append(ParameterError("text_language", fault.code, fault.message))
    if "route" in sent and isinstance(wire, Mapping):
        wire = _with_route(checklist, wire, sent["route"], errors)
    return wire, text_language


def _with_route(
    checklist: Checklist, wire: Mapping[str, Any], route: Any, errors: list[ParameterError]
) -> Mapping[str, Any]:
    """The answers with the route, which stands among them already or is added."""
    item = checklist.route_item
    if item not in wire:
        return {**wire, item: route}
    answer = wire[item]
    if route != (answer.get("code") if isinstance(answer, Mapping) else answer):
        message = f"{echo(route)} is not what the answer {item} says; give one of them."
        errors.append(ParameterError("route", "contradictory", message))
    return wire


def _clinic(raw: Any, errors: list[ParameterError]) -> UUID | None:
    if isinstance(raw, str) and IDENTIFIER.fullmatch(raw):
        return UUID(raw)
    message = f"{echo(raw)}; accepted is the id of a clinic, a UUID of five groups."
    errors.append(ParameterError("clinic", "wrong-type", message))
    return None


def _languages(raw: Any, errors: list[ParameterError]) -> tuple[Language, ...]:
    known = isinstance(raw, list) and raw and all(one in LANGUAGES for one in raw)
    if not known or len({*raw}) < len(raw):
        message = f"{echo(raw)}; accepted is a list of {' and '.join(LANGUAGES)}, each once."
        errors.append(ParameterError("languages", "wrong-type", message))
        return LANGUAGES
    return tuple(raw)


def _unknown(sent: Mapping[str, Any]) -> list[ParameterError]:
    return [
        ParameterError(
            name[:LONGEST_ECHO],
            "unknown-parameter",
            f"There is no member {echo(name)}; accepted: {', '.join(MEMBERS)}.",
            suggestion(name, MEMBERS),
        )
        for name in islice((name for name in sent if name not in MEMBERS), MOST_NAMED)
    ]


def _invalid(parameter: str, code: str, message: str) -> InvalidParameters:
    return InvalidParameters([ParameterError(parameter, code, message)])
