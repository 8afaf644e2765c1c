"""The language of the admin: a curator's own choice, else the browser's. The API has one alone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

# The address of the admin, as the urls have it.
ADMIN = "/admin/"

Handler = Callable[[HttpRequest], HttpResponse]


def admin_language(get_response: Handler) -> Handler:
    """A middleware that answers the admin's pages in the language of whoever asks.

    Django's own would do so for every address, add a header that keeps caches from sharing the
    API's answers, and leave the language to the next request of the thread.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADMIN):
            return get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return respond
