"""The gazetteer behind geopy's ``Geocoder`` interface: offline, from the tables of places."""

from typing import Any

from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point

from finder.places.candidate import Candidate, UnknownPlace
from finder.places.describing import candidate
from finder.places.resolution import MOST_CANDIDATES, candidates, resolve
from finder.places.rows import nearest


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy has no types
    """A geopy geocoder that asks nobody but the database.

    ``raw`` of each ``Location`` is the :class:`~finder.places.candidate.Candidate`. There is
    nothing to wait for, so ``timeout`` is accepted, as geopy's callers expect, and not used.
    """

    def __init__(self, *, using: str = "default") -> None:
        super().__init__()
        self.using = using

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        limit: int = MOST_CANDIDATES,
        timeout: Any = None,
    ) -> Location | list[Location] | None:
        """The place that a text names; or, not ``exactly_one``, all it may mean, best first.

        None where nothing is called so. Raises :class:`~finder.places.candidate.AmbiguousPlace`
        when one place is wanted and several are meant: the first of them would be a guess.
        """
        if not exactly_one:
            return [_location(one) for one in candidates(query, limit, self.using)] or None
        try:
            return _location(resolve(query, self.using))
        except UnknownPlace:
            return None

    def reverse(
        self, query: Any, *, exactly_one: bool = True, timeout: Any = None
    ) -> Location | list[Location] | None:
        """The place nearest to a point, in whatever form geopy takes one; or the nearest ones.

        None where the gazetteer is empty. Raises ``ValueError`` for what is no point on earth.
        """
        point = Point(query)
        found = nearest(point.latitude, point.longitude, MOST_CANDIDATES, self.using)
        locations = [_location(candidate(row, self.using)) for row in found]
        if not locations:
            return None
        return locations[0] if exactly_one else locations


def _location(one: Candidate) -> Location:
    return Location(one.label, (one.latitude, one.longitude), one)
