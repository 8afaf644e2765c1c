"""What this is, what it is not, and where it comes from."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class AboutPage(SitePage):
    """What this is, what it is not, and where it comes from."""

    name = "about"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/about.html", {})
