"""What other programs send as a QuestionnaireResponse is read strictly, every fault by its place."""

from typing import Any

import pytest

from finder.checklist.answers import Answers, Written
from finder.checklist.fhir.reading import wire_answers
from finder.checklist.reading import read_answers
from finder.problems import InvalidParameters, ParameterError
from tests.answering import TODAY
from tests.checklists import small_checklist
from tests.fhir_documents import read_response

SMALL = small_checklist()
SYSTEM = "urn:clinic-finder:checklist:small-example"


def reading(raw: Any) -> Answers:
    return read_answers(SMALL, raw, today=TODAY)


def response(*items: Any, **members: Any) -> dict[str, Any]:
    """A response as another program may write it: without groups."""
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": list(items),
    } | members


def answer(link_id: str, *values: Any, **more: Any) -> dict[str, Any]:
    """The answer to a question; a value is the member of an answer that holds it."""
    return {"linkId": link_id, "answer": list(values), **more}


def code(value: str, **more: Any) -> dict[str, Any]:
    return {"valueCoding": {"code": value, **more}}


def quantity(value: Any, **unit: Any) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, **unit}}


def test_other_programs_responses_are_read() -> None:
    given = response(
        answer("leg", code("other", system=f"{SYSTEM}:leg", display="Other")),
        answer("leg.other.text", {"valueString": "both"}),
        answer(
            "tried",
            code("other") | {"item": [answer("tried.other.text", {"valueString": "tape"})]},
            code("rest"),
        ),
        {
            "linkId": "signs",
            "item": [answer("tried.rest.effect", code("none", system=f"{SYSTEM}:tried:effect"))],
        },
        answer("distance", {"valueDecimal": 3.5}),
        answer("budget", quantity(5000, unit="円", system="urn:iso:std:iso:4217", code="JPY")),
        answer("onset-after", quantity(20, unit="minutes")),
        answer("weekly.now", quantity(4, code="h", system="http://unitsofmeasure.org")),
        answer("episodes", {"valueDecimal": 3.0}),
        answer("trouble", {"valueInteger": 7}),
        answer("onset", {"valueDate": "2025-11"}),
        answer("minor"),
        {"linkId": "leg.help"},
        questionnaire=f"{SYSTEM}|1.0.0",
        language="en-GB",
    )
    expected = {
        "leg": {"code": "other", "text": "both", "language": "en-GB"},
        "tried": [
            {"code": "rest", "effect": "none"},
            {"code": "other", "text": "tape", "language": "en-GB"},
        ],
        "distance": {"value": 3.5, "unit": "km"},
        "budget": {"value": 5000, "unit": "JPY"},
        "onset-after": {"value": 20, "unit": "min"},
        "weekly": {"now": {"value": 4, "unit": "h"}},
        "episodes": 3,
        "trouble": 7,
        "onset": "2025-11",
    }
    assert read_response(SMALL, given, today=TODAY) == reading(expected)


def test_words_without_a_language_are_of_none() -> None:
    read = read_response(SMALL, response(answer("description", {"valueString": "x"})), today=TODAY)
    assert read["description"].written == (Written("x", "und"),)  # type: ignore[union-attr]


def refused(document: Any) -> list[ParameterError]:
    with pytest.raises(InvalidParameters) as caught:
        read_response(SMALL, document, today=TODAY)
    return list(caught.value.errors)


