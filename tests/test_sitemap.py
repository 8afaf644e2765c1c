"""What search engines are told: every page in both languages, and nothing read that is not needed."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from finder.rates import Rate
from finder.web import sitemap
from tests.catalogue import clinic, record, register, withdraw

pytestmark = pytest.mark.django_db

NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}
HOST = "http://testserver"


def read(client: Client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    assert not response.cookies
    return ElementTree.fromstring(response.content)


def places(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iterfind(".//s:loc", NAMES)]


def test_every_part_that_the_index_names_is_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap.ClinicPages, "limit", 2)
    ids = register([record() for _ in range(5)])
    parts = places(read(client, "/sitemap.xml"))
    assert len(parts) == 4
    listed = [place for part in parts for place in places(read(client, part.removeprefix(HOST)))]
    clinics = {f"{HOST}{prefix}/clinics/{one}" for one in ids for prefix in ("", "/en")}
    general = {f"{HOST}{path}" for path in ("/", "/en", "/about", "/en/about")}
    assert clinics | general <= set(listed)
    assert len(listed) == len(set(listed)) == len(clinics) + 2 * len(sitemap.GENERAL)
    for place in listed:
        assert client.get(place.removeprefix(HOST)).status_code == 200


def test_a_page_names_its_other_languages_and_when_it_changed(client: Client) -> None:
    clinic_id = clinic()
    root = read(client, "/sitemap-clinics.xml")
    urls = root.findall("s:url", NAMES)
    assert len(urls) == 2
    for url in urls:
        links = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)}
        assert links == {
            "ja": f"{HOST}/clinics/{clinic_id}",
            "en": f"{HOST}/en/clinics/{clinic_id}",
            "x-default": f"{HOST}/clinics/{clinic_id}",
        }
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", url.findtext("s:lastmod", "", NAMES))


def test_what_is_not_published_is_not_listed(client: Client) -> None:
    kept, gone = clinic(), clinic()
    withdraw(gone)
    listed = " ".join(places(read(client, "/sitemap-clinics.xml")))
    assert str(kept) in listed and str(gone) not in listed


@pytest.mark.parametrize("address", ["/sitemap-nowhere.xml", "/sitemap-clinics.xml?p=9"])
def test_a_part_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_no_document_is_read_and_the_ids_come_out_of_an_index(client: Client) -> None:
    register([record() for _ in range(3)])
    with CaptureQueriesContext(connection) as queries:
        read(client, "/sitemap-clinics.xml")
    statements = [query["sql"] for query in queries]
    assert len(statements) == 2
    assert not any(word in sql for sql in statements for word in ("detail", "summary"))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert "USING COVERING INDEX listing_by_name (published=?)" in plan
        assert "SCAN clinics_listing" not in plan


def test_a_crawler_that_asks_too_often_waits(client: Client, settings: Any) -> None:
    settings.THROTTLE_READ = Rate.read("1/hour")
    assert client.get("/sitemap.xml").status_code == 200
    late = client.get("/sitemap-pages.xml")
    assert late.status_code == 429 and int(late["Retry-After"]) > 0


def test_robots_may_read_pages_and_neither_the_admin_nor_the_api(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert f"Sitemap: {HOST}/sitemap.xml" in lines
    assert {"Allow: /", "Disallow: /admin/", "Disallow: /api/"} <= set(lines)
