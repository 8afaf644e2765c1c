"""How fresh and how complete the published catalogue is, in figures.

Of every published clinic it is known, in a few bits, what of it is there, due or expired. The
figures of a group are counts of those bits over its clinics, which are read along the group's
postings. What each figure means stands in :class:`clinics.documents.QualityFigures`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntFlag, auto
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from clinics.documents import (
    CodedLabel,
    QualityFigures,
    QualityOfCategory,
    QualityOfPrefecture,
    QualityPoint,
    QualityReport,
    QualityShare,
)
from clinics.models import (
    Claim,
    Concept,
    ImportRun,
    Listing,
    OpenSession,
    Posting,
    QualitySnapshot,
    Scheme,
    SecondOpinion,
    Status,
    Term,
)
from clinics.position import NOWHERE
from clinics.terms import EVERY_CLINIC, VERIFIED
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

MOST_POINTS = 50
CACHE_SECONDS = 60
ROWS = 10_000
UNKNOWN: CodedLabel = {"slug": "unknown", "label_ja": "不明", "label_en": "Unknown"}


class Known(IntFlag):
    """What is there of a clinic, and how it stands."""

    IN_TIME = auto()
    OVERDUE = auto()
    VERIFIED = auto()
    WITHIN_90_DAYS = auto()
    WITHIN_365_DAYS = auto()
    NOWHERE = auto()
    HOURS = auto()
    CLAIMS = auto()
    EXPIRED_CLAIMS = auto()
    SECOND_OPINION = auto()


@dataclass(slots=True)
class Tally:
    """How many clinics of a group have each combination of bits, and their published claims.

    None is the combination of no bits at all.
    """

    clinics: Counter[int | None] = field(default_factory=Counter)
    claims: int = 0
    expired_claims: int = 0

    def without(self, others: Iterable["Tally"]) -> "Tally":
        """What is left of a group without these parts of it."""
        rest = Tally(self.clinics.copy(), self.claims, self.expired_claims)
        for other in others:
            rest.clinics.subtract(other.clinics)
            rest.claims -= other.claims
            rest.expired_claims -= other.expired_claims
        return rest

    def figures(self) -> QualityFigures:
        """The public figures."""
        clinics = self.clinics.total()

        def having(bits: int) -> int:
            return sum(number for known, number in self.clinics.items() if known and known & bits)

        due = having(Known.IN_TIME | Known.OVERDUE)
        return {
            "clinics": clinics,
            "verified_in_time": _share(having(Known.IN_TIME), due),
            "overdue": _share(having(Known.OVERDUE), due),
            "nothing_to_verify": _share(clinics - due, clinics),
            "verified_within_90_days": _share(having(Known.WITHIN_90_DAYS), clinics),
            "verified_within_365_days": _share(having(Known.WITHIN_365_DAYS), clinics),
            "never_verified": _share(clinics - having(Known.VERIFIED), clinics),
            "missing_position": _share(having(Known.NOWHERE), clinics),
            "missing_hours": _share(clinics - having(Known.HOURS), clinics),
            "missing_claims": _share(clinics - having(Known.CLAIMS), clinics),
            "missing_second_opinion": _share(clinics - having(Known.SECOND_OPINION), clinics),
            "with_expired_claims": _share(having(Known.EXPIRED_CLAIMS), clinics),
            "expired_claims": _share(self.expired_claims, self.claims),
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How the published clinics stand on a day, by the ids of their listings.

    ``known`` has the bits of those that have any; ``claims`` and ``expired_claims`` count the
    published claims of those that have some.
    """

    known: dict[int, int]
    claims: dict[int, int]
    expired_claims: dict[int, int]

    @classmethod
    def read(cls, today: date, using: str = "default") -> "Standing":
        """Read it, in a dozen queries however many clinics there are."""
        known: dict[int, int] = defaultdict(int)

        def put(bit: Known, listing_ids: Iterable[int]) -> None:
            # A plain number, since joining flags by name takes ten times as long.
            number = bit.value
            for listing_id in listing_ids:
                known[listing_id] |= number

        for bit, listings in _listings_by_bit(today, using):
            put(bit, listings.iterator(ROWS))
        for listing_id, verified_on in _verified(using):
            put(_verification(today - verified_on), [listing_id])
        claims, expired = _claims(using), _expired_claims(today, using)
        put(Known.CLAIMS, claims)
        put(Known.EXPIRED_CLAIMS, expired)
        withdrawn = Listing.objects.using(using).filter(published=False)
        for listing_id in withdrawn.values_list("pk", flat=True).iterator(ROWS):
            for counts in (known, claims, expired):
                counts.pop(listing_id, None)
        return cls(dict(known), claims, expired)

    def everything(self, clinics: int) -> Tally:
        """The tally of all published clinics, of which there are so many."""
        counted: Counter[int | None] = Counter(self.known.values())
        counted[None] = clinics - len(self.known)
        return Tally(counted, sum(self.claims.values()), sum(self.expired_claims.values()))

    def tally(self, listing_ids: Iterable[int]) -> Tally:
        """The tally of some of them."""
        chosen = list(listing_ids)
        # In maps, because a loop of Python's own would cost as much as all the rest.
        return Tally(
            Counter(map(self.known.get, chosen)),
            _sum_of(self.claims, chosen),
            _sum_of(self.expired_claims, chosen),
        )


