"""The desk of the imports: what each one did."""

from django.contrib import admin
from django.http import HttpRequest

from clinics.models import ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin):
    """A record to read: imports run on the command line."""

    list_display = ("source", "release", "finished_at")
    list_filter = ("source",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """Nobody changes here."""
        return False
