"""How alike two places are, in points from 0 to 100 with the reasons: what a person is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinics.curation.signs import Address, Signs, is_own_name
from clinics.position import geodesic_m
from clinics.text import GENERAL


class Reason(NamedTuple):
    """What speaks for two places being one, or against it, and how many points it weighs."""

    label: str | Promise
    points: int


# Tried on the register's own hospitals: see the tests that hide official ids.
REASONS: dict[str, Reason] = {
    "same-name": Reason(_("same name"), 55),
    "name-within": Reason(_("one name within the other"), 45),
    "similar-name": Reason(_("similar name"), 40),
    "same-address": Reason(_("same address"), 25),
    "same-municipality": Reason(_("same municipality"), 8),
    "same-prefecture": Reason(_("same prefecture"), 4),
    "same-website": Reason(_("same website"), 25),
    "shared-website": Reason(_("website shared by several"), 8),
    "same-phone": Reason(_("same phone number"), 50),
    "near": Reason(_("within 100 m"), 15),
    "not-far": Reason(_("within 1 km"), 8),
    "other-municipality": Reason(_("another municipality"), -8),
    "other-prefecture": Reason(_("another prefecture"), -30),
    "far": Reason(_("more than 5 km apart"), -20),
}
NEAR_M, NOT_FAR_M, FAR_M = 100, 1_000, 5_000
# Names less alike than this are not alike at all.
LEAST_NAME_LIKENESS = 0.5
# What pairs of characters weigh that have none, one or both of them in a word that hundreds of names
# have.
PAIR_WEIGHTS = (1.0, 0.5, 0.1)
# A website of more facilities than this is that of their operator, and of many more says nothing.
MOST_OF_ONE_WEBSITE, MOST_OF_SHARED_WEBSITE = 3, 12


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two places are: 0 to 100 points, and slugs of :data:`REASONS`, weightiest first."""

    score: int
    reasons: tuple[str, ...]


def likeness(one: Signs, other: Signs, users_of_host: Mapping[str, int]) -> Likeness:
    """Compare two places; ``users_of_host`` tells how many facilities have a website's host."""
    found = {
        **_names(one, other),
        **_areas(one, other),
        **_addresses(one.address, other.address),
        **_websites(one.host, other.host, users_of_host),
        **_phones(one.phone, other.phone),
        **_distances(one, other),
    }
    reasons = sorted(found, key=lambda slug: -found[slug])
    return Likeness(max(0, min(100, round(sum(found.values())))), tuple(reasons))


def name_likeness(one: str, other: str) -> float:
    """How much of two names is the same, from 0 to 1, words that hundreds share weighing little.

    Dice's coefficient of the weighted pairs of characters (L. R. Dice, 1945).
    """
    first, second = _pairs(one), _pairs(other)
    whole = sum(first.values()) + sum(second.values())
    if not whole:
        return 0.0
    shared = sum(weight for pair, weight in first.items() if pair in second)
    shared += sum(weight for pair, weight in second.items() if pair in first)
    return shared / whole


@lru_cache(maxsize=20_000)
def _pairs(key: str) -> dict[str, float]:
    """The pairs of characters of a key with their weights."""
    general = [False] * len(key)
    for found in GENERAL.finditer(key):
        general[found.start() : found.end()] = [True] * (found.end() - found.start())
    return {
        first + second: PAIR_WEIGHTS[general[place] + general[place + 1]]
        for place, (first, second) in enumerate(pairwise(key))
    }


def _names(one: Signs, other: Signs) -> dict[str, float]:
    """The best that any two of the names have in common."""
    if not set(one.names).isdisjoint(other.names):
        return _points("same-name")
    within, alike = _words_within(one, other), 0.0
    for first in one.names:
        for second in other.names:
            shorter, longer = sorted((first, second), key=len)
            if shorter in longer and is_own_name(shorter):
                within = max(within, len(shorter) / len(longer))
            alike = max(alike, name_likeness(first, second))
    if within:
        return {"name-within": REASONS["name-within"].points * (2 + within) / 3}
    if alike >= LEAST_NAME_LIKENESS:
        return {"similar-name": REASONS["similar-name"].points * alike}
    return {}


def _words_within(one: Signs, other: Signs) -> float:
    """The greatest share that a word of the one is of a name of the other."""
    return max(
        (
            len(word) / len(name)
            for words, names in ((one.words, other.names), (other.words, one.names))
            for word in words
            for name in names
            if word in name
        ),
        default=0.0,
    )


def _areas(one: Signs, other: Signs) -> dict[str, float]:
    if not one.prefecture_code or not other.prefecture_code:
        return {}
    if one.prefecture_code != other.prefecture_code:
        return _points("other-prefecture")
    if not one.municipality_code or not other.municipality_code:
        return _points("same-prefecture")
    same = one.municipality_code == other.municipality_code
    return _points("same-municipality" if same else "other-municipality")


def _addresses(one: Address, other: Address) -> dict[str, float]:
    """Alike where the one ends as the other, and the numbers agree as far as both go.

    One number alone is that of a whole district, unless neither has more.
    """
    shorter, longer = sorted((one.area, other.area), key=len)
    compared = min(len(one.numbers), len(other.numbers), 3)
    telling = compared >= 2 or (compared == 1 and one.numbers == other.numbers)
    if len(shorter) < 2 or not longer.endswith(shorter) or not telling:
        return {}
    same = one.numbers[:compared] == other.numbers[:compared]
    return _points("same-address") if same else {}


def _websites(one: str, other: str, users_of_host: Mapping[str, int]) -> dict[str, float]:
    users = users_of_host.get(one, 1)
    if not one or one != other or users > MOST_OF_SHARED_WEBSITE:
        return {}
    return _points("same-website" if users <= MOST_OF_ONE_WEBSITE else "shared-website")


def _phones(one: str, other: str) -> dict[str, float]:
    return _points("same-phone") if one and one == other else {}


def _distances(one: Signs, other: Signs) -> dict[str, float]:
    if one.point is None or other.point is None:
        return {}
    distance_m = geodesic_m(one.point, other.point)
    if distance_m <= NEAR_M:
        return _points("near")
    if distance_m <= NOT_FAR_M:
        return _points("not-far")
    return _points("far") if distance_m > FAR_M else {}


def _points(slug: str) -> dict[str, float]:
    return {slug: REASONS[slug].points}
