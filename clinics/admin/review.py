"""Placeholder: review."""

from django.http import HttpRequest, HttpResponse


def review(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")
