"""What every page of the website is: in one language, kept to a rate, closed to foreign content."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from finder.api.caching import REVALIDATE, answer, digest_etag
from finder.api.throttling import ReadThrottle, Throttle
from finder.checklist.definition import LANGUAGES, Language

# The namespace of every page; the languages are its instances.
SITE = "site"
# Of what is refused, so much is said again.
LONGEST_ECHO, MOST_NAMED = 64, 10


class SitePage(View):
    """A page. ``language`` is that of its address, ``name`` what :mod:`finder.web.urls` calls it."""

    language: Language = "ja"
    name: ClassVar[str]
    throttle: ClassVar[type[Throttle]] = ReadThrottle
    http_method_names = ["get", "head", "options"]

    # No page knows who asks, so no other site could do anything in anybody's name.
    @method_decorator(csrf_exempt)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the page's language."""
        request.current_app = self.language
        with translation.override(self.language):
            wait_s = seconds_to_wait(request, self.throttle_of(request))
            if wait_s:
                page = error_page(request, 429, self.language)
                page.headers["Retry-After"] = str(wait_s)
                return page
            return secured(super().dispatch(request, *args, **kwargs), self.language)

    def throttle_of(self, request: HttpRequest) -> type[Throttle]:
        """What keeps a request to its rate."""
        return self.throttle

    def render(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        cache: str = REVALIDATE,
    ) -> HttpResponse:
        """The page that a template makes, with what every page needs."""
        whole = page_context(self.request, self.language, self.name, self.kwargs) | dict(context)
        body = render_to_string(template, whole, request=self.request)
        return HttpResponse(body, status=status, headers={"Cache-Control": cache})

    def unless_current(self, page: HttpResponse) -> HttpResponse:
        """A page with its entity tag; 304 without it where the browser has it as it is."""
        return answer(
            self.request, page.content, digest_etag(page.content), media_type=page["Content-Type"]
        )

    def refuse_parameters(self) -> HttpResponse:
        """A page that says which parameters the address does not have, and leads to it without."""
        context = {"names": said_again(self.request.GET)}
        return self.render("site/no_parameters.html", context, status=400, cache="no-store")

    def refuse_form(self, status: int) -> HttpResponse:
        """A page for what no form of this one sends; it leads to the form anew."""
        return self.render("site/unreadable.html", {}, status=status, cache="no-store")

    def refuse_fields(
        self, fields: Mapping[str, Sequence[str]], accepted: Collection[str]
    ) -> HttpResponse:
        """A page that names the fields that the form does not have or has once, and those it has."""
        context = {
            "unknown": said_again(name for name in fields if name not in accepted),
            "repeated": said_again(
                name for name, values in fields.items() if name in accepted and len(values) > 1
            ),
            "accepted": accepted,
        }
        return self.render("site/unreadable.html", context, status=400, cache="no-store")


def seconds_to_wait(request: HttpRequest, throttle: type[Throttle]) -> int:
    """How long whoever asks has to wait before they may ask again: 0 where they may now."""
    counted = throttle()
    # The rate is the same for every view.
    if counted.allow_request(request, None):  # type: ignore[arg-type]
        return 0
    return max(1, math.ceil(counted.wait() or 0))


def said_again(names: Iterable[str]) -> list[str]:
    """Names that somebody sent, as far as they are said again."""
    return [name[:LONGEST_ECHO] for name in islice(names, MOST_NAMED)]


def page_context(
    request: HttpRequest, language: Language, name: str, where: dict[str, Any]
) -> dict[str, Any]:
    """What every page's frame shows: its own address, and that in each language."""
    paths = {one: reverse(f"{SITE}:{name}", kwargs=where, current_app=one) for one in LANGUAGES}
    return {
        "language": language,
        "page": name,
        "canonical": request.build_absolute_uri(paths[language]),
        "alternates": {one: request.build_absolute_uri(path) for one, path in paths.items()},
        "other_language": next(one for one in LANGUAGES if one != language),
        "other_path": next(path for one, path in paths.items() if one != language),
        "root": request.build_absolute_uri("/").removesuffix("/"),
    }


def error_page(request: HttpRequest, status: int, language: Language) -> HttpResponse:
    """A page that says in words what went wrong and where to go on."""
    request.current_app = language
    with translation.override(language):
        context = page_context(request, language, "finder", {}) | {
            "status": status,
            "page": "error",
        }
        body = render_to_string("site/error.html", context, request=request)
    page = HttpResponse(body, status=status, headers={"Cache-Control": "no-store"})
    secured(page, language)
    return page


def secured(response: HttpResponseBase, language: Language) -> HttpResponseBase:
    """A response that loads nothing foreign but the tiles of the map, and says its language."""
    response.headers["Content-Security-Policy"] = content_security_policy()
    response.headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
    response.headers.setdefault("Content-Language", language)
    return response


def content_security_policy() -> str:
    """What a page may load (W3C CSP 3): itself, and the tiles that settings name."""
    tiles = urlsplit(settings.MAP_TILES_URL)
    origin = f" {tiles.scheme}://{tiles.netloc.replace('{s}', '*')}" if tiles.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{origin}",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
