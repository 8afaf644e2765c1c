"""Where what is shown comes from: releases, editions and dates, as the database has them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinics.identity import CURATED, NAVII
from clinics.imports.starter import SOURCE as STARTER
from clinics.models import (
    Claim,
    Concept,
    ImportRun,
    OfficialFacts,
    PlaceSource,
    Scheme,
    SecondOpinion,
    Status,
)
from clinics.models.claims import Sourced
from clinics.rendering import CREDITS
from clinics.terms import DOCUMENTED

CACHE_SECONDS = 60
# The terms of a register's data and where they stand; the credit is the catalogue's own.
TERMS = {
    NAVII: (
        "公共データ利用規約（第1.0版）(PDL1.0)",
        "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
}
# An address ends where Japanese goes on, without a space.
ADDRESS = re.compile(r"(https?://[!-~]*[0-9A-Za-z/])")


@dataclass(frozen=True, slots=True)
class Credit:
    """Words that a licence asks for, letter by letter."""

    text: str

    @property
    def html(self) -> SafeString:
        """The words with their addresses as links."""
        parts = ADDRESS.split(self.text)
        return format_html_join(
            "",
            "{}",
            (
                (format_html('<a href="{0}">{0}</a>', part) if at % 2 else part,)
                for at, part in enumerate(parts)
            ),
        )

    @property
    def language(self) -> str:
        """The language that they are written in."""
        return "en" if self.text.isascii() else "ja"


@dataclass(frozen=True, slots=True)
class Release:
    """What the catalogue has of one release of a register; ``imported_at`` None: unknown."""

    source: str
    credit: Credit
    terms: str
    terms_url: str
    release: date
    facilities: int
    imported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """Published statements of one kind: how many, of how many facilities, recorded and checked when.

    ``checked`` of them were compared with the living page, last on ``last_checked_on``.
    """

    number: int
    facilities: int
    first_recorded_on: date | None
    last_recorded_on: date | None
    checked: int
    last_checked_on: date | None


@dataclass(frozen=True, slots=True)
class Places:
    """A source of places, in the words that its licence asks for; ``url`` blank: none."""

    name: str
    edition: str
    number: int
    credit: Credit
    licence: str
    url: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Strength:
    """How well a statement may be supported."""

    label_ja: str
    label_en: str
    definition_ja: str
    definition_en: str
    documented: bool


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The reviewed words: how many, in how many vocabularies, from how many pages, coded in what."""

    concepts: int
    schemes: int
    pages: int
    code_systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Every source of the catalogue; ``strengths`` the strongest first."""

    releases: tuple[Release, ...]
    claims: Recorded
    second_opinions: Recorded
    places: tuple[Places, ...]
    taxonomy: Taxonomy
    strengths: tuple[Strength, ...]


def current_provenance() -> Provenance:
    """The sources, at most a minute old, and no older than the last import."""
    newest = ImportRun.objects.order_by("-finished_at", "-pk").values_list("pk", flat=True).first()
    key = f"provenance:{timezone.localdate()}:{newest}"
    known: Provenance | None = cache.get(key)
    if known is None:
        known = read_provenance()
        cache.set(key, known, CACHE_SECONDS)
    return known


def read_provenance() -> Provenance:
    """The sources as the database has them now, in six queries however many clinics there are."""
    concepts = list(Concept.objects.order_by("-evidence_rank", "order", "slug"))
    return Provenance(
        releases=tuple(_releases()),
        claims=_recorded(Claim.objects.all()),
        second_opinions=_recorded(SecondOpinion.objects.all()),
        places=tuple(
            Places(
                name=source.name,
                edition=source.edition,
                number=source.place_count,
                credit=Credit(source.credit),
                licence=source.licence,
                url=source.url,
                loaded_at=source.loaded_at,
            )
            for source in PlaceSource.objects.order_by("name")
        ),
        taxonomy=Taxonomy(
            concepts=len(concepts),
            schemes=len({concept.scheme for concept in concepts}),
            pages=len({page for concept in concepts for page in concept.sources}),
            code_systems=tuple(
                sorted({code["system"] for concept in concepts for code in concept.codes})
            ),
        ),
        strengths=tuple(
            Strength(
                concept.label_ja,
                concept.label_en,
                concept.definition_ja,
                concept.definition_en,
                concept.evidence_rank >= DOCUMENTED,
            )
            for concept in concepts
            if concept.scheme == Scheme.EVIDENCE
        ),
    )


def _releases() -> Iterator[Release]:
    """The releases that facts are from, the newest first.

    The starter catalogue brings facts of a release too, under its own name.
    """
    facts = OfficialFacts.objects.exclude(facility__source=CURATED).order_by()
    held = facts.values_list("facility__source", "release").annotate(number=Count("pk"))
    runs = ImportRun.objects.order_by().values_list("source", "release")
    imported = {(source, on): at for source, on, at in runs.annotate(at=Max("finished_at"))}
    for source, release, number in sorted(held, key=lambda row: row[1], reverse=True):
        instants = [
            imported[name, release] for name in (source, STARTER) if (name, release) in imported
        ]
        terms, terms_url = TERMS.get(source, ("", ""))
        yield Release(
            source=source,
            credit=Credit(CREDITS.get(source, source)),
            terms=terms,
            terms_url=terms_url,
            release=release,
            facilities=number,
            imported_at=max(instants, default=None),
        )


def _recorded(statements: "QuerySet[Sourced]") -> Recorded:
    found = statements.filter(status=Status.PUBLISHED).aggregate(
        number=Count("pk"),
        facilities=Count("facility", distinct=True),
        first_recorded_on=Min("recorded_on"),
        last_recorded_on=Max("recorded_on"),
        checked=Count("pk", filter=Q(checked_on__isnull=False)),
        last_checked_on=Max("checked_on"),
    )
    return Recorded(**found)
