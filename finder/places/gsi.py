"""The address search of the Geospatial Information Authority of Japan as a geopy geocoder."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location


class GsiAddressSearch(Geocoder):  # type: ignore[misc]  # geopy has no types
    """Geocoder of 国土地理院's address search, which needs no key.

    It answers with a list of GeoJSON points, ``[{"geometry": {"coordinates": [lng, lat]},
    "properties": {"title": …}}]``. The service is the one behind https://maps.gsi.go.jp/; it has no
    published contract, and its terms ask for the credit 国土地理院.
    """

    api_path = "/address-search/AddressSearch"

    def __init__(
        self,
        *,
        domain: str = "msearch.gsi.go.jp",
        scheme: str | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        proxies: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        ssl_context: Any = DEFAULT_SENTINEL,
        adapter_factory: Any = None,
    ) -> None:
        super().__init__(
            scheme=scheme,
            timeout=timeout,
            proxies=proxies,
            user_agent=user_agent,
            ssl_context=ssl_context,
            adapter_factory=adapter_factory,
        )
        self.api = f"{self.scheme}://{domain.strip('/')}{self.api_path}"

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL
    ) -> Any:
        """The places that a text names: a ``Location``, a list of them, or None where there is none.

        Raises geopy's ``GeocoderServiceError`` and its kinds when the service fails, and
        ``KeyError``, ``TypeError`` or ``ValueError`` when it answers something else.
        """
        # geopy's own geocoders write the address they ask into the debug log; this one does not.
        return self._call_geocoder(
            f"{self.api}?{urlencode({'q': query})}",
            partial(self._parse, exactly_one=exactly_one),
            timeout=timeout,
        )

    def _parse(self, features: Any, exactly_one: bool) -> Any:
        locations = [_location(feature) for feature in features]
        if not locations:
            return None
        return locations[0] if exactly_one else locations


def _location(feature: Any) -> Location:
    longitude, latitude = feature["geometry"]["coordinates"]
    return Location(feature["properties"]["title"], (latitude, longitude), feature)
