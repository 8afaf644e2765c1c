"""Municipalities: the project's principal ones, and all of code4fukui/localgovjp."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from clinics.imports.places_cells import (
    BadCell,
    Point,
    Rows,
    japanese_position,
    name_cell,
    optional_cell,
    whole,
)
from clinics.imports.places_cities import SAME_CITY_KM, japanese_cities
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_near import ByName
from clinics.imports.places_prefectures import (
    places_folder,
    prefecture_code,
    prefecture_names,
    read_facts,
)
from clinics.imports.places_readings import is_reading, latin_spellings
from clinics.imports.places_records import PlaceRecord
from clinics.models import PlaceKind
from clinics.place_names import bare_reading, fold_place
from clinics.text import HIRAGANA

CODE = re.compile(r"\d{6}", re.ASCII)
WARD_OF_CITY = re.compile(r"市.+区$")
MUNICIPALITIES = "municipalities.json"

Cities = ByName[PlaceRecord]


def principal_municipalities(folder: Path) -> Iterator[PlaceRecord]:
    """The municipalities that every installation knows, from ``municipalities.json``."""
    for fact in read_facts(folder / MUNICIPALITIES):
        yield _record(
            f"municipality/{fact['code']}",
            fact["code"],
            fact["name"],
            _readings(fact["name_kana"]),
            (fact["lat"], fact["lng"]),
            name_en=fact["name_en"],
            weight=fact["population"],
        )


def municipalities(file: PlaceFile, rows: Rows) -> Iterator[PlaceRecord]:
    """The municipalities of a file, with Latin name and population where they are known.

    The project knows those of principal municipalities, GeoNames many others. A Latin name that
    neither has is the reading's, where that can be spelled in one way.
    """
    cities = cities_by_name()
    for line, cells in file.rows():
        try:
            yield _of_row(cells, cities)
        except BadCell as bad:
            rows.refuse(line, bad)


def cities_by_name() -> Cities:
    """The Japanese cities of GeoNames under prefecture (JIS code) and each of their spellings."""
    cities = Cities()
    for city in japanese_cities():
        for key in {fold_place(name) for name in (city.name, *city.aliases)}:
            cities.add((city.prefecture_code, key), city.latitude, city.longitude, city)
    return cities


def _of_row(cells: Sequence[str] | None, cities: Cities) -> PlaceRecord:
    prefecture, written, kana, latitude, longitude, lgcode = whole(cells)
    code = _checked_code(lgcode, prefecture_code(prefecture, "pref"))
    name = name_cell(written, "city").replace(" ", "")
    point = japanese_position(latitude, longitude, ("lat", "lng"))
    readings = _readings(optional_cell(kana, "citykana"))
    known = _principal().get(code) or _city(cities, code[:2], name, readings[-1], point)
    return _record(
        code,
        code,
        name,
        readings,
        point,
        name_en=known.name_en if known else _latin(name, readings[-1]),
        weight=known.weight if known else 0,
    )


def _record(
    source_id: str,
    code: str,
    name: str,
    readings: Sequence[str],
    point: Point,
    *,
    name_en: str,
    weight: int,
) -> PlaceRecord:
    return PlaceRecord(
        source_id=source_id,
        kind=PlaceKind.MUNICIPALITY,
        name=name,
        name_kana=readings[0],
        name_en=name_en,
        prefecture_code=code[:2],
        municipality_code=code,
        municipality=name,
        latitude=point[0],
        longitude=point[1],
        weight=weight,
        prefecture=prefecture_names()[code[:2]],
        aliases=(*readings, *(latin for kana in readings for latin in latin_spellings(kana))),
    )


@cache
def _principal() -> dict[str, PlaceRecord]:
    """The project's municipalities by their codes."""
    records = principal_municipalities(places_folder())
    return {record.municipality_code: record for record in records}


def _readings(kana: str) -> list[str]:
    """The readings in katakana: whole, of a ward also alone, and last without 市, 区, 町, 村."""
    parts = kana.translate(HIRAGANA).split()
    if not parts:
        return [""]
    return [*dict.fromkeys(("".join(parts), parts[-1])), bare_reading(parts[-1])]


def _city(
    cities: Cities, prefecture: str, name: str, reading: str, point: tuple[float, float]
) -> PlaceRecord | None:
    """GeoNames' entry of a municipality, by its whole name before its bare one, then the largest.

    GeoNames has many a municipality under the name of one of its towns, and many a name at a wrong
    place, so an entry counts only if its Latin name is the municipality's reading.
    """
    whole_name = fold_place(name)
    for key in (whole_name, whole_name[:-1]):
        found = [
            city
            for city in cities.near((prefecture, key), *point, SAME_CITY_KM)
            if is_reading(reading, city.name_en)
        ]
        if found:
            return max(found, key=lambda city: city.weight)
    return None


def _latin(name: str, reading: str) -> str:
    """The one spelling of a reading; blank where there may be two, and for wards of cities."""
    spellings = latin_spellings(reading)
    if len(spellings) != 1 or WARD_OF_CITY.search(name):
        return ""
    return spellings.pop().capitalize()


def _checked_code(lgcode: str, prefecture: str) -> str:
    """The five digits of a code with its check digit. Raises :class:`BadCell`.

    Source of the check digit: 総務省, 全国地方公共団体コード仕様 (weights 6 to 2, modulo 11).
    """
    code = lgcode.strip()
    if not CODE.fullmatch(code):
        raise BadCell("lgcode", lgcode, "six digits are needed, leading zeros too")
    total = sum(
        int(digit) * weight for digit, weight in zip(code[:5], range(6, 1, -1), strict=True)
    )
    if (11 - total % 11) % 10 != int(code[5]):
        raise BadCell("lgcode", lgcode, "the sixth digit does not check the first five")
    if code[:2] != prefecture:
        raise BadCell("lgcode", lgcode, f"begins with {code[:2]}, its prefecture is {prefecture}")
    return code[:5]
