"""Reads postings: the only module with a search's SQL, the same for SQLite and PostgreSQL."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from clinics.position import Ecef, chord_ceiling_m, chord_floor_m, ecef, geodesic_m
from finder.cells import (
    ANYWHERE,
    COARSEST_LEVEL,
    EVERYWHERE,
    Block,
    block,
    level_of_height,
)
from finder.query import COUNT_LIMIT, Centre, Hit, NameKey, NearestKey, Page, SearchQuery
from finder.terms import Plan

# A driver of this many postings is read whole and sorted or counted.
READ_WHOLE = 4_000

# Brackets around each value: a negative number bound as text after a minus would be a comment.
SQUARED_CHORD = "((p.x-(%s))*(p.x-(%s)) + (p.y-(%s))*(p.y-(%s)) + (p.z-(%s))*(p.z-(%s)))"


# The ranges come first and drive; CROSS JOIN is SQLite's word for keeping that order.
FROM_RANGES = "FROM ranges r CROSS JOIN clinics_posting p"
IN_RANGES = "WHERE p.term_id = r.term_id AND p.cell >= r.low AND p.cell <= r.high"
WALK = f"{FROM_RANGES} {IN_RANGES}"
WALK_WITH_LISTING = f"{FROM_RANGES} JOIN clinics_listing l ON l.id = p.listing_id {IN_RANGES}"
NAMED = "l.id, l.name_key, l.facility_id, l.latitude, l.longitude"
IN_ORDER_OF_NAMES = "ORDER BY l.name_key, l.facility_id"


class Reading(NamedTuple):
    """A posting that was read, nearest chord first."""

    listing_id: int
    clinic_id: UUID | str
    x: float
    y: float
    z: float
    squared_chord: float


class Named(NamedTuple):
    """A clinic that was read in the order of names."""

    listing_id: int
    key: NameKey
    latitude: float | None
    longitude: float | None


class Candidate(NamedTuple):
    """A clinic that was read, with its exact distance; in the order of the nearest."""

    distance_mm: int
    clinic_id: str
    listing_id: int
    point: Ecef


@dataclass(frozen=True, slots=True)
class Bounds:
    """What distances are wanted: up to a radius, after a key. Chords in metres."""

    radius_mm: float
    after: NearestKey | None
    floor_m: float
    ceiling_m: float

    @classmethod
    def of(cls, radius_km: float | None, after: NearestKey | None) -> "Bounds":
        """The chords that clinics within the radius and after the key can have at all.

        A millimetre is added on either side for the rounding of distances.
        """
        floor_m = 0.0 if after is None else chord_floor_m(max(after.distance_mm - 1, 0) / 1_000)
        if radius_km is None:
            return cls(math.inf, after, floor_m, math.inf)
        radius_mm = millimetres(radius_km * 1_000)
        return cls(radius_mm, after, floor_m, chord_ceiling_m((radius_mm + 1) / 1_000))

    def hold(self, candidate: Candidate) -> bool:
        """Whether a clinic lies within them."""
        if candidate.distance_mm > self.radius_mm:
            return False
        after = self.after
        return after is None or candidate[:2] > (after.distance_mm, after.clinic_id)


def millimetres(metres: float) -> int:
    """Metres as whole millimetres, the resolution of every distance."""
    return round(metres * 1_000)


class Postings:
    """The postings of a plan, as seen from a centre where there is one."""

    def __init__(self, plan: Plan, centre: Centre | None, using: str) -> None:
        self.plan = plan
        self.centre = centre
        self.using = using
        here = ecef(centre.latitude, centre.longitude) if centre else Ecef(0.0, 0.0, 0.0)
        # To the nanometre: PostgreSQL refuses squares so small that they underflow.
        self.here = Ecef(*(round(metres, 9) for metres in here))
        self._squares = [value for value in self.here for _ in range(2)]
        self._filters, self._filter_values = plan.conditions("p")
        self._measured: dict[int, Candidate] = {}

    def read(
        self, area: Block, floor_m: float, bound_m: float, limit: int | None
    ) -> tuple[list[Reading], bool]:
        """The postings whose chord is within bounds, nearest first, and whether ``limit`` cut them.

        A clinic that carries several of the driver's terms may come several times.
        """
        if limit is not None:
            limit *= len(self.plan.driver.term_ids)
        where, values = self._chord_conditions((">=", floor_m), ("<=", bound_m))
        rows = self._fetch(
            area,
            f"""
            SELECT c.listing_id, l.facility_id, c.x, c.y, c.z, c.squared_chord FROM (
                SELECT p.listing_id, p.x, p.y, p.z, {SQUARED_CHORD} AS squared_chord
                {WALK} {self._filters} {where}
                ORDER BY squared_chord, p.listing_id {"" if limit is None else f"LIMIT {limit}"}
            ) c JOIN clinics_listing l ON l.id = c.listing_id ORDER BY c.squared_chord
            """,
            [*self._squares, *self._filter_values, *values],
        )
        return [Reading(*row) for row in rows], limit is not None and len(rows) >= limit

    def read_by_name(
        self, area: Block, bound_m: float, after: NameKey | None, limit: int
    ) -> list[Named]:
        """The next clinics by name whose chord is within a bound, sorted from all that match."""
        where, values = self._chord_conditions(("<=", bound_m))
        later, later_values = _after_name(after)
        rows = self._fetch(
            area,
            f"""
            SELECT DISTINCT {NAMED} {WALK_WITH_LISTING} {self._filters}
            {where} {later} {IN_ORDER_OF_NAMES} LIMIT {limit}
            """,
            [*self._filter_values, *values, *later_values],
        )
        return list(map(_named, rows))

    def walk_names(self, after: NameKey | None, limit: int) -> list[Named]:
        """The next clinics by name, found by walking the index of names and testing each."""
        tests, values = self.plan.conditions("l", "id", with_driver=True)
        later, later_values = _after_name(after)
        with connections[self.using].cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {NAMED} FROM clinics_listing l
                WHERE l.published = TRUE {tests} {later} {IN_ORDER_OF_NAMES} LIMIT {limit}
                """,
                [*values, *later_values],
            )
            return list(map(_named, cursor.fetchall()))

    def page(self, query: SearchQuery, hits: tuple[Hit, ...], *, more: bool) -> Page:
        """The hits with their count, as the query wants it."""
        if query.count == "none":
            return Page(hits, more, count=None, count_exact=False)
        if not more and query.after is None:
            return Page(hits, more, count=len(hits), count_exact=True)
        limit = COUNT_LIMIT if query.count == "bounded" else None
        number = self.count(query.radius_km, limit)
        if limit is not None and number > limit:
            return Page(hits, more, count=limit, count_exact=False)
        return Page(hits, more, count=number, count_exact=True)

    def count(self, radius_km: float | None, limit: int | None) -> int:
        """How many clinics match; counting stops just beyond ``limit``.

        Below the chord floor of the radius everything counts, above its ceiling nothing does; only
        between the two is a distance computed.
        """
        if radius_km is None:
            return self._count(EVERYWHERE if self.centre else ANYWHERE, math.inf, limit)
        bounds = Bounds.of(radius_km, None)
        area = self.covering_block(bounds.ceiling_m)
        floor_m = chord_floor_m(max(bounds.radius_mm - 1, 0) / 1_000)
        inside = self._count(area, floor_m, limit)
        if limit is not None and inside > limit:
            return inside
        edge, _ = self.read(area, floor_m, bounds.ceiling_m, None)
        return inside + sum(map(bounds.hold, self.candidates(edge)))

    def covering_block(self, chord_m: float) -> Block:
        """The smallest block that holds every point within a chord of the centre."""
        if self.centre is not None and self.plan.driver.postings > READ_WHOLE:
            for level in range(level_of_height(chord_m), COARSEST_LEVEL - 1, -1):
                area = block(self.centre.latitude, self.centre.longitude, level)
                if area.reach_m >= chord_m:
                    return area
        return EVERYWHERE

    def _count(self, area: Block, bound_m: float, limit: int | None) -> int:
        where, values = self._chord_conditions(("<", bound_m))
        once = "DISTINCT" if len(self.plan.driver.terms) > 1 else ""
        stop = "" if limit is None else f"LIMIT {limit + 1}"
        ((number,),) = self._fetch(
            area,
            f"SELECT COUNT(*) FROM (SELECT {once} p.listing_id {WALK} {self._filters} {where} {stop}) c",
            [*self._filter_values, *values],
        )
        return int(number)

    def candidates(self, readings: Iterable[Reading]) -> list[Candidate]:
        """The clinics read, each once, with their exact distances."""
        return [
            self._measured.get(reading.listing_id) or self._measure(reading)
            for reading in {reading.listing_id: reading for reading in readings}.values()
        ]

    def _measure(self, reading: Reading) -> Candidate:
        point = Ecef(reading.x, reading.y, reading.z)
        candidate = Candidate(
            distance_mm=millimetres(geodesic_m(self.here, point)),
            clinic_id=_hex(reading.clinic_id),
            listing_id=reading.listing_id,
            point=point,
        )
        self._measured[reading.listing_id] = candidate
        return candidate

    def _chord_conditions(self, *bounds: tuple[str, float]) -> tuple[str, list[float]]:
        """`` AND …`` conditions on the chord; bounds that every chord meets are left out."""
        real = [
            (comparison, chord_m)
            for comparison, chord_m in bounds
            if chord_m < math.inf and not (comparison == ">=" and chord_m <= 0)
        ]
        return (
            " ".join(f"AND {SQUARED_CHORD} {comparison} %s" for comparison, _ in real),
            [value for _, chord_m in real for value in (*self._squares, chord_m * chord_m)],
        )

    def _fetch(self, area: Block, select: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a select over the postings of the driver's terms in an area."""
        ranges = [
            (term_id, low, high)
            for term_id in self.plan.driver.term_ids
            for low, high in area.ranges
        ]
        rows = ", ".join(["(%s, %s, %s)"] * len(ranges))
        with connections[self.using].cursor() as cursor:
            cursor.execute(
                f"WITH ranges(term_id, low, high) AS (VALUES {rows}) {select}",
                [*(value for row in ranges for value in row), *values],
            )
            return list(cursor.fetchall())


def _hex(clinic_id: UUID | str) -> str:
    """A clinic's id as hex: PostgreSQL gives a UUID, SQLite the text it is kept as."""
    return clinic_id.hex if isinstance(clinic_id, UUID) else clinic_id


def _after_name(after: NameKey | None) -> tuple[str, list[Any]]:
    if after is None:
        return "", []
    return "AND (l.name_key, l.facility_id) > (%s, %s)", [after.name_key, after.clinic_id]


def _named(row: tuple[Any, ...]) -> Named:
    listing_id, name_key, clinic_id, latitude, longitude = row
    return Named(listing_id, NameKey(bytes(name_key), _hex(clinic_id)), latitude, longitude)
