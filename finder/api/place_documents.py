"""The documents of places, and a candidate as one of them."""

from typing import Annotated, TypedDict

from clinics.documents import Region
from finder.places.candidate import Candidate, Kind, Prefecture


class PlaceMunicipality(TypedDict):
    """The municipality that a place is or lies in."""

    code: Annotated[str | None, "JIS X 0402, five digits"]
    name: str


class PlaceDocument(TypedDict):
    """A place that a text may mean."""

    id: Annotated[str, "Source and the source's own id; the same from one import to the next"]
    kind: Kind
    label: Annotated[str, "The name with what tells it from others; may be given as `place`"]
    name: str
    name_kana: str | None
    name_en: str | None
    prefecture: Region | None
    municipality: PlaceMunicipality | None
    lat: Annotated[float, "WGS84 decimal degrees"]
    lng: Annotated[float, "WGS84 decimal degrees"]
    precision: Annotated[Kind, "The kind of place whose point is given"]


class PlaceQuery(TypedDict):
    """What was understood of the question."""

    q: str
    limit: int
    kind: list[str] | None


class PlaceCredit(TypedDict):
    """A source of the places shown, and how it is to be credited."""

    credit: str
    licence: str
    url: str | None


class PlaceList(TypedDict):
    """The places that a text may mean, the likeliest first."""

    query: PlaceQuery
    results: list[PlaceDocument]
    credits: list[PlaceCredit]


def place_document(place: Candidate) -> PlaceDocument:
    """The public document of a candidate; what is unknown of it is null."""
    prefecture = place.prefecture
    return {
        "id": place.id,
        "kind": place.kind,
        "label": place.label,
        "name": place.name,
        "name_kana": place.name_kana or None,
        "name_en": place.name_en or None,
        "prefecture": _region(prefecture) if prefecture else None,
        "municipality": {"code": place.municipality_code or None, "name": place.municipality}
        if place.municipality
        else None,
        "lat": place.latitude,
        "lng": place.longitude,
        "precision": place.precision,
    }


def _region(prefecture: Prefecture) -> Region:
    return {
        "slug": prefecture.slug,
        "label_ja": prefecture.label_ja,
        "label_en": prefecture.label_en,
        "code": prefecture.code,
    }
