"""Whole requests in this process: the handler, every middleware, the view, the body's bytes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory

from benchmarks import claims, reference_views
from benchmarks.reference_views import Prepared
from benchmarks.report import Figure, Grid, Part
from benchmarks.timing import Times, interleaved, median_ratio
from clinics.models import OfficialFacts

PRODUCT = "finder.urls"
REFERENCE = "benchmarks.reference_views"

SEARCH = "search, no count"
COUNTED = "search, bounded count"
DETAIL = "one clinic"
NOT_MODIFIED = "one clinic, 304"
EMPTY = "empty view"
ONE_QUERY = "empty view with one query"
BARE = "bare JsonResponse"
SERIALISED = "ModelSerializer, prefetched"
EVERY_ROW = "geopy over every row"
# Asking geopy for every row is timed on this many, a few times, and reckoned up to all of them.
GEOPY_SAMPLE = 2_000
GEOPY_ROUNDS = 5


class Answer(NamedTuple):
    """What came back."""

    headers: dict[str, str]
    body: bytes


class _Started:
    """Takes the status and the headers, as a WSGI server would."""

    status = ""
    headers: Sequence[tuple[str, str]] = ()

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return bytes


class Requests:
    """Sends requests straight to the WSGI application."""

    def __init__(self) -> None:
        self._application = get_wsgi_application()
        self._factory = RequestFactory(SERVER_NAME="localhost")

    def prepare(
        self, urlconf: str, address: str, headers: dict[str, str] | None = None
    ) -> Callable[[], Answer]:
        """What sends one request, again and again.

        It raises ``RuntimeError`` when the answer is neither 200 nor 304.
        """
        environ = self._factory.get(address, headers=headers).environ

        def send() -> Answer:
            settings.ROOT_URLCONF = urlconf
            started = _Started()
            response = self._application(dict(environ), started)
            body = b"".join(response)
            response.close()
            if started.status[:3] not in ("200", "304"):
                raise RuntimeError(f"{address} answered {started.status}: {body[:200]!r}")
            return Answer(dict(started.headers), body)

        return send


def search_address(centre: tuple[float, float], count: str = "none") -> str:
    """A search for twenty clinics with a department that half of them have."""
    latitude, longitude = centre
    scheme, slug = claims.HALF.split(":")
    asked = {"lat": latitude, "lng": longitude, scheme: slug, "count": count}
    return f"/api/v1/clinics?{urlencode(asked)}"


def prepared_searches(centres: Sequence[tuple[float, float]]) -> list[Prepared]:
    """The searches from these places with the product's answers."""
    requests = Requests()
    return [
        Prepared.of(centre, orjson.loads(requests.prepare(PRODUCT, search_address(centre))().body))
        for centre in centres
    ]


def measure(centres: Sequence[tuple[float, float]], advance: Callable[[], object]) -> Part:
    """The product's views and those they are measured against, in turn."""
    reference_views.prepared[:] = prepared_searches(centres)
    number = OfficialFacts.objects.count()
    sample = min(number, GEOPY_SAMPLE)
    contestants = _contestants(centres)
    times = interleaved(contestants, len(centres), advance)
    slow = _each(REFERENCE, [f"/every-row/{index}/{sample}" for index in range(GEOPY_ROUNDS)])
    every_row = interleaved({EVERY_ROW: slow}, GEOPY_ROUNDS)[EVERY_ROW]
    times[EVERY_ROW] = Times(elapsed * number / sample for elapsed in every_row)
    sizes = {name: len(send(0).body) for name, send in contestants.items()}
    return Part(
        f"{connection.display_name}: whole requests in this process, {number:,} facilities, {reference_views.PAGE} clinics",
        [
            Grid(
                "Milliseconds, and how many times the bare JsonResponse",
                "request",
                {
                    name: {
                        "median": one.median,
                        "p95": one.p95,
                        "× bare": one.median / times[BARE].median,
                    }
                    | ({"kB": sizes[name] / 1_000} if name in sizes else {})
                    for name, one in times.items()
                },
            )
        ],
        _figures(times),
        [
            "Every contestant passes the default middleware; they take turns within a round, and "
            "a ratio is the median of the rounds' ratios.",
            "The views set beside the product do not search: their clinics are known beforehand.",
            f"{EVERY_ROW}: measured on {sample:,} rows and reckoned up.",
        ],
    )


def _contestants(centres: Sequence[tuple[float, float]]) -> dict[str, Callable[[int], Answer]]:
    numbers = range(len(centres))
    details = [f"/api/v1/clinics/{one.clinic_ids[0]}" for one in reference_views.prepared]
    detail = _each(PRODUCT, details)
    known = [{"If-None-Match": detail(number).headers["ETag"]} for number in numbers]
    return {
        SEARCH: _each(PRODUCT, [search_address(centre) for centre in centres]),
        COUNTED: _each(PRODUCT, [search_address(centre, "bounded") for centre in centres]),
        BARE: _each(REFERENCE, [f"/bare/{number}" for number in numbers]),
        SERIALISED: _each(REFERENCE, [f"/serialised/{number}" for number in numbers]),
        DETAIL: detail,
        NOT_MODIFIED: _each(PRODUCT, details, known),
        EMPTY: _each(REFERENCE, ["/empty"] * len(centres)),
        ONE_QUERY: _each(REFERENCE, [f"/one-query/{number + 1}" for number in numbers]),
    }


def _each(
    urlconf: str, addresses: Sequence[str], headers: Sequence[dict[str, str]] = ()
) -> Callable[[int], Answer]:
    """A contestant that sends another of these requests in each round."""
    requests = Requests()
    sends = [
        requests.prepare(urlconf, address, headers[number] if headers else None)
        for number, address in enumerate(addresses)
    ]
    return lambda number: sends[number]()


def _figures(times: dict[str, Times]) -> list[Figure]:
    search = times[SEARCH]
    return [
        Figure(
            SEARCH,
            median_ratio(search, times[BARE]),
            f"{BARE}: {times[BARE].median:.2f} ms",
            at_most=2.5,
        ),
        Figure(
            f"{SERIALISED}, beside {SEARCH}",
            median_ratio(times[SERIALISED], search),
            f"{SEARCH}: {search.median:.2f} ms",
            at_least=8,
        ),
        Figure(
            f"{EVERY_ROW}, beside {SEARCH}",
            times[EVERY_ROW].median / search.median,
            f"{SEARCH}: {search.median:.2f} ms",
        ),
        Figure(
            NOT_MODIFIED,
            median_ratio(times[NOT_MODIFIED], times[EMPTY]),
            f"{EMPTY}: {times[EMPTY].median:.2f} ms",
            at_most=1.3,
        ),
        Figure(
            NOT_MODIFIED,
            median_ratio(times[NOT_MODIFIED], times[ONE_QUERY]),
            f"{ONE_QUERY}: {times[ONE_QUERY].median:.2f} ms",
        ),
    ]
