"""The doctor's page and the checklist on paper: all of it is there, readable, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import settings as search
from hypothesis import strategies as st

from finder.checklist.definition import LANGUAGES, Language
from finder.checklist.files.loading import checklists
from finder.checklist.forms.glyphs import GETA, printable
from finder.checklist.forms.pages_html import checklist_html, summary_html
from finder.checklist.forms.sheets import (
    BODY_BOTTOM,
    MARGIN,
    SHEET_HEIGHT,
    SHEET_WIDTH,
    TEXT_WIDTH,
    flow,
)
from finder.checklist.forms.summary_pdf import SIZE_OF_LONG_PAGES, summary_pdf
from finder.checklist.forms.summary_rows import rows_of_page
from finder.checklist.forms.typesetting import NOT_FIRST, NOT_LAST, Span, Style, set_lines
from finder.checklist.page import Block, Line, Page, Value
from tests.browsing import PICTURES, browser
from tests.checklists import NOTES, small_checklist
from tests.papers import ANY_TEXT, NASTY, draw, metadata_of, page_of, sheets_of, squeezed, words_of
from tests.written_cases import CASES, answers_of, pages_of

# The fullest of the written cases, and one with an emergency, in each language.
FULL_PAGES = tuple(pages_of(answers_of("told-nothing-wrong-three-times")).values())
WARNED_PAGES = tuple(pages_of(answers_of("sudden-one-sided-weakness")).values())


def numbered_page(language: Language, lines: int) -> Page:
    """A page of as many lines, in blocks of seven, each with a value of its own."""
    word = "答え" if language == "ja" else "answer"
    rows = [
        Line(f"i{n}", f"L{n}", (Value(f"<{word}{n}>"), Value(f"[{n} {word}]" * 9, language)))
        for n in range(lines)
    ]
    blocks = tuple(Block(f"b{n}", f"Block{n}", tuple(rows[n : n + 7])) for n in range(0, lines, 7))
    return Page(language, "Title", "Note", "2026-11-22", (), blocks)


# The PDF.


@pytest.mark.parametrize("slug", CASES)
def test_a_written_case_is_one_sheet_in_each_language(slug: str) -> None:
    for page in pages_of(answers_of(slug)).values():
        assert len(sheets_of(summary_pdf([page]))) == 1


def test_each_language_begins_a_sheet() -> None:
    sheets = sheets_of(summary_pdf(FULL_PAGES))
    assert len(sheets) == 2
    for sheet, page in zip(sheets, FULL_PAGES, strict=True):
        assert squeezed(sheet).startswith(squeezed(page.title))
        assert "1/1" in sheet


@pytest.mark.parametrize("page", FULL_PAGES, ids=LANGUAGES)
def test_everything_of_a_page_stands_on_its_sheet(page: Page) -> None:
    (sheet,) = map(squeezed, sheets_of(summary_pdf([page])))
    assert sum(len(block.lines) for block in page.blocks) >= 30
    said = [page.title, page.note, page.prepared_on]
    for block in page.blocks:
        said.append(block.label)
        for line in block.lines:
            said.extend((line.label, *(value.text for value in line.values)))
    assert [text for text in said if squeezed(text) not in sheet] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_page_holds_each_value_once_over_its_sheets(language: Language) -> None:
    page = numbered_page(language, 120)
    sheets = sheets_of(summary_pdf([page]))
    text = squeezed("".join(sheets))
    assert len(sheets) > 2
    for block in page.blocks:
        for line in block.lines:
            for value in line.values:
                assert text.count(squeezed(value.text)) == 1
    for number, sheet in enumerate(sheets, start=1):
        assert f"{number}/{len(sheets)}" in sheet


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_long_page_is_cut(language: Language) -> None:
    for words in words_of(summary_pdf([numbered_page(language, 120)])):
        assert words
        for word in words:
            assert word.left >= MARGIN - 1 and word.right <= SHEET_WIDTH - MARGIN + 1, word
            assert word.top >= 20 and word.bottom <= SHEET_HEIGHT - 20, word


@pytest.mark.parametrize("lines", range(40, 75))
def test_a_blocks_label_stands_beside_its_lines_and_over_nothing_else(lines: int) -> None:
    page = numbered_page("en", lines)
    long = "A label that goes on over so many lines that few rows stand beside it all"
    page = replace(page, blocks=tuple(replace(block, label=long) for block in page.blocks))
    for sheet in flow(rows_of_page(page, SIZE_OF_LONG_PAGES)):
        assert sheet[-1].bottom >= BODY_BOTTOM - 0.01
        labelled = [piece for piece in sheet if piece.block]
        ends = [piece.top for piece in labelled[1:]] + [BODY_BOTTOM]
        for piece, end in zip(labelled, ends, strict=True):
            label = piece.row.before + len(piece.block) * piece.row.leading
            assert piece.top - label >= end - 0.01
        # Where a sheet goes on with a block, it says so.
        assert sheet[0].row.kind == "title" or sheet[0].block


def test_a_value_longer_than_a_sheet_goes_on_under_its_block() -> None:
    page = page_of(Value("長い答え。" * 1500, "ja"))
    sheets = sheets_of(summary_pdf([page]))
    assert len(sheets) > 2
    assert squeezed("".join(sheets)).count("長い答え。") >= 1490
    assert all("区分（続き）" in sheet for sheet in sheets[1:])


def test_a_warning_stands_before_every_answer_and_larger() -> None:
    page = WARNED_PAGES[0]
    sheet = squeezed(sheets_of(summary_pdf([page]))[0])
    places = [sheet.index(squeezed(text)) for text in (*page.warning, page.blocks[0].label)]
    assert places == sorted(places)
    rows = rows_of_page(page, 9)
    sizes = {row.kind: row.labels[0].runs[0].style.size for row in reversed(rows)}
    assert sizes["warning"] > max(sizes["note"], sizes["line"])


def test_the_same_page_gives_the_same_bytes_and_tells_nothing_of_the_athlete() -> None:
    pdf = summary_pdf(FULL_PAGES)
    assert pdf == summary_pdf(FULL_PAGES)
    told = metadata_of(pdf)
    assert told["Title"] == " / ".join(page.title for page in FULL_PAGES)
    assert [told.get(name, "") for name in ("Author", "Subject", "Keywords", "Creator")] == [""] * 4
    assert told["Page size"].endswith("(A4)")
    assert b"/Lang" in pdf


def test_a_character_without_a_glyph_leaves_a_mark_that_the_foot_explains() -> None:
    assert printable("a😀b\u200d\ufe0fc") == f"a{GETA}bc"
    assert printable("が 한국 汉 é ō ｱ") == "が 한국 汉 é ō ｱ"
    sheet = squeezed(sheets_of(summary_pdf([page_of(Value("痛い😀", "ja"))]))[0])
    assert f"痛い{GETA}" in sheet
    assert "字体にない文字" in sheet
    assert "字体にない文字" not in sheets_of(summary_pdf([page_of(Value("痛い", "ja"))]))[0]


def test_no_page_is_no_document() -> None:
    for form in (summary_pdf, summary_html):
        with pytest.raises(ValueError, match="one page or more"):
            form([])


@given(text=ANY_TEXT, label=ANY_TEXT, width=st.floats(20, 600))
@example(text=NASTY, label="「「「「", width=20)
@search(deadline=None)
def test_no_line_of_any_text_is_wider_than_its_column(text: str, label: str, width: float) -> None:
    style = Style(9)
    for line in set_lines([Span(text, style), Span(label, style, whole=True)], width):
        assert line.width <= max(width, 2 * style.size) + 0.01
        assert line.runs


@given(words=st.lists(st.text("abcdefghijklm-'", min_size=1, max_size=12), min_size=1, max_size=60))
def test_an_english_word_is_never_broken(words: list[str]) -> None:
    text = " ".join(words)
    lines = set_lines([Span(text, Style(9))], 120)
    assert " ".join("".join(run.text for run in line.runs) for line in lines) == text


@given(text=st.text("あいうっょー、。「」（）A1 ", min_size=1, max_size=200))
def test_japanese_lines_begin_and_end_as_they_may(text: str) -> None:
    lines = [
        "".join(run.text for run in line.runs)
        for line in set_lines([Span(text, Style(9))], TEXT_WIDTH / 3)
    ]
    for before, after in zip(lines, lines[1:], strict=False):
        # A run of marks longer than a line has nowhere else to break.
        if not all(char in NOT_FIRST | NOT_LAST for char in before + after):
            broken = before[-1] in NOT_LAST or after[0] in NOT_FIRST
            assert not broken or not any(
                char not in NOT_FIRST | NOT_LAST for char in before.lstrip()[1:]
            )


@given(text=ANY_TEXT, language=st.sampled_from(["ja", "en", "und", "ar", "zh-Hans", "x-none"]))
@example(text=NASTY, language="und")
@search(deadline=None, max_examples=60)
def test_any_text_can_be_printed(text: str, language: str) -> None:
    page = replace(page_of(Value(text, language), Value(text), label=text), title=text, note=text)
    pdf = summary_pdf([replace(page, warning=(text, text), language="en"), page])
    assert pdf.startswith(b"%PDF-")


# Looked at.


def test_pictures_are_left_of_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(draw(summary_pdf(FULL_PAGES), "doctors-page", PICTURES)) == 2
    assert draw(summary_pdf(WARNED_PAGES), "doctors-page-warned", PICTURES)
    forms = {
        "doctors-page": summary_html(FULL_PAGES),
        "doctors-page-warned": summary_html(WARNED_PAGES),
        "checklist": checklist_html(small_checklist(), "ja", NOTES, "東都病院"),
        "checklist-second-opinion": checklist_html(checklists()["second-opinion"], "en"),
    }
    with browser(monkeypatch) as opened:
        for width, scheme in ((390, "light"), (390, "dark"), (900, "light")):
            view = opened.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
            for name, document in forms.items():
                view.set_content(document)
                assert view.evaluate("document.documentElement.scrollWidth") <= width
                view.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)


def test_a_page_printed_from_the_browser_is_one_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [page for slug in CASES for page in pages_of(answers_of(slug)).values()]
    with browser(monkeypatch) as opened:
        view = opened.new_page()
        for page in cases:
            view.set_content(summary_html([page]))
            assert len(sheets_of(view.pdf(prefer_css_page_size=True))) == 1, page
