"""What the API can do, in three examples."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from finder.rates import Rate
from finder.web.examples import examples
from finder.web.page import SitePage
from finder.web.provenance import current_provenance
from finder.web.revalidation import revalidated

NANOSECONDS = 1_000_000_000


class DevelopersPage(SitePage):
    """What the API can do, in three examples."""

    name = "developers"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        root = request.build_absolute_uri("/").removesuffix("/")
        context = {
            "examples": examples(root, self.language),
            "rate": _rate(settings.THROTTLE_READ),
            "report_rate": _rate(settings.THROTTLE_REPORT),
            "sources": current_provenance(),
        }
        return revalidated(request, self.render("site/developers.html", context))


def _rate(rate: Rate | None) -> tuple[int, int] | None:
    """How many requests in how many seconds; None: as many as one likes."""
    if rate is None:
        return None
    return rate.burst, round(rate.burst * rate.interval_ns / NANOSECONDS)
