"""A real browser for tests: Debian's or anybody's Chromium, driven headless."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LONGEST_FAREWELL_S = 10
# Where pictures of the pages go; not committed.
PICTURES = Path(__file__).parent.parent / "build" / "screenshots"


def installed_browser() -> str | None:
    """The path of the first browser that is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_path() -> str:
    """The installed browser; without one the test is skipped, in CI it fails."""
    found = installed_browser()
    if found:
        return found
    reason = f"no browser is installed: one of {', '.join(BROWSERS)} is needed on the PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The browser at a path, headless, closed at the end."""
    # A socket in the folder for temporary files has room for a short name alone.
    environment: dict[str, str | float | bool] = {
        name: value for name, value in os.environ.items() if name != "TMPDIR"
    }
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS, env=environment)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A headless browser, closed at the end.

    The driver keeps an event loop in this thread, in which Django would else refuse the database.
    """
    path = browser_path()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()
        wait_for_server()
        # With an event loop in the thread the test had a connection of its own, which nothing
        # else closes.
        connections.close_all()


def wait_for_server() -> None:
    """Let the live server's threads see that the browser is gone: each holds a connection to the
    database, which could not be dropped before."""
    deadline = time.monotonic() + LONGEST_FAREWELL_S
    while time.monotonic() < deadline and any(
        "process_request_thread" in thread.name for thread in threading.enumerate()
    ):
        time.sleep(0.05)


def picture(page: Page, name: str, **options: Any) -> None:
    """Keep a picture of the whole page, for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, **options)
