"""The doctor's page as rows of type."""

from collections.abc import Iterator
from dataclasses import replace

from finder.checklist.definition import Language
from finder.checklist.forms.page_parts import around_own_words, is_list_of_own_words, prepared
from finder.checklist.forms.sheets import TEXT_WIDTH, Row
from finder.checklist.forms.typesetting import Span, Style, TypeLine, set_lines, shortened
from finder.checklist.forms.wording import CONTINUED, SEPARATOR
from finder.checklist.page import Block, Line, Page, Value

# Three columns: the block, the item, what was answered.
GUTTER = 9.0
BLOCK_WIDTH = 0.19 * TEXT_WIDTH
LABELS_AT = BLOCK_WIDTH + GUTTER
LABELS_WIDTH = 0.2 * TEXT_WIDTH
VALUES_AT = LABELS_AT + LABELS_WIDTH + GUTTER
VALUES_WIDTH = TEXT_WIDTH - VALUES_AT
WARNING_INSET = 14.0
LABEL_GREY, MARK_GREY = 0.25, 0.35


def rows_of_page(page: Page, size: float) -> tuple[Row, ...]:
    """The rows of a page whose body is set in a size in points."""
    rows = [_title(page, size), *_warning(page, size), *_note(page, size)]
    for block in page.blocks:
        rows.extend(_block(block, page.language, size))
    return tuple(row for row in rows if row.lines)


def _title(page: Page, size: float) -> Row:
    lines = set_lines([Span(page.title, Style(size * 1.7, bold=True))], TEXT_WIDTH)
    return Row("title", lines, leading=size * 2.2, keep=True)


def _note(page: Page, size: float) -> Iterator[Row]:
    note = Span(page.note, Style(size - 1, grey=LABEL_GREY))
    for span, after in ((Span(prepared(page), Style(size - 0.5)), 0.0), (note, size * 0.8)):
        yield Row("note", set_lines([span], TEXT_WIDTH), leading=size * 1.35, after=after)


def _warning(page: Page, size: float) -> Iterator[Row]:
    last = len(page.warning) - 1
    for index, text in enumerate(page.warning):
        style = Style(size * (1.35 if index == 0 else 1.1), bold=True)
        yield Row(
            "warning",
            set_lines([Span(text, style)], TEXT_WIDTH - 2 * WARNING_INSET),
            leading=style.size * 1.45,
            before=size * (1.2 if index == 0 else 0.25),
            after=size * 1.2 if index == last else 0,
            keep=index == 0,
        )


def _block(block: Block, language: Language, size: float) -> Iterator[Row]:
    style = Style(size, bold=True)
    label = set_lines([Span(block.label, style)], BLOCK_WIDTH)
    continued = CONTINUED.in_language(language).format(block.label)
    rows = [
        replace(_line(line, language, size), continued=(shortened(continued, style, BLOCK_WIDTH),))
        for line in block.lines
    ]
    beside = 0
    for index, row in enumerate(rows):
        first, last = index == 0, index == len(rows) - 1
        beside += row.lines
        lacking = max(0, len(label) - beside)
        yield replace(
            row,
            block=label if first else (),
            before=row.before + (2.0 if first else 0),
            # The rows beside a label of several lines stay with it, and reach as far down.
            keep=lacking > 0 and not last,
            after=row.after + (lacking * row.leading if last else 0) + (1.5 if last else 0),
        )


def _line(line: Line, language: Language, size: float) -> Row:
    labels = set_lines([Span(line.label, Style(size - 0.25, grey=LABEL_GREY))], LABELS_WIDTH)
    values = _values(line, language, size)
    return Row("line", labels, values, leading=size * 1.3, before=1.1, after=1.1)


def _values(line: Line, language: Language, size: float) -> tuple[TypeLine, ...]:
    if is_list_of_own_words(line):
        lines: list[TypeLine] = []
        for number, value in enumerate(line.values, start=1):
            label = Span(f"{number}.", Style(size))
            lines.extend(set_lines(_spans(value, language, size), VALUES_WIDTH, label))
        return tuple(lines)
    spans: list[Span] = []
    for value in line.values:
        if spans:
            spans.append(Span(SEPARATOR.in_language(language), Style(size)))
        spans.extend(_spans(value, language, size))
    return set_lines(spans, VALUES_WIDTH)


def _spans(value: Value, language: Language, size: float) -> Iterator[Span]:
    if value.language is None:
        yield Span(value.text, Style(size))
        return
    around = around_own_words(value.language, language)
    style = Style(size - 1.5, grey=MARK_GREY)
    for words in (around.opening, value.text, around.closing):
        yield Span(words, Style(size))
    if around.blank:
        yield Span(around.blank, style)
    yield Span(around.mark, style, whole=True)
