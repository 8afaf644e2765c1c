"""Something of an entry is wrong."""

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class ReportPage(SitePage):
    """Something of an entry is wrong."""

    name = "report"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/report.html", {})


class ReportReceivedPage(SitePage):
    """A report was taken in."""

    name = "report-received"

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page."""
        return self.render("site/report_received.html", {})
