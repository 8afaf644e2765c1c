"""The search alone, in the shapes that tell designs apart, beside what it cannot or must not be."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connections
from geopy.distance import geodesic

from benchmarks import catalogue
from benchmarks.importing import TENTH
from benchmarks.report import Figure, Grid, Part
from benchmarks.timing import Contestant, Times, interleaved
from clinics.models import Listing, OfficialFacts, Term
from clinics.position import chord_ceiling_m, ecef
from clinics.terms import EVERY_CLINIC
from finder.postings import SQUARED_CHORD
from finder.query import AnyOf, Centre, SearchQuery
from finder.search import search
from finder.terms import make_plan, marks

PAGE = 20
# Sorting by geopy is timed on this many rows, and reckoned up to all of them.
GEOPY_SAMPLE = 2_000
SCAN_OF_TERM = "scan of the term"
SCAN_OF_ALL = "scan of all clinics"
ROUND_TRIP = "one round trip"
ENOUGH = 10_000
SPREAD = 15
SCALING = 1.5


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of search: how far, and for clinics that carry what."""

    name: str
    radius_km: float | None
    terms: tuple[str, ...]

    def query(self, latitude: float, longitude: float) -> SearchQuery:
        """The search from a place."""
        return SearchQuery(
            centre=Centre(latitude, longitude),
            radius_km=self.radius_km,
            required=tuple(AnyOf((term,)) for term in self.terms),
            page_size=PAGE,
            count="none",
        )


TEN_KM = Shape("10 km, 5 %", 10, (catalogue.TWENTIETH,))
# A tenth of the clinics seldom fills a page within 10 km; without a radius both sizes do.
NO_RADIUS = Shape("no radius, 5 %", None, (catalogue.TWENTIETH,))
SCALED = (TEN_KM, NO_RADIUS)
SHAPES = (
    Shape("5 km, no tag", 5, ()),
    Shape("10 km, 50 %", 10, (catalogue.HALF,)),
    TEN_KM,
    Shape("50 km, 0.1 %", 50, (catalogue.RARE,)),
    Shape("no radius, no tag", None, ()),
    NO_RADIUS,
    Shape("no radius, 0.1 %", None, (catalogue.RARE,)),
    Shape("no radius, 0.1 % far", None, (catalogue.RARE_AND_FAR,)),
    Shape(
        "no radius, 5 & 5 & 50 %",
        None,
        (catalogue.TWENTIETH, catalogue.ANOTHER_TWENTIETH, catalogue.HALF),
    ),
    Shape("no match", None, (catalogue.NOBODYS,)),
    Shape(
        "no match, 5 & 5 %",
        None,
        (catalogue.TWENTIETH, catalogue.NEVER_WITH_NEUROLOGY),
    ),
)


