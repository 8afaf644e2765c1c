"""What this is, what it is not, and where it comes from."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe

from clinics.curation.quality import current_report
from finder.checklist.files.loading import checklists
from finder.web.page import SitePage
from finder.web.privacy_sentences import privacy_sentences
from finder.web.provenance import current_provenance
from finder.web.quality_figures import figures, movements
from finder.web.revalidation import revalidated

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


class AboutPage(SitePage):
    """What this is, what it is not, and where it comes from."""

    name = "about"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        report = current_report()
        context = {
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
        return revalidated(request, self.render("site/about.html", context))
