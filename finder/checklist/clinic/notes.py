"""What a clinic's own terms say at an item of a checklist, or what to ask where they are unknown."""

from dataclasses import dataclass
from datetime import date

from finder.checklist.definition import Text


@dataclass(frozen=True, slots=True)
class Statement:
    """What one record states of a term.

    ``sources`` are pairs of an address and a date as precise as known, None where undated;
    ``asserted_on`` is the newest of the dates. ``recorded_on`` is when it entered the catalogue,
    ``checked_on`` when a curator last compared it with the living source. ``age`` says in words how
    old the statement is.
    """

    text: Text
    sources: tuple[tuple[str, str | None], ...]
    asserted_on: str | None
    recorded_on: date
    checked_on: date | None
    age: Text


@dataclass(frozen=True, slots=True)
class TermNote:
    """A term of a clinic: what is stated of it, or else the question to ask by phone.

    ``question`` is None where a statement answers it. Both are there where what is stated leaves
    something to ask: minutes without a fee, one way of several, terms whose time is over.
    """

    term: str
    label: Text
    stated: tuple[Statement, ...]
    question: Text | None
