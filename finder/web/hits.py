"""A clinic in the list of results, as people read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from clinics.models import Scheme
from clinics.terms import BODYWORK
from clinics.timetable import Timetable
from finder.api.formats.hits import kilometres
from finder.checklist.definition import Language
from finder.query import Hit
from finder.search import details, timetables
from finder.web.clinic_names import name_in
from finder.web.second_opinions import Offer, offer_of
from finder.web.statements import Statement, evidence_ranks, statements
from finder.web.week import Now, now_at

# In the order of the sky, from north clockwise; each is 45 degrees wide.
DIRECTIONS: tuple[Promise, ...] = (
    gettext_lazy("to the north"),
    gettext_lazy("to the north-east"),
    gettext_lazy("to the east"),
    gettext_lazy("to the south-east"),
    gettext_lazy("to the south"),
    gettext_lazy("to the south-west"),
    gettext_lazy("to the west"),
    gettext_lazy("to the north-west"),
)
# A list is read at a glance; the clinic's page has them all.
MOST_STATEMENTS = 2
NEAR_KM = 10


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit of the list: its clinic's whole document, and what depends on the question.

    ``distance`` is in words, blank without a centre; ``matching`` are the categories and services that
    were asked for, ``others`` its other categories; ``statements`` tell of athletes, the best
    evidenced first, ``more_statements`` how many are left for the clinic's page; ``second_opinion``
    is what its terms answer today.
    """

    number: int
    clinic: Mapping[str, Any]
    name: str
    distance: str
    direction: Promise | None
    now: Now
    is_due: bool
    is_bodywork: bool
    matching: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]
    athletes: tuple[Mapping[str, Any], ...]
    statements: tuple[Statement, ...]
    more_statements: int
    second_opinion: Offer


def shown_hits(
    hits: Sequence[Hit],
    language: Language,
    now: datetime,
    start: int = 1,
    asked: Sequence[str] = (),
) -> list[ShownHit]:
    """The hits as they are shown, numbered from ``start``; one withdrawn meanwhile is left out.

    ``asked`` are the slugs of categories and services that were asked for.
    """
    ids = [hit.listing_id for hit in hits]
    documents, hours = details(ids), timetables(ids)
    clinics = [
        (hit, orjson.loads(documents[hit.listing_id]))
        for hit in hits
        if hit.listing_id in documents
    ]
    ranks = evidence_ranks() if any(clinic["claims"] for _, clinic in clinics) else {}
    return [
        _shown(
            hit, clinic, hours.get(hit.listing_id, Timetable()), number, language, ranks, now, asked
        )
        for number, (hit, clinic) in enumerate(clinics, start)
    ]


def _shown(
    hit: Hit,
    clinic: Mapping[str, Any],
    hours: Timetable,
    number: int,
    language: Language,
    ranks: Mapping[str, int],
    now: datetime,
    asked: Sequence[str],
) -> ShownHit:
    today = timezone.localdate(now)
    of_athletes = [one for one in statements(clinic, today, ranks) if one.is_of_athletes]
    of_athletes.sort(key=lambda one: (one.origin.has_expired, -ranks.get(one.strength["slug"], 0)))
    verify_by = clinic["verify_by"]
    offers = (*clinic["categories"], *clinic["services"])
    matching = [one for slug in asked for one in offers if one["slug"] == slug]
    return ShownHit(
        number=number,
        clinic=clinic,
        name=name_in(clinic, language),
        distance="" if hit.distance_mm is None else distance_text(hit.distance_mm),
        direction=None if hit.bearing_deg is None else DIRECTIONS[round(hit.bearing_deg / 45) % 8],
        now=now_at(hours, now),
        is_due=verify_by is not None and verify_by < today.isoformat(),
        is_bodywork=any(
            f"{Scheme.CATEGORY}:{one['slug']}" == BODYWORK for one in clinic["categories"]
        ),
        matching=tuple(matching),
        others=tuple(one for one in clinic["categories"] if one not in matching),
        athletes=(*clinic["sports"], *clinic["levels"]),
        statements=tuple(of_athletes[:MOST_STATEMENTS]),
        more_statements=len(of_athletes[MOST_STATEMENTS:]),
        second_opinion=offer_of(clinic, today),
    )


def distance_text(distance_mm: int) -> str:
    """A distance as people say it: metres, then kilometres with one decimal, then whole ones."""
    km = kilometres(distance_mm)
    if km < 1:
        return f"{round(km * 1_000):d} m"
    return f"{km:.1f} km" if km < NEAR_KM else f"{km:,.0f} km"
