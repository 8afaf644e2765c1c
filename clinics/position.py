"""Positions on the WGS84 ellipsoid: degrees, earth-centred metres, geodesic distance, cells.

Pure functions, no database. Latitude always comes before longitude.

A search compares straight lines through the earth (chords), which need three multiplications and
know neither poles nor an antimeridian, and then orders the few candidates by geodesic. Two bounds
make that exact, whatever the distance; ``chord_ceiling_m`` and ``chord_floor_m`` give their proofs.
"""

import math
from typing import NamedTuple

from geopy.distance import geodesic

# WGS84, NGA.STND.0036 (2014), table 3.1: semi-major axis in metres and flattening.
EQUATOR_RADIUS_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
POLE_RADIUS_M = EQUATOR_RADIUS_M * (1 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
# The smallest radius of curvature of any curve along the ellipsoid: the meridian at the equator.
LEAST_CURVATURE_RADIUS_M = POLE_RADIUS_M**2 / EQUATOR_RADIUS_M

# Below this chord the radius-of-curvature formula stays within ten micrometres of the geodesic.
NEAR_M = 200_000.0
MOST_ITERATIONS = 12
CONVERGED_RAD = 1e-14

# 31 bits of latitude and 31 of longitude fill the positive half of a 64-bit integer.
CELL_BITS = 31
NOWHERE = -1


class Ecef(NamedTuple):
    """A point in earth-centred, earth-fixed metres."""

    x: float
    y: float
    z: float


def ecef(latitude: float, longitude: float) -> Ecef:
    """The earth-centred metres of a point on the ellipsoid, from decimal degrees.

    Source: EPSG guidance note 7-2, geographic/geocentric conversions (method 9602), height 0.
    """
    sin_latitude = math.sin(math.radians(latitude))
    cos_latitude = math.cos(math.radians(latitude))
    normal = EQUATOR_RADIUS_M / math.sqrt(1 - ECCENTRICITY_SQUARED * sin_latitude**2)
    return Ecef(
        normal * cos_latitude * math.cos(math.radians(longitude)),
        normal * cos_latitude * math.sin(math.radians(longitude)),
        normal * (1 - ECCENTRICITY_SQUARED) * sin_latitude,
    )


def degrees(point: Ecef) -> tuple[float, float]:
    """Latitude and longitude of a point on the ellipsoid.

    On the surface z is N(1-e²)·sin φ and the distance from the axis N·cos φ, so their ratio gives
    the latitude in closed form.
    """
    from_axis = math.hypot(point.x, point.y)
    latitude = math.atan2(point.z, from_axis * (1 - ECCENTRICITY_SQUARED))
    return math.degrees(latitude), math.degrees(math.atan2(point.y, point.x))


def geodesic_m(here: Ecef, there: Ecef) -> float:
    """The WGS84 geodesic between two points of the surface, in metres.

    Within ``NEAR_M``, from the chord and the radius of curvature at its middle in its direction
    (Euler's formula, from those of the meridian and the prime vertical), right to ten micrometres.
    Beyond, Vincenty's series, right to a tenth of a millimetre; where that does not converge, near
    the antipode, Karney's algorithm through geopy.
    """
    dx, dy, dz = there.x - here.x, there.y - here.y, there.z - here.z
    chord = math.sqrt(dx * dx + dy * dy + dz * dz)
    if chord == 0:
        return 0.0
    if chord > NEAR_M:
        far = _vincenty_m(here, there)
        return far or float(geodesic(degrees(here), degrees(there)).meters)
    mx, my, mz = here.x + there.x, here.y + there.y, here.z + there.z
    from_axis_squared = mx * mx + my * my
    level = from_axis_squared * (1 - ECCENTRICITY_SQUARED) ** 2
    shrink = 1 - ECCENTRICITY_SQUARED * (mz * mz / (mz * mz + level))
    prime_vertical = EQUATOR_RADIUS_M / math.sqrt(shrink)
    meridian = prime_vertical * (1 - ECCENTRICITY_SQUARED) / shrink
    # At a pole, where there is no east, the two radii are equal.
    east_squared = (mx * dy - my * dx) ** 2 / from_axis_squared if from_axis_squared else 0.0
    share_east = east_squared / (chord * chord)
    radius = 1 / (share_east / prime_vertical + (1 - share_east) / meridian)
    return 2 * radius * math.asin(chord / (2 * radius))


def _vincenty_m(here: Ecef, there: Ecef) -> float | None:
    """The geodesic by Vincenty's inverse formula, or None near the antipode.

    On the surface z/b and the distance from the axis over a are the sine and cosine of the reduced
    latitude. Source: T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid with
    application of nested equations, Survey Review 23 (176), 1975, equations 13 to 19.
    """
    sin_u1, cos_u1 = here.z / POLE_RADIUS_M, math.hypot(here.x, here.y) / EQUATOR_RADIUS_M
    sin_u2, cos_u2 = there.z / POLE_RADIUS_M, math.hypot(there.x, there.y) / EQUATOR_RADIUS_M
    difference = math.atan2(
        here.x * there.y - here.y * there.x, here.x * there.x + here.y * there.y
    )
    on_sphere = difference
    for _ in range(MOST_ITERATIONS):
        sin_l, cos_l = math.sin(on_sphere), math.cos(on_sphere)
        sin_s = math.hypot(cos_u2 * sin_l, cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_l)
        cos_s = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_l
        if sin_s == 0:
            return None
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cos_u1 * cos_u2 * sin_l / sin_s
        cos2_a = 1 - sin_a * sin_a
        # Along the equator there is no midpoint term.
        cos_2m = cos_s - 2 * sin_u1 * sin_u2 / cos2_a if cos2_a > 1e-12 else 0.0
        c = FLATTENING / 16 * cos2_a * (4 + FLATTENING * (4 - 3 * cos2_a))
        bend = sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1))
        last, on_sphere = on_sphere, difference + (1 - c) * FLATTENING * sin_a * bend
        if abs(on_sphere) > math.pi:
            return None
        if abs(on_sphere - last) < CONVERGED_RAD:
            break
    else:
        return None
    u2 = cos2_a * ((EQUATOR_RADIUS_M / POLE_RADIUS_M) ** 2 - 1)
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    third = big_b / 6 * cos_2m * (4 * sin_s * sin_s - 3) * (4 * cos_2m * cos_2m - 3)
    second = cos_2m + big_b / 4 * (cos_s * (2 * cos_2m * cos_2m - 1) - third)
    return POLE_RADIUS_M * big_a * (sigma - big_b * sin_s * second)


