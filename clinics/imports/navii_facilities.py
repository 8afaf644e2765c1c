"""Reads the ministry's facility sheets, 01-1 and 02-1: one row is one hospital or clinic."""

from collections.abc import Container, Iterator, Mapping

from clinics.hours import DAYS, Closures
from clinics.imports.navii_cells import (
    Point,
    clean_text,
    id_fault,
    id_prefix_fault,
    kana_fault,
    parse_closures,
    parse_municipality,
    parse_position,
    parse_prefecture,
)
from clinics.imports.navii_faults import Note, Place
from clinics.imports.navii_files import Sheet
from clinics.imports.navii_layout import (
    ADDRESS,
    FACILITY_COLUMNS,
    HOLIDAYS,
    ID,
    KIND,
    KIND_DIGITS,
    LATITUDE,
    LONGITUDE,
    MUNICIPALITY,
    NAME,
    NAME_EN,
    NAME_KANA,
    NTH_WEEK,
    OTHER_KIND_DIGITS,
    PREFECTURE,
    PREFECTURE_NAMES,
    REMARKS,
    SHORT_NAME,
    WEBSITE,
    WEEKLY,
)
from clinics.imports.navii_places import NO_SURVEY, Survey
from clinics.imports.navii_websites import parse_website
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.models import Kind

# What the catalogue's columns hold, in characters; the ministry's definition allows half of it.
LONGEST_NAME = 400
LONGEST_ADDRESS = 800
LONGEST_WEBSITE_AS_STATED = 1000
LONGEST_REMARKS = 2000
# 救急科 is on duty day and night, whatever the facility's closing days.
EMERGENCY = "09010"

Departments = tuple[DepartmentRecord, ...]
Cells = dict[str, str]


def read_facilities(
    sheet: Sheet,
    note: Note,
    *,
    departments: Mapping[str, Departments] | None = None,
    survey: Survey = NO_SURVEY,
    only: Container[str] | None = None,
) -> Iterator[FacilityRecord]:
    """The facilities of a sheet in its order, each ID once.

    ``departments`` are those of :func:`~clinics.imports.navii_departments.collect_departments`;
    None says that no departments sheet was read. ``survey`` is that of all sheets of the release.
    With ``only``, other IDs are passed over.
    """
    seen: set[str] = set()
    for line, row in sheet.rows(note):
        cells = dict(zip(FACILITY_COLUMNS, row, strict=True))
        place = Place(sheet.name, line, note)
        rejected = _identity_fault(cells, sheet.kind, seen)
        if rejected is not None:
            place.report(*rejected)
            continue
        if only is None or cells[ID] in only:
            record = _record(cells, sheet.kind, departments, survey, place)
            if record is None:
                continue
            yield record
        seen.add(cells[ID])


def _identity_fault(cells: Cells, kind: Kind, seen: Container[str]) -> tuple[str, str, str] | None:
    """Why a row is rejected for what it says it is: fault, column and value."""
    official_id, digit = cells[ID], cells[KIND]
    fault = id_fault(official_id)
    if fault is not None:
        return fault, ID, official_id
    if digit not in KIND_DIGITS and digit not in OTHER_KIND_DIGITS:
        return "kind-unknown", KIND, digit
    if KIND_DIGITS.get(digit) != kind:
        return "kind-differs", KIND, digit
    if id_prefix_fault(official_id, cells[PREFECTURE], digit) == "id-leading-zeros-lost":
        return "id-leading-zeros-lost", ID, official_id
    return ("id-repeated", ID, official_id) if official_id in seen else None


def _record(
    cells: Cells,
    kind: Kind,
    departments: Mapping[str, Departments] | None,
    survey: Survey,
    place: Place,
) -> FacilityRecord | None:
    """The record of a row, or None where it is rejected for its name."""
    name = _name(cells[NAME], place)
    if not name:
        return None
    official_id = cells[ID]
    if id_prefix_fault(official_id, cells[PREFECTURE], cells[KIND]) is not None:
        place.report("id-prefix", ID, official_id)
    prefecture, municipality = _area(cells, place)
    latitude, longitude = _position(cells, municipality, survey, place) or (None, None)
    website, website_as_stated = _website(cells[WEBSITE], place)
    closures = _closures(cells, place)
    record = FacilityRecord(
        official_id=official_id,
        kind=kind,
        name=name,
        prefecture_code=prefecture,
        municipality_code=municipality,
        address=_address(cells[ADDRESS], prefecture, place),
        name_kana=_kana(cells[NAME_KANA], place),
        name_en=_text(cells[NAME_EN], NAME_EN, LONGEST_NAME, place),
        short_name=_text(cells[SHORT_NAME], SHORT_NAME, LONGEST_NAME, place),
        latitude=latitude,
        longitude=longitude,
        website=website,
        website_as_stated=website_as_stated,
        closures=closures,
        closing_remarks=_text(cells[REMARKS], REMARKS, LONGEST_REMARKS, place),
        departments=None if departments is None else departments.get(official_id, ()),
    )
    _note_departments(record, place)
    return record


