"""Answers compared with measuring clinics one by one, by GeographicLib and without any index."""

import heapq
import math
from collections.abc import Iterator, Sequence

from django.db import connections
from geographiclib.geodesic import Geodesic

from benchmarks.rivals import Near
from clinics.position import ecef
from finder.query import Centre, Hit, NearestKey

# So many by straight line surely hold the first page by geodesic.
MEASURED = 200
CLOSE_MM = 1

Clinic = tuple[float, float, str]
Found = tuple[int, str]


class Oracle:
    """Every clinic of a database with its terms, in memory."""

    def __init__(self, using: str, keys: Sequence[str]) -> None:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT id, latitude, longitude, facility_id FROM clinics_listing")
            self.clinics: dict[int, Clinic] = {
                pk: (latitude, longitude, getattr(facility_id, "hex", facility_id))
                for pk, latitude, longitude, facility_id in cursor.fetchall()
            }
            self.points = {pk: ecef(*clinic[:2]) for pk, clinic in self.clinics.items()}
            self.carrying: dict[str, set[int]] = {}
            for key in keys:
                cursor.execute(
                    "SELECT p.listing_id FROM clinics_posting p JOIN clinics_term t "
                    "ON t.id = p.term_id WHERE t.key = %s",
                    [key],
                )
                self.carrying[key] = {pk for (pk,) in cursor.fetchall()}

    def nearest(self, near: Near, centre: Centre, wanted: int) -> list[Found]:
        """The first ``wanted`` as (millimetres, id)."""
        here = ecef(centre.latitude, centre.longitude)
        chosen = (
            set.intersection(*(self.carrying[key] for key in near.terms))
            if near.terms
            else (self.points)
        )
        by_chord = heapq.nsmallest(
            MEASURED, chosen, key=lambda pk: math.dist(here, self.points[pk])
        )
        found = sorted(self._measured(by_chord, centre))
        limit = math.inf if near.radius_km is None else near.radius_km * 1_000_000
        return [one for one in found if one[0] <= limit][:wanted]

    def _measured(self, pks: Sequence[int], centre: Centre) -> Iterator[Found]:
        for pk in pks:
            latitude, longitude, clinic_id = self.clinics[pk]
            line = Geodesic.WGS84.Inverse(centre.latitude, centre.longitude, latitude, longitude)
            yield round(line["s12"] * 1_000), clinic_id


def agree(found: Sequence[Found], expected: Sequence[Found]) -> bool:
    """Whether two answers are the same in members, order and distances.

    Two clinics whose distances differ by no more than the rounding to millimetres may change places.
    """
    return (
        len(found) == len(expected)
        and all(abs(a[0] - b[0]) <= CLOSE_MM for a, b in zip(found, expected, strict=True))
        and (
            [one[1] for one in found] == [one[1] for one in expected]
            or _within_ties(found, expected)
        )
    )


def of_hits(hits: Sequence[Hit]) -> list[Found]:
    """The hits of a search by distance."""
    return [
        (hit.key.distance_mm, hit.key.clinic_id) for hit in hits if isinstance(hit.key, NearestKey)
    ]


def _within_ties(found: Sequence[Found], expected: Sequence[Found]) -> bool:
    last_mm = expected[-1][0]
    by_id = {clinic_id: distance_mm for distance_mm, clinic_id in expected}
    return all(
        abs(by_id.get(clinic_id, last_mm) - distance_mm) <= CLOSE_MM
        for distance_mm, clinic_id in found
    )
