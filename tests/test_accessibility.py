"""Every page can be used by everybody (WCAG 2.2 AA): read out, by keyboard, magnified, without motion."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from finder.checklist.definition import LANGUAGES, Language
from tests.browsing import browser_path, launched
from tests.packages import unpacked
from tests.site_pages import SITE_PAGES
from tests.walking import walk

# The pages come from a server of their own: which engine the other tests use tells nothing here.
pytestmark = pytest.mark.once

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """
async tags => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags},
    rules: {"target-size": {enabled: true}},
    resultTypes: ["violations"],
  });
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
}
"""
PHONE, DESKTOP = (390, 844), (1280, 900)
# The narrowest that content has to fit (WCAG 1.4.10), and a desktop window at 200 %.
NARROW, MAGNIFIED = (320, 640), (640, 450)

# What moves although less motion was asked for; a hundredth of a second is none.
MOVES = """
() => {
  const seconds = text => Math.max(...text.split(',').map(parseFloat));
  return [...document.querySelectorAll('*')].filter(element => {
    const style = getComputedStyle(element);
    return style.scrollBehavior === 'smooth' || seconds(style.transitionDuration) > .01
      || (style.animationName !== 'none' && seconds(style.animationDuration) > .01);
  }).map(element => element.cloneNode(false).outerHTML.slice(0, 160));
}
"""
WIDER = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  return [...document.body.querySelectorAll('*')]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .map(element => element.cloneNode(false).outerHTML.slice(0, 120)).slice(0, 5);
}
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched(browser_path()) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> Iterator[Path]:
    with unpacked(AXE) as package:
        yield package / "axe.min.js"


def opened(chromium: Browser, site: str, **options: Any) -> BrowserContext:
    """Windows that ask nobody but the server."""
    context = chromium.new_context(**options)
    context.set_default_timeout(10_000)
    context.route(lambda url: not url.startswith((site, "data:")), lambda route: route.abort())
    return context


def sized(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_against_any_page(
    chromium: Browser, site: str, axe: Path, language: Language, theme: Literal["light", "dark"]
) -> None:
    # Only so that axe itself gets in.
    context = opened(chromium, site, bypass_csp=True, color_scheme=theme)
    page = context.new_page()
    found = {}
    for number, shown in enumerate(SITE_PAGES):
        # Every page at both widths, in one language and theme or another.
        narrow = (number + (language == "en") + (theme == "dark")) % 2
        sized(page, PHONE if narrow else DESKTOP)
        shown.visit(page, site, language)
        page.add_script_tag(path=axe)
        if against := page.evaluate(RUN_AXE, RULES):
            found[f"{shown.name} at {page.viewport_size}"] = against
    context.close()
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_a_small_phone_or_a_magnified_window(
    chromium: Browser, site: str, language: Language
) -> None:
    context = opened(chromium, site, device_scale_factor=2)
    page = context.new_page()
    too_wide = {}
    for shown in SITE_PAGES:
        sized(page, NARROW)
        shown.visit(page, site, language)
        for size in (NARROW, MAGNIFIED):
            sized(page, size)
            if wide := page.evaluate(WIDER):
                too_wide[f"{shown.name} at {size[0]}"] = wide
    context.close()
    assert too_wide == {}


@pytest.mark.parametrize(("language", "size"), [("ja", PHONE), ("en", DESKTOP)])
def test_everything_is_reached_by_tab_and_the_focus_shows(
    chromium: Browser, site: str, language: Language, size: tuple[int, int]
) -> None:
    context = opened(chromium, site)
    page = context.new_page()
    sized(page, size)
    missed, unseen = {}, {}
    for shown in SITE_PAGES:
        shown.visit(page, site, language)
        walked = walk(page)
        # At least past the header and the footer.
        assert walked.steps > 8, shown.name
        missed |= {shown.name: walked.missed} if walked.missed else {}
        unseen |= {shown.name: walked.unseen} if walked.unseen else {}
    context.close()
    assert (missed, unseen) == ({}, {})


def test_nothing_moves_where_less_motion_is_asked_for(chromium: Browser, site: str) -> None:
    context = opened(chromium, site, reduced_motion="reduce")
    page = context.new_page()
    moves = {}
    for shown in SITE_PAGES:
        shown.visit(page, site, "en")
        moves |= {shown.name: moving} if (moving := page.evaluate(MOVES)) else {}
    context.close()
    assert moves == {}


@pytest.mark.parametrize(("language", "shown"), [*product(LANGUAGES, SITE_PAGES[:2])])
def test_the_first_stop_leads_past_the_header(
    chromium: Browser, site: str, language: Language, shown: Any
) -> None:
    context = opened(chromium, site)
    page = context.new_page()
    shown.visit(page, site, language)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    context.close()
