"""From the rows of a table to drafts: each row put into the document of its clinic, and checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.curation.checking import ConceptSlugs
from clinics.curation.entry_document import EntryDocument, Row, empty, read_live_of
from clinics.imports.tables_cells import shown
from clinics.imports.tables_facilities import ReadRow, facilities_of
from clinics.imports.tables_faults import (
    check_alone,
    refuse_fault,
    refuse_missing,
    statement_faults,
    without_blanks,
)
from clinics.imports.tables_files import Sheet, SheetRow
from clinics.imports.tables_kinds import OFFICIAL_COLUMNS, WHEN_BLANK, Table
from clinics.imports.tables_plan import CellChange, Draft, Plan, RowPlan
from clinics.models import PENDING, CuratedEntry, Department, Facility, Layer
from clinics.publication import chunks

# What identifies two new claims as the same one.
SAME_CLAIM = ("department", "scheme", "concept", "statement")


@dataclass(slots=True)
class Work:
    """What the rows of a table make of one clinic.

    ``document`` begins as the pending draft of the person who imports, else as what is live, and
    the rows are put into it. ``known`` are documents that may be what an export held: a row that
    says what one of them says is unchanged. ``others`` wrote on a draft that is somebody else's.
    """

    facility: Facility | None
    document: EntryDocument
    known: tuple[EntryDocument, ...] = ()
    version: int = 0
    others: tuple[str, ...] = ()
    registered: list[str] = field(default_factory=list)
    rows: list[tuple[ReadRow, Any]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row goes in its part of a document, and the row that stands there."""

    number: int
    row: Row
    is_new: bool = False


def make_plan(
    sheet: Sheet,
    table: Table,
    *,
    by: Any,
    left_out: frozenset[int] = frozenset(),
    progress: Callable[[int], None] = lambda _rows: None,
) -> Plan:
    """What an import of this file by this person would do; nothing is written.

    Rows whose numbers are ``left_out`` count for nothing. ``progress`` is told how many more rows
    are done.
    """
    rows = [_read_row(table, row) for row in sheet.rows if row.number not in left_out]
    facilities = facilities_of(table, rows)
    works = _works(facilities, by)
    new: dict[str, Work] = {}
    concepts = ConceptSlugs()
    for row in rows:
        if not _is_put(table, row, works, new, sheet):
            check_alone(table, row, concepts)
        progress(1)
    # In one order for everybody, so that two imports wait for each other instead of both failing.
    written = [works[pk] for pk in sorted(works) if works[pk].rows]
    changed = [*written, *new.values()]
    for work in changed:
        _check(table, work, concepts)
    drafts = [
        Draft(work.facility, work.document, work.version, work.rows[0][0].plan.key)
        for work in changed
    ]
    return Plan(table, sheet, tuple(row.plan for row in rows), tuple(drafts), left_out)


def _is_put(
    table: Table, row: ReadRow, works: Mapping[UUID, Work], new: dict[str, Work], sheet: Sheet
) -> bool:
    """Put a row where it belongs; whether what it says is checked with the rest of its clinic.

    A row that is refused is put there too, for its other faults: a plan with such a row is never
    carried out.
    """
    if row.for_new:
        return _add_clinic(table, row, new)
    work = works.get(UUID(row.plan.facility)) if row.plan.facility else None
    if work is None or work.facility is None or work.facility.merged_into_id:
        return False
    return _put(table, row, work, sheet)


def _read_row(table: Table, row: SheetRow) -> ReadRow:
    """The values of a row, by column; a cell that cannot be read refuses it."""
    plan = RowPlan(row.number)
    values: Row = {}
    if row.surplus:
        message = _("This row has cells beyond the last column; a comma or quote may be missing.")
        plan.refuse("", "", message, "row-width")
    for name, column in table.resource.columns.items():
        if name not in row.cells:
            continue
        try:
            value = column.widget.clean(row.cells[name])
        except ValueError as error:
            plan.refuse(name, row.cells[name], str(error), "cell")
        else:
            values[name] = WHEN_BLANK.get(name, "") if value == "" else value
    plan.label = str(values.get(table.name_column, ""))
    return ReadRow(plan, values, row.cells)


