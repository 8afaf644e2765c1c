"""JSON: a page of hits around the documents of their clinics, which exist already."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from finder.api.formats.hits import hit_fields
from finder.query import Hit


def json_body(head: Mapping[str, Any], found: Iterable[tuple[Hit, str]], *, ranked: bool) -> bytes:
    """The answer as JSON; the documents are joined as they are stored."""
    hits = b",".join(
        orjson.dumps(hit_fields(hit, ranked=ranked))[:-1] + b',"clinic":' + document.encode() + b"}"
        for hit, document in found
    )
    return orjson.dumps(head)[:-1] + b',"results":[' + hits + b"]}"
