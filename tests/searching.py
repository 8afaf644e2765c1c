"""The search page as tests ask it: forms as browsers send them, and what its answers hold."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from finder.web.form_body import FORM
from tests.catalogue import record, register
from tests.places import place

TOKYO = {"lat": "35.6812", "lng": "139.7671"}


def post(client: Client, path: str, fields: dict[str, str]) -> Any:
    """What a browser sends of a form."""
    return client.post(path, urlencode(fields), content_type=FORM)


def text_of(response: HttpResponse) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def names(response: HttpResponse) -> list[str]:
    links = re.findall(r'<h3><a href="[^"]+">(.*?)</a></h3>', response.content.decode())
    return [re.sub(r"<[^>]+>", "", link) for link in links]


def link_to(response: HttpResponse, mark: str) -> str:
    """The address of the first link whose tag holds a mark."""
    tags = re.findall(r"<a [^>]*>", response.content.decode())
    tag = next(tag for tag in tags if mark in tag)
    found = re.search(r'href="([^"]*)"', tag)
    assert found
    return unescape(found[1])


def tokyo_station() -> None:
    place("station", "東京", 35.6812, 139.7671, prefecture="13", lines=9, name_en="Tokyo")


def neighbours_of_tokyo() -> list[Any]:
    """Twenty-five neurology clinics ever farther north of Tokyo's station; every fifth a hospital."""
    return register(
        record(35.6812 + 0.01 * number, 139.7671, name=f"北{number:02}", departments=("neurology",))
        for number in range(1, 26)
    )
