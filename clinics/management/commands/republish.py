"""`manage.py republish`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from clinics.models import Facility
from clinics.publication import refresh_statistics, republish_everything
from clinics.publication_check import stale_listings


class Command(BaseCommand):
    """Rebuild every listing from the catalogue, or check that the stored ones are right."""

    help = (
        "Rebuild every listing and posting from the catalogue, in one transaction; with --check, "
        "only compare what is stored with what would be published."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--check`."""
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail if a listing is stale."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild or check, and say how many."""
        if options["check"]:
            stale = [str(facility_id) for facility_id in stale_listings()]
            if stale:
                examples = ", ".join(stale[:5])
                raise CommandError(f"{len(stale)} listings are stale: {examples} …")
            self.stdout.write("Every listing is as the catalogue says.")
            return
        with Progress(transient=True) as progress:
            task = progress.add_task("Publishing", total=Facility.objects.count())
            counts = republish_everything(
                progress=lambda done: progress.update(task, completed=done)
            )
        refresh_statistics()
        self.stdout.write(
            f"{counts.published} published anew, {counts.withdrawn} withdrawn, "
            f"{counts.unchanged} unchanged."
        )
