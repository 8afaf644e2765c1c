"""Which form a client wants its answer in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"
# The forms of a search's answer by the words of `format`; the first is given where all are equal.
FORMATS = {"json": JSON, "geojson": GEOJSON, "csv": CSV}


class OneForm(BaseContentNegotiation):
    """Most documents have one form, so none is negotiated (RFC 9110 §12.1 allows it)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The one parser."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The one renderer."""
        return next(iter(renderers)), JSON


def choose_format(
    word: str | None, request: HttpRequest | Request, forms: Mapping[str, str] = FORMATS
) -> str:
    """The media type of an answer: what ``format`` says, else what Accept prefers of ``forms``.

    ``forms`` are media types by the words of ``format``, the one preferred first. Raises
    ``NotAcceptable`` where Accept takes none of them.
    """
    if word is not None:
        return forms[word]
    accept = request.META.get("HTTP_ACCEPT") or "*/*"
    if accept == "*/*":
        return next(iter(forms.values()))
    ranges = [MediaType(text) for text in accept.split(",")]
    preferred, media_type = max(
        ((_preference(media_type, ranges), media_type) for media_type in forms.values()),
        key=lambda pair: pair[0],
    )
    if not preferred[0]:
        there_is = ", ".join(f"{media_type} (format={name})" for name, media_type in forms.items())
        raise NotAcceptable(f"None of what Accept names is to be had. There is {there_is}.")
    return media_type


def _preference(media_type: str, ranges: Iterable[MediaType]) -> tuple[float, int]:
    """The quality that the most specific matching range gives it, and how specific that is.

    RFC 9110 §12.5.1. Django's ``get_preferred_type`` forgets ranges of quality 0, which forbid what
    a wider range allows. Parameters other than ``q`` are not compared: each form has one variant.
    """
    matching = [
        (_specificity(accepted), accepted.quality)
        for accepted in ranges
        if f"{accepted.main_type}/{accepted.sub_type}" in _ranges_that_hold(media_type)
    ]
    specificity, quality = max(matching, default=(0, 0.0))
    return quality, specificity


def _ranges_that_hold(media_type: str) -> tuple[str, ...]:
    return media_type, f"{media_type.partition('/')[0]}/*", "*/*"


def _specificity(accepted: MediaType) -> int:
    return (accepted.main_type != "*") + (accepted.sub_type != "*")
