"""The judge of every search: clinics measured one by one with GeographicLib, nothing of the finder.

A distance is the WGS84 geodesic in whole millimetres, the order is (millimetres, id), a radius is
inclusive, requirements are all to be met and each by any of its keys.

The finder computes in floating point as GeographicLib does, so a distance within ``SLACK_MM`` of
half a millimetre may be rounded either way. Every clinic therefore has one admissible distance, or
two; an answer is right if some choice among them makes it exactly the brute force's.
"""

import math
from bisect import insort
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from geographiclib.geodesic import Geodesic

from clinics.text import fold

BODYWORK = "category:non-medical-bodywork"

# How far the finder's distances may be from GeographicLib's: near by, and from 200 km on.
SLACK_MM = 0.02
FAR_SLACK_MM = 0.1
FAR_MM = 201_000_000

# Distances on this sphere are within 0.6 % of those on the ellipsoid. They only save measuring
# clinics that are out of the question, with a margin of 1 % and a centimetre.
SPHERE_RADIUS_M = 6_371_008.8
MARGIN = 0.01
MARGIN_M = 0.01

Point = tuple[float, float]
Key = tuple[int, str]


class Clinic(NamedTuple):
    """A clinic as plain values; ``keys`` are ``scheme:slug``, ``id`` is hex."""

    id: str
    latitude: float | None
    longitude: float | None
    keys: frozenset[str]
    kind: str
    prefecture: str
    name: str = ""

    def carries(self, key: str) -> bool:
        """Whether it is filed under ``scheme:slug``."""
        scheme, _, slug = key.partition(":")
        if scheme == "kind":
            return self.kind == slug
        if scheme == "prefecture":
            return self.prefecture == slug
        return key in self.keys

    @property
    def is_bodywork(self) -> bool:
        """Whether bodywork is all that is known of what it does."""
        return {key for key in self.keys if key.startswith("category:")} == {BODYWORK}

    @property
    def name_key(self) -> tuple[bytes, str]:
        """Its place in the order by name."""
        return fold(self.name).encode(), self.id


class Measured(NamedTuple):
    """A clinic's distance as GeographicLib has it, and the admissible whole millimetres."""

    clinic: Clinic
    metres: float
    least_mm: int
    most_mm: int


@lru_cache(maxsize=100_000)
def geodesic_m(here: Point, there: Point) -> float:
    """The WGS84 geodesic by GeographicLib, in metres."""
    return float(Geodesic.WGS84.Inverse(*here, *there, Geodesic.DISTANCE)["s12"])


def azimuth_deg(here: Point, there: Point) -> float:
    """The direction in which the geodesic sets out, in degrees clockwise from north."""
    return float(Geodesic.WGS84.Inverse(*here, *there, Geodesic.AZIMUTH)["azi1"]) % 360


def millimetres(metres: float) -> int:
    """Metres as whole millimetres."""
    return round(metres * 1_000)


def measure(here: Point, clinic: Clinic) -> Measured:
    """How far a clinic is; it has a position."""
    assert clinic.latitude is not None and clinic.longitude is not None
    metres = geodesic_m(here, (clinic.latitude, clinic.longitude))
    slack = SLACK_MM if metres * 1_000 < FAR_MM else FAR_SLACK_MM
    least = round(max(metres * 1_000 - slack, 0))
    return Measured(clinic, metres, least, round(metres * 1_000 + slack))


