"""The checklist in a real browser: in small steps, by keyboard alone, kept nowhere unless wanted."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from finder.checklist.answers import Answers, holds
from finder.checklist.definition import Checklist
from finder.checklist.files.loading import checklists
from finder.checklist.reading import read_answers
from finder.web import checklist_page
from tests.answering import TODAY
from tests.browsing import browser, picture
from tests.checklists import small_checklist
from tests.test_checklist_page import fields_of, without_languages
from tests.written_cases import CASES, written_case

pytestmark = pytest.mark.django_db(transaction=True)

CHECKLIST = checklists()["second-opinion"]
KEY = "checklist:second-opinion"
STEPS = len(CHECKLIST.sections)
SECRET = "ひみつの言葉"
# Answers that meet and miss every kind of test of the small checklist.
SMALL_CASES: list[dict[str, Any]] = [
    {},
    {"minor": True},
    {"minor": False, "leg": "left"},
    {"leg": {"code": "other", "text": "両方"}, "trouble": 7},
    {"leg": {"code": "other", "text": "両方"}, "trouble": 6},
    {"trouble": 10},
    {"tried": ["rest"], "onset-after": {"value": 5, "unit": "km"}, "description": "抜ける"},
    {"tried": ["rest"], "onset-after": {"value": 5, "unit": "min"}, "description": "抜ける"},
    {"tried": ["rest"], "onset-after": {"value": 5.5, "unit": "km"}, "description": "抜ける"},
    {"tried": ["massage"], "onset-after": {"value": 0, "unit": "km"}, "description": "抜ける"},
    {"tried": ["rest"], "onset-after": {"value": 1, "unit": "km"}},
    {"weekly": {"before-onset": {"value": 3, "unit": "h"}}},
]


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browser(monkeypatch) as opened:
        yield opened


class Window:
    """A window on a phone; what goes wrong in it, and every address that it asks for."""

    def __init__(self, chromium: Browser, address: str, **options: Any) -> None:
        self.address, self.wrong, self.asked = address, [], []
        self.context = chromium.new_context(viewport={"width": 390, "height": 844}, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _said(self, message: Any) -> None:
        # A form with a fault in it is answered with a 400, which the browser tells of.
        if message.type == "error" and "status of 400" not in message.text:
            self.wrong.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def close(self) -> None:
        """Nothing went wrong, nothing foreign was asked, and there is neither cookie nor query."""
        assert self.wrong == []
        assert all(url.startswith((self.address, "data:", "blob:")) for url in self.asked)
        assert not [url for url in (*self.asked, self.page.url) if "?" in url or "#" in url]
        assert self.context.cookies() == []
        self.context.close()


def press_until(page: Page, key: str, selector: str, most: int = 120) -> None:
    """Press a key until the focus is where it is wanted."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} was not reached")


def at_step(page: Page, number: int) -> None:
    expect(page.locator(".progress .at")).to_have_text(str(number))
    expect(page.locator(".step:visible")).to_have_count(1)


def tick(page: Page, item: str, code: str) -> None:
    page.locator(f"#{item}--{code}").click()


