"""Puts the places of a source in the database, in place of those it had before."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from django.db import connections
from django.utils import timezone

from clinics import bulk
from clinics.imports.places_cities import SAME_CITY_KM
from clinics.imports.places_near import ByName
from clinics.imports.places_records import (
    GEONAMES,
    JAPAN,
    LOCALGOVJP,
    N02,
    PROJECT,
    PlaceRecord,
    Reject,
    Rejection,
    Source,
)
from clinics.imports.places_stations import SAME_NAME_KM
from clinics.models import Place, PlaceKind, PlaceName, PlaceSource
from clinics.place_names import fold_place

COLUMNS = (
    "source_id",
    "kind",
    "name",
    "name_kana",
    "name_en",
    "country",
    "prefecture_code",
    "municipality_code",
    "municipality",
    "latitude",
    "longitude",
    "weight",
    "detail",
)
# The kinds of which there are hundreds of thousands are kept apart in the index of names.
TIERS = {kind: int(kind in (PlaceKind.TOWN, PlaceKind.POSTCODE)) for kind in PlaceKind}
BATCH = 5000
IDS_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Edition:
    """What of a source is loaded, and ``digest``, which is another one when that changes."""

    source: Source
    edition: str
    digest: str
    imported: bool


@dataclass(slots=True)
class Written:
    """How many places and keys were written."""

    places: int = 0
    keys: int = 0


def wait_for_other_writers(using: str) -> None:
    """Let one process at a time write places; call it at the start of the transaction.

    Whoever writes holds the row of the project's own source, which every gazetteer has. SQLite,
    whose transactions wait for each other from their start, has no use for that.
    """
    PlaceSource.objects.using(using).select_for_update().get_or_create(
        name=PROJECT.name, defaults={"loaded_at": timezone.now()}
    )


def replace_places(
    edition: Edition,
    records: Iterable[PlaceRecord],
    reject: Reject,
    using: str,
    progress: Callable[[int], None],
) -> Written:
    """Write all places of a source, and delete those it had; call it inside a transaction.

    A second place with the same id is rejected. ``progress`` is told how many more were written.
    """
    _delete_places(edition.source.name, using)
    written = Written()
    unique = _unique(records, edition, reject)
    values = attrgetter(*COLUMNS)
    while batch := list(islice(unique, BATCH)):
        ids = bulk.reserve_ids(Place, len(batch), using)
        rows = [
            (place_id, edition.source.name, *values(record))
            for place_id, record in zip(ids, batch, strict=True)
        ]
        bulk.insert(Place, ("id", "source", *COLUMNS), rows, using)
        names = [
            (TIERS[record.kind], key.encode(), place_id)
            for place_id, record in zip(ids, batch, strict=True)
            for key in record.keys()  # noqa: SIM118
        ]
        bulk.insert(PlaceName, ("tier", "key", "place_id"), names, using)
        written.places += len(batch)
        written.keys += len(names)
        progress(len(batch))
    PlaceSource.objects.using(using).update_or_create(
        name=edition.source.name,
        defaults={
            "edition": edition.edition,
            "place_count": written.places,
            "credit": edition.source.credit,
            "licence": edition.source.licence,
            "url": edition.source.url,
            "digest": edition.digest,
            "imported": edition.imported,
            "loaded_at": timezone.now(),
        },
    )
    return written


def delete_source(name: str, using: str) -> None:
    """Delete a source's places with their names, and the source."""
    _delete_places(name, using)
    PlaceSource.objects.using(using).filter(name=name).delete()


def _delete_places(source: str, using: str) -> None:
    names, places = PlaceName._meta.db_table, Place._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {names} WHERE place_id IN (SELECT id FROM {places} WHERE source = %s)",
            [source],
        )
        cursor.execute(f"DELETE FROM {places} WHERE source = %s", [source])


def supersede(using: str) -> int:
    """Delete what a better source has too, and say how many places that was.

    The project's stations give way to N02's of the same folded name within two kilometres, its
    municipalities to localgovjp's of the same code, and GeoNames' Japanese cities to municipalities.
    Those took over readings and Latin names while they were read.
    """
    doomed = [
        *_superseded_stations(using),
        *_superseded_municipalities(using),
        *_superseded_cities(using),
    ]
    for start in range(0, len(doomed), IDS_PER_STATEMENT):
        some = doomed[start : start + IDS_PER_STATEMENT]
        PlaceName.objects.using(using).filter(place_id__in=some).delete()
        bulk.delete(Place, some, using)
    for source in PlaceSource.objects.using(using).filter(name__in=(PROJECT.name, GEONAMES.name)):
        source.place_count = Place.objects.using(using).filter(source=source.name).count()
        source.save(update_fields=["place_count"])
    return len(doomed)


def _unique(
    records: Iterable[PlaceRecord], edition: Edition, reject: Reject
) -> Iterator[PlaceRecord]:
    seen: set[str] = set()
    for record in records:
        if record.source_id in seen:
            reason = "another row has the same id; the first was taken"
            reject(Rejection(edition.edition, 0, "id", record.source_id, reason))
            continue
        seen.add(record.source_id)
        yield record


def _superseded_stations(using: str) -> Iterator[int]:
    stations = Place.objects.using(using).filter(kind=PlaceKind.STATION)
    complete = ByName[int]()
    columns = ("name", "latitude", "longitude", "id")
    for name, latitude, longitude, place_id in stations.filter(source=N02.name).values_list(
        *columns
    ):
        complete.add(fold_place(name), latitude, longitude, place_id)
    for name, latitude, longitude, place_id in stations.filter(source=PROJECT.name).values_list(
        *columns
    ):
        if complete.near(fold_place(name), latitude, longitude, SAME_NAME_KM):
            yield place_id


def _superseded_municipalities(using: str) -> Iterator[int]:
    places = Place.objects.using(using).filter(kind=PlaceKind.MUNICIPALITY)
    imported = places.filter(source=LOCALGOVJP.name).values("municipality_code")
    doomed = places.filter(source=PROJECT.name, municipality_code__in=imported)
    yield from doomed.values_list("id", flat=True)


def _superseded_cities(using: str) -> Iterator[int]:
    """GeoNames' Japanese cities that bear a name of a municipality.

    Near it they are the same. Where all municipalities were imported, the others give way too,
    however far they are: they are namesakes, many of them at a wrong place.
    """
    names = PlaceName.objects.using(using)
    imported = set(names.filter(place__source=LOCALGOVJP.name).values_list("key", flat=True))
    at = ("key", "place__latitude", "place__longitude")
    principal = names.filter(place__source=PROJECT.name, place__kind=PlaceKind.MUNICIPALITY)
    near = ByName[bool]()
    for key, latitude, longitude in principal.values_list(*at):
        near.add(key, latitude, longitude, True)
    cities = names.filter(place__source=GEONAMES.name, place__country=JAPAN)
    yield from sorted(
        {
            city
            for key, latitude, longitude, city in cities.values_list(*at, "place_id")
            if key in imported or near.near(key, latitude, longitude, SAME_CITY_KM)
        }
    )
