"""What the API can do, in three examples."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class DevelopersPage(SitePage):
    """What the API can do, in three examples."""

    name = "developers"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/developers.html", {})
