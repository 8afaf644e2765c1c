"""What cannot be prepared is refused by its member, and no refusal silences an emergency."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from clinics.models import Facility, Status
from clinics.publication import publish
from finder.checklist.files.loading import checklists
from tests.catalogue import clinic
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.prepare_requests import JSON, NOBODY, PREPARE, send

pytestmark = pytest.mark.django_db
CHECKLIST = checklists()["second-opinion"]


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return openapi_document()


SIGN = {"urgent-signs": ["worst-headache"]}
OF_FHIR = {"valueCoding": {"code": "worst-headache"}}


def response(*items: Any, **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": list(items),
    } | members


def refused_with_the_sign(document: Any) -> None:
    assert list(document)[0] == "emergency"
    assert [sign["option"] for sign in document["emergency"]["signs"]] == ["worst-headache"]
    assert document["detail"].startswith(CHECKLIST.emergency.stop.en)
    assert "119" in document["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"answers": SIGN | {"side": "lft"}},
        {"answers": {"urgent-signs": ["worst-headache", "nonsense"]}},
        {"answers": {"urgent-signs": "worst-headache"}},
        {"answers": {"urgent-signs": ["Worst-Headache"]}},
        {"answers": {"urgent-signs": {"worst-headache": True, "cord-sign": False}}},
        {"answers": {"early-review-signs": ["worst-headache"]}},
        {"answers": [SIGN]},
        {"answers": SIGN, "clinic": NOBODY},
        {"answers": SIGN, "colour": "red"},
        {"answers": SIGN, "questionnaire_response": response()},
        {"answer": SIGN},
        SIGN,
        [{"answers": SIGN}],
        '{"answers": {"urgent-signs": ["worst-headache"],}}',
        '{"answers": {"urgent-signs": ["worst-headache"]}, "route": "\xff"}'.encode("latin-1"),
        response({"linkId": "urgent-signs", "answer": [OF_FHIR, 7]}, status=None),
        response({"linkId": "urgent-signs", "answer": OF_FHIR}),
        response({"linkId": "urgent-signs", "answer": [{"valueString": "worst-headache"}]}),
        response({"linkId": "urgent", "answer": [OF_FHIR]}),
        response({"linkId": "urgent-signs", "answers": [OF_FHIR]}),
        response({"linkId": "urgent-check", "items": [OF_FHIR]}),
        response(items=[{"linkId": "urgent-signs", "answer": [OF_FHIR]}]),
        response(contained=[response({"linkId": "urgent-signs", "answer": [OF_FHIR]})]),
        response({"linkId": "urgent-signs.help", "answer": [OF_FHIR]}),
        {"resourceType": "Bundle", "entry": [{"resource": response()}, OF_FHIR]},
    ],
    ids=str,
)
def test_wrong_answers_do_not_silence_an_emergency(
    client: Client, body: Any, openapi: dict[str, Any]
) -> None:
    document = problem_of(send(client, body), 400)
    conforms(document, "Problem", openapi)
    refused_with_the_sign(document)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"answers": {"urgent-signs": ["worst-headache"], "urgent-signs": ["none"]}}', "urgent-"),
        ('{"answers": {"urgent-signs": ["worst-headache"]}, "answers": {}}', "answers"),
        (
            '{"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{"linkId": '
            '"urgent-signs", "answer": [{"valueCoding": {"code": "worst-headache"}}], "answer": '
            '[{"valueCoding": {"code": "none"}}]}]}',
            "answer",
        ),
    ],
)
def test_what_is_said_twice_is_refused_whichever_comes_last(
    client: Client, body: str, name: str
) -> None:
    document = problem_of(send(client, body), 400)
    refused_with_the_sign(document)
    (error,) = document["errors"]
    assert error["parameter"].startswith(name) and error["code"] == "repeated-member"
    assert "accepted once" in error["message"]


@pytest.mark.parametrize("depth", [10, 500, 900, 1_000, 60_000])
@pytest.mark.parametrize(
    "body", ['{"answers":{"events":%s}}', '{"clinic":%s}', '{"languages":%s}', '{"route":%s}', "%s"]
)
def test_depth_is_refused_and_breaks_nothing(client: Client, body: str, depth: int) -> None:
    document = problem_of(send(client, body % ("[" * depth + "]" * depth)), 400)
    assert all(len(error["message"]) < 500 for error in document["errors"])


def test_a_form_that_there_is_not_does_not_silence_an_emergency(
    client: Client, openapi: dict[str, Any]
) -> None:
    body = json.dumps({"answers": SIGN})
    refused_with_the_sign(problem_of(send(client, body, form="xml"), 400))
    told = client.post(PREPARE, body, content_type=JSON, headers={"Accept": "image/png"})
    document = problem_of(told, 406)
    conforms(document, "Problem", openapi)
    refused_with_the_sign(document)
    assert "format=json" in document["detail"]


def test_what_the_address_does_not_have_is_refused(client: Client) -> None:
    for query in ("lang=en", "format=md&lang=en", "clinic=x"):
        told = problem_of(client.post(f"{PREPARE}?{query}", "{}", content_type=JSON), 400)
        (error,) = told["errors"]
        assert error["code"] == "unknown-parameter" and "accepted: format." in error["message"]


def test_a_clinic_that_went_is_named_with_where_it_went(client: Client) -> None:
    gone, other = clinic(35, 139), clinic(35.1, 139)
    Facility.objects.filter(pk=gone).update(status=Status.WITHDRAWN)
    publish([gone])
    (error,) = problem_of(send(client, {"clinic": str(gone)}), 400)["errors"]
    assert error["code"] == "unknown-value" and "suggestion" not in error
    Facility.objects.filter(pk=gone).update(merged_into=other)
    (error,) = problem_of(send(client, {"clinic": str(gone)}), 400)["errors"]
    assert (error["parameter"], error["suggestion"]) == ("clinic", str(other))
    assert f"was found to be clinic {other}" in error["message"]
    document = send(client, {"clinic": str(other).upper()}).json()
    assert document["clinic"]["id"] == str(other)


def test_signs_that_are_denied_or_only_spoken_of_are_none(client: Client) -> None:
    denied = {sign.option: False for sign in CHECKLIST.emergency.signs}
    words = "no worst-headache, nor a cord-sign"
    body = {"answers": {"urgent-signs": denied, "sensory-trick": words}}
    assert "emergency" not in problem_of(send(client, body), 400)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{", {"body": "not-json"}),
        ("[]", {"body": "wrong-type"}),
        ({"answers": []}, {"answers": "wrong-type"}),
        ({"answer": {}}, {"answer": "unknown-parameter"}),
        ({"answers": {"nowhere": 1}}, {"nowhere": "unknown-item"}),
        (
            {"answers": {"side": "x", "severity": 11}},
            {"side": "unknown-option", "severity": "out-of-range"},
        ),
        ({"route": "by-boat"}, {"route": "unknown-option"}),
        (
            {"route": "primary-care-first", "answers": {"route": "second-opinion-clinic"}},
            {"route": "contradictory"},
        ),
        ({"route": None}, {"route": "unknown-option"}),
        (
            {"route": None, "answers": {"route": "second-opinion-clinic"}},
            {"route": "contradictory"},
        ),
        ({"answers": None}, {"answers": "wrong-type"}),
        ({"clinic": "x"}, {"clinic": "wrong-type"}),
        ({"clinic": None}, {"clinic": "wrong-type"}),
        ({"clinic": f"{{{NOBODY}}}"}, {"clinic": "wrong-type"}),
        ({"clinic": f"urn:uuid:{NOBODY}"}, {"clinic": "wrong-type"}),
        ({"clinic": NOBODY.replace("-", "")}, {"clinic": "wrong-type"}),
        ({"clinic": NOBODY.replace("0000", "０0_0")}, {"clinic": "wrong-type"}),
        ({"languages": None}, {"languages": "wrong-type"}),
        ({"languages": [["ja"]]}, {"languages": "wrong-type"}),
        ({"text_language": "ja" + "-abcdefgh" * 4}, {"text_language": "wrong-language"}),
        ({"clinic": NOBODY}, {"clinic": "unknown-value"}),
        ({"languages": []}, {"languages": "wrong-type"}),
        ({"languages": ["ja", "fr"]}, {"languages": "wrong-type"}),
        ({"languages": ["ja", "ja"]}, {"languages": "wrong-type"}),
        ({"languages": "ja"}, {"languages": "wrong-type"}),
        ({"text_language": "Japanese!"}, {"text_language": "wrong-language"}),
        ({"text_language": None}, {"text_language": "wrong-language"}),
    ],
)
def test_a_wrong_request_is_refused_by_its_members(
    client: Client, body: Any, expected: dict[str, str]
) -> None:
    document = problem_of(send(client, body), 400)
    assert codes(document) == expected
    assert "emergency" not in document


def test_other_media_types_and_long_bodies_are_refused(client: Client) -> None:
    problem_of(send(client, "{}", media_type="text/plain"), 415)
    problem_of(client.post(PREPARE, {"answers": "{}"}), 415)
    packed = client.post(
        PREPARE, gzip.compress(b"{}"), content_type=JSON, headers={"Content-Encoding": "gzip"}
    )
    assert "Content-Encoding" in problem_of(packed, 415)["detail"]
    plain = client.post(PREPARE, "{}", content_type=JSON, headers={"Content-Encoding": "identity"})
    assert plain.status_code == 200
    long = json.dumps({"answers": {"sensory-trick": "x" * 131_072}})
    problem_of(send(client, long), 413)
    problem_of(send(client, {}, form="xml"), 400)
    problem_of(client.post(PREPARE + "?answers=x", "{}", content_type=JSON), 400)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
WHOLE = {
    "answers": {
        "urgent-signs": ["worst-headache", {"code": "none"}],
        "top-questions": ["なぜ", {"text": "Why?", "language": "en"}],
        "weekly-volume": {"now": {"value": 30, "unit": "km"}},
        "treatments-tried": [{"code": "rest", "effect": "none"}, {"code": "other", "text": "x"}],
        "onset-date": "2024-05",
        "severity": 7,
    },
    "route": "new-patient-referral",
    "languages": ["en"],
    "text_language": "ja",
}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield path
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield from places(node[key], (*path, key))


def broken(document: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    """A copy of a document in which one place is something else, in a list, or of another name."""
    if not path:
        return {"in a list": [document], "another": value}.get(how, document)
    key, *rest = path
    copy = document.copy()
    if rest:
        copy[key] = broken(copy[key], tuple(rest), how, value)
    elif how == "in a list":
        copy[key] = [copy[key]]
    elif how == "renamed" and isinstance(copy, dict):
        copy["misspelt"] = copy.pop(key)
    else:
        copy[key] = value
    return copy


@pytest.mark.parametrize("fhir", [False, True])
def test_one_slip_anywhere_breaks_nothing_and_hides_no_sign(
    client: Client, fhir: bool, openapi: dict[str, Any]
) -> None:
    whole = send(client, WHOLE, "fhir").json() if fhir else WHOLE

    def slip(path: tuple[Any, ...], how: str, value: Any) -> None:
        body = broken(whole, path, how, value)
        answered = send(client, body)
        assert answered.status_code in (200, 400), answered.content
        kind = "PreparationDocument" if answered.status_code == 200 else "Problem"
        conforms(answered.json(), kind, openapi)
        if '"worst-headache"' in json.dumps(body):
            signs = answered.json()["emergency"]["signs"]
            assert [sign["option"] for sign in signs] == ["worst-headache"]

    for path in places(whole):
        slip(path, "in a list", None)
        slip(path, "renamed", None)
    anywhere = given(st.sampled_from(list(places(whole))), st.just("another"), ANYTHING)
    settings(deadline=None, max_examples=100)(anywhere(slip))()