@pytest.mark.parametrize(
    "item, code_of_fault, said",
    [
        (answer("lag", code("left")), "unknown-item", "'lag'"),
        (answer("leg", {"valueString": "left"}), "wrong-type", "valueString; accepted is valueCod"),
        (answer("leg", code("lefft")), "unknown-option", "'lefft' is not one of: left, right"),
        (answer("leg", code("left", system="urn:x")), "wrong-system", f"accepted is {SYSTEM}:leg"),
        (answer("leg", {"valueCoding": {"display": "左"}}), "code-missing", "left, right, other"),
        (
            answer("leg", code("left"), code("right")),
            "repeated",
            "2 answers; accepted are 1 at most",
        ),
        (answer("leg", {}), "wrong-type", "no value; accepted is valueCoding"),
        (answer("leg", "left"), "wrong-type", "accepted is an object with valueCoding"),
        (answer("leg", {**code("left"), "valueString": "x"}), "wrong-type", "accepted is valueCod"),
        ({"linkId": "leg", "answer": code("left")}, "wrong-type", "a list of answers"),
        ({"linkId": "leg", "answers": [code("left")]}, "unknown-member", "'answers' is not read"),
        (answer("leg", code("left"), _colour={}), "unknown-member", "accepted: id, extension, li"),
        (answer("leg", code("left") | {"items": []}), "unknown-member", "'items' is not read"),
        (
            answer("questions", *[{"valueString": "x"}] * 4),
            "repeated",
            "4 answers; accepted are 3 at most",
        ),
        (answer("leg.other.text", {"valueString": "x"}), "option-not-chosen", "'other' of leg"),
        (answer("description", {"valueString": {"text": "x"}}), "wrong-type", "accepted is text"),
        (answer("signs", {"valueBoolean": True}), "not-a-question", "asks nothing"),
        (answer("onset-after", {"valueDecimal": 3}), "unit-missing", "km, min"),
        (answer("onset-after", quantity(3)), "unit-missing", "km, min"),
        (answer("onset-after", quantity(3, unit="mi")), "wrong-unit", "'mi' is not one of"),
        (
            answer("onset-after", quantity(3, code="km", system="urn:x")),
            "wrong-unit",
            "'km' of 'urn:x'",
        ),
        (answer("onset-after", quantity(3, code="km", comparator="<")), "not-accepted", "'<'"),
        (answer("onset-after", quantity({}, code="km")), "wrong-type", "a number"),
        (answer("onset-after", {"valueQuantity": {"code": "km"}}), "missing-member", "value is"),
        (answer("episodes", quantity(3, code="km")), "wrong-unit", "it is a count"),
        (answer("episodes", {"valueInteger": 101}), "out-of-range", "from 0 to 100"),
        (answer("episodes", {"valueInteger": True}), "wrong-type", "a whole number"),
        (answer("trouble", {"valueInteger": 11}), "out-of-range", "from 0 to 10"),
        (answer("onset", {"valueDate": "2026-12"}), "in-the-future", "'2026-12'"),
        (answer("onset", {"valueDateTime": "2026-12"}), "wrong-type", "accepted is valueDate"),
        (answer("minor", {"valueBoolean": "yes"}), "wrong-type", "true or false"),
        (
            answer("minor", {"valueBoolean": True}, modifierExtension=[{}]),
            "modifier",
            "modifierExt",
        ),
        (
            answer("minor", {"valueBoolean": True, "modifierExtension": [{}]}),
            "modifier",
            "not accepted",
        ),
    ],
)
def test_what_is_no_answer_is_refused_by_its_link_id(
    item: Any, code_of_fault: str, said: str
) -> None:
    (fault,) = refused(response(item))
    assert (fault.parameter, fault.code) == (item["linkId"], code_of_fault)
    assert said in fault.message


@pytest.mark.parametrize(
    "document, where, code_of_fault",
    [
        ([], "resourceType", "wrong-resource"),
        ({"resourceType": "Questionnaire"}, "resourceType", "wrong-resource"),
        (response(status="entered-in-error"), "status", "wrong-status"),
        (response(status=["completed"]), "status", "wrong-status"),
        (response(questionnaire="urn:clinic-finder:checklist:x"), "questionnaire", None),
        (response(questionnaire=f"{SYSTEM}|2.0.0"), "questionnaire", "other-questionnaire"),
        (response(questionnaire=7), "questionnaire", "other-questionnaire"),
        (response(language="日本語"), "language", "wrong-language"),
        (response(implicitRules="urn:x"), "implicitRules", "modifier"),
        (response(contained=[response()]), "contained", "unknown-member"),
        (response(items=[]), "items", "unknown-member"),
        (response(item={}), "QuestionnaireResponse.item", "wrong-type"),
        (response("leg"), "QuestionnaireResponse.item[0]", "wrong-type"),
        (
            response({"linkId": "signs", "item": [{}]}),
            "QuestionnaireResponse.item[0].item[0]",
            None,
        ),
    ],
)
def test_what_is_no_response_to_this_checklist_is_refused(
    document: Any, where: str, code_of_fault: str | None
) -> None:
    (fault,) = refused(document)
    assert fault.parameter == where
    assert code_of_fault in (None, fault.code)


def test_every_fault_is_named_at_once_with_a_suggestion() -> None:
    document = response(
        answer("lag", code("left")),
        answer("tried", code("ret")),
        answer("trouble", {"valueInteger": 99}),
        answer("minor", {"valueBoolean": True}),
    )
    found = {fault.parameter: fault.suggestion for fault in refused(document)}
    assert found == {"lag": "leg", "tried": "rest", "trouble": None}
    _, _, faults = wire_answers(SMALL, document)
    assert [fault.parameter for fault in faults] == ["lag", "tried"]


def test_what_fhir_has_beside_the_answers_is_let_be() -> None:
    document = response(
        answer(
            "leg",
            code("left") | {"id": "a", "extension": [], "_valueCoding": {}},
            id="b",
            definition="urn:x",
            _text={},
            extension=[],
        ),
        id="c",
        meta={},
        text={"status": "generated", "div": "<div/>"},
        extension=[],
        identifier={},
        basedOn=[],
        partOf=[],
        subject={},
        encounter={},
        authored="2026-11-25",
        _authored={},
        author={},
        source={},
    )
    assert read_response(SMALL, document, today=TODAY) == reading({"leg": "left"})


def test_of_very_many_faults_the_first_are_named() -> None:
    many = response(*(answer(f"x{number}") for number in range(5_000)))
    assert [fault.parameter for fault in refused(many)] == [f"x{number}" for number in range(100)]


def test_depth_is_no_danger() -> None:
    inner = answer("minor", {"valueBoolean": True})
    for _ in range(3_000):
        inner = {"linkId": "signs", "item": [inner]}
    assert read_response(SMALL, response(inner), today=TODAY) == reading({"minor": True})
