"""What this is, what it is not, and where it comes from."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import mark_safe

from clinics.curation.quality import current_report
from finder.checklist.files.loading import checklists
from finder.web.plain_page import PlainPage
from finder.web.privacy_sentences import privacy_sentences
from finder.web.provenance import current_provenance
from finder.web.quality_figures import figures, movements

# What the site is made of, beside its own code.
SOFTWARE = (
    ("Django", "https://www.djangoproject.com/"),
    ("Django REST framework", "https://www.django-rest-framework.org/"),
    ("Leaflet", "https://leafletjs.com/"),
    ("geopy", "https://geopy.readthedocs.io/"),
    ("GeographicLib", "https://geographiclib.sourceforge.io/"),
    ("holidays", "https://holidays.readthedocs.io/"),
    ("ReportLab", "https://www.reportlab.com/opensource/"),
)


class AboutPage(PlainPage):
    """What this is, what it is not, and where it comes from."""

    name = "about"
    template = "site/about.html"

    def content(self) -> Mapping[str, Any]:
        """Sources, figures and promises as they are today."""
        report = current_report()
        return {
            "sources": current_provenance(),
            "checklists": list(checklists().values()),
            # Whoever runs the site wrote it, as HTML.
            "map_credit": mark_safe(settings.MAP_TILES_ATTRIBUTION)
            if settings.MAP_TILES_URL
            else "",
            "software": SOFTWARE,
            "report": report,
            "figures": list(figures(report)),
            "movements": list(movements(report)),
            "privacy": privacy_sentences(),
            "two_people": not settings.ONE_PERSON_TEAM,
        }
