"""The catalogue: what we know of each facility, who says so and since when."""

from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from simple_history.signals import pre_create_historical_record


def complete_after_migrate(using: str, apps: Apps = installed, **_: Any) -> None:
    """Give every migrated database the reviewed concepts and the curators' groups.

    Listings carry the concepts' labels, so changed concepts are published at once; so is everything
    where listings were published before there was a table that searches read. Flushing sends
    the signal without the state of the apps, which are then all there; migrating back to before
    there were concepts leaves nothing to load.
    """
    from clinics.curation.roles import create_missing_groups
    from clinics.publication import lacks_searched_rows, republish_everything
    from clinics.taxonomy import load_taxonomy

    try:
        apps.get_model("clinics", "CuratedEntry")
    except LookupError:
        return
    create_missing_groups(apps, using)
    if load_taxonomy(using=using).updated or lacks_searched_rows(using):
        republish_everything(using=using)


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Load the taxonomy after migrations; have every row of history say who made it."""
        from clinics.changes import put_circumstances

        pre_create_historical_record.connect(put_circumstances)
        post_migrate.connect(complete_after_migrate, sender=self)
