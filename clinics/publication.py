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
from clinics.models import (
    ClosedDate,
    Facility,
    Listing,
    ListingText,
    OpenSession,
    Posting,
    Term,
)
from clinics.position import NOWHERE, Ecef, cell, ecef
from clinics.rendering import Rendered, render
from clinics.terms import Terms, split_mask
from clinics.text import bigram_bits
from clinics.vocabulary import Vocabulary

CHUNK = 500

LISTING_COLUMNS = [
    "version",
    "published",
    "updated_at",
    "verified_on",
    "verify_by",
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
TEXT_COLUMNS = [
    "listing_id",
    "cell",
    "x",
    "y",
    "z",
    "mask_a",
    "mask_b",
    "bigrams_a",
    "bigrams_b",
    "names",
    "address",
    "name_key",
    "facility_id",
]
SESSION_COLUMNS = ["listing_id", "days", "weeks", "opens", "closes"]
DATE_COLUMNS = ["listing_id", "month_day"]
# What is written anew with each listing that changes.
SEARCHED = (ListingText, OpenSession, ClosedDate)
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
        for chunk in chunks(facility_ids):
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


def lacks_searched_rows(using: str = "default") -> bool:
    """Whether there are listings from before a migration that asks for all of them anew."""
    published = Listing.objects.using(using).filter(published=True)
    if published.filter(digest="").exists():
        return True
    return published.exists() and not ListingText.objects.using(using).exists()


def refresh_statistics(using: str = "default") -> None:
    """Let the database know of much that was published; after the commit."""
    bulk.refresh_statistics((Listing, Posting, *SEARCHED), using)


def chunks(facility_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids, ``CHUNK`` at a time."""
    chunk: list[UUID] = []
    for facility_id in facility_ids:
        chunk.append(facility_id)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def with_instant(document: bytes, updated_at: datetime) -> str:
    """A document with the one field that does not come from the catalogue."""
    return f'{document[:-1].decode()},"updated_at":"{updated_at.isoformat(timespec="seconds")}"}}'


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listing is filed: earth-centred metres, and the Morton code of its cell."""

    point: Ecef
    cell: int


def place_of(position: tuple[float, float] | None) -> Place:
    """The place of a position in degrees; the earth's centre, in no cell, where it is unknown."""
    if position is None:
        return Place(Ecef(0.0, 0.0, 0.0), NOWHERE)
    return Place(ecef(*position), cell(*position))


def searched_text(item: Rendered, masks: tuple[int, int]) -> tuple[Any, ...]:
    """The values of ``TEXT_COLUMNS`` after the listing's id."""
    place = place_of(item.position)
    bigrams = split_mask(bigram_bits(f"{item.names}{item.address}"))
    texts = item.names, item.address, item.name_key, item.entry.facility["id"]
    return (place.cell, *place.point, *masks, *bigrams, *texts)


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
        self._forget_searched(renewed)
        self._write_searched([(pk, item) for pk, (item, _) in rows.items()])
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
            item.verify_by,
            latitude,
            longitude,
            item.name_key,
            *masks,
            *digests,
            with_instant(item.summary, self.at),
            with_instant(item.detail, self.at),
        )

    def _file(self, listings: Sequence[tuple[int, Rendered]]) -> None:
        rows = []
        for pk, item in listings:
            place = place_of(item.position)
            masks = self.terms.masks(item.strengths)
            for key, strength in item.strengths.items():
                term_id = self.terms.by_key[key].pk
                self.count_changes[term_id] += 1
                rows.append((term_id, place.cell, pk, *place.point, *masks, strength))
        # In the order of the index that searches walk, a batch touches few of its pages.
        rows.sort()
        bulk.insert(Posting, POSTING_COLUMNS, rows, self.using)

    def _write_searched(self, listings: Sequence[tuple[int, Rendered]]) -> None:
        """Write the texts and hours that searches read beside the postings."""
        texts, sessions, dates = [], [], []
        for pk, item in listings:
            texts.append((pk, *searched_text(item, self.terms.masks(item.strengths))))
            sessions += [(pk, *session) for session in item.timetable.sessions]
            dates += [(pk, month_day) for month_day in item.timetable.closed_dates]
        bulk.insert(ListingText, TEXT_COLUMNS, texts, self.using)
        bulk.insert(OpenSession, SESSION_COLUMNS, sessions, self.using)
        bulk.insert(ClosedDate, DATE_COLUMNS, dates, self.using)

    def _forget_searched(self, listing_ids: Sequence[int]) -> None:
        for model in SEARCHED:
            bulk.delete(model, listing_ids, self.using, column="listing_id")

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
        self._forget_searched(pks)
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
