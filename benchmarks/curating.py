"""The admin's lists and desks among many facilities: queries and time of each page."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from benchmarks.answering import PRODUCT
from benchmarks.query_counts import grid, most_queries, queries_of
from benchmarks.report import Figure, Part
from benchmarks.timing import interleaved, median_ratio
from clinics.models import Facility

HOME = "home page with every desk"
FLOOR = "page without a list"
MOST_QUERIES = 20
PER_PAGE = 50
# Pages of people, not of programs: a few looks tell enough.
ROUNDS = 12
STEPS = ROUNDS

PAGES = {
    FLOOR: "/admin/password_change/",
    HOME: "/admin/",
    "clinics": "/admin/clinics/facility/",
    "clinics by verify-by date": "/admin/clinics/facility/?o=6",
    "clinics by name": "/admin/clinics/facility/?o=1",
    "clinics past their date": "/admin/clinics/facility/?due=past&o=6",
    "clinics without a position": "/admin/clinics/facility/?position=missing",
    "clinics without hours": "/admin/clinics/facility/?hours=missing",
    "clinics with weak evidence": "/admin/clinics/facility/?evidence=weak",
    "clinics of a category in a prefecture": "/admin/clinics/facility/?category=neurology&prefecture=13",
    "clinics found by name": "/admin/clinics/facility/?q=中央クリニック",
    "clinics found by official id": "/admin/clinics/facility/?q=B00000",
    "concepts": "/admin/clinics/concept/",
    "reports": "/admin/clinics/publicreport/",
    "possible duplicates": "/admin/clinics/duplicatepair/",
    "imports": "/admin/clinics/importrun/",
    "quality": "/admin/quality/",
}


def measure(advance: Callable[[], object]) -> Part:
    """Every list as a superuser sees it."""
    # Where requests were measured before, other addresses were the last.
    settings.ROOT_URLCONF = PRODUCT
    client = _signed_in()
    one = Facility.objects.order_by("pk").values_list("pk", flat=True)[0]
    number = Facility.objects.count()
    pages = {
        **PAGES,
        "clinics, a page in the middle": f"/admin/clinics/facility/?p={1 + number // PER_PAGE // 2}",
        "form of a clinic": f"/admin/clinics/facility/{one}/change/",
        "history of a clinic": f"/admin/clinics/facility/{one}/history/",
    }
    queries = {name: queries_of(_look(client, address)) for name, address in pages.items()}
    times = interleaved(
        {name: _look(client, address) for name, address in pages.items()}, ROUNDS, advance
    )
    slowest = max(times, key=lambda name: times[name].median)
    return Part(
        f"{connection.display_name}: pages of the admin, {number:,} facilities",
        [grid("page", queries, times)],
        [
            most_queries("page", queries, FLOOR, MOST_QUERIES),
            Figure(
                f"the slowest page: {slowest}",
                median_ratio(times[slowest], times[FLOOR]),
                f"{FLOOR}: {times[FLOOR].median:.1f} ms",
            ),
        ],
        ["As a superuser sees them, every middleware passed; the pages take turns within a round."],
    )


def _signed_in() -> Client:
    users = get_user_model()._default_manager
    user, _created = users.get_or_create(
        username="benchmark", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _look(client: Client, address: str) -> Callable[[int], object]:
    def look(_round: int) -> object:
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return response

    return look
