"""What the API's views share: how they are asked, how often, and what they refuse."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from finder.api.negotiation import OneForm
from finder.api.throttling import ReadThrottle
from finder.problems import InvalidParameters, ParameterError, suggestion

# What people and apps ask is a few hundred bytes; a longer one is not worth reading.
LONGEST_QUERY_BYTES = 8_192


class QueryTooLong(APIException):
    """A query string that is too long to be a question (RFC 9110 §15.5.15)."""

    status_code = 414
    default_detail = f"The query string is longer than {LONGEST_QUERY_BYTES:,} bytes."
    default_code = "query-too-long"


class ReadView(APIView):
    """A view that answers readers."""

    content_negotiation_class = OneForm
    throttle_classes = [ReadThrottle]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what comes too often or is too long, before anything is read of it."""
        super().initial(request, *args, **kwargs)
        if len(request.META["QUERY_STRING"]) > LONGEST_QUERY_BYTES:
            raise QueryTooLong

    def perform_authentication(self, request: Request) -> None:
        """Nobody signs in to read."""

    def options(self, *args: Any, **kwargs: Any) -> Response:
        """The methods there are, in the header Allow that every answer has."""
        return Response(status=204)


def refuse_parameters(request: HttpRequest | Request, known: Iterable[str] = ()) -> None:
    """Raise :class:`InvalidParameters` for parameters that an address does not have, or repeats."""
    known = tuple(known)
    accepted = ", ".join(known) or "none"
    errors = [
        ParameterError(
            name[:64],
            "unknown-parameter",
            f"There is no parameter {name[:64]!r} here; accepted: {accepted}.",
            suggestion(name, known),
        )
        for name in request.GET
        if name not in known
    ]
    errors += [
        ParameterError(name, "repeated-parameter", "It is accepted once.")
        for name in known
        if len(request.GET.getlist(name)) > 1
    ]
    if errors:
        raise InvalidParameters(errors)
