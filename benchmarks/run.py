"""The course of the benchmark: what is filled, what is measured, in which order."""

from collections.abc import Iterator

from django.core.management import call_command

from benchmarks import (
    answering,
    catalogue,
    curating,
    importing,
    over_http,
    pages,
    preparing,
    searching,
    verdicts,
)
from benchmarks.building import build
from benchmarks.databases import Databases
from benchmarks.options import Options
from benchmarks.over_http import MEASUREMENTS
from benchmarks.population import Population
from benchmarks.progress import Bars
from benchmarks.report import Part
from benchmarks.searching import Measured


def measured_parts(
    options: Options, databases: Databases, bars: Bars, sizes: list[Measured]
) -> Iterator[Part]:
    """Every part that was asked for; what was measured of searching is added to ``sizes``."""
    if options.parts - {"search"}:
        for engine in options.engines:
            if engine != databases.engine:
                databases.use(engine)
            yield from _imported(options, databases, bars)
    if "search" in options.parts:
        for number in options.sizes:
            sizes.append(_searched(number, options, databases, bars))
            yield verdicts.part_of(sizes[-1])
        if len(sizes) > 1:
            yield verdicts.scaling_part(sizes)


def _imported(options: Options, databases: Databases, bars: Bars) -> Iterator[Part]:
    """The parts that need the whole catalogue, on the default database."""
    population = Population.of_seed(options.seed)
    records = list(population.records(options.facilities))
    if "import" in options.parts:
        yield importing.measure(records, databases, bars)
    else:
        importing.import_only(records, "default", bars)
    if not options.parts & {"request", "checklist", "admin", "pages", "http"}:
        return
    if options.parts & {"admin", "pages"}:
        call_command("collectstatic", interactive=False, verbosity=0)
    catalogue.add_claims(records, options.seed, progress=bars.counter("Publishing claims", None))
    catalogue.settle()
    del records
    centres = population.centres(options.rounds)
    if "request" in options.parts:
        yield answering.measure(centres, bars.steps("Answering", options.rounds))
    if "checklist" in options.parts:
        yield preparing.measure(bars.steps("Preparing visits", preparing.STEPS))
    if "admin" in options.parts:
        yield curating.measure(bars.steps("Curating", curating.STEPS))
    if "pages" in options.parts:
        yield pages.measure(bars.steps("Pages", pages.STEPS))
    if "http" in options.parts:
        yield over_http.measure(centres, bars.steps("Over HTTP", MEASUREMENTS))


def _searched(number: int, options: Options, databases: Databases, bars: Bars) -> Measured:
    """Searching among so many, on every engine in turn, in databases that hold the same."""
    aliases = {engine: f"{engine}_{number}" for engine in options.engines}
    finish = {
        alias: databases.keep(engine, number, options.seed, alias)
        for engine, alias in aliases.items()
    }
    empty = [alias for alias, fill in finish.items() if fill is not None]
    if empty:
        build(number, options.seed, empty, bars.counter(f"Filling {' and '.join(empty)}", number))
    for done in finish.values():
        if done is not None:
            done()
    centres = Population.of_seed(options.seed).centres(options.rounds)
    step = bars.steps(f"Searching among {number:,}", options.rounds)
    measured = searching.measure(aliases, centres, step)
    for alias in aliases.values():
        databases.forget(alias)
    return measured
