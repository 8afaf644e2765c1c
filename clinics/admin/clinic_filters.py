"""The filters of the list of clinics: the questions that the work asks."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.curation.desks import expiring_claims, in_draft
from clinics.models import (
    PENDING,
    Claim,
    Concept,
    EntryState,
    Facility,
    Listing,
    OpenSession,
    Posting,
    Scheme,
    SecondOpinion,
    Status,
)
from clinics.terms import DOCUMENTED
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

Clinics = QuerySet[Facility]
Choice = tuple[str, str | Promise, Callable[[Clinics], Clinics]]


class ChoiceFilter(SimpleListFilter):
    """A filter that is a table: a value, what it is called, what it asks."""

    choices_table: Sequence[Choice] = ()

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        """The values and what they are called."""
        return [(value, label) for value, label, _ask in self.choices_table]

    def queryset(self, request: HttpRequest, queryset: Clinics) -> Clinics:
        """What the chosen value asks; everything where none is chosen."""
        for value, _label, ask in self.choices_table:
            if self.value() == value:
                return ask(queryset)
        return queryset


def _listed(**conditions: Any) -> Q:
    """Published clinics whose listing meets the conditions."""
    listings = Listing.objects.filter(published=True, **conditions)
    return Q(pk__in=listings.values("facility_id"))


def _with_claims(**conditions: Any) -> Exists:
    published = Claim.objects.filter(facility=OuterRef("pk"), status=Status.PUBLISHED)
    return Exists(published.filter(**conditions))


def _with_terms() -> Exists:
    return Exists(SecondOpinion.objects.filter(facility=OuterRef("pk"), status=Status.PUBLISHED))


def _due_before(days: int) -> Callable[[Clinics], Clinics]:
    def ask(clinics: Clinics) -> Clinics:
        return clinics.filter(_listed(verify_by__lt=timezone.localdate() + timedelta(days=days)))

    return ask


class StateFilter(ChoiceFilter):
    """Where the entry stands; published are those that nobody is editing."""

    title = _("state")
    parameter_name = "state"
    choices_table = (
        ("draft", EntryState.DRAFT.label, lambda q: q.filter(pk__in=in_draft().values("pk"))),
        (
            "in-review",
            EntryState.IN_REVIEW.label,
            lambda q: q.filter(entry__state=EntryState.IN_REVIEW),
        ),
        (
            "published",
            EntryState.PUBLISHED.label,
            lambda q: q.filter(status=Status.PUBLISHED).exclude(entry__state__in=PENDING),
        ),
        (
            "withdrawn",
            EntryState.WITHDRAWN.label,
            lambda q: q.filter(status=Status.WITHDRAWN).exclude(entry__state__in=PENDING),
        ),
        (
            "never-published",
            _("Never published"),
            lambda q: q.filter(status=Status.DRAFT),
        ),
    )


class DueFilter(ChoiceFilter):
    """When somebody has to look again."""

    title = _("verify by")
    parameter_name = "due"
    choices_table = (
        ("past", _("Past"), _due_before(0)),
        ("soon", _("Within 30 days"), _due_before(30)),
        ("never-checked", _("Never checked"), lambda q: q.filter(verifications=None)),
    )


class EvidenceFilter(ChoiceFilter):
    """How well the best of what it offers is supported."""

    title = _("evidence")
    parameter_name = "evidence"
    choices_table = (
        (
            "confirmed",
            _("Checked by a curator"),
            lambda q: q.filter(_with_claims(checked_on__isnull=False)),
        ),
        (
            "documented",
            _("Documented"),
            lambda q: q.filter(_with_claims(strength__evidence_rank__gte=DOCUMENTED)),
        ),
        (
            "weak",
            _("Weak only"),
            lambda q: q.filter(
                _with_claims(), ~_with_claims(strength__evidence_rank__gte=DOCUMENTED)
            ),
        ),
    )


class ClaimsFilter(ChoiceFilter):
    """Whether anything is said beside the register."""

    title = _("claims")
    parameter_name = "claims"
    choices_table = (
        ("present", _("Has claims"), lambda q: q.filter(_with_claims())),
        ("missing", _("No claims"), lambda q: q.filter(~_with_claims(), listing__published=True)),
    )


class SecondOpinionFilter(ChoiceFilter):
    """Whether second-opinion terms are known."""

    title = _("second opinion")
    parameter_name = "second_opinion"
    choices_table = (
        ("present", _("Has terms"), lambda q: q.filter(_with_terms())),
        ("missing", _("No terms"), lambda q: q.filter(~_with_terms(), listing__published=True)),
    )


class PositionFilter(ChoiceFilter):
    """Whether it can be found by distance, and who says where it is."""

    title = _("position")
    parameter_name = "position"
    choices_table = (
        ("missing", _("Missing"), lambda q: q.filter(_listed(latitude=None))),
        ("present", _("Known"), lambda q: q.filter(_listed(latitude__isnull=False))),
        (
            "curated",
            _("Set by a curator"),
            lambda q: q.filter(curatedfacts__latitude__isnull=False),
        ),
    )


class HoursFilter(ChoiceFilter):
    """Whether it is known when it is open."""

    title = _("hours")
    parameter_name = "hours"
    choices_table = (
        (
            "missing",
            _("Missing"),
            lambda q: q.filter(
                ~Exists(OpenSession.objects.filter(listing__facility=OuterRef("pk"))),
                listing__published=True,
            ),
        ),
        (
            "present",
            _("Known"),
            lambda q: q.filter(
                Exists(OpenSession.objects.filter(listing__facility=OuterRef("pk")))
            ),
        ),
    )


class ExpiringFilter(ChoiceFilter):
    """Claims whose own date of expiry is near or past."""

    title = _("expiring claims")
    parameter_name = "expiring"
    choices_table = (
        (
            "yes",
            _("Expiring or expired"),
            lambda q: q.filter(pk__in=expiring_claims().values("facility_id")),
        ),
    )


class SourceFilter(ChoiceFilter):
    """Who knows of it."""

    title = _("known by")
    parameter_name = "known"
    choices_table = (
        ("register", _("A register"), lambda q: q.exclude(source="curated")),
        ("curators", _("The curators alone"), lambda q: q.filter(source="curated")),
        (
            "absent",
            _("No longer in its register"),
            lambda q: q.filter(officialfacts__absent_since__isnull=False),
        ),
    )


class ConceptFilter(SimpleListFilter):
    """A concept that a published clinic is filed under, named in the reader's language."""

    template = "admin/clinics/closed_filter.html"
    scheme: str

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """The concepts of the scheme in their order."""
        label = "label_ja" if get_language() == "ja" else "label_en"
        concepts = Concept.objects.filter(scheme=self.scheme).order_by("order", "slug")
        return [
            (self.value_of(concept), getattr(concept, label))
            for concept in concepts.only("slug", label, "codes")
        ]

    def value_of(self, concept: Concept) -> str:
        """What stands for a concept in the address."""
        return concept.slug


