"""What each import did."""

from django.db import models


class ImportRun(models.Model):
    """One import that changed the catalogue: which files, which release, what came of each row.

    ``files`` is a list of ``{name, sha256}``; ``counts`` maps outcomes to numbers.
    """

    source = models.CharField(max_length=32)
    release = models.DateField()
    finished_at = models.DateTimeField(auto_now_add=True)
    files = models.JSONField(default=list)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-finished_at"]

    def __str__(self) -> str:
        return f"{self.source} {self.release}"
