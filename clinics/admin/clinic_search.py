"""Finding a clinic in the admin: by any name in whatever spelling, by official id, by address."""

from django.db.models import Q, QuerySet

from clinics.models import PENDING, CuratedEntry, CuratedFacts, Facility, ListingText, OfficialFacts
from clinics.text import search_key

NAMES = ("name", "name_kana", "name_en", "short_name")


def find(clinics: QuerySet[Facility], text: str) -> QuerySet[Facility]:
    """The clinics that every word of a text fits, drafts and withdrawn ones included.

    A published clinic is found as searchers find it, folded (:mod:`clinics.text`); one that nobody
    sees as it is written. Official ids match from their beginning.
    """
    for word in text.split():
        key = search_key(word)
        listed = ListingText.objects.filter(Q(names__contains=key) | Q(address__contains=key))
        found = Q(official_id__istartswith=word)
        if key:
            found |= Q(pk__in=listed.values("facility_id"))
        clinics = clinics.filter(found | _unlisted(word))
    return clinics


def _unlisted(word: str) -> Q:
    """Those without a published listing that hold the word, and drafts that will."""
    holds = Q()
    for name in NAMES:
        holds |= Q(**{f"{name}__icontains": word})
    unlisted = Q(facility__listing=None) | Q(facility__listing__published=False)
    drafts = CuratedEntry.objects.filter(state__in=PENDING)
    drafted = drafts.filter(document__facts__name__icontains=word)
    return (
        Q(pk__in=OfficialFacts.objects.filter(holds, unlisted).values("facility_id"))
        | Q(pk__in=CuratedFacts.objects.filter(holds, unlisted).values("facility_id"))
        | Q(pk__in=drafted.values("facility_id"))
    )
