"""The rows of a dry run as a person sees them, and what a person says which clinic they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from diff_match_patch import diff_match_patch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.curation import matching
from clinics.imports.tables_plan import RowPlan
from clinics.models import Facility

RESULT_TITLES = {
    "refused": gettext_lazy("Refused"),
    "undecided": gettext_lazy("To decide"),
    "changed": gettext_lazy("Changed"),
    "new": gettext_lazy("New"),
    "unchanged": gettext_lazy("Unchanged"),
}
TAGS = {-1: "del", 0: "", 1: "ins"}
NEW = "new"


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A cell before and after, each as pieces of text with the tag that marks them."""

    column: str
    before: list[tuple[str, str]]
    after: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a dry run."""

    plan: RowPlan

    @property
    def title(self) -> Any:
        """What came of it."""
        return RESULT_TITLES[self.plan.result]

    @property
    def changes(self) -> Iterator[ShownChange]:
        """Its changes; worked out only for the rows of a page."""
        for change in self.plan.changes:
            pieces = _pieces(change.before, change.after)
            yield ShownChange(
                change.column,
                [piece for piece in pieces if piece[0] != "ins"],
                [piece for piece in pieces if piece[0] != "del"],
            )


def shown_rows(rows: Iterable[RowPlan]) -> list[ShownRow]:
    """Rows as they are shown."""
    return [ShownRow(row) for row in rows]


def decisions_of(posted: Mapping[str, Any], rows: Iterable[RowPlan], by: Any) -> list[str]:
    """Remember what a person decided of rows; what was wrong with it."""
    problems = []
    by_key = {row.key: row for row in rows if row.key}
    for key, row in by_key.items():
        said = posted.get(f"other-{row.number}", "").strip() or posted.get(f"row-{row.number}")
        if not said or said == row.decided:
            continue
        if said == NEW:
            matching.remember(key, None, by)
        elif _exists(said):
            matching.remember(key, UUID(said), by)
        else:
            message = _("Row %(number)s: there is no clinic with the id %(id)s.")
            problems.append(message % {"number": row.number, "id": said[:40]})
    return problems


def _exists(text: str) -> bool:
    try:
        return Facility.objects.filter(pk=UUID(text), merged_into=None).exists()
    except ValueError:
        return False


def _pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts as one, with what went and what came."""
    comparison = diff_match_patch()
    pieces = comparison.diff_main(before, after)
    comparison.diff_cleanupSemantic(pieces)
    return [(TAGS[operation], text) for operation, text in pieces]
