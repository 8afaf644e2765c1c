"""What the measured searches say: tables, and figures beside their targets."""

from collections.abc import Iterator, Sequence

from benchmarks import postgis
from benchmarks.report import Figure, Grid, Part
from benchmarks.searching import ROUND_TRIP, TITLES, Measured
from benchmarks.shapes import SCALED, SHAPES

SPREAD = 15
SCALING = 1.5
LARGE = 1_000_000
SLOWEST_MS = 1_000
# Up to so many facilities the targets in milliseconds hold; from so many on a scan takes longer than
# what any search has to pay for its round trips.
MIDDLE = 100_000
TO_POSTGIS = {TITLES["sqlite"]: 1.0, TITLES["postgresql"]: 2.0}


def part_of(measured: Measured) -> Part:
    """The search among one number of facilities."""
    part = Part(
        f"Search alone, {measured.number:,} facilities, 20 hits, no count unless it says so"
    )
    part.grids = [_grid(measured, engine) for engine in measured.engines]
    if measured.rivals:
        part.grids.append(_comparison(measured))
    part.figures = [*_verdicts(measured)]
    part.notes = [
        *(
            f"{engine}: one round trip, 20 rows by primary key, takes "
            f"{measured.times[engine, ROUND_TRIP].median:.3f} ms."
            for engine in measured.engines
        ),
        "A scan looks at every clinic (its text, where words are asked for) under the same "
        "conditions, in one statement.",
        *measured.notes,
    ]
    if measured.number < MIDDLE:
        part.notes.append(
            f"Below {MIDDLE:,} facilities a scan costs little more than a round trip: it is shown, "
            "and nothing is judged by it."
        )
    return part


def scaling_part(sizes: Sequence[Measured]) -> Part:
    """The same searches among many times as many clinics."""
    small, large = sizes[0], sizes[-1]
    part = Part(f"From {small.number:,} to {large.number:,} facilities")
    for engine in large.engines:
        part.grids.append(
            Grid(
                f"{engine}: median milliseconds among so many",
                "shape",
                {
                    shape.name: {
                        f"{one.number:,}": one.times[engine, shape.name].median for one in sizes
                    }
                    for shape in SHAPES
                },
            )
        )
        part.figures += [
            Figure(
                f"{engine}, {shape.name}: among {large.number:,}",
                large.times[engine, shape.name].median / small.times[engine, shape.name].median,
                f"among {small.number:,}: {small.times[engine, shape.name].median:.3f} ms",
                at_most=SCALING,
            )
            for shape in SCALED
        ]
    return part


def _grid(measured: Measured, engine: str) -> Grid:
    rows: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        own = measured.times[engine, shape.name]
        row = {"median": own.median, "p95": own.p95, "max": own.max}
        row["p95 ÷ median"] = own.p95 / own.median
        scan = measured.scan(engine, shape)
        if scan:
            row |= {"scan": scan.median, "p95 ÷ scan": own.p95 / scan.median}
        rows[shape.name] = row
    return Grid(f"{engine}: milliseconds", "shape", rows)


def _comparison(measured: Measured) -> Grid:
    contenders = (*measured.engines, *measured.rivals)
    return Grid(
        "The same questions to others: median milliseconds",
        "shape",
        {
            shape.name: {
                name: measured.times[name, shape.name].median
                for name in contenders
                if (name, shape.name) in measured.times
            }
            for shape in SHAPES
            if shape.near
        },
    )


def _verdicts(measured: Measured) -> Iterator[Figure]:
    for engine in measured.engines:
        yield from _of_engine(measured, engine)
        for rival in measured.rivals:
            yield from _beside(measured, engine, rival)
    for name, checked in measured.checked.items():
        yield Figure(
            f"{name}: answers that differ",
            len(checked.differing),
            f"of {checked.number}, from measuring every clinic by GeographicLib"
            + "".join(f"; {shape}" for shape in dict.fromkeys(checked.differing)),
            at_most=0,
            unit="",
        )


def _of_engine(measured: Measured, engine: str) -> Iterator[Figure]:
    spreads, scans, slowest = [], [], []
    for shape in SHAPES:
        own, scan = measured.times[engine, shape.name], measured.scan(engine, shape)
        name = f"{engine}, {shape.name}: p95"
        explanation = f"its own median: {own.median:.2f} ms"
        spreads.append(Figure(name, own.p95 / own.median, explanation, at_most=SPREAD))
        slowest.append(
            Figure(
                f"{engine}, {shape.name}: slowest",
                own.max,
                f"the longest of {len(own)}",
                at_most=SLOWEST_MS,
                unit="ms",
            )
        )
        if scan and measured.number >= MIDDLE:
            explanation = f"one scan: {scan.median:.2f} ms"
            scans.append(Figure(name, own.p95 / scan.median, explanation, at_most=1))
        if shape.most_ms is not None and measured.number <= MIDDLE:
            yield Figure(
                name, own.p95, f"median {own.median:.2f} ms", at_most=shape.most_ms, unit="ms"
            )
    for figures in (spreads, scans, slowest):
        yield from _worst(figures)


def _beside(measured: Measured, engine: str, rival: str) -> Iterator[Figure]:
    """Targets are for the largest size, and beside PostGIS; the rest is there to be known."""
    wanted = TO_POSTGIS[engine] if rival == postgis.NAME and measured.number >= LARGE else None
    figures = [
        Figure(
            f"{engine}, {shape.name}",
            measured.times[engine, shape.name].median / measured.times[rival, shape.name].median,
            f"{rival}: {measured.times[rival, shape.name].median:.2f} ms",
            at_most=wanted,
        )
        for shape in SHAPES
        if (rival, shape.name) in measured.times
    ]
    yield from _worst(figures)


def _worst(figures: Sequence[Figure]) -> Iterator[Figure]:
    """The figure farthest from its target, and every one that misses it."""
    if figures:
        worst = max(figures, key=lambda figure: figure.value)
        yield worst
        yield from (
            figure for figure in figures if figure.verdict == "miss" and figure is not worst
        )
