"""The door between the catalogue and the finder: publishing.

Publishing a facility renders its documents and files it under every term it carries, in the same
transaction as the change, so that a search sees the change at once or never. Nothing else writes
listings, postings or the counts of terms.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from clinics import bulk, documents
from clinics.catalogue import Entry, read_entries
from clinics.models import Facility, Listing, Posting, Scheme, Term
from clinics.position import NOWHERE, Ecef, cell, ecef
from clinics.text import fold
from clinics.vocabulary import Vocabulary, Word

EVERY_CLINIC = "every:clinic"
NON_MEDICAL = "care:non-medical"

# Added to the rank of a claim's evidence once a curator has checked the claim.
CONFIRMED = 100

CHUNK = 500
MASK_BITS = 62
SLOTS = 2 * MASK_BITS
# Terms get the bits of the masks in this order, so that what searches combine comes first.
SLOTTED_SCHEMES = (
    Scheme.KIND,
    Scheme.CATEGORY,
    Scheme.CONDITION,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.SERVICE,
    Scheme.CREDENTIAL,
)
# The schemes whose concepts are not claims but facts of the facility itself.
FACT_SCHEMES = (Scheme.KIND, Scheme.PREFECTURE)

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


@dataclass(slots=True)
class Rendered:
    """An entry as it will be published: documents without their instant, and its terms."""

    entry: Entry
    summary: bytes
    detail: bytes
    name_key: bytes
    position: tuple[float, float] | None
    verified_on: date | None
    strengths: dict[str, int]

    def digest(self, masks: tuple[int, int]) -> str:
        """Tells whether anything of it differs from what was published before."""
        whole = orjson.dumps([self.position, sorted(self.strengths.items()), masks])
        parts = self.detail + b"\0" + self.summary + b"\0" + self.name_key + b"\0" + whole
        return hashlib.blake2b(parts, digest_size=16).hexdigest()


def publish(
    facility_ids: Iterable[UUID],
    *,
    using: str = "default",
    at: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> PublicationCounts:
    """Bring the listings of these facilities up to the catalogue, in one transaction.

    What is not public (drafts, withdrawn, vanished from its register) loses its listing. Listings
    that would not change are left alone. ``at`` is the instant of the change, now by default;
    ``progress`` is told how many facilities are done.
    """
    counts = PublicationCounts()
    with transaction.atomic(using=using):
        writer = _Writer(Vocabulary.load(using), using, at or timezone.now(), counts)
        done = 0
        for chunk in _chunks(facility_ids):
            writer.publish(chunk)
            done += len(chunk)
            if progress:
                progress(done)
        writer.settle_counts()
    return counts


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


def stale_listings(using: str = "default") -> Iterator[UUID]:
    """The facilities whose stored listing or postings differ from what the catalogue says now."""
    vocabulary = Vocabulary.load(using)
    terms = _Terms(using)
    terms.ensure(vocabulary)
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


def render(entry: Entry, vocabulary: Vocabulary) -> Rendered:
    """The documents and terms of a public entry."""
    brief = documents.summary(entry, vocabulary)
    full = documents.detail(entry, vocabulary, brief)
    located = brief["lat"] is not None
    return Rendered(
        entry=entry,
        summary=orjson.dumps(brief),
        detail=orjson.dumps(full),
        name_key=fold(brief["name_kana"] or brief["name"]).encode(),
        position=(brief["lat"], brief["lng"]) if located else None,
        verified_on=brief["verified_on"],
        strengths=term_strengths(entry, vocabulary, brief),
    )


def term_strengths(entry: Entry, vocabulary: Vocabulary, brief: dict[str, Any]) -> dict[str, int]:
    """Every term an entry is filed under, with the strength of the best evidence for it.

    Facts of the register carry the register's strength; from :data:`CONFIRMED` on, a curator has
    checked the claim.
    """
    register = vocabulary.official_register.evidence_rank
    terms = {EVERY_CLINIC: register, f"{Scheme.KIND}:{brief['kind']}": register}
    if brief["prefecture"]:
        terms[f"{Scheme.PREFECTURE}:{brief['prefecture']['slug']}"] = register
    if brief["municipality"]:
        terms[f"municipality:{brief['municipality']['code']}"] = register
    carried = documents.evidence(entry, vocabulary)
    for concept, statements in carried.items():
        terms[concept.key] = max(
            strength.evidence_rank + (CONFIRMED if checked else 0)
            for strength, checked in statements
        )
    if _is_bodywork(carried):
        terms[NON_MEDICAL] = register
    return terms


def _is_bodywork(carried: Iterable[Word]) -> bool:
    """Whether all that is known of what the place does lies outside medical care."""
    categories = [word for word in carried if word.scheme == Scheme.CATEGORY]
    return bool(categories) and not any(word.medical_care for word in categories)


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
    terms: "_Terms",
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


class _Terms:
    """The terms by key, making those that are new."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.by_key: dict[str, Term] = {}
        for term in Term.objects.using(using).all():
            self.by_key[term.key] = term
        self.free_slot = 1 + max(
            (term.slot for term in self.by_key.values() if term.slot is not None), default=-1
        )

    def ensure(self, vocabulary: Vocabulary) -> None:
        """Make the terms of every concept, those of the slotted schemes first."""
        by_scheme: dict[str, list[str]] = {}
        for word in vocabulary.words.values():
            by_scheme.setdefault(word.scheme, []).append(word.key)
        slotted = [key for scheme in SLOTTED_SCHEMES for key in by_scheme.get(scheme, [])]
        others = [
            key
            for scheme, keys in by_scheme.items()
            if scheme not in SLOTTED_SCHEMES
            for key in keys
        ]
        self.add([NON_MEDICAL, *slotted], slotted=True)
        self.add([EVERY_CLINIC, *others], slotted=False)

    def add(self, keys: Iterable[str], *, slotted: bool = False) -> None:
        """Make the terms of ``keys`` that do not exist yet."""
        new = []
        for key in dict.fromkeys(keys):
            if key not in self.by_key:
                slot = self.free_slot if slotted and self.free_slot < SLOTS else None
                self.free_slot += slot is not None
                new.append(Term(key=key, slot=slot))
        for term in Term.objects.using(self.using).bulk_create(new):
            self.by_key[term.key] = term

    def masks(self, keys: Iterable[str]) -> tuple[int, int]:
        """The bits of these terms: the first 62 slots, the next 62."""
        bits = 0
        for key in keys:
            term = self.by_key.get(key)
            if term is not None and term.slot is not None:
                bits |= 1 << term.slot
        return bits & ((1 << MASK_BITS) - 1), bits >> MASK_BITS


