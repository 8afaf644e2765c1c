"""A search from question to page, and the listings it leads to: the table of contents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connections

from clinics.timetable import OpenInterval, Timetable
from finder import by_name, by_verification, nearest, relevance
from finder.conditions import placeholders
from finder.opening import opening
from finder.query import Hit, Page, SearchQuery

ORDERS = {
    "distance": nearest.search,
    "relevance": relevance.search,
    "name": by_name.search,
    "-verified_on": by_verification.search,
}


def search(query: SearchQuery, using: str = "default") -> Page:
    """One page of the clinics that meet ``query``, in its order."""
    page = ORDERS[query.sort](query, using)
    return page if query.open_at is None else replace(page, hits=_opened(page.hits, query, using))


def _opened(hits: Sequence[Hit], query: SearchQuery, using: str) -> tuple[Hit, ...]:
    """The hits with when they close and open again, from the hours they were found by."""
    assert query.open_at is not None
    hours = timetables([hit.listing_id for hit in hits], using)
    return tuple(
        replace(hit, opening=opening(*hours.get(hit.listing_id, Timetable()), query.open_at))
        for hit in hits
    )


def timetables(listing_ids: Sequence[int], using: str = "default") -> dict[int, Timetable]:
    """When clinics are open, by listing; those whose hours nobody states are left out."""
    if not listing_ids:
        return {}
    return _timetables(f"IN ({placeholders(listing_ids)})", listing_ids, using)


def timetable(clinic_id: UUID, using: str = "default") -> Timetable:
    """When a published clinic is open; without sessions where nobody states hours."""
    of_clinic = "= (SELECT id FROM clinics_listing WHERE published AND facility_id = %s)"
    found = _timetables(of_clinic, [clinic_id.hex], using)
    return next(iter(found.values()), Timetable())


def _timetables(listings: str, values: Sequence[int | str], using: str) -> dict[int, Timetable]:
    """The timetables of the listings whose id a condition names; two queries, one without hours."""
    sessions: dict[int, list[OpenInterval]] = {}
    dates: dict[int, list[int]] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT listing_id, days, weeks, opens, closes FROM clinics_opensession "
            f"WHERE listing_id {listings} ORDER BY opens, closes, days, weeks",
            values,
        )
        for listing_id, *interval in cursor.fetchall():
            sessions.setdefault(listing_id, []).append(OpenInterval(*interval))
        if not sessions:
            return {}
        cursor.execute(
            "SELECT listing_id, month_day FROM clinics_closeddate "
            f"WHERE listing_id {listings} ORDER BY month_day",
            values,
        )
        for listing_id, month_day in cursor.fetchall():
            dates.setdefault(listing_id, []).append(month_day)
    return {
        listing_id: Timetable(tuple(intervals), tuple(dates.get(listing_id, ())))
        for listing_id, intervals in sessions.items()
    }


def details(listing_ids: Sequence[int], using: str = "default") -> dict[int, str]:
    """The stored JSON of published clinics, whole, by listing."""
    return _documents("detail", listing_ids, using)


def summaries(hits: Sequence[Hit], using: str = "default") -> list[tuple[Hit, str]]:
    """Each hit with the stored JSON of its clinic; one withdrawn a moment ago is left out."""
    missing = [hit.listing_id for hit in hits if hit.document is None]
    stored = _documents("summary", missing, using)
    documents = ((hit, hit.document or stored.get(hit.listing_id)) for hit in hits)
    return [(hit, document) for hit, document in documents if document]


def _documents(column: str, listing_ids: Sequence[int], using: str) -> dict[int, str]:
    if not listing_ids:
        return {}
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column} FROM clinics_listing "
            f"WHERE published AND id IN ({placeholders(listing_ids)})",
            listing_ids,
        )
        return dict(cursor.fetchall())


def version(clinic_id: UUID, using: str = "default") -> int | None:
    """The version of a published clinic's listing; None where there is none."""
    found = _of_clinic("version", clinic_id, using)
    return None if found is None else int(found[0])


def detail(clinic_id: UUID, using: str = "default") -> tuple[int, str] | None:
    """The version and the stored JSON of a published clinic; None where there is none."""
    return _of_clinic("version, detail", clinic_id, using)


@dataclass(frozen=True, slots=True)
class Departed:
    """A clinic that was published once, or was found to be another: ``successor``, if public."""

    successor: UUID | None


def departed(clinic_id: UUID, using: str = "default") -> Departed | None:
    """What became of a clinic that is not published; None where nobody ever saw it."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT s.facility_id FROM clinics_facility f "
            "JOIN clinics_listing l ON l.facility_id = f.id "
            "LEFT JOIN clinics_listing s ON s.facility_id = f.merged_into_id AND s.published "
            "WHERE f.id = %s",
            [clinic_id.hex],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    (successor,) = found
    return Departed(None if successor is None else UUID(str(successor)))


def _of_clinic(columns: str, clinic_id: UUID, using: str) -> tuple[int, str] | None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM clinics_listing WHERE published AND facility_id = %s",
            [clinic_id.hex],
        )
        found: tuple[int, str] | None = cursor.fetchone()
    return found
