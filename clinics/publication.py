"""The door between the catalogue and the finder: publishing.

Publishing a facility renders its documents and files it under every term it carries, in the same
transaction as the change, so that a search sees the change at once or never. Nothing else writes
listings, postings or the counts of terms.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Count, F
from django.utils import timezone

from clinics import bulk
from clinics.catalogue import Entry, read_entries
from clinics.models import Facility, Listing, Posting, Term
from clinics.position import NOWHERE, Ecef, cell, ecef
from clinics.rendering import Rendered, render
from clinics.terms import Terms
from clinics.vocabulary import Vocabulary

CHUNK = 500

LISTING_COLUMNS = [
    "version",
    "published",
    "updated_at",
    "verified_on",
    "latitude",
    "longitude",
    "name_key",
    "mask_a",
    "mask_b",
    "digest",
    "filing_digest",
    "summary",
    "detail",
]
POSTING_COLUMNS = ["term_id", "cell", "listing_id", "x", "y", "z", "mask_a", "mask_b", "strength"]


@dataclass(slots=True)
class PublicationCounts:
    """What came of the facilities given to :func:`publish`."""

    published: int = 0
    withdrawn: int = 0
    unchanged: int = 0


@contextmanager
def publishing(using: str = "default", at: datetime | None = None) -> Iterator["Publisher"]:
    """A publisher, in one transaction; ``at`` is the instant of the change, now by default."""
    with transaction.atomic(using=using):
        publisher = Publisher(Vocabulary.load(using), using, at or timezone.now())
        yield publisher
        publisher.settle_counts()


def publish(
    facility_ids: Iterable[UUID],
    *,
    using: str = "default",
    at: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> PublicationCounts:
    """Bring the listings of these facilities up to the catalogue, in one transaction.

    What is not public (drafts, withdrawn, vanished from its register) loses its listing. Listings
    that would not change are left alone. ``progress`` is told how many facilities are done.
    """
    with publishing(using, at) as publisher:
        done = 0
        for chunk in _chunks(facility_ids):
            publisher.publish(read_entries(chunk, using))
            done += len(chunk)
            if progress:
                progress(done)
    return publisher.counts


def republish_everything(
    *, using: str = "default", progress: Callable[[int], None] | None = None
) -> PublicationCounts:
    """Publish the whole catalogue again and count every term afresh."""
    with transaction.atomic(using=using):
        facility_ids = Facility.objects.using(using).order_by("pk").values_list("pk", flat=True)
        counts = publish(list(facility_ids), using=using, progress=progress)
        counted = Posting.objects.using(using).values("term_id").annotate(number=Count("id"))
        numbers = {row["term_id"]: row["number"] for row in counted}
        terms = list(Term.objects.using(using).all())
        for term in terms:
            term.count = numbers.get(term.pk, 0)
        Term.objects.using(using).bulk_update(terms, ["count"], batch_size=CHUNK)
    return counts


def refresh_statistics(using: str = "default") -> None:
    """Let the database know of much that was published; after the commit."""
    bulk.refresh_statistics((Listing, Posting), using)


def stale_listings(using: str = "default") -> Iterator[UUID]:
    """The facilities whose stored listing or postings differ from what the catalogue says now."""
    vocabulary = Vocabulary.load(using)
    terms = Terms(using)
    facility_ids = Facility.objects.using(using).order_by("pk").values_list("pk", flat=True)
    for chunk in _chunks(facility_ids.iterator(CHUNK)):
        stored = (
            Listing.objects.using(using)
            .filter(facility__in=chunk)
            .in_bulk(field_name="facility_id")
        )
        filed = _filed_terms([listing.pk for listing in stored.values()], using)
        for entry in read_entries(chunk, using):
            listing = stored.get(entry.facility["id"])
            if not _is_current(entry, listing, filed, vocabulary, terms):
                yield entry.facility["id"]


def _chunks(facility_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    chunk: list[UUID] = []
    for facility_id in facility_ids:
        chunk.append(facility_id)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _with_instant(document: bytes, updated_at: datetime) -> str:
    """A document with the one field that does not come from the catalogue."""
    return f'{document[:-1].decode()},"updated_at":"{updated_at.isoformat(timespec="seconds")}"}}'


def _filed_terms(listing_ids: Sequence[int], using: str) -> dict[int, dict[str, tuple[Any, ...]]]:
    """The postings of some listings: by listing, then by term."""
    filed: dict[int, dict[str, tuple[Any, ...]]] = {}
    postings = Posting.objects.using(using).filter(listing__in=listing_ids)
    fields = ("listing_id", "term__key", *POSTING_COLUMNS[3:], "cell")
    for listing_id, key, *rest in postings.values_list(*fields):
        filed.setdefault(listing_id, {})[key] = tuple(rest)
    return filed


def _is_current(
    entry: Entry,
    listing: Listing | None,
    filed: dict[int, dict[str, tuple[Any, ...]]],
    vocabulary: Vocabulary,
    terms: "Terms",
) -> bool:
    """Whether what is stored of an entry equals what would be published now, value by value."""
    if not entry.is_public:
        return listing is None or (not listing.published and listing.pk not in filed)
    if listing is None or not listing.published:
        return False
    rendered = render(entry, vocabulary)
    masks = terms.masks(rendered.strengths)
    place = _place(rendered.position)
    expected = {
        key: (*place.point, *masks, strength, place.cell)
        for key, strength in rendered.strengths.items()
    }
    return (
        listing.summary == _with_instant(rendered.summary, listing.updated_at)
        and listing.detail == _with_instant(rendered.detail, listing.updated_at)
        and bytes(listing.name_key) == rendered.name_key
        and (listing.mask_a, listing.mask_b) == masks
        and filed.get(listing.pk) == expected
    )


@dataclass(frozen=True, slots=True)
class _Place:
    point: Ecef
    cell: int


def _place(position: tuple[float, float] | None) -> _Place:
    if position is None:
        return _Place(Ecef(0.0, 0.0, 0.0), NOWHERE)
    return _Place(ecef(*position), cell(*position))


@dataclass(slots=True)
class Publisher:
    """Writes listings and postings, some hundred entries at a time."""

    vocabulary: Vocabulary
    using: str
    at: datetime
    counts: PublicationCounts = field(default_factory=PublicationCounts)
    terms: Terms = field(init=False)
    count_changes: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.terms = Terms(self.using)

    def publish(self, entries: Sequence[Entry]) -> None:
        """Render entries as they are in the catalogue now, and write what differs."""
        if not entries:
            return
        self.terms.ensure(self.vocabulary)
        listings = Listing.objects.using(self.using).defer("summary", "detail")
        chosen = listings.filter(facility__in=[entry.facility["id"] for entry in entries])
        stored = {listing.facility_id: listing for listing in chosen}
        gone: list[Listing] = []
        changed: list[Rendered] = []
        for entry in entries:
            listing = stored.get(entry.facility["id"])
            if entry.is_public:
                changed.append(render(entry, self.vocabulary))
            elif listing is not None and listing.published:
                gone.append(listing)
            else:
                self.counts.unchanged += 1
        self.terms.add(key for rendered in changed for key in rendered.strengths)
        self._write(changed, stored)
        self._withdraw(gone)

    def _write(self, rendered: Sequence[Rendered], stored: dict[UUID, Listing]) -> None:
        """Write the listings that differ, and those of their postings that do."""
        rows: dict[int, tuple[Rendered, tuple[Any, ...]]] = {}
        new: list[tuple[Rendered, tuple[Any, ...]]] = []
        renewed: list[int] = []
        to_file: list[tuple[int, Rendered]] = []
        for item in rendered:
            listing = stored.get(item.entry.facility["id"])
            masks = self.terms.masks(item.strengths)
            digests = item.digest(), item.filing_digest(masks)
            if listing is not None and digests == (listing.digest, listing.filing_digest):
                self.counts.unchanged += 1
                continue
            version = 1 if listing is None else listing.version + 1
            row = self._listing_row(item, version, masks, digests)
            if listing is None:
                new.append((item, row))
                continue
            rows[listing.pk] = item, row
            renewed.append(listing.pk)
            if digests[1] != listing.filing_digest:
                to_file.append((listing.pk, item))
        self._forget([pk for pk, _ in to_file])
        # Listings renewed keep their ids, which ties and postings go by.
        bulk.delete(Listing, renewed, self.using)
        ids = bulk.reserve_ids(Listing, len(new), self.using) if new else []
        rows |= dict(zip(ids, new, strict=True))
        bulk.insert(
            Listing,
            ["id", "facility_id", *LISTING_COLUMNS],
            [(pk, item.entry.facility["id"], *row) for pk, (item, row) in rows.items()],
            self.using,
        )
        self._file([*to_file, *((pk, rows[pk][0]) for pk in ids)])
        self.counts.published += len(rows)

    def _listing_row(
        self, item: Rendered, version: int, masks: tuple[int, int], digests: tuple[str, str]
    ) -> tuple[Any, ...]:
        """The values of ``LISTING_COLUMNS``."""
        latitude, longitude = item.position or (None, None)
        return (
            version,
            True,
            self.at,
            item.verified_on,
            latitude,
            longitude,
            item.name_key,
            *masks,
            *digests,
            _with_instant(item.summary, self.at),
            _with_instant(item.detail, self.at),
        )

    def _file(self, listings: Sequence[tuple[int, Rendered]]) -> None:
        rows = []
        for pk, item in listings:
            place = _place(item.position)
            masks = self.terms.masks(item.strengths)
            for key, strength in item.strengths.items():
                term_id = self.terms.by_key[key].pk
                self.count_changes[term_id] += 1
                rows.append((term_id, place.cell, pk, *place.point, *masks, strength))
        # In the order of the index that searches walk, a batch touches few of its pages.
        rows.sort()
        bulk.insert(Posting, POSTING_COLUMNS, rows, self.using)

    def _forget(self, listing_ids: Sequence[int]) -> None:
        """Take the postings of these listings away."""
        postings = Posting.objects.using(self.using).filter(listing__in=listing_ids)
        for row in postings.values("term_id").annotate(number=Count("id")):
            self.count_changes[row["term_id"]] -= row["number"]
        postings.delete()

    def _withdraw(self, listings: Sequence[Listing]) -> None:
        self.counts.withdrawn += len(listings)
        pks = [listing.pk for listing in listings]
        self._forget(pks)
        Listing.objects.using(self.using).filter(pk__in=pks).update(
            published=False,
            version=F("version") + 1,
            updated_at=self.at,
            digest="",
            filing_digest="",
            summary="",
            detail="",
        )

    def settle_counts(self) -> None:
        """Bring the terms' counts up to the postings written and removed."""
        changes = [(change, pk) for pk, change in sorted(self.count_changes.items()) if change]
        with connections[self.using].cursor() as cursor:
            cursor.executemany("UPDATE clinics_term SET count = count + %s WHERE id = %s", changes)
