"""`GET /api/v1/places`: places by name, as they are typed."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from clinics.models import PlaceKind, PlaceSource
from finder.api.caching import PRIVATE
from finder.api.components import schema_of
from finder.api.negotiation import JSON
from finder.api.place_documents import PlaceCredit, PlaceList, place_document
from finder.api.reading import ReadView
from finder.api.schema import ALLOW, CACHE_CONTROL, NO_LOGIN, REFUSALS, RETRY_AFTER
from finder.fields import TextField, WholeNumberField, WordsField, refusal
from finder.places import Candidate, candidates
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.questions import CONTROL_CHARACTER

LONGEST_TEXT = 100
MOST_PLACES = 20
USUAL_PLACES = 10
KINDS = tuple(PlaceKind.values)
ONE_KIND = f"({'|'.join(KINDS)})"
FIELDS: Mapping[str, Any] = {
    "q": TextField(longest=LONGEST_TEXT),
    "limit": WholeNumberField(least=1, most=MOST_PLACES),
    "kind": WordsField(words=KINDS),
}
SCHEMA: dict[str, Any] = {
    "operation_id": "searchPlaces",
    "summary": "Places by name",
    "description": (
        "Prefectures, municipalities, towns, stations, cities and postcodes that a text names or "
        "begins to name, the likeliest first: kanji, kana or Latin letters, in any width, with or "
        "without 駅, 市 or 区, alone or within an area (`広島県府中市`, `府中 (東京都)`), and "
        "Japanese addresses as far as the town. Answered offline. No match is an empty list."
    ),
    "parameters": [
        OpenApiParameter(
            "q",
            {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
            required=True,
            description="What is being typed.",
            examples=[
                OpenApiExample("a station", "新宿駅"),
                OpenApiExample("in Latin letters", "Shibuya"),
                OpenApiExample("a postcode", "〒100-0001"),
                OpenApiExample("in an area", "広島県府中市"),
            ],
        ),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_PLACES, "default": USUAL_PLACES},
            description="Most places wanted.",
        ),
        OpenApiParameter(
            "kind",
            {"type": "string", "pattern": f"^{ONE_KIND}(,{ONE_KIND})*$"},
            description=f"Kinds of places wanted, separated by commas: {', '.join(KINDS)}.",
            examples=[OpenApiExample("stations alone", "station")],
        ),
        CACHE_CONTROL,
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {
        (200, "application/json"): OpenApiResponse(
            schema_of(PlaceList), description="The likeliest places"
        ),
        **REFUSALS,
    },
    **NO_LOGIN,
    "tags": ["places"],
}


class Places(ReadView):
    """`GET /api/v1/places`."""

    @extend_schema(**SCHEMA)
    def get(self, request: Request) -> HttpResponse:
        """The places that a text may mean."""
        values = read_parameters(request.query_params)
        limit = values.get("limit", USUAL_PLACES)
        kinds = values.get("kind", ())
        found = candidates(values["q"], limit, kinds=kinds)
        body: PlaceList = {
            "query": {"q": values["q"], "limit": limit, "kind": list(kinds) or None},
            "results": [place_document(place) for place in found],
            "credits": credits_of(found),
        }
        return HttpResponse(
            orjson.dumps(body), content_type=JSON, headers={"Cache-Control": PRIVATE}
        )


def read_parameters(parameters: QueryDict) -> Mapping[str, Any]:
    """The parameters, cleaned; ``q`` is always among them.

    Raises :class:`InvalidParameters` with an error for every parameter that is wrong.
    """
    values: dict[str, Any] = {}
    errors: list[ParameterError] = []
    for name, texts in parameters.lists():
        try:
            values[name] = _clean(name, texts)
        except ValidationError as error:
            suggested = (error.params or {}).get("suggestion")
            errors.append(
                ParameterError(name[:64], error.code or "", str(error.message), suggested)
            )
    if "q" not in parameters:
        errors.append(ParameterError("q", "required", "q is the text to look for; give one."))
    if errors:
        raise InvalidParameters(errors)
    return values


def credits_of(found: Iterable[Candidate]) -> list[PlaceCredit]:
    """The sources of these places, as they are to be credited."""
    names = {place.id.partition(":")[0] for place in found}
    sources = PlaceSource.objects.filter(name__in=names).order_by("name")
    return [
        {"credit": source.credit, "licence": source.licence, "url": source.url or None}
        for source in sources
    ]


def _clean(name: str, texts: list[str]) -> Any:
    if name not in FIELDS:
        raise refusal(
            "unknown-parameter",
            f"There is no parameter {name[:64]!r} here; accepted: {', '.join(FIELDS)}.",
            suggestion(name, FIELDS),
        )
    if len(texts) > 1:
        raise refusal("repeated-parameter", f"Given {len(texts)} times; it is accepted once.")
    if CONTROL_CHARACTER.search(texts[0]):
        raise refusal("control-character", "The value holds a control character; text has none.")
    if not texts[0].strip():
        raise refusal("blank", "The value is empty; leave the parameter out or give a value.")
    return FIELDS[name].clean(texts[0])
