"""What every form of the doctor's page says alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from finder.checklist.definition import Language
from finder.checklist.forms.wording import (
    AS_WRITTEN,
    BRACKETS,
    PREPARED_ON,
    QUOTES,
    language_name,
)
from finder.checklist.page import Line, Page


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What stands around words as they were written.

    ``mark`` says in brackets that they are so, and in which language; ``blank`` parts it from them where
    the page's language parts words.
    """

    opening: str
    closing: str
    blank: str
    mark: str


def around_own_words(written_in: str, language: Language) -> OwnWords:
    """The quotes and the mark of words written in a language (BCP 47), on a page in one of ours."""
    opening, closing = QUOTES[language]
    before, after = BRACKETS[language]
    said = AS_WRITTEN.in_language(language).format(language_name(written_in, language))
    mark = before.lstrip() + said + after
    return OwnWords(opening, closing, " " if before.startswith(" ") else "", mark)


def is_list_of_own_words(line: Line) -> bool:
    """Whether a line's values stand one under the other, numbered."""
    return len(line.values) > 1 and all(value.as_written for value in line.values)


def prepared(page: Page) -> str:
    """When the page was prepared."""
    return PREPARED_ON.in_language(page.language).format(page.prepared_on)


def title_of(pages: Sequence[Page]) -> str:
    """The title of a document of these pages. Raises :class:`ValueError` where there is none."""
    if not pages:
        raise ValueError("pages: 0; expected one page or more.")
    return " / ".join(dict.fromkeys(page.title for page in pages))
