"""The examples of the developers' page run as they stand there, and print what stands below them."""

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from clinics.imports.places_defaults import load_default_places
from clinics.imports.starter import load_starter
from finder.rates import Rate

PAGES = {"ja": "/developers", "en": "/en/developers"}
LANGUAGES = list(PAGES)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def shown(html: str, element: str) -> dict[str, str]:
    """The programs (``code``) or their answers (``samp``), by the language of the program."""
    found = re.findall(rf'<{element}[^>]* data-program="(\w+)">(.*?)</{element}>', html, re.DOTALL)
    return {program: unescape(text) for program, text in found}


def answers_of(url: str, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """What the page of a running server shows: programs and answers."""
    from urllib.request import urlopen

    with urlopen(url + PAGES[language]) as answer:
        html = answer.read().decode()
    return shown(html, "code"), shown(html, "samp")


def ran(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def installed(tool: str) -> str:
    """Where a tool is; without it the test is skipped, in CI it fails."""
    path = shutil.which(tool)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{tool} is not installed")
    return str(path)


def holds(part: Any, whole: Any) -> bool:
    """Whether a shortened document says nothing that the whole one does not."""
    if isinstance(part, dict):
        return all(name in whole and holds(value, whole[name]) for name, value in part.items())
    if isinstance(part, list):
        return all(holds(*pair) for pair in zip(part, whole, strict=False))
    return bool(part == whole)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db(transaction=True)
def test_curl_answers_what_the_page_says(live_server: Any, language: str) -> None:
    installed("curl")
    load_starter()
    programs, answers = answers_of(live_server.url, language)
    whole = json.loads(ran(["sh", "-c", f"{programs['curl']} --silent --show-error"]))
    part = json.loads(answers["curl"])
    assert whole["results"] and holds(part, whole)
    assert part["results"][0]["clinic"]["name"] == "順天堂大学医学部附属順天堂医院"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db(transaction=True)
def test_python_prints_what_the_page_says(live_server: Any, language: str) -> None:
    load_starter()
    load_default_places()
    programs, answers = answers_of(live_server.url, language)
    printed = ran([sys.executable, "-X", "utf8", "-c", programs["python"]])
    assert printed.strip() == answers["python"]
    assert printed.count(" km ") == 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db(transaction=True)
def test_javascript_prints_what_the_page_says(live_server: Any, language: str) -> None:
    node = installed("node")
    programs, answers = answers_of(live_server.url, language)
    printed = ran([node, "--eval", programs["javascript"]])
    assert printed.strip() == answers["javascript"]
    first = {"ja": "脳神経内科（神経内科）", "en": "Neurology"}
    assert printed.splitlines()[0] == first[language]


@pytest.mark.django_db
def test_the_programs_speak_to_the_site_that_shows_them() -> None:
    html = Client().get("/developers", headers={"Host": "localhost:4321"}).content.decode()
    programs = shown(html, "code")
    assert list(programs) == ["curl", "python", "javascript"]
    assert all("http://localhost:4321/api/v1/" in code for code in programs.values())


@pytest.mark.django_db
def test_without_such_a_clinic_the_page_says_that_nothing_is_printed() -> None:
    html = Client().get("/en/developers").content.decode()
    assert list(shown(html, "samp")) == ["javascript"]
    assert html.count("so this prints nothing") == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.django_db
def test_every_address_of_the_page_leads_somewhere(language: str) -> None:
    html = Client().get(PAGES[language]).content.decode()
    addresses = set(re.findall(r'(?:href)="(/(?!static)[^"#]*)', html))
    assert {
        "/api/docs",
        "/api/schema",
        "/api/v1/checklists/second-opinion?format=fhir",
    } <= addresses
    assert {Client().get(address).status_code for address in addresses} == {200}


@pytest.mark.django_db
def test_the_rate_is_that_of_the_settings(settings: Any) -> None:
    settings.THROTTLE_READ = Rate.read("70/minute")
    settings.THROTTLE_REPORT = None
    html = Client().get("/en/developers").content.decode()
    assert "70 requests in 60 seconds" in html and "Reports:" not in html
    settings.THROTTLE_READ = None
    assert "As often as you like" in Client().get("/en/developers").content.decode()


@pytest.mark.django_db
def test_it_asks_the_database_little_and_nearly_nothing_the_second_time(
    django_assert_max_num_queries: Any,
) -> None:
    load_starter()
    load_default_places()
    with django_assert_max_num_queries(12):
        first = Client().get("/developers")
    with django_assert_max_num_queries(0):
        Client().get("/developers")
    assert not first.cookies and not re.search(rb"<style|\sstyle=|<script", first.content)
    again = Client().get("/developers", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
