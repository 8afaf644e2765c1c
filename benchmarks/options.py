"""What can be asked of the benchmark on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from benchmarks.databases import Engine

PARTS = ("import", "search", "request", "http")
# Without being asked: what needs nothing but the project itself.
USUAL_PARTS = PARTS[:3]
FEWEST_FACILITIES = 100


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the benchmark."""

    facilities: int
    engine: Engine
    seed: int
    parts: frozenset[str]
    scaling: bool
    rounds: int
    json: Path | None


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """The options of a command line; one that cannot be understood ends the program."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=(
            "Measures search, requests and import on invented facilities, each beside its floor in "
            "the same run. Everything it makes is temporary. Ratios carry over to other machines, "
            "milliseconds do not."
        ),
    )
    parser.add_argument(
        "--facilities",
        type=_number(FEWEST_FACILITIES),
        default=100_000,
        metavar="N",
        help=f"how many facilities, {FEWEST_FACILITIES} or more (100000)",
    )
    parser.add_argument(
        "--engine",
        choices=get_args(Engine),
        default="sqlite",
        help="sqlite in a temporary file (default), or postgresql in a database of its own that is "
        "made on the server of DATABASE_URL and dropped at the end",
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything invented (1)")
    parser.add_argument(
        "--only",
        type=_parts,
        default=frozenset(USUAL_PARTS),
        metavar="PART,…",
        help=f"of {', '.join(PARTS)} ({','.join(USUAL_PARTS)}); http needs gunicorn",
    )
    parser.add_argument(
        "--scaling",
        action="store_true",
        help="also search a database a tenth as large",
    )
    parser.add_argument(
        "--rounds",
        type=_number(20),
        default=200,
        help="how often each search and request is measured, 20 or more (200)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all figures as JSON")
    found = parser.parse_args(arguments)
    return Options(
        facilities=found.facilities,
        engine=found.engine,
        seed=found.seed,
        parts=found.only,
        scaling=found.scaling,
        rounds=found.rounds,
        json=found.json,
    )


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


def _parts(text: str) -> frozenset[str]:
    names = frozenset(text.split(","))
    if not names <= set(PARTS):
        raise argparse.ArgumentTypeError(
            f"{text!r}: the parts are {', '.join(PARTS)}, separated by commas"
        )
    return names