def quality_report(today: date | None = None, using: str = "default") -> QualityReport:
    """The figures of all published clinics, by prefecture and by category, and how they moved.

    ``today`` is the day on which what is due and expired is counted. :func:`current_report` is the
    one to show.
    """
    today = today or timezone.localdate()
    standing = Standing.read(today, using)
    of_scheme = _concepts(using)
    coded = [(_prefecture_code(concept), concept) for concept in of_scheme[Scheme.PREFECTURE]]
    prefectures = sorted(((code, one) for code, one in coded if code), key=itemgetter(0))
    categories = of_scheme[Scheme.CATEGORY]
    tallies = _tallies([*(concept for _, concept in prefectures), *categories], standing, using)
    overall = standing.everything(_number_of_clinics(using))
    elsewhere = overall.without(tallies[concept.pk] for _, concept in prefectures)
    by_prefecture: list[QualityOfPrefecture] = [
        {**_label(concept), "code": code, "figures": tallies[concept.pk].figures()}
        for code, concept in prefectures
    ]
    by_category: list[QualityOfCategory] = [
        {**_label(concept), "figures": tallies[concept.pk].figures()} for concept in categories
    ]
    return {
        "as_of": today,
        "overall": overall.figures(),
        "by_prefecture": [
            *by_prefecture,
            {**UNKNOWN, "code": None, "figures": elsewhere.figures()},
        ],
        "by_category": by_category,
        "trend": trend(using),
    }


def current_report(using: str = "default") -> QualityReport:
    """The report of today, at most a minute old, and no older than the last snapshot."""
    today = timezone.localdate()
    newest = QualitySnapshot.objects.using(using).order_by("-taken_at", "-pk")
    key = f"quality:{using}:{today}:{newest.values_list('pk', flat=True).first()}"
    report: QualityReport | None = cache.get(key)
    if report is None:
        report = quality_report(today, using)
        cache.set(key, report, CACHE_SECONDS)
    return report


def take_snapshot(run: ImportRun | None = None, using: str = "default") -> QualitySnapshot:
    """Keep the figures of all published clinics as they are now.

    An import calls it in its own transaction, after it has published.
    """
    standing = Standing.read(timezone.localdate(), using)
    figures = standing.everything(_number_of_clinics(using)).figures()
    return QualitySnapshot.objects.using(using).create(import_run=run, figures=figures)


def trend(using: str = "default") -> list[QualityPoint]:
    """The last snapshots, the newest last."""
    snapshots = QualitySnapshot.objects.using(using).order_by("-taken_at", "-pk")
    rows = snapshots.values_list(
        "taken_at", "import_run__source", "import_run__release", "figures"
    )[:MOST_POINTS]
    return [
        {
            "taken_at": taken_at.isoformat(timespec="seconds"),
            "source": source,
            "release": release,
            "figures": figures,
        }
        for taken_at, source, release, figures in reversed(rows)
    ]


