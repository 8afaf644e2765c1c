"""Where an address is, asked of whatever the settings name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from clinics.position import ecef, geodesic_m


@dataclass(frozen=True, slots=True)
class AddressCandidate:
    """A point that an address may mean, in WGS84 degrees.

    ``precision`` is the kind of place whose point it is: an address, a town, a municipality …
    """

    label: str
    latitude: float
    longitude: float
    precision: str


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """The candidates, the best first; ``unreachable`` where an online service gave no answer."""

    candidates: tuple[AddressCandidate, ...]
    unreachable: bool = False


Lookup = Callable[[str], AddressAnswer]


def lookup_is_configured() -> bool:
    """Whether the settings name a lookup."""
    return bool(settings.ADDRESS_LOOKUP)


def look_up(address: str) -> AddressAnswer:
    """The points that an address may mean. Raises ``ImportError`` where the setting is wrong."""
    asked: Lookup = import_string(settings.ADDRESS_LOOKUP)
    return asked(address) if address.strip() else AddressAnswer(())


def distance_km(candidate: AddressCandidate, latitude: float, longitude: float) -> float:
    """How far a candidate is from a point, in kilometres along the ellipsoid."""
    here = ecef(latitude, longitude)
    return geodesic_m(here, ecef(candidate.latitude, candidate.longitude)) / 1000
