"""What each import did."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_FINDINGS = 500


class ImportRun(models.Model):
    """One import that changed the catalogue: which files, which release, what came of each row.

    ``files`` is a list of ``{name, sha256}``; ``counts`` maps outcomes to numbers. ``rejected`` is
    the number of rows refused, of which ``findings`` holds the first :data:`MOST_FINDINGS`, each as
    ``{file, line, column, value, reason, code}``. A run with rejections waits on the curators'
    desk until ``seen_at``.
    """

    source = models.CharField(max_length=32)
    release = models.DateField()
    finished_at = models.DateTimeField(auto_now_add=True)
    files = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    rejected = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-finished_at"]

    def __str__(self) -> str:
        return f"{self.source} {self.release}"
