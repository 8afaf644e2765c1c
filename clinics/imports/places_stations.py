"""Stations: N02 of the National Land Numerical Information, and the project's principal ones."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinics.imports.places_cells import (
    BadCell,
    Point,
    Rows,
    in_japan,
    japanese_position,
    name_cell,
    optional_cell,
    whole,
)
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_layouts import STATIONS_PUBLISHED
from clinics.imports.places_near import ByName, rough_km
from clinics.imports.places_prefectures import places_folder, read_facts
from clinics.imports.places_records import PlaceRecord
from clinics.imports.places_surroundings import Surroundings
from clinics.models import PlaceKind
from clinics.place_names import fold_place

STATIONS = "stations.json"
# Platforms of one name within this are one station: those of 池袋 and 東京 reach over 500 m, while
# 浅草 and 早稲田 have two stations of one name that are 600 and 750 m apart.
ONE_STATION_KM = 0.55
# Stations of one name within this have one reading.
SAME_NAME_KM = 2.0
# 4号線丸ノ内線, 2号線(谷町線): the number is the ministry's, not the traveller's.
NUMBERED_LINE = re.compile(r"^\d+号線[(（]?(\D+?)[)）]?$")
MAX_DETAIL_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Platforms:
    """Platforms at one point, of one or more lines."""

    code: str
    name: str
    point: Point
    lines: tuple[str, ...]


def principal_stations(folder: Path) -> Iterator[PlaceRecord]:
    """The stations that every installation knows, from ``stations.json``."""
    for fact in read_facts(folder / STATIONS):
        yield PlaceRecord(
            source_id=f"station/{fact['id']}",
            kind=PlaceKind.STATION,
            name=fact["name"],
            name_kana=fact["name_kana"],
            name_en=fact["name_en"],
            prefecture_code=fact["prefecture_code"],
            municipality_code=fact["municipality_code"],
            municipality=fact["municipality"],
            latitude=fact["lat"],
            longitude=fact["lng"],
            weight=len(fact["lines"]),
            detail="・".join(fact["lines"]),
        )


def stations(file: PlaceFile, rows: Rows, surroundings: Surroundings) -> Iterator[PlaceRecord]:
    """The stations of a file, one for all its platforms, where :meth:`Surroundings.around` says.

    Readings and Latin names, which N02 has not, are those of the project's station of that name
    within ``SAME_NAME_KM``.
    """
    read = _of_geojson if file.layout is STATIONS_PUBLISHED else _of_table
    readings = readings_by_name(principal_stations(places_folder()))
    for code, name, point, lines in merged(read(file, rows)):
        prefecture, municipality = surroundings.around(*point)
        known = readings.near(fold_place(name), *point, SAME_NAME_KM)
        yield PlaceRecord(
            source_id=code,
            kind=PlaceKind.STATION,
            name=name,
            name_kana=known[0].name_kana if known else "",
            name_en=known[0].name_en if known else "",
            prefecture_code=prefecture,
            municipality_code=municipality.code,
            municipality=municipality.name,
            latitude=point[0],
            longitude=point[1],
            weight=len(lines),
            detail="・".join(lines)[:MAX_DETAIL_LENGTH],
        )


def readings_by_name(records: Iterable[PlaceRecord]) -> ByName[PlaceRecord]:
    """Stations under their folded names."""
    readings = ByName[PlaceRecord]()
    for record in records:
        readings.add(fold_place(record.name), record.latitude, record.longitude, record)
    return readings


def merged(
    platforms: Iterable[Platforms],
) -> Iterator[tuple[str, str, Point, tuple[str, ...]]]:
    """Code, name, middle and lines of each station; the platforms of a line weigh one each.

    The code is the first of its platforms' in alphabetical order, so that it does not depend on
    the order of the file.
    """
    by_name: dict[str, list[list[Platforms]]] = defaultdict(list)
    for platform in sorted(platforms, key=lambda p: (p.code, p.lines)):
        groups = by_name[fold_place(platform.name)]
        near = [group for group in groups if any(_is_near(platform, other) for other in group)]
        joined = [platform, *(other for group in near for other in group)]
        groups[:] = [group for group in groups if group not in near] + [joined]
    for groups in by_name.values():
        for group in groups:
            first = min(group, key=lambda p: p.code)
            lines = dict.fromkeys(line for platform in group for line in platform.lines)
            yield first.code, first.name, _middle(group), tuple(sorted(lines))


def line_name(line: str) -> str:
    """A line as travellers call it, without the number of the underground's plans."""
    return NUMBERED_LINE.sub(r"\1", line.strip())


def _is_near(one: Platforms, other: Platforms) -> bool:
    return rough_km(*one.point, *other.point) <= ONE_STATION_KM


def _middle(group: Sequence[Platforms]) -> Point:
    weights = [max(len(platform.lines), 1) for platform in group]
    total = sum(weights)
    latitude, longitude = (
        sum(platform.point[axis] * weight for platform, weight in zip(group, weights, strict=True))
        for axis in (0, 1)
    )
    return round(latitude / total, 6), round(longitude / total, 6)


def _of_table(file: PlaceFile, rows: Rows) -> Iterator[Platforms]:
    for line, cells in file.rows():
        try:
            code, name, latitude, longitude, lines, _operators = whole(cells)
            yield Platforms(
                name_cell(code, "code")[:64],
                name_cell(name, "name"),
                japanese_position(latitude, longitude, ("lat", "lng")),
                _lines(lines),
            )
        except BadCell as bad:
            rows.refuse(line, bad)


def _lines(cell: str) -> tuple[str, ...]:
    written = optional_cell(cell, "lines").split("|")
    return tuple(line_name(line) for line in written if line.strip())


def _of_geojson(file: PlaceFile, rows: Rows) -> Iterator[Platforms]:
    document = file.document()
    features = document.get("features") if isinstance(document, dict) else None
    for number, feature in enumerate(features or (), start=1):
        try:
            yield _of_feature(feature)
        except BadCell as bad:
            rows.refuse(number, bad)


def _of_feature(feature: Mapping[str, Any]) -> Platforms:
    """The platforms of one line: N02_003 is the line, N02_005 the name, N02_005c the code."""
    try:
        properties, geometry = feature["properties"], feature["geometry"]
        code, name, line = (str(properties[f"N02_{key}"]) for key in ("005c", "005", "003"))
        kind, coordinates = geometry["type"], geometry["coordinates"]
        along = coordinates if kind == "LineString" else [xy for part in coordinates for xy in part]
        point = _middle_of_line([(float(xy[1]), float(xy[0])) for xy in along])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BadCell("", "", f"not a station of N02: {type(error).__name__} {error}") from error
    return Platforms(
        name_cell(code, "N02_005c")[:64],
        name_cell(name, "N02_005"),
        in_japan(*point, ("coordinates", "coordinates")),
        (line_name(name_cell(line, "N02_003")),),
    )


def _middle_of_line(along: Sequence[Point]) -> Point:
    """The point half way along a platform."""
    lengths = [rough_km(*start, *end) for start, end in zip(along, along[1:], strict=False)]
    rest = sum(lengths) / 2
    for start, end, length in zip(along, along[1:], lengths, strict=False):
        if length and rest <= length:
            share = rest / length
            return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
        rest -= length
    return along[0]
