"""Placeholder: verification."""

from django.http import HttpRequest, HttpResponse


def verify_one(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")


def verify_several(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")
