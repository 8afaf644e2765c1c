"""The finder: which clinics answer this question."""

from django.apps import AppConfig


class FinderConfig(AppConfig):
    name = "finder"
