"""Positions, distances and directions against GeographicLib; cells against a loop over their bits."""

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from clinics.position import (
    CELL_BITS,
    NEAR_M,
    NOWHERE,
    POLE_RADIUS_M,
    Compass,
    Ecef,
    cell,
    cell_row_and_column,
    chord_ceiling_m,
    chord_floor_m,
    degrees,
    ecef,
    geodesic_m,
    morton,
)
from tests import oracle

MICROMETRE = 1e-6
# Half of the longest geodesic, pole to pole along a meridian.
QUARTER_M = 10_001_966

LATITUDES = st.floats(-90, 90) | st.sampled_from([90.0, -90.0, 0.0, -0.0, 89.9999999, -89.9999999])
LONGITUDES = st.floats(-180, 180) | st.sampled_from([180.0, -180.0, 0.0, 179.9999999, -90.0])
POINTS = st.tuples(LATITUDES, LONGITUDES)


def moved(point, north, east):
    """A point so many degrees away, on the globe still."""
    latitude = max(-90.0, min(90.0, point[0] + north))
    return latitude, (point[1] + east + 540) % 360 - 180


def offsets(largest):
    return st.floats(-largest, largest)


NEAR_PAIRS = st.builds(
    lambda point, north, east: (point, moved(point, north, east)),
    POINTS,
    st.sampled_from([1e-9, 1e-6, 1e-3, 0.1, 1.7]).flatmap(offsets),
    st.sampled_from([1e-9, 1e-6, 1e-3, 0.1, 1.7, 180]).flatmap(offsets),
)
ANTIPODAL_PAIRS = st.builds(
    lambda point, north, east: (point, moved((-point[0], point[1] + 180), north, east)),
    POINTS,
    offsets(1),
    offsets(1),
)
PAIRS = st.one_of(st.tuples(POINTS, POINTS), NEAR_PAIRS, ANTIPODAL_PAIRS)

many = settings(max_examples=400, deadline=None)


def at(point) -> Ecef:
    return ecef(*point)


def chord_m(here, there):
    return math.dist(at(here), at(there))


def turned(degrees_apart):
    """An angle between two directions."""
    return abs((degrees_apart + 180) % 360 - 180)


@many
@given(point=POINTS)
def test_degrees_become_metres_and_degrees_again(point):
    latitude, longitude = degrees(at(point))
    assert latitude == pytest.approx(point[0], abs=1e-12)
    assert -90 <= latitude <= 90 and -180 <= longitude <= 180
    off = turned(longitude - point[1]) * math.cos(math.radians(latitude))
    assert off < 1e-12


@many
@given(point=POINTS)
def test_every_point_lies_on_the_ellipsoid(point):
    x, y, z = at(point)
    equator_m, pole_m = 6_378_137.0, 6_356_752.314245
    assert math.hypot(x, y) ** 2 / equator_m**2 + z**2 / pole_m**2 == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("point", "metres"),
    [
        ((0, 0), (6_378_137, 0, 0)),
        ((0, 90), (0, 6_378_137, 0)),
        ((90, 0), (0, 0, 6_356_752.314245)),
        ((-90, 77), (0, 0, -6_356_752.314245)),
        ((0, -180), (-6_378_137, 0, 0)),
        # The example of EPSG guidance note 7-2, method 9602, less its 73 m along the normal.
        ((53.809394444, 2.129550000), (3_771_750.892, 140_251.740, 5_124_245.434)),
    ],
)
def test_known_points_have_their_known_metres(point, metres):
    assert at(point) == pytest.approx(metres, abs=0.005)


@settings(many, max_examples=1_000)
@given(pair=NEAR_PAIRS)
def test_near_distances_are_within_a_fiftieth_of_a_millimetre(pair):
    exact = oracle.geodesic_m(*pair)
    assume(exact < NEAR_M)
    assert geodesic_m(*map(at, pair)) == pytest.approx(exact, abs=0.000_02)


@many
@given(point=POINTS, azimuth=st.floats(0, 360), metres=st.floats(190_000, NEAR_M + 100))
def test_so_they_are_where_the_formula_ends(point, azimuth, metres):
    line = oracle.Geodesic.WGS84.Direct(*point, azimuth, metres)
    there = at((line["lat2"], line["lon2"]))
    assert geodesic_m(at(point), there) == pytest.approx(metres, abs=0.000_02)


@many
@given(pair=PAIRS)
def test_far_distances_are_within_a_tenth_of_a_millimetre(pair):
    assume(chord_m(*pair) > NEAR_M)
    assert geodesic_m(*map(at, pair)) == pytest.approx(oracle.geodesic_m(*pair), abs=0.000_1)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ((35.6812, 139.7671), (35.6812, 139.7671)),
        ((90, 0), (90, 139)),
        ((90, 0), (89.999, 139)),
        ((89.9995, 0), (89.9995, 180)),
        ((-89.99, -45), (-89.99, 135)),
        ((90, 0), (-90, 0)),
        ((10, 180), (10, -180)),
        ((-16.8, 179.99), (-16.8, -179.99)),
        ((0, 10), (0, 10.5)),
        ((0, 10), (1, 10)),
        ((0, 0), (0, 180)),
        ((0, 0), (0, 179.5)),
        ((0, 0), (0.5, 179.5)),
        ((35, 139), (-35, -41)),
        ((45, 7), (45, 7.0000001)),
    ],
)
def test_distances_at_the_corners_of_the_earth_are_right(here, there):
    exact = oracle.geodesic_m(here, there)
    for pair in ((here, there), (there, here)):
        assert geodesic_m(*map(at, pair)) == pytest.approx(exact, abs=0.000_02)


