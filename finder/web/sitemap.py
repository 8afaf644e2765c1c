"""What search engines may read, and where it is: ``/sitemap.xml`` with its parts, ``/robots.txt``."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from clinics.models import Listing
from finder.api.throttling import ReadThrottle
from finder.checklist.definition import LANGUAGES
from finder.web.page import SITE, seconds_to_wait

# So many clinics in a part, each with a page in every language.
CLINICS_OF_A_PART = 2_000
PART = "sitemap-part"
KEPT = "public, max-age=3600"
# The pages that are not about a clinic, by name.
GENERAL = ("finder", "checklist", "about", "developers")
ROBOTS = """\
User-agent: *
Allow: /
Disallow: /admin/
Disallow: /api/

Sitemap: {sitemap}
"""


class PagesInBothLanguages(Sitemap):  # type: ignore[type-arg]
    """Pages, each of which is there in every language: :meth:`page_of` names one by its item."""

    def page_of(self, item: Any) -> tuple[str, list[Any], datetime | None]:
        """Name and arguments of an item's page, and when it last changed if that is known."""
        raise NotImplementedError

    def get_urls(
        self, page: int | str = 1, site: Any = None, protocol: str | None = None
    ) -> list[dict[str, Any]]:
        """The addresses of one part; the Japanese one is for whoever reads neither language."""
        root = f"{protocol or 'https'}://{site.domain}"
        return [
            url
            for item in self.paginator.page(page).object_list
            for url in _in_both(root, *self.page_of(item))
        ]


class GeneralPages(PagesInBothLanguages):
    """The pages that are not about a clinic."""

    def items(self) -> Sequence[str]:
        """Their names."""
        return GENERAL

    def page_of(self, item: str) -> tuple[str, list[Any], datetime | None]:
        """The page of that name."""
        return item, [], None


class ClinicPages(PagesInBothLanguages):
    """The page of every published clinic."""

    limit = CLINICS_OF_A_PART

    def items(self) -> "PublishedClinics":
        """The clinics, read a part at a time."""
        return PublishedClinics()

    def page_of(self, item: tuple[UUID, datetime]) -> tuple[str, list[Any], datetime | None]:
        """The page of a clinic."""
        clinic_id, updated_at = item
        return "clinic", [clinic_id], updated_at


class PublishedClinics(Sequence[tuple[UUID, datetime]]):
    """The published clinics in the order of their names, with when each was last published.

    Their ids come out of an index alone: no document is read, however long the list.
    """

    def __len__(self) -> int:
        return _published().count()

    def __getitem__(self, part: Any) -> Any:
        if not isinstance(part, slice):
            return self[part : part + 1][0]
        ids = _published().order_by("name_key", "facility_id").values("facility_id")[part]
        dated = Listing.objects.filter(facility_id__in=ids)
        return list(dated.values_list("facility_id", "updated_at"))


def _published() -> QuerySet[Listing]:
    """The published clinics, by a comparison that the indexes beginning with it can answer."""
    return Listing.objects.filter(published=Value(True))


def _in_both(
    root: str, name: str, arguments: Sequence[Any], changed: datetime | None
) -> list[dict[str, Any]]:
    """The addresses of a page in every language, each naming all of them."""
    places = {
        one: root + reverse(f"{SITE}:{name}", args=arguments, current_app=one) for one in LANGUAGES
    }
    alternates = [{"location": place, "lang_code": one} for one, place in places.items()]
    alternates.append({"location": places["ja"], "lang_code": "x-default"})
    return [
        {"location": place, "lastmod": changed, "alternates": alternates}
        for place in places.values()
    ]


SITEMAPS: Mapping[str, type[PagesInBothLanguages]] = {"pages": GeneralPages, "clinics": ClinicPages}


def kept_to_a_rate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that readers may ask as often as any page, and that caches keep for an hour."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wait_s = seconds_to_wait(request, ReadThrottle)
        if wait_s:
            return HttpResponse(status=429, headers={"Retry-After": str(wait_s)})
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = KEPT
        return response

    return answer


def robots(request: HttpRequest) -> HttpResponse:
    """What a crawler may read."""
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain; charset=utf-8")


urlpatterns = [
    path(
        "sitemap.xml",
        kept_to_a_rate(sitemaps.index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": PART},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        kept_to_a_rate(sitemaps.sitemap),
        {"sitemaps": SITEMAPS},
        name=PART,
    ),
    path("robots.txt", kept_to_a_rate(robots), name="robots"),
]
