"""Reads facilities with everything that is said of them, many at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

from django.db import models

from clinics.models import (
    Claim,
    CuratedFacts,
    Department,
    Facility,
    OfficialFacts,
    OpeningHours,
    SecondOpinion,
    Status,
    Verification,
)

Row = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """One facility as the catalogue knows it: rows as dictionaries, drafts left out.

    Each department row has its opening hours under ``hours``.
    """

    facility: Row
    official: Row | None = None
    curated: Row | None = None
    departments: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    second_opinions: list[Row] = field(default_factory=list)
    verifications: list[Row] = field(default_factory=list)

    def fact(self, name: str) -> Any:
        """The curated value of a fact where the curators state one, else the official one."""
        for layer in (self.curated, self.official):
            if layer is not None and layer[name] not in (None, "", "unknown", {}):
                return layer[name]
        return None

    def sort_departments(self) -> None:
        """Put departments and their hours into the order of the documents.

        Done here and not by the database, whose order of texts depends on its collation.
        """
        self.departments.sort(key=itemgetter("layer", "code", "name"))
        for row in self.departments:
            row["hours"].sort(key=itemgetter("session", "opens", "days"))

    @property
    def is_public(self) -> bool:
        """Whether searchers may see it.

        A facility that its register no longer lists is taken for closed, unless the curators
        vouch for it with a published claim of their own.
        """
        if self.facility["status"] != Status.PUBLISHED:
            return False
        absent = self.official is not None and self.official["absent_since"] is not None
        return not absent or bool(self.claims or self.second_opinions)


def read_entries(facility_ids: Sequence[UUID], using: str = "default") -> list[Entry]:
    """The entries of these facilities, ordered by id, in eight queries however many there are."""

    def rows(model: type[models.Model], *order: str, **chosen: Any) -> Iterator[Row]:
        queryset = model._default_manager.using(using).filter(**chosen)
        return cast(Iterator[Row], queryset.order_by(*order).values())

    chosen = {"facility_id__in": facility_ids}
    published = {**chosen, "status": Status.PUBLISHED}
    entries = {row["id"]: Entry(row) for row in rows(Facility, "pk", pk__in=facility_ids)}
    for row in rows(OfficialFacts, **chosen):
        entries[row["facility_id"]].official = row
    for row in rows(CuratedFacts, **chosen):
        entries[row["facility_id"]].curated = row
    departments: dict[int, Row] = {}
    for row in rows(Department, **chosen):
        departments[row["id"]] = row | {"hours": []}
        entries[row["facility_id"]].departments.append(departments[row["id"]])
    of_departments = {"department__facility_id__in": facility_ids}
    for row in rows(OpeningHours, **of_departments):
        departments[row["department_id"]]["hours"].append(row)
    for row in rows(Claim, "pk", **published):
        entries[row["facility_id"]].claims.append(row)
    for row in rows(SecondOpinion, "pk", **published):
        entries[row["facility_id"]].second_opinions.append(row)
    for row in rows(Verification, "-verified_on", **chosen):
        entries[row["facility_id"]].verifications.append(row)
    for entry in entries.values():
        entry.sort_departments()
    return list(entries.values())
