"""`manage.py purge_contacts`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clinics.curation.reports import due_contacts, purge_contacts


class Command(BaseCommand):
    """Delete the contacts of reporters whose time is over."""

    help = (
        "Delete what reporters left to be reached by, where its time (REPORT_CONTACT_DAYS) is "
        "over. It also happens whenever a report arrives or the queue is opened; run this daily "
        "so that it happens in quiet times too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--dry-run`."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Delete nothing; say how many it would be."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete or count, and say how many."""
        today = timezone.localdate()
        if options["dry_run"]:
            self.stdout.write(f"{due_contacts(today).count()} contacts would be deleted.")
            return
        self.stdout.write(f"{purge_contacts(today)} contacts deleted.")
