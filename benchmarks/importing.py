"""An import, beside the bare driver writing the very same rows."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections, models, transaction

from benchmarks import catalogue
from benchmarks.databases import Databases
from benchmarks.progress import Bars
from benchmarks.report import Figure, Grid, Part
from benchmarks.timing import Stopwatch
from clinics.imports.records import FacilityRecord
from clinics.models import (
    ClosedDate,
    Department,
    Facility,
    Listing,
    ListingText,
    OfficialFacts,
    OpeningHours,
    OpenSession,
    Posting,
    Term,
)

# In the order in which foreign keys allow them.
TABLES: tuple[type[models.Model], ...] = (
    Facility,
    OfficialFacts,
    Department,
    OpeningHours,
    Term,
    Listing,
    ListingText,
    OpenSession,
    ClosedDate,
    Posting,
)
# The bare driver gets two tries, and is told by its better one.
FLOORS = ("floor", "second_floor")
TENTH = "tenth"
NEXT_RELEASE = date(2026, 12, 1)
ROWS_AT_ONCE = 10_000

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long each import took, and the bare driver with its rows."""

    first: float
    again: float
    driver: float
    small: float
    small_next_release: float


def measure(records: Sequence[FacilityRecord], databases: Databases, bars: Bars) -> Part:
    """Import the records into the empty default database, and set it beside the bare driver.

    A tenth of them go into a database ``TENTH``, once more as the next release of the register.
    """
    number = len(records)
    small = records[: max(1, number // 10)]
    first = _seconds(records, bars.of_import("Importing", number))
    again = _seconds(records, bars.of_import("Importing again", number))
    bare = [_bare_copy(databases, bars, FLOORS[0])]
    databases.add(TENTH)
    small_first = _seconds(small, bars.of_import("Importing a tenth", len(small)), TENTH)
    small_next_release = _seconds(
        small, bars.of_import("The next release", len(small)), TENTH, release=NEXT_RELEASE
    )
    bare.append(_bare_copy(databases, bars, FLOORS[1]))
    driver, rows = min(bare)
    return _part(Seconds(first, again, driver, small_first, small_next_release), number, rows)


def _bare_copy(databases: Databases, bars: Bars, alias: str) -> tuple[float, int]:
    databases.add(alias)
    return seconds_of_copy("default", alias, bars.counter("Writing the bare rows", None))


def import_only(records: Sequence[FacilityRecord], using: str, bars: Bars) -> None:
    """Import the records without measuring anything."""
    _seconds(records, bars.of_import("Importing", len(records)), using)


def _seconds(
    records: Sequence[FacilityRecord],
    progress: Callable[[str, int], None],
    using: str = "default",
    release: date = catalogue.RELEASE,
) -> float:
    """How long the product takes to import and publish the records."""
    watch = Stopwatch()
    catalogue.import_records(records, release=release, using=using, progress=progress)
    return watch.seconds


def seconds_of_copy(source: str, target: str, progress: Callable[[int], None]) -> tuple[float, int]:
    """How long the driver takes to write all that the import wrote, and how many rows that is.

    The rows go into empty tables with the same indexes, in one transaction: with ``executemany``
    on SQLite, with COPY on PostgreSQL. Reading them is not counted.
    """
    done = 0
    watch = Stopwatch()
    with transaction.atomic(using=target):
        for model in TABLES:
            chunks = _chunks(model, source)
            while True:
                with watch.paused():
                    rows = next(chunks, None)
                if rows is None:
                    break
                _write(model, rows, target)
                done += len(rows)
                progress(done)
    return watch.seconds, done


def _columns(model: type[models.Model]) -> str:
    return ", ".join(str(field.column) for field in model._meta.concrete_fields)


def _chunks(model: type[models.Model], using: str) -> Iterator[list[Row]]:
    """The rows of a table as the driver gives them, in the order in which they were written."""
    connection = connections[using]
    select = f"SELECT {_columns(model)} FROM {model._meta.db_table}"
    if connection.vendor == "postgresql":
        with connection.chunked_cursor() as cursor:
            cursor.execute(select)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows
    else:
        # A connection of one's own, which does not turn text into dates.
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as plain:
            found = plain.execute(f"{select} ORDER BY rowid")
            while rows := found.fetchmany(ROWS_AT_ONCE):
                yield rows


def _write(model: type[models.Model], rows: Sequence[Row], using: str) -> None:
    table, columns = model._meta.db_table, _columns(model)
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(rows[0]))
            cursor.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _part(seconds: Seconds, number: int, rows: int) -> Part:
    title = connections["default"].display_name
    bare = "COPY" if connections["default"].vendor == "postgresql" else "executemany"
    measured = {
        "first import": seconds.first,
        "the same files again": seconds.again,
        f"{bare} of the same {rows:,} rows": seconds.driver,
        "a tenth: first import": seconds.small,
        "a tenth: next release, no fact changed": seconds.small_next_release,
    }
    return Part(
        f"{title} import of {number:,} facilities with departments, hours and listings",
        [Grid("Seconds", "what", {name: {"seconds": took} for name, took in measured.items()})],
        [
            Figure(
                "first import",
                seconds.first / seconds.driver,
                f"{bare}: {seconds.driver:.1f} s",
                at_most=3,
            ),
            Figure(
                "the same files again",
                seconds.again / seconds.first,
                f"first import: {seconds.first:.1f} s",
                at_most=0.5,
            ),
            Figure(
                "next release, no fact changed",
                seconds.small_next_release / seconds.small,
                f"first import of as many: {seconds.small:.1f} s",
                at_most=0.5,
            ),
        ],
        [
            f"{bare} writes the same rows in one transaction into empty tables with the same "
            "indexes, twice, of which the faster counts; reading files or these rows is not counted.",
            "A release is named in every clinic's document, so the next one renews every listing.",
        ],
    )
