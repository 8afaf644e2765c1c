"""The course of the benchmark: what is filled, what is measured, in which order."""

from collections.abc import Iterator, Sequence

from benchmarks import answering, catalogue, importing, over_http, searching
from benchmarks.databases import Databases
from benchmarks.importing import TENTH
from benchmarks.options import Options
from benchmarks.over_http import MEASUREMENTS
from benchmarks.population import Population
from benchmarks.progress import Bars
from benchmarks.report import Part
from clinics.imports.records import FacilityRecord


def measured_parts(options: Options, databases: Databases, bars: Bars) -> Iterator[Part]:
    """Every part that was asked for, in the order in which they need each other."""
    population = Population.of_seed(options.seed)
    records = list(population.records(options.facilities))
    if "import" in options.parts:
        yield importing.measure(records, databases, bars)
    else:
        importing.import_only(records, "default", bars)
    if not options.parts - {"import"}:
        return
    _finish_catalogue(records, options, databases, bars)
    del records
    centres = population.centres(options.rounds)
    if "search" in options.parts:
        step = bars.steps("Searching", options.rounds)
        yield searching.measure(centres, scaling=options.scaling, advance=step)
    if "request" in options.parts:
        yield answering.measure(centres, bars.steps("Answering", options.rounds))
    if "http" in options.parts:
        yield over_http.measure(centres, bars.steps("Over HTTP", MEASUREMENTS))


def _finish_catalogue(
    records: Sequence[FacilityRecord], options: Options, databases: Databases, bars: Bars
) -> None:
    """Bring the databases into the state in which they are searched."""
    catalogue.add_claims(records, options.seed, progress=bars.counter("Publishing claims", None))
    catalogue.settle()
    if options.scaling:
        if "import" not in options.parts:
            databases.add(TENTH)
            importing.import_only(records[: len(records) // 10], TENTH, bars)
        catalogue.settle(TENTH)
