"""Invented facilities, spread over Japan the way its people are. The same seed, the same facilities.

Sixty-odd real large cities and 1,600 invented small towns draw facilities by their population.
Nothing but the names, positions and populations of the cities is real. Every facility is drawn on
its own, so that a small population is the beginning of a large one.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from benchmarks.japan import (
    CITIES,
    ISLANDS,
    LARGEST_TOWN_THOUSANDS,
    SMALLEST_TOWN_THOUSANDS,
    City,
)
from benchmarks.names import address, naming
from benchmarks.weeks import weeks
from clinics.imports.records import FacilityRecord
from clinics.models import Kind

# Most of a place's facilities lie in a bell around its middle, the others along a long tail.
SHARE_IN_THE_BELL = 0.7
FARTHEST_KM = 60.0
KM_PER_DEGREE = 111.2

HOKKAIDO = "01"
# One facility in so many stands in Hokkaido, beginning with this one, and carries what no other does.
FAR_EVERY, FAR_FIRST = 1_000, 1
HOSPITALS_IN_A_HUNDRED = 8


class Place(NamedTuple):
    """Where a facility may stand: around a city or town."""

    city: City
    spread_km: float


@dataclass(frozen=True)
class Population:
    """The places of a seed, drawn from by how many people live there."""

    seed: int
    places: tuple[Place, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of_seed(cls, seed: int) -> "Population":
        """The cities, and the towns of this seed."""
        places = tuple(
            Place(city, 2.0 * math.sqrt(city.thousands / 100))
            for city in (*CITIES, *_towns(random.Random(f"{seed}: towns")))
        )
        return cls(seed, places, tuple(accumulate(place.city.thousands for place in places)))

    def records(self, number: int) -> Iterator[FacilityRecord]:
        """As many facilities, as a register would list them."""
        return map(self.record, range(number))

    @cached_property
    def northern(self) -> tuple[Place, ...]:
        """The places of Hokkaido."""
        return tuple(place for place in self.places if place.city.code[:2] == HOKKAIDO)

    def centres(self, number: int) -> list[tuple[float, float]]:
        """Where as many people search from, latitude and longitude."""
        drawn = random.Random(f"{self.seed}: centres")
        return [_scatter(self._place(drawn), drawn) for _ in range(number)]

    def _place(self, drawn: random.Random) -> Place:
        return drawn.choices(self.places, cum_weights=self.cumulative)[0]

    def record(self, serial: int) -> FacilityRecord:
        """The facility of a number, as a register would list it."""
        drawn = random.Random(f"{self.seed}: facility {serial}")
        northern = serial % FAR_EVERY == FAR_FIRST
        place = drawn.choice(self.northern) if northern else self._place(drawn)
        latitude, longitude = _scatter(place, drawn)
        is_hospital = drawn.random() * 100 < HOSPITALS_IN_A_HUNDRED
        called = naming(serial, is_hospital, drawn)
        departments, closures, remarks = weeks(drawn)
        prefecture = place.city.code[:2]
        return FacilityRecord(
            official_id=f"{prefecture}{1 if is_hospital else 2}{serial:010}",
            kind=Kind.HOSPITAL if is_hospital else Kind.CLINIC,
            name=called.name,
            name_kana=called.kana,
            name_en=called.latin,
            short_name=called.short,
            prefecture_code=prefecture,
            municipality_code=place.city.code,
            address=address(place.city, drawn),
            latitude=latitude,
            longitude=longitude,
            website=f"https://www.example.jp/{serial}/",
            closures=closures,
            closing_remarks=remarks,
            departments=departments,
        )


def _towns(drawn: random.Random) -> Iterator[City]:
    """The invented towns, each in the prefecture of the nearest city."""
    for island in ISLANDS.values():
        for number in range(island.towns):
            latitude, longitude = _point_inside(island.outline, drawn)
            people = SMALLEST_TOWN_THOUSANDS * drawn.paretovariate(1.5)
            prefecture = _nearest_city(latitude, longitude).code[:2]
            yield City(
                f"{prefecture}{300 + number % 700}",
                f"第{number + 1}町",
                latitude,
                longitude,
                min(people, LARGEST_TOWN_THOUSANDS),
            )


def _nearest_city(latitude: float, longitude: float) -> City:
    shrink = math.cos(math.radians(latitude))
    return min(
        CITIES,
        key=lambda city: math.hypot(
            city.latitude - latitude, (city.longitude - longitude) * shrink
        ),
    )


def _point_inside(
    outline: tuple[tuple[float, float], ...], drawn: random.Random
) -> tuple[float, float]:
    """A point drawn evenly from within an outline."""
    latitudes, longitudes = zip(*outline, strict=True)
    while True:
        latitude = drawn.uniform(min(latitudes), max(latitudes))
        longitude = drawn.uniform(min(longitudes), max(longitudes))
        if _is_inside(latitude, longitude, outline):
            return latitude, longitude


def _is_inside(latitude: float, longitude: float, outline: tuple[tuple[float, float], ...]) -> bool:
    """Whether a line from the point to the east crosses the outline an odd number of times."""
    inside = False
    for (lat_a, lng_a), (lat_b, lng_b) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lng_a + (latitude - lat_a) / (lat_b - lat_a) * (lng_b - lng_a)
            inside ^= longitude < crossing
    return inside


def _scatter(place: Place, drawn: random.Random) -> tuple[float, float]:
    """A position around a place, to the sixth decimal as registers state it."""
    if drawn.random() < SHARE_IN_THE_BELL:
        north_km = drawn.gauss(0, place.spread_km)
        east_km = drawn.gauss(0, place.spread_km)
    else:
        distance_km = min(place.spread_km * drawn.paretovariate(1.3), FARTHEST_KM)
        angle = drawn.uniform(0, 2 * math.pi)
        north_km, east_km = distance_km * math.sin(angle), distance_km * math.cos(angle)
    latitude = place.city.latitude + north_km / KM_PER_DEGREE
    shrink = math.cos(math.radians(latitude))
    longitude = place.city.longitude + east_km / KM_PER_DEGREE / shrink
    return round(latitude, 6), round(longitude, 6)
