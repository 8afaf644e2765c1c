"""Reads a release of the ministry's 医療情報ネット（ナビイ） open data into records.

Rows stream; what is kept in memory are the departments of the facilities asked for, and one
position and one ID for each facility. Every doubtful cell is told to ``note`` as a
:class:`~clinics.imports.records.Finding`, whose codes are the keys of
:data:`~clinics.imports.navii_faults.FAULTS`; the catalogue's tables are not touched.
"""

from collections.abc import Callable, Container, Iterator
from functools import partial

from clinics.imports.navii_departments import (
    collect_departments,
    ids_with_departments,
    note_hours_without_facility,
    read_departments,
)
from clinics.imports.navii_facilities import read_facilities
from clinics.imports.navii_faults import Note, finding
from clinics.imports.navii_files import Release, Sheet
from clinics.imports.navii_places import survey
from clinics.imports.records import FacilityRecord

__all__ = [
    "collect_departments",
    "ids_with_departments",
    "note_hours_without_facility",
    "read_departments",
    "read_facilities",
    "read_release",
]

# Told which stage an import is in, and how many more rows it has read.
Progress = Callable[[str, int], None]


def read_release(
    release: Release,
    note: Note,
    *,
    only: Container[str] | None = None,
    progress: Progress = lambda _stage, _rows: None,
) -> Iterator[FacilityRecord]:
    """Every facility of the release, or those whose ID is in ``only``, with its departments.

    A kind whose departments sheet is not there has None for departments. The stages told to
    ``progress`` are ``departments``, ``positions`` and ``facilities``, in this order; each reads
    all rows of its sheets. Raises :class:`~clinics.imports.refusal.ImportRefused` when a file
    changes while it is read.
    """
    _note_unknown_columns(release, note)
    hours = {sheet.kind: _watched(sheet, progress, "departments") for sheet in release.departments}
    departments = collect_departments(hours.values(), note, only)
    located = [_watched(sheet, progress, "positions") for sheet in release.facilities]
    surveyed = survey(located)
    seen: set[str] = set()
    for sheet in release.facilities:
        for record in read_facilities(
            _watched(sheet, progress, "facilities"),
            note,
            departments=departments if sheet.kind in hours else None,
            survey=surveyed,
            only=only,
        ):
            seen.add(record.official_id)
            yield record
    orphans = departments.keys() - seen
    if orphans:
        known = {cells[0] for sheet in release.facilities for _, cells in sheet.rows()}
        for sheet in release.departments:
            note_hours_without_facility(sheet, known, note, orphans)


def _watched(sheet: Sheet, progress: Progress, stage: str) -> Sheet:
    return sheet.watched(partial(progress, stage))


def _note_unknown_columns(release: Release, note: Note) -> None:
    for sheet in release.sheets:
        for column in sheet.unknown_columns:
            note(finding(sheet.name, 1, column, "", "column-unknown"))
