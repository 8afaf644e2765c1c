"""What the API can do, in three examples."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from clinics.rendering import CREDITS
from finder.rates import Rate
from finder.web.examples import examples
from finder.web.plain_page import PlainPage
from finder.web.provenance import Credit

NANOSECONDS = 1_000_000_000


class DevelopersPage(PlainPage):
    """What the API can do, in three examples."""

    name = "developers"
    template = "site/developers.html"

    def content(self) -> Mapping[str, Any]:
        """The examples, with what they answer here, and the rules of this site."""
        root = self.request.build_absolute_uri("/").removesuffix("/")
        return {
            "examples": examples(root, self.language),
            "rate": _rate(settings.THROTTLE_READ),
            "report_rate": _rate(settings.THROTTLE_REPORT),
            "credits": [Credit(words) for words in CREDITS.values()],
        }


def _rate(rate: Rate | None) -> tuple[int, int] | None:
    """How many requests in how many seconds; None: as many as one likes."""
    if rate is None:
        return None
    return rate.burst, round(rate.burst * rate.interval_ns / NANOSECONDS)
