"""How far two places are from each other."""

from typing import Protocol

from clinics.position import ecef, geodesic_m

# A degree of a meridian is shortest at the equator, 110,574 m on WGS84, and no way between two
# parallels is shorter than the meridian between them.
LEAST_DEGREE_M = 110_574.0


class Positioned(Protocol):
    """What has a position in WGS84 decimal degrees."""

    @property
    def latitude(self) -> float:
        """North of the equator."""

    @property
    def longitude(self) -> float:
        """East of Greenwich."""


def distance_m(here: Positioned, there: Positioned) -> float:
    """The WGS84 geodesic between two places in metres."""
    return geodesic_m(ecef(here.latitude, here.longitude), ecef(there.latitude, there.longitude))


def is_within(here: Positioned, there: Positioned, metres: float) -> bool:
    """Whether two places are at most so far from each other by WGS84 geodesic."""
    if abs(here.latitude - there.latitude) * LEAST_DEGREE_M > metres:
        return False
    return distance_m(here, there) <= metres
