"""Pages of the website: their queries and time, and what a real browser fetches to show them."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlencode

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models.functions import Length
from django.test import Client

from benchmarks.answering import PRODUCT
from benchmarks.query_counts import grid, most_queries, queries_of
from benchmarks.report import Figure, Grid, Part
from benchmarks.timing import interleaved, median_ratio
from clinics.imports.places_defaults import load_default_places
from clinics.models import Listing
from finder.checklist.definition import Language

# The table of pages is that of the tests, and needs what drives the browser.
DRIVER = "playwright"
LANGUAGE: Language = "ja"
HOST = "localhost"
FORM = "application/x-www-form-urlencoded"
FIRST, FLOOR = "results", "not-found"
# Of a page with every figure of the catalogue, however large that is.
MOST_QUERIES = 25
# Before the tiles of the map (1 kB is 1,000 bytes).
MOST_KILOBYTES = 100
ROUNDS = 12
STEPS = ROUNDS


def measure(advance: Callable[[], object]) -> Part:
    """Every page of the table, in Japanese; nothing where what drives a browser is missing."""
    number = Listing.objects.filter(published=True).count()
    part = Part(f"{connection.display_name}: pages of the website, {number:,} facilities")
    if find_spec(DRIVER) is None:
        part.notes.append(
            f"Left out: {DRIVER} is not installed (pip install --group dev), which the table of "
            "pages needs."
        )
        return part
    # Where requests were measured before, other addresses were the last.
    settings.ROOT_URLCONF = PRODUCT
    # Pages that are refused or missing are looked at too.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    load_default_places()
    best_known = Listing.objects.filter(published=True).order_by(Length("detail").desc(), "pk")
    clinic = str(best_known.values_list("facility_id", flat=True)[0])
    _answered(part, clinic, advance)
    fetched(part, clinic)
    return part


def _answered(part: Part, clinic: str, advance: Callable[[], object]) -> None:
    """What the server does for each page, in this process."""
    from tests.site_pages import SITE_PAGES, ShownPage

    client = Client(SERVER_NAME=HOST)

    def ask(shown: ShownPage) -> Callable[[int], object]:
        path = shown.path(LANGUAGE, clinic)

        def answer(_round: int) -> object:
            if shown.form is None:
                response = client.get(path)
            else:
                response = client.post(path, urlencode(shown.form), content_type=FORM)
            if response.status_code != shown.status:
                raise RuntimeError(f"{path} answered {response.status_code}")
            return response

        return answer

    contestants = {shown.name: ask(shown) for shown in SITE_PAGES}
    queries = {name: queries_of(look) for name, look in contestants.items()}
    times = interleaved(contestants, ROUNDS, advance)
    slowest = max(times, key=lambda name: times[name].median)
    part.grids.append(grid("page", queries, times))
    part.figures += [
        most_queries("page", queries, FLOOR, MOST_QUERIES),
        *(
            Figure(
                f"the page {name}",
                median_ratio(times[name], times[FLOOR]),
                f"{FLOOR}: {times[FLOOR].median:.1f} ms",
            )
            for name in dict.fromkeys((FIRST, slowest))
        ),
    ]
    part.notes.append(
        "Queries and time: whole requests in this process, every middleware passed; the pages take "
        f"turns within a round. {FLOOR} is the frame of every page and nothing in it."
    )


def fetched(part: Part, clinic: str) -> None:
    """Add what a browser fetches for each page from a server in this process, or why it is left out."""
    from benchmarks.page_loads import load
    from tests.browsing import BROWSERS, installed_browser, launched
    from tests.site_pages import SITE_PAGES

    path = installed_browser()
    if path is None:
        part.notes.append(
            "Requests and bytes left out: no browser is installed; one of "
            f"{', '.join(BROWSERS)} is needed on the PATH."
        )
        return
    with _served() as base, launched(path) as browser:
        loads = {shown.name: load(browser, base, shown, LANGUAGE, clinic) for shown in SITE_PAGES}
    part.grids.append(
        Grid(
            "What a browser fetches",
            "page",
            {
                name: {
                    "requests": len(one.own),
                    "kB on the wire": one.wire_bytes / 1_000,
                    "kB of HTML": one.html_bytes / 1_000,
                    "tiles asked for": len(one.foreign),
                }
                for name, one in loads.items()
            },
            decimals=1,
        )
    )
    floor = loads[FLOOR].wire_bytes
    part.figures += [
        Figure(
            f"the page {FIRST}, before tiles",
            loads[FIRST].wire_bytes / 1_000,
            f"{FLOOR}: {floor / 1_000:.1f} kB",
            at_most=MOST_KILOBYTES,
            unit="kB",
        ),
        Figure(
            f"the page {FIRST}, before tiles", loads[FIRST].wire_bytes / floor, f"{FLOOR}, bytes"
        ),
    ]
    part.notes.append(
        "What a browser fetches: a phone that had nothing of it before; bytes on the wire with "
        "headers, compressed as in production. Tiles are asked for in vain."
    )


class _Silent(WSGIRequestHandler):
    """Says nothing of the requests it answers."""

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def _served() -> Iterator[str]:
    """The project's application in threads of this process, as in production; its address."""
    with ThreadedWSGIServer((HOST, 0), _Silent) as server:
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
