"""Finds places near a point, among those of one name or among all."""

import math
from collections import defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

KM_PER_DEGREE = 111.2
WORLD_DEG = 360.0


def rough_km(latitude: float, longitude: float, other: float, other_longitude: float) -> float:
    """The distance on a plane, which is right to a hundredth within a hundred kilometres."""
    east = abs(longitude - other_longitude)
    east = min(east, WORLD_DEG - east) * math.cos(math.radians((latitude + other) / 2))
    return KM_PER_DEGREE * math.hypot(latitude - other, east)


class ByName(Generic[T]):
    """Values at points, under names: is there one of this name near here?"""

    def __init__(self) -> None:
        self._named: dict[Hashable, list[tuple[float, float, T]]] = defaultdict(list)

    def add(self, name: Hashable, latitude: float, longitude: float, value: T) -> None:
        """File ``value`` under ``name``."""
        self._named[name].append((latitude, longitude, value))

    def near(self, name: Hashable, latitude: float, longitude: float, within_km: float) -> list[T]:
        """The values of this name within ``within_km``, nearest first."""
        found = [
            (rough_km(latitude, longitude, at, at_longitude), place, value)
            for place, (at, at_longitude, value) in enumerate(self._named.get(name, ()))
        ]
        return [value for km, _, value in sorted(found, key=lambda f: f[:2]) if km <= within_km]


class ByCell(Generic[T]):
    """Values at points, in square cells: which are the nearest here?

    ``cell_deg`` is the side of a cell; what is further away than about that is not seen.
    """

    def __init__(self, cell_deg: float) -> None:
        self._cell_deg = cell_deg
        self._cells: dict[tuple[int, int], list[tuple[float, float, T]]] = defaultdict(list)

    def add(self, latitude: float, longitude: float, value: T) -> None:
        """File ``value`` at a point."""
        self._cells[self._cell(latitude, longitude)].append((latitude, longitude, value))

    def nearest(self, latitude: float, longitude: float, number: int) -> list[T]:
        """At most ``number`` values of the cell of a point and the eight around it."""
        row, column = self._cell(latitude, longitude)
        around = [
            (rough_km(latitude, longitude, at, at_longitude), at, at_longitude, value)
            for north in (-1, 0, 1)
            for east in (-1, 0, 1)
            for at, at_longitude, value in self._cells.get((row + north, column + east), ())
        ]
        around.sort(key=lambda found: found[:3])
        return [value for *_, value in around[:number]]

    def _cell(self, latitude: float, longitude: float) -> tuple[int, int]:
        return math.floor(latitude / self._cell_deg), math.floor(longitude / self._cell_deg)
