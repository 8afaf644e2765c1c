"""The signs by which a place is known again: its names, where it is, how it is reached."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from clinics.models import CuratedEntry, CuratedFacts, OfficialFacts
from clinics.position import Ecef, ecef
from clinics.text import CORPORATION, GENERAL, OPERATOR, fold, name_forms, search_key, search_words

NAMES = ("name", "name_kana", "name_en", "short_name")
WHERE = ("prefecture_code", "municipality_code", "address", "latitude", "longitude")
REACHED = ("website", "phone")
FACTS = (*NAMES, *WHERE, *REACHED)

# Pages of many owners: the host says nothing of whose a page is.
HOSTS_OF_MANY = frozenset(
    (
        "ameblo.jp",
        "facebook.com",
        "instagram.com",
        "line.me",
        "note.com",
        "sites.google.com",
        "twitter.com",
        "x.com",
        "youtube.com",
    )
)
COUNTRY_CODE = re.compile(r"^\s*(?:\+|00)81[\s\-()]*0?")
NUMERALS = {kanji: value for value, kanji in enumerate("一二三四五六七八九", 1)}
KANJI_NUMBER = re.compile("[一二三四五六七八九十]+(?=丁目|条)")
NUMBER = re.compile(r"\d+")
# 大字, 字 are written or left out.
SECTION = re.compile("大字|字")
MOST_NUMBERS = 4
# A shorter name is found within others by chance.
SHORTEST_OWN_NAME = 4
FEWEST_DIGITS_OF_A_PHONE = 9


class Address(NamedTuple):
    """An address as it is compared: what stands before the first number, and the numbers."""

    area: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a place, folded for comparison; empty where nothing is.

    ``names`` are the keys of :func:`clinics.text.name_forms`, ``words`` those between the spaces of
    the first name that can be a facility's own: 青葉病院 of 青葉病院 スポーツ外来.
    """

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefecture_code: str = ""
    municipality_code: str = ""
    address: Address = Address()
    host: str = ""
    phone: str = ""
    point: Ecef | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A facility of the catalogue with its signs, and what a person calls it."""

    facility_id: UUID
    name: str
    address: str
    signs: Signs


def host_of(website: str) -> str:
    """The host of a web address without ``www.``; empty for none, or one of many owners."""
    address = website.strip()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    host = host.casefold().removeprefix("www.")
    return "" if host in HOSTS_OF_MANY or "." not in host else host


def phone_digits(phone: str) -> str:
    """The digits of a Japanese phone number as dialled inside the country; empty for none."""
    digits = "".join(NUMBER.findall(COUNTRY_CODE.sub("0", fold(phone))))
    return digits if len(digits) >= FEWEST_DIGITS_OF_A_PHONE else ""


def address_of(text: str) -> Address:
    """An address as it is compared: 南一条西十六丁目2番3号 and 南１条西16-2-3 meet in their numbers."""
    key = SECTION.sub("", search_key(KANJI_NUMBER.sub(_digits, text)))
    numbers = NUMBER.findall(key)[:MOST_NUMBERS]
    return Address(NUMBER.split(key, 1)[0], tuple(str(int(number)) for number in numbers))


def _digits(found: "re.Match[str]") -> str:
    """A number below a hundred: 二十一 is 21."""
    tens, ten, ones = found[0].rpartition("十")
    if not ten:
        return str(NUMERALS[ones[-1]])
    return str(10 * NUMERALS.get(tens, 1) + NUMERALS.get(ones, 0))


def signs_of(facts: Mapping[str, Any]) -> Signs:
    """The signs in facts under the names of :data:`FACTS`; what is missing is unknown."""
    latitude, longitude = facts.get("latitude"), facts.get("longitude")
    municipality = facts.get("municipality_code") or ""
    return Signs(
        names=name_forms([facts[name] for name in NAMES if facts.get(name)]),
        words=_own_words(facts.get("name") or ""),
        prefecture_code=facts.get("prefecture_code") or municipality[:2],
        municipality_code=municipality,
        address=address_of(facts.get("address") or ""),
        host=host_of(facts.get("website") or ""),
        phone=phone_digits(facts.get("phone") or ""),
        point=None if latitude is None or longitude is None else ecef(latitude, longitude),
    )


def is_own_name(key: str) -> bool:
    """Whether a key can name one facility: neither short nor of general words alone."""
    return len(key) >= SHORTEST_OWN_NAME and not GENERAL.fullmatch(key)


def _own_words(name: str) -> tuple[str, ...]:
    """The words of a name that can be one; a corporation's or operator's is shared by many."""
    words = (word for word in search_words(name) if is_own_name(word))
    return tuple(w for w in words if not CORPORATION.search(w) and not OPERATOR.search(w))


def read_known(facility_ids: Iterable[UUID], using: str = "default") -> dict[UUID, Known]:
    """These facilities with their signs, in three queries; one of which nothing is known is left out.

    A fact is the curators' where they state one, else the register's, else that of a draft. Names
    count whoever uses them.
    """
    ids = list(facility_ids)
    layers: dict[UUID, list[Mapping[str, Any]]] = {}
    for model in (CuratedFacts, OfficialFacts):
        rows = model._default_manager.using(using).filter(facility__in=ids)
        for row in rows.values("facility_id", *FACTS):
            layers.setdefault(row["facility_id"], []).append(row)
    without = [facility_id for facility_id in ids if facility_id not in layers]
    drafts = CuratedEntry.objects.using(using).filter(facility__in=without)
    for facility_id, document in drafts.values_list("facility_id", "document"):
        layers[facility_id] = [document.get("facts", {})]
    return {facility_id: _known(facility_id, stated) for facility_id, stated in layers.items()}


def _known(facility_id: UUID, layers: list[Mapping[str, Any]]) -> Known:
    facts: dict[str, Any] = {}
    for layer in reversed(layers):
        facts |= {name: layer[name] for name in FACTS if layer.get(name) not in (None, "")}
    called = (layer[name] for layer in layers for name in NAMES if layer.get(name))
    signs = replace(signs_of(facts), names=name_forms(called))
    return Known(facility_id, facts.get("name", ""), facts.get("address", ""), signs)
