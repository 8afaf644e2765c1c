"""Errors as whoever asked reads them: problem documents for programs, pages for people."""

from django.http import HttpRequest, HttpResponse

from finder.api import problems
from finder.checklist.definition import Language
from finder.web.page import error_page

# What answers programs.
PROGRAMS = ("/api/", "/fhir/", "/healthz", "/readyz", "/static/")
ENGLISH = "/en"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that is malformed as such: an unknown host, too many fields.

    Always a problem document: a page would need the host's name.
    """
    return problems.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that does not exist."""
    if request.path.startswith(PROGRAMS):
        return problems.not_found(request, exception)
    return error_page(request, 404, language_of(request.path))


def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours broke."""
    if request.path.startswith(PROGRAMS):
        return problems.server_error(request)
    return error_page(request, 500, language_of(request.path))


def language_of(path: str) -> Language:
    """The language of an address."""
    return "en" if path == ENGLISH or path.startswith(f"{ENGLISH}/") else "ja"