def test_the_form_is_gone_through_by_keyboard_alone(chromium: Browser, live_server: Any) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    at_step(page, 1)
    for item in ("urgent-signs", "early-review-signs"):
        press_until(page, "Tab", f"#{item}--none")
        page.keyboard.press("Space")
    for number in range(2, STEPS + 1):
        press_until(page, "Tab", "button.next")
        page.keyboard.press("Enter")
        at_step(page, number)
        # The heading of the new step is where reading goes on.
        assert page.evaluate("document.activeElement.closest('.step > h2') !== null")
        if number == 2:
            press_until(page, "Tab", "[id='top-questions--1']")
            page.keyboard.type("Is it a matter of the nerves?")
        if number == 3:
            press_until(page, "Tab", "[id='severity--0']")
            page.keyboard.press("Space")
            page.keyboard.press("ArrowRight")
    picture(page, "checklist-last-step")
    press_until(page, "Shift+Tab", "button.back")
    page.keyboard.press("Enter")
    at_step(page, STEPS - 1)
    press_until(page, "Tab", "button.finish")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your visit, prepared")
    expect(page.locator("#page-en")).to_contain_text("Is it a matter of the nerves?")
    expect(page.locator("#page-en")).to_contain_text("1 of 10")
    picture(page, "checklist-prepared-en")
    # The way back loses nothing, nor does changing an answer; the page itself keeps none of them.
    page.go_back()
    assert "nerves" not in str(page.evaluate("JSON.stringify(history.state)"))
    expect(page.locator("[id='top-questions--1']")).to_have_value("Is it a matter of the nerves?")
    page.evaluate("document.querySelector('button.finish').focus()")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your visit, prepared")
    press_until(page, "Tab", "button[value='change']")
    page.keyboard.press("Enter")
    at_step(page, 1)
    expect(page.locator("#urgent-signs--none")).to_be_checked()
    expect(page.locator("[id='top-questions--1']")).to_have_value("Is it a matter of the nerves?")
    window.close()


