"""The benchmark runs, says what it measured, and leaves nothing behind."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import catalogue, claims, geosearch, pages, shapes
from benchmarks.building import build
from benchmarks.chart import Line, draw
from benchmarks.checking import agree
from benchmarks.population import Population
from benchmarks.report import Figure, Part
from benchmarks.rivals import Fetched, Neighbour, settled
from benchmarks.timing import LEAST_ROUNDS, interleaved
from clinics.models import ClosedDate, Listing, ListingText, OpenSession, Posting, Term
from tests.browsing import installed_browser
from tests.site_pages import SITE_PAGES

pytestmark = pytest.mark.long

SECONDS = 180
SVG = "{http://www.w3.org/2000/svg}"


class SmallRun(NamedTuple):
    """What a run printed and kept, the folder of all temporary files and that of the kept ones."""

    printed: str
    figures: dict[str, Any]
    temporary: Path
    kept: Path


class Done(NamedTuple):
    """A run that has ended."""

    pid: int
    code: int
    printed: str
    errors: str


def run(folder: Path, *arguments: str, **variables: str) -> Done:
    """Run the benchmark with everything temporary in a folder of the test's own."""
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=settings.BASE_DIR,
        env=environment | {"TMPDIR": str(folder)} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            printed, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()
            raise
    return Done(process.pid, process.returncode, printed, errors)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A run with 300 facilities on SQLite, and the search once more among 200."""
    folder = tmp_path_factory.mktemp("temporary")
    kept = tmp_path_factory.mktemp("kept")
    done = run(
        folder,
        "--facilities=300",
        "--sizes=200,300",
        "--engine=sqlite",
        "--rounds=20",
        f"--json={kept / 'figures.json'}",
        f"--report={kept / 'report.md'}",
    )
    assert done.code == 0, done.errors
    return SmallRun(done.printed, json.loads((kept / "figures.json").read_text()), folder, kept)


def test_a_small_run_names_every_shape_and_what_it_is_set_beside(small_run: SmallRun) -> None:
    searches = [part for part in small_run.figures["parts"] if part["title"].startswith("Search")]
    assert len(searches) == 2
    for search in searches:
        measured = search["measurements"]["SQLite: milliseconds"]
        for shape in shapes.SHAPES:
            assert shape.name in small_run.printed
            assert 0 < measured[shape.name]["median"] <= measured[shape.name]["max"]
    for contestant in ("bare JsonResponse", "ModelSerializer", "geopy over every row", "304"):
        assert contestant in small_run.printed
    assert "executemany" in small_run.printed
    assert "the same files again" in small_run.printed
    (site,) = (
        part for part in small_run.figures["parts"] if "pages of the website" in part["title"]
    )
    asked = site["measurements"]["Queries, and milliseconds"]
    assert asked.keys() == {page.name for page in SITE_PAGES}
    if installed_browser():
        fetched = site["measurements"]["What a browser fetches"]
        assert fetched.keys() == asked.keys()
        assert all(one["kB on the wire"] > one["requests"] > 0 for one in fetched.values())


def test_no_answer_differs_from_measuring_clinic_by_clinic(small_run: SmallRun) -> None:
    figures = [figure for part in small_run.figures["parts"] for figure in part["figures"]]
    compared = [figure for figure in figures if "answers that differ" in figure["name"]]
    assert compared
    assert {figure["value"] for figure in compared} == {0}


def test_the_report_says_on_what_was_measured_and_what_came_of_it(small_run: SmallRun) -> None:
    report = (small_run.kept / "report.md").read_text()
    for fact in ("date", "commit", "processor", "memory", "Python", "SQLite", "Django"):
        assert re.search(rf"^\| {fact} \| .+ \|$", report, re.MULTILINE), fact
    figures = [figure for part in small_run.figures["parts"] for figure in part["figures"]]
    verdicts = Counter(figure["verdict"] for figure in figures)
    assert f"{verdicts['pass']} met, {verdicts['miss']} missed" in report
    assert report.count("| **missed** |") == verdicts["miss"]


def test_the_chart_has_a_line_through_both_sizes_for_every_shape_charted(
    small_run: SmallRun,
) -> None:
    assert "](report.svg)" in (small_run.kept / "report.md").read_text()
    root = ElementTree.parse(small_run.kept / "report.svg").getroot()
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert set(shapes.CHARTED) <= set(texts)
    assert len(list(root.iter(f"{SVG}circle"))) == 2 * len(shapes.CHARTED)


def test_every_target_has_a_verdict(small_run: SmallRun) -> None:
    figures = [figure for part in small_run.figures["parts"] for figure in part["figures"]]
    assert figures
    for figure in figures:
        has_target = figure["at_most"] is not None or figure["at_least"] is not None
        assert (figure["verdict"] in ("pass", "miss")) == has_target


def test_nothing_temporary_is_left(small_run: SmallRun) -> None:
    assert list(small_run.temporary.iterdir()) == []


def test_a_database_that_is_kept_is_filled_once(tmp_path: Path) -> None:
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    temporary.mkdir()
    asked = ("--facilities=100", "--only=search", "--rounds=20", f"--folder={kept}")
    first = run(temporary, *asked)
    assert first.code == 0, first.errors
    (database,) = kept.iterdir()
    changed = database.stat().st_mtime_ns
    again = run(temporary, *asked)
    assert again.code == 0, again.errors
    assert list(kept.iterdir()) == [database]
    assert database.stat().st_mtime_ns == changed
    assert ("Filling" in first.errors, "Filling" in again.errors) == (True, False)


def test_a_database_filled_by_other_code_makes_way(tmp_path: Path) -> None:
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    kept.mkdir()
    temporary.mkdir()
    old, other = (kept / f"clinic_finder_kept_{size}_1_00.sqlite3" for size in (100, 1000))
    old.touch()
    other.touch()
    done = run(temporary, "--facilities=100", "--only=search", "--rounds=20", f"--folder={kept}")
    assert done.code == 0, done.errors
    assert not old.exists()
    assert other.exists()
    assert len(list(kept.iterdir())) == 2


@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql",
    reason="DATABASE_URL names no PostgreSQL server",
)
@pytest.mark.django_db
def test_it_runs_on_postgresql_and_drops_its_databases(tmp_path: Path) -> None:
    done = run(tmp_path, "--engine=postgresql,sqlite", "--facilities=300", "--rounds=20")
    assert done.code == 0, done.errors
    assert "COPY" in done.printed
    assert "executemany" in done.printed
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE strpos(datname, %s) > 0", [f"_{done.pid}_"]
        )
        assert cursor.fetchall() == []


def test_postgresql_without_a_server_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--engine=postgresql", DATABASE_URL="sqlite:///somewhere")
    assert done.code == 1
    assert "Set DATABASE_URL to a PostgreSQL server" in done.errors


def test_a_part_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    done = run(tmp_path, "--only=search,lunch")
    assert done.code == 2
    assert "import, search, request, checklist, admin, pages, http" in done.errors


def test_an_engine_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    done = run(tmp_path, "--engine=sqlite,abacus")
    assert done.code == 2
    assert "'abacus' is none of sqlite, postgresql" in done.errors


@pytest.mark.parametrize("option", ["--json", "--report"])
@pytest.mark.parametrize("where", ["missing/report.md", "."])
def test_what_cannot_be_written_is_refused_before_anything_is_measured(
    tmp_path: Path, option: str, where: str
) -> None:
    done = run(tmp_path, f"{option}={tmp_path / where}")
    assert done.code == 2
    assert f"{option}: " in done.errors and "is no file in a folder that there is" in done.errors


def test_too_few_facilities_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--facilities=99")
    assert done.code == 2
    assert "100 or more" in done.errors


def test_the_same_seed_gives_the_same_facilities() -> None:
    first, again, other = (list(Population.of_seed(seed).records(50)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_small_population_is_the_beginning_of_a_large_one() -> None:
    population = Population.of_seed(3)
    assert list(population.records(50))[:5] == list(population.records(5))


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("quick", 2.0, "floor", at_most=2), "pass"),
        (Figure("slow", 2.1, "floor", at_most=2), "miss"),
        (Figure("much faster", 8.0, "floor", at_least=8), "pass"),
        (Figure("hardly faster", 7.9, "floor", at_least=8), "miss"),
        (Figure("just so", 1.0, "floor"), ""),
    ],
)
def test_a_ratio_is_judged_by_its_target(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


@pytest.fixture
def two_databases(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[str, str]]:
    """Two empty SQLite databases with the project's tables, by their aliases."""
    aliases = ("published", "built")
    with django_db_blocker.unblock():
        for alias in aliases:
            connections.settings[alias] = connections.settings["default"] | {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(tmp_path / alias),
                "OPTIONS": {},
            }
            call_command("migrate", database=alias, verbosity=0)
        yield aliases
        for alias in aliases:
            connections[alias].close()
            del connections[alias], connections.settings[alias]


