"""Whether a pin can be where the words say: advice for a curator, never a refusal.

There are no outlines of prefectures or municipalities here, so the places of the gazetteer that lie
around a pin bear witness: those of a prefecture, a municipality, a town or a station say in which
prefecture they are, most of them also in which municipality.

How sure it is, measured with what comes with the project (2,951 places) and, in brackets, with all
towns and stations imported (222,119):

- *Prefecture*: none of the 485 located facilities of the starter is warned about [none], and 8 of
  4,000 [0 of 2,000] facilities drawn from a whole release, all close to a border. Moved to the offices
  of other prefectures, 99.8 % [100 %] of the starter's are.
- *Municipality*: none of the starter's [none] and 0 of 4,000 [7 of 2,000: border streets, and cities
  that were divided]. Without towns a pin has to be ``FAR_KM`` from everything that is known of its
  municipality, so only a move to another region is noticed.

A warning is therefore worth a look at the map, and no warning is no proof.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import ExpressionWrapper, F, FloatField
from django.utils.translation import gettext as _

from clinics.models import Place, PlaceKind

JAPAN = "JP"
# Japan from its southern to its northern and from its western to its eastern end, with a margin.
JAPAN_LATITUDES = (20.0, 46.0)
JAPAN_LONGITUDES = (122.0, 154.5)
# How far around a pin witnesses are looked for, and how many of the nearest are heard.
AROUND_DEG = 0.7
WITNESSES = 4
TOWN_WITNESSES = 5
TOWNS_WITHIN_KM = 2.0
# No municipality reaches further from all that is known of it.
FAR_KM = 40.0
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Location:
    """Where a clinic is said to be: in words, in codes (JIS X 0401, 0402) and in degrees."""

    country: str
    prefecture_code: str
    municipality_code: str
    address: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class LocationWarning:
    """What does not fit together. ``field`` is where a curator would look first."""

    slug: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A place of the gazetteer near a pin."""

    kind: str
    name: str
    prefecture_code: str
    municipality_code: str
    km: float


def location_warnings(
    location: Location, prefecture_names: Mapping[str, str], using: str = "default"
) -> list[LocationWarning]:
    """What seems wrong with a location; nothing outside Japan. At most two queries.

    ``prefecture_names`` are the Japanese names by their JIS code.
    """
    if location.country != JAPAN:
        return []
    return [*_address(location, prefecture_names), *_pin(location, prefecture_names, using)]


def _address(location: Location, names: Mapping[str, str]) -> Iterator[LocationWarning]:
    name = names.get(location.prefecture_code)
    if name and location.address and not location.address.startswith(name):
        yield LocationWarning(
            "address-prefecture",
            "address",
            _("The address does not begin with %(name)s, the stated prefecture.") % {"name": name},
        )


def _pin(location: Location, names: Mapping[str, str], using: str) -> Iterator[LocationWarning]:
    latitude, longitude = location.latitude, location.longitude
    if latitude is None or longitude is None:
        return
    if not _in_japan(latitude, longitude):
        yield _outside_japan(latitude, longitude)
        return
    witnesses = _around(latitude, longitude, using)
    outside = _outside_prefecture(location, witnesses, names)
    if outside:
        yield outside
    elif location.municipality_code:
        yield from _outside_municipality(location, latitude, longitude, witnesses, using)


def _in_japan(latitude: float, longitude: float) -> bool:
    south, north = JAPAN_LATITUDES
    west, east = JAPAN_LONGITUDES
    return south <= latitude <= north and west <= longitude <= east


def _outside_japan(latitude: float, longitude: float) -> LocationWarning:
    if _in_japan(longitude, latitude):
        return LocationWarning(
            "swapped",
            "latitude",
            _(
                "Latitude and longitude seem to be swapped: %(longitude)s, %(latitude)s would lie "
                "in Japan."
            )
            % {"latitude": latitude, "longitude": longitude},
        )
    return LocationWarning(
        "outside-japan", "latitude", _("The pin lies outside Japan, the stated country.")
    )


def _outside_prefecture(
    location: Location, witnesses: list[Witness], names: Mapping[str, str]
) -> LocationWarning | None:
    heard = witnesses[:WITNESSES]
    codes = {witness.prefecture_code for witness in heard}
    if not heard or not location.prefecture_code or location.prefecture_code in codes:
        return None
    nearest = heard[0]
    return LocationWarning(
        "outside-prefecture",
        "prefecture_code",
        _(
            "The pin seems to lie outside %(stated)s: the nearest known place is %(place)s in "
            "%(found)s, %(km).1f km away."
        )
        % {
            "stated": names.get(location.prefecture_code, location.prefecture_code),
            "place": nearest.name,
            "found": names.get(nearest.prefecture_code, nearest.prefecture_code),
            "km": nearest.km,
        },
    )


def _outside_municipality(
    location: Location, latitude: float, longitude: float, witnesses: list[Witness], using: str
) -> Iterator[LocationWarning]:
    """Said of municipalities alone of which the gazetteer knows places.

    Codes change when cities merge or are divided into wards, so an unknown one means nothing.
    """
    own = list(
        Place.objects.using(using)
        .filter(municipality_code=location.municipality_code)
        .values_list("kind", "latitude", "longitude")
    )
    if not own:
        return
    away_km = min(_plane_km(latitude, longitude, *point) for _kind, *point in own)
    towns = [
        witness
        for witness in witnesses
        if witness.kind == PlaceKind.TOWN and witness.km <= TOWNS_WITHIN_KM
    ][:TOWN_WITNESSES]
    among_other_towns = (
        len(towns) == TOWN_WITNESSES
        and any(kind == PlaceKind.TOWN for kind, *_point in own)
        and all(town.municipality_code != location.municipality_code for town in towns)
    )
    if among_other_towns or away_km > FAR_KM:
        yield LocationWarning(
            "outside-municipality",
            "municipality_code",
            _(
                "The pin seems to lie outside municipality %(code)s: the nearest place known to be "
                "in it is %(km).1f km away."
            )
            % {"code": location.municipality_code, "km": away_km},
        )


def _around(latitude: float, longitude: float, using: str) -> list[Witness]:
    """The places nearest to a pin that know their prefecture, nearest first; one query."""
    shrink = math.cos(math.radians(latitude)) ** 2
    north, east = F("latitude") - latitude, F("longitude") - longitude
    rows = (
        Place.objects.using(using)
        .filter(
            latitude__range=(latitude - AROUND_DEG, latitude + AROUND_DEG),
            longitude__range=(longitude - AROUND_DEG, longitude + AROUND_DEG),
        )
        .exclude(prefecture_code="")
        .exclude(kind__in=(PlaceKind.PREFECTURE, PlaceKind.POSTCODE))
        .order_by(
            ExpressionWrapper(north * north + east * east * shrink, output_field=FloatField()), "pk"
        )
        .values_list(
            "kind", "name", "prefecture_code", "municipality_code", "latitude", "longitude"
        )[: 4 * TOWN_WITNESSES]
    )
    return [
        Witness(kind, name, prefecture, code, _plane_km(latitude, longitude, *point))
        for kind, name, prefecture, code, *point in rows
    ]


def _plane_km(latitude: float, longitude: float, other: float, other_longitude: float) -> float:
    """The distance on a plane, right to a hundredth within a hundred kilometres."""
    east = (longitude - other_longitude) * math.cos(math.radians((latitude + other) / 2))
    return KM_PER_DEGREE * math.hypot(latitude - other, east)
