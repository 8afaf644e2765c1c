"""GeoJSON (RFC 7946): a page of hits as a FeatureCollection for maps."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from finder.api.formats.hits import hit_fields
from finder.query import Hit


class Position(NamedTuple):
    """Decimal degrees in the order of GeoJSON (§3.1.1)."""

    lng: float
    lat: float


def geojson_body(
    head: Mapping[str, Any], found: Iterable[tuple[Hit, str]], *, ranked: bool
) -> bytes:
    """The answer as a FeatureCollection; what stands beside it are foreign members (§6.1)."""
    features = [_feature(hit, orjson.loads(document), ranked) for hit, document in found]
    positions = [
        Position(*feature["geometry"]["coordinates"]) for feature in features if feature["geometry"]
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if positions:
        collection["bbox"] = bounding_box(positions)
    return orjson.dumps({**collection, **head, "features": features})


def bounding_box(positions: Sequence[Position]) -> list[float]:
    """The smallest box around positions: west, south, east, north.

    It leaves out the widest stretch of longitudes without a position. Where that does not hold the
    antimeridian, the box crosses it, and its west is greater than its east (§5.2).
    """
    longitudes = sorted(position.lng for position in positions)
    latitudes = [position.lat for position in positions]
    west, east = longitudes[0], longitudes[-1]
    widest = west + 360 - east
    for last, following in pairwise(longitudes):
        if following - last > widest:
            widest, east, west = following - last, last, following
    return [west, min(latitudes), east, max(latitudes)]


def _feature(hit: Hit, clinic: dict[str, Any], ranked: bool) -> dict[str, Any]:
    """A hit; its geometry is null where nobody knows where the clinic is (§3.2)."""
    located = clinic["lat"] is not None and clinic["lng"] is not None
    point = {"type": "Point", "coordinates": [clinic["lng"], clinic["lat"]]}
    return {
        "type": "Feature",
        "id": clinic["id"],
        "geometry": point if located else None,
        "properties": hit_fields(hit, ranked=ranked) | clinic,
    }
