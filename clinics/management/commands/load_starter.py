"""`manage.py load_starter`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinics.imports.refusal import ImportRefused
from clinics.imports.starter import load_starter


class Command(BaseCommand):
    """Load the starter catalogue that comes with the project."""

    help = (
        "Load the starter catalogue: main hospitals of every prefecture, curated institutions and "
        "second-opinion terms. Safe to repeat: what is there already is left alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say what was new."""
        try:
            outcome = load_starter()
        except ImportRefused as refused:
            raise CommandError(str(refused)) from refused
        if outcome.already:
            self.stdout.write("The starter catalogue is loaded already.")
            return
        new = ", ".join(f"{number} {what}" for what, number in outcome.counts.items())
        self.stdout.write(f"The starter catalogue is loaded: {new}.")