def test_a_database_for_searching_holds_what_publication_writes(
    two_databases: tuple[str, str],
) -> None:
    published, built = two_databases
    number, seed = 400, 5
    records = list(Population.of_seed(seed).records(number))
    catalogue.import_records(records, using=published)
    catalogue.add_claims(records, seed, using=published)
    build(number, seed, [built], lambda _done: None)
    expected = searched_rows(published)
    assert len(expected) == number
    assert searched_rows(built) == expected
    assert terms(built) == terms(published)
    for model in (ListingText, OpenSession, ClosedDate, Posting):
        numbers = [model.objects.using(alias).count() for alias in two_databases]
        assert numbers[0] == numbers[1] > 0


def test_the_population_has_what_every_search_looks_for(two_databases: tuple[str, str]) -> None:
    _, built = two_databases
    number = 2_000
    build(number, 1, [built], lambda _done: None)
    count = {key: number for key, (_, number) in terms(built).items()}
    assert 0.47 * number < count[claims.HALF] < 0.53 * number
    assert 0.035 * number < count[claims.TWENTIETH] < 0.065 * number
    assert count[claims.RARE] == count[claims.RARE_AND_FAR] == 2
    assert count[claims.NOBODYS] == 0
    assert 0 < count["open:wed-0000-0300"] < 0.01 * number
    assert 0 < count["verified:ever"] < 0.03 * number
    assert 0 < count["second-opinion:online"] < count["second-opinion:any"]
    assert 0 < count["experience:athletes"] < number
    far = Posting.objects.using(built).filter(term__key=claims.RARE_AND_FAR)
    addresses = far.values_list("listing__listingtext__address", flat=True)
    assert all(address.startswith("北海道") for address in addresses)
    with_hours = OpenSession.objects.using(built).values("listing").distinct().count()
    assert 0.5 * number < with_hours < 0.85 * number


