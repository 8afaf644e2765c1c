"""The doctor's page as rows of type."""

from collections.abc import Iterator
from dataclasses import replace

from finder.checklist.definition import Language
from finder.checklist.forms.sheets import TEXT_WIDTH, Row
from finder.checklist.forms.typesetting import Span, Style, TypeLine, set_lines
from finder.checklist.forms.wording import (
    BRACKETS,
    CONTINUED,
    PREPARED_ON,
    QUOTES,
    SEPARATOR,
    mark_of_own_words,
)
from finder.checklist.page import Block, Line, Page, Value

LABEL_WIDTH = 0.3 * TEXT_WIDTH
VALUES_AT = LABEL_WIDTH + 12.0
VALUES_WIDTH = TEXT_WIDTH - VALUES_AT
WARNING_INSET = 14.0
LABEL_GREY, MARK_GREY = 0.25, 0.35


def rows_of_page(page: Page, size: float) -> tuple[Row, ...]:
    """The rows of a page whose body is set in a size in points."""
    rows = [*_head(page, size), *_warning(page, size)]
    for block in page.blocks:
        rows.extend(_block(block, page.language, size))
    return tuple(row for row in rows if row.lines)


def _head(page: Page, size: float) -> Iterator[Row]:
    title = set_lines([Span(page.title, Style(size * 1.7, bold=True))], TEXT_WIDTH)
    yield Row("title", title, leading=size * 2.2, keep=True)
    prepared = PREPARED_ON.in_language(page.language).format(page.prepared_on)
    note = Span(page.note, Style(size - 1, grey=LABEL_GREY))
    for span in (Span(prepared, Style(size - 0.5)), note):
        lines = set_lines([span], TEXT_WIDTH)
        yield Row("note", lines, leading=size * 1.35, after=size * 0.1)


def _warning(page: Page, size: float) -> Iterator[Row]:
    last = len(page.warning) - 1
    for index, text in enumerate(page.warning):
        style = Style(size * (1.35 if index == 0 else 1.1), bold=True)
        yield Row(
            "warning",
            set_lines([Span(text, style)], TEXT_WIDTH - 2 * WARNING_INSET),
            leading=style.size * 1.45,
            before=size * (1.6 if index == 0 else 0.25),
            after=size * 0.8 if index == last else 0,
            keep=index == 0,
        )


def _block(block: Block, language: Language, size: float) -> Iterator[Row]:
    if not block.lines:
        return
    heading = _heading(block.label, size)
    yield heading
    continued = CONTINUED.in_language(language).format(block.label)
    over_next_sheet = replace(_heading(continued, size), before=0.0)
    for line in block.lines:
        yield replace(_line(line, language, size), heading=over_next_sheet)


def _heading(label: str, size: float) -> Row:
    lines = set_lines([Span(label, Style(size * 1.05, bold=True))], TEXT_WIDTH)
    return Row("heading", lines, leading=size * 1.4, before=size * 0.9, after=2.0, keep=True)


def _line(line: Line, language: Language, size: float) -> Row:
    labels = set_lines([Span(line.label, Style(size - 0.5, grey=LABEL_GREY))], LABEL_WIDTH)
    values = _values(line.values, language, size)
    return Row("line", labels, values, leading=size * 1.36, before=1.6, after=1.6)


def _values(values: tuple[Value, ...], language: Language, size: float) -> tuple[TypeLine, ...]:
    """Values one after the other; several that are all own words numbered, each from a new line."""
    if len(values) > 1 and all(value.as_written for value in values):
        lines: list[TypeLine] = []
        for number, value in enumerate(values, start=1):
            label = Span(f"{number}.", Style(size))
            lines.extend(set_lines(_spans(value, language, size), VALUES_WIDTH, label))
        return tuple(lines)
    spans: list[Span] = []
    for value in values:
        if spans:
            spans.append(Span(SEPARATOR.in_language(language), Style(size)))
        spans.extend(_spans(value, language, size))
    return set_lines(spans, VALUES_WIDTH)


def _spans(value: Value, language: Language, size: float) -> Iterator[Span]:
    if value.language is None:
        yield Span(value.text, Style(size))
        return
    opening, closing = QUOTES[language]
    before, after = BRACKETS[language]
    mark = before + mark_of_own_words(value.language, language) + after
    yield Span(opening, Style(size))
    yield Span(value.text, Style(size))
    yield Span(closing, Style(size))
    yield Span(mark, Style(size - 1.5, grey=MARK_GREY), whole=True)
