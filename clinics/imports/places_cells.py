"""The cells of a file of places: positions and text, refused one at a time with their reason."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from clinics.imports.navii_cells import LATITUDES, LONGITUDES
from clinics.imports.places_records import Reject, Rejection

MAX_NAME_LENGTH = 120
NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?", re.ASCII)
IN_JAPAN = (
    f"a latitude from {LATITUDES[0]:g} to {LATITUDES[1]:g} and a longitude from "
    f"{LONGITUDES[0]:g} to {LONGITUDES[1]:g} are accepted, in decimal degrees"
)

Point = tuple[float, float]


class BadCell(ValueError):
    """A cell that cannot be used: in which column, and why."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rejected rows of one file are told."""

    file: str
    reject: Reject

    def refuse(self, line: int, bad: BadCell) -> None:
        """Count a row as left out."""
        self.reject(Rejection(self.file, line, bad.column, bad.value[:80], bad.reason))


def whole(cells: Sequence[str] | None) -> Sequence[str]:
    """The cells of a row that has as many as the header. Raises :class:`BadCell`."""
    if cells is None:
        raise BadCell("", "", "another number of cells than the header has")
    return cells


def japanese_position(latitude: str, longitude: str, columns: tuple[str, str]) -> Point:
    """A position in Japan from two cells. Raises :class:`BadCell`; nothing is swapped or mended."""
    for cell, column in zip((latitude, longitude), columns, strict=True):
        if not NUMBER.fullmatch(cell.strip()):
            raise BadCell(column, cell, f"not a number of degrees; {IN_JAPAN}")
    return in_japan(float(latitude), float(longitude), columns)


def in_japan(latitude: float, longitude: float, columns: tuple[str, str]) -> Point:
    """The point, if it lies in Japan. Raises :class:`BadCell`."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise BadCell(columns[0], f"{latitude}, {longitude}", f"not finite; {IN_JAPAN}")
    if _within(latitude, LATITUDES) and _within(longitude, LONGITUDES):
        return latitude, longitude
    value = f"{latitude:g}, {longitude:g}"
    if _within(longitude, LATITUDES) and _within(latitude, LONGITUDES):
        raise BadCell(columns[0], value, f"latitude and longitude are swapped; {IN_JAPAN}")
    column = columns[1] if _within(latitude, LATITUDES) else columns[0]
    raise BadCell(column, value, f"outside Japan; {IN_JAPAN}")


def name_cell(cell: str, column: str) -> str:
    """A name that is there and fits. Raises :class:`BadCell`."""
    name = " ".join(cell.split())
    if not name:
        raise BadCell(column, cell, "blank; a name is needed")
    if len(name) > MAX_NAME_LENGTH:
        raise BadCell(column, cell, f"more than {MAX_NAME_LENGTH} characters")
    if not name.isprintable():
        raise BadCell(column, cell, "has characters that cannot be seen; a plain name is needed")
    return name


def optional_cell(cell: str, column: str) -> str:
    """A text that may be blank, and fits otherwise. Raises :class:`BadCell`."""
    return name_cell(cell, column) if cell.strip() else ""


def _within(degrees: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= degrees <= limits[1]