def searched_rows(using: str) -> dict[str, Any]:
    """All that a search can read, by the id of the facility.

    Without the ids of the database, the instant and the version: claims come with a second one.
    """
    own = {
        listing.pk: {
            "listing": (
                listing.facility.pk,
                listing.published,
                listing.verified_on,
                listing.latitude,
                listing.longitude,
                bytes(listing.name_key),
                listing.mask_a,
                listing.mask_b,
                listing.digest,
                listing.filing_digest,
                *(
                    text.rpartition(',"updated_at"')[0]
                    for text in (listing.summary, listing.detail)
                ),
            ),
            "postings": set(),
            "sessions": set(),
            "dates": set(),
        }
        for listing in Listing.objects.using(using).select_related("facility")
    }
    for posting in Posting.objects.using(using).select_related("term"):
        own[posting.listing_id]["postings"].add((posting.term.key, *values(posting, "term")))
    for session in OpenSession.objects.using(using):
        own[session.listing_id]["sessions"].add(values(session))
    for day in ClosedDate.objects.using(using):
        own[day.listing_id]["dates"].add(values(day))
    for text in ListingText.objects.using(using):
        own[text.pk]["text"] = values(text)
    return {str(rows["listing"][0]): rows for rows in own.values()}


def values(instance: Any, *without: str) -> tuple[Any, ...]:
    """The values of a row but for the ids of the database."""
    left_out = {"id", "listing", *without}
    return tuple(
        getattr(instance, field.attname)
        for field in instance._meta.concrete_fields
        if field.name not in left_out
    )


