"""Checklists over HTTP: definitions, a clinic's own terms, and a visit prepared without a trace."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from clinics.imports.starter import load_starter
from clinics.models import Facility, Status
from clinics.publication import publish
from finder.api.checklists import reading
from finder.checklist.definition import Text
from finder.checklist.files.loading import checklists
from tests.catalogue import clinic
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.prepare_requests import FHIR, JSON, NOBODY, ONE, PREPARE, case, send

pytestmark = pytest.mark.django_db

LIST = "/api/v1/checklists"
FILE = Path(__file__).parent.parent / "fixtures/checklists/second-opinion.json"
CHECKLIST = checklists()["second-opinion"]


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return openapi_document()


# Definitions


def test_the_list_names_each_checklist_and_where_it_is(
    client: Client, openapi: dict[str, Any]
) -> None:
    response = client.get(LIST)
    document = response.json()
    conforms(document, "ChecklistList", openapi)
    (one,) = document["results"]
    assert one["slug"] == "second-opinion" and one["items"] == 60
    assert one["reviewed_by"] is None
    assert client.get(one["url"]).status_code == 200
    assert client.get(LIST, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_the_definition_says_everything_that_its_file_says(
    client: Client, openapi: dict[str, Any]
) -> None:
    document = client.get(ONE).json()
    conforms(document, "Checklist", openapi)
    file = json.loads(FILE.read_text(encoding="utf-8"))
    by_slug = {item["slug"]: item for item in document["items"]}
    for item in file["items"]:
        told = by_slug[item["slug"]]
        for name, value in item.items():
            if name not in ("options", "qualifier", "applies_when", "units", "parts"):
                assert told[name] == value, (item["slug"], name)
    assert by_slug["fee-budget"]["applies_when"] == {
        "item": "route",
        "any_of": ["second-opinion-clinic", "online-second-opinion"],
    }
    for name in ("emergency", "early_review", "routing", "doors", "clinic_terms", "summary"):
        assert document[name], name


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", JSON),
        ("", FHIR, f"{FHIR}; charset=utf-8"),
        ("?format=fhir", "*/*", f"{FHIR}; charset=utf-8"),
        ("?format=md", "*/*", "text/markdown; charset=utf-8"),
        ("?format=html&lang=en", "*/*", "text/html; charset=utf-8"),
        ("", "text/html", "text/html; charset=utf-8"),
        ("?lang=en", "text/markdown", "text/markdown; charset=utf-8"),
    ],
)
def test_a_definition_has_four_forms_each_with_its_tag(
    client: Client, query: str, accept: str, media_type: str
) -> None:
    response = client.get(f"{ONE}{query}", headers={"Accept": accept})
    assert response.status_code == 200 and response["Content-Type"] == media_type
    assert "Accept" in response["Vary"] and response["Cache-Control"] == "no-cache"
    again = client.get(
        f"{ONE}{query}", headers={"Accept": accept, "If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304


def test_forms_and_languages_have_tags_of_their_own(client: Client) -> None:
    queries = [
        "",
        "?format=fhir",
        *(f"?format={f}&lang={o}" for f in ("md", "html") for o in ("ja", "en")),
    ]
    assert len({client.get(f"{ONE}{query}")["ETag"] for query in queries}) == len(queries)


@pytest.mark.parametrize("form", ["json", "fhir", "md", "html"])
def test_a_definition_that_changes_is_another_at_once(
    client: Client, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get(f"{ONE}?format={form}")
    changed = replace(CHECKLIST, title=Text("別の題", "Another title"))
    monkeypatch.setattr(reading, "checklists", lambda: {"second-opinion": changed})
    after = client.get(f"{ONE}?format={form}", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200 and "別の題" in after.content.decode()


@pytest.mark.parametrize("form", ["md", "html"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_printable_forms_hold_every_item_and_the_emergency_before_them(
    client: Client, form: str, language: str
) -> None:
    text = client.get(f"{ONE}?format={form}&lang={language}").content.decode()
    for item in CHECKLIST.items:
        assert item.label.in_language(language).split("（")[0].split("&")[0] in text, item.slug
    first = CHECKLIST.items[0].label.in_language(language)
    assert -1 < text.index("119") < text.index(first)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("format=pdf", {"format": "unknown-value"}),
        ("format=xml", {"format": "unknown-value"}),
        ("format=md&lang=fr", {"lang": "unknown-value"}),
        ("lang=ja", {"lang": "without-effect"}),
        ("format=md&format=html", {"format": "repeated-parameter"}),
        ("langue=ja", {"langue": "unknown-parameter"}),
    ],
)
def test_what_a_definition_is_not_asked_is_refused(
    client: Client, query: str, expected: dict[str, str]
) -> None:
    assert codes(problem_of(client.get(f"{ONE}?{query}"), 400)) == expected


def test_an_unknown_checklist_and_an_unknown_form_are_not_found_and_not_acceptable(
    client: Client,
) -> None:
    told = problem_of(client.get(f"{LIST}/third-opinion"), 404)
    assert "there is: second-opinion" in told["detail"]
    problem_of(client.get(ONE, headers={"Accept": "image/png"}), 406)
    problem_of(client.post(ONE), 405)
    problem_of(client.get(PREPARE), 405)


# For one clinic


@pytest.fixture
def starter() -> None:
    load_starter()


def with_fee() -> tuple[str, dict[str, Any]]:
    """A published clinic with a stated fee, and its document."""
    from clinics.models import Listing

    for listing in Listing.objects.filter(published=True).order_by("id"):
        document = json.loads(listing.detail)
        for terms in document["second_opinions"]:
            if terms["fee"] and terms["minutes"] and terms["letter"] == "required":
                return document["id"], document
    raise AssertionError("The starter has clinics with a fee.")


def test_a_clinics_terms_stand_at_their_items_with_source_and_date(
    client: Client, starter: None, openapi: dict[str, Any]
) -> None:
    clinic_id, known = with_fee()
    response = client.get(f"/api/v1/clinics/{clinic_id}/checklist")
    document = response.json()
    conforms(document, "ClinicChecklist", openapi)
    assert document["clinic"]["id"] == clinic_id
    notes = {item["slug"]: item.pop("clinic_notes") for item in document["items"]}
    assert document.pop("clinic")["name"] == known["name"]
    assert document == client.get(ONE).json()
    (fee,) = [note for note in notes["fee-budget"] if note["term"] == "fee"]
    (stated,) = fee["stated"]
    terms = known["second_opinions"][0]
    assert f"{int(terms['fee']):,}" in stated["text_ja"]
    assert [one["url"] for one in stated["sources"]] == [one["url"] for one in terms["sources"]]
    assert fee["question_ja"] is None
    (letter,) = [n for n in notes["doc-referral-letter"] if n["term"] == "letter"]
    assert letter["stated"]
    again = client.get(
        f"/api/v1/clinics/{clinic_id}/checklist", headers={"If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304
    for form in ("md", "html"):
        text = client.get(f"/api/v1/clinics/{clinic_id}/checklist?format={form}").content.decode()
        assert f"{int(terms['fee']):,}" in text and known["name"] in text


def test_what_a_clinic_does_not_state_is_a_question_to_ask(client: Client) -> None:
    clinic_id = clinic(35, 139)
    document = client.get(f"/api/v1/clinics/{clinic_id}/checklist").json()
    notes = [note for item in document["items"] for note in item["clinic_notes"]]
    assert {note["term"] for note in notes} == {term.term for term in CHECKLIST.clinic_terms}
    assert all(note["question_ja"] and note["question_en"] for note in notes)
    assert not any(note["stated"] for note in notes)


def test_a_clinic_that_went_leads_where_it_went(client: Client) -> None:
    gone, other = clinic(35, 139), clinic(35.1, 139)
    Facility.objects.filter(pk=gone).update(status=Status.WITHDRAWN)
    publish([gone])
    problem_of(client.get(f"/api/v1/clinics/{gone}/checklist"), 410)
    Facility.objects.filter(pk=gone).update(merged_into=other)
    moved = client.get(f"/api/v1/clinics/{gone}/checklist")
    assert moved.status_code == 301
    assert moved["Location"] == f"/api/v1/clinics/{other}/checklist"
    asked = "format=md&lang=en&checklist=second-opinion"
    moved = client.get(f"/api/v1/clinics/{gone}/checklist?{asked}")
    assert moved["Location"] == f"/api/v1/clinics/{other}/checklist?{asked}"
    problem_of(client.get(f"/api/v1/clinics/{NOBODY}/checklist"), 404)
    refused = problem_of(client.get(f"/api/v1/clinics/{other}/checklist?checklist=none"), 400)
    assert codes(refused) == {"checklist": "unknown-value"}


# Preparing a visit


def test_a_visit_is_prepared(client: Client, openapi: dict[str, Any]) -> None:
    response = send(client, case("told-nothing-wrong-three-times"))
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "private, no-store" and not response.has_header("ETag")
    document = response.json()
    conforms(document, "PreparationDocument", openapi)
    assert document["emergency"] is None and document["clinic"] is None
    first = document["routing"][0]
    assert first["slug"] == "dystonia-suspected-second-view"
    assert first["reason_en"] and first["sources"][0]["url"].startswith("http")
    search = first["stops"][0]["search"]
    assert search == "/api/v1/clinics?category=dystonia-clinic,movement-disorder-clinic"
    found = client.get(f"{search}&lat=35.68&lng=139.76")
    assert found.status_code == 200
    assert document["door"]["route"] == "new-patient-referral"
    assert document["door"]["chosen"] == "second-opinion-clinic"
    assert [page["language"] for page in document["summaries"]] == ["ja", "en"]
    assert [one["item"] for one in document["missing"]][0] == "so-conditions"


def test_every_search_that_a_routing_offers_can_be_asked(client: Client) -> None:
    from finder.api.checklists.preparation_documents import stop_document

    for row in CHECKLIST.routing:
        for stop in row.stops:
            search = stop_document(stop, {}).search
            if search:
                assert client.get(search).status_code == 200, search


def test_an_emergency_comes_first_and_leaves_nothing_to_search_for(
    client: Client, openapi: dict[str, Any]
) -> None:
    asked = case("sudden-one-sided-weakness") | {"clinic": str(clinic(35, 139))}
    document = send(client, asked).json()
    conforms(document, "PreparationDocument", openapi)
    assert list(document)[2] == "emergency"
    assert [call["number"] for call in document["emergency"]["calls"]] == ["119", "#7119"]
    assert document["emergency"]["say"] and document["emergency"]["signs"]
    for name in ("missing", "routing", "bring", "questions"):
        assert document[name] == [], name
    assert document["door"] is None and document["clinic"] is None
    assert "/api/v1/clinics?" not in json.dumps(document)
    for form in ("md", "html"):
        text = send(client, case("sudden-one-sided-weakness"), form).content.decode()
        assert "119" in text and text.index("119") < text.index("安全の確認")
        # A page on a telephone calls at a touch.
        assert form == "md" or '<a href="tel:119">119</a> <a href="tel:%237119">#7119</a>' in text


def test_the_example_of_the_schema_is_answered(client: Client, openapi: dict[str, Any]) -> None:
    body = openapi["paths"]["/api/v1/checklists/{slug}/prepare"]["post"]["requestBody"]["content"]
    (example,) = body[JSON]["examples"].values()
    document = send(client, example["value"]).json()
    assert document["routing"][0]["slug"] == "run-only-recurrent"


def test_nothing_but_an_empty_object_is_needed(client: Client) -> None:
    document = send(client, {}).json()
    assert [row["slug"] for row in document["routing"]] == ["not-enough-known"]
    assert [page["blocks"] for page in document["summaries"]] == [[], []]


def test_only_the_languages_asked_for_are_written(client: Client) -> None:
    document = send(client, {"answers": {"severity": 7}, "languages": ["en"]}).json()
    (page,) = document["summaries"]
    assert page["language"] == "en"
    text = send(client, {"answers": {"severity": 7}, "languages": ["en"]}, "md").content.decode()
    assert "7 of 10" in text and "困る" not in text


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("md", "text/markdown; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("pdf", "application/pdf"),
        ("fhir", f"{FHIR}; charset=utf-8"),
    ],
)
def test_the_page_is_given_in_every_form_and_kept_by_nobody(
    client: Client, form: str, media_type: str
) -> None:
    response = send(client, case("distance-runner-undiagnosed"), form)
    assert response.status_code == 200 and response["Content-Type"] == media_type
    assert response["Cache-Control"] == "private, no-store"
    assert response.content


def test_the_answers_go_out_as_fhir_and_come_in_again(client: Client) -> None:
    sent = case("told-nothing-wrong-three-times")
    resource = send(client, sent, "fhir").json()
    assert resource["resourceType"] == "QuestionnaireResponse"
    plain = send(client, sent).json()
    assert send(client, resource, media_type=FHIR).json() == plain
    assert send(client, resource).json() == plain
    wrapped = {"questionnaire_response": resource, "languages": ["ja", "en"]}
    assert send(client, wrapped).json() == plain


def test_the_route_may_be_said_twice_alike(client: Client) -> None:
    words = {"code": "primary-care-first"}
    resource = send(client, {"answers": {"route": words}}, "fhir").json()
    for given in ({"answers": {"route": words}}, {"questionnaire_response": resource}):
        document = send(client, given | {"route": words["code"]}).json()
        assert document["door"]["chosen"] == words["code"]


def test_a_clinics_terms_come_along(client: Client, starter: None) -> None:
    clinic_id, _ = with_fee()
    document = send(client, {"answers": {}, "clinic": clinic_id}).json()
    assert document["clinic"]["id"] == clinic_id
    assert document["clinic"]["notes"]["fee-budget"][0]["stated"]


def test_preparing_asks_the_database_next_to_nothing(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    body = json.dumps(case("told-nothing-wrong-three-times"))
    # The labels of the categories; nothing of the answers.
    with django_assert_max_num_queries(1) as queries:
        client.post(PREPARE, body, content_type=JSON)
    assert "concept" in queries.captured_queries[0]["sql"]
    assert "2023-05" not in str(queries.captured_queries)
