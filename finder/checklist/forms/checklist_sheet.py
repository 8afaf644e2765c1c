"""A checklist in one language, in the order in which it stands on paper, its sources numbered."""

from dataclasses import dataclass

from finder.checklist.forms.answer_space import AnswerSpace
from finder.checklist.forms.web_addresses import is_of_the_web


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A source with the number by which it is referred to."""

    number: int
    title: str
    url: str
    date: str | None
    read_as: str

    @property
    def is_link(self) -> bool:
        """Whether the address is one of the web."""
        return is_of_the_web(self.url)


@dataclass(frozen=True, slots=True)
class StatedAt:
    """Where and when a statement was made; ``date`` in words where it is unknown."""

    url: str
    host: str
    date: str

    @property
    def is_link(self) -> bool:
        """Whether the address is one of the web."""
        return is_of_the_web(self.url)


@dataclass(frozen=True, slots=True)
class SheetStatement:
    """What a record states of a clinic's term, how old it is, and where it was read."""

    text: str
    age: str
    dates: tuple[str, ...]
    sources: tuple[StatedAt, ...]


@dataclass(frozen=True, slots=True)
class SheetTerm:
    """A clinic's own term: what is stated of it, or the question to ask by phone."""

    label: str
    stated: tuple[SheetStatement, ...]
    question: str | None


@dataclass(frozen=True, slots=True)
class SheetSign:
    """A sign, what to do, and what more to tell of it."""

    label: str
    act: str
    say: str | None
    unverified: str | None
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SheetItem:
    """An item with what is written around it and the space for its answer.

    ``acting`` are the answers that ask to act soon.
    """

    number: str
    slug: str
    label: str
    required: bool
    only_if: str | None
    help: str | None
    choose: str | None
    why: str
    question: str | None
    unverified: str | None
    sources: tuple[int, ...]
    space: AnswerSpace
    acting_title: str
    acting: tuple[SheetSign, ...]
    terms: tuple[SheetTerm, ...]


@dataclass(frozen=True, slots=True)
class SheetSection:
    """A section with its items."""

    number: int
    slug: str
    label: str
    items: tuple[SheetItem, ...]


@dataclass(frozen=True, slots=True)
class SheetCall:
    """A number to call; ``address`` is its ``tel:`` address."""

    number: str
    address: str
    label: str
    unverified: str | None


@dataclass(frozen=True, slots=True)
class SheetSaying:
    """Something to tell whoever answers the call."""

    text: str
    unverified: str | None
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SheetEmergency:
    """What stands first: for which signs, what to do, whom to call, what to say."""

    stop: str
    calls: tuple[SheetCall, ...]
    signs: tuple[SheetSign, ...]
    say: tuple[SheetSaying, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SheetReview:
    """Who has reviewed the wording, None: nobody yet."""

    reviewed_by: str | None
    sources_read_on: str
    note: str


@dataclass(frozen=True, slots=True)
class ChecklistSheet:
    """Everything that stands on the paper."""

    title: str
    version: str
    about: str
    clinic: str | None
    emergency: SheetEmergency
    sections: tuple[SheetSection, ...]
    review: SheetReview
    sources: tuple[SheetSource, ...]
