"""Files of places as their publishers lay them out, and what is in the gazetteer, for tests."""

import json
from pathlib import Path
from typing import Any

from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import PlacesOutcome, import_places
from clinics.models import Place, PlaceName, PlaceSource
from clinics.place_names import fold_place

MUNICIPALITY_COLUMNS = "pref,city,citykana,lat,lng,lgcode"
TOWN_COLUMNS = "pref,city,town,lat,lng"
STATION_COLUMNS = "code,name,lat,lng,lines,operators"
POSTCODE_COLUMNS = "code,pref,city,neighborhood,lat,lng,level"
CITY_COLUMNS = "geonameid,name,lat,lng,population,admin1,altnames"
LATEST_COLUMNS = (
    "都道府県コード,都道府県名,都道府県名カナ,都道府県名ローマ字,市区町村コード,市区町村名,市区町村名カナ,"
    "市区町村名ローマ字,大字町丁目名,大字町丁目名カナ,大字町丁目名ローマ字,小字・通称名,緯度,経度"
)

TOWNS = (
    TOWN_COLUMNS,
    "東京都,新宿区,西新宿一丁目,35.69038,139.6975",
    "東京都,新宿区,西新宿二丁目,35.68945,139.69177",
    "東京都,新宿区,荒木町,35.69042,139.72312",
    "広島県,安芸郡府中町,大須一丁目,34.38,132.50",
)


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def load(*paths: Path, **named: Any) -> PlacesOutcome:
    return import_places(open_place_files(paths)[0], **named)


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Place, PlaceName, PlaceSource)
    ]


def found(words: str) -> list[Place]:
    return list(
        Place.objects.filter(names__key=fold_place(words).encode()).order_by("source", "source_id")
    )


def kinds_found(words: str) -> set[str]:
    return {place.kind for place in found(words)}


def ken_all_row(code: str, postcode: str, prefecture: str, city: str, town: str) -> str:
    cells = [code, "160  ", postcode, "ﾄｳｷﾖｳﾄ", "ｼﾝｼﾞﾕｸｸ", "ﾁﾖｳ", prefecture, city, town]
    return ",".join([*(f'"{cell}"' for cell in cells), "0", "0", "0", "0", "0", "0"])


def station_feature(code: str, name: str, line: str, along: list[tuple[float, float]]) -> Any:
    return {
        "type": "Feature",
        "properties": {"N02_003": line, "N02_004": "会社", "N02_005": name, "N02_005c": code},
        "geometry": {"type": "LineString", "coordinates": [[lng, lat] for lat, lng in along]},
    }


def geojson(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
