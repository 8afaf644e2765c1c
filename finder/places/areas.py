"""Whether a place lies in an area that was named beside it. Pure functions over places read."""

from clinics.models import PlaceKind
from finder.places.distance import is_within
from finder.places.rows import PlaceRow

AREA_KINDS = frozenset({PlaceKind.PREFECTURE, PlaceKind.MUNICIPALITY, PlaceKind.CITY})
# Where a source gives no codes, an area is what lies around its point.
AROUND_A_CITY_M = 15_000.0
AROUND_AN_OFFICE_M = 60_000.0


def lies_in(row: PlaceRow, area: PlaceRow) -> bool:
    """Whether ``row`` lies in ``area``, by their codes or, without codes, by their distance.

    A ward lies in its city, of which its own code says nothing, but its name does.
    """
    if row.id == area.id or area.kind not in AREA_KINDS:
        return False
    if row.kind == PlaceKind.PREFECTURE:
        return False
    if area.kind == PlaceKind.PREFECTURE:
        if row.prefecture_code:
            return row.prefecture_code == area.prefecture_code
        return is_within(row, area, AROUND_AN_OFFICE_M)
    if area.kind == PlaceKind.MUNICIPALITY and row.municipality_code:
        if row.municipality_code == area.municipality_code:
            return row.kind != PlaceKind.MUNICIPALITY
        is_ward = row.prefecture_code == area.prefecture_code and row.municipality.startswith(
            area.municipality or area.name
        )
        return is_ward and (area.municipality or area.name) != row.municipality
    return is_within(row, area, AROUND_A_CITY_M)
