"""What a form of the website sends in the body of a request."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from finder.api.bodies import read_body

FORM = "application/x-www-form-urlencoded"
# More than any form here has.
MOST_FIELDS = 5_000

# By name, every value that was sent under it.
Fields = Mapping[str, Sequence[str]]


class SentForm(NamedTuple):
    """The fields of a form, blank ones too, and the body that they were read from."""

    fields: dict[str, list[str]]
    body: bytes


class UnreadableForm(Exception):
    """A body that is no form: ``status`` says why (400, 413, 415), ``body`` is what could be read."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.status, self.body = status, body
        super().__init__(f"The body is no form that can be read ({status}).")


def read_form(request: HttpRequest, longest_bytes: int) -> SentForm:
    """The form that a request sends.

    Raises :class:`UnreadableForm` for another media type, a body that is too long or broke off, and
    one that is no form.
    """
    try:
        body = read_body(Request(request), [FORM], longest_bytes)
    except APIException as error:
        raise UnreadableForm(error.status_code) from None
    try:
        return SentForm(read_fields(body), body)
    except ValueError:
        raise UnreadableForm(400, body) from None


def read_fields(body: bytes) -> dict[str, list[str]]:
    """The fields of a form (WHATWG URL §5.1). Raises :class:`ValueError` for what is none."""
    fields: dict[str, list[str]] = {}
    pairs = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    )
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
