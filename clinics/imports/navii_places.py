"""Looks at all positions of a release before any is used: placeholders, and points far off.

A position cannot be judged from its row alone. Those that several municipalities share are offices
and town centres, put in where the ministry had no better; one far from everything else in its
municipality is in another prefecture, or in another country.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from clinics.imports.navii_cells import (
    Point,
    parse_municipality,
    parse_position,
    parse_prefecture,
)
from clinics.imports.navii_files import Sheet
from clinics.imports.navii_layout import (
    FACILITY_COLUMNS,
    LATITUDE,
    LONGITUDE,
    MUNICIPALITY,
    PREFECTURE,
)

# Half again as far as the largest municipalities of Japan reach from their middle.
FAR_KM = 75
# A middle of fewer facilities says nothing.
FEWEST_FOR_A_MIDDLE = 5
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Survey:
    """What the positions of a release say together.

    ``placeholders`` are points that facilities of two or more municipalities share; ``middles`` the
    median position of each municipality's facilities.
    """

    placeholders: frozenset[Point] = frozenset()
    middles: Mapping[str, Point] = field(default_factory=dict)

    def fault(self, point: Point, municipality: str) -> str | None:
        """What is wrong with a point under an address of this municipality, if anything is."""
        if point in self.placeholders:
            return "position-shared"
        middle = self.middles.get(municipality)
        if middle is not None and _rough_km(middle, point) > FAR_KM:
            return "position-far"
        return None


NO_SURVEY = Survey()


def survey(sheets: Iterable[Sheet]) -> Survey:
    """The survey of all facility sheets of a release, in one pass over each.

    A building full of clinics has one point too, in one municipality. Source for taking shared
    points as placeholders: nyampire/iryo-joho-net-corrected, which found no real place among them.
    """
    columns = [
        FACILITY_COLUMNS.index(name) for name in (LATITUDE, LONGITUDE, PREFECTURE, MUNICIPALITY)
    ]
    municipality_at: dict[Point, str] = {}
    shared: set[Point] = set()
    points: dict[str, list[Point]] = {}
    for sheet in sheets:
        for _, row in sheet.rows():
            latitude, longitude, prefecture, municipality = (row[column] for column in columns)
            point, _ = parse_position(latitude, longitude)
            code, _ = parse_municipality(parse_prefecture(prefecture)[0], municipality)
            if point is None or not code:
                continue
            points.setdefault(code, []).append(point)
            if municipality_at.setdefault(point, code) != code:
                shared.add(point)
    return Survey(
        frozenset(shared),
        {
            code: (median(p[0] for p in of_code), median(p[1] for p in of_code))
            for code, of_code in points.items()
            if len(of_code) >= FEWEST_FOR_A_MIDDLE
        },
    )


def _rough_km(middle: Point, point: Point) -> float:
    """The distance on a plane, which within a country is right to a few kilometres in a hundred."""
    shrink = math.cos(math.radians(middle[0]))
    north, east = point[0] - middle[0], (point[1] - middle[1]) * shrink
    return KM_PER_DEGREE * math.hypot(north, east)
