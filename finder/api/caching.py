"""What a cache may keep, and when a client's copy is still right."""

import hashlib
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from finder.api.negotiation import JSON
from finder.questions import Asked

# What a searcher asks from a place or in words is theirs: no cache keeps it.
PRIVATE = "private, no-store"
# May be kept, but is asked for again each time, which an ETag makes cheap.
REVALIDATE = "no-cache"
# Parameters that tell nothing of where the searcher is, or of what they say in their own words.
# One that is not among them is theirs.
IMPERSONAL = frozenset(
    {
        "accepts_new_patients",
        "category",
        "condition",
        "count",
        "credential",
        "cursor",
        "evidence",
        "facets",
        "feature",
        "format",
        "kind",
        "language",
        "level",
        "page_size",
        "prefecture",
        "second_opinion",
        "service",
        "sort",
        "sport",
        "verified_within_days",
    }
)


def holds_searcher(asked: Asked) -> bool:
    """Whether a question tells where its searcher is, or holds their words."""
    return not IMPERSONAL.issuperset(asked.values)


def digest_etag(body: bytes) -> str:
    """The entity tag of a body: equal for equal bytes, in every process."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def has_current(request: HttpRequest, etag: str) -> bool:
    """Whether ``If-None-Match`` names this version (RFC 9110 §13.1.2, weak comparison)."""
    given = request.META.get("HTTP_IF_NONE_MATCH")
    if not given:
        return False
    tags = parse_etags(given)
    return "*" in tags or etag in (tag.removeprefix("W/") for tag in tags)


def not_modified(etag: str) -> HttpResponse:
    """What the client has is current."""
    return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": REVALIDATE})


def answer(
    request: HttpRequest,
    body: bytes,
    etag: str,
    *,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A body with its entity tag, or 304 where the client has it already."""
    if has_current(request, etag):
        return not_modified(etag)
    return HttpResponse(
        body,
        content_type=media_type,
        headers={"ETag": etag, "Cache-Control": REVALIDATE, **(headers or {})},
    )
