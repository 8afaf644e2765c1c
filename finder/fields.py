"""The form fields of the parameters: what each value may be, and what is said of one that may not.

A field's ``clean`` takes the text of one value and raises ``ValidationError`` naming the value and
what would be accepted.
"""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinics.models import Scheme
from finder.opening import UnknownCalendar, local_moment
from finder.places import AmbiguousPlace, Candidate, UnknownPlace, resolve
from finder.problems import suggestion
from finder.query import Box, TextQuestion
from finder.slugs import KNOWN_SLUGS
from finder.words import read_text

# Whatever a programming language writes of a double within our bounds: up to 17 digits, after as
# many zeros as it likes or, where the number is small, before a negative exponent (5e-05).
DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,30})?([eE]-[0-9]{1,3})?")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
MUNICIPALITY_CODE = re.compile(r"(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{3}")
WITH_CHECK_DIGIT = re.compile(r"(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# A plus sign that was not written as %2B arrives as a space.
LOST_PLUS = re.compile(r"(.*\d) (\d\d:\d\d)", re.ASCII)
MOST_ALTERNATIVES = 20


def refusal(code: str, message: str, suggested: str | None = None, **more: Any) -> ValidationError:
    """A field's error, with a suggestion where there is one."""
    return ValidationError(message, code=code, params={"suggestion": suggested, **more})


class DecimalField(forms.Field):
    """A decimal number within bounds, in digits with a point: no comma, no exponent above 0."""

    def __init__(self, *, least: float, most: float, above: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.above = least, most, above

    @property
    def accepted(self) -> str:
        """What the field takes, in words."""
        lower = f"above {self.least:g}" if self.above else f"from {self.least:g}"
        return f"a decimal number {lower} to {self.most:g}"

    def clean(self, value: str) -> float:
        """The number; raises ``ValidationError`` naming the value and what is accepted."""
        if not DECIMAL.fullmatch(value):
            raise refusal("not-a-number", f"{value!r} is not {self.accepted}.")
        number = float(value)
        too_low = number <= self.least if self.above else number < self.least
        if too_low or number > self.most:
            raise refusal("out-of-range", f"{value} is out of range: {self.accepted}.")
        return number


class WholeNumberField(forms.Field):
    """A whole number within bounds."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def clean(self, value: str) -> int:
        """The number; raises ``ValidationError`` naming the value and what is accepted."""
        accepted = f"a whole number from {self.least} to {self.most}"
        if not WHOLE_NUMBER.fullmatch(value):
            raise refusal("not-a-number", f"{value!r} is not {accepted}.")
        if not self.least <= int(value) <= self.most:
            raise refusal("out-of-range", f"{value} is out of range: {accepted}.")
        return int(value)


class WordField(forms.Field):
    """One word of a short list."""

    def __init__(self, *, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def clean(self, value: str) -> str:
        """The word; raises ``ValidationError`` naming the value and what is accepted."""
        if value not in self.words:
            accepted = ", ".join(self.words)
            raise refusal(
                "unknown-value",
                f"{value!r} is not one of: {accepted}.",
                suggestion(value, self.words),
            )
        return value


class TextField(forms.Field):
    """Text that something else understands."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def clean(self, value: str) -> str:
        """The text; raises ``ValidationError`` when it is too long."""
        if len(value) > self.longest:
            raise refusal("too-long", f"At most {self.longest} characters, not {len(value)}.")
        return value


class PrefectureField(forms.Field):
    """A prefecture by JIS code or slug."""

    def clean(self, value: str) -> str:
        """The slug; raises ``ValidationError`` naming the value and what is accepted."""
        slug = KNOWN_SLUGS.prefecture(value)
        if slug is None:
            raise refusal(
                "unknown-value",
                f"{value!r} is no prefecture: give a two-digit JIS code such as 13, or a slug "
                "such as tokyo.",
                suggestion(value, KNOWN_SLUGS.of(Scheme.PREFECTURE)),
            )
        return slug


class SlugsField(forms.Field):
    """Slugs of one scheme; a comma means any of them."""

    def __init__(self, *, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scheme = scheme

    def clean(self, value: str) -> tuple[str, ...]:
        """The slugs; raises ``ValidationError`` naming the one that does not exist."""
        slugs = tuple(dict.fromkeys(slug.strip() for slug in value.split(",")))
        if len(slugs) > MOST_ALTERNATIVES:
            raise refusal(
                "too-many", f"At most {MOST_ALTERNATIVES} alternatives, not {len(slugs)}."
            )
        for slug in slugs:
            if not KNOWN_SLUGS.exists(self.scheme, slug):
                raise refusal(
                    "unknown-slug",
                    f"{slug!r} is no {self.scheme}; /api/v1/concepts?scheme={self.scheme} "
                    "lists them.",
                    suggestion(slug, KNOWN_SLUGS.of(self.scheme)),
                )
        return slugs


class WordsField(WordField):
    """Some words of a short list, separated by commas."""

    def clean(self, value: str) -> tuple[str, ...]:  # type: ignore[override]
        """The words, each once; raises ``ValidationError`` as :class:`WordField` does."""
        return tuple(
            dict.fromkeys(super(WordsField, self).clean(word) for word in value.split(","))
        )


class BoxField(forms.Field):
    """A rectangle as ``west,south,east,north``."""

    def clean(self, value: str) -> Box:
        """The box; raises ``ValidationError`` naming the edge that is wrong."""
        accepted = "west,south,east,north in decimal degrees, such as 139.5,35.5,140,35.9"
        edges = value.split(",")
        if len(edges) != 4 or not all(map(DECIMAL.fullmatch, edges)):
            raise refusal("not-a-box", f"{value[:100]!r} is not {accepted}.")
        west, south, east, north = map(float, edges)
        if max(abs(south), abs(north)) > 90:
            if max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180:
                swapped = f"{edges[1]},{edges[0]},{edges[3]},{edges[2]}"
                message = f"{value} has latitudes beyond 90; the order is west,south,east,north."
                raise refusal("swapped-coordinates", message, swapped)
            raise refusal("out-of-range", f"South and north of {value} lie from -90 to 90.")
        if max(abs(west), abs(east)) > 180:
            raise refusal("out-of-range", f"West and east of {value} lie from -180 to 180.")
        if south > north:
            message = f"South, {edges[1]}, is north of north, {edges[3]}; accepted is {accepted}."
            raise refusal("out-of-order", message, f"{edges[0]},{edges[3]},{edges[2]},{edges[1]}")
        return Box(west, south, east, north)


class MunicipalityField(forms.Field):
    """A municipality by its JIS X 0402 code."""

    def clean(self, value: str) -> str:
        """The code; raises ``ValidationError`` for anything but five digits of a prefecture."""
        accepted = "a five-digit JIS X 0402 code such as 13113"
        if WITH_CHECK_DIGIT.fullmatch(value):
            message = f"{value} has a check digit; {accepted} has none."
            raise refusal("not-a-code", message, value[:5])
        if not MUNICIPALITY_CODE.fullmatch(value):
            raise refusal("not-a-code", f"{value[:40]!r} is not {accepted}.")
        return value


class InstantField(forms.Field):
    """An instant with its offset from UTC, or ``now``."""

    def clean(self, value: str) -> datetime:
        """The instant; raises ``ValidationError`` naming the value and what is accepted."""
        accepted = "`now`, or ISO 8601 with an offset such as 2026-11-24T10:00:00+09:00"
        if value == "now":
            return datetime.now(UTC).replace(microsecond=0)
        lost = LOST_PLUS.fullmatch(value)
        if lost and INSTANT.fullmatch(f"{lost[1]}+{lost[2]}"):
            message = f"{value!r} lost its plus sign on the way; write it as %2B."
            raise refusal("not-an-instant", message, f"{lost[1]}%2B{lost[2]}")
        if not INSTANT.fullmatch(value):
            raise refusal("not-an-instant", f"{value[:60]!r} is not {accepted}.")
        try:
            instant = datetime.fromisoformat(value.upper())
            local_moment(instant)
        except UnknownCalendar as error:
            raise refusal("out-of-range", str(error)) from None
        except ValueError:
            raise refusal("not-an-instant", f"{value} does not exist; {accepted}.") from None
        return instant


class SearchTextField(forms.Field):
    """Words to be found in names, addresses and concepts."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def clean(self, value: str) -> TextQuestion:
        """The words; raises ``ValidationError`` where nothing is left to search for."""
        if len(value) > self.longest:
            raise refusal("too-long", f"At most {self.longest} characters, not {len(value)}.")
        try:
            return read_text(value)
        except ValueError as error:
            raise refusal("not-searchable", str(error)) from None


class PlaceField(forms.Field):
    """A place by its name, station, postcode or address."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def clean(self, value: str) -> Candidate:
        """The one place that is meant; raises ``ValidationError`` where there is none or several."""
        if len(value) > self.longest:
            raise refusal("too-long", f"At most {self.longest} characters, not {len(value)}.")
        try:
            return resolve(value)
        except AmbiguousPlace as error:
            raise refusal("ambiguous-place", str(error), candidates=error.candidates) from None
        except UnknownPlace as error:
            raise refusal(
                "unknown-place", str(error), next(iter(error.suggestions), None)
            ) from None
