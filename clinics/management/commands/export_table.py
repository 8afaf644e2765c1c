"""`manage.py export_table`."""

import os
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_export import export_rows, facilities, write_template
from clinics.imports.tables_files import FORMATS
from clinics.imports.tables_kinds import TABLES
from clinics.models import EntryState


def a_prefecture(text: str) -> str:
    """A prefecture's JIS code, two digits."""
    if not (len(text) == 2 and text.isdecimal() and 1 <= int(text) <= 47):
        raise ArgumentTypeError(f"{text!r} is not a prefecture from 01 to 47 (JIS X 0401)")
    return text


class Command(BaseCommand):
    """Write clinics, claims or second-opinion terms as a table."""

    help = (
        "Write clinics, claims or second-opinion terms as a table that import_table reads back. "
        "What is live, unless --drafts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the table and what is chosen of it."""
        parser.add_argument("table", choices=TABLES)
        parser.add_argument("--output", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--format", choices=FORMATS, help="Where the file's name does not tell it."
        )
        parser.add_argument("--prefecture", type=a_prefecture, help="Two digits, 01 to 47.")
        parser.add_argument("--state", choices=EntryState.values)
        parser.add_argument(
            "--drafts", action="store_true", help="The pending draft of a clinic that has one."
        )
        parser.add_argument(
            "--template", action="store_true", help="An empty table to fill in, with an example."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, which has its name only when it is whole."""
        console = Console(file=cast(IO[str], self.stdout._out), soft_wrap=True)
        table, output = TABLES[options["table"]], options["output"]
        file_format = options["format"] or output.suffix.lower().removeprefix(".")
        if file_format not in FORMATS:
            raise CommandError(f"{output}: name it .csv or .xlsx, or give --format.")
        if options["template"]:
            with _whole_file(output) as file:
                write_template(table, file_format, file)
            console.print(f"An empty table to fill in: {output}", markup=False)
            return
        chosen = facilities(prefecture=options["prefecture"] or "", state=options["state"] or "")
        number = chosen.count()
        with _whole_file(output) as file, _bar(console) as bar:
            task = bar.add_task("Clinics", total=number)
            rows = export_rows(
                table,
                chosen,
                drafts=options["drafts"],
                progress=lambda done: bar.advance(task, done),
            )
            try:
                FORMATS[file_format]().write(list(table.resource.columns), rows, file)
            except ImportRefused as refused:
                raise CommandError(str(refused)) from refused
        console.print(f"{table.slug} of {number:,} clinics: {output}", markup=False)


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is through."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
