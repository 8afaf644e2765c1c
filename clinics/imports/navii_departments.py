"""Reads the ministry's departments and hours sheets, 01-2 and 02-2: one row is one band."""

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from clinics.hours import Session
from clinics.imports.navii_cells import clean_text, id_fault
from clinics.imports.navii_faults import Note, Place
from clinics.imports.navii_files import Row, Sheet
from clinics.imports.navii_hours import read_week
from clinics.imports.navii_layout import BAND, CODE, DEPARTMENT, ID
from clinics.imports.records import DepartmentRecord

BANDS = {"1": 1, "2": 2, "3": 3}
LONGEST_NAME = 400
FIVE_DIGITS = re.compile(r"\d{5}", re.ASCII)
# Codes that end so are buckets of other departments, told apart by their free-text names.
BUCKETS = ("991", "992")

# The bands of a facility's departments, by code and name.
Bands = dict[tuple[str, str], dict[int, tuple[Session, ...]]]


class Group(NamedTuple):
    """Contiguous rows of one ID, the first of them on ``line``."""

    official_id: str
    line: int
    departments: tuple[DepartmentRecord, ...]


def read_departments(
    sheet: Sheet, note: Note, only: Container[str] | None = None
) -> Iterator[tuple[str, tuple[DepartmentRecord, ...]]]:
    """Each facility's departments with their hours, ordered by code and name.

    A facility whose rows stand in several places of the sheet comes several times:
    :func:`collect_departments` puts those together. With ``only``, the facilities of other IDs are
    passed over unread.
    """
    for group in _groups(sheet, note, only):
        yield group.official_id, group.departments


def collect_departments(
    sheets: Iterable[Sheet], note: Note, only: Container[str] | None = None
) -> dict[str, tuple[DepartmentRecord, ...]]:
    """The departments of every facility by ID, equal ones being one object in memory."""
    collected: dict[str, tuple[DepartmentRecord, ...]] = {}
    shared: dict[DepartmentRecord, DepartmentRecord] = {}
    for sheet in sheets:
        for group in _groups(sheet, note, only):
            departments = group.departments
            if group.official_id in collected:
                place = Place(sheet.name, group.line, note)
                place.report("hours-scattered", ID, group.official_id)
                departments = _merged(collected[group.official_id], departments, place)
            collected[group.official_id] = tuple(shared.setdefault(d, d) for d in departments)
    return collected


def ids_with_departments(sheets: Iterable[Sheet], codes: Container[str]) -> frozenset[str]:
    """The IDs, as stated, that have a department of one of these 診療科目コード."""
    return frozenset(cells[0] for sheet in sheets for _, cells in sheet.rows() if cells[1] in codes)


def note_hours_without_facility(
    sheet: Sheet, facilities: Container[str], note: Note, only: Container[str] | None = None
) -> None:
    """Note the IDs (of ``only``) that are not among ``facilities``, once for each group of rows.

    Should the ID with a zero before it be there, the sheet has been through a spreadsheet.
    """
    for official_id, rows in groupby(sheet.rows(), key=_id_of):
        asked = only is None or official_id in only
        if asked and official_id not in facilities and id_fault(official_id) is None:
            lost = f"0{official_id}" in facilities
            code = "id-leading-zeros-lost" if lost else "hours-without-facility"
            line, _ = next(rows)
            Place(sheet.name, line, note).report(code, ID, official_id)


def _groups(sheet: Sheet, note: Note, only: Container[str] | None) -> Iterator[Group]:
    for official_id, rows in groupby(sheet.rows(note), key=_id_of):
        fault = id_fault(official_id)
        if fault is not None:
            for line, _ in rows:
                Place(sheet.name, line, note).report(fault, ID, official_id)
        elif only is None or official_id in only:
            yield _group(official_id, list(rows), sheet.name, note)


def _id_of(row: Row) -> str:
    return row[1][0]


def _group(official_id: str, rows: list[Row], file: str, note: Note) -> Group:
    bands: Bands = {}
    for line, cells in rows:
        _add_row(bands, cells, Place(file, line, note))
    return Group(official_id, rows[0][0], _records(bands))


def _add_row(bands: Bands, cells: tuple[str, ...], place: Place) -> None:
    _, code, stated_name, band, *_ = cells
    name, fault = _clean_name(stated_name)
    number = BANDS.get(band)
    rejected = _row_fault(code, name, band)
    if rejected is not None or number is None:
        place.report(*(rejected or ("band-unknown", BAND, band)))
        return
    if fault is not None:
        place.report(fault, DEPARTMENT, stated_name)
    if (code, name) not in bands:
        _note_other_names(bands, code, name, place)
    department = bands.setdefault((code, name), {})
    if number in department:
        place.report("band-repeated", BAND, f"{code} {name} {band}")
        return
    department[number] = _sessions(number, cells[4:], place)


def _row_fault(code: str, name: str, band: str) -> tuple[str, str, str] | None:
    """Why a row is rejected, as fault, column and value."""
    if not FIVE_DIGITS.fullmatch(code):
        return "code-malformed", CODE, code
    if not name:
        return "department-name-blank", DEPARTMENT, name
    if len(name) > LONGEST_NAME:
        return "name-too-long", DEPARTMENT, name
    return None if band in BANDS else ("band-unknown", BAND, band)


@lru_cache(maxsize=4096)
def _clean_name(stated: str) -> tuple[str, str | None]:
    return clean_text(stated)


def _note_other_names(bands: Bands, code: str, name: str, place: Place) -> None:
    others = [other for known, other in bands if known == code]
    if others and not code.endswith(BUCKETS):
        place.report("department-name-varies", DEPARTMENT, f"{code} {others[0]}, {name}")


def _sessions(number: int, times: tuple[str, ...], place: Place) -> tuple[Session, ...]:
    if not any(times):
        return ()
    week = read_week(number, times)
    for fault in week.faults:
        place.report(*fault)
    return week.sessions


def _records(bands: Bands) -> tuple[DepartmentRecord, ...]:
    """Ordered by code and name, whatever the order of the rows."""
    return tuple(
        DepartmentRecord(
            code, name, tuple(session for number in sorted(of) for session in of[number])
        )
        for (code, name), of in sorted(bands.items(), key=lambda item: item[0])
    )


def _merged(
    first: Iterable[DepartmentRecord], second: Iterable[DepartmentRecord], place: Place
) -> tuple[DepartmentRecord, ...]:
    """Both groups of one facility; where both have hours for a band, those of the first."""
    bands = _bands_of(first)
    for key, added in _bands_of(second).items():
        known = bands.setdefault(key, {})
        for number, sessions in added.items():
            if number in known:
                place.report("band-repeated", BAND, f"{key[0]} {key[1]} {number}")
            known.setdefault(number, sessions)
    return _records(bands)


def _bands_of(departments: Iterable[DepartmentRecord]) -> Bands:
    return {
        (department.code, department.name): {
            number: tuple(sessions)
            for number, sessions in groupby(department.hours, key=lambda each: each.number)
        }
        for department in departments
    }
