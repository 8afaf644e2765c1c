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

    Near by, from the chord and the radius of curvature in its direction (Euler's formula); beyond
    ``NEAR_M``, Karney's algorithm through geopy.
    """
    east, north, chord = _chord_on_the_ground(here, there)
    if chord > NEAR_M:
        return float(geodesic(degrees(here), degrees(there)).meters)
    if chord == 0:
        return 0.0
    radius = _curvature_radius_m(here, there, east, north)
    return 2 * radius * math.asin(chord / (2 * radius))


def bearing_deg(here: Ecef, there: Ecef) -> float:
    """The direction in which ``there`` lies at ``here``, in degrees clockwise from north.

    Taken from the chord: within a degree of the geodesic's azimuth up to some 1,000 km, which is
    what a compass needs. At a pole, and for the same point, 0.
    """
    latitude, longitude = map(math.radians, degrees(here))
    dx, dy, dz = there.x - here.x, there.y - here.y, there.z - here.z
    east = -math.sin(longitude) * dx + math.cos(longitude) * dy
    outward = math.cos(longitude) * dx + math.sin(longitude) * dy
    north = -math.sin(latitude) * outward + math.cos(latitude) * dz
    if math.hypot(east, north) < 1e-6 or math.hypot(here.x, here.y) < 1e-6:
        return 0.0
    return math.degrees(math.atan2(east, north)) % 360


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


def _chord_on_the_ground(here: Ecef, there: Ecef) -> tuple[float, float, float]:
    """The chord's parts towards east and north at its middle, and its length."""
    dx, dy, dz = there.x - here.x, there.y - here.y, there.z - here.z
    chord = math.sqrt(dx * dx + dy * dy + dz * dz)
    mx, my = here.x + there.x, here.y + there.y
    from_axis = math.hypot(mx, my)
    if from_axis == 0:
        return 0.0, chord, chord
    east = (mx * dy - my * dx) / from_axis
    north_squared = max(chord * chord - east * east, 0.0)
    return east, math.sqrt(north_squared), chord


def _curvature_radius_m(here: Ecef, there: Ecef, east: float, north: float) -> float:
    """Euler's radius of curvature at the middle of a chord, in the chord's direction."""
    from_axis = math.hypot(here.x + there.x, here.y + there.y) * (1 - ECCENTRICITY_SQUARED)
    z = here.z + there.z
    sin_squared = z * z / (z * z + from_axis * from_axis)
    shrink = 1 - ECCENTRICITY_SQUARED * sin_squared
    prime_vertical = EQUATOR_RADIUS_M / math.sqrt(shrink)
    meridian = prime_vertical * (1 - ECCENTRICITY_SQUARED) / shrink
    along = north * north + east * east
    return along / (north * north / meridian + east * east / prime_vertical)
