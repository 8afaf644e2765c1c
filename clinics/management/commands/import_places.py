"""`manage.py import_places`."""

import csv
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from clinics.imports.places_cities import DEFAULT_SIZE, SIZES, Choice
from clinics.imports.places_defaults import default_choice
from clinics.imports.places_download import ADDRESSES, download_places
from clinics.imports.places_files import PlaceFile, open_place_files
from clinics.imports.places_import import PlacesOutcome, import_places
from clinics.imports.places_layouts import recognised
from clinics.imports.places_records import Rejection
from clinics.imports.refusal import ImportRefused
from clinics.models import PlaceSource

REJECTIONS_SHOWN = 20
ONLY_DEFAULTS = (
    "No file is named, so only the places that come with the project are loaded. --download adds "
    "all municipalities, towns, postcodes and stations from their publishers, PATH those in files."
)
DEFAULT_EDITION = "comes with the project"
# A spreadsheet would run a cell that begins with one of these.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def countries(text: str) -> tuple[str, ...]:
    """Country codes, comma-separated."""
    return tuple(code.strip() for code in text.split(",") if code.strip())


def content_address(text: str) -> tuple[str, str]:
    """One of the contents that are downloaded, and where from."""
    content, equals, address = text.partition("=")
    if not equals or content not in ADDRESSES:
        raise ArgumentTypeError(
            f"{text!r} is not CONTENT=URL with one of the contents {', '.join(ADDRESSES)}"
        )
    return content, address


