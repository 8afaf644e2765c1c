"""A search from question to page, and the listings of its hits: the table of contents."""

from collections.abc import Sequence

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
