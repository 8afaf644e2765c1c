"""Placeholder: history."""

from django.http import HttpRequest, HttpResponse


def timeline(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")


def compare(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")
