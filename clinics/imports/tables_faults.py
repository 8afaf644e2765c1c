"""What is wrong with what a row of a table says, by the column in which it says it."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.curation.checking import ConceptSlugs, Fault, check
from clinics.curation.entry_document import EntryDocument, Row, empty
from clinics.imports.navii_cells import LATITUDES, LONGITUDES
from clinics.imports.tables_facilities import ReadRow
from clinics.imports.tables_files import shown_text
from clinics.imports.tables_kinds import Table
from clinics.models import Facility

# What stands or falls with the clinic that a row is about.
BY_CLINIC = {"facts": ("name",), "claims": ("department",), "second_opinions": ()}


def refuse_fault(row: ReadRow, fault: Fault, concepts: ConceptSlugs) -> None:
    """Refuse a row for a fault of the document that it was put into.

    Of a cell that cannot be read or is missing, and of a value that was refused, no more is said.
    """
    column, value = _place_of(fault, concepts)
    told = {given.column for given in row.plan.faults if given.code != "statement"}
    said = {(given.column, given.value) for given in row.plan.faults}
    if column not in told and (column, shown_text(value)[:300]) not in said:
        row.plan.refuse(column, value, fault.message, "statement")


def refuse_missing(table: Table, row: ReadRow) -> None:
    """Refuse a new row that leaves out what a new one needs."""
    for name in table.needed:
        if not row.values.get(name) and name not in row.unreadable:
            row.plan.refuse(name, "", _("A new row needs this."), "cell-missing")


def check_alone(table: Table, row: ReadRow, concepts: ConceptSlugs) -> None:
    """Refuse a row that cannot be put into a document for what is wrong with it by itself."""
    if any(fault.code == "example" for fault in row.plan.faults):
        return
    blank = table.blank(timezone.localdate(), "")
    document = empty()
    said = table.shaped(table.flat(blank) | without_blanks(row.values), blank)
    if table.part == "facts":
        document["facts"] = said
    else:
        document[table.part] = [said]
    if table.id_column and not row.values.get(table.id_column):
        refuse_missing(table, row)
    for fault in statement_faults(table, document, None, concepts, ()):
        column, _value = _place_of(fault, concepts)
        if fault.part == table.part and column in row.cells and column not in BY_CLINIC[table.part]:
            refuse_fault(row, fault, concepts)


def without_blanks(values: Row) -> Row:
    """What a new row states; an empty cell leaves what a new row has by itself."""
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def statement_faults(
    table: Table,
    document: EntryDocument,
    facility: Facility | None,
    concepts: ConceptSlugs,
    registered: Sequence[str],
) -> list[Fault]:
    """The faults of a document that rows were put into; each value of a field has one."""
    faults = check(document, facility, concepts=concepts, registered=registered)
    # Of several on one value the last says it best.
    told = {(fault.part, fault.row, fault.field, str(fault.value or "")): fault for fault in faults}
    return [*told.values(), *_position_faults(table, document["facts"])]


def _position_faults(table: Table, facts: Row) -> Iterator[Fault]:
    """A position in Japan that lies elsewhere, most often because the two numbers are swapped."""
    latitude, longitude = facts["latitude"], facts["longitude"]
    if table.part != "facts" or facts["country"] != "JP" or None in (latitude, longitude):
        return
    if _in_japan(latitude, longitude):
        return
    if _in_japan(longitude, latitude):
        message = _("Latitude and longitude stand in each other's column.")
    else:
        message = _("Outside Japan; 20 to 46 north and 122 to 154 east are accepted.")
    yield Fault("facts", None, "latitude", latitude, message)


def _in_japan(latitude: float, longitude: float) -> bool:
    north, east = LATITUDES, LONGITUDES
    return north[0] <= latitude <= north[1] and east[0] <= longitude <= east[1]


def _place_of(fault: Fault, concepts: ConceptSlugs) -> tuple[str, object]:
    """The column of a fault and the value there: a concept has its scheme in one of its own."""
    if fault.field in ("concept", "strength") and ":" in str(fault.value):
        scheme, _colon, slug = str(fault.value).partition(":")
        return (fault.field, slug) if scheme in concepts.by_scheme else ("scheme", scheme)
    return fault.field, fault.value
