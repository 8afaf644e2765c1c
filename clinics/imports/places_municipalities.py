"""Municipalities: code4fukui/localgovjp, a row for each, wards of large cities among them."""

import re
from collections.abc import Iterator, Sequence

from clinics.imports.places_cells import (
    BadCell,
    Rows,
    japanese_position,
    name_cell,
    optional_cell,
    whole,
)
from clinics.imports.places_cities import japanese_cities
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_near import ByName
from clinics.imports.places_prefectures import prefecture_code
from clinics.imports.places_readings import is_reading, latin_spellings
from clinics.imports.places_records import PlaceRecord
from clinics.models import PlaceKind
from clinics.place_names import bare_reading, fold_place
from clinics.text import HIRAGANA

CODE = re.compile(r"\d{6}", re.ASCII)
WARD_OF_CITY = re.compile(r"市.+区$")
# How far the middle of a city, as GeoNames puts it, may be from its town hall.
SAME_CITY_KM = 15.0

Cities = ByName[PlaceRecord]


def municipalities(file: PlaceFile, rows: Rows) -> Iterator[PlaceRecord]:
    """The municipalities of a file, with GeoNames' Latin name and population where it has them.

    A Latin name that GeoNames does not have is the reading's, where that can be spelled in one way.
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
    city = _city(cities, code[:2], name, readings[-1], point)
    return PlaceRecord(
        source_id=code,
        kind=PlaceKind.MUNICIPALITY,
        name=name,
        name_kana=readings[0],
        name_en=city.name_en if city else _latin(name, readings[-1]),
        prefecture_code=code[:2],
        municipality_code=code,
        municipality=name,
        latitude=point[0],
        longitude=point[1],
        weight=city.weight if city else 0,
        prefecture=prefecture,
        aliases=(*readings, *(latin for kana in readings for latin in latin_spellings(kana))),
    )


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
