"""A checklist as values: what is asked, when, why and who says so, and what follows from answers.

Made by :mod:`finder.checklist.files.loading` of the reviewed files in ``fixtures/checklists``, whose README
describes every member. Nothing here knows HTTP, Django or a particular checklist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
ItemType = Literal[
    "text",
    "single-choice",
    "multiple-choice",
    "number",
    "scale",
    "date",
    "yes-no",
    "thing-to-bring",
]
Requirement = Literal["required", "recommended"]
Precision = Literal["year", "month", "day"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    ja: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in one of the languages."""
        return self.ja if language == "ja" else self.en

    def filled(self, **parts: object) -> "Text":
        """The words with ``{names}`` filled in; a part that is a text, by its own language."""
        return Text(
            *(
                self.in_language(language).format(
                    **{
                        name: part.in_language(language) if isinstance(part, Text) else part
                        for name, part in parts.items()
                    }
                )
                for language in LANGUAGES
            )
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A page that something rests on; ``read`` says how it was seen."""

    key: str
    title: Text
    url: str
    date: str | None
    read: Literal["extract", "abstract", "copy", "located"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the checklist. ``role``: it holds what to ask the doctor, or what to take along."""

    slug: str
    label: Text
    role: Literal["questions", "bring"] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of an item, or of what qualifies one."""

    code: str
    label: Text
    short: Text
    help: Text | None = None
    exclusive: bool = False
    free_text: bool = False
    medical_care: bool = True
    sources: tuple[str, ...] = ()
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class Qualifier:
    """What each chosen option may be qualified by, such as its effect."""

    slug: str
    label: Text
    options: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a number is accepted in; ``code`` is of UCUM, or ISO 4217 for money."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Part:
    """One of several numbers that an item asks for."""

    slug: str
    label: Text


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the answer to one item; just one of its operators is set.

    ``any_of``: one of these options is chosen. ``equals``: it is so answered. ``at_least``, ``at_most``:
    the number, in ``unit`` and of ``part`` where the item has them. ``answered``: whether it is.
    """

    item: str
    any_of: tuple[str, ...] | None = None
    equals: bool | None = None
    at_least: float | None = None
    at_most: float | None = None
    answered: bool | None = None
    unit: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Holds where every one does."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds where one does."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where the other does not."""

    of: "Condition"


Condition = Test | All | Any | Not


@dataclass(frozen=True)
class Item:
    """Something that is asked, or to be brought. ``applies_when`` None: always."""

    slug: str
    section: str
    type: ItemType
    requirement: Requirement
    label: Text
    short: Text
    why: Text
    sources: tuple[str, ...]
    help: Text | None = None
    question: Text | None = None
    applies_when: Condition | None = None
    options: tuple[Choice, ...] = ()
    qualifier: Qualifier | None = None
    units: tuple[Unit, ...] = ()
    parts: tuple[Part, ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    least_label: Text | None = None
    most_label: Text | None = None
    precisions: tuple[Precision, ...] = ()
    future: bool = True
    most_texts: int = 1
    longest: int = 500
    unverified: Text | None = None

    @cached_property
    def option(self) -> Mapping[str, Choice]:
        """The options by code."""
        return {option.code: option for option in self.options}


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call."""

    number: str
    label: Text
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """An option that asks to act: at once, or soon."""

    option: str
    act: Text
    sources: tuple[str, ...]
    say: Text | None = None
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """Something to tell whoever answers the call."""

    text: Text
    sources: tuple[str, ...] = ()
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """Which signs are emergencies, and what is done then."""

    item: str
    title: Text
    stop: Text
    calls: tuple[Call, ...]
    say: tuple[Saying, ...]
    signs: tuple[Sign, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlyReview:
    """Which signs are to be examined soon."""

    item: str
    title: Text
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot both be right."""

    slug: str
    when: Condition
    message: Text
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A door to knock on: categories and services of the taxonomy that a search can ask for."""

    categories: tuple[str, ...]
    services: tuple[str, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class RoutingRow:
    """A pattern of answers, and where it leads first, next and so on."""

    slug: str
    pattern: Text
    when: Condition
    stops: tuple[Stop, ...]
    reason: Text
    sources: tuple[str, ...]
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """Whether to be examined as a new patient or to ask for an opinion, and why it matters."""

    slug: str
    when: Condition
    route: str
    label: Text
    reason: Text
    sources: tuple[str, ...]
    unverified: Text | None = None


@dataclass(frozen=True, slots=True)
class ClinicTerm:
    """Where a clinic's own term stands, and what to ask by phone where it is unknown."""

    term: str
    item: str
    label: Text
    question: Text


@dataclass(frozen=True, slots=True)
class SummaryBlock:
    """Items that stand together on the doctor's page."""

    slug: str
    label: Text
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryLayout:
    """The doctor's page."""

    title: Text
    note: Text
    blocks: tuple[SummaryBlock, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """Who has reviewed the wording, and when the sources were read."""

    reviewed_by: str | None
    sources_read_on: str
    note: Text


@dataclass(frozen=True)
class Checklist:
    """A whole checklist."""

    slug: str
    version: str
    country: str
    title: Text
    about: Text
    review: Review
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    route_item: str
    emergency: Emergency
    early_review: EarlyReview
    contradictions: tuple[Contradiction, ...]
    routing: tuple[RoutingRow, ...]
    doors: tuple[Door, ...]
    clinic_terms: tuple[ClinicTerm, ...]
    summary: SummaryLayout

    def in_role(self, role: str) -> tuple[Item, ...]:
        """The items of the sections that have a role."""
        sections = {section.slug for section in self.sections if section.role == role}
        return tuple(item for item in self.items if item.section in sections)

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """The items by slug."""
        return {item.slug: item for item in self.items}

    @cached_property
    def source(self) -> Mapping[str, Source]:
        """The sources by key."""
        return {source.key: source for source in self.sources}
