"""Every error as problem details (RFC 9457): the one place where exceptions become responses."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions

from finder.api.documents import ProblemError
from finder.api.place_documents import place_document
from finder.problems import InvalidParameters, ParameterError

MEDIA_TYPE = "application/problem+json"
INVALID_PARAMETERS = "urn:clinic-finder:problem:invalid-parameters"


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    emergency: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A problem document. ``instance`` is the path alone: the query may hold a position."""
    body: dict[str, Any] = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    if errors:
        body["errors"] = list(errors)
    if emergency:
        body = {"emergency": emergency, **body}
    return HttpResponse(
        orjson.dumps(body),
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler; None lets an unforeseen error go on."""
    request = context["request"]
    if isinstance(error, InvalidParameters):
        return invalid_parameters(request, error)
    if isinstance(error, Http404):
        return problem(request, 404, str(error) or "There is nothing here.")
    if isinstance(error, exceptions.APIException):
        headers = {}
        if isinstance(error, exceptions.MethodNotAllowed):
            headers["Allow"] = ", ".join(context["view"].allowed_methods)
        if isinstance(error, exceptions.Throttled):
            wait_s: float = error.wait or 0  # type: ignore[attr-defined]
            headers["Retry-After"] = str(max(1, math.ceil(wait_s)))
        return problem(request, error.status_code, str(error.detail), headers=headers)
    return None


def invalid_parameters(
    request: HttpRequest,
    error: InvalidParameters,
    first: str = "",
    emergency: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """What is wrong with a question; ``first`` is said, and ``emergency`` stands, before all else."""
    said = [f"{item.parameter}: {item.message}" for item in error.errors]
    return problem(
        request,
        400,
        " ".join([first, *said]).strip(),
        kind=INVALID_PARAMETERS,
        errors=[_document(item) for item in error.errors],
        emergency=emergency,
    )


def _document(error: ParameterError) -> ProblemError:
    document: ProblemError = {
        "parameter": error.parameter,
        "code": error.code,
        "message": error.message,
    }
    if error.suggestion is not None:
        document["suggestion"] = error.suggestion
    if error.candidates:
        document["candidates"] = [place_document(place) for place in error.candidates]
    return document


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that is malformed as such: an unknown host, too many fields."""
    return problem(request, 400, "The request is malformed.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that does not exist."""
    return problem(request, 404, f"There is nothing at {request.path}.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours broke."""
    return problem(request, 500, "Something went wrong on our side; it was logged.")
