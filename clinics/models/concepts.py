"""Coded concepts: everything that a clinic can carry and a search can ask for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.models.changes import history_of


class Scheme(models.TextChoices):
    """The vocabularies a concept can belong to."""

    CATEGORY = "category", _("Category")
    SERVICE = "service", _("Service")
    CONDITION = "condition", _("Condition")
    SPORT = "sport", _("Sport")
    LEVEL = "level", _("Level")
    CREDENTIAL = "credential", _("Credential")
    EVIDENCE = "evidence", _("Strength of evidence")
    LANGUAGE = "language", _("Language")
    FEATURE = "feature", _("Accessibility and features")
    KIND = "kind", _("Kind of facility")
    PREFECTURE = "prefecture", _("Prefecture")


class Concept(models.Model):
    """One word of a vocabulary, with its labels, definition, synonyms and codes.

    Concepts come from the reviewed files in ``fixtures/taxonomy`` and may be added in the admin.
    ``codes`` is a list of ``{system, code, display, equivalence}`` with the equivalences of a FHIR
    R4 ConceptMap: ``equivalent``, ``wider`` (the code means more), ``inexact``.
    """

    scheme = models.CharField(_("scheme"), max_length=16, choices=Scheme.choices)
    slug = models.SlugField(_("slug"), max_length=64)
    label_ja = models.CharField(_("Japanese label"), max_length=120)
    label_en = models.CharField(_("English label"), max_length=120)
    definition_ja = models.TextField(_("Japanese definition"), blank=True)
    definition_en = models.TextField(_("English definition"), blank=True)
    synonyms = models.JSONField(_("synonyms"), default=list, blank=True)
    codes = models.JSONField(_("codes"), default=list, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Place within its scheme.")
    )
    medical_care = models.BooleanField(
        _("medical care"),
        default=True,
        help_text=_(
            "Off for bodywork: shown apart, and only to a search that asks for it by name."
        ),
    )
    evidence_rank = models.PositiveSmallIntegerField(
        _("strength"),
        default=0,
        help_text=_("Evidence only: 0 none to 100 strongest; 50 and above counts as documented."),
    )
    edited_here = models.BooleanField(
        _("edited here"),
        default=False,
        help_text=_("Changed in the admin: loading the reviewed files leaves it alone."),
    )
    history = history_of()

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = ["scheme", "order", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "slug"], name="concept_unique_slug"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.slug}"
