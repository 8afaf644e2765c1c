"""The day's work: what waits for a curator, how much of it, and where its list is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinics.models import (
    Claim,
    CuratedEntry,
    DuplicatePair,
    EntryState,
    Facility,
    ImportRun,
    Listing,
    PublicReport,
    Status,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Work of one kind. ``path`` is its list below the admin's address."""

    slug: str
    title: str | Promise
    hint: str | Promise
    path: str
    permission: str
    count: Callable[[], int]
    oldest: Callable[[], Any] = lambda: None


@dataclass(frozen=True, slots=True)
class DeskCount:
    """A desk as the home page shows it; ``oldest`` is the date of what waits longest, if any."""

    desk: Desk
    count: int
    oldest: Any


def desks(user: Any) -> list[DeskCount]:
    """The desks of a user, in the order of the work."""
    return [
        DeskCount(desk, desk.count(), desk.oldest())
        for desk in DESKS
        if user.has_perm(desk.permission)
    ]


def in_draft() -> Any:
    """Clinics whose words are in work: edited, or taken in as a draft that nobody touched yet."""
    untouched = Q(status=Status.DRAFT, entry=None)
    return Facility.objects.filter(Q(entry__state=EntryState.DRAFT) | untouched)


def due_listings() -> Any:
    """Published entries past their verify-by date, oldest first."""
    return Listing.objects.filter(published=True, verify_by__lt=timezone.localdate()).order_by(
        "verify_by", "pk"
    )


def expiring_claims() -> Any:
    """Published claims that expire within ``EXPIRY_NOTICE_DAYS``, or have expired."""
    limit = timezone.localdate() + timedelta(days=settings.EXPIRY_NOTICE_DAYS)
    return Claim.objects.filter(status=Status.PUBLISHED, expires_on__lte=limit)


def _first(queryset: Any, field: str) -> Any:
    return queryset.aggregate(first=Min(field))["first"]


DESKS: Iterable[Desk] = (
    Desk(
        "review",
        _("Waiting for review"),
        _("Drafts that a curator has handed in."),
        "clinics/facility/?state=in-review",
        "clinics.view_facility",
        lambda: CuratedEntry.objects.filter(state=EntryState.IN_REVIEW).count(),
        lambda: _first(CuratedEntry.objects.filter(state=EntryState.IN_REVIEW), "changed_at"),
    ),
    Desk(
        "drafts",
        _("Drafts in work"),
        _("Begun and not handed in yet."),
        "clinics/facility/?state=draft",
        "clinics.view_facility",
        lambda: in_draft().count(),
    ),
    Desk(
        "reports",
        _("Reports from the public"),
        _("Somebody says that an entry is wrong."),
        "clinics/publicreport/?state__exact=new",
        "clinics.view_publicreport",
        lambda: PublicReport.objects.filter(state=PublicReport.State.NEW).count(),
        lambda: _first(PublicReport.objects.filter(state=PublicReport.State.NEW), "received_at"),
    ),
    Desk(
        "due",
        _("Past their verify-by date"),
        _("Nobody has checked these for too long; the oldest come first."),
        "clinics/facility/?due=past&o=6",
        "clinics.view_facility",
        lambda: due_listings().count(),
        lambda: _first(due_listings(), "verify_by"),
    ),
    Desk(
        "expiring",
        _("Claims about to expire"),
        _("Their own date of expiry is near or past."),
        "clinics/facility/?expiring=yes",
        "clinics.view_facility",
        lambda: expiring_claims().values("facility_id").distinct().count(),
        lambda: _first(expiring_claims(), "expires_on"),
    ),
    Desk(
        "imports",
        _("Imports with rejections"),
        _("Rows that could not be taken in, not looked at yet."),
        "clinics/importrun/?waiting=yes",
        "clinics.view_importrun",
        lambda: ImportRun.objects.filter(rejected__gt=0, seen_at=None).count(),
    ),
    Desk(
        "duplicates",
        _("Possible duplicates"),
        _("Two entries that may be one place."),
        "clinics/duplicatepair/?state__exact=open",
        "clinics.view_duplicatepair",
        lambda: DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN).count(),
    ),
    Desk(
        "unlocated",
        _("Clinics without a position"),
        _("Found by name, never by distance."),
        "clinics/facility/?position=missing",
        "clinics.view_facility",
        lambda: Listing.objects.filter(published=True, latitude=None).count(),
    ),
)
