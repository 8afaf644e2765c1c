"""What stands in a cell of a table, and the value that it is in a document: there and back.

Every widget writes a text or a number and reads its own writing back as the same value. What it
cannot read it refuses with a ``ValueError`` that says what would be accepted.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import orjson
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from clinics.curation.checking import is_partial_date
from clinics.curation.entry_document import json_value

# What a spreadsheet may take for a formula, the full-width forms of a Japanese one included.
FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
# NUL, and halves of a character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?", re.ASCII)
SOURCE = re.compile(r"(\S+)(?: \(([^()]*)\))?")
SEPARATOR = re.compile(r";\s+|\s*\n\s*")


class Unreadable(str):
    """A cell of a workbook that holds a formula or an error, not a value."""


def neutral(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe before what looks like a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def restored(cell: str) -> str:
    """The text that :func:`neutral` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def cell_text(cell: Any) -> str:
    """What a cell says, as text. Raises ``ValueError`` for one that says nothing readable."""
    if isinstance(cell, Unreadable):
        raise ValueError(_("This cell is a formula or an error; put its value there."))
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = restored(cell)
        if UNSTORABLE.search(text):
            raise ValueError(_("This text has a character that cannot be stored."))
        return text
    if isinstance(cell, datetime):
        if cell.time().isoformat() != "00:00:00":
            raise ValueError(_("A day without a time of day is needed."))
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def shown(widget: Widget, value: Any) -> str:
    """A value as a person reads it: its cell, without the apostrophe against formulas."""
    return restored(str(widget.render(value)))


class Text(Widget):
    """Any text, kept character by character."""

    number = False

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The text of a cell."""
        return cell_text(value)

    def render(self, value: Any, obj: Any = None, **_options: Any) -> Any:
        """The text as a cell that no spreadsheet runs."""
        return neutral("" if value is None else str(value))


class Exact(Text):
    """An id, a code or a telephone number, which a spreadsheet must not take for a number."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The text of a cell, which must not be a number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise ValueError(
                _(
                    "This cell is a number, so a leading zero may be lost; format the column as "
                    "text and write it again."
                )
            )
        return cell_text(value).strip()


class RowId(Text):
    """The id of a row: a number for one that is live, a text for one of a draft."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The id as text."""
        return cell_text(value).strip()


class Choice(Text):
    """One of a few words; an empty cell is ``blank``, where there is one."""

    def __init__(self, accepted: Sequence[str], blank: str = "") -> None:
        super().__init__()
        self.accepted, self.blank = tuple(accepted), blank

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The word."""
        word = cell_text(value).strip() or self.blank
        if word and word not in self.accepted:
            near = get_close_matches(word, self.accepted, n=1)
            message = _("Accepted: %(accepted)s.") % {"accepted": ", ".join(self.accepted)}
            hint = _("Did you mean %(near)s?") % {"near": near[0]} if near else ""
            raise ValueError(f"{message} {hint}".strip())
        return word


class Degrees(Widget):
    """Decimal degrees; empty for unknown."""

    number = True

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The number of degrees, None for an empty cell."""
        text = cell_text(value).strip()
        if not text:
            return None
        degrees = float(text) if NUMBER.fullmatch(text) else math.nan
        if not abs(degrees) <= self.most:
            raise ValueError(
                _("Decimal degrees from -%(most)s to %(most)s are accepted, such as 35.681236.")
                % {"most": self.most}
            )
        return degrees

    def render(self, value: Any, obj: Any = None, **_options: Any) -> Any:
        """The number itself."""
        return "" if value is None else value


