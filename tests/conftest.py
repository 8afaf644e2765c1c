"""What the tests share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.browsing import browser
from tests.searching import neighbours_of_tokyo, tokyo_station
from tests.site_server import site_served
from tests.visits import HERE, Visit, Visits, publish_catalogue

DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what tells the same on every engine, and let what takes long begin first.

    A test without the database never learns which engine there is, so once is enough for it.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if not (item.get_closest_marker("django_db") or fixtures & DATABASE):
            item.add_marker(pytest.mark.once)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def official_data_dir() -> Path:
    """The folder with the ministry's files: a test that needs it is skipped without, in CI fails."""
    folder = os.environ.get("OFFICIAL_DATA_DIR")
    if folder:
        return Path(folder)
    reason = "set OFFICIAL_DATA_DIR to the folder with the ministry's files to run this"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def quickly_hashed_passwords() -> None:
    """A password is hashed to be slow to guess; the tests make hundreds of people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def unthrottled() -> None:
    """The tests ask more often than a reader may; those of the limits set their own."""
    settings.THROTTLE_READ = settings.THROTTLE_REPORT = None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the website as others see it, with the starter catalogue; nothing writes there."""
    with site_served(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def tokyo(db: None) -> None:
    """The station of Tokyo, to search around."""
    tokyo_station()


@pytest.fixture
def neighbours(tokyo: None) -> list[Any]:
    """Clinics ever farther from it."""
    return neighbours_of_tokyo()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a module's tests of pages that a live server serves."""
    with pytest.MonkeyPatch.context() as patch, browser(patch) as opened:
        yield opened


@pytest.fixture
def visits(chromium: Browser, transactional_db: None, live_server: Any) -> Iterator[Visits]:
    """Windows onto the search page of a small catalogue."""
    publish_catalogue()
    opened = Visits(chromium, live_server.url)
    yield opened
    opened.close()


@pytest.fixture
def nearby(visits: Visits) -> Visit:
    """Somebody's window after "near me"."""
    visit = visits(geolocation=HERE, permissions=["geolocation"])
    visit.open()
    visit.page.click("#near-me")
    expect(visit.page.locator(".hit").first).to_be_visible()
    return visit
