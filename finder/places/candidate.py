"""What a text may mean, and the two ways in which it can mean nothing certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# The gazetteer's kinds, and an address that an online geocoder knows.
Kind = Literal["prefecture", "municipality", "town", "postcode", "station", "city", "address"]


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture as the taxonomy names it; ``code`` is JIS X 0401."""

    slug: str
    label_ja: str
    label_en: str
    code: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean. Position in WGS84 decimal degrees.

    ``id`` is the source and the source's own id, and stays the same from one import to the next.
    ``precision`` is the kind of place whose point is given: an address of which only the town is
    known has the town's. Unknown text is blank.
    """

    id: str
    kind: Kind
    name: str
    name_kana: str
    name_en: str
    prefecture: Prefecture | None
    municipality_code: str
    municipality: str
    latitude: float
    longitude: float
    label: str
    precision: Kind


class PlaceError(LookupError):
    """A text that names no one place."""


class UnknownPlace(PlaceError):
    """Nothing is called so. ``suggestions`` are the names of places that are spelled alike.

    ``online_unreachable`` says that an online geocoder was to be asked and gave no answer.
    """

    def __init__(
        self, text: str, suggestions: Sequence[str] = (), *, online_unreachable: bool = False
    ) -> None:
        self.text = text
        self.suggestions = tuple(suggestions)
        self.online_unreachable = online_unreachable
        message = f"No place is known as {text!r}."
        if online_unreachable:
            message += " The online search, which may know it, could not be reached."
        super().__init__(message)


class AmbiguousPlace(PlaceError):
    """Several places far apart are called so; ``candidates`` are the likeliest, best first."""

    def __init__(self, text: str, candidates: Sequence[Candidate]) -> None:
        self.text = text
        self.candidates = tuple(candidates)
        named = ", ".join(candidate.label for candidate in self.candidates)
        super().__init__(f"Several places are called {text!r}: {named}.")
