"""Blocks of cells: whatever is within reach of a centre is inside its block."""

import math

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from clinics.position import CELL_BITS, NOWHERE, cell, ecef
from finder.cells import (
    ANYWHERE,
    COARSEST_LEVEL,
    EVERYWHERE,
    FINEST_LEVEL,
    block,
    level_of_height,
)

LAST_CELL = (1 << 2 * CELL_BITS) - 1
POLES = st.sampled_from([90.0, -90.0, 89.9999, -89.9999, 89.0, -89.0])
LATITUDES = st.floats(-90, 90) | POLES | st.sampled_from([0.0, -0.0, 45.0])
LONGITUDES = st.floats(-180, 180) | st.sampled_from([180.0, -180.0, 179.99999, -179.99999, 0.0])
CENTRES = st.tuples(LATITUDES, LONGITUDES)
LEVELS = st.integers(COARSEST_LEVEL, FINEST_LEVEL)

many = settings(max_examples=1_000, deadline=None)


def holds(area, point):
    """Whether a point's cell is in one of a block's ranges."""
    return any(low <= cell(*point) <= high for low, high in area.ranges)


def chord_m(here, there):
    return math.dist(ecef(*here), ecef(*there))


def on_the_globe(latitude, longitude):
    return max(-90.0, min(90.0, latitude)), (longitude + 540) % 360 - 180


@many
@given(centre=CENTRES, level=LEVELS, azimuth=st.floats(0, 360), share=st.floats(0, 1))
@example(centre=(90.0, 0.0), level=5, azimuth=0.0, share=1.0)
@example(centre=(35.0, 180.0), level=12, azimuth=90.0, share=1.0)
def test_what_is_within_reach_is_in_the_block(centre, level, azimuth, share):
    area = block(*centre, level)
    line = Geodesic.WGS84.Direct(*centre, azimuth, area.reach_m * share)
    point = line["lat2"], line["lon2"]
    assert chord_m(centre, point) <= area.reach_m + 1e-6
    assert holds(area, point)


@many
@given(
    centre=CENTRES,
    level=LEVELS,
    rows=st.sampled_from([-2, -1, 0, 1, 2, 3]),
    columns=st.sampled_from([-2, -1, 0, 1, 2, 3]),
    north=st.floats(-1, 1),
    east=st.floats(-1, 1),
    scale=st.sampled_from([0, 1e-15, 1e-9, 1e-3, 1]),
)
def test_a_point_near_an_edge_within_reach_is_in_the_block(
    centre, level, rows, columns, north, east, scale
):
    """Points on the lines between the cells around a centre, and a little to their sides."""
    size = 1 << level
    height, width = 180 / size, 360 / size
    row, column = (centre[0] + 90) // height, (centre[1] + 180) // width
    point = on_the_globe(
        (row + rows) * height - 90 + north * scale * height,
        (column + columns) * width - 180 + east * scale * width,
    )
    beside = on_the_globe(point[0], centre[1]), on_the_globe(centre[0], point[1])
    area = block(*centre, level)
    for candidate in (point, *beside):
        if chord_m(centre, candidate) <= area.reach_m:
            assert holds(area, candidate)


@many
@given(centre=CENTRES, point=CENTRES, level=LEVELS)
def test_a_point_outside_the_block_is_out_of_reach(centre, point, level):
    area = block(*centre, level)
    assert holds(area, point) or chord_m(centre, point) > area.reach_m


@many
@given(pole=POLES, longitude=LONGITUDES, level=LEVELS, away=st.floats(0, 1), other=LONGITUDES)
def test_across_a_pole_nothing_within_reach_is_missed(pole, longitude, level, away, other):
    centre, area = (pole, longitude), block(pole, longitude, level)
    point = on_the_globe(math.copysign(90 - away, pole), other)
    assert holds(area, point) or chord_m(centre, point) > area.reach_m


@many
@given(centre=CENTRES, level=st.integers(-3, 30))
def test_ranges_are_sorted_and_apart(centre, level):
    area = block(*centre, level)
    edges = [edge for low_and_high in area.ranges for edge in low_and_high]
    assert edges == sorted(edges)
    assert edges[0] >= 0 and edges[-1] <= LAST_CELL
    for (low, high), (following, _) in zip(area.ranges, area.ranges[1:], strict=False):
        assert low <= high and high + 1 < following
    assert len(area.ranges) <= 9
    assert holds(area, centre)


@many
@given(centre=CENTRES, level=LEVELS)
def test_a_block_is_three_by_three_cells(centre, level):
    """At a pole it is two rows of three; of four columns or more it never takes one twice."""
    in_a_cell = 1 << 2 * (CELL_BITS - level)
    cells = sum(high + 1 - low for low, high in block(*centre, level).ranges) / in_a_cell
    assert cells in (6, 9)


@many
@given(latitude=st.floats(-60, 60), longitude=LONGITUDES, level=st.integers(4, FINEST_LEVEL))
def test_a_block_reaches_about_a_cell_far(latitude, longitude, level):
    """A reach far below that would be safe, and make every search read more than it needs."""
    height_m = math.pi * 6_371_000 / (1 << level)
    width_m = 2 * height_m * math.cos(math.radians(abs(latitude)) + 0.2)
    assert block(latitude, longitude, level).reach_m > 0.9 * min(height_m, max(width_m, 0)) - 0.01


@many
@given(centre=CENTRES, level=st.integers(-3, COARSEST_LEVEL - 1))
def test_below_the_coarsest_level_a_block_is_everywhere(centre, level):
    assert block(*centre, level) == EVERYWHERE
    assert EVERYWHERE.reach_m == ANYWHERE.reach_m == math.inf


@given(centre=CENTRES)
def test_beyond_the_finest_level_cells_shrink_no_more(centre):
    assert block(*centre, FINEST_LEVEL + 5) == block(*centre, FINEST_LEVEL)


@many
@given(centre=CENTRES, level=st.integers(COARSEST_LEVEL, FINEST_LEVEL - 1))
def test_a_coarser_block_holds_the_finer_one(centre, level):
    finer, coarser = block(*centre, level + 1), block(*centre, level)
    for low, high in finer.ranges:
        assert any(wide[0] <= low and high <= wide[1] for wide in coarser.ranges)


@given(point=CENTRES)
def test_everywhere_holds_every_position_and_anywhere_the_unknown_one_too(point):
    assert holds(EVERYWHERE, point) and holds(ANYWHERE, point)
    ((low, high),) = EVERYWHERE.ranges
    assert (low, high) == (0, LAST_CELL)
    assert ANYWHERE.ranges == ((NOWHERE, LAST_CELL),)


@given(height_m=st.floats(0, 1e8))
def test_a_level_has_cells_as_high_as_asked(height_m):
    level = level_of_height(height_m)
    assume(level >= 0)
    assert 20_004_000 / 2**level >= max(height_m, 1) or level == 0


@pytest.mark.parametrize("longitude", [180.0, -180.0])
@pytest.mark.parametrize("level", [2, 3, 8, 20])
def test_a_block_at_the_antimeridian_has_both_sides(longitude, level):
    area = block(-16.8, longitude, level)
    step = 1e-9
    assert holds(area, (-16.8, 180 - step)) and holds(area, (-16.8, -180 + step))
