"""A search from question to page, and the listings it leads to: the table of contents."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connections

from finder import by_name, nearest
from finder.query import Hit, Page, SearchQuery
from finder.terms import marks


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, in its order."""
    if query.sort == "distance":
        return nearest.search(query, using)
    return by_name.search(query, using)


def summaries(hits: Sequence[Hit], using: str = "default") -> list[tuple[Hit, str]]:
    """Each hit with the stored JSON of its clinic; one withdrawn a moment ago is left out."""
    if not hits:
        return []
    ids = [hit.listing_id for hit in hits]
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT id, summary FROM clinics_listing WHERE published AND id IN ({marks(ids)})",
            ids,
        )
        stored = dict(cursor.fetchall())
    return [(hit, stored[hit.listing_id]) for hit in hits if hit.listing_id in stored]


def version(clinic_id: UUID, using: str = "default") -> int | None:
    """The version of a published clinic's listing; None where there is none."""
    found = _of_clinic("version", clinic_id, using)
    return None if found is None else int(found[0])


def detail(clinic_id: UUID, using: str = "default") -> tuple[int, str] | None:
    """The version and the stored JSON of a published clinic; None where there is none."""
    return _of_clinic("version, detail", clinic_id, using)


def _of_clinic(columns: str, clinic_id: UUID, using: str) -> tuple[int, str] | None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM clinics_listing WHERE published AND facility_id = %s",
            [clinic_id.hex],
        )
        found: tuple[int, str] | None = cursor.fetchone()
    return found
