"""`GET /api/v1/clinics/{id}`."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from finder.api import schema
from finder.api.caching import answer, has_current, not_modified
from finder.api.departed import gone
from finder.api.reading import ReadView, refuse_parameters
from finder.api.throttling import ReadThrottle
from finder.search import detail, version


class ClinicDetail(ReadView):
    """One clinic, whole."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 304 at once where the client has the current version."""
        etag = self._current_etag(request, kwargs["id"])
        # One who asks too often goes on to the usual way, which says so.
        if etag and has_current(request, etag) and ReadThrottle().allow_request(request, self):
            return not_modified(etag)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(**schema.CLINIC_DETAIL)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """One clinic with everything known of it, or where it went."""
        refuse_parameters(request)
        found = detail(id)
        if found is None:
            return gone(request, id, "clinic-detail")
        current, document = found
        return answer(request, document.encode(), _etag(id, current))

    @staticmethod
    def _current_etag(request: HttpRequest, clinic_id: UUID) -> str | None:
        """The entity tag of the current version, where the request asks for nothing else."""
        if "HTTP_IF_NONE_MATCH" not in request.META or request.META["QUERY_STRING"]:
            return None
        if request.method not in ("GET", "HEAD"):
            return None
        current = version(clinic_id)
        return None if current is None else _etag(clinic_id, current)


def _etag(clinic_id: UUID, current: int) -> str:
    """The entity tag of a version of a clinic."""
    return f'"{clinic_id.hex[:12]}-{current}"'