class Whole(Degrees):
    """A whole number from 0 to 32767; empty for unknown."""

    def __init__(self) -> None:
        super().__init__(32767)

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The number, None for an empty cell."""
        text = cell_text(value).strip()
        if text and not (re.fullmatch(r"\d{1,5}", text, re.ASCII) and int(text) <= self.most):
            raise ValueError(_("A whole number from 0 to %(most)s is accepted.") % {"most": 32767})
        return int(text) if text else None


class Amount(Degrees):
    """An amount of money with up to two decimals; empty for unknown."""

    def __init__(self) -> None:
        super().__init__(99_999_999)

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The amount as a decimal text, None for an empty cell."""
        text = cell_text(value).strip()
        if text and not re.fullmatch(r"\d{1,8}(\.\d{1,2})?", text, re.ASCII):
            raise ValueError(_("An amount is digits without commas or signs, such as 33000."))
        return json_value(Decimal(text)) if text else None

    def render(self, value: Any, obj: Any = None, **_options: Any) -> Any:
        """A number where it is whole, else the decimal text."""
        return "" if value is None else int(value) if str(value).isdigit() else value


class Day(Text):
    """A day as YYYY-MM-DD, or with slashes as a spreadsheet writes it; empty for none."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The day in ISO 8601, None for an empty cell."""
        text = cell_text(value).strip()
        day = iso_day(text)
        if text and not day:
            raise ValueError(_("A day that exists is accepted, as YYYY-MM-DD: 2026-06-01."))
        return day


class PartialDay(Text):
    """A year, a month or a day, as precise as a source is; empty for undated."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The date as text."""
        text = cell_text(value).strip()
        day = iso_day(text) or text
        if day and not is_partial_date(day):
            raise ValueError(
                _("A date is YYYY, YYYY-MM or YYYY-MM-DD, as precise as the source is.")
            )
        return day


def iso_day(text: str) -> str | None:
    """A day that was written with hyphens or slashes, year first, in ISO 8601; None for none."""
    found = DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


class Texts(Text):
    """Several texts with ``; `` between them; as JSON where that would not be read back alike."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The list."""
        text = cell_text(value)
        if text.lstrip().startswith("["):
            items = _json_list(text)
            if not all(isinstance(item, str) for item in items):
                raise ValueError(_("A list in JSON has texts alone."))
            return items
        return [item for item in SEPARATOR.split(text.strip()) if item]

    def render(self, value: Any, obj: Any = None, **_options: Any) -> Any:
        """The readable form where it is lossless."""
        readable = "; ".join(map(str, value or ()))
        return neutral(readable if _reads_as(self, readable, value or []) else _json_text(value))


class Sources(Text):
    """``address (date); address (date)``, the date left out for an undated page; else JSON."""

    def clean(self, value: Any, row: Any = None, **_options: Any) -> Any:
        """The list of ``{url, date}``."""
        text = cell_text(value)
        if text.lstrip().startswith("["):
            items = _json_list(text)
            if not all(isinstance(item, dict) and "url" in item for item in items):
                raise ValueError(_("A source in JSON is an object with url and date."))
            return items
        return [self._source(item) for item in SEPARATOR.split(text.strip()) if item]

    def render(self, value: Any, obj: Any = None, **_options: Any) -> Any:
        """The readable form where it is lossless."""
        value = value or []
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            readable = "; ".join(
                f"{item.get('url', '')} ({item['date']})" if item.get("date") else item["url"]
                for item in value
                if item.get("url")
            )
            if _reads_as(self, readable, value):
                return neutral(readable)
        return neutral(_json_text(value))

    def _source(self, item: str) -> dict[str, str]:
        found = SOURCE.fullmatch(item.rstrip(";"))
        if not found:
            raise ValueError(
                _(
                    "Sources are addresses, each with its date in brackets, with a semicolon and a "
                    "space between them: https://example.org/a (2025-04); https://example.org/b."
                )
            )
        url, dated = found.groups()
        return {"url": url, "date": iso_day(dated or "") or dated or ""}


def _reads_as(widget: Widget, text: str, value: Any) -> bool:
    try:
        return bool(widget.clean(neutral(text)) == value)
    except ValueError:
        return False


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _json_list(text: str) -> list[Any]:
    try:
        items = orjson.loads(text)
    except orjson.JSONDecodeError:
        items = None
    if not isinstance(items, list):
        raise ValueError(_("This begins like a list in JSON but is none."))
    return items
