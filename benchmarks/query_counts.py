"""How many queries each of several answers takes, beside its time."""

from collections.abc import Callable, Mapping

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.report import Figure, Grid
from benchmarks.timing import Times

Queries = Mapping[str, int]


def queries_of(ask: Callable[[int], object]) -> int:
    """The queries that one answer takes."""
    with CaptureQueriesContext(connection) as captured:
        ask(0)
    return len(captured)


def grid(kind: str, queries: Queries, times: Mapping[str, Times]) -> Grid:
    """Every answer with its queries and its milliseconds; ``kind`` is what they are called."""
    rows = {
        name: {"queries": float(queries[name]), "median": one.median, "p95": one.p95}
        for name, one in times.items()
    }
    return Grid("Queries, and milliseconds", kind, rows, decimals=1)


def most_queries(kind: str, queries: Queries, floor: str, at_most: int) -> Figure:
    """The answer with the most queries, beside the floor's."""
    most = max(queries, key=lambda name: queries[name])
    return Figure(
        f"queries of the {kind} with the most: {most}",
        queries[most],
        f"{floor}: {queries[floor]}",
        at_most=at_most,
        unit="",
    )
