"""`manage.py serve`."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from clinics.models import Listing

EXAMPLE = "/api/v1/clinics?lat=35.6812&lng=139.7671&radius_km=50&category=movement-disorder-clinic"
WELCOME = """
{clinics} clinics are published. The finder serves on

  API             {base}/api/v1/clinics
  documentation   {base}/api/docs
  curation        {base}/admin/   (`.venv/bin/python manage.py createsuperuser` makes an account)

Movement-disorder clinics within 50 km of Tokyo station, nearest first:

  curl '{base}{example}'

This is not medical advice. In an emergency in Japan call 119.
Ctrl-C stops the server.
"""


class Command(BaseCommand):
    """Bring the database up to date, load the starter catalogue, and serve on this machine."""

    help = (
        "Migrate, load the starter catalogue and serve on 127.0.0.1. For one's own machine; "
        "production runs a WSGI server, as the README says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the port."""
        parser.add_argument("port", nargs="?", type=int, default=8000, help="8000 by default.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, say where to look, serve until stopped."""
        call_command("migrate", verbosity=0)
        call_command("load_starter", stdout=self.stdout)
        base = f"http://127.0.0.1:{options['port']}"
        clinics = Listing.objects.filter(published=True).count()
        self.stdout.write(WELCOME.format(clinics=clinics, base=base, example=EXAMPLE))
        self.stdout.flush()
        call_command("runserver", f"127.0.0.1:{options['port']}", use_reloader=False)
