"""Which clinic each row of a table is about: by its id, else as a person decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clinics.curation import matching
from clinics.curation.entry_document import Row
from clinics.imports.tables_kinds import EXAMPLE, Table
from clinics.imports.tables_plan import CellFault, Offer, RowPlan
from clinics.models import Facility
from clinics.publication import chunks

ADDRESSED = (
    "name",
    "prefecture_code",
    "municipality_code",
    "address",
    "website",
    "phone",
    "latitude",
    "longitude",
)


@dataclass(slots=True)
class ReadRow:
    """A row with its values by column, and what comes of it.

    A cell that cannot be read has no value. ``for_new`` is the row of a clinic to be added.
    """

    plan: RowPlan
    values: Row
    cells: dict[str, Any]
    for_new: bool = False

    @property
    def unreadable(self) -> set[str]:
        """The columns whose cells cannot be read."""
        return {fault.column for fault in self.plan.faults if fault.code == "cell"}


def facilities_of(table: Table, rows: Sequence[ReadRow]) -> dict[UUID, Facility]:
    """Find the facility of every row, and read each; rows for which there is none are refused.

    The plan of a row then has the id of its facility, or is that of a new one.
    """
    found = _Facilities()
    found.read(_ids(table, rows), _official_ids(table, rows))
    for row in rows:
        if not row.unreadable.intersection(table.facility_columns):
            _identify(table, row, found)
    found.read([UUID(row.plan.facility) for row in rows if row.plan.facility], [])
    for row in rows:
        if row.plan.facility:
            facility = found.by_id[UUID(row.plan.facility)]
            row.plan.label = str(facility)
            _offer_decided(row.plan, facility)
            _refuse_merged(table, row.plan, facility)
    return found.by_id


class _Facilities:
    """Facilities read some hundred at a time, by id and by their id in a register."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, Facility] = {}
        self.by_official_id: dict[tuple[str, str], Facility] = {}

    def read(self, ids: Iterable[UUID], official_ids: Iterable[str]) -> None:
        """Read those that were not read yet."""
        missing = [pk for pk in dict.fromkeys(ids) if pk not in self.by_id]
        for chunk in chunks(missing):
            self._keep({"pk__in": chunk})
        for names in _slices(list(dict.fromkeys(official_ids))):
            self._keep({"official_id__in": names})

    def _keep(self, chosen: dict[str, Any]) -> None:
        facilities = Facility.objects.filter(**chosen)
        for facility in facilities.select_related("officialfacts", "curatedfacts", "entry"):
            self.by_id[facility.pk] = facility
            self.by_official_id[facility.source, facility.official_id] = facility


