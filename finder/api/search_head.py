"""What stands beside the hits of a search: counts, links, the question as understood, and help."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote_plus

import orjson
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from rest_framework.request import Request

from finder import cursors
from finder.api.documents import CentreEcho
from finder.api.formats.hits import hit_fields
from finder.facets import facets
from finder.query import Page, SearchQuery
from finder.questions import Asked, least_strength
from finder.search import summaries
from finder.suggestions import suggestions

# What a query may hold unquoted (RFC 3986 §3.4), and the sign of what is quoted already.
KEPT_IN_QUERY = "!$&'()*+,;=:@/?%"
# Said by `centre` and `sort`, or a matter of where in the answer one is.
NOT_ECHOED = ("lat", "lng", "cursor", "sort")


def search_head(
    asked: Asked, page: Page, following: str | None, parameters: QueryDict
) -> dict[str, Any]:
    """The members beside the results, the same in JSON and GeoJSON."""
    head: dict[str, Any] = {}
    if page.count is not None:
        head |= {"count": page.count, "count_exact": page.count_exact}
    head |= {"next": following, "previous": None, "query": _echo(asked, parameters)}
    if "facets" in asked.values:
        strength = least_strength(asked.values)
        head["facets"] = facets(asked.query, asked.values["facets"], strength)
    if not page.hits and "cursor" not in asked.values:
        head["help"] = _help(asked)
    return head


def following_address(request: HttpRequest | Request, query: SearchQuery, page: Page) -> str | None:
    """The address of the next page: the same question as it was written, further on.

    None after the last page. The address is safe in a header and in JSON. ``open_at=now`` goes on
    with the instant that it was, for a cursor continues the same question.
    """
    if not page.more:
        return None
    # As WSGI hands it over: each character stands for a byte (PEP 3333).
    asked = [
        part
        for part in request.META["QUERY_STRING"].split("&")
        if part and unquote_plus(part.partition("=")[0]) not in ("cursor", "open_at")
    ]
    if query.open_at is not None:
        asked.append(f"open_at={quote(query.open_at.isoformat())}")
    question = quote("&".join(asked), safe=KEPT_IN_QUERY, encoding="latin-1")
    cursor = cursors.encode(page.hits[-1].key, query)
    here = request.build_absolute_uri(request.path)
    return f"{here}?{question}{'&' if question else ''}cursor={cursor}"


def _echo(asked: Asked, parameters: QueryDict) -> dict[str, Any]:
    """What was understood; what is neither number nor word in the words of the request."""
    return {
        "centre": _centre(asked),
        **{
            name: _said(value, parameters[name])
            for name, value in asked.values.items()
            if name not in NOT_ECHOED
        },
        "sort": asked.query.sort,
    }


def _said(value: object, text: object) -> object:
    """A value as JSON, or as the request had it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return value if isinstance(value, str | int | float | tuple) else text


def _centre(asked: Asked) -> CentreEcho | None:
    centre = asked.query.centre
    if centre is None:
        return None
    place = asked.values.get("place")
    return {
        "lat": centre.latitude,
        "lng": centre.longitude,
        "from": "place" if place else "coordinates",
        "label": place.label if place else None,
    }


def _help(asked: Asked) -> dict[str, Any]:
    found = suggestions(asked)
    outside = [found.nearest_outside] if found.nearest_outside else []
    nearest = [
        hit_fields(hit, ranked=False) | {"clinic": orjson.Fragment(document)}
        for hit, document in summaries(outside)
    ]
    return {"nearest_outside": next(iter(nearest), None), "without": found.without}
