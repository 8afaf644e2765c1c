"""CSV (RFC 4180): every clinic that a search finds, one a row, for tables and spreadsheets.

Lists are their slugs, joined by ``; ``. What nobody has said stays ``unknown`` or empty, as in JSON.
"""

import csv
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from finder.api.formats.hits import HIT_FIELDS, hit_fields
from finder.query import Hit

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
PLAIN_COLUMNS = (
    "id",
    "name",
    "name_kana",
    "name_en",
    "kind",
    "address",
    "prefecture",
    "municipality",
    "lat",
    "lng",
    "position_source",
    "website",
    "phone",
)
CONCEPT_COLUMNS = (
    "categories",
    "services",
    "sports",
    "levels",
    "credentials",
    "languages",
    "features",
)
LAST_COLUMNS = ("verified_on", "verify_by", "updated_at", "url")
COLUMNS = (
    *PLAIN_COLUMNS,
    *CONCEPT_COLUMNS,
    "second_opinion",
    "second_opinion_modes",
    *LAST_COLUMNS,
    *HIT_FIELDS,
)
# What a spreadsheet may take for a formula, also after blanks and in full width. The list is that
# of OWASP's "CSV Injection".
FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
# No reader takes an opened quotation for the end of a file.
BROKEN_OFF = '"This file is not whole: the server failed here. Please ask again.'

logger = logging.getLogger(__name__)


class BrokenOff(Exception):
    """A file could not be finished; its reader must not take it for whole."""


def csv_lines(
    found: Iterable[Iterable[tuple[Hit, str]]], *, ranked: bool, absolute: Callable[[str], str]
) -> Iterator[str]:
    """The header, then the rows of each page together; ``absolute`` completes a path.

    A failure after the first row cannot become a status any more. The file then ends within an
    opened quotation, and :class:`BrokenOff` makes the server break the connection; the cause goes
    to the log, because what a server writes of an exception is out of our hands.
    """
    writer = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    try:
        for page in found:
            yield "".join(
                writer.writerow(_cells(hit, orjson.loads(document), ranked, absolute))
                for hit, document in page
            )
    except Exception:
        logger.exception("A CSV file broke off.")
        yield BROKEN_OFF
        raise BrokenOff("The file broke off; the cause was logged.") from None


class Line:
    """Hands back what is written to it, as ``csv`` lets a writer's file do."""

    def write(self, text: str) -> str:
        """The text."""
        return text


def neutralised(text: str | None) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what could be one."""
    if text is None:
        return ""
    return f"'{text}" if FORMULA.match(text) else text


def _cells(
    hit: Hit, clinic: Mapping[str, Any], ranked: bool, absolute: Callable[[str], str]
) -> Iterator[object]:
    """A row. Numbers are ours and stay as they are, a minus sign included."""
    circumstances = hit_fields(hit, ranked=ranked)
    opinion = clinic["second_opinion"]
    values = {
        **clinic,
        "prefecture": clinic["prefecture"] and clinic["prefecture"]["slug"],
        "municipality": clinic["municipality"] and clinic["municipality"]["code"],
        **{name: _joined(item["slug"] for item in clinic[name]) for name in CONCEPT_COLUMNS},
        "second_opinion": opinion["offered"],
        "second_opinion_modes": _joined(opinion["modes"]),
        "url": absolute(clinic["url"]),
        **circumstances,
        "open": "true" if circumstances.get("open") else None,
        "reasons": _joined(circumstances.get("reasons", ())),
    }
    for column in COLUMNS:
        value = values.get(column)
        yield value if isinstance(value, int | float) else neutralised(value)


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)
