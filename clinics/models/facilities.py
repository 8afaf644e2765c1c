"""Facilities, what is said of them in two layers, their departments and hours."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.models.changes import ChangeRecord, history_of


class YesNoUnknown(models.TextChoices):
    """An answer that may not have been given; unknown is never read as no."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Unknown")


class Kind(models.TextChoices):
    """What a facility is in law: in Japan a hospital has 20 or more beds."""

    HOSPITAL = "hospital", _("Hospital")
    CLINIC = "clinic", _("Clinic")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


class PositionSource(models.TextChoices):
    """Where a position came from."""

    OFFICIAL = "official", _("Official register")
    GEOCODED = "geocoded", _("Geocoded from the address")
    CURATED = "curated", _("Set by a curator")
    UNKNOWN = "unknown", _("Unknown")


class Layer(models.TextChoices):
    """Who says it: an official register, or the curators with a source of their own."""

    OFFICIAL = "official", _("Official")
    CURATED = "curated", _("Curated")


class Status(models.TextChoices):
    """Whether a statement may be shown."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Facility(models.Model):
    """A hospital or clinic as an identity: which register knows it, and under which id.

    ``source`` and ``official_id`` are kept as text, exactly as the register writes them: ids have
    leading zeros and letters of either case. A place that no register holds has the source
    ``curated`` and the key of its entry. For both, ``id`` is the version 5 UUID that
    :func:`clinics.identity.facility_uuid` makes of the two, equal on every installation.
    ``merged_into`` is the facility that a duplicate turned out to be: its id leads there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=32)
    official_id = models.CharField(max_length=64)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PUBLISHED)
    created_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        permissions = [
            ("publish_facility", _("Can publish and withdraw clinics")),
            ("verify_facility", _("Can record verifications")),
            ("merge_facility", _("Can merge duplicates")),
            ("import_facility", _("Can import tables into drafts")),
            ("export_facility", _("Can export tables")),
        ]
        ordering = ["source", "official_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "official_id"], name="facility_unique_official_id"
            ),
        ]

    def __str__(self) -> str:
        return self.stated("name") or f"{self.source} {self.official_id}"

    def stated(self, fact: str) -> str:
        """A fact as the curators state it, else the register, else a draft; blank if none does.

        Reads ``curatedfacts``, ``officialfacts`` and ``entry``: a list selects them along.
        """
        for layer in ("curatedfacts", "officialfacts"):
            value = getattr(getattr(self, layer, None), fact, "")
            if value:
                return str(value)
        entry = getattr(self, "entry", None)
        return str((entry.document.get("facts") or {}).get(fact) or "") if entry else ""


class FacilityFacts(models.Model):
    """What one layer says of a facility. Blank text and null mean that the layer is silent.

    Positions are WGS84 decimal degrees. ``closures`` is a :class:`clinics.hours.Closures` as JSON.
    """

    facility = models.OneToOneField(Facility, on_delete=models.CASCADE, primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.UNKNOWN)
    name = models.CharField(max_length=400, blank=True)
    name_kana = models.CharField(max_length=400, blank=True)
    name_en = models.CharField(max_length=400, blank=True)
    short_name = models.CharField(max_length=400, blank=True)
    country = models.CharField(max_length=2, default="JP", help_text="ISO 3166-1 alpha-2.")
    prefecture_code = models.CharField(max_length=2, blank=True, help_text="JIS X 0401.")
    municipality_code = models.CharField(max_length=5, blank=True, help_text="JIS X 0402.")
    address = models.CharField(max_length=800, blank=True)
    latitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    position_source = models.CharField(
        max_length=12, choices=PositionSource.choices, default=PositionSource.UNKNOWN
    )
    website = models.CharField(max_length=600, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    closures = models.JSONField(default=dict, blank=True)
    closing_remarks = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
                ),
                name="%(class)s_position_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfficialChangeRecord(ChangeRecord):
    """The circumstances of a change in a register, and the departments it then listed.

    ``departments`` is a list of ``{id, code, name, hours}``, hours as in an entry's document, since
    departments have no history of their own; null where they were not kept.
    """

    departments = models.JSONField(null=True)

    class Meta(ChangeRecord.Meta):
        abstract = True


class OfficialFacts(FacilityFacts):
    """A register's own words, written by imports and by nothing else.

    ``digest`` tells an unchanged record without comparing its rows; ``absent_since`` is the date
    of the first release that no longer listed the facility.
    """

    release = models.DateField()
    digest = models.CharField(max_length=32)
    website_as_stated = models.CharField(max_length=1000, blank=True)
    absent_since = models.DateField(null=True, blank=True)
    history = history_of(OfficialChangeRecord)

    class Meta(FacilityFacts.Meta):
        verbose_name_plural = "official facts"


class CuratedFacts(FacilityFacts):
    """What the curators state beside the register, with where they have it from.

    ``sources`` is a list of ``{url, date}``, the date as far as it is known (``2018``,
    ``2019-11``, ``2016-08-26``) or empty for an undated page.
    """

    accepts_new_patients = models.CharField(
        max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    sources = models.JSONField(default=list, blank=True)
    recorded_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta(FacilityFacts.Meta):
        verbose_name_plural = "curated facts"


class Department(models.Model):
    """A department or a specialised outpatient clinic of a facility, in one of the two layers.

    An official department has the register's code, which the taxonomy maps to a category. A
    curated one is mapped to its categories by claims, each with its source.
    """

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="departments")
    layer = models.CharField(max_length=8, choices=Layer.choices, default=Layer.CURATED)
    code = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=400)
    name_en = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["facility", "layer", "code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "layer", "code", "name"], name="department_unique_in_layer"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One consultation session of a department on one or more days of the week.

    ``days`` lists days as in FHIR (``mon`` … ``sun``) and ``hol`` for public holidays, separated
    by commas. A closing time at or before the opening time lies on the next day. Reception times
    are null where none are stated.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="hours")
    session = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    days = models.CharField(max_length=31)
    opens = models.TimeField()
    closes = models.TimeField()
    reception_opens = models.TimeField(null=True, blank=True)
    reception_closes = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["department", "session", "opens"]

    def __str__(self) -> str:
        return f"{self.days} {self.opens:%H:%M}-{self.closes:%H:%M}"
