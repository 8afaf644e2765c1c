"""What is said of a clinic that is not published: where it went, or that it is gone."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from finder.api.caching import REVALIDATE
from finder.search import departed
from finder.web.page import SITE, SitePage, error_page


def departed_page(page: SitePage, clinic_id: UUID) -> HttpResponse:
    """Where a clinic went: to the same page of another (301), nowhere (410), or unheard of (404)."""
    went = departed(clinic_id)
    if went is None:
        return error_page(page.request, 404, page.language)
    if went.successor is None:
        context: dict[str, Any] = {"reason": "gone"}
        return page.render("site/refused.html", context, status=410)
    address = reverse(
        f"{SITE}:{page.name}", kwargs={"id": went.successor}, current_app=page.language
    )
    # It may come back, or turn out to be another: no cache is to answer for good.
    headers = {"Location": address, "Cache-Control": REVALIDATE}
    return HttpResponse(status=301, headers=headers)
