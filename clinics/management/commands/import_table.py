"""`manage.py import_table`."""

from pathlib import Path
from typing import IO, Any, cast

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table as Grid

from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_drafts import make_plan
from clinics.imports.tables_files import ENCODINGS, Csv, Sheet, read_table
from clinics.imports.tables_import import RowsRefused, import_table, record
from clinics.imports.tables_kinds import TABLES, Table
from clinics.imports.tables_plan import RESULTS, Plan
from clinics.publication import refresh_statistics

STAGES = {"rows": "Comparing rows", "drafts": "Writing drafts"}
MOST_SHOWN = 20


class Command(BaseCommand):
    """Import a table of clinics, claims or second-opinion terms into drafts."""

    help = (
        "Import a table of clinics, claims or second-opinion terms, CSV or XLSX, into drafts. One "
        "transaction: a row that is refused, and nothing is written. Rows that say what the "
        "catalogue says change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the table, the file and what becomes of the drafts."""
        parser.add_argument("table", choices=TABLES)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would change; change nothing."
        )
        parser.add_argument("--by", metavar="USERNAME", help="Whose drafts they become.")
        fate = parser.add_mutually_exclusive_group()
        fate.add_argument("--submit", action="store_true", help="Hand the drafts in for review.")
        fate.add_argument(
            "--publish", action="store_true", help="Publish at once, without a second person."
        )
        parser.add_argument("--encoding", choices=ENCODINGS, default="utf-8", help="Of a CSV file.")
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="Where to write the rows that are refused, with their errors, to be mended and "
            "imported: CSV (rejected-NAME.csv).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and end with a table."""
        console = Console(file=cast(IO[str], self.stdout._out), soft_wrap=True)
        table = TABLES[options["table"]]
        by = _person(options["by"], needed=not options["dry_run"])
        try:
            sheet = self._read(table, options)
            plan = self._import(console, sheet, table, by, options)
        except RowsRefused as refused:
            self._tell(console, refused.plan, options)
            if not options["dry_run"]:
                record(refused.plan, refused.plan.refused)
            rejected = self._write_rejected(refused.plan, options)
            raise CommandError(
                f"Nothing was imported. {refused} Each with its errors: {rejected}"
            ) from refused
        except ImportRefused as refused:
            raise CommandError(f"Nothing was imported. {refused}") from refused
        self._tell(console, plan, options)

    def _read(self, table: Table, options: dict[str, Any]) -> Sheet:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error}.") from error
        return read_table(content, options["file"].name, table, options["encoding"])

    def _import(
        self, console: Console, sheet: Sheet, table: Table, by: Any, options: dict[str, Any]
    ) -> Plan:
        with _bars(console) as bars:
            tasks: dict[str, TaskID] = {}

            def progress(stage: str, done: int) -> None:
                if stage not in tasks:
                    total = len(sheet.rows) if stage == "rows" else None
                    tasks[stage] = bars.add_task(STAGES[stage], total=total)
                bars.advance(tasks[stage], done)

            if options["dry_run"]:
                plan = make_plan(sheet, table, by=by, progress=lambda done: progress("rows", done))
                if plan.refused:
                    raise RowsRefused(plan)
                return plan
            plan = import_table(
                sheet,
                table,
                by=by,
                hand_in=options["submit"],
                publish=options["publish"],
                progress=progress,
            )
        if options["publish"]:
            refresh_statistics()
        return plan

    def _tell(self, console: Console, plan: Plan, options: dict[str, Any]) -> None:
        """The closing table, then examples of what changes and of what is refused."""
        nothing = bool(plan.refused) or options["dry_run"]
        grid = Grid(title=plan.sheet.name + (" (dry run)" if options["dry_run"] else ""))
        grid.add_column("rows")
        grid.add_column("number", justify="right")
        for result in RESULTS:
            grid.add_row(result, f"{plan.counts[result]:,}")
        grid.add_row("drafts", "0" if nothing else f"{len(plan.drafts):,}")
        console.print(grid)
        changes = [(row, change) for row in plan.rows for change in row.changes]
        for row, change in changes[:MOST_SHOWN]:
            console.print(
                f"{row.number} {row.label}: {change.column}: {change.before} → {change.after}",
                markup=False,
            )
        faults = [(row, fault) for row in plan.refused for fault in row.faults]
        for row, fault in faults[:MOST_SHOWN]:
            console.print(
                f"{row.number} {row.label}: {fault.column} {fault.value!r}: {fault.message}",
                markup=False,
            )

    def _write_rejected(self, plan: Plan, options: dict[str, Any]) -> Path:
        path: Path = options["rejected"] or Path(f"rejected-{options['file'].stem}.csv")
        header, *rows = plan.refused_rows()
        try:
            with path.open("wb") as file:
                Csv().write(header, rows, file)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error}.") from error
        return path


def _person(name: str | None, *, needed: bool) -> Any:
    """The user of a name, None for none where none is needed."""
    if not name:
        if needed:
            raise CommandError("Say whose drafts they become: --by USERNAME.")
        return None
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist:
        raise CommandError(f"There is no user {name!r}.") from None


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console
    )
