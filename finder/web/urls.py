"""The addresses of the website: Japanese ones bare, English ones below ``/en``."""

from django.urls import URLPattern, include, path

from finder.checklist.definition import Language
from finder.web.about import AboutPage
from finder.web.checklist_page import ChecklistPage, ClinicChecklistPage
from finder.web.clinic_page import ClinicPage
from finder.web.developers import DevelopersPage
from finder.web.finder_page import FinderPage
from finder.web.page import SITE, SitePage
from finder.web.report_page import ReportPage, ReportReceivedPage
from finder.web.sitemap import urlpatterns as sitemap_patterns

PAGES: tuple[tuple[str, type[SitePage]], ...] = (
    ("", FinderPage),
    ("clinics/<uuid:id>", ClinicPage),
    ("clinics/<uuid:id>/report", ReportPage),
    ("clinics/<uuid:id>/report/received", ReportReceivedPage),
    ("clinics/<uuid:id>/checklist", ClinicChecklistPage),
    ("checklist", ChecklistPage),
    ("about", AboutPage),
    ("developers", DevelopersPage),
)


def _pages(language: Language, prefix: str) -> list[URLPattern]:
    return [
        path(
            "/".join(part for part in (prefix, route) if part),
            page.as_view(language=language),
            name=page.name,
        )
        for route, page in PAGES
    ]


urlpatterns = [
    path("", include((_pages("ja", ""), SITE), namespace="ja")),
    path("", include((_pages("en", "en"), SITE), namespace="en")),
    *sitemap_patterns,
]
