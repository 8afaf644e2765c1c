"""`GET /api/v1/clinics`."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from finder import cursors
from finder.api import schema
from finder.api.caching import PRIVATE, REVALIDATE, answer, digest_etag, holds_searcher
from finder.api.formats.csv import CONTENT_TYPE, csv_lines
from finder.api.formats.geojson import geojson_body
from finder.api.formats.json import json_body
from finder.api.negotiation import CSV, GEOJSON, JSON, choose_format
from finder.api.reading import ReadView
from finder.api.search_head import following_address, search_head
from finder.api.whole_answer import pages
from finder.problems import InvalidParameters, ParameterError
from finder.questions import Asked, read_query
from finder.search import search, summaries

BODIES = {JSON: json_body, GEOJSON: geojson_body}
# What says nothing where the whole answer is given without counts.
NOT_WITH_CSV = ("page_size", "cursor", "count", "facets")


class ClinicSearch(ReadView):
    """The search."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Every answer depends on what form was asked for, refusals of it too."""
        return super().default_response_headers | {"Vary": "Accept"}

    @extend_schema(**schema.CLINIC_SEARCH)
    def get(self, request: Request) -> HttpResponseBase:
        """Answer a search."""
        asked = read_query(request.query_params)
        media_type = choose_format(asked.values.get("format"), request)
        if media_type == CSV:
            return _whole_answer(request, asked)
        query = asked.query
        if "cursor" in asked.values:
            query = cursors.decode(asked.values["cursor"], query)
        page = search(query)
        following = following_address(request, query, page)
        head = search_head(asked, page, following, request.query_params)
        body = BODIES[media_type](head, summaries(page.hits), ranked=query.sort == "relevance")
        links = {"Link": f'<{following}>; rel="next"'} if following else {}
        if holds_searcher(asked):
            headers = {"Cache-Control": PRIVATE, **links}
            return HttpResponse(body, content_type=media_type, headers=headers)
        return answer(request, body, digest_etag(body), media_type=media_type, headers=links)


def _whole_answer(request: Request, asked: Asked) -> StreamingHttpResponse:
    """The whole answer as CSV; nothing is read for a HEAD request."""
    _refuse_without_effect(asked.values)
    lines: Iterator[str] = iter(())
    if request.method != "HEAD":
        found = pages(asked.query)
        # Before the status is sent, so that what fails here is still a problem document.
        first = next(found)
        lines = csv_lines(
            chain([first], found),
            ranked=asked.query.sort == "relevance",
            absolute=request.build_absolute_uri,
        )
    return StreamingHttpResponse(
        lines,
        content_type=CONTENT_TYPE,
        headers={
            "Cache-Control": PRIVATE if holds_searcher(asked) else REVALIDATE,
            "Content-Disposition": 'attachment; filename="clinics.csv"',
        },
    )


def _refuse_without_effect(values: Mapping[str, Any]) -> None:
    """Raise :class:`InvalidParameters` for what a whole answer cannot heed."""
    errors = [
        ParameterError(name, "not-with-csv", f"CSV gives the whole answer; leave {name} out.")
        for name in NOT_WITH_CSV
        if name in values
    ]
    if errors:
        raise InvalidParameters(errors)
