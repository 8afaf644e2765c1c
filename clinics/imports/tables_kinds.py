"""The kinds of table: clinics, claims and second-opinion terms, and where a document has each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinics.curation.entry_document import TERM_FIELDS, Row, empty
from clinics.imports.tables_columns import (
    ClaimResource,
    ClinicResource,
    SecondOpinionResource,
    TableResource,
)
from clinics.models import Scheme, SecondOpinion, Status

Part = Literal["facts", "claims", "second_opinions"]
# The column that a file of refused rows has more than its table.
ERRORS = "errors"
# What stands for the id in the example row of a template.
EXAMPLE = "EXAMPLE"


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table.

    ``part`` is the part of a document that it holds, ``id_column`` the column with the id of a row
    of that part, None where the part is one row. ``identifying`` are the columns of which a file
    has one set, to say which clinic a row is about. ``needed`` are those that a new row fills.
    """

    slug: str
    title: str | Promise
    part: Part
    resource: TableResource
    id_column: str | None
    identifying: tuple[tuple[str, ...], ...]
    needed: tuple[str, ...]
    example: Row

    @property
    def source(self) -> str:
        """The source of an import run of this table."""
        return f"table-{self.slug}"

    @property
    def facility_columns(self) -> tuple[str, str, str]:
        """The columns with a facility's id, its register and its id there."""
        if self.id_column is None:
            return "id", "source", "official_id"
        return "facility_id", "facility_source", "facility_official_id"

    @property
    def name_column(self) -> str:
        """The column with the name of a facility."""
        return "name" if self.id_column is None else "facility_name"

    def rows_of(self, document: Any) -> Sequence[Row]:
        """The rows of a document that this table holds, as the document has them."""
        part = document[self.part]
        return [part] if self.id_column is None else part

    def flat(self, row: Row) -> Row:
        """A row of a document by column."""
        if self.part == "claims":
            scheme, _colon, slug = row["concept"].partition(":")
            return row | {"claim_id": row["id"], "scheme": scheme, "concept": slug}
        return row if self.id_column is None else row | {self.id_column: row["id"]}

    def shaped(self, flat: Row, base: Row) -> Row:
        """A row by column as a document has it; what has no column is that of ``base``."""
        if self.part == "claims":
            flat = flat | {"concept": f"{flat['scheme']}:{flat['concept']}"}
        return {name: flat.get(name, value) for name, value in base.items()}

    def blank(self, today: date, row_id: str) -> Row:
        """A new row of the document, of which nothing is said yet."""
        if self.part == "facts":
            return empty()["facts"] | {"recorded_on": today.isoformat()}
        common: Row = {
            "id": row_id,
            "sources": [],
            "asserted_on": "",
            "recorded_on": today.isoformat(),
            "checked_on": None,
            "expires_on": None,
            "status": str(Status.PUBLISHED),
            "origin": "",
        }
        if self.part == "claims":
            claim = dict.fromkeys(("department", "strength", "statement", "note"), "")
            return claim | {"concept": ":"} | common
        terms = SecondOpinion()
        return {name: getattr(terms, name) for name in TERM_FIELDS} | common


_PROVENANCE_EXAMPLE = {
    "sources": [{"url": "https://example.org/page", "date": "2025-04"}],
    "asserted_on": "2025-04",
}
_OF_FACILITY = (("facility_id",), ("facility_source", "facility_official_id"), ("facility_name",))

TABLES = {
    table.slug: table
    for table in (
        Table(
            "clinics",
            _("Clinics"),
            "facts",
            ClinicResource(),
            None,
            (("id",), ("source", "official_id"), ("name",)),
            ("name",),
            {
                "id": EXAMPLE,
                "name": "例示クリニック",
                "name_en": "Example Clinic",
                "kind": "clinic",
                "country": "JP",
                "prefecture_code": "13",
                "municipality_code": "13101",
                "address": "東京都千代田区丸の内1-9-1",
                "latitude": 35.681236,
                "longitude": 139.767125,
                "position_source": "curated",
                "website": "https://example.org/",
                "phone": "03-0000-0000",
                "accepts_new_patients": "unknown",
                "sources": [{"url": "https://example.org/access", "date": "2025-04"}],
            },
        ),
        Table(
            "claims",
            _("Claims"),
            "claims",
            ClaimResource(),
            "claim_id",
            _OF_FACILITY,
            ("scheme", "concept", "strength", "statement"),
            {
                "claim_id": EXAMPLE,
                "facility_source": "mhlw-navii",
                "facility_official_id": "0000000000000",
                "facility_name": "例示クリニック",
                "scheme": "sport",
                "concept": "golf",
                "strength": "official-page",
                "statement": "イップスの外来を持つと記載",
                "status": "published",
                **_PROVENANCE_EXAMPLE,
            },
        ),
        Table(
            "second-opinions",
            _("Second-opinion terms"),
            "second_opinions",
            SecondOpinionResource(),
            "second_opinion_id",
            _OF_FACILITY,
            ("offered",),
            {
                "second_opinion_id": EXAMPLE,
                "facility_source": "mhlw-navii",
                "facility_official_id": "0000000000000",
                "facility_name": "例示クリニック",
                "offered": "yes",
                "fee": "33000",
                "fee_currency": "JPY",
                "fee_tax": "included",
                "minutes": 60,
                "modes": ["in-person", "online"],
                "letter": "required",
                "status": "published",
                **_PROVENANCE_EXAMPLE,
            },
        ),
    )
}
OFFICIAL_COLUMNS = tuple(
    name
    for name in ClinicResource().columns
    if name.startswith("official_") and name != "official_id"
)
# What an empty cell of a column means that is never empty in a document.
WHEN_BLANK = {"country": "JP", "fee_currency": "JPY"}


def schemes_of_claims() -> list[Scheme]:
    """The schemes whose concepts a claim can be about."""
    facts = (Scheme.KIND, Scheme.PREFECTURE, Scheme.EVIDENCE)
    return [scheme for scheme in Scheme if scheme not in facts]
