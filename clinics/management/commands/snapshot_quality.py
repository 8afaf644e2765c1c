"""`manage.py snapshot_quality`."""

from typing import Any

from django.core.management.base import BaseCommand

from clinics.curation.quality import take_snapshot


class Command(BaseCommand):
    """Keep the quality figures of today."""

    help = (
        "Keep the quality figures as they are now, so that the curators see how they move between "
        "imports, which keep them anyway. Once a week is often enough."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Keep them, and say of how many clinics."""
        figures = take_snapshot().figures
        self.stdout.write(f"Kept the figures of {figures['clinics']:,} clinics.")
