"""Blocks of quad cells around a centre, and how far around it a block is complete.

A level-L cell is one of 2^L × 2^L equal rectangles of latitude and longitude. A block is the 3 × 3
cells around the centre's own, as ranges of Morton codes.
"""

import math
from dataclasses import dataclass

from clinics.position import CELL_BITS, NOWHERE, cell_row_and_column, ecef, morton

# Taken off every reach, so that rounding in the last bit of a coordinate can never matter.
SAFETY_M = 0.001


@dataclass(frozen=True, slots=True)
class Block:
    """Ranges of cells (inclusive), and the chord in metres up to which they hold every point."""

    level: int
    ranges: tuple[tuple[int, int], ...]
    reach_m: float


HALF_MERIDIAN_M = 20_004_000
COARSEST_LEVEL = 2
FINEST_LEVEL = 20
MOST_CELLS = 24
EVERYWHERE = Block(0, ((0, (1 << 2 * CELL_BITS) - 1),), math.inf)
# Everywhere, and the clinics whose position is unknown.
ANYWHERE = Block(0, ((NOWHERE, (1 << 2 * CELL_BITS) - 1),), math.inf)


def level_of_height(height_m: float) -> int:
    """The finest level whose cells are at least this high from south to north, roughly."""
    return int(math.log2(HALF_MERIDIAN_M / max(height_m, 1.0)))


def block(latitude: float, longitude: float, level: int) -> Block:
    """The 3 × 3 cells of a level around a centre; below ``COARSEST_LEVEL``, everywhere."""
    if level < COARSEST_LEVEL:
        return EVERYWHERE
    level = min(level, FINEST_LEVEL)
    size = 1 << level
    finest_row, finest_column = cell_row_and_column(latitude, longitude)
    row, column = finest_row >> (CELL_BITS - level), finest_column >> (CELL_BITS - level)
    rows = range(max(row - 1, 0), min(row + 2, size))
    columns = [(column + step) % size for step in (-1, 0, 1)]
    codes = sorted({morton(r, c) for r in rows for c in columns})
    return Block(level, _merged(codes, level), _reach_m(latitude, longitude, level, row, column))


def covering(west: float, south: float, east: float, north: float) -> Block:
    """The cells that hold a rectangle of degrees, edges included; west > east crosses ±180.

    They are taken from the finest level at which they are few. Nothing outside is of interest to
    a search within the rectangle, so the block reaches everywhere.
    """
    lowest, first = cell_row_and_column(south, west)
    highest, last = cell_row_and_column(north, east)
    span = east - west if west <= east else east - west + 360
    for level in range(FINEST_LEVEL, COARSEST_LEVEL - 1, -1):
        shift, size = CELL_BITS - level, 1 << level
        rows = range(lowest >> shift, (highest >> shift) + 1)
        width = ((last >> shift) - (first >> shift)) % size + 1
        # Both edges in one column: the box is narrower than it, or goes all the way around. Both
        # names of the antimeridian are in the first column, so what ends at 180 ends there.
        if width == 1 and span > 180:
            width = size
        if len(rows) * width <= MOST_CELLS:
            columns = [((first >> shift) + step) % size for step in range(width)]
            codes = sorted({morton(row, column) for row in rows for column in columns})
            return Block(level, _merged(codes, level), math.inf)
    return EVERYWHERE


def _merged(codes: list[int], level: int) -> tuple[tuple[int, int], ...]:
    """Neighbouring cells joined into one range each, at the finest level."""
    shift = 2 * (CELL_BITS - level)
    ranges: list[tuple[int, int]] = []
    for code in codes:
        low, high = code << shift, ((code + 1) << shift) - 1
        if ranges and ranges[-1][1] + 1 == low:
            ranges[-1] = (ranges[-1][0], high)
        else:
            ranges.append((low, high))
    return tuple(ranges)


def _reach_m(latitude: float, longitude: float, level: int, row: int, column: int) -> float:
    """The least chord from the centre to any point outside its block.

    To the parallels above and below: the nearest point of a parallel lies on one's own meridian.
    To the meridians at the sides, an angle δ away: the distance to a half-plane through the axis,
    which is the distance from the axis times sin δ, or all of it from a right angle on.
    """
    size = 1 << level
    here = ecef(latitude, 0)
    parallels = [edge for edge in (row - 1, row + 2) if 0 < edge < size]
    reaches = [math.dist(here, ecef(edge * 180 / size - 90, 0)) for edge in parallels]
    width = 360 / size
    from_west = (longitude + 180) % 360 - column * width
    delta = math.radians(width + min(from_west, width - from_west))
    reaches.append(here.x * math.sin(min(delta, math.pi / 2)))
    return max(min(reaches) - SAFETY_M, 0.0)