def _works(facilities: dict[UUID, Facility], by: Any) -> dict[UUID, Work]:
    """The documents of the facilities, some hundred at a time."""
    works: dict[UUID, Work] = {}
    for chunk in chunks(facilities):
        live = read_live_of(chunk)
        writers = _writers(chunk)
        for pk in chunk:
            works[pk] = _work(facilities[pk], live[pk], writers.get(pk, {}), by)
        official = Department.objects.filter(facility__in=chunk, layer=Layer.OFFICIAL)
        for pk, name in official.values_list("facility_id", "name"):
            works[pk].registered.append(name)
    return works


def _writers(facility_ids: Sequence[UUID]) -> dict[UUID, dict[int, str]]:
    """Who wrote on the pending drafts of facilities, by user id."""
    through = CuratedEntry.contributors.through.objects.filter(
        curatedentry__in=facility_ids, curatedentry__state__in=PENDING
    ).select_related("user")
    writers: dict[UUID, dict[int, str]] = {}
    for row in through:
        writers.setdefault(row.curatedentry_id, {})[row.user_id] = row.user.get_username()
    return writers


def _work(facility: Facility, live: EntryDocument, writers: dict[int, str], by: Any) -> Work:
    entry = getattr(facility, "entry", None)
    if entry is None or entry.state not in PENDING:
        return Work(facility, _copy(live), (live,), entry.version if entry else 0)
    known = (live, entry.document)
    if by is not None and set(writers) == {by.pk}:
        return Work(facility, _copy(entry.document), known, entry.version)
    others = tuple(writers.values()) or (_("Somebody who is no longer here"),)
    return Work(facility, _copy(live), known, entry.version, others)


def _copy(document: EntryDocument) -> EntryDocument:
    """A document whose rows can be exchanged, not one whose rows can be changed."""
    return {
        "facts": document["facts"],
        "departments": document["departments"],
        "claims": list(document["claims"]),
        "second_opinions": list(document["second_opinions"]),
    }


def _add_clinic(table: Table, row: ReadRow, new: dict[str, Work]) -> bool:
    """A document of its own for a row about a clinic that the catalogue does not have."""
    plan = row.plan
    name = plan.key or str(plan.number)
    if name in new:
        _refuse_repeated(table, row, new[name].rows[0][0].plan.number)
        return False
    work = new[name] = Work(None, empty())
    flat = table.blank(timezone.localdate(), "") | without_blanks(row.values)
    work.document["facts"] = table.shaped(flat, work.document["facts"])
    work.rows.append((row, None))
    plan.changes = _changes(table, empty()["facts"], work.document["facts"])
    return True


def _put(table: Table, row: ReadRow, work: Work, sheet: Sheet) -> bool:
    """Put a row into the document of its clinic, where it says something else than that.

    Whether there is a place for it, or what it says stands there already.
    """
    if (table.id_column or "") in row.unreadable:
        return False
    if table.part == "facts":
        _refuse_official(row, work.facility)
        place = None if _repeated(table, row, work, "facts") else Place(0, work.document["facts"])
    elif row.values.get(table.id_column or ""):
        place = _place_by_id(table, row, work)
    else:
        place = _place_of_new(table, row, work, sheet)
    if place is None:
        return not row.plan.faults
    flat = table.flat(place.row) | row.values
    after = table.shaped(flat, place.row)
    if after == place.row or any(after in table.rows_of(known) for known in work.known):
        return True
    if row.plan.result != "refused":
        row.plan.result = "new" if place.is_new else "changed"
    row.plan.changes = _changes(table, place.row, after)
    _refuse_foreign(row, work)
    _write(table, work, place.number, after)
    work.rows.append((row, after.get("id")))
    return True


def _write(table: Table, work: Work, number: int, after: Row) -> None:
    if table.part == "facts":
        work.document["facts"] = after
    else:
        work.document[table.part][number : number + 1] = [after]


def _place_by_id(table: Table, row: ReadRow, work: Work) -> Place | None:
    """The place of a row that has an id; None where there is nothing to write."""
    column = str(table.id_column)
    stated = row.values[column]
    if _repeated(table, row, work, stated):
        return None
    for number, existing in enumerate(table.rows_of(work.document)):
        if str(existing["id"]) == stated:
            return Place(number, existing)
    for existing in (item for known in work.known for item in table.rows_of(known)):
        said = table.shaped(table.flat(existing) | row.values, existing)
        if str(existing["id"]) == stated and said == existing:
            return None
    message = _("This clinic has no row with this id; ids are those that an export has.")
    row.plan.refuse(column, stated, message, "row-unknown")
    return None


