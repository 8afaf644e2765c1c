"""A page is light, and asks nobody but its own server and the tiles of its map."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from benchmarks.page_loads import DESKTOP, PHONE, load
from tests.browsing import browser_path, launched
from tests.site_pages import CLINIC, SITE_PAGES, ShownPage

pytestmark = pytest.mark.long

# With headers, before the tiles of the map (1 kB is 1,000 bytes).
MOST_BYTES = 100_000
MOST_REQUESTS = 20


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched(browser_path()) as opened:
        yield opened


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("shown", SITE_PAGES, ids=[shown.name for shown in SITE_PAGES])
def test_a_page_is_light_and_asks_nobody_else_but_for_tiles(
    chromium: Browser, site: str, shown: ShownPage, window: Any
) -> None:
    loaded = load(chromium, site, shown, "ja", CLINIC, window=window)
    assert all(number > 0 for number in loaded.own.values()), loaded.own
    assert loaded.html_bytes > 1_000
    assert loaded.wire_bytes < MOST_BYTES, loaded.own
    assert len(loaded.own) <= MOST_REQUESTS, loaded.own
    tiles = urlsplit(settings.MAP_TILES_URL).netloc
    assert {urlsplit(url).netloc for url in loaded.foreign} <= {tiles}
