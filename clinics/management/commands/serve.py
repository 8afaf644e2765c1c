"""`manage.py serve`."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.imports.places_defaults import load_default_places
from clinics.imports.refusal import ImportRefused
from clinics.models import Listing, Place

EXAMPLE = "/api/v1/clinics?lat=35.6812&lng=139.7671&radius_km=50&category=movement-disorder-clinic"
WELCOME = """
{clinics} clinics are published, {places} places known by name. The finder serves on

  website         {base}/
  API             {base}/api/v1/clinics
  documentation   {base}/api/docs
  curation        {base}/admin/   (`.venv/bin/python manage.py createsuperuser` makes an account)

Movement-disorder clinics within 50 km of Tokyo station, nearest first:

  curl '{base}{example}'

The clinics nearest to Shibuya station, within 5 km:

  curl --get '{base}/api/v1/clinics' --data-urlencode 'place=渋谷駅' -d radius_km=5

This is not medical advice. In an emergency in Japan call 119.
Ctrl-C stops the server.
"""


class Command(BaseCommand):
    """Bring the database up to date, load catalogue and places, and serve on this machine."""

    help = (
        "Migrate, load the starter catalogue and the places that come with the project, and serve "
        "on 127.0.0.1. For one's own machine; production runs a WSGI server, as the README says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the port."""
        parser.add_argument("port", nargs="?", type=int, default=8000, help="8000 by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, say where to look, serve until stopped."""
        call_command("migrate", verbosity=0)
        call_command("load_starter", stdout=self.stdout)
        self._load_places()
        base = f"http://127.0.0.1:{options['port']}"
        clinics = Listing.objects.filter(published=True).count()
        places = f"{Place.objects.count():,}"
        self.stdout.write(
            WELCOME.format(clinics=clinics, places=places, base=base, example=EXAMPLE)
        )
        self.stdout.flush()
        call_command("runserver", f"127.0.0.1:{options['port']}", use_reloader=False)

    def _load_places(self) -> None:
        """Load the places that searches may start from, unless they are there."""
        try:
            outcome = load_default_places()
        except ImportRefused as refused:
            raise CommandError(f"The places cannot be loaded. {refused}") from refused
        already = " already" if outcome.already else ""
        self.stdout.write(f"The places that come with the project are loaded{already}.")