class CategoryFilter(ConceptFilter):
    """Published clinics of a category."""

    title = _("category")
    parameter_name = "category"
    scheme = Scheme.CATEGORY

    def queryset(self, request: HttpRequest, queryset: Clinics) -> Clinics:
        """Those that are filed under it."""
        if not self.value():
            return queryset
        filed = Posting.objects.filter(term__key=f"{self.scheme}:{self.value()}")
        return queryset.filter(pk__in=filed.values("listing__facility_id"))


class PrefectureFilter(ConceptFilter):
    """Clinics in a prefecture, published or not, by its JIS code."""

    title = _("prefecture")
    parameter_name = "prefecture"
    scheme = Scheme.PREFECTURE

    def value_of(self, concept: Concept) -> str:
        """The JIS code, which the facts hold."""
        codes = {code["system"]: code["code"] for code in concept.codes}
        return str(codes[PREFECTURE_CODE_SYSTEM])

    def queryset(self, request: HttpRequest, queryset: Clinics) -> Clinics:
        """Those whose published or drafted prefecture it is."""
        code = self.value()
        if not code:
            return queryset
        official = Q(officialfacts__prefecture_code=code) & (
            Q(curatedfacts=None) | Q(curatedfacts__prefecture_code="")
        )
        drafted = Q(status=Status.DRAFT, entry__document__facts__prefecture_code=code)
        return queryset.filter(Q(curatedfacts__prefecture_code=code) | official | drafted)


FILTERS = (
    StateFilter,
    DueFilter,
    EvidenceFilter,
    ClaimsFilter,
    PositionFilter,
    HoursFilter,
    SecondOpinionFilter,
    ExpiringFilter,
    CategoryFilter,
    PrefectureFilter,
    SourceFilter,
)