@dataclass(slots=True)
class _Writer:
    """Writes listings and postings a chunk at a time."""

    vocabulary: Vocabulary
    using: str
    at: datetime
    counts: PublicationCounts
    terms: _Terms = field(init=False)
    count_changes: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.terms = _Terms(self.using)
        self.terms.ensure(self.vocabulary)

    def publish(self, facility_ids: Sequence[UUID]) -> None:
        """Render one chunk, and write what differs from what is stored."""
        stored = {
            listing.facility_id: listing
            for listing in Listing.objects.using(self.using)
            .filter(facility__in=facility_ids)
            .defer("summary", "detail")
        }
        gone: list[Listing] = []
        changed: list[Rendered] = []
        for entry in read_entries(facility_ids, self.using):
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
        new: list[tuple[Rendered, tuple[Any, ...]]] = []
        renewed: list[tuple[Rendered, Listing, tuple[Any, ...]]] = []
        for item in rendered:
            listing = stored.get(item.entry.facility["id"])
            masks = self.terms.masks(item.strengths)
            digest = item.digest(masks)
            if listing is not None and listing.published and listing.digest == digest:
                self.counts.unchanged += 1
                continue
            self.counts.published += 1
            version = 1 if listing is None else listing.version + 1
            row = self._listing_row(item, version, masks, digest)
            if listing is None:
                new.append((item, row))
            else:
                renewed.append((item, listing, row))
        self._forget([listing.pk for _, listing, _ in renewed])
        self._update([(listing.pk, row) for _, listing, row in renewed])
        ids = bulk.reserve_ids(Listing, len(new), self.using) if new else []
        numbered = list(zip(ids, new, strict=True))
        bulk.insert(
            Listing,
            ["id", "facility_id", *LISTING_COLUMNS],
            [(pk, item.entry.facility["id"], *row) for pk, (item, row) in numbered],
            self.using,
        )
        self._file([(pk, item) for pk, (item, _) in numbered])
        self._file([(listing.pk, item) for item, listing, _ in renewed])

    def _listing_row(
        self, item: Rendered, version: int, masks: tuple[int, int], digest: str
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
            digest,
            _with_instant(item.summary, self.at),
            _with_instant(item.detail, self.at),
        )

    def _update(self, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> None:
        listings = [
            Listing(pk=pk, **dict(zip(LISTING_COLUMNS, row, strict=True))) for pk, row in rows
        ]
        Listing.objects.using(self.using).bulk_update(listings, LISTING_COLUMNS, batch_size=100)

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
            summary="",
            detail="",
        )

    def settle_counts(self) -> None:
        """Bring the terms' counts up to the postings written and removed."""
        for term_id, change in self.count_changes.items():
            if change:
                Term.objects.using(self.using).filter(pk=term_id).update(count=F("count") + change)
