"""A form renderer that others wrote opens the Questionnaire; what is filled in there can be read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from finder.checklist.definition import Checklist
from finder.checklist.fhir.questionnaire import questionnaire
from finder.checklist.files.loading import checklists
from finder.checklist.reading import read_answers
from tests.answering import TODAY
from tests.browsing import browser, picture
from tests.checklists import small_checklist
from tests.fhir_documents import read_response
from tests.lhc_forms import fill, form, renderer, response, row
from tests.written_cases import written_case

# No question of these is the database's: a form is filled in, and read.
pytestmark = [pytest.mark.once, pytest.mark.long]

# As JSON has them: every type of item, one of them asked only after another's answer.
EVERY_TYPE = {
    "urgent-signs": ["none"],
    "early-signs": ["walking"],
    "leg": {"code": "other", "text": "両方"},
    "description": "ガクッと抜ける",
    "questions": ["原因は何ですか", "走ってよいですか"],
    "tried": [
        {"code": "rest", "effect": "none"},
        "massage",
        {"code": "other", "text": "テーピング", "effect": "better"},
    ],
    "episodes": 3,
    "distance": {"value": 2.5, "unit": "km"},
    "onset-after": {"value": 20, "unit": "min"},
    "weekly": {"now": {"value": 4, "unit": "h"}, "before-onset": {"value": 60, "unit": "km"}},
    "budget": {"value": 5000, "unit": "JPY"},
    "trouble": 8,
    "onset": "2025-11-02",
    "minor": True,
    "parent": "coach",
    "letter": False,
    "plan": True,
}

JSON = "application/json"
PREPARE = "/api/v1/checklists/second-opinion/prepare"


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browser(monkeypatch) as opened:
        yield opened


@pytest.fixture(scope="module")
def lhc_forms() -> Iterator[Path]:
    with renderer() as folder:
        yield folder


def read(checklist: Checklist, document: Any) -> Any:
    return read_response(checklist, document, today=TODAY)


def test_a_form_is_filled_in_by_hand_and_read(chromium: Browser, lhc_forms: Path) -> None:
    checklist = small_checklist()
    with form(chromium, lhc_forms, questionnaire(checklist)) as page:
        picture(page, "fhir-form-empty")
        assert read(checklist, response(page)) == {}
        for slug, answer in EVERY_TYPE.items():
            fill(page, checklist.item[slug], answer)
        picture(page, "fhir-form-filled-in")
        filled_in = response(page)
    assert filled_in["questionnaire"] == "urn:clinic-finder:checklist:small-example|1.2.3"
    assert read(checklist, filled_in) == read_answers(checklist, EVERY_TYPE, today=TODAY)


def test_a_form_asks_what_applies_and_helps(chromium: Browser, lhc_forms: Path) -> None:
    checklist = small_checklist()
    with form(chromium, lhc_forms, questionnaire(checklist)) as page:
        parent, stop = row(page, "parent"), row(page, "urgent-signs.stop")
        expect(row(page, "urgent-signs.first")).to_contain_text("119 救急車")
        expect(stop).to_be_hidden()
        fill(page, checklist.item["urgent-signs"], ["speech"])
        expect(stop).to_contain_text("病院探しを止めてください。")
        expect(row(page, "urgent-signs.speech.act")).to_contain_text("すぐ電話")
        expect(parent).to_be_hidden()
        fill(page, checklist.item["minor"], True)
        expect(parent).to_be_visible()
        fill(page, checklist.item["parent"], "coach")
        fill(page, checklist.item["minor"], False)
        expect(parent).to_be_hidden()
        page.locator('[id^="help-button-leg/"]').click()
        expect(page.locator(".lhc-popover-help")).to_contain_text("走っている時に抜ける方です")
        picture(page, "fhir-form-emergency")
        filled_in = response(page)
    assert read(checklist, filled_in).keys() == {"urgent-signs", "minor"}


@pytest.mark.django_db
def test_a_written_case_is_filled_in_by_hand_and_prepares_the_visit(
    chromium: Browser, lhc_forms: Path, client: Client
) -> None:
    checklist = checklists()["second-opinion"]
    request = written_case("told-nothing-wrong-three-times")["request"]
    # The renderer asks for whole days.
    answers = {**request["answers"], "route": request["route"], "onset-date": "2023-05-01"}
    sure = [slug for slug in answers if checklist.item[slug].applies_when is None]
    with form(chromium, lhc_forms, questionnaire(checklist)) as page:
        for slug in [*sure, *(slug for slug in answers if slug not in sure)]:
            fill(page, checklist.item[slug], answers[slug])
        picture(page, "fhir-form-written-case")
        filled_in = response(page)
    assert read(checklist, filled_in) == read_answers(checklist, answers, today=TODAY)
    prepared = client.post(PREPARE, json.dumps(filled_in), content_type="application/fhir+json")
    assert prepared.status_code == 200, prepared.content
    assert prepared.json() == client.post(PREPARE, {"answers": answers}, JSON).json()


@pytest.mark.parametrize("checklist", checklists().values(), ids=checklists())
def test_each_checklist_opens_and_shows_every_question_that_applies(
    chromium: Browser, lhc_forms: Path, checklist: Checklist
) -> None:
    with form(chromium, lhc_forms, questionnaire(checklist)) as page:
        for item in checklist.items:
            if item.applies_when is None:
                expect(row(page, item.slug)).to_contain_text(item.label.ja)
        picture(page, f"fhir-form-{checklist.slug}")
