"""Towns: 大字 and 丁目 of Geolonia's 住所データ, and the 大字 that their 丁目 make together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinics.imports.places_cells import (
    BadCell,
    Rows,
    japanese_position,
    name_cell,
    optional_cell,
    whole,
)
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_layouts import TOWNS_PUBLISHED
from clinics.imports.places_prefectures import prefecture_code
from clinics.imports.places_records import PlaceRecord
from clinics.imports.places_surroundings import Surroundings
from clinics.models import PlaceKind

CHOME = re.compile(r"(?<=.)[一二三四五六七八九十]+丁目$")
# Geolonia's word for land that belongs to no 大字.
WITHOUT_TOWN = "（大字なし）"

# Both and the prefecture's code make the id of a town; the longest have 33 characters.
MAX_LENGTH_TOGETHER = 60

TownKey = tuple[str, str, str]


@dataclass(slots=True)
class _Town:
    """A town as the sum of the points that it is given at; several are its 小字."""

    kana: str
    latin: str
    latitude_sum: float = 0.0
    longitude_sum: float = 0.0
    points: int = 0

    def add(self, latitude: float, longitude: float) -> None:
        """Count one more point."""
        self.latitude_sum += latitude
        self.longitude_sum += longitude
        self.points += 1

    @property
    def latitude(self) -> float:
        """The mean latitude, to the source's five or six decimals (a decimetre)."""
        return round(self.latitude_sum / self.points, 6)

    @property
    def longitude(self) -> float:
        """The mean longitude, likewise."""
        return round(self.longitude_sum / self.points, 6)


def towns(file: PlaceFile, rows: Rows, surroundings: Surroundings) -> Iterator[PlaceRecord]:
    """The towns of a file, each once, at the mean of its points.

    西新宿 comes besides 西新宿一丁目 to 西新宿八丁目, at the mean of theirs, unless the file has it.
    """
    found = _summed(file, rows)
    for whole_town, parts in _of_chome(found).items():
        found.setdefault(whole_town, parts)
    for (prefecture, municipality, name), town in found.items():
        code = prefecture_code(prefecture, "pref")
        known = surroundings.municipality(code, municipality)
        yield PlaceRecord(
            source_id=f"{code}/{municipality}/{name}",
            kind=PlaceKind.TOWN,
            name=name,
            name_kana=town.kana,
            name_en=town.latin,
            prefecture_code=code,
            municipality_code=known.code if known else "",
            municipality=municipality,
            latitude=town.latitude,
            longitude=town.longitude,
            prefecture=prefecture,
        )


def _summed(file: PlaceFile, rows: Rows) -> dict[TownKey, _Town]:
    found: dict[TownKey, _Town] = {}
    published = file.layout is TOWNS_PUBLISHED
    for line, cells in file.rows():
        try:
            key, kana, latin, point = _of_row(cells, published)
        except BadCell as bad:
            rows.refuse(line, bad)
            continue
        if key is not None:
            found.setdefault(key, _Town(kana, latin)).add(*point)
    return found


def _of_row(
    cells: Sequence[str] | None, published: bool
) -> tuple[TownKey | None, str, str, tuple[float, float]]:
    """A row's names and point; no key for land without a town."""
    if published:
        prefecture, city, town, kana, latin, latitude, longitude = whole(cells)
        names, position = ("都道府県名", "市区町村名", "大字町丁目名"), ("緯度", "経度")
    else:
        prefecture, city, town, latitude, longitude = whole(cells)
        kana = latin = ""
        names, position = ("pref", "city", "town"), ("lat", "lng")
    prefecture_code(prefecture, names[0])
    city = name_cell(city, names[1])
    point = japanese_position(latitude, longitude, position)
    if town.strip() == WITHOUT_TOWN:
        return None, "", "", point
    town = name_cell(town, names[2])
    if len(city) + len(town) > MAX_LENGTH_TOGETHER:
        raise BadCell(names[2], town, f"with its municipality more than {MAX_LENGTH_TOGETHER} long")
    reading = optional_cell(kana, "大字町丁目名カナ")
    return (
        (prefecture, city, town),
        reading,
        optional_cell(latin, "大字町丁目名ローマ字").title(),
        point,
    )


def _of_chome(found: dict[TownKey, _Town]) -> dict[TownKey, _Town]:
    """The towns that 丁目 are of; a 丁目 counts once, however many points it has."""
    together: dict[TownKey, _Town] = {}
    for (prefecture, municipality, name), town in found.items():
        whole_name, chome = CHOME.subn("", name)
        if chome:
            key = (prefecture, municipality, whole_name)
            together.setdefault(key, _Town("", "")).add(town.latitude, town.longitude)
    return together
