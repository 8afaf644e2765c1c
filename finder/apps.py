"""The finder: which clinics answer this question."""

from django.apps import AppConfig
from django.core.checks import register


class FinderConfig(AppConfig):
    name = "finder"

    def ready(self) -> None:
        """Have what is set and what is written in files checked at the start."""
        from finder.checklist.files.checks import check_checklists
        from finder.places.checks import check_online_geocoder

        register(check_online_geocoder)
        register(check_checklists)
