"""The doctor's page and a whole checklist as pages to be read on a screen and printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from finder.checklist.definition import Checklist, Language
from finder.checklist.forms.page_parts import (
    OwnWords,
    around_own_words,
    is_list_of_own_words,
    prepared,
    title_of,
)
from finder.checklist.forms.readable import on_one_line, readable
from finder.checklist.forms.sheet_making import ClinicNotes, sheet_of
from finder.checklist.forms.web_addresses import telephone_address
from finder.checklist.forms.wording import BRACKETS, SEPARATOR, words_in
from finder.checklist.page import UNDETERMINED, Page, Value


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value as it stands on the page; ``around`` and ``language``, "" where unknown, of own words."""

    text: str
    language: str = ""
    around: OwnWords | None = None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line; ``numbered`` where several values are all own words."""

    label: str
    values: tuple[ShownValue, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """Lines under their label."""

    label: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page; ``calls`` are numbers with their addresses, ``separator`` stands between values that are
    not numbered."""

    language: Language
    title: str
    prepared: str
    note: str
    warning: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    blocks: tuple[ShownBlock, ...]
    separator: str


def summary_html(pages: Sequence[Page]) -> str:
    """The pages as one HTML document, each printed from a new sheet.

    Raises :class:`ValueError` where there is no page.
    """
    context = {
        "title": on_one_line(title_of(pages)),
        "language": pages[0].language,
        "pages": [shown_page(page) for page in pages],
    }
    return render_to_string("checklists/summary.html", context)


def checklist_html(
    checklist: Checklist,
    language: Language,
    notes: ClinicNotes | None = None,
    clinic_name: str | None = None,
) -> str:
    """The checklist as an HTML document; ``notes`` are a clinic's own terms, by slug of an item."""
    sheet = sheet_of(checklist, language, notes, clinic_name)
    context = {
        "language": language,
        "title": sheet.title,
        "sheet": sheet,
        "words": words_in(language),
        "brackets": BRACKETS[language],
    }
    return render_to_string("checklists/checklist.html", context)


def shown_page(page: Page) -> ShownPage:
    """The doctor's page, its texts fit to be given out."""
    return ShownPage(
        page.language,
        on_one_line(page.title),
        on_one_line(prepared(page)),
        readable(page.note),
        tuple(map(readable, page.warning)),
        tuple((number, telephone_address(number)) for number in page.calls),
        tuple(
            ShownBlock(
                on_one_line(block.label),
                tuple(
                    ShownLine(
                        on_one_line(line.label),
                        tuple(_value(value, page.language) for value in line.values),
                        is_list_of_own_words(line),
                    )
                    for line in block.lines
                ),
            )
            for block in page.blocks
            if block.lines
        ),
        SEPARATOR.in_language(page.language),
    )


def _value(value: Value, language: Language) -> ShownValue:
    if value.language is None:
        return ShownValue(readable(value.text))
    return ShownValue(
        readable(value.text),
        "" if value.language.lower() == UNDETERMINED else value.language,
        around_own_words(value.language, language),
    )
