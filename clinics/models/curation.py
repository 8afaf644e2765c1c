"""The curators' work: entries on their way to the public, and what keeps them true."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinics.models.changes import history_of
from clinics.models.facilities import Facility
from clinics.models.imports import ImportRun


class EntryState(models.TextChoices):
    """Where the curators' words on a facility stand."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in-review", _("In review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


PENDING = (EntryState.DRAFT, EntryState.IN_REVIEW)


class CuratedEntry(models.Model):
    """What the curators say of a facility, whole, as a document on its way to the public.

    The tables that publication reads hold what is live; ``document`` is what will be live next: a
    :class:`clinics.curation.entry_document.EntryDocument`. While ``state`` is draft or in review
    the two differ, and the public sees the tables alone. Publishing writes the document into the
    tables, and from then on they are equal.

    ``version`` rises with every change of this row, by which a form that was opened before the
    change is refused. ``live_version`` rises with every change of the live tables, and ``based_on``
    is the one that the document was begun from. ``contributors`` wrote on the document since then:
    none of them may publish it, unless the settings allow teams of one.
    """

    facility = models.OneToOneField(
        Facility, on_delete=models.CASCADE, primary_key=True, related_name="entry"
    )
    state = models.CharField(
        _("state"), max_length=12, choices=EntryState.choices, default=EntryState.DRAFT
    )
    document = models.JSONField(_("document"), default=dict)
    version = models.PositiveIntegerField(default=1)
    live_version = models.PositiveIntegerField(default=0)
    based_on = models.PositiveIntegerField(default=0)
    contributors = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    message = models.TextField(
        _("message"),
        blank=True,
        default="",
        help_text=_("From the curator to the reviewer, or back."),
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    history = history_of()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [models.Index(fields=["state", "changed_at"], name="entry_by_state")]

    def __str__(self) -> str:
        facts = self.document.get("facts", {}) if self.document else {}
        return str(facts.get("name") or self.facility_id)


class ReportSubject(models.TextChoices):
    """What a report from the public is about."""

    CLOSED = "closed", _("Closed for good")
    MOVED = "moved", _("Moved")
    NAME = "name", _("Name")
    ADDRESS = "address", _("Address")
    POSITION = "position", _("Position on the map")
    CONTACT = "contact", _("Phone or website")
    HOURS = "hours", _("Opening hours")
    DEPARTMENTS = "departments", _("Departments")
    SECOND_OPINION = "second-opinion", _("Second-opinion terms")
    CLAIM = "claim", _("What the place offers")
    DUPLICATE = "duplicate", _("Listed twice")
    OTHER = "other", _("Something else")


class PublicReport(models.Model):
    """Somebody says that an entry is wrong. Never published by itself.

    Holds nothing of who said it: a contact that was given stands in :class:`ReporterContact`.
    """

    class State(models.TextChoices):
        """What became of it."""

        NEW = "new", _("New")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="reports", verbose_name=_("clinic")
    )
    subject = models.CharField(_("subject"), max_length=16, choices=ReportSubject.choices)
    statement = models.TextField(_("what is wrong"))
    suggestion = models.TextField(_("suggestion"), blank=True, default="")
    source_url = models.CharField(_("source"), max_length=600, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW)
    reason = models.TextField(_("reason"), blank=True, default="")
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("handled by"),
    )

    class Meta:
        verbose_name = _("report from the public")
        verbose_name_plural = _("reports from the public")
        ordering = ["received_at", "pk"]
        indexes = [models.Index(fields=["state", "received_at"], name="report_by_state")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}: {self.statement[:60]}"


class ReporterContact(models.Model):
    """How to reach somebody who reported, kept apart and deleted on ``delete_on``."""

    report = models.OneToOneField(
        PublicReport, on_delete=models.CASCADE, primary_key=True, related_name="contact"
    )
    contact = models.CharField(_("contact"), max_length=200)
    delete_on = models.DateField(_("delete on"), db_index=True)

    class Meta:
        verbose_name = _("contact of a reporter")
        verbose_name_plural = _("contacts of reporters")

    def __str__(self) -> str:
        return str(self.delete_on)


class MatchDecision(models.Model):
    """Which facility an incoming row is about, as a person decided once.

    ``row_key`` is what the row calls itself (:func:`clinics.curation.matching.row_key`);
    ``facility`` is null where the person said that it is none of those the catalogue has.
    """

    row_key = models.CharField(max_length=500, unique=True)
    facility = models.ForeignKey(
        Facility, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")

    def __str__(self) -> str:
        return self.row_key


class DuplicatePair(models.Model):
    """Two facilities that may be one place; ``first`` has the lower id.

    ``reasons`` is a list of slugs of :data:`clinics.curation.duplicates.REASONS`, ``score`` 0 to
    100. A pair that a person called different is never offered again.
    """

    class State(models.TextChoices):
        """What a person said of it."""

        OPEN = "open", _("To decide")
        DIFFERENT = "different", _("Different places")
        MERGED = "merged", _("Merged")

    first = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", verbose_name=_("first")
    )
    second = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", verbose_name=_("second")
    )
    score = models.PositiveSmallIntegerField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_unique"),
        ]
        indexes = [models.Index(fields=["state", "-score"], name="duplicate_by_state")]

    def __str__(self) -> str:
        return f"{self.first_id} / {self.second_id}"


class QualitySnapshot(models.Model):
    """The quality figures as they were after an import, or on a day.

    ``figures`` is a :class:`clinics.documents.QualityFigures`.
    """

    taken_at = models.DateTimeField(_("taken at"), auto_now_add=True)
    import_run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("quality snapshot")
        verbose_name_plural = _("quality snapshots")
        ordering = ["-taken_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M}"
