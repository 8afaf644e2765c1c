"""The curators' site: Django's admin, whose home page is the day's work."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from clinics.curation.desks import desks


class CurationSite(AdminSite):
    """The admin site of the catalogue."""

    site_header = _("Clinic finder: curation")
    site_title = _("Curation")
    index_title = _("Today's work")
    index_template = "admin/desks.html"
    # The home page leads everywhere; beside the list of clinics there is no room for it.
    enable_nav_sidebar = False

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The desks, each with how much waits on it, and the pages that are of no one table."""
        context = {"desks": desks(request.user), "pages": self._pages(request)}
        return super().index(request, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages that are of no one table, before those of Django's own."""
        # Only now: the desks are registered with this very site.
        from clinics.admin.quality import quality

        own = [path("quality/", self.admin_view(quality), name="clinics_quality")]
        return [*own, *super().get_urls()]

    def _pages(self, request: HttpRequest) -> list[dict[str, Any]]:
        if not request.user.has_perm("clinics.view_facility"):
            return []
        return [{"url": reverse("admin:clinics_quality"), "title": _("Quality")}]
