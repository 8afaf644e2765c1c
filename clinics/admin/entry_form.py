"""Placeholder: entry_form."""

from django.http import HttpRequest, HttpResponse


def add(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")


def change(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")


def look_up_address(request: HttpRequest, pk: object = None) -> HttpResponse:
    """To come."""
    return HttpResponse("to come")
