"""Cursors: where to go on in a list, as opaque text that belongs to one question.

A cursor holds the key of the last hit, not a number of hits, so pages neither repeat nor skip a
clinic while others are published and withdrawn. It carries a short digest of the question, and is
refused with any other: continuing elsewhere would be a silently wrong list.
"""

import base64
import binascii
import hashlib
from dataclasses import replace

import orjson

from finder.problems import InvalidParameters, ParameterError
from finder.query import NameKey, NearestKey, SearchQuery


def encode(key: NearestKey | NameKey, query: SearchQuery) -> str:
    """The cursor that continues ``query`` after ``key``."""
    place: int | str = key.distance_mm if isinstance(key, NearestKey) else key.name_key.hex()
    parts = [place, key.clinic_id, _question(query)]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, query: SearchQuery) -> SearchQuery:
    """``query`` continued after a cursor.

    Raises :class:`InvalidParameters` for text that is no cursor, or one of another question.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place, clinic_id, question = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        key = _key(place, clinic_id, query)
    except (binascii.Error, ValueError, TypeError):
        raise _refusal("invalid-cursor", "This is no cursor; take it from `next`.") from None
    if question != _question(query):
        message = "This cursor continues another question; ask the same one, or leave it out."
        raise _refusal("cursor-of-another-query", message)
    return replace(query, after=key)


def _key(place: object, clinic_id: object, query: SearchQuery) -> NearestKey | NameKey:
    if not isinstance(clinic_id, str) or len(bytes.fromhex(clinic_id)) != 16:
        raise ValueError("no clinic id")
    if query.sort == "distance":
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 1 << 40:
            raise ValueError("no distance")
        return NearestKey(place, clinic_id)
    if not isinstance(place, str):
        raise ValueError("no name")
    return NameKey(bytes.fromhex(place), clinic_id)


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
