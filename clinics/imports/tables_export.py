"""Tables of what the catalogue has, some hundred clinics at a time; and empty ones to fill in."""

from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinics.curation.entry_document import EntryDocument, Row, read_live_of
from clinics.imports.tables_files import Csv, Xlsx
from clinics.imports.tables_kinds import OFFICIAL_COLUMNS, Table, schemes_of_claims
from clinics.models import PENDING, Concept, EntryState, Facility, Scheme
from clinics.publication import chunks


def facilities(*, prefecture: str = "", state: str = "") -> QuerySet[Facility]:
    """The facilities of a prefecture (its JIS code) whose entries are in a state."""
    chosen = Facility.objects.filter(merged_into=None)
    if prefecture:
        curated = Q(curatedfacts__prefecture_code=prefecture)
        silent = Q(curatedfacts=None) | Q(curatedfacts__prefecture_code="")
        chosen = chosen.filter(curated | silent & Q(officialfacts__prefecture_code=prefecture))
    if state:
        without = Q(entry=None, status=state) if state != EntryState.IN_REVIEW else Q(pk__in=())
        chosen = chosen.filter(Q(entry__state=state) | without)
    return chosen


def export_rows(
    table: Table,
    chosen: QuerySet[Facility],
    *,
    drafts: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[list[Any]]:
    """The rows of a table as cells, in the order of the registers' ids.

    What is live; with ``drafts`` a pending draft where there is one. Reads some hundred clinics
    at a time and keeps none; ``progress`` is told how many more are done.
    """
    ordered = Facility.objects.filter(pk__in=chosen.order_by().values("pk"))
    ids = ordered.order_by("source", "official_id").values_list("pk", flat=True)
    for chunk in chunks(ids.iterator(chunk_size=2000)):
        yield from _chunk_rows(table, chunk, drafts)
        progress(len(chunk))


def write_template(table: Table, file_format: str, file: IO[bytes]) -> None:
    """An empty table: CSV has the header alone, a workbook an example and an explanation too."""
    header = list(table.resource.columns)
    if file_format == "csv":
        Csv().write(header, (), file)
        return
    example = table.resource.cells(table.example)
    explained = (_("Column"), _("What it holds"), _("Label"), _("Label in Japanese"))
    Xlsx().write_sheets(
        [(table.slug, header, [example]), (_("Explanation"), explained, _explanation(table))], file
    )


def _chunk_rows(table: Table, chunk: Sequence[UUID], drafts: bool) -> Iterator[list[Any]]:
    related = ("officialfacts", "curatedfacts", "entry", "listing")
    chosen = Facility.objects.filter(pk__in=chunk).select_related(*related)
    found = {
        facility.pk: facility for facility in chosen.defer("listing__summary", "listing__detail")
    }
    live = read_live_of(chunk)
    for pk in chunk:
        facility = found[pk]
        entry = getattr(facility, "entry", None)
        pending = entry is not None and entry.state in PENDING
        document = entry.document if drafts and entry and pending else live[pk]
        yield from _facility_rows(table, facility, document)


def _facility_rows(table: Table, facility: Any, document: EntryDocument) -> Iterator[list[Any]]:
    if table.part == "facts":
        yield table.resource.cells(_clinic(facility) | document["facts"])
        return
    identity = {
        "facility_id": facility.pk,
        "facility_source": facility.source,
        "facility_official_id": facility.official_id,
        "facility_name": facility.stated("name"),
    }
    for row in table.rows_of(document):
        yield table.resource.cells(table.flat(row) | identity)


def _clinic(facility: Any) -> Row:
    """The columns of a clinic that its document does not have."""
    entry = getattr(facility, "entry", None)
    listing = getattr(facility, "listing", None)
    official = getattr(facility, "officialfacts", None)
    stated = {
        name: getattr(official, name.removeprefix("official_"), None) for name in OFFICIAL_COLUMNS
    }
    return stated | {
        "id": facility.pk,
        "source": facility.source,
        "official_id": facility.official_id,
        "info_state": entry.state if entry else facility.status,
        "info_verified_on": listing.verified_on if listing else None,
        "info_verify_by": listing.verify_by if listing else None,
    }


def _explanation(table: Table) -> Iterator[list[str]]:
    """Each column, and the slugs that the table takes."""
    for name, column in table.resource.columns.items():
        yield [name, str(column.about), "", ""]
    if table.part != "claims":
        return
    for scheme in (Scheme.EVIDENCE, *schemes_of_claims()):
        yield ["", "", "", ""]
        heading = _("strength") if scheme == Scheme.EVIDENCE else _("concept")
        yield [f"{heading}: {scheme}", _("Accepted slugs"), "", ""]
        for concept in Concept.objects.filter(scheme=scheme):
            yield ["", concept.slug, concept.label_en, concept.label_ja]
