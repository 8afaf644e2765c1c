"""The settings of a server that says all it can, with addresses that fail."""

from finder.settings import *  # noqa: F403
from finder.settings import LOGGING

ROOT_URLCONF = "tests.server_urls"
LOGGING["root"]["level"] = "DEBUG"
for name in ("django", "django.server"):
    LOGGING["loggers"][name]["level"] = "DEBUG"