class Oracle:
    """Every clinic there is."""

    def __init__(self, clinics: Iterable[Clinic]) -> None:
        self.clinics = tuple(clinics)
        self._carriers: dict[str, frozenset[str]] = {}
        self._bodywork = {clinic.id for clinic in self.clinics if clinic.is_bodywork}
        self._on_sphere = {
            clinic.id: _on_sphere(clinic.latitude, clinic.longitude)
            for clinic in self.clinics
            if clinic.latitude is not None and clinic.longitude is not None
        }

    def carriers(self, key: str) -> frozenset[str]:
        """The ids of the clinics filed under ``scheme:slug``."""
        if key not in self._carriers:
            found = (clinic.id for clinic in self.clinics if clinic.carries(key))
            self._carriers[key] = frozenset(found)
        return self._carriers[key]

    def matching(
        self, required: Iterable[Collection[str]] = (), *, bodywork: bool = False
    ) -> list[Clinic]:
        """The clinics that meet every requirement; bodywork only where it is let in."""
        left = {clinic.id for clinic in self.clinics} - (set() if bodywork else self._bodywork)
        for keys in required:
            left &= frozenset[str]().union(*map(self.carriers, keys))
        return [clinic for clinic in self.clinics if clinic.id in left]

    def brute_force(self, here: Point, clinics: Iterable[Clinic]) -> list[Measured]:
        """All of these clinics that have a position, nearest first."""
        measured = [measure(here, clinic) for clinic in clinics if clinic.id in self._on_sphere]
        return sorted(measured, key=lambda item: (millimetres(item.metres), item.clinic.id))

    def nearest(
        self,
        here: Point,
        clinics: Sequence[Clinic],
        number: int,
        radius_km: float | None = None,
        after: Key | None = None,
    ) -> list[Measured]:
        """Every clinic that can be among the first ``number`` within a radius and after a key.

        The clinics left out are certainly farther than those, certainly outside the radius or
        certainly before the key.
        """
        radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
        found: list[Measured] = []
        certain: list[int] = []
        for rough_m, clinic in self._roughly(here, clinics):
            reached_mm = (rough_m * (1 - MARGIN) - MARGIN_M) * 1_000
            if reached_mm > radius_mm + 1 or (
                len(certain) >= number and reached_mm > certain[number - 1] + 1
            ):
                break
            if after is not None and (rough_m * (1 + MARGIN) + MARGIN_M) * 1_000 < after[0] - 1:
                continue
            item = measure(here, clinic)
            if item.least_mm > radius_mm:
                continue
            if after is not None and (item.most_mm, clinic.id) <= after:
                continue
            found.append(item)
            if item.most_mm <= radius_mm and (after is None or (item.least_mm, clinic.id) > after):
                insort(certain, item.most_mm)
        return found

    def number_within(
        self, here: Point, clinics: Sequence[Clinic], radius_km: float | None
    ) -> tuple[int, int]:
        """How many clinics are within a radius: the least and the greatest admissible number."""
        radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
        least = most = 0
        for rough_m, clinic in self._roughly(here, clinics):
            if (rough_m * (1 - MARGIN) - MARGIN_M) * 1_000 > radius_mm + 1:
                break
            if (rough_m * (1 + MARGIN) + MARGIN_M) * 1_000 < radius_mm - 1:
                least, most = least + 1, most + 1
                continue
            item = measure(here, clinic)
            least += item.most_mm <= radius_mm
            most += item.least_mm <= radius_mm
        return least, most

    def _roughly(self, here: Point, clinics: Iterable[Clinic]) -> list[tuple[float, Clinic]]:
        """These clinics with their distances on a sphere, nearest first."""
        x, y, z = _on_sphere(*here)
        rough = []
        for clinic in clinics:
            there = self._on_sphere.get(clinic.id)
            if there is not None:
                a, b, c = there[0] - x, there[1] - y, there[2] - z
                rough.append((a * a + b * b + c * c, clinic))
        rough.sort(key=lambda pair: pair[0])
        return [
            (2 * SPHERE_RADIUS_M * math.asin(min(math.sqrt(square) / 2, 1)), clinic)
            for square, clinic in rough
        ]


def check_nearest(
    hits: Sequence[Key],
    more: bool,
    expected: Sequence[Measured],
    number: int,
    radius_km: float | None = None,
    after: Key | None = None,
) -> None:
    """Assert that hits are a right page of ``number``, given what :meth:`Oracle.nearest` found."""
    radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
    by_id = {item.clinic.id: item for item in expected}
    keys = [key for key in [after] if key is not None] + list(hits)
    assert keys == sorted(set(keys)), "hits are out of order, or come twice"
    assert len(hits) == number if more else len(hits) <= number, "not as long as a page"
    together: dict[Point, int] = {}
    for distance_mm, clinic_id in hits:
        item = by_id.get(clinic_id)
        assert item is not None, f"{clinic_id} is no match, or others are nearer"
        assert item.least_mm <= distance_mm <= item.most_mm, f"{clinic_id}: {item.metres} m"
        assert distance_mm <= radius_mm, f"{clinic_id} is outside the radius"
        point = (item.clinic.latitude, item.clinic.longitude)
        assert together.setdefault(point, distance_mm) == distance_mm, "one point, two distances"
    left = [item for item in expected if item.clinic.id not in {clinic_id for _, clinic_id in hits}]
    for item in left:
        before = after is not None and (item.least_mm, item.clinic.id) <= after
        later = more and (item.most_mm, item.clinic.id) > hits[-1]
        assert before or later or item.most_mm > radius_mm, f"{item} is missing"
    assert not more or any(item.least_mm <= radius_mm for item in left), "there are no more"


def _on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return (
        math.cos(phi) * math.cos(theta),
        math.cos(phi) * math.sin(theta),
        math.sin(phi),
    )
