"""`GET /api/v1/clinics/{id}`."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from finder.ages import ages_with_time, with_ages
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
        if etag and ReadThrottle().allow_request(request, self):
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
        if not ages_with_time(document):
            return answer(request, document.encode(), _etag(id, current))
        today = timezone.localdate()
        return answer(request, with_ages(document, today), _etag(id, current, today))

    @staticmethod
    def _current_etag(request: HttpRequest, clinic_id: UUID) -> str | None:
        """The entity tag that the client has, if current, where the request asks for nothing else.

        Which of the two a clinic has is not looked up: it was given only one of them.
        """
        given = request.META.get("HTTP_IF_NONE_MATCH", "*").strip()
        # An asterisk does not say which of the two it is.
        if given == "*" or request.META["QUERY_STRING"]:
            return None
        if request.method not in ("GET", "HEAD"):
            return None
        current = version(clinic_id)
        if current is None:
            return None
        undated = _etag(clinic_id, current)
        if has_current(request, undated):
            return undated
        # Few clinics have an entity tag of the day, so it is made only where the other is not meant.
        dated = _etag(clinic_id, current, timezone.localdate())
        return dated if has_current(request, dated) else None


def _etag(clinic_id: UUID, current: int, today: date | None = None) -> str:
    """The entity tag of a version of a clinic, of one day where it holds what ages."""
    day = "" if today is None else f"-{today:%Y%m%d}"
    return f'"{clinic_id.hex[:12]}-{current}{day}"'
