"""The one-page summary for the doctor as values, whatever form it is given out in."""

from dataclasses import dataclass

from finder.checklist.definition import Language

# As BCP 47 says it of a text whose language nobody stated.
UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Value:
    """What was answered: a label, or words as written with their language (BCP 47).

    ``language`` None: the value is ours, in the language of the page.
    """

    text: str
    language: str | None = None

    @property
    def as_written(self) -> bool:
        """Whether these are the athlete's own words, to be quoted and marked."""
        return self.language is not None


@dataclass(frozen=True, slots=True)
class Line:
    """An item with what was answered."""

    item: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together."""

    slug: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The summary in one language.

    ``warning`` stands first and loud, with the numbers to call in ``calls``; empty: there is none.
    """

    language: Language
    title: str
    note: str
    prepared_on: str
    warning: tuple[str, ...]
    blocks: tuple[Block, ...]
    calls: tuple[str, ...] = ()