def terms(using: str) -> dict[str, tuple[int | None, int]]:
    """The slots and counts of all terms by their keys."""
    return {term.key: (term.slot, term.count) for term in Term.objects.using(using)}


distances_m = st.floats(0, 500_000)
distortions = st.floats(0.9957, 1.0059)


@given(st.lists(st.tuples(distances_m, distortions), max_size=80), st.integers(1, 20))
def test_what_a_sphere_puts_in_the_wrong_order_is_put_right(
    clinics: list[tuple[float, float]], wanted: int
) -> None:
    on_sphere = sorted(
        (metres * distortion, Neighbour(round(metres * 1_000), f"{number:032x}", number))
        for number, (metres, distortion) in enumerate(clinics)
    )

    def fetch(limit: int) -> Fetched:
        rows = on_sphere[:limit]
        complete_m = rows[-1][0] if len(rows) == limit else float("inf")
        return Fetched([neighbour for _, neighbour in rows], complete_m)

    everything = sorted(neighbour for _, neighbour in on_sphere)
    assert settled(fetch, wanted, None) == everything[:wanted]
    within = [one for one in everything if one.distance_mm <= 40_000_000]
    assert settled(fetch, wanted, 40) == within[:wanted]


@pytest.mark.parametrize(
    ("found", "agrees"),
    [
        ([(1_000, "a"), (2_000, "b"), (2_001, "c")], True),
        ([(1_000, "a"), (2_000, "c"), (2_001, "b")], True),
        ([(1_001, "a"), (2_000, "b"), (2_001, "c")], True),
        ([(1_002, "a"), (2_000, "b"), (2_001, "c")], False),
        ([(1_000, "b"), (2_000, "a"), (2_001, "c")], False),
        ([(1_000, "a"), (2_000, "b")], False),
        ([(1_000, "a"), (2_000, "b"), (2_001, "d")], True),
        ([(1_000, "a"), (2_000, "d"), (2_001, "c")], True),
        ([(1_000, "d"), (2_000, "b"), (2_001, "c")], False),
    ],
)
def test_answers_agree_but_for_ties_within_the_rounding(
    found: list[tuple[int, str]], agrees: bool
) -> None:
    assert agree(found, [(1_000, "a"), (2_000, "b"), (2_001, "c")]) is agrees


def test_a_slow_contestant_goes_home_early_and_a_quick_one_stays() -> None:
    rounds: Counter[str] = Counter()
    times = interleaved({"any": lambda number: rounds.update(["any"])}, 50, seconds_each=0)
    assert len(times["any"]) == LEAST_ROUNDS < rounds["any"]
    times = interleaved({"any": lambda number: None}, 50, seconds_each=60)
    assert len(times["any"]) == 50


def test_where_redis_is_missing_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "apt-get install redis-server" in (geosearch.how_to_get_it() or "")


def test_where_a_browser_is_missing_it_is_said_that_one_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    part = Part("pages")
    pages.fetched(part, "")
    (note,) = part.notes
    assert "no browser is installed" in note and "chromium" in note
    assert not part.grids and not part.figures


def test_a_power_of_ten_is_drawn_on_its_grid_line() -> None:
    lines = [Line("a < b", [(10_000, 0.2), (100_000, 1.0), (1_000_000, 7.0)])]
    root = ElementTree.fromstring(draw({"SQLite": lines}, across="facilities", up="ms"))
    circles = [(circle.get("cx"), circle.get("cy")) for circle in root.iter(f"{SVG}circle")]
    grid = [path.get("d") or "" for path in root.iter(f"{SVG}path") if path.get("class") == "grid"]
    assert len(circles) == 3
    for across, _ in circles:
        assert any(way.startswith(f"M{across},") for way in grid)
    assert any(way.startswith("M") and f",{circles[1][1]}H" in way for way in grid)
    assert "a < b" in [element.text for element in root.iter(f"{SVG}text")]
