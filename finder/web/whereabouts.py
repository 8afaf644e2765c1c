"""Where a clinic is, for the maps that people use: plain links, which tell nobody who looks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

# How near the maps begin: the streets around.
ZOOM = 17


def map_links(clinic: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The names and addresses of maps that show the place.

    Without a position, a search for its address; none where nobody states that either.
    """
    latitude, longitude = clinic["lat"], clinic["lng"]
    if latitude is None or longitude is None:
        if clinic["address"] is None:
            return []
        return [("Google Maps", _google(f"{clinic['name']} {clinic['address']}"))]
    point = f"{latitude:.6f}", f"{longitude:.6f}"
    marked = urlencode({"mlat": point[0], "mlon": point[1]})
    return [
        ("OpenStreetMap", f"https://www.openstreetmap.org/?{marked}#map={ZOOM}/{'/'.join(point)}"),
        ("Google Maps", _google(",".join(point))),
        ("地理院地図", f"https://maps.gsi.go.jp/#{ZOOM}/{'/'.join(point)}/"),
    ]


def _google(query: str) -> str:
    return f"https://www.google.com/maps/search/?api=1&query={quote(query, safe=',')}"