def _tallies(concepts: Iterable[Concept], standing: Standing, using: str) -> dict[int, Tally]:
    """The tally of the clinics that carry each concept, by the concept's primary key."""
    pk_of = {str(concept): concept.pk for concept in concepts}
    terms = Term.objects.using(using).filter(key__in=pk_of)
    concept_of = {pk: pk_of[key] for pk, key in terms.values_list("pk", "key")}
    filed = Posting.objects.using(using).filter(term__in=concept_of).order_by("term_id")
    rows = filed.values_list("term_id", "listing_id").iterator(ROWS)
    tallies = {
        concept_of[term_id]: standing.tally(map(itemgetter(1), of_one))
        for term_id, of_one in groupby(rows, itemgetter(0))
    }
    return defaultdict(Tally, tallies)


def _number_of_clinics(using: str) -> int:
    return Posting.objects.using(using).filter(term__key=EVERY_CLINIC).count()


def _listings_by_bit(today: date, using: str) -> Iterator[tuple[Known, QuerySet[Any, int]]]:
    """The ids of the listings to which each bit applies, each read along an index."""
    listings = Listing.objects.using(using)
    published = listings.filter(published=True)
    terms = SecondOpinion.objects.using(using).filter(status=Status.PUBLISHED)
    ids = {
        Known.IN_TIME: published.filter(verify_by__gte=today),
        Known.OVERDUE: published.filter(verify_by__lt=today),
        Known.SECOND_OPINION: listings.filter(facility__in=terms.values("facility")),
    }
    for bit, rows in ids.items():
        yield bit, rows.values_list("pk", flat=True)
    every = Posting.objects.using(using).filter(term__key=EVERY_CLINIC)
    yield Known.NOWHERE, every.filter(cell=NOWHERE).values_list("listing_id", flat=True)
    sessions = OpenSession.objects.using(using)
    yield Known.HOURS, sessions.values_list("listing_id", flat=True).distinct()


def _verified(using: str) -> Iterator[tuple[int, date]]:
    """The listings that were ever verified, and when last."""
    verified = Listing.objects.using(using).filter(posting__term__key=VERIFIED)
    for listing_id, verified_on in verified.values_list("pk", "verified_on").iterator(ROWS):
        if verified_on:
            yield listing_id, verified_on


def _verification(ago: timedelta) -> Known:
    known = Known.VERIFIED
    if ago <= timedelta(days=90):
        known |= Known.WITHIN_90_DAYS
    if ago <= timedelta(days=365):
        known |= Known.WITHIN_365_DAYS
    return known


def _claims(using: str) -> dict[int, int]:
    """How many published claims each listing has, where it has any."""
    published = Claim.objects.using(using).filter(status=Status.PUBLISHED)
    of_one = published.filter(facility=OuterRef("facility")).order_by().values("facility")
    facilities = published.order_by().values("facility").distinct()
    listings = Listing.objects.using(using).filter(facility__in=facilities)
    number = Subquery(of_one.annotate(number=Count("pk")).values("number"))
    return dict(listings.values_list("pk", number))


def _expired_claims(today: date, using: str) -> dict[int, int]:
    """How many published claims of each listing are expired, where any is."""
    expired = Claim.objects.using(using).filter(status=Status.PUBLISHED, expires_on__lt=today)
    grouped = expired.order_by().values("facility__listing").annotate(number=Count("pk"))
    return dict(grouped.values_list("facility__listing", "number"))


def _sum_of(counts: dict[int, int], listing_ids: Iterable[int]) -> int:
    """The sum over some listings of what few or none of them have."""
    return sum(filter(None, map(counts.get, listing_ids))) if counts else 0


def _share(number: int, of: int) -> QualityShare:
    return {"number": number, "of": of, "share": round(number / of, 4) if of else None}


def _concepts(using: str) -> dict[str, list[Concept]]:
    """Prefectures and categories, each in the order of the taxonomy."""
    of_scheme: dict[str, list[Concept]] = {Scheme.PREFECTURE: [], Scheme.CATEGORY: []}
    concepts = Concept.objects.using(using).filter(scheme__in=of_scheme)
    for concept in concepts.order_by("order", "slug"):
        of_scheme[concept.scheme].append(concept)
    return of_scheme


def _prefecture_code(concept: Concept) -> str | None:
    codes = (code["code"] for code in concept.codes if code["system"] == PREFECTURE_CODE_SYSTEM)
    return next(codes, None)


def _label(concept: Concept) -> CodedLabel:
    return {"slug": concept.slug, "label_ja": concept.label_ja, "label_en": concept.label_en}
