"""What is read of a clinic, and within which distances it is wanted."""

import math
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from clinics.position import Ecef, chord_ceiling_m, chord_floor_m
from finder.query import NameKey, NearestKey


class Reading(NamedTuple):
    """A row that was read, nearest chord first within its rank."""

    listing_id: int
    clinic_id: UUID | str
    x: float
    y: float
    z: float
    squared_chord: float
    document: str
    rank: int = 0


class Named(NamedTuple):
    """A clinic that was read in the order of names, within its rank."""

    listing_id: int
    key: NameKey
    latitude: float | None
    longitude: float | None
    rank: int = 0


class Candidate(NamedTuple):
    """A clinic that was read, with its exact distance; in the order of the nearest."""

    distance_mm: int
    clinic_id: str
    listing_id: int
    point: Ecef
    document: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What distances are wanted: up to a radius, after a key. Chords in metres."""

    radius_mm: float
    after: NearestKey | None
    floor_m: float
    ceiling_m: float

    @classmethod
    def of(cls, radius_km: float | None, after: NearestKey | None = None) -> "Bounds":
        """The chords that clinics within the radius and after the key can have at all.

        A millimetre is added on either side for the rounding of distances.
        """
        floor_m = 0.0 if after is None else chord_floor_m(max(after.distance_mm - 1, 0) / 1_000)
        if radius_km is None:
            return cls(math.inf, after, floor_m, math.inf)
        radius_mm = millimetres(radius_km * 1_000)
        return cls(radius_mm, after, floor_m, chord_ceiling_m((radius_mm + 1) / 1_000))

    @property
    def certain_m(self) -> float:
        """Below this chord every clinic is within the radius."""
        if self.radius_mm == math.inf:
            return math.inf
        return chord_floor_m(max(self.radius_mm - 1, 0) / 1_000)

    def hold(self, candidate: Candidate) -> bool:
        """Whether a clinic lies within them."""
        if candidate.distance_mm > self.radius_mm:
            return False
        after = self.after
        return after is None or candidate[:2] > (after.distance_mm, after.clinic_id)


def millimetres(metres: float) -> int:
    """Metres as whole millimetres, the resolution of every distance."""
    return round(metres * 1_000)
