"""The curators' site: Django's admin, whose home page is the day's work."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
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
        """The desks, each with how much waits on it."""
        return super().index(request, {"desks": desks(request.user), **(extra_context or {})})
