"""LHC-Forms, the form renderer of the US National Library of Medicine, shown a Questionnaire and
filled in by hand."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route

from finder.checklist.definition import Item
from tests.packages import unpacked
from tests.release_server import serving

PACKAGE = "lforms@40.1.3"
PAGE = Path(__file__).parent / "clients" / "form.html"
LONGEST_MS = 20_000


@contextmanager
def renderer() -> Iterator[Path]:
    """A folder with the renderer, ready to be served, and a page that opens a form in it."""
    with unpacked(PACKAGE) as package:
        folder = package / "dist" / "lforms"
        shutil.copy(PAGE, folder)
        yield folder


@contextmanager
def form(chromium: Browser, folder: Path, questionnaire: Any) -> Iterator[Page]:
    """A window with the form of a Questionnaire. An error in it, or a look elsewhere, is a failure."""
    (folder / "questionnaire.json").write_text(json.dumps(questionnaire), encoding="utf-8")
    wrong: list[str] = []

    def elsewhere(route: Route) -> None:
        wrong.append(f"asked elsewhere: {route.request.url}")
        route.abort()

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"on the console: {message.text}")

    with serving(folder) as address:
        context = chromium.new_context(locale="ja-JP", viewport={"width": 1100, "height": 900})
        context.route(lambda url: not url.startswith((address, "data:")), elsewhere)
        page = context.new_page()
        page.set_default_timeout(LONGEST_MS)
        page.on("pageerror", lambda error: wrong.append(f"in a script: {error}"))
        page.on("console", said)
        page.goto(f"{address}{PAGE.name}")
        page.wait_for_selector("body[data-ready]", timeout=LONGEST_MS)
        yield page
        context.close()
    if wrong:
        pytest.fail("\n".join(wrong))


def response(page: Page) -> Any:
    """The QuestionnaireResponse of what was filled in."""
    return page.evaluate("LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')")


def row(page: Page, link_id: str) -> Locator:
    """What the form shows of an item, once for each time it is asked."""
    return page.locator(f'[id^="item-{link_id}/"]')


def fill(page: Page, item: Item, answer: Any) -> None:
    """Answer an item by hand; the answer is as JSON has it. Dates are of a day: the renderer asks for
    no other."""
    if item.options:
        for one in answer if isinstance(answer, list) else [answer]:
            _choose(page, item, one if isinstance(one, dict) else {"code": one})
    elif item.type == "number":
        measures = {f".{slug}": one for slug, one in answer.items()} if item.parts else {"": answer}
        for part, measure in measures.items():
            _measure(page, item, f"{item.slug}{part}", measure)
    elif item.type == "text":
        _texts(page, item.slug, answer if isinstance(answer, list) else [answer])
    elif isinstance(answer, bool):
        row(page, item.slug).locator("input[type=radio]").nth(0 if answer else 1).click()
    elif item.type == "date":
        year, month, day = answer.split("-")
        _type(row(page, item.slug).locator("input"), f"{month}/{day}/{year}", "Enter")
    else:
        _type(row(page, item.slug).locator("input"), str(answer))


def _choose(page: Page, item: Item, chosen: dict[str, str]) -> None:
    row(page, item.slug).locator(f'[id$="|{chosen["code"]}"]').click()
    added = f"{item.slug}.{chosen['code']}"
    if "text" in chosen:
        _type(row(page, f"{added}.text").locator("textarea"), chosen["text"])
    if item.qualifier and item.qualifier.slug in chosen:
        qualified = row(page, f"{added}.{item.qualifier.slug}")
        qualified.locator(f'[id$="|{chosen[item.qualifier.slug]}"]').click()


def _measure(page: Page, item: Item, link_id: str, measure: Any) -> None:
    value = measure["value"] if item.units else measure
    _type(page.locator(f'input[id^="{link_id}/"]'), str(value))
    if len(item.units) > 1:
        (unit,) = (unit for unit in item.units if unit.code == measure["unit"])
        page.locator(f'input[id^="unit_{link_id}/"]').click()
        named = re.compile(rf"(^|\s){re.escape(unit.label.ja)}\s*$")
        page.locator("#lhc-tools-searchResults li").filter(has_text=named).click()


def _texts(page: Page, slug: str, texts: list[str]) -> None:
    for index, text in enumerate(texts):
        if index:
            page.locator(f'[id^="add-{slug}/"]').click()
        _type(page.locator(f'textarea[id^="{slug}/"]').nth(index), text)


def _type(field: Locator, text: str, key: str = "Tab") -> None:
    field.fill(text)
    field.press(key)
