"""Pages and what they load go over the wire compressed; the API's answers as they are.

In production static files are compressed once, when they are collected.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# The API's readers choose for themselves; the admin's pages hold secrets beside what is typed.
AS_THEY_ARE = ("/api/", "/fhir/", "/admin/")


class CompressPages(GZipMiddleware):
    """Django's compression, for the website alone."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress a page or a static file where the browser takes it."""
        if request.path.startswith(AS_THEY_ARE):
            return response
        return super().process_response(request, response)
