"""Reads the gazetteer: the only module with its SQL, the same for SQLite and PostgreSQL."""

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connections

from clinics.models import PlaceKind
from finder.places.distance import distance_m

PLACE_COLUMNS = """
    p.id, p.source, p.source_id, p.kind, p.name, p.name_kana, p.name_en, p.country,
    p.prefecture_code, p.municipality_code, p.municipality, p.latitude, p.longitude, p.weight,
    p.detail
"""
# The tiers of :class:`clinics.models.PlaceName`.
NOTABLE, OTHERS = 0, 1
IN_RANGE = "n.tier = %s AND n.key >= %s AND n.key < %s"
# No name is borne by so many places; it is there so that no reading is without an end.
MOST_NAMESAKES = 2_000
MOST_NOTABLE = 2_000
MOST_OTHERS = 200
# The shorter way round the earth.
DEGREES_EAST = "(180 - ABS(180 - ABS(p.longitude - (%s))))"
# No byte of UTF-8 is so high.
AFTER_EVERY_CHARACTER = b"\xff"


class Spot(NamedTuple):
    """A point that was asked for."""

    latitude: float
    longitude: float


class PlaceRow(NamedTuple):
    """A place as stored, and the key under which it was found."""

    key: str
    id: int
    source: str
    source_id: str
    kind: str
    name: str
    name_kana: str
    name_en: str
    country: str
    prefecture_code: str
    municipality_code: str
    municipality: str
    latitude: float
    longitude: float
    weight: int
    detail: str


def called(keys: Collection[str], using: str) -> list[PlaceRow]:
    """The places that bear one of these folded names."""
    if not keys:
        return []
    marks = ", ".join(["%s"] * len(keys))
    borne = f"n.tier IN ({NOTABLE}, {OTHERS}) AND n.key IN ({marks})"
    first = f"(SELECT * FROM clinics_placename n WHERE {borne} LIMIT {MOST_NAMESAKES})"
    return _fetch_places(first, [key.encode() for key in keys], using)


def beginning_with(key: str, using: str) -> list[PlaceRow]:
    """Places with a folded name that begins so: the notable ones, and the first of the others."""
    others = _fetch_places(_first_names(MOST_OTHERS), _range(OTHERS, key), using)
    return notable_beginning_with(key, using) + others


def notable_beginning_with(key: str, using: str) -> list[PlaceRow]:
    """Prefectures, municipalities, stations and cities with a folded name that begins so."""
    return _fetch_places(_first_names(MOST_NOTABLE), _range(NOTABLE, key), using)


def _first_names(limit: int) -> str:
    """The first names of a range, cut before they are joined, so that no planner reads them all."""
    return f"(SELECT * FROM clinics_placename n WHERE {IN_RANGE} ORDER BY n.key LIMIT {limit})"


def nearest(latitude: float, longitude: float, number: int, using: str) -> list[PlaceRow]:
    """The places nearest to a point, nearest first, postcodes left out.

    They are told by their distance on a plane, reading every place, and put in the order of their
    geodesics: meant for the few who ask, not for a search.
    """
    here = Spot(latitude, longitude)
    by_plane = f"""
        SELECT '', {PLACE_COLUMNS} FROM clinics_place p WHERE p.kind <> '{PlaceKind.POSTCODE}'
        ORDER BY (p.latitude - (%s)) * (p.latitude - (%s))
            + {DEGREES_EAST} * {DEGREES_EAST} * %s
        LIMIT {4 * number}
    """
    shrink = math.cos(math.radians(latitude)) ** 2
    values = [latitude, latitude, longitude, longitude, shrink]
    rows = [PlaceRow(*row) for row in _fetch(by_plane, values, using)]
    return sorted(rows, key=lambda row: (distance_m(here, row), row.source, row.source_id))[:number]


def _range(tier: int, key: str) -> list[int | bytes]:
    """The tier and the bounds of the names that begin so."""
    return [tier, key.encode(), key.encode() + AFTER_EVERY_CHARACTER]


def _fetch_places(names: str, values: Sequence[Any], using: str, where: str = "") -> list[PlaceRow]:
    """The places of some names, each with the key of that name."""
    rows = _fetch(
        f"""
        SELECT found.key, {PLACE_COLUMNS} FROM {names} found
        JOIN clinics_place p ON p.id = found.place_id {where}
        """,
        values,
        using,
    )
    return [PlaceRow(bytes(key).decode(), *place) for key, *place in rows]


def _fetch(sql: str, values: Sequence[Any], using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
