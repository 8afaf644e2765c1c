"""What the pages about one clinic share: they take no parameters, and know where a clinic went."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from finder.api.caching import REVALIDATE
from finder.search import departed, detail
from finder.web.page import SITE, SitePage, error_page


class PageOfClinic(SitePage):
    """A page about a published clinic; :meth:`shown` makes it."""

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        """The page, where the clinic went, or a refusal of parameters in words."""
        if request.GET:
            return self.refuse_parameters()
        found = detail(id)
        if found is None:
            return departed_page(self, id)
        return self.shown(orjson.loads(found[1]))

    def shown(self, clinic: dict[str, Any]) -> HttpResponse:
        """The page of a clinic's document."""
        raise NotImplementedError


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
