"""Every page can be used by everybody (WCAG 2.2 AA): read out, by keyboard, magnified, without motion."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from finder.checklist.definition import LANGUAGES, Language
from tests.browsing import browser_path, launched
from tests.packages import unpacked
from tests.site_pages import SITE_PAGES, ShownPage
from tests.walking import walk

pytestmark = pytest.mark.long

AXE = "axe-core@4.14.1"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Axe leaves out what is not asked for by name until the rules of WCAG 2.2 are everybody's.
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
}
# A theme changes nothing but colours.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
RUN_AXE = """
async options => {
  const found = await axe.run(document, {...options, resultTypes: ["violations"]});
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
  if (document.documentElement.scrollWidth <= width) return [];
  return [document.body, ...document.body.querySelectorAll('*')]
    .filter(element => element.getBoundingClientRect().right > width)
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


def expect_nothing_against_any_page(
    page: Page,
    site: str,
    language: Language,
    look: Callable[[ShownPage], list[str]],
    size_of: Callable[[ShownPage], tuple[int, int]] | None = None,
) -> None:
    """Fail with all that a look at every page finds to be wrong with it.

    ``size_of`` tells in which size of the window a page is opened.
    """
    found = []
    for shown in SITE_PAGES:
        if size_of:
            sized(page, size_of(shown))
        try:
            shown.visit(page, site, language)
        except RuntimeError as error:
            found.append(str(error))
        else:
            found += [f"{shown.name}: {wrong}" for wrong in look(shown)]
    if found:
        pytest.fail("\n".join(found))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_against_any_page(
    chromium: Browser, site: str, axe: Path, language: Language, theme: Literal["light", "dark"]
) -> None:
    # Only so that axe itself gets in.
    with opened(chromium, site, bypass_csp=True, color_scheme=theme) as context:
        page = context.new_page()

        def size_of(shown: ShownPage) -> tuple[int, int]:
            # Every page at both widths, in one language and theme or another.
            number = SITE_PAGES.index(shown) + (language == "en") + (theme == "dark")
            return PHONE if number % 2 else DESKTOP

        def look(shown: ShownPage) -> list[str]:
            page.add_script_tag(path=axe)
            found: list[str] = page.evaluate(RUN_AXE, EVERYTHING if theme == "light" else COLOURS)
            return found

        expect_nothing_against_any_page(page, site, language, look, size_of)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_a_small_phone_or_a_magnified_window(
    chromium: Browser, site: str, language: Language
) -> None:
    with opened(chromium, site, device_scale_factor=2) as context:
        page = context.new_page()

        def look(_shown: ShownPage) -> list[str]:
            found = []
            for size in (MAGNIFIED, NARROW):
                sized(page, size)
                found += [f"{size[0]}: {wide}" for wide in page.evaluate(WIDER)]
            return found

        sized(page, NARROW)
        expect_nothing_against_any_page(page, site, language, look)


@pytest.mark.parametrize(("language", "size"), [("ja", PHONE), ("en", DESKTOP)])
def test_everything_is_reached_by_tab_and_the_focus_shows(
    chromium: Browser, site: str, language: Language, size: tuple[int, int]
) -> None:
    # Else a page is still on its way to the focus when it is looked at.
    with opened(chromium, site, reduced_motion="reduce") as context:
        page = context.new_page()
        sized(page, size)

        def look(_shown: ShownPage) -> list[str]:
            walked = walk(page)
            # At least past the header and the footer.
            assert walked.steps > 8
            missed = [f"never reached: {stop}" for stop in walked.missed]
            return missed + [f"the focus does not show: {stop}" for stop in walked.unseen]

        expect_nothing_against_any_page(page, site, language, look)


def test_nothing_moves_where_less_motion_is_asked_for(chromium: Browser, site: str) -> None:
    with opened(chromium, site, reduced_motion="reduce") as context:
        page = context.new_page()
        expect_nothing_against_any_page(page, site, "en", lambda _shown: page.evaluate(MOVES))


@pytest.mark.parametrize(("language", "shown"), [*product(LANGUAGES, SITE_PAGES[:2])])
def test_the_first_stop_leads_past_the_header(
    chromium: Browser, site: str, language: Language, shown: ShownPage
) -> None:
    with opened(chromium, site) as context:
        page = context.new_page()
        shown.visit(page, site, language)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
