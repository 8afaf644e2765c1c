"""Every page is closed to foreign content, keeps no cookie, is sound HTML, and leads nowhere in vain."""

import http.client
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from finder.checklist.definition import LANGUAGES, Language
from tests.markup import Markup, read_markup
from tests.site_pages import CLINIC, PREFIXES, SITE_PAGES, Fields, ShownPage

HTML = "text/html"
# What search engines are not to list need not name its addresses.
NOT_LISTED = '<meta name="robots" content="noindex">'
ACCEPTED = f"{HTML},application/xhtml+xml,*/*;q=0.8"
# How many links away from the first page are followed.
DEPTH = 2
# How many addresses are asked that differ in the clinic or in the question alone.
MOST_ALIKE = 12
# Whose pages are looked at elsewhere.
NOT_THE_SITE = ("/admin/", "/api/docs")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@dataclass(frozen=True, slots=True)
class Got:
    """What came back from an address."""

    address: str
    status: int
    headers: Message
    body: str

    @property
    def is_page(self) -> bool:
        return self.headers.get_content_type() == HTML

    @property
    def markup(self) -> Markup:
        return read_markup(self.body)


class Visitor:
    """Asks a server as a browser without scripts and cookies does, over one connection."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=20)

    def got(self, path: str, form: Fields | None = None) -> Got:
        """The answer to a GET, or to a form that is posted."""
        body = None if form is None else urlencode(form)
        headers = {"Accept": ACCEPTED, "Accept-Language": "ja"}
        headers |= {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("GET" if body is None else "POST", path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode(errors="replace")
        return Got(path, response.status, response.headers, text)

    def shown(self, page: ShownPage, language: Language) -> Got:
        """A page of the table."""
        return self.got(page.path(language), page.form)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def visitor(site: str) -> Iterator[Visitor]:
    visiting = Visitor(site)
    yield visiting
    visiting.close()


@pytest.fixture(scope="module")
def pages(visitor: Visitor) -> dict[tuple[ShownPage, Language], Got]:
    return {
        (page, language): visitor.shown(page, language)
        for page in SITE_PAGES
        for language in LANGUAGES
    }


every_page = pytest.mark.parametrize("page", SITE_PAGES, ids=[page.name for page in SITE_PAGES])
Pages = dict[tuple[ShownPage, Language], Got]


@every_page
def test_a_page_is_closed_to_foreign_content(pages: Pages, page: ShownPage) -> None:
    for language in LANGUAGES:
        got = pages[page, language]
        assert got.status == page.status, got.body[:200]
        assert got.headers["Content-Type"] == "text/html; charset=utf-8"
        directives = [
            part.split(maxsplit=1) for part in got.headers["Content-Security-Policy"].split(";")
        ]
        policy = dict(directives)
        assert policy | POLICY == policy
        assert not [word for word in ("unsafe", "*;", "http:") if word in str(policy)]
        assert got.headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "geolocation=(self)" in got.headers["Permissions-Policy"]
        assert got.headers["Content-Language"] == language
        assert got.headers.get_all("Set-Cookie") is None
        assert "Cookie" not in got.headers.get("Vary", "")


@every_page
def test_a_page_is_sound_and_without_anything_inline(pages: Pages, page: ShownPage) -> None:
    for language in LANGUAGES:
        got = pages[page, language]
        markup = got.markup
        assert markup.faults == []
        assert got.body.startswith("<!DOCTYPE html>")
        assert markup.language == language
        assert markup.tags["h1"] == markup.tags["main"] == markup.tags["title"] == 1
        # Nothing of the template's own language is left in it.
        assert not [mark for mark in ("{{", "{%", "{#") if mark in got.body]


@pytest.mark.parametrize("path", ["/about", "/en/developers"])
def test_a_page_that_takes_no_form_says_so_and_is_as_closed(visitor: Visitor, path: str) -> None:
    got = visitor.got(path, (("name", "value"),))
    assert got.status == 405 and "GET" in got.headers["Allow"]
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert got.headers.get_all("Set-Cookie") is None


def test_no_two_pages_have_one_title(pages: Pages) -> None:
    for language in LANGUAGES:
        titles = Counter(
            got.markup.title
            for (page, of), got in pages.items()
            # What somebody posts is another answer of a page that is there already.
            if of == language and page.form is None
        )
        assert [title for title, number in titles.items() if number > 1] == []
        assert all(title.strip() for title in titles)


def test_every_page_has_a_preview_to_share_that_is_there(visitor: Visitor, pages: Pages) -> None:
    pictures = set()
    for (page, language), got in pages.items():
        told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', got.body))
        assert told.keys() >= {"title", "description", "image", "url", "locale"}, page.name
        assert all(told.values()), page.name
        assert told["locale"][:2] == language
        pictures.add(told["image"])
    (picture,) = pictures
    got = visitor.got(urlsplit(picture).path)
    assert (got.status, got.headers.get_content_type()) == (200, "image/png")


def test_every_page_names_itself_in_the_other_language_which_names_it_back(
    visitor: Visitor, pages: Pages
) -> None:
    for (page, language), got in pages.items():
        alternates = got.markup.alternates
        if page.form is not None or page.status != 200:
            continue
        if NOT_LISTED in got.body and not alternates:
            continue
        assert alternates.keys() >= {*LANGUAGES, "x-default", "canonical"}, page.name
        assert alternates["canonical"] == alternates[language]
        for other in LANGUAGES:
            address = urlsplit(alternates[other])
            assert f"{address.scheme}://{address.netloc}" == visitor.site
            there = visitor.got(address._replace(scheme="", netloc="").geturl())
            assert there.status == 200, page.name
            assert there.headers["Content-Language"] == other
            named = there.markup.alternates | {"canonical": alternates["canonical"]}
            assert named == alternates, page.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_every_page_leads_somewhere(
    visitor: Visitor, pages: Pages, language: Language
) -> None:
    begin = [page.path(language) for page in SITE_PAGES if page.form is None and page.status == 200]
    met: dict[str, str] = dict.fromkeys(begin, "the table of pages")
    posted = [got for (page, of), got in pages.items() if of == language and page.form is not None]
    waiting = list(begin)
    for got in posted:
        waiting += _unmet(visitor, got, met)
    dead = {}
    kinds: Counter[str] = Counter()
    for depth in range(DEPTH + 1):
        found: list[str] = []
        for path in waiting:
            # One clinic's pages are like another's, and so are further pages of hits.
            kind = _kind(path)
            kinds[kind] += 1
            if kinds[kind] > MOST_ALIKE:
                continue
            got = visitor.got(path)
            if got.status not in (200, 301, 302, 303):
                dead[path] = f"{got.status}, from {met[path]}"
            elif got.is_page and depth < DEPTH and path.startswith(_own(language)):
                found += _unmet(visitor, got, met)
        waiting = found
    assert dead == {}
    assert len(met) > 8


def _own(language: Language) -> str:
    return PREFIXES[language] or "/"


def _kind(path: str) -> str:
    address = urlsplit(path)
    parts = [CLINIC if part.count("-") == 4 else part for part in address.path.split("/")]
    return "/".join(parts) + ("?" if address.query else "")


def _unmet(visitor: Visitor, got: Got, met: dict[str, str]) -> list[str]:
    """The addresses of this server that a page names for the first time; noted as met."""
    new = []
    for link in got.markup.links:
        address = urlsplit(urljoin(visitor.site + got.address, link))
        if f"{address.scheme}://{address.netloc}" != visitor.site:
            continue
        path = address._replace(scheme="", netloc="", fragment="").geturl()
        if path not in met and not path.startswith(NOT_THE_SITE):
            met[path] = got.address
            new.append(path)
    return new
