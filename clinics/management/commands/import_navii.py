"""`manage.py import_navii`."""

from argparse import ArgumentTypeError
from datetime import date
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
    TimeRemainingColumn,
)
from rich.table import Table

from clinics.imports.navii_download import download_release
from clinics.imports.navii_files import Release, open_release
from clinics.imports.navii_import import Report, import_release
from clinics.imports.refusal import ImportRefused

STAGES = {
    "choosing": "Looking for wanted departments",
    "departments": "Reading departments",
    "positions": "Comparing positions",
    "facilities": "Reading facilities",
    "stored": "Storing and publishing",
}
OUTCOMES = {
    "created": "created",
    "updated": "updated",
    "moved": "moved by more than 100 m",
    "unchanged": "unchanged",
    "vanished": "vanished from the register",
    "reappeared": "back in the register",
    "absent": "not in these files",
}
NOTHING_MARKED = (
    "{absent} facilities of the catalogue are not in these files. So many missing means that the "
    "files are a part of the register, so none was marked; --mark-absent marks them."
)


def a_date(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-06-01") from None


class Command(BaseCommand):
    """Import the health ministry's open data of hospitals and clinics."""

    help = (
        "Import the health ministry's open data (医療情報ネット): hospitals and clinics with their "
        "departments and hours. One transaction; repeating it changes nothing; what curators say "
        "is never touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare files and options."""
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help="ZIP, CSV or CSV.gz files of the ministry, or folders of them.",
        )
        parser.add_argument(
            "--download",
            action="store_true",
            help="Fetch the newest release from the ministry first; goes on where it was cut off.",
        )
        parser.add_argument(
            "--downloads", type=Path, default=Path("downloads"), help="Folder for --download."
        )
        parser.add_argument("--page-url", help="Where --download finds the release's links.")
        parser.add_argument(
            "--all",
            action="store_true",
            dest="everything",
            help="Keep every facility, not only those with neurology, neurosurgery, orthopaedics "
            "or rehabilitation.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would change; change nothing."
        )
        parser.add_argument(
            "--release", type=a_date, help="The files' date, where their names do not say it."
        )
        parser.add_argument(
            "--allow-older", action="store_true", help="Go back to an older release."
        )
        parser.add_argument(
            "--mark-absent",
            action="store_true",
            help="Mark every facility that the files do not have, however many.",
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="Where to write what was wrong: CSV with line, column, value and reason "
            "(rejected-RELEASE.csv).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and end with a table."""
        console = Console(file=cast(IO[str], self.stdout._out), soft_wrap=True)
        try:
            paths = [*options["paths"], *self._downloaded(console, options)]
            if not paths:
                raise CommandError("Give the ministry's files or a folder of them, or --download.")
            console.print("Checking the files …")
            release = open_release(paths, release=options["release"])
            report = self._import(console, release, options)
        except ImportRefused as refused:
            raise CommandError(f"Nothing was imported. {refused}") from refused
        self._tell(console, release, report, dry_run=options["dry_run"])

    def _downloaded(self, console: Console, options: dict[str, Any]) -> list[Path]:
        """The files of ``--download``, fetched with a bar for each."""
        if not options["download"]:
            return []
        where = {"page_url": options["page_url"]} if options["page_url"] else {}
        with _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(name: str, done: int, total: int | None) -> None:
                if name not in tasks:
                    tasks[name] = bars.add_task(name)
                bars.update(tasks[name], completed=done, total=total)

            return download_release(options["downloads"], progress=progress, **where)

    def _import(self, console: Console, release: Release, options: dict[str, Any]) -> Report:
        """Run the import with a bar for each stage."""
        rejected = options["rejected"] or Path(f"rejected-{release.release:%Y%m%d}.csv")
        rows_of = {
            "choosing": sum(sheet.row_count for sheet in release.departments),
            "departments": sum(sheet.row_count for sheet in release.departments),
            "positions": sum(sheet.row_count for sheet in release.facilities),
            "facilities": sum(sheet.row_count for sheet in release.facilities),
        }
        with _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(stage: str, done: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(STAGES[stage], total=rows_of.get(stage))
                bars.advance(tasks[stage], done)

            return import_release(
                release,
                report_file=rejected,
                everything=options["everything"],
                dry_run=options["dry_run"],
                mark_absent=options["mark_absent"],
                allow_older=options["allow_older"],
                progress=progress,
            )

    def _tell(self, console: Console, release: Release, report: Report, *, dry_run: bool) -> None:
        """The closing table, examples, and where the findings are."""
        outcome, counts = report.outcome, report.outcome.counts
        mood = "would be " if dry_run else ""
        table = Table(title=f"Release of {release.release}" + (" (dry run)" if dry_run else ""))
        table.add_column("facilities")
        table.add_column("number", justify="right")
        for name, words in OUTCOMES.items():
            table.add_row(f"{mood}{words}", f"{counts[name]:,}")
        rejected = sum(n for (action, _), n in report.findings.items() if action == "row rejected")
        table.add_row("rows rejected", f"{rejected:,}")
        table.add_row("positions unknown", f"{counts['positions unknown']:,}")
        console.print(table)
        if counts["absent"]:
            console.print(NOTHING_MARKED.format(absent=counts["absent"]))
        if outcome.created:
            console.print(f"New, for example: {', '.join(outcome.created)}", markup=False)
        for change in outcome.changes:
            console.print(
                f"{change.official_id} {change.name}: {change.fact}: "
                f"{change.before} → {change.after}",
                markup=False,
            )
        if outcome.vanished:
            console.print(f"Gone, for example: {', '.join(outcome.vanished)}", markup=False)
        if report.file:
            findings = Table(title="What was wrong in the files")
            for column in ("what was done", "finding", "number"):
                findings.add_column(column)
            for (action, code), number in sorted(report.findings.items()):
                findings.add_row(action, code, f"{number:,}")
            console.print(findings)
            console.print(f"Each of them, with line, value and reason: {report.file}", markup=False)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