@many
@given(point=POINTS)
def test_a_point_is_at_no_distance_from_itself(point):
    assert geodesic_m(at(point), at(point)) == 0


@settings(many, max_examples=1_000)
@given(pair=PAIRS)
@example(pair=((90.0, 0.0), (-90.0, 0.0)))
@example(pair=((0.0, 0.0), (0.0, 180.0)))
@example(pair=((0.0, 0.0), (0.0, 179.5)))
@example(pair=((0.0, 0.0), (0.0, 0.0)))
def test_a_chord_lies_between_its_floor_and_its_ceiling(pair):
    metres, chord = oracle.geodesic_m(*pair), chord_m(*pair)
    assert chord_floor_m(metres) - MICROMETRE <= chord <= chord_ceiling_m(metres) + MICROMETRE


@many
@given(shorter=st.floats(0, 21_000_000), longer=st.floats(0, 21_000_000))
def test_the_bounds_of_chords_grow_with_the_distance(shorter, longer):
    shorter, longer = sorted((shorter, longer))
    assert chord_floor_m(shorter) <= chord_floor_m(longer)
    assert chord_ceiling_m(shorter) <= chord_ceiling_m(longer)
    assert chord_floor_m(shorter) - MICROMETRE <= chord_ceiling_m(shorter) <= shorter


@many
@given(metres=st.floats(0, 50_000))
def test_near_by_the_bounds_of_chords_are_close(metres):
    """Else counting and reading would measure many clinics for nothing."""
    assert chord_ceiling_m(metres) - chord_floor_m(metres) <= 0.2


@settings(many, max_examples=1_000)
@given(
    here=st.tuples(st.floats(-80, 80), LONGITUDES),
    azimuth=st.floats(0, 360),
    metres=st.floats(0.001, 300_000),
)
def test_a_bearing_is_within_a_degree_of_the_azimuth(here, azimuth, metres):
    line = oracle.Geodesic.WGS84.Direct(*here, azimuth, metres)
    bearing = Compass(at(here)).bearing_deg(at((line["lat2"], line["lon2"])))
    assert turned(bearing - azimuth) < 1


@pytest.mark.parametrize(
    ("there", "bearing"),
    [((36, 139), 0), ((35, 140), 90), ((34, 139), 180), ((35, 138), 270), ((35, 139), 0)],
)
def test_bearings_count_clockwise_from_north(there, bearing):
    assert turned(Compass(ecef(35, 139)).bearing_deg(at(there)) - bearing) < 0.5


@many
@given(there=POINTS)
def test_at_a_pole_there_is_no_direction(there):
    assert Compass(ecef(90, 12)).bearing_deg(at(there)) == 0
    assert Compass(ecef(-90, 12)).bearing_deg(at(there)) == 0


def interleaved(row, column):
    """The bits of a row and a column in turn, one by one."""
    code = 0
    for bit in reversed(range(CELL_BITS)):
        code = code << 2 | (row >> bit & 1) << 1 | column >> bit & 1
    return code


@many
@given(row=st.integers(0, 2**CELL_BITS - 1), column=st.integers(0, 2**CELL_BITS - 1))
@example(row=0, column=2**CELL_BITS - 1)
@example(row=2**CELL_BITS - 1, column=2**CELL_BITS - 1)
def test_cells_interleave_rows_and_columns(row, column):
    assert morton(row, column) == interleaved(row, column)


@many
@given(point=POINTS)
def test_every_point_has_a_cell_and_lies_in_it(point):
    row, column = cell_row_and_column(*point)
    assert NOWHERE < cell(*point) == interleaved(row, column) < 1 << 2 * CELL_BITS < 1 << 63
    height, width = 180 / (1 << CELL_BITS), 360 / (1 << CELL_BITS)
    middle = (row + 0.5) * height - 90, (column + 0.5) * width - 180
    rounding = 1e-12
    assert abs(point[0] - middle[0]) <= height / 2 + rounding
    assert turned(point[1] - middle[1]) <= width / 2 + rounding


@pytest.mark.parametrize("longitude", [-180.0, -179.99999999999997, 0.0, 179.99999999999997, 180.0])
@pytest.mark.parametrize("latitude", [-90.0, 90.0, 89.99999999999999, 0.0])
def test_the_corners_of_the_earth_have_cells(latitude, longitude):
    assert 0 <= cell(latitude, longitude) < 1 << 2 * CELL_BITS


@given(latitude=LATITUDES)
def test_the_antimeridian_is_one_place(latitude):
    assert cell(latitude, 180) == cell(latitude, -180)
    assert math.dist(ecef(latitude, 180), ecef(latitude, -180)) < 1e-8


def test_the_farthest_points_are_a_polar_diameter_apart():
    assert chord_ceiling_m(2 * QUARTER_M) >= 2 * POLE_RADIUS_M


def test_a_bearing_a_hair_west_of_north_is_below_360():
    compass = Compass(ecef(0, 0))
    assert 0 <= compass.bearing_deg(Ecef(6_378_000.0, -1e-13, 1_000.0)) < 360
