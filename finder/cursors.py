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
from datetime import date

import orjson

from finder.problems import InvalidParameters, ParameterError
from finder.query import Key, NameKey, NearestKey, RankedKey, SearchQuery

CLINIC_ID = re.compile(r"[0-9a-f]{32}")
# Beyond the longest way between two points of the earth.
FARTHEST_MM = 1 << 40
# The orders with ranks, and the ranks there can be: tiers, and days before today as negatives.
UNRANKED = ("distance", "name")
LEAST_RANK = {"relevance": 0, "-verified_on": -date.max.toordinal()}
LARGEST_RANK = {"relevance": 1_000, "-verified_on": 0}
NO_CURSOR = "This is no cursor; take it from `next`."


def encode(key: Key, query: SearchQuery) -> str:
    """The cursor that continues ``query`` after ``key``."""
    rank, within = (key.rank, key.within) if isinstance(key, RankedKey) else (None, key)
    place: int | str = (
        within.distance_mm if isinstance(within, NearestKey) else within.name_key.decode()
    )
    parts = [place, within.clinic_id, _question(query), rank]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str, query: SearchQuery) -> SearchQuery:
    """``query`` continued after a cursor.

    Raises :class:`InvalidParameters` for text that is no cursor, or one of another question.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        place, clinic_id, question, rank = parts
    except (binascii.Error, ValueError, TypeError):
        raise _refusal("invalid-cursor", NO_CURSOR) from None
    if question != _question(query):
        message = "This cursor continues another question; ask the same one, or leave it out."
        raise _refusal("cursor-of-another-query", message)
    if not isinstance(clinic_id, str) or not CLINIC_ID.fullmatch(clinic_id):
        raise _refusal("invalid-cursor", NO_CURSOR)
    within = _within(place, clinic_id, query)
    if query.sort in UNRANKED and rank is None:
        return replace(query, after=within)
    if query.sort in LEAST_RANK and type(rank) is int and _is_rank(rank, query):
        return replace(query, after=RankedKey(rank, within))
    raise _refusal("invalid-cursor", NO_CURSOR)


def _is_rank(rank: int, query: SearchQuery) -> bool:
    return LEAST_RANK[query.sort] <= rank <= LARGEST_RANK[query.sort]


def _within(place: object, clinic_id: str, query: SearchQuery) -> NearestKey | NameKey:
    by_distance = query.sort == "distance" or (query.sort == "relevance" and query.centre)
    if by_distance and type(place) is int and 0 <= place < FARTHEST_MM:
        return NearestKey(place, clinic_id)
    if not by_distance and isinstance(place, str):
        return NameKey(place.encode(), clinic_id)
    raise _refusal("invalid-cursor", NO_CURSOR)


def _question(query: SearchQuery) -> str:
    """A digest of what is asked, without where in the answer one is."""
    asked = [
        query.centre,
        query.radius_km,
        query.box,
        query.required,
        query.text,
        query.open_at,
        query.verified_since,
        query.sort,
    ]
    return hashlib.blake2b(orjson.dumps(asked), digest_size=6).hexdigest()


def _refusal(code: str, message: str) -> InvalidParameters:
    return InvalidParameters([ParameterError("cursor", code, message)])
