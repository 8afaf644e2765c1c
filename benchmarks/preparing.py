"""Checklists given out, and visits prepared: queries and time of each, beside the list of checklists."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from benchmarks.answering import PRODUCT
from benchmarks.query_counts import grid, most_queries, queries_of
from benchmarks.report import Figure, Part
from benchmarks.timing import interleaved, median_ratio
from clinics.models import Listing

CASE = Path("checklists/cases/second-opinion/told-nothing-wrong-three-times.json")
ONE = "/api/v1/checklists/second-opinion"
FLOOR = "the list of checklists"
PREPARED = "a visit prepared"
MOST_QUERIES = 2
ROUNDS = 40
STEPS = ROUNDS


def measure(advance: Callable[[], object]) -> Part:
    """Every form of the second-opinion checklist, and of the fullest of its written cases."""
    settings.ROOT_URLCONF = PRODUCT
    client = Client(SERVER_NAME="localhost")
    contestants = _contestants(client)
    queries = {name: queries_of(ask) for name, ask in contestants.items()}
    times = interleaved(contestants, ROUNDS, advance)
    slowest = max(times, key=lambda name: times[name].median)
    return Part(
        f"{connection.display_name}: checklists",
        [grid("answer", queries, times)],
        [
            most_queries("answer", queries, FLOOR, MOST_QUERIES),
            *(
                Figure(
                    name,
                    median_ratio(times[name], times[FLOOR]),
                    f"{FLOOR}: {times[FLOOR].median:.1f} ms",
                )
                for name in dict.fromkeys((PREPARED, slowest))
            ),
        ],
        [
            "Whole requests in this process, every middleware passed; the answers take turns within "
            "a round. Prepared is the fullest written case, with the terms of a clinic where it says so."
        ],
    )


def _contestants(client: Client) -> dict[str, Callable[[int], object]]:
    written = json.loads((settings.FIXTURES_DIR / CASE).read_text(encoding="utf-8"))["request"]
    listings = Listing.objects.filter(published=True).order_by("pk")
    clinic = str(listings.values_list("facility_id", flat=True)[0])
    return {
        FLOOR: _given(client, "/api/v1/checklists"),
        "the definition": _given(client, ONE),
        **{
            f"the definition as {form}": _given(client, f"{ONE}?format={form}")
            for form in ("fhir", "md", "html")
        },
        "a clinic's checklist": _given(client, f"/api/v1/clinics/{clinic}/checklist"),
        PREPARED: _sent(client, written, "json"),
        f"{PREPARED} for a clinic": _sent(client, written | {"clinic": clinic}, "json"),
        **{
            f"{PREPARED}, as {form}": _sent(client, written, form)
            for form in ("fhir", "md", "html", "pdf")
        },
    }


def _given(client: Client, address: str) -> Callable[[int], object]:
    return lambda _round: _answered(client.get(address))


def _sent(client: Client, body: Any, form: str) -> Callable[[int], object]:
    text = json.dumps(body)
    address = f"{ONE}/prepare?format={form}"
    return lambda _round: _answered(client.post(address, text, content_type="application/json"))


def _answered(response: Any) -> Any:
    if response.status_code != 200:
        raise RuntimeError(f"200 was expected, not {response.status_code}.")
    return response
