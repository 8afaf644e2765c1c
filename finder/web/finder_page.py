"""The search."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class FinderPage(SitePage):
    """The search."""

    name = "finder"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/finder.html", {})
