"""Everything known of a clinic."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class ClinicPage(SitePage):
    """Everything known of a clinic."""

    name = "clinic"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/clinic.html", {})
