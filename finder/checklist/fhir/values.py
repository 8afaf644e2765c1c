"""One answer of a QuestionnaireResponse as the value that JSON has for it."""

from collections.abc import Mapping
from typing import Any

from finder.checklist.definition import Checklist, Item, Unit
from finder.checklist.fhir.names import LANGUAGE, code_system, unit_system
from finder.checklist.fhir.questions import Kind, Question
from finder.checklist.reading import Fault, echo
from finder.problems import suggestion

NUMBERS = ("valueInteger", "valueDecimal", "valueQuantity")
ACCEPTED: Mapping[Kind, tuple[str, ...]] = {
    "text": ("valueString",),
    "choice": ("valueCoding",),
    "integer": NUMBERS,
    "decimal": NUMBERS,
    "quantity": NUMBERS,
    "date": ("valueDate",),
    "boolean": ("valueBoolean",),
}


def value_of(checklist: Checklist, question: Question, answer: Any) -> Any:
    """The value of an answer to a question: a code, words, a number with its unit, or as it stands.

    Raises :class:`Fault`.
    """
    name = _member(question, answer)
    raw = answer[name]
    if question.kind == "text":
        if not isinstance(raw, str):
            raise Fault("wrong-type", f"{echo(raw)}; accepted is text.")
        language = _language(answer.get("_valueString"))
        return raw if language is None else {"text": raw, "language": language}
    if question.kind == "choice":
        return _code(checklist, question, raw)
    if name in NUMBERS:
        return _number(question.item, name, raw)
    return raw


def _member(question: Question, answer: Any) -> str:
    """The name of the one member that holds the value."""
    accepted = " or ".join(ACCEPTED[question.kind])
    if not isinstance(answer, Mapping):
        raise Fault("wrong-type", f"{echo(answer)}; accepted is an object with {accepted}.")
    given = [name for name in answer if name.startswith("value")]
    if len(given) != 1 or given[0] not in ACCEPTED[question.kind]:
        shown = " and ".join(given) or "no value"
        raise Fault("wrong-type", f"{shown[:64]}; accepted is {accepted}.")
    (name,) = given
    return str(name)


def _language(beside: Any) -> Any:
    """The language that stands beside a text, if any does; whether it is one is not judged here."""
    extensions = beside.get("extension") if isinstance(beside, Mapping) else None
    for one in extensions if isinstance(extensions, list) else ():
        if isinstance(one, Mapping) and one.get("url") == LANGUAGE:
            return one.get("valueCode", one)
    return None


def _code(checklist: Checklist, question: Question, raw: Any) -> str:
    codes = [option.code for option in question.options]
    listed = ", ".join(codes)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("code"), str):
        raise Fault("code-missing", f"{echo(raw)}; accepted is a code: {listed}.")
    qualifier = question.qualifier.slug if question.qualifier else None
    system = code_system(checklist, question.item.slug, qualifier)
    if raw.get("system", system) != system:
        raise Fault("wrong-system", f"{echo(raw['system'])}; accepted is {system}.")
    code: str = raw["code"]
    if code not in codes:
        near = suggestion(code, codes)
        raise Fault("unknown-option", f"{echo(code)} is not one of: {listed}.", near)
    return code


def _number(item: Item, name: str, raw: Any) -> Any:
    unit = _unit(item, raw if name == "valueQuantity" else {})
    value = _quantity(raw) if name == "valueQuantity" else raw
    return value if unit is None else {"value": value, "unit": unit.code}


def _quantity(raw: Mapping[str, Any]) -> Any:
    if "comparator" in raw:
        message = f"comparator {echo(raw['comparator'])} is not accepted: give the number itself."
        raise Fault("not-accepted", message)
    if "value" not in raw:
        raise Fault("missing-member", f"value is missing from {echo(dict(raw))}.")
    return raw["value"]


def _unit(item: Item, raw: Any) -> Unit | None:
    """The unit of a number; where there is but one, it need not be named."""
    if not isinstance(raw, Mapping):
        raise Fault("wrong-type", f"{echo(raw)}; accepted is an object with value and code.")
    listed = ", ".join(unit.code for unit in item.units) or "none: it is a count"
    given = raw.get("code", raw.get("unit"))
    if given is None:
        if len(item.units) > 1:
            raise Fault("unit-missing", f"The unit is missing; accepted is one of: {listed}.")
        return next(iter(item.units), None)
    for unit in item.units:
        labels = () if "code" in raw else (unit.label.ja, unit.label.en)
        system = unit_system(unit.code)
        if given in (unit.code, *labels) and raw.get("system", system) == system:
            return unit
    shown = f"{echo(given)} of {echo(raw['system'])}" if "system" in raw else echo(given)
    raise Fault("wrong-unit", f"{shown} is not one of: {listed}.")
