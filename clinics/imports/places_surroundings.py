"""What lies around a place: the municipalities and towns that are loaded, read when asked for."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from clinics.imports.places_cells import Point
from clinics.imports.places_near import ByCell
from clinics.imports.places_records import GEOLONIA, LOCALGOVJP, PROJECT
from clinics.models import Place, PlaceKind
from clinics.place_names import fold_place, without_district

# Towns are seldom further apart than five kilometres, cities than thirty.
TOWN_CELL_DEG = 0.05
CITY_CELL_DEG = 0.3
# How many neighbours have to agree on where a point lies.
WITNESSES = 3


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality by its five-digit JIS X 0402 code, at its office."""

    code: str
    name: str
    point: Point


NOWHERE = Municipality("", "", (0.0, 0.0))


class Surroundings:
    """The gazetteer as it stands in the database ``using``, while more of it is being loaded."""

    def __init__(self, using: str) -> None:
        self._using = using

    def municipality(self, prefecture: str, name: str) -> Municipality | None:
        """The municipality of this name in a prefecture (JIS code), with or without its 郡."""
        return self._municipalities.get((prefecture, municipality_key(name)))

    def town(self, prefecture: str, municipality: str, town: str) -> Point | None:
        """The position of a town by the names it lies in."""
        return self._towns.get((prefecture, municipality_key(municipality), fold_place(town)))

    def around(self, latitude: float, longitude: float) -> tuple[str, Municipality]:
        """The prefecture (JIS code) and municipality of a point; blank where its surroundings differ.

        A point is where the three nearest towns are, if all of them are in one municipality or at
        least one prefecture. Without towns near it, it is in the prefecture of the three nearest
        municipalities, cities and stations, its municipality unknown: the nearest is often the
        neighbour's.
        """
        towns = self._towns_around.nearest(latitude, longitude, WITNESSES)
        prefectures = {prefecture for prefecture, _ in towns}
        codes = {code for _, code in towns}
        if not towns:
            cities = self._cities_around.nearest(latitude, longitude, WITNESSES)
            prefectures = set(cities) if len(cities) == WITNESSES else set()
        prefecture = prefectures.pop() if len(prefectures) == 1 else ""
        if len(codes) != 1 or not prefecture:
            return prefecture, NOWHERE
        return prefecture, self._by_code.get(codes.pop(), NOWHERE)

    def _of_source(self, source: str) -> dict[str, Municipality]:
        rows = Place.objects.using(self._using).filter(source=source, kind=PlaceKind.MUNICIPALITY)
        return {
            code: Municipality(code, name, (latitude, longitude))
            for code, name, latitude, longitude in rows.values_list(
                "municipality_code", "name", "latitude", "longitude"
            )
        }

    @cached_property
    def _by_code(self) -> dict[str, Municipality]:
        """The municipalities that are known, an imported one before the project's."""
        return self._of_source(PROJECT.name) | self._of_source(LOCALGOVJP.name)

    @cached_property
    def _municipalities(self) -> dict[tuple[str, str], Municipality]:
        return {
            (code[:2], municipality_key(municipality.name)): municipality
            for code, municipality in self._by_code.items()
        }

    @cached_property
    def _cities_around(self) -> ByCell[str]:
        """The prefectures of municipalities, cities and the project's stations."""
        cities = ByCell[str](CITY_CELL_DEG)
        rows = Place.objects.using(self._using).filter(
            Q(kind__in=(PlaceKind.MUNICIPALITY, PlaceKind.CITY))
            | Q(source=PROJECT.name, kind=PlaceKind.STATION)
        )
        for latitude, longitude, prefecture in rows.exclude(prefecture_code="").values_list(
            "latitude", "longitude", "prefecture_code"
        ):
            cities.add(latitude, longitude, prefecture)
        return cities

    @cached_property
    def _towns(self) -> dict[tuple[str, str, str], Point]:
        rows = Place.objects.using(self._using).filter(source=GEOLONIA.name)
        values = rows.values_list(
            "prefecture_code", "municipality", "name", "latitude", "longitude"
        )
        return {
            (prefecture, municipality_key(municipality), fold_place(name)): (latitude, longitude)
            for prefecture, municipality, name, latitude, longitude in values.iterator()
        }

    @cached_property
    def _towns_around(self) -> ByCell[tuple[str, str]]:
        towns = ByCell[tuple[str, str]](TOWN_CELL_DEG)
        rows = Place.objects.using(self._using).filter(source=GEOLONIA.name)
        for latitude, longitude, prefecture, code in rows.values_list(
            "latitude", "longitude", "prefecture_code", "municipality_code"
        ).iterator():
            towns.add(latitude, longitude, (prefecture, code))
        return towns


def municipality_key(name: str) -> str:
    """A municipality's name as it is compared: without its 郡, folded."""
    return fold_place(without_district(name))
