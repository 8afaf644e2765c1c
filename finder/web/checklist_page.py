"""The checklist as a form."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class ChecklistPage(SitePage):
    """The checklist as a form."""

    name = "checklist"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/checklist.html", {})


class ClinicChecklistPage(SitePage):
    """The checklist with a clinic's own terms."""

    name = "clinic-checklist"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/checklist.html", {})
