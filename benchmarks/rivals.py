"""Other engines asked for the same nearest clinics, on the same points, made as exact as ours.

Each orders by a sphere. So more are fetched than are wanted, measured on the ellipsoid and sorted
again, and once more with more of them until nothing nearer can be missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from clinics.models import Term
from finder.query import Centre
from finder.terms import Found

# The shortest that a way on the ellipsoid can be beside the same on a sphere of its mean radius
# (6,371 km, or the 6,373 km of Redis): the meridian at the equator curves with 6,335 km.
LEAST_SHARE = 0.994
SPARE = 12


class Near(NamedTuple):
    """The nearest that carry all of these terms."""

    terms: tuple[str, ...] = ()
    radius_km: float | None = None


class Neighbour(NamedTuple):
    """A clinic as a rival found it: whole millimetres, id as hex, and the listing."""

    distance_mm: int
    clinic_id: str
    listing_id: int


class Rival(Protocol):
    """Another engine."""

    name: str
    note: str

    def answers(self, near: Near) -> bool:
        """Whether it can be asked for this."""
        ...

    def nearest(self, near: Near, centre: Centre, wanted: int) -> list[Neighbour]:
        """The first ``wanted`` in the order of (distance, id)."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an engine gave for a limit, and up to where it is complete on its sphere, in metres."""

    neighbours: list[Neighbour]
    complete_m: float


def settled(
    fetch: Callable[[int], Fetched], wanted: int, radius_km: float | None, margin_m: float = 0.0
) -> list[Neighbour]:
    """The first ``wanted`` within a radius, fetched in growing numbers until they are certain."""
    limit = wanted + SPARE
    while True:
        fetched = fetch(limit)
        certain_m = fetched.complete_m * LEAST_SHARE - margin_m
        found = sorted(fetched.neighbours)
        inside = [
            one for one in found if radius_km is None or one.distance_mm <= radius_km * 1_000_000
        ][:wanted]
        if len(inside) == wanted and inside[-1].distance_mm < certain_m * 1_000:
            return inside
        if certain_m == float("inf") or (radius_km is not None and certain_m > radius_km * 1_000):
            return inside
        limit *= 4


def terms_by_key(keys: Sequence[str], using: str) -> Mapping[str, Found]:
    """The terms that shapes name, as they are stored."""
    stored = Term.objects.using(using).filter(key__in=keys)
    return {term.key: Found(term.pk, term.slot, term.count) for term in stored}