def _place_of_new(table: Table, row: ReadRow, work: Work, sheet: Sheet) -> Place | None:
    """A place at the end; None where the document says the same already, or where it cannot be."""
    ignored = {table.id_column, *table.facility_columns, "facility_name"}
    row.values = {
        name: value for name, value in without_blanks(row.values).items() if name not in ignored
    }
    refuse_missing(table, row)
    if _is_known(table, row, work):
        return None
    row_id = f"{sheet.sha256[:10]}-{row.plan.number}"
    blank = table.blank(timezone.localdate(), row_id)
    return Place(len(table.rows_of(work.document)), blank, is_new=True)


def _is_known(table: Table, row: ReadRow, work: Work) -> bool:
    """Whether a new row says what stands there already; refused if it says it otherwise."""
    written = {pk: item.plan.number for item, pk in work.rows}
    for existing in table.rows_of(work.document):
        flat = table.flat(existing)
        alike = all(flat[name] == value for name, value in row.values.items())
        same_claim = table.part == "claims" and all(
            flat[name] == row.values.get(name, "") for name in SAME_CLAIM
        )
        if existing["id"] in written and (alike or same_claim):
            _refuse_repeated(table, row, written[existing["id"]])
        elif same_claim and not alike:
            message = _("The clinic has this claim already; give its id, %(id)s, to change it.")
            words = {"id": existing["id"]}
            row.plan.refuse(str(table.id_column), "", message % words, "row-repeated")
        if alike or same_claim:
            return True
    return False


def _repeated(table: Table, row: ReadRow, work: Work, key: str) -> bool:
    first = work.seen.setdefault(key, row.plan.number)
    if first != row.plan.number:
        _refuse_repeated(table, row, first)
    return first != row.plan.number


def _refuse_repeated(table: Table, row: ReadRow, first: int) -> None:
    message = _("Row %(number)s is about the same; leave one of them.") % {"number": first}
    row.plan.refuse(table.id_column or "id", "", message, "row-repeated")


def _refuse_foreign(row: ReadRow, work: Work) -> None:
    if work.others:
        message = _(
            "%(who)s has a draft of this clinic that is not published yet; nothing is written over it."
        )
        row.plan.refuse("", "", message % {"who": ", ".join(work.others)}, "draft-of-another")


def _refuse_official(row: ReadRow, facility: Any) -> None:
    """Refuse another word in a column that holds the register's."""
    official = getattr(facility, "officialfacts", None)
    for name in OFFICIAL_COLUMNS:
        stated = getattr(official, name.removeprefix("official_"), None)
        if name in row.values and (row.values[name] or "") != (stated or ""):
            message = _(
                "The register says %(stated)s, and is not changed here: state it in the column "
                "%(column)s, or export again if the register is newer than this file."
            )
            words = {"stated": stated or _("nothing"), "column": name.removeprefix("official_")}
            row.plan.refuse(name, row.cells[name], message % words, "read-only")


def _changes(table: Table, before: Row, after: Row) -> list[CellChange]:
    """The cells in which two rows of a document differ."""
    old, new = table.flat(before), table.flat(after)
    changes = []
    for name, column in table.resource.columns.items():
        if name in new and name != table.id_column and old.get(name) != new[name]:
            shown_before, shown_after = (
                shown(column.widget, side.get(name)) for side in (old, new)
            )
            changes.append(CellChange(name, shown_before, shown_after))
    return changes


def _check(table: Table, work: Work, concepts: ConceptSlugs) -> None:
    """Refuse the rows that leave the document with faults."""
    rows = table.rows_of(work.document)
    by_id = {pk: row for row, pk in work.rows}
    faults = statement_faults(table, work.document, work.facility, concepts, work.registered)
    for fault in faults:
        row = None
        if fault.part == table.part:
            row = by_id.get(rows[fault.row]["id"] if fault.row is not None else None)
        if row is not None:
            refuse_fault(row, fault, concepts)
        else:
            message = _("Elsewhere in this entry, mend it first: %(part)s, %(field)s: %(message)s")
            words = {"part": fault.part, "field": fault.field, "message": fault.message}
            for row, _id in work.rows:
                row.plan.refuse("", fault.value, message % words, "entry")
