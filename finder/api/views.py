"""The HTTP API: each view reads its parameters, asks, and joins documents that exist already."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags, urlencode
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from clinics.models import Concept, Scheme, Term
from finder import cursors
from finder.api import schema
from finder.parameters import Asked, read_query
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.query import Hit, Page
from finder.search import detail, search, summaries, version

JSON = "application/json"
# What a searcher asks from a place is theirs: no cache keeps it.
PRIVATE = "private, no-store"
# May be kept, but is asked for again each time, which an ETag makes cheap.
REVALIDATE = "no-cache"


class JsonAlone(BaseContentNegotiation):
    """There is one form of each document, so none is negotiated (RFC 9110 §12.1 allows it)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The one parser."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The one renderer."""
        return next(iter(renderers)), JSON


class JsonView(APIView):
    """What the views here share."""

    content_negotiation_class = JsonAlone


class ClinicSearch(JsonView):
    """`GET /api/v1/clinics`."""

    @extend_schema(**schema.CLINIC_SEARCH)
    def get(self, request: Request) -> HttpResponse:
        """Answer a search."""
        asked = read_query(request.query_params)
        query = asked.query
        if "cursor" in asked.values:
            query = cursors.decode(asked.values["cursor"], query)
        page = search(query)
        following = None
        if page.more:
            cursor = cursors.encode(page.hits[-1].key, query)
            following = _address(request, cursor)
        return HttpResponse(
            _search_body(asked, page, following),
            content_type=JSON,
            headers={"Cache-Control": PRIVATE if query.centre else REVALIDATE},
        )


class ClinicDetail(JsonView):
    """`GET /api/v1/clinics/{id}`."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 304 at once where the client has the current version."""
        given = request.headers.get("If-None-Match")
        if given and request.method in ("GET", "HEAD") and not request.META["QUERY_STRING"]:
            current = version(kwargs["id"])
            if current is not None and _has(given, _etag(kwargs["id"], current)):
                return _not_modified(_etag(kwargs["id"], current))
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(**schema.CLINIC_DETAIL)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """One clinic with everything known of it."""
        _refuse_parameters(request, known=())
        found = detail(id)
        if found is None:
            raise Http404(f"There is no clinic {id}.")
        current, document = found
        return _cacheable(document.encode(), _etag(id, current))


class Concepts(JsonView):
    """`GET /api/v1/concepts`."""

    @extend_schema(**schema.CONCEPTS)
    def get(self, request: Request) -> HttpResponse:
        """The taxonomy, with how many published clinics carry each concept."""
        _refuse_parameters(request, known=("scheme",))
        concepts = Concept.objects.all()
        scheme = request.query_params.get("scheme")
        if scheme is not None:
            if scheme not in Scheme.values:
                accepted = ", ".join(Scheme.values)
                raise InvalidParameters(
                    [
                        ParameterError(
                            "scheme",
                            "unknown-value",
                            f"{scheme!r} is not one of: {accepted}.",
                            suggestion(scheme, Scheme.values),
                        )
                    ]
                )
            concepts = concepts.filter(scheme=scheme)
        counts = dict(Term.objects.values_list("key", "count"))
        body = orjson.dumps({"results": [_concept(concept, counts) for concept in concepts]})
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        given = request.headers.get("If-None-Match")
        return _not_modified(etag) if given and _has(given, etag) else _cacheable(body, etag)


def _search_body(asked: Asked, page: Page, following: str | None) -> bytes:
    """The search response, made of the hits' stored documents."""
    head: dict[str, Any] = {}
    if page.count is not None:
        head |= {"count": page.count, "count_exact": page.count_exact}
    head |= {"next": following, "previous": None, "query": _echo(asked)}
    hits = ",".join(_hit(hit, document) for hit, document in summaries(page.hits))
    return orjson.dumps(head)[:-1] + b',"results":[' + hits.encode() + b"]}"


def _hit(hit: Hit, document: str) -> str:
    """A hit around its clinic's document."""
    if hit.distance_mm is None or hit.bearing_deg is None:
        return f'{{"distance_km":null,"bearing_deg":null,"clinic":{document}}}'
    distance_km = (hit.distance_mm + 500) // 1_000 / 1_000
    bearing_deg = round(hit.bearing_deg) % 360
    return f'{{"distance_km":{distance_km},"bearing_deg":{bearing_deg},"clinic":{document}}}'


def _echo(asked: Asked) -> dict[str, Any]:
    """What was understood, in the words of the request."""
    said = {
        name: value
        for name, value in asked.values.items()
        if name not in ("lat", "lng", "cursor", "sort")
    }
    centre = asked.query.centre
    return {
        "centre": centre
        and {
            "lat": centre.latitude,
            "lng": centre.longitude,
            "from": "coordinates",
            "label": None,
        },
        **said,
        "sort": asked.query.sort,
    }


def _address(request: Request, cursor: str) -> str:
    """The same question, further on."""
    following = [
        (name, text)
        for name, texts in request.query_params.lists()
        if name != "cursor"
        for text in texts
    ]
    return request.build_absolute_uri(
        f"{request.path}?{urlencode([*following, ('cursor', cursor)])}"
    )


def _concept(concept: Concept, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "scheme": concept.scheme,
        "slug": concept.slug,
        "label_ja": concept.label_ja,
        "label_en": concept.label_en,
        "definition_ja": concept.definition_ja or None,
        "definition_en": concept.definition_en or None,
        "synonyms": concept.synonyms,
        "codes": concept.codes,
        "sources": concept.sources,
        "medical_care": concept.medical_care,
        "clinics": counts.get(f"{concept.scheme}:{concept.slug}", 0),
    }


def _refuse_parameters(request: Request, known: Iterable[str]) -> None:
    """Raise :class:`InvalidParameters` for parameters that this address does not have."""
    known = tuple(known)
    accepted = ", ".join(known) or "none"
    errors = [
        ParameterError(
            name[:64],
            "unknown-parameter",
            f"There is no parameter {name[:64]!r} here; accepted: {accepted}.",
            suggestion(name, known),
        )
        for name in request.query_params
        if name not in known
    ]
    errors += [
        ParameterError(name, "repeated-parameter", "It is accepted once.")
        for name in known
        if len(request.query_params.getlist(name)) > 1
    ]
    if errors:
        raise InvalidParameters(errors)


def _etag(clinic_id: UUID, current: int) -> str:
    """The entity tag of a version of a clinic."""
    return f'"{clinic_id.hex[:12]}-{current}"'


def _has(given: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names this version (RFC 9110 §13.1.2, weak comparison)."""
    tags = parse_etags(given)
    return "*" in tags or etag in (tag.removeprefix("W/") for tag in tags)


def _not_modified(etag: str) -> HttpResponse:
    return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": REVALIDATE})


def _cacheable(body: bytes, etag: str) -> HttpResponse:
    return HttpResponse(
        body, content_type=JSON, headers={"ETag": etag, "Cache-Control": REVALIDATE}
    )