def measure(
    centres: Sequence[tuple[float, float]],
    *,
    scaling: bool,
    advance: Callable[[], object],
) -> Part:
    """Every shape from every centre; ``scaling`` compares with the database ``TENTH``."""
    number = Listing.objects.count()
    contestants: dict[str, Contestant] = {
        shape.name: _searching(shape, centres, "default") for shape in SHAPES
    }
    contestants[ROUND_TRIP] = _round_trip(len(centres))
    if scaling:
        contestants |= {_at_a_tenth(shape): _searching(shape, centres, TENTH) for shape in SCALED}
    times = interleaved(contestants, len(centres), advance)
    scans = {shape.name: _scans(shape, centres[: len(centres) // 10]) for shape in SHAPES}
    part = Part(f"Search alone, {number:,} facilities, nearest {PAGE}, no count")
    geopy_ms = _geopy_ms_a_row(centres[0])
    part.grids.append(
        Grid(
            "Milliseconds, and how many times the round trip",
            "shape",
            {shape.name: _row(shape, times, scans[shape.name], geopy_ms) for shape in SHAPES},
        )
    )
    part.figures = [
        figure for shape in SHAPES for figure in _figures(shape.name, times, scans[shape.name])
    ]
    if scaling:
        part.figures += [_scaling(shape, times, centres, number) for shape in SCALED]
    part.notes = [
        f"Below {ENOUGH:,} facilities a scan costs no more than a round trip, and says nothing."
    ] * (number < ENOUGH)
    part.notes += [
        f"One round trip: {PAGE} rows by primary key, {times[ROUND_TRIP].median:.3f} ms.",
        "Scans order all postings of the term, or all clinics, by squared chord in SQL.",
        f"geopy: the geodesic to every clinic that carries the term, at {geopy_ms * 1_000:.0f} µs "
        f"each, measured on at most {GEOPY_SAMPLE:,} and reckoned up.",
    ]
    return part


def _row(
    shape: Shape, times: dict[str, Times], scans: dict[str, Times], geopy_ms: float
) -> dict[str, float]:
    own = times[shape.name]
    row = {
        "median": own.median,
        "p95": own.p95,
        "× round trip": own.median / times[ROUND_TRIP].median,
    }
    row |= {name: scan.median for name, scan in scans.items()}
    if _rows(shape):
        row["geopy"] = geopy_ms * _rows(shape)
    return row


def _figures(name: str, times: dict[str, Times], scans: dict[str, Times]) -> list[Figure]:
    own = times[name]
    figures = [Figure(f"{name}: p95", own.p95 / own.median, "its own median", at_most=SPREAD)]
    if scans:
        scan = scans[SCAN_OF_ALL]
        figures.append(
            Figure(f"{name}: p95", own.p95 / scan.median, "a scan of all clinics", at_most=1)
        )
    return figures


def _at_a_tenth(shape: Shape) -> str:
    return f"{shape.name}, a tenth of the clinics"


def _scaling(
    shape: Shape, times: dict[str, Times], centres: Sequence[tuple[float, float]], number: int
) -> Figure:
    """The same searches among ten times as many clinics, and how many hits both find."""
    hits = {
        using: statistics.mean(len(search(shape.query(*one), using).hits) for one in centres)
        for using in ("default", TENTH)
    }
    small = times[_at_a_tenth(shape)]
    return Figure(
        f"{shape.name}: among {number:,} ({hits['default']:.1f} hits)",
        times[shape.name].median / small.median,
        f"a tenth ({hits[TENTH]:.1f} hits): {small.median:.3f} ms",
        at_most=SCALING,
    )


def _searching(shape: Shape, centres: Sequence[tuple[float, float]], using: str) -> Contestant:
    queries = [shape.query(*centre) for centre in centres]
    return lambda number: search(queries[number], using)


def _round_trip(rounds: int) -> Contestant:
    """What a question to the database costs at the least."""
    ids = list(Listing.objects.order_by("pk").values_list("pk", flat=True))
    drawn = random.Random(0)
    chosen = [drawn.sample(ids, min(PAGE, len(ids))) for _ in range(rounds)]
    select = f"SELECT id, version FROM clinics_listing WHERE id IN ({marks(chosen[0])})"

    def read(number: int) -> object:
        with connections["default"].cursor() as cursor:
            cursor.execute(select, chosen[number])
            return cursor.fetchall()

    return read


def _scans(shape: Shape, centres: Sequence[tuple[float, float]]) -> dict[str, Times]:
    """The same nearest found by looking at every posting of the term, and at every clinic."""
    if not _rows(shape):
        return {}
    queries = [shape.query(*centre) for centre in centres]
    return interleaved(
        {
            SCAN_OF_TERM: _scanning(queries, whole=False),
            SCAN_OF_ALL: _scanning(queries, whole=True),
        },
        len(queries),
    )


def _scanning(queries: Sequence[SearchQuery], *, whole: bool) -> Contestant:
    """Walks the rarest term's postings, or those of the whole catalogue, from end to end."""
    statements = [_scan(query, whole=whole) for query in queries]

    def scan(number: int) -> object:
        with connections["default"].cursor() as cursor:
            cursor.execute(*statements[number])
            return cursor.fetchall()

    return scan


def _scan(query: SearchQuery, *, whole: bool) -> tuple[str, list[float]]:
    """The statement and its values."""
    assert query.centre is not None
    plan = make_plan(query)
    tests, masks = plan.conditions("p", with_driver=whole)
    term_id = _term(EVERY_CLINIC).pk if whole else plan.driver.term_ids[0]
    here = ecef(query.centre.latitude, query.centre.longitude)
    squares = [value for value in here for _ in range(2)]
    values: list[float] = [term_id, *masks]
    within = ""
    if query.radius_km is not None:
        within = f"AND {SQUARED_CHORD} <= %s"
        values += [*squares, chord_ceiling_m(query.radius_km * 1_000) ** 2]
    return (
        f"""
        SELECT p.listing_id FROM clinics_posting p WHERE p.term_id = %s {tests} {within}
        ORDER BY {SQUARED_CHORD} LIMIT {PAGE}
        """,
        [*values, *squares],
    )


def _term(key: str) -> Term:
    return Term.objects.get(key=key)


def _rows(shape: Shape) -> int:
    """How many clinics carry the rarest of a shape's terms."""
    return min(_term(key).count for key in shape.terms or (EVERY_CLINIC,))


def _geopy_ms_a_row(centre: tuple[float, float]) -> float:
    positions = list(OfficialFacts.objects.values_list("latitude", "longitude")[:GEOPY_SAMPLE])
    started = time.perf_counter()
    sorted(positions, key=lambda position: geodesic(centre, position).meters)
    return (time.perf_counter() - started) * 1_000 / len(positions)
