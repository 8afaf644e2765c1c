"""Cursors: where to go on in a list, as opaque text that belongs to one question.

A cursor holds the key of the last hit, not a number of hits, so pages neither repeat nor skip a
clinic while others are published and withdrawn. It carries a short digest of the question, and is
refused with any other: continuing elsewhere would be a silently wrong list.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import replace

import orjson

from finder.problems import InvalidParameters, ParameterError
from finder.query import NameKey, NearestKey, SearchQuery

CLINIC_ID = re.compile(r"[0-9a-f]{32}")
# Beyond the longest way between two points of the earth.
FARTHEST_MM = 1 << 40
NO_CURSOR = "This is no cursor; take it from `next`."


def encode(key: NearestKey | NameKey, query: SearchQuery) -> str:
    """The cursor that continues ``query`` after ``key``."""
    place: int | str = key.distance_mm if isinstance(key, NearestKey) else key.name_key.decode()
    parts = [place, key.clinic_id, _question(query)]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, query: SearchQuery) -> SearchQuery:
    """``query`` continued after a cursor.

    Raises :class:`InvalidParameters` for text that is no cursor, or one of another question.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place, clinic_id, question = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise _refusal("invalid-cursor", NO_CURSOR) from None
    if question != _question(query):
        message = "This cursor continues another question; ask the same one, or leave it out."
        raise _refusal("cursor-of-another-query", message)
    if not isinstance(clinic_id, str) or not CLINIC_ID.fullmatch(clinic_id):
        raise _refusal("invalid-cursor", NO_CURSOR)
    return replace(query, after=_key(place, clinic_id, query))


def _key(place: object, clinic_id: str, query: SearchQuery) -> NearestKey | NameKey:
    if query.sort == "distance" and type(place) is int and 0 <= place < FARTHEST_MM:
        return NearestKey(place, clinic_id)
    if query.sort == "name" and isinstance(place, str):
        return NameKey(place.encode(), clinic_id)
    raise _refusal("invalid-cursor", NO_CURSOR)


def _question(query: SearchQuery) -> str:
    """A digest of what is asked, without where in the answer one is."""
    asked = [
        query.centre,
        query.radius_km,
        [requirement.terms for requirement in query.required],
        query.sort,
    ]
    return hashlib.blake2b(orjson.dumps(asked), digest_size=6).hexdigest()


def _refusal(code: str, message: str) -> InvalidParameters:
    return InvalidParameters([ParameterError("cursor", code, message)])
