"""What can be asked of the benchmark on the command line."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from benchmarks.servers import Engine

ENGINES: tuple[Engine, ...] = get_args(Engine)
PARTS = ("import", "search", "request", "checklist", "admin", "pages", "http")
# Without being asked: what needs nothing but the project itself, and a browser where there is one.
USUAL_PARTS = PARTS[:6]
FEWEST_FACILITIES = 100
ROUNDS, FEWEST_ROUNDS = 200, 20
# Fewer tell nothing of speed: one round trip costs as much as looking at all of them.
ENOUGH = 10_000


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the benchmark."""

    facilities: int
    sizes: tuple[int, ...]
    engines: tuple[Engine, ...]
    seed: int
    parts: frozenset[str]
    rounds: int
    folder: Path | None
    json: Path | None
    report: Path | None


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options of a command line; one that cannot be understood ends the program."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=(
            "Measures search, requests, checklists, import, the admin and the website's pages on invented facilities, each beside its floor in "
            "the same run, and search beside PostGIS and Redis where they are installed. Everything "
            "it makes is temporary, unless --folder keeps it. Ratios carry over to other machines, "
            "milliseconds do not."
        ),
    )
    parser.add_argument(
        "--facilities",
        type=_number(FEWEST_FACILITIES),
        default=100_000,
        metavar="N",
        help=f"how many facilities are imported, and asked for, {FEWEST_FACILITIES} or more (100000)",
    )
    parser.add_argument(
        "--sizes",
        type=_list(_number(FEWEST_FACILITIES)),
        metavar="N,…",
        help="among how many facilities to search (as many as --facilities); the targets are for "
        "10000,100000,1000000, and several sizes make a chart of the report",
    )
    parser.add_argument(
        "--engine",
        type=_list(_one_of(ENGINES)),
        default=ENGINES[:1],
        metavar="ENGINE,…",
        help="sqlite in temporary files (default), postgresql in databases of its own that are made "
        "on the server of DATABASE_URL and dropped at the end, or both",
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything invented (1)")
    parser.add_argument(
        "--only",
        type=_list(_one_of(PARTS)),
        default=USUAL_PARTS,
        metavar="PART,…",
        help=f"of {', '.join(PARTS)} ({','.join(USUAL_PARTS)}); http needs gunicorn",
    )
    parser.add_argument(
        "--rounds",
        type=_number(FEWEST_ROUNDS),
        help=f"how often each search and request is measured, {FEWEST_ROUNDS} or more "
        f"({ROUNDS}; {FEWEST_ROUNDS} where there are too few facilities to tell anything of speed)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="FOLDER",
        help="keep the databases that are searched, those of SQLite here and those of PostgreSQL on "
        "its server, and use them again while nothing that fills them has changed",
    )
    parser.add_argument("--json", type=_new_file, metavar="FILE", help="keep all figures as JSON")
    parser.add_argument(
        "--report",
        type=_new_file,
        metavar="FILE.md",
        help="write a report in Markdown, and the chart beside it",
    )
    found = parser.parse_args(arguments)
    sizes = tuple(sorted(found.sizes or (found.facilities,)))
    usual = ROUNDS if max(*sizes, found.facilities) >= ENOUGH else FEWEST_ROUNDS
    return Options(
        facilities=found.facilities,
        sizes=sizes,
        engines=found.engine,
        seed=found.seed,
        parts=frozenset(found.only),
        rounds=found.rounds or usual,
        folder=found.folder,
        json=found.json,
        report=found.report,
    )


def _new_file(text: str) -> Path:
    """Where a file can be written; ``ArgumentTypeError`` before anything is measured for nothing."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no file in a folder that there is")
    return path


class _number:
    """Reads a whole number that is at least as large as another."""

    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, text: str) -> int:
        """The number; ``ArgumentTypeError`` says what would be accepted."""
        if not text.isascii() or not text.isdigit() or int(text) < self.least:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a whole number of {self.least} or more"
            )
        return int(text)


class _one_of:
    """Reads one of some words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    def __call__(self, text: str) -> str:
        """The word; ``ArgumentTypeError`` says what would be accepted."""
        if text not in self.words:
            raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(self.words)}")
        return text


class _list:
    """Reads a list separated by commas, each of its items once."""

    def __init__(self, read: Callable[[str], object]) -> None:
        self.read = read

    def __call__(self, text: str) -> tuple[object, ...]:
        """The items in their order."""
        return tuple(dict.fromkeys(map(self.read, text.split(","))))
