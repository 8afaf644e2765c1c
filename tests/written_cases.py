"""The written cases that come with a checklist, as its reviewers read them."""

import json
from pathlib import Path
from typing import Any

from finder.checklist.answers import Answers
from finder.checklist.definition import LANGUAGES, Checklist, Language
from finder.checklist.files.loading import checklists
from finder.checklist.page import Page
from finder.checklist.preparing import prepare
from finder.checklist.reading import read_answers
from finder.checklist.summary import summarise
from tests.answering import TODAY

FOLDER = Path(__file__).parent.parent / "fixtures/checklists/cases"
CASES = sorted(path.stem for path in (FOLDER / "second-opinion").glob("*.json"))


def second_opinion() -> Checklist:
    """The checklist that the cases are of."""
    return checklists()["second-opinion"]


def written_case(slug: str) -> dict[str, Any]:
    """A case as it is written."""
    path = FOLDER / "second-opinion" / f"{slug}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def answers_of(slug: str) -> Answers:
    """The answers of a case, its route among them."""
    request = written_case(slug)["request"]
    return read_answers(
        second_opinion(),
        request["answers"] | {second_opinion().route_item: request["route"]},
        today=TODAY,
        text_language=request["text_language"],
    )


def pages_of(answers: Answers) -> dict[Language, Page]:
    """The page for the doctor in either language."""
    emergency = prepare(second_opinion(), answers).emergency
    return {
        language: summarise(second_opinion(), answers, emergency, language, TODAY)
        for language in LANGUAGES
    }
