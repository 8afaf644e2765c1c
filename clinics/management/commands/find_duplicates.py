"""`manage.py find_duplicates`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.progress import Progress, TaskID

from clinics.curation.duplicates import find_duplicates


class Command(BaseCommand):
    """Find the facilities that may be one place, for curators to decide."""

    help = (
        "Compare the facilities that curators speak of, and those that a register no longer lists, "
        "with all that share a sign with them, and put the pairs that may be one place on the "
        "curators' desk. A pair that somebody has decided is not offered again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--dry-run`."""
        parser.add_argument("--dry-run", action="store_true", help="Say what would be kept.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find them, and say how many."""
        with Progress(transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def progress(stage: str, done: int, total: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bar.add_task(stage.capitalize(), total=total)
                bar.update(tasks[stage], completed=done)

            outcome = find_duplicates(dry_run=options["dry_run"], progress=progress)
        parts = (
            ("new", "new"),
            ("changed", "with other points"),
            ("unchanged", "as before"),
            ("gone", "no longer alike"),
            ("decided", "decided already"),
        )
        counts = ", ".join(f"{outcome.counts[key]} {label}" for key, label in parts)
        would = " Nothing was written." if options["dry_run"] else ""
        self.stdout.write(f"{outcome.compared} pairs compared: {counts}.{would}")
