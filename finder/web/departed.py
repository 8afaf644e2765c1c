"""What is said of a clinic that is not published: where it went, or that it is gone."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from finder.api.caching import REVALIDATE
from finder.search import departed
from finder.web.page import SITE, SitePage, error_page


def departed_page(page: SitePage, clinic_id: UUID) -> HttpResponse:
    """What the pages of a clinic that is not published answer: the successor's, or that it is gone.

    308 where something was sent: a browser sends it again, to the right clinic.
    """
    found = departed(clinic_id)
    if found is None:
        return error_page(page.request, 404, page.language)
    if found.successor is None:
        gone: HttpResponse = page.render("site/clinic_gone.html", {}, status=410)
        return gone
    address = reverse(f"{SITE}:{page.name}", args=[found.successor], current_app=page.language)
    status = 301 if page.request.method in ("GET", "HEAD") else 308
    # It may turn out to be another: no cache is to answer for good.
    return HttpResponse(status=status, headers={"Location": address, "Cache-Control": REVALIDATE})
