"""`GET /api/v1/quality`."""

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clinics.curation.quality import current_report
from finder.api import schema
from finder.api.caching import answer, digest_etag
from finder.api.reading import ReadView, refuse_parameters


class Quality(ReadView):
    """How fresh and complete the catalogue is."""

    @extend_schema(**schema.QUALITY)
    def get(self, request: Request) -> HttpResponse:
        """The figures of all published clinics, by prefecture, by category, and over time."""
        refuse_parameters(request)
        body = orjson.dumps(current_report())
        return answer(request, body, digest_etag(body))
