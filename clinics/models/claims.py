"""Claims, second-opinion terms and verifications: what is said, by which source, since when."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.models.concepts import Concept, Scheme
from clinics.models.facilities import Department, Facility, Status, YesNoUnknown


class Sourced(models.Model):
    """A statement with where it comes from and when.

    ``sources`` is a list of ``{url, date}``, dates as precise as the source is, empty for undated;
    ``asserted_on`` is the newest of them. ``recorded_on`` is when it entered the catalogue,
    ``checked_on`` when a curator last compared it with the living source: null until somebody has.
    ``origin`` names the file and entry it was loaded from, blank for one entered by hand.
    """

    sources = models.JSONField(default=list)
    asserted_on = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or a day.")
    recorded_on = models.DateField()
    checked_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=200, blank=True, db_index=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)

    class Meta:
        abstract = True


class Claim(Sourced):
    """A source says that a facility carries a concept.

    ``statement`` is what the source says, no more; ``note`` the limits of it (a weak or undated
    source, a prefecture that the source does not name).
    """

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="claims")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims"
    )
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="claims")
    strength = models.ForeignKey(
        Concept,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"scheme": Scheme.EVIDENCE},
    )
    statement = models.TextField()
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["facility", "concept", "pk"]
        indexes = [
            models.Index(fields=["status", "facility", "expires_on"], name="claim_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.concept}: {self.statement[:60]}"


class LetterRule(models.TextChoices):
    """Whether something must be brought."""

    REQUIRED = "required", _("Required")
    RECOMMENDED = "recommended", _("Recommended")
    NOT_REQUIRED = "not-required", _("Not required")
    UNKNOWN = "unknown", _("Unknown")


class SecondOpinion(Sourced):
    """A facility's second-opinion terms: paid opinions on existing documents, no treatment.

    Amounts are in ``fee_currency`` (ISO 4217) for ``minutes`` of consultation. ``modes``,
    ``attendees`` and ``exclusions`` are lists of strings; modes are ``in-person``, ``online`` and
    ``written``. An empty list or blank text means that no source was seen to say anything.
    """

    class Tax(models.TextChoices):
        """Whether the fee as stated holds consumption tax."""

        INCLUDED = "included", _("Included")
        EXCLUDED = "excluded", _("Excluded")
        UNKNOWN = "unknown", _("Unknown")

    class Consent(models.TextChoices):
        """Whether the present doctor must agree."""

        REQUIRED = "required", _("Required")
        NOT_REQUIRED = "not-required", _("Not required")
        UNKNOWN = "unknown", _("Not stated")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="second_opinions")
    offered = models.CharField(
        max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    fee = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    fee_currency = models.CharField(max_length=3, default="JPY")
    fee_tax = models.CharField(max_length=8, choices=Tax.choices, default=Tax.UNKNOWN)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    extra_fee = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    extra_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    modes = models.JSONField(default=list, blank=True)
    letter = models.CharField(max_length=12, choices=LetterRule.choices, default=LetterRule.UNKNOWN)
    images = models.CharField(max_length=12, choices=LetterRule.choices, default=LetterRule.UNKNOWN)
    attendees = models.JSONField(default=list, blank=True)
    exclusions = models.JSONField(default=list, blank=True)
    doctor_consent = models.CharField(
        max_length=12, choices=Consent.choices, default=Consent.UNKNOWN
    )
    target_conditions = models.TextField(blank=True)
    includes_neurology = models.CharField(
        max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    includes_orthopaedics = models.CharField(
        max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    booking = models.TextField(blank=True)
    lead_time_days = models.PositiveSmallIntegerField(null=True, blank=True)
    report_to_referrer = models.CharField(
        max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    cancellation = models.TextField(blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("second-opinion terms")
        verbose_name_plural = _("second-opinion terms")
        ordering = ["facility", "pk"]

    def __str__(self) -> str:
        return f"second opinion: {self.offered}"


def whole_entry() -> list[str]:
    """Everything that a verification can be about."""
    return list(Verification.Scope.values)


class Verification(models.Model):
    """Somebody compared the entry with the world: when, by whom, how, with what outcome.

    ``scope`` lists what was compared.
    """

    class Scope(models.TextChoices):
        """A part of an entry that is checked as one."""

        IDENTITY = "identity", _("Name, address, position, phone and hours")
        CLAIMS = "claims", _("What the place offers")
        SECOND_OPINION = "second-opinion", _("Second-opinion terms")

    class Method(models.TextChoices):
        """How it was checked."""

        PHONE = "phone", _("Phone")
        WEB = "web", _("Website")
        LETTER = "letter", _("Letter")
        VISIT = "visit", _("Visit")

    class Outcome(models.TextChoices):
        """What came of it."""

        CONFIRMED = "confirmed", _("Confirmed")
        CORRECTED = "corrected", _("Corrected")
        NOT_REACHED = "not-reached", _("Not reached")

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="verifications")
    verified_on = models.DateField()
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    method = models.CharField(max_length=8, choices=Method.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    scope = models.JSONField(default=whole_entry, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["facility", "-verified_on"]

    def __str__(self) -> str:
        return f"{self.verified_on} {self.method} {self.outcome}"
