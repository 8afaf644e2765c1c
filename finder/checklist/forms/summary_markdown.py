"""The doctor's page as Markdown."""

from collections.abc import Iterator, Sequence

from finder.checklist.definition import Language
from finder.checklist.forms.markdown_text import as_text, on_a_line
from finder.checklist.forms.page_parts import around_own_words, is_list_of_own_words, prepared
from finder.checklist.forms.wording import COLON, SEPARATOR
from finder.checklist.page import Line, Page, Value


def summary_markdown(pages: Sequence[Page]) -> str:
    """The pages one after the other, a rule between them."""
    return "\n---\n\n".join("\n".join(_page(page)) + "\n" for page in pages)


def _page(page: Page) -> Iterator[str]:
    yield f"# {on_a_line(page.title)}"
    yield ""
    for text in page.warning:
        # The blank quoted line keeps each on a line of its own.
        yield f"> **{on_a_line(text)}**"
        yield ">"
    if page.warning:
        yield ""
    yield on_a_line(prepared(page))
    yield ""
    yield as_text(page.note)
    for block in page.blocks:
        if block.lines:
            yield ""
            yield f"## {on_a_line(block.label)}"
            yield ""
            for line in block.lines:
                yield from _line(line, page.language)


def _line(line: Line, language: Language) -> Iterator[str]:
    label = f"- **{on_a_line(line.label)}**{COLON.in_language(language).rstrip()} "
    if is_list_of_own_words(line):
        yield label.rstrip()
        for number, value in enumerate(line.values, start=1):
            yield f"  {number}. {_value(value, language, indent='     ')}"
    else:
        separator = SEPARATOR.in_language(language)
        yield label + separator.join(_value(value, language, "  ") for value in line.values)


def _value(value: Value, language: Language, indent: str) -> str:
    words = as_text(value.text, indent)
    if value.language is None:
        return words
    around = around_own_words(value.language, language)
    mark = on_a_line(around.mark)
    return f"{around.opening}{words}{around.closing}{around.blank}{mark}"
