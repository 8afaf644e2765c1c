"""The benchmark runs, says what it measured, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import searching
from benchmarks.population import Population
from benchmarks.report import Figure

SECONDS = 30


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
def small_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], Path]:
    """What a run with 300 facilities on SQLite prints and keeps, and its folder."""
    folder = tmp_path_factory.mktemp("temporary")
    kept = tmp_path_factory.mktemp("kept") / "figures.json"
    done = run(
        folder,
        "--facilities=300",
        "--engine=sqlite",
        "--rounds=20",
        "--scaling",
        f"--json={kept}",
    )
    assert done.code == 0, done.errors
    return done.printed, json.loads(kept.read_text()), folder


def test_a_small_run_names_every_shape_and_what_it_is_set_beside(
    small_run: tuple[str, dict[str, Any], Path],
) -> None:
    printed, kept, _ = small_run
    (search,) = [part for part in kept["parts"] if part["title"].startswith("Search")]
    (measured,) = search["measurements"].values()
    for shape in searching.SHAPES:
        assert shape.name in printed
        assert measured[shape.name]["median"] > 0
    for contestant in ("bare JsonResponse", "ModelSerializer", "geopy over every row", "304"):
        assert contestant in printed
    assert "executemany" in printed
    assert "the same files again" in printed


def test_every_target_has_a_verdict(small_run: tuple[str, dict[str, Any], Path]) -> None:
    _, kept, _ = small_run
    figures = [figure for part in kept["parts"] for figure in part["figures"]]
    assert len(figures) > len(searching.SHAPES)
    for figure in figures:
        has_target = figure["at_most"] is not None or figure["at_least"] is not None
        assert (figure["verdict"] in ("pass", "miss")) == has_target


def test_nothing_temporary_is_left(small_run: tuple[str, dict[str, Any], Path]) -> None:
    _, _, folder = small_run
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql",
    reason="DATABASE_URL names no PostgreSQL server",
)
@pytest.mark.django_db
def test_it_runs_on_postgresql_and_drops_its_databases(tmp_path: Path) -> None:
    done = run(tmp_path, "--engine=postgresql", "--facilities=300", "--rounds=20", "--scaling")
    assert done.code == 0, done.errors
    assert "COPY" in done.printed
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
    assert "import, search, request, http" in done.errors


def test_too_few_facilities_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--facilities=99")
    assert done.code == 2
    assert "100 or more" in done.errors


def test_the_same_seed_gives_the_same_facilities() -> None:
    first, again, other = (list(Population.of_seed(seed).records(50)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_tenth_of_the_population_is_its_beginning() -> None:
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
