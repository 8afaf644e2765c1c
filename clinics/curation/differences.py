"""How two documents differ, field by field, in an order and in words that a person reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clinics.curation.entry_document import EntryDocument, Row


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs.

    ``part`` is ``facts``, ``departments``, ``claims`` or ``second_opinions``; ``row`` tells which
    of the list, None for the facts, and ``label`` what that row is called. A row that one side
    lacks is one difference with an empty ``field``, and None on that side.
    """

    part: str
    row: Any
    label: str
    field: str
    before: Any
    after: Any


def differences(before: EntryDocument, after: EntryDocument) -> list[Difference]:
    """Every field in which two documents differ."""
    found = [
        Difference("facts", None, "", name, before["facts"].get(name), value)
        for name, value in after["facts"].items()
        if before["facts"].get(name) != value
    ]
    for part in ("departments", "claims", "second_opinions"):
        found += _row_differences(part, before[part], after[part])
    return found


def row_label(part: str, row: Row) -> str:
    """What a row of a document is called."""
    if part == "claims":
        return f"{row['concept']} — {row['statement'][:60]}"
    return str(row["name"]) if part == "departments" else str(row["offered"])


def _row_differences(
    part: str, before: Sequence[Row], after: Sequence[Row]
) -> Iterator[Difference]:
    old = {str(row["id"]): row for row in before}
    new = {str(row["id"]): row for row in after}
    for key, row in old.items():
        if key not in new:
            yield Difference(part, row["id"], row_label(part, row), "", row, None)
    for key, row in new.items():
        if key not in old:
            yield Difference(part, row["id"], row_label(part, row), "", None, row)
            continue
        for name, value in row.items():
            if old[key].get(name) != value:
                label = row_label(part, row)
                yield Difference(part, row["id"], label, name, old[key].get(name), value)
