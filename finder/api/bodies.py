"""The body of a request: its media type, and how long it may be."""

from collections.abc import Collection

from django.http.request import UnreadablePostError
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.request import Request


class BodyTooLong(APIException):
    """A body that is longer than anything that is accepted (RFC 9110 §15.5.14)."""

    status_code = 413
    default_code = "body-too-long"

    def __init__(self, longest_bytes: int) -> None:
        super().__init__(f"The body is longer than {longest_bytes:,} bytes.")


def read_body(request: Request, media_types: Collection[str], longest_bytes: int) -> bytes:
    """The body of a request. Raises for another media type or coding, or a body that is too long."""
    if request._request.content_type not in media_types:
        sent = request._request.content_type or "nothing"
        raise UnsupportedMediaType(
            sent, f"Accepted is {' or '.join(media_types)}, not {sent[:64]}."
        )
    coding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
    if coding.casefold() != "identity":
        raise UnsupportedMediaType(coding, f"Content-Encoding {coding[:64]!r} is not accepted.")
    try:
        body: bytes = request._request.read(longest_bytes + 1)
    except UnreadablePostError:
        raise ParseError("The body broke off.") from None
    if len(body) > longest_bytes:
        raise BodyTooLong(longest_bytes)
    return body