class Compass:
    """Directions at a place."""

    def __init__(self, here: Ecef) -> None:
        latitude, longitude = map(math.radians, degrees(here))
        self._here = here
        self._east = (-math.sin(longitude), math.cos(longitude))
        self._outward = (math.cos(longitude), math.sin(longitude))
        self._tilt = (math.sin(latitude), math.cos(latitude))
        self._at_a_pole = math.hypot(here.x, here.y) < 1e-6

    def bearing_deg(self, there: Ecef) -> float:
        """The direction in which ``there`` lies, in degrees clockwise from north.

        Taken from the chord: within a degree of the geodesic's azimuth up to some 1,000 km, which
        is what a compass needs. At a pole, and for the same point, 0.
        """
        dx, dy, dz = there.x - self._here.x, there.y - self._here.y, there.z - self._here.z
        east = self._east[0] * dx + self._east[1] * dy
        outward = self._outward[0] * dx + self._outward[1] * dy
        north = self._tilt[1] * dz - self._tilt[0] * outward
        if self._at_a_pole or abs(east) + abs(north) < 1e-6:
            return 0.0
        # Twice, because a tiny negative angle comes to 360 in the first.
        return math.degrees(math.atan2(east, north)) % 360 % 360


def chord_ceiling_m(geodesic_distance_m: float) -> float:
    """No two points within this geodesic distance have a longer chord.

    Proof. A chord is never longer than the curve. And the geodesic stays outside the ball of the
    polar radius b; projecting it onto that ball cannot lengthen it, so it is at least b·θ, θ being
    the angle between the points at the earth's centre. By the law of cosines
    chord² = (r₁-r₂)² + 4·r₁·r₂·sin²(θ/2), where both radii lie between b and a.
    """
    angle = min(geodesic_distance_m / POLE_RADIUS_M, math.pi)
    across = 2 * EQUATOR_RADIUS_M * math.sin(angle / 2)
    return min(geodesic_distance_m, math.hypot(across, EQUATOR_RADIUS_M - POLE_RADIUS_M))


def chord_floor_m(geodesic_distance_m: float) -> float:
    """No two points at this geodesic distance or farther have a shorter chord.

    Proof: Schur's comparison theorem. A geodesic bends nowhere more than a circle of the least
    radius of curvature, so its chord is at least that circle's chord for the same length.
    """
    half_turn = math.pi * LEAST_CURVATURE_RADIUS_M
    half_angle = min(geodesic_distance_m, half_turn) / (2 * LEAST_CURVATURE_RADIUS_M)
    return 2 * LEAST_CURVATURE_RADIUS_M * math.sin(half_angle)


def cell_row_and_column(latitude: float, longitude: float) -> tuple[int, int]:
    """The finest cell of a position: row from the south pole, column from longitude -180."""
    size = 1 << CELL_BITS
    row = int((latitude + 90) / 180 * size)
    column = int(((longitude + 180) % 360) / 360 * size)
    return min(row, size - 1), min(column, size - 1)


def morton(row: int, column: int) -> int:
    """Row and column with their bits interleaved, so that every quad cell is one range."""
    return _spread(row) << 1 | _spread(column)


def cell(latitude: float, longitude: float) -> int:
    """The Morton code of a position, 62 bits."""
    return morton(*cell_row_and_column(latitude, longitude))


def _spread(number: int) -> int:
    """The 31 bits of a number with a zero before each."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555
