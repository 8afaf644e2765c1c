"""The search alone, in every shape, beside one scan, its own median, and other engines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connections

from benchmarks import geosearch, postgis
from benchmarks.checking import Oracle, agree, of_hits
from benchmarks.rivals import Rival
from benchmarks.servers import Engine
from benchmarks.shapes import SHAPES, Shape
from benchmarks.timing import Contestant, Times, interleaved
from clinics.models import Listing
from finder.conditions import placeholders
from finder.query import Centre, SearchQuery
from finder.search import search
from finder.terms import make_plan

PAGE = 20
# A slow search does not need to be told as often as a quick one.
SECONDS_EACH = 5.0
SECONDS_SCANNING = 1.0
LEAST_SCANS = 3
ROUND_TRIP = "one round trip"
SCAN = "scan: "
CHECKED_CENTRES = 10
TITLES: dict[Engine, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

Name = tuple[str, str]


@dataclass(slots=True)
class Checked:
    """How many answers were compared with measuring one by one, and which differed."""

    number: int = 0
    differing: list[str] = field(default_factory=list)


@dataclass
class Measured:
    """What searching among so many facilities took: times by engine or rival, then by shape."""

    number: int
    times: dict[Name, Times]
    checked: dict[str, Checked]
    notes: list[str]

    @cached_property
    def engines(self) -> list[str]:
        """The titles of the project's own engines."""
        return [title for title in TITLES.values() if (title, ROUND_TRIP) in self.times]

    @cached_property
    def rivals(self) -> list[str]:
        """The names of the others."""
        named = {name for name, _ in self.times}
        return [name for name in (postgis.NAME, geosearch.NAME) if name in named]

    def scan(self, engine: str, shape: Shape) -> Times | None:
        """The scan of a shape, if there is anything to scan for."""
        return self.times.get((engine, SCAN + shape.name))


def measure(
    aliases: Mapping[Engine, str],
    centres: Sequence[tuple[float, float]],
    advance: Callable[[], object],
) -> Measured:
    """Every shape from every centre, on each engine's database and beside those that rival it.

    All databases hold the same facilities.
    """
    places = [Centre(*centre) for centre in centres]
    questions = {shape.name: [shape.query(place) for place in places] for shape in SHAPES}
    contestants: dict[Name, Contestant] = {}
    scans: dict[Name, Contestant] = {}
    with ExitStack() as stack:
        rivals, notes = _rivals(aliases, stack)
        for engine, using in aliases.items():
            title = TITLES[engine]
            contestants[title, ROUND_TRIP] = _round_trip(using)
            for shape in SHAPES:
                asked = questions[shape.name]
                contestants[title, shape.name] = _asking(shape, shape.prepare(asked, using), using)
                if not make_plan(asked[0], using).nothing:
                    scans[title, SCAN + shape.name] = _scanning(shape, asked, using)
        for rival in rivals:
            for shape in SHAPES:
                if shape.near is not None and rival.answers(shape.near):
                    contestants[rival.name, shape.name] = _asking_rival(rival, shape, places)
        times = interleaved(contestants, len(centres), advance, SECONDS_EACH)
        times |= interleaved(
            scans,
            len(centres),
            seconds_each=SECONDS_SCANNING,
            least_rounds=LEAST_SCANS,
        )
        checked = _checked(aliases, rivals, places[:CHECKED_CENTRES])
    number = Listing.objects.using(next(iter(aliases.values()))).count()
    return Measured(number, times, checked, notes)


def _rivals(aliases: Mapping[Engine, str], stack: ExitStack) -> tuple[list[Rival], list[str]]:
    """The others that are installed, filled, and what to say of them."""
    keys = _keys()
    rivals: list[Rival] = []
    using = aliases.get("postgresql")
    missing = [
        "PostGIS was left out: it needs --engine sqlite,postgresql and a server with PostGIS."
        if using is None
        else postgis.how_to_get_it(using),
        geosearch.how_to_get_it(),
    ]
    if using is not None and missing[0] is None:
        rivals.append(postgis.Postgis(using, keys))
    if missing[1] is None:
        client = stack.enter_context(geosearch.served())
        rivals.append(geosearch.Geosearch(client, next(iter(aliases.values())), keys))
    return rivals, [*(rival.note for rival in rivals), *filter(None, missing)]


def _keys() -> list[str]:
    """The terms that others can be asked for."""
    named = (key for shape in SHAPES if shape.near for key in shape.near.terms)
    return list(dict.fromkeys(named))


def _asking(shape: Shape, queries: Sequence[SearchQuery], using: str) -> Contestant:
    return lambda number: shape.ask(queries[number % len(queries)], using)


def _scanning(shape: Shape, queries: Sequence[SearchQuery], using: str) -> Contestant:
    return lambda number: shape.scan(queries[number], using)


def _asking_rival(rival: Rival, shape: Shape, places: Sequence[Centre]) -> Contestant:
    near = shape.near
    assert near is not None
    return lambda number: rival.nearest(near, places[number], PAGE + 1)


def _round_trip(using: str) -> Contestant:
    """What a question to the database costs at the least."""
    ids = list(Listing.objects.using(using).order_by("pk").values_list("pk", flat=True)[:PAGE])
    select = f"SELECT id, version FROM clinics_listing WHERE id IN ({placeholders(ids)})"

    def read(number: int) -> object:
        with connections[using].cursor() as cursor:
            cursor.execute(select, ids)
            return cursor.fetchall()

    return read


def _checked(
    aliases: Mapping[Engine, str], rivals: Sequence[Rival], places: Sequence[Centre]
) -> dict[str, Checked]:
    """The answers of all, compared with those of measuring clinic by clinic."""
    oracle = Oracle(next(iter(aliases.values())), _keys())
    found = {name: Checked() for name in (*map(TITLES.get, aliases), *(r.name for r in rivals))}
    for shape in SHAPES:
        if shape.near is None:
            continue
        for place in places:
            expected = oracle.nearest(shape.near, place, PAGE)
            for name, answer in _answers(shape, place, aliases, rivals):
                found[name].number += 1
                if not agree(answer, expected):
                    found[name].differing.append(shape.name)
    return {str(name): checked for name, checked in found.items()}


def _answers(
    shape: Shape, place: Centre, aliases: Mapping[Engine, str], rivals: Sequence[Rival]
) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    for engine, using in aliases.items():
        yield TITLES[engine], of_hits(search(shape.query(place), using).hits)
    for rival in rivals:
        assert shape.near is not None
        if rival.answers(shape.near):
            yield rival.name, [one[:2] for one in rival.nearest(shape.near, place, PAGE)]
