"""Proves that every stored listing equals what the catalogue says now, value by value."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import models

from clinics.catalogue import Entry, read_entries
from clinics.models import ClosedDate, Facility, Listing, ListingText, OpenSession, Posting
from clinics.publication import (
    CHUNK,
    DATE_COLUMNS,
    POSTING_COLUMNS,
    SEARCHED,
    SESSION_COLUMNS,
    TEXT_COLUMNS,
    chunks,
    place_of,
    searched_text,
    with_instant,
)
from clinics.rendering import render
from clinics.terms import Terms
from clinics.vocabulary import Vocabulary

# By table, the rows of each listing that searches read beside its postings.
Searched = dict[type[models.Model], dict[int, list[tuple[Any, ...]]]]


def stale_listings(using: str = "default") -> Iterator[UUID]:
    """The facilities whose stored listing or postings differ from what the catalogue says now."""
    vocabulary = Vocabulary.load(using)
    terms = Terms(using)
    facility_ids = Facility.objects.using(using).order_by("pk").values_list("pk", flat=True)
    for chunk in chunks(facility_ids.iterator(CHUNK)):
        stored = (
            Listing.objects.using(using)
            .filter(facility__in=chunk)
            .in_bulk(field_name="facility_id")
        )
        pks = [listing.pk for listing in stored.values()]
        filed = _filed_terms(pks, using)
        searched: Searched = {model: _by_listing(model, pks, using) for model in SEARCHED}
        for entry in read_entries(chunk, using):
            listing = stored.get(entry.facility["id"])
            if not _is_current(entry, listing, filed, searched, vocabulary, terms):
                yield entry.facility["id"]


def _filed_terms(listing_ids: Sequence[int], using: str) -> dict[int, dict[str, tuple[Any, ...]]]:
    """The postings of some listings: by listing, then by term."""
    filed: dict[int, dict[str, tuple[Any, ...]]] = {}
    postings = Posting.objects.using(using).filter(listing__in=listing_ids)
    fields = ("listing_id", "term__key", *POSTING_COLUMNS[3:], "cell")
    for listing_id, key, *rest in postings.values_list(*fields):
        filed.setdefault(listing_id, {})[key] = tuple(rest)
    return filed


def _by_listing(
    model: type[models.Model], listing_ids: Sequence[int], using: str
) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of some listings that searches read, by listing."""
    columns = {ListingText: TEXT_COLUMNS, OpenSession: SESSION_COLUMNS, ClosedDate: DATE_COLUMNS}
    rows: dict[int, list[tuple[Any, ...]]] = {}
    stored = model._default_manager.using(using).filter(listing_id__in=listing_ids)
    for listing_id, *rest in stored.values_list(*columns[model]):
        # PostgreSQL gives bytes as a view of them.
        plain = (bytes(value) if isinstance(value, memoryview) else value for value in rest)
        rows.setdefault(listing_id, []).append(tuple(plain))
    for several in rows.values():
        several.sort()
    return rows


def _is_current(
    entry: Entry,
    listing: Listing | None,
    filed: dict[int, dict[str, tuple[Any, ...]]],
    searched: Searched,
    vocabulary: Vocabulary,
    terms: Terms,
) -> bool:
    """Whether what is stored of an entry equals what would be published now, value by value."""
    if not entry.is_public:
        if listing is None:
            return True
        left_over = listing.pk in filed or any(listing.pk in rows for rows in searched.values())
        return not (listing.published or left_over)
    if listing is None or not listing.published:
        return False
    rendered = render(entry, vocabulary)
    masks = terms.masks(rendered.strengths)
    place = place_of(rendered.position)
    expected = {
        key: (*place.point, *masks, strength, place.cell)
        for key, strength in rendered.strengths.items()
    }
    return (
        listing.summary == with_instant(rendered.summary, listing.updated_at)
        and listing.detail == with_instant(rendered.detail, listing.updated_at)
        and listing.verify_by == rendered.verify_by
        and bytes(listing.name_key) == rendered.name_key
        and (listing.mask_a, listing.mask_b) == masks
        and filed.get(listing.pk) == expected
        and searched[ListingText].get(listing.pk) == [searched_text(rendered, masks)]
        and searched[OpenSession].get(listing.pk, []) == sorted(rendered.timetable.sessions)
        and searched[ClosedDate].get(listing.pk, [])
        == sorted((month_day,) for month_day in rendered.timetable.closed_dates)
    )
