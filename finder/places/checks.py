"""Django's system check of the online geocoder's settings: at the start, not at the first search."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from finder.places.online import online_geocoder


def check_online_geocoder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error where settings name an online geocoder that cannot be made; nothing is asked of it."""
    try:
        online_geocoder()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="finder.E001")]
    return []
