"""How two documents differ, field by field, in an order and in words that a person reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinics.curation.entry_document import (
    CLAIM_FIELDS,
    FACT_FIELDS,
    TERM_FIELDS,
    EntryDocument,
    Row,
)

# In the order in which a person reads them, which is not that in which JSON is stored.
ROW_FIELDS: Mapping[str, Sequence[str]] = {
    "departments": ("name", "name_en", "hours"),
    "claims": ("concept", "strength", "department", *CLAIM_FIELDS),
    "second_opinions": TERM_FIELDS,
}
OFFICIAL_FIELDS = (
    "kind",
    "name",
    "name_kana",
    "name_en",
    "short_name",
    "country",
    "prefecture_code",
    "municipality_code",
    "address",
    "latitude",
    "longitude",
    "position_source",
    "website",
    "website_as_stated",
    "phone",
    "closures",
    "closing_remarks",
    "absent_since",
)
OFFICIAL_DEPARTMENT_FIELDS = ("code", "name", "hours")
# What says that nothing is known, however an older document writes it.
SILENT: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs.

    ``part`` is ``facts``, ``departments``, ``claims`` or ``second_opinions``, or the register's
    ``official`` and ``official_departments``; ``row`` tells which of the list, None for facts, and
    ``label`` what that row is called. A row that one side lacks is one difference with an empty
    ``field``, and None on that side. ``whole`` is the row as it is after, or was before it went.
    """

    part: str
    row: Any
    label: str
    field: str
    before: Any
    after: Any
    whole: Row | None = None


def differences(before: EntryDocument, after: EntryDocument) -> list[Difference]:
    """Every field in which two documents differ."""
    found = list(_field_differences("facts", FACT_FIELDS, before["facts"], after["facts"]))
    for part, fields in ROW_FIELDS.items():
        old, new = before[part], after[part]  # type: ignore[literal-required]
        found += _row_differences(part, fields, old, new)
    return found


def official_differences(before: Row, after: Row) -> list[Difference]:
    """Every field in which two states of a register's row differ.

    Both have :data:`OFFICIAL_FIELDS` and ``departments``, which may be None: then nothing is known
    of them on that side, and nothing said.
    """
    found = list(_field_differences("official", OFFICIAL_FIELDS, before, after))
    if before["departments"] is not None and after["departments"] is not None:
        found += _row_differences(
            "official_departments",
            OFFICIAL_DEPARTMENT_FIELDS,
            before["departments"],
            after["departments"],
        )
    return found


def row_label(part: str, row: Row) -> str:
    """What a row of a document is called."""
    if part == "claims":
        return f"{row['concept']} — {row['statement'][:60]}"
    return str(row["offered"]) if part == "second_opinions" else str(row["name"])


def _field_differences(
    part: str, fields: Sequence[str], before: Row, after: Row
) -> Iterator[Difference]:
    for name in fields:
        old, new = before.get(name), after.get(name)
        if not _alike(old, new):
            yield Difference(part, None, "", name, old, new)


def _row_differences(
    part: str, fields: Sequence[str], before: Sequence[Row], after: Sequence[Row]
) -> Iterator[Difference]:
    old = {str(row["id"]): row for row in before}
    new = {str(row["id"]): row for row in after}
    _forget_renamed(fields, old, new)
    for key, row in old.items():
        if key not in new:
            yield Difference(part, row["id"], row_label(part, row), "", row, None, row)
    for key, row in new.items():
        if key not in old:
            yield Difference(part, row["id"], row_label(part, row), "", None, row, row)
            continue
        for name in fields:
            was, is_now = old[key].get(name), row.get(name)
            if not _alike(was, is_now):
                label = row_label(part, row)
                yield Difference(part, row["id"], label, name, was, is_now, row)


def _forget_renamed(fields: Sequence[str], old: dict[str, Row], new: dict[str, Row]) -> None:
    """Leave out rows that differ in nothing but their id: publishing gives new rows theirs."""
    for key in [key for key in new if key not in old]:
        for other in [other for other in old if other not in new]:
            if all(_alike(old[other].get(name), new[key].get(name)) for name in fields):
                del old[other], new[key]
                break


def _alike(one: Any, other: Any) -> bool:
    return bool(one == other) or (one in SILENT and other in SILENT)
