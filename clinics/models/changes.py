"""What every change leaves behind: who made it, when, why and where it came from."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Via(models.TextChoices):
    """Where a change came from."""

    PERSON = "person", _("Person")
    IMPORT = "import", _("Import")
    REPORT = "report", _("Report from the public")
    COMMAND = "command", _("Command")


class ChangeRecord(models.Model):
    """The columns that a row of history has beside the values themselves.

    ``reference`` names the import, report or command: ``mhlw-navii 2026-06-01``, ``report 12``.
    """

    via = models.CharField(max_length=8, choices=Via.choices, default=Via.COMMAND)
    reference = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True


def history_of(record: Any = ChangeRecord, **options: Any) -> HistoricalRecords:
    """A history of the model it stands on: one row for every change, with its circumstances.

    Who makes the change is set by :func:`clinics.changes.change`; ``record`` has the columns that
    a row of history has beside the model's own.
    """
    return HistoricalRecords(
        bases=[record],
        history_change_reason_field=models.TextField(blank=True, default=""),
        user_model=settings.AUTH_USER_MODEL,
        **options,
    )