def _slices(names: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _ids(table: Table, rows: Iterable[ReadRow]) -> Iterable[UUID]:
    column = table.facility_columns[0]
    return (pk for row in rows if (pk := _uuid(row.values.get(column, ""))))


def _official_ids(table: Table, rows: Iterable[ReadRow]) -> Iterable[str]:
    column = table.facility_columns[2]
    return (row.values[column] for row in rows if row.values.get(column))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _identify(table: Table, row: ReadRow, found: _Facilities) -> None:
    """Say which facility a row is about, or refuse it."""
    id_column, source_column, official_column = table.facility_columns
    stated, source, official_id = (row.values.get(name, "") for name in table.facility_columns)
    if EXAMPLE in (stated, row.values.get(table.id_column or id_column)):
        message = _("This is the example of the template; delete the row.")
        return row.plan.refuse(table.id_column or id_column, EXAMPLE, message, "example")
    by_official_id = found.by_official_id.get((source, official_id))
    if stated:
        facility = found.by_id.get(_uuid(stated) or UUID(int=0))
        if facility is None:
            message = _("There is no clinic with this id; ids are those that an export has.")
            return row.plan.refuse(id_column, stated, message, "facility-unknown")
        if source and official_id and facility is not by_official_id:
            message = _("The id and the register's id are those of two different clinics.")
            return row.plan.refuse(official_column, official_id, message, "facility-ambiguous")
    elif source and official_id:
        facility = by_official_id
        if facility is None:
            message = _unknown_official_id(source, official_id, found)
            return row.plan.refuse(official_column, official_id, message, "facility-unknown")
    else:
        return _match(table, row, found)
    row.plan.facility = str(facility.pk)


def _unknown_official_id(source: str, official_id: str, found: _Facilities) -> str:
    near = get_close_matches(official_id, [name for _source, name in found.by_official_id], n=1)
    hint = _("Did you mean %(near)s?") % {"near": near[0]} if near else ""
    message = _(
        "No clinic of the register %(source)s has this id here; a spreadsheet may have taken "
        "leading zeros away."
    )
    return f"{message % {'source': source or '—'}} {hint}".strip()


def _match(table: Table, row: ReadRow, found: _Facilities) -> None:
    """Look for a clinic without an id among those of the catalogue."""
    if row.unreadable.intersection(ADDRESSED if table.part == "facts" else ("facility_name",)):
        return None
    incoming = _incoming(table, row.values)
    if not incoming.name and not incoming.official_id:
        column = table.identifying[-1][0]
        message = _("Nothing says which clinic this is: an id or a name is needed.")
        return row.plan.refuse(column, "", message, "facility-missing")
    match = matching.find_match(incoming)
    plan = row.plan
    plan.label, plan.key = incoming.name, matching.row_key(incoming)
    plan.offers = tuple(_offer(candidate) for candidate in match.candidates)
    if incoming.official_id and match.how != "official-id":
        column = table.facility_columns[2]
        message = _unknown_official_id("", incoming.official_id, found)
        plan.refuse(column, incoming.official_id, message, "facility-unknown")
    elif match.facility_id:
        plan.facility = plan.decided = str(match.facility_id)
        plan.key = "" if match.how == "official-id" else plan.key
    elif match.how == "remembered" or not plan.offers:
        plan.decided = "new" if match.how == "remembered" else ""
        _take_for_new(table, row)
    else:
        if not plan.faults:
            plan.result = "undecided"
        message = _("Which clinic is this? The nearest are %(candidates)s.")
        plan.faults.append(_undecided(table, plan, message))


def _offer(candidate: matching.Candidate) -> Offer:
    reasons = tuple(str(matching.REASONS[slug].label) for slug in candidate.reasons)
    where = candidate.name, candidate.address
    return Offer(str(candidate.facility_id), *where, candidate.score, reasons)


def _offer_decided(plan: RowPlan, facility: Facility) -> None:
    """Have the facility that a person decided for among the offers."""
    if plan.key and plan.facility not in {offer.facility_id for offer in plan.offers}:
        address = facility.stated("address")
        plan.offers = (Offer(plan.facility, plan.label, address, 0, ()), *plan.offers)


def _take_for_new(table: Table, row: ReadRow) -> None:
    plan = row.plan
    if table.part == "facts":
        row.for_new = True
        if not plan.faults:
            plan.result = "new"
        return
    message = _("The catalogue has no such clinic; import it with the table of clinics first.")
    plan.refuse("facility_name", plan.label, message, "facility-unknown")


def _undecided(table: Table, plan: RowPlan, message: str) -> CellFault:
    candidates = "; ".join(f"{offer.name} ({offer.facility_id})" for offer in plan.offers[:5])
    column = table.facility_columns[0]
    return CellFault(column, plan.label, message % {"candidates": candidates}, "undecided")


def _incoming(table: Table, values: Row) -> matching.IncomingRow:
    official_id = values.get(table.facility_columns[2], "")
    if table.part == "facts":
        stated = {name: values[name] for name in ADDRESSED if values.get(name) is not None}
    else:
        stated = {"name": values.get("facility_name", "")}
    return matching.IncomingRow(**({"name": ""} | stated), official_id=official_id)


def _refuse_merged(table: Table, plan: RowPlan, facility: Facility) -> None:
    if facility.merged_into_id:
        message = _("This clinic turned out to be another one; take its id: %(id)s.")
        plan.refuse(
            table.facility_columns[0],
            str(facility.pk),
            message % {"id": facility.merged_into_id},
            "facility-merged",
        )