def _text(cell: str, column: str, longest: int, place: Place) -> str:
    """The text of a cell, blank where it is too long: nothing is cut short silently."""
    text, fault = clean_text(cell)
    if fault is not None:
        place.report(fault, column, cell)
    if len(text) > longest:
        place.report("text-too-long", column, text)
        return ""
    return text


def _name(cell: str, place: Place) -> str:
    text, fault = clean_text(cell)
    if not text or len(text) > LONGEST_NAME:
        place.report("name-too-long" if text else "name-blank", NAME, text)
        return ""
    if fault is not None:
        place.report(fault, NAME, cell)
    return text


def _kana(cell: str, place: Place) -> str:
    kana = _text(cell, NAME_KANA, LONGEST_NAME, place)
    fault = kana_fault(kana)
    if fault is not None:
        place.report(fault, NAME_KANA, kana)
    return kana


def _address(cell: str, prefecture: str, place: Place) -> str:
    address = _text(cell, ADDRESS, LONGEST_ADDRESS, place)
    if not address:
        place.report("address-blank", ADDRESS, address)
    elif prefecture and not address.startswith(PREFECTURE_NAMES[prefecture]):
        place.report("address-prefecture", ADDRESS, address)
    return address


def _area(cells: Cells, place: Place) -> tuple[str, str]:
    """The codes of the prefecture and of the municipality, blank where unknown."""
    prefecture, fault = parse_prefecture(cells[PREFECTURE])
    if fault is not None:
        place.report(fault, PREFECTURE, cells[PREFECTURE])
    municipality, fault = parse_municipality(prefecture, cells[MUNICIPALITY])
    if fault is not None:
        place.report(fault, MUNICIPALITY, cells[MUNICIPALITY])
    return prefecture, municipality


def _position(cells: Cells, municipality: str, survey: Survey, place: Place) -> Point | None:
    point, fault = parse_position(cells[LATITUDE], cells[LONGITUDE])
    if point is not None:
        fault = survey.fault(point, municipality)
    if fault is None:
        return point
    place.report(fault, LATITUDE, f"{cells[LATITUDE]},{cells[LONGITUDE]}")
    return None


def _website(cell: str, place: Place) -> tuple[str, str]:
    """The address to use, and what the register has where that is something else."""
    stated = _text(cell, WEBSITE, LONGEST_WEBSITE_AS_STATED, place)
    website, fault = parse_website(stated)
    if fault is None:
        return website, ""
    place.report(fault, WEBSITE, stated)
    return website, stated


def _closures(cells: Cells, place: Place) -> Closures:
    weekly = [cells[column] for column in WEEKLY]
    nth_week = [cells[column] for column in NTH_WEEK]
    closures, faults = parse_closures(weekly, nth_week, cells[HOLIDAYS])
    for fault in faults:
        place.report(*fault)
    return closures


def _note_departments(record: FacilityRecord, place: Place) -> None:
    """Note missing departments, and days that are closed with hours or open without."""
    if record.departments is None:
        return
    if not record.departments:
        place.report("facility-without-departments", ID, record.official_id)
        return
    with_hours = {
        day
        for department in record.departments
        if department.code != EMERGENCY
        for session in department.hours
        for day in session.days
    }
    answers = zip(DAYS, (*record.closures.weekly, record.closures.public_holidays), strict=True)
    said = dict(answers)
    contradictions = {
        "closed-but-hours": [day for day in DAYS if said[day] == "closed" and day in with_hours],
        "open-but-no-hours": [day for day in DAYS if said[day] == "open" and day not in with_hours],
    }
    for code, days in contradictions.items():
        if days:
            place.report(code, (*WEEKLY, HOLIDAYS)[DAYS.index(days[0])], ",".join(days))