def test_a_link_within_the_page_leaves_the_step_and_the_way_back(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    for _ in range(4):
        page.click("button.next")
    at_step(page, 5)
    for _ in range(2):
        page.locator("a.skip").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        at_step(page, 5)
    page.click("button.next")
    at_step(page, 6)
    for number in (5, 5, 4):
        page.go_back()
        at_step(page, number)
    window.close()


def test_the_way_back_leads_to_the_item_that_was_looked_at_again(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    page.click("button.finish")
    page.locator("#missing summary").click()
    page.locator("button[name='_at'][value='severity']").click()
    at_step(page, 3)
    page.click("button.next")
    at_step(page, 4)
    page.go_back()
    at_step(page, 3)
    window.close()


def test_an_emergency_is_not_left_by_the_browsers_own_way(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    page.click("button.next")
    at_step(page, 2)
    page.go_back()
    at_step(page, 1)
    tick(page, "urgent-signs", "cord-sign")
    expect(page.locator("#emergency")).to_be_visible()
    page.go_forward()
    at_step(page, 1)
    expect(page.locator("#item-urgent-signs")).to_be_visible()
    tick(page, "urgent-signs", "cord-sign")
    page.click("button.next")
    at_step(page, 2)
    page.go_back()
    at_step(page, 1)
    window.close()


# What a browser tells of Enter that accepts a conversion, and of Enter itself.
ENTER = """(field, [isComposing, keyCode]) => field.dispatchEvent(new KeyboardEvent("keydown", {
  key: "Enter", isComposing, keyCode, bubbles: true, cancelable: true,
}))"""


def test_enter_goes_on_from_an_answer_and_from_nothing_else(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    page.click("button.next")
    years = page.locator("#running-years")
    for accepting in ([True, 13], [False, 229]):
        # What is not refused is left to the conversion.
        assert years.evaluate(ENTER, accepting)
        at_step(page, 2)
    page.locator("#keep").focus()
    page.keyboard.press("Enter")
    at_step(page, 2)
    years.focus()
    page.keyboard.press("Enter")
    at_step(page, 3)
    expect(page.locator("h1")).not_to_have_text("Your visit, prepared")
    window.close()


def test_an_emergency_is_announced_as_it_appears(chromium: Browser, live_server: Any) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    tick(page, "urgent-signs", "cord-sign")
    panel = page.get_by_role("region", name=CHECKLIST.emergency.title.en)
    expect(panel).to_be_focused()
    expect(panel.get_by_role("alert")).to_have_text(CHECKLIST.emergency.stop.en)
    page.click("button.finish")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("heading", level=1)).to_have_count(1)
    # What is refused tells of it alike.
    page.evaluate(
        "() => { const form = document.getElementById('again'); form.action += '?a'; form.submit(); }"
    )
    expect(page).to_have_title(re.compile(CHECKLIST.emergency.title.en))
    expect(panel).to_be_focused()
    page.locator("a.button").click()
    at_step(page, 1)
    window.asked = [url for url in window.asked if not url.endswith("?a")]
    window.close()


def test_an_emergency_stops_the_form_until_the_sign_is_taken_back(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/checklist")
    emergency = page.locator("#emergency")
    expect(emergency).to_be_hidden()
    tick(page, "urgent-signs", "none")
    tick(page, "urgent-signs", "cord-sign")
    expect(page.locator("#urgent-signs--none")).not_to_be_checked()
    expect(emergency).to_be_visible()
    expect(emergency).to_be_focused()
    expect(emergency.locator("a[href='tel:119']")).to_be_in_viewport()
    expect(emergency.locator("[data-option]:visible")).to_have_count(1)
    expect(page.locator("button.next")).to_be_hidden()
    expect(page.locator("#item-early-review-signs")).to_be_hidden()
    picture(page, "checklist-emergency")
    tick(page, "urgent-signs", "speech-or-face")
    expect(emergency.locator("[data-option]:visible")).to_have_count(2)
    page.click("button.finish")
    expect(page.locator("#emergency.there")).to_be_focused()
    expect(page.locator("#where")).to_have_count(0)
    page.click("button[value='change']")
    for code in ("cord-sign", "speech-or-face"):
        tick(page, "urgent-signs", code)
    expect(emergency).to_be_hidden()
    page.click("button.next")
    at_step(page, 2)
    window.close()


def test_answers_are_kept_only_where_it_is_wanted_and_can_be_deleted(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/checklist")
    stored = f"localStorage.getItem('{KEY}')"
    tick(page, "early-review-signs", "none")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    expect(page.locator("button.delete")).to_be_hidden()
    page.locator("#keep").check()
    tick(page, "urgent-signs", "none")
    expect(page.locator(".kept")).to_contain_text("保存します")
    page.click("button.next")
    page.locator("[id='top-questions--2']").fill(SECRET)
    assert SECRET in page.evaluate(stored)
    page = window.open("/en/checklist")
    expect(page.locator(".kept")).to_contain_text("filled in")
    expect(page.locator("#keep")).to_be_checked()
    expect(page.locator("#urgent-signs--none")).to_be_checked()
    expect(page.locator("[id='top-questions--1']")).to_have_value("")
    expect(page.locator("[id='top-questions--2']")).to_have_value(SECRET)
    page.click("button.delete")
    expect(page.locator(".kept")).to_contain_text("Deleted")
    expect(page.locator("#keep")).not_to_be_checked()
    assert page.evaluate(stored) is None
    tick(page, "early-review-signs", "walking-affected")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    window.close()


def test_answers_to_another_version_are_left_alone(chromium: Browser, live_server: Any) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    old = json.dumps({"version": "0.0.1", "fields": [["urgent-signs", "none"]]})
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEY, old])
    page.reload()
    expect(page.locator(".kept")).to_contain_text("another version")
    expect(page.locator("#urgent-signs--none")).not_to_be_checked()
    expect(page.locator("#keep")).not_to_be_checked()
    page.click("button.delete")
    assert page.evaluate("localStorage.length") == 0
    window.close()


def test_a_fault_leads_to_its_field(chromium: Browser, live_server: Any) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    page.click("button.next")
    page.locator("#running-years").fill("95")
    page.click("button.next")
    at_step(page, 2)
    page.locator("#running-years").fill("9.5")
    page.click("button.next")
    at_step(page, 3)
    page.locator("#onset-date--year").fill("2024")
    page.locator("#onset-date--day").select_option("3")
    page.click("button.finish")
    expect(page.locator("#faults")).to_be_focused()
    page.locator("#faults a").click()
    at_step(page, 3)
    expect(page.locator("#onset-date--year")).to_be_focused()
    expect(page.locator("#error-onset-date")).to_be_visible()
    expect(page.locator("#running-years")).to_have_value("9.5")
    page.locator("#onset-date--month").select_option("2")
    page.click("button.finish")
    expect(page.locator("#page-en")).to_contain_text("3 February 2024")
    page.locator("#missing summary").click()
    page.locator("#missing button").first.click()
    expect(page.locator("[data-item] :focus")).to_have_count(1)
    window.close()


def test_the_whole_way_works_without_scripts(chromium: Browser, live_server: Any) -> None:
    window = Window(chromium, live_server.url, java_script_enabled=False)
    page = window.open("/checklist")
    expect(page.locator(".step:visible")).to_have_count(STEPS)
    expect(page.locator(".keep")).to_be_hidden()
    words = page.locator("[id='events--other--text']")
    expect(words).to_be_hidden()
    page.locator("#events--other").check()
    words.fill(SECRET)
    page.locator("#urgent-signs--speech-or-face").check()
    expect(page.locator("#emergency")).to_be_visible()
    expect(page.locator("#step-goal-profile")).to_be_hidden()
    page.locator("#urgent-signs--speech-or-face").uncheck()
    page.locator("#onset-date--month").select_option("3")
    page.click("button.finish")
    expect(page.locator("#faults")).to_contain_text("4桁の年")
    expect(words).to_have_value(SECRET)
    page.locator("#onset-date--year").fill("2024")
    page.click("button.finish")
    expect(page.locator("#page-ja")).to_contain_text("2024年3月")
    expect(page.locator("#page-ja")).to_contain_text(SECRET)
    with page.expect_download() as download:
        page.click("button[value='pdf'] >> nth=0")
    assert download.value.suggested_filename == "second-opinion.pdf"
    page.click("button[value='change'] >> nth=0")
    expect(words).to_have_value(SECRET)
    window.close()


def test_the_page_and_the_list_are_printed_each_from_a_new_sheet(
    chromium: Browser, live_server: Any
) -> None:
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    page.click("button.finish")
    page.emulate_media(media="print")
    for shown in ("#bring", "#ask", "#page-ja", "#page-en"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in (
        "#where",
        "#missing",
        ".site-header",
        ".emergency-strip",
        "button.print >> nth=0",
    ):
        expect(page.locator(hidden)).to_be_hidden()
    for sheet in ("#page-ja", "#page-en"):
        assert page.locator(sheet).evaluate("e => getComputedStyle(e).breakBefore") == "page"
    picture(page, "checklist-printed")
    window.close()


FILL = """fields => {
  const form = document.getElementById("checklist");
  for (const field of form.elements) {
    if (!field.name) continue;
    const values = fields[field.name] || [];
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else field.value = values.shift() ?? "";
  }
  form.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }));
  return [...form.querySelectorAll("[data-item]")]
    .filter((item) => !item.hidden && !item.disabled).map((item) => item.dataset.item);
}"""


def applying(checklist: Checklist, answers: Answers) -> list[str]:
    """The items that are asked; the answer to one that is not is none."""
    asked = list(checklist.item)
    while True:
        given = {slug: answer for slug, answer in answers.items() if slug in asked}
        found = [item.slug for item in checklist.items if holds(item.applies_when, given)]
        if found == asked:
            return asked
        asked = found


@pytest.mark.parametrize("which", ["second-opinion", "small"])
def test_what_applies_is_what_the_definition_says(
    chromium: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    checklist, cases = CHECKLIST, []
    if which == "small":
        checklist, cases = small_checklist(), SMALL_CASES
        monkeypatch.setattr(checklist_page, "checklist_of", lambda slug: checklist)
    else:
        for slug in CASES:
            request = written_case(slug)["request"]
            cases.append(without_languages(request["answers"] | {"route": request["route"]}))
        for item in checklist.items:
            one = item.type == "single-choice"
            for option in item.options:
                cases.append({**cases[0], item.slug: option.code if one else [option.code]})
    window = Window(chromium, live_server.url)
    page = window.open("/en/checklist")
    seen = set()
    for wire in cases:
        expected = applying(checklist, read_answers(checklist, wire, today=TODAY))
        assert page.evaluate(FILL, fields_of(checklist, wire)) == expected, wire
        seen.add(tuple(expected))
    assert len(seen) > 4
    window.close()
