"""When a question is asked, as FHIR's ``enableWhen``."""

import math
from collections.abc import Sequence
from typing import Any

from finder.checklist.applies import Behaviour, NotFlat, flat_when
from finder.checklist.definition import Checklist, Condition, Item, Test
from finder.checklist.fhir.names import code_system, unit_system
from finder.checklist.fhir.questions import number_kind, questions_of

Whens = list[dict[str, Any]]


def enabling(checklist: Checklist, condition: Condition | None) -> dict[str, Any]:
    """The members that say when an item is asked; none where it always is.

    Raises :class:`~finder.checklist.applies.NotFlat` for what FHIR cannot say.
    """
    if condition is None:
        return {}
    behaviour, tests = flat_when(condition)
    if len(tests) == 1:
        behaviour, whens = _whens(checklist, tests[0])
    else:
        whens = [when for test in tests for when in _among(behaviour, checklist, test)]
    if not whens:
        return {}
    several = {"enableBehavior": behaviour} if len(whens) > 1 else {}
    return {"enableWhen": whens, **several}


def one_of(checklist: Checklist, item: str, codes: Sequence[str]) -> dict[str, Any]:
    """The members that say that it is asked once one of an item's options is chosen."""
    return enabling(checklist, Test(item, any_of=tuple(codes)))


def _among(behaviour: Behaviour, checklist: Checklist, test: Test) -> Whens:
    own, whens = _whens(checklist, test)
    if len(whens) > 1 and own != behaviour:
        said = "answered" if test.answered else "not answered"
        raise NotFlat(
            f"{behaviour} with a test whether {test.item} is {said} is two levels: "
            f"it has several questions in FHIR ({', '.join(when['question'] for when in whens)})."
        )
    return whens


def _whens(checklist: Checklist, test: Test) -> tuple[Behaviour, Whens]:
    item = checklist.item[test.item]
    if test.answered is not None:
        asked = questions_of(item) if item.parts else questions_of(item)[:1]
        exists = {"operator": "exists", "answerBoolean": test.answered}
        whens = [{"question": question.link_id, **exists} for question in asked]
        return ("any" if test.answered else "all"), whens
    question = f"{item.slug}.{test.part}" if test.part else item.slug
    return "any", [{"question": question, **_comparison(checklist, item, test)}]


def _comparison(checklist: Checklist, item: Item, test: Test) -> dict[str, Any]:
    if test.any_of is not None:
        answer = {"system": code_system(checklist, item.slug), "code": test.any_of[0]}
        return {"operator": "=", "answerCoding": answer}
    if test.equals is not None:
        return {"operator": "=", "answerBoolean": test.equals}
    if test.at_least is not None:
        return {"operator": ">=", **_number(item, test, test.at_least, math.ceil)}
    assert test.at_most is not None
    return {"operator": "<=", **_number(item, test, test.at_most, math.floor)}


def _number(item: Item, test: Test, bound: float, whole: Any) -> dict[str, Any]:
    kind = "integer" if item.type == "scale" else number_kind(item)
    if kind == "integer":
        return {"answerInteger": whole(bound)}
    if kind == "decimal" or test.unit is None:
        return {"answerDecimal": bound}
    unit = next(unit for unit in item.units if unit.code == test.unit)
    named = {"unit": unit.label.ja, "system": unit_system(unit.code), "code": unit.code}
    return {"answerQuantity": {"value": bound, **named}}
