"""An import, beside the bare driver writing the very same rows."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connections, models, transaction

from benchmarks import catalogue
from benchmarks.report import Figure, Grid, Part
from benchmarks.timing import Stopwatch
from clinics.imports.records import FacilityRecord
from clinics.models import (
    Department,
    Facility,
    Listing,
    OfficialFacts,
    OpeningHours,
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
    Posting,
)
FLOOR = "floor"
NEXT_RELEASE = date(2026, 12, 1)
ROWS_AT_ONCE = 10_000


class Import:
    """One import that is being measured, told in seconds."""

    def __init__(self, records: Sequence[FacilityRecord], using: str) -> None:
        self._records = records
        self._using = using

    def seconds(
        self,
        progress: Callable[[str, int], None] = lambda _stage, _done: None,
        release: date = catalogue.RELEASE,
    ) -> float:
        """Import them, as this release."""
        watch = Stopwatch()
        catalogue.import_records(
            self._records, using=self._using, release=release, progress=progress
        )
        return watch.seconds