class Command(BaseCommand):
    """Import municipalities, towns, postcodes, stations and cities that a search can start from."""

    help = (
        "Import places that a search can start from: municipalities, towns, postcodes, stations "
        "and cities. A file is known by its contents, not its name. One transaction; repeating it "
        "changes nothing; a source's new file takes the place of its old one. Prefectures, "
        "principal municipalities and stations, and the cities that GeoNames has, come with the "
        "project: they are loaded first, and alone where nothing else is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare files and options."""
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help=f"Files (CSV, CSV.gz, ZIP, GeoJSON) or folders of them: {recognised()}.",
        )
        parser.add_argument(
            "--download",
            action="store_true",
            help=f"Fetch {', '.join(ADDRESSES)} from their publishers first.",
        )
        parser.add_argument(
            "--downloads", type=Path, default=Path("downloads"), help="Folder for --download."
        )
        parser.add_argument("--base-url", default="", help="Fetch all files from this folder.")
        parser.add_argument(
            "--address",
            action="append",
            type=content_address,
            default=[],
            metavar="CONTENT=URL",
            help="Fetch one of them from elsewhere; may be repeated.",
        )
        parser.add_argument(
            "--cities",
            type=int,
            choices=SIZES,
            help="Cities of GeoNames from this population on, from the package that is installed "
            f"({DEFAULT_SIZE} unless told).",
        )
        parser.add_argument(
            "--countries",
            type=countries,
            help="Countries of those cities, such as JP,KR (those of PLACE_COUNTRIES unless told).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be loaded; change nothing."
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="Where to write every row that was left out: CSV with line, column, value, reason.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and end with a table and the credits."""
        console = Console(file=cast(IO[str], self.stdout._out), soft_wrap=True)
        try:
            cities = self._choice(options)
            paths = [*options["paths"], *self._downloaded(console, options)]
            if not paths and cities is None:
                console.print(ONLY_DEFAULTS)
            console.print("Checking the files …")
            files, others = open_place_files(paths)
            outcome = self._import(console, files, cities, dry_run=options["dry_run"])
        except ImportRefused as refused:
            raise CommandError(f"Nothing was imported. {refused}") from refused
        self._tell(console, outcome, others, dry_run=options["dry_run"])
        rejections = [fault for source in outcome.sources for fault in source.rejections]
        _tell_rejections(console, rejections, options["rejected"])
        _tell_credits(console)

    def _choice(self, options: dict[str, Any]) -> Choice | None:
        """The cities asked for, if any were."""
        if options["cities"] is None and not options["countries"]:
            return None
        return Choice(
            countries=options["countries"] or default_choice().countries,
            size=options["cities"] or DEFAULT_SIZE,
        )

    def _downloaded(self, console: Console, options: dict[str, Any]) -> list[Path]:
        """The files of ``--download``, fetched with a bar for each."""
        if not options["download"]:
            return []
        with _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(name: str, done: int, total: int | None) -> None:
                if name not in tasks:
                    tasks[name] = bars.add_task(name)
                bars.update(tasks[name], completed=done, total=total)

            return download_places(
                options["downloads"],
                addresses=dict(options["address"]),
                base_url=options["base_url"],
                progress=progress,
            )

    def _import(
        self, console: Console, files: Sequence[PlaceFile], cities: Choice | None, *, dry_run: bool
    ) -> PlacesOutcome:
        """Run the import with a bar for each source."""
        lines = {file.layout.source.name: file.line_count for file in files}
        with _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(source: str, places: int) -> None:
                if source not in tasks:
                    tasks[source] = bars.add_task(source, total=lines.get(source))
                bars.advance(tasks[source], places)

            outcome = import_places(files, cities=cities, dry_run=dry_run, progress=progress)
            # Several rows may make one place, and one row several, so a bar ends where it is.
            for task in tasks.values():
                bars.update(task, total=bars.tasks[task].completed)
            return outcome

    def _tell(
        self, console: Console, outcome: PlacesOutcome, others: Sequence[str], *, dry_run: bool
    ) -> None:
        """The closing table, and what was passed over."""
        table = Table(title="Places" + (" (dry run)" if dry_run else ""))
        table.add_column("source")
        table.add_column("edition")
        for column in ("places", "keys", "rows rejected"):
            table.add_column(column, justify="right")
        for name, written in outcome.defaults.written.items():
            table.add_row(name, DEFAULT_EDITION, f"{written.places:,}", f"{written.keys:,}", "0")
        if outcome.defaults.already and not outcome.sources:
            table.add_row("", DEFAULT_EDITION, "unchanged", "", "")
        for source in outcome.sources:
            numbers = ("unchanged", "", "")
            if source.written:
                counts = (source.written.places, source.written.keys, len(source.rejections))
                numbers = (f"{counts[0]:,}", f"{counts[1]:,}", f"{counts[2]:,}")
            table.add_row(source.edition.source.name, source.edition.edition, *numbers)
        console.print(table)
        if outcome.superseded:
            console.print(
                f"{outcome.superseded:,} places gave way to the same from better sources."
            )
        if others:
            console.print(f"Not files of places, passed over: {', '.join(others)}", markup=False)


def _tell_rejections(console: Console, rejections: Sequence[Rejection], file: Path | None) -> None:
    """What was left out: the first of them here, all of them in the file asked for."""
    for fault in rejections[:REJECTIONS_SHOWN]:
        console.print(
            f"{fault.file}, line {fault.line}, {fault.column} {fault.value!r}: {fault.reason}",
            markup=False,
        )
    if len(rejections) > REJECTIONS_SHOWN:
        console.print(
            f"… and {len(rejections) - REJECTIONS_SHOWN:,} more; --rejected FILE has all."
        )
    if file is not None and rejections:
        with file.open("w", encoding="utf-8-sig", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["file", "line", "column", "value", "reason"])
            for fault in rejections:
                value = f"'{fault.value}" if fault.value.startswith(FORMULA_STARTS) else fault.value
                writer.writerow([fault.file, fault.line, fault.column, value, fault.reason])


def _tell_credits(console: Console) -> None:
    """Whom to name wherever these places are used."""
    for source in PlaceSource.objects.all():
        console.print(f"{source.credit} [{source.licence}]", markup=False)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
