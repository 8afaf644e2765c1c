"""The doctor's page and the checklist on paper: all of it is there, readable, and nothing else."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import settings as search
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from finder.checklist.definition import LANGUAGES, All, Any, Language, Not, Text
from finder.checklist.definition import Test as OneTest
from finder.checklist.forms.checklist_markdown import checklist_markdown
from finder.checklist.forms.conditions import condition_in_words
from finder.checklist.forms.glyphs import GETA, printable
from finder.checklist.forms.markdown_text import as_text, link
from finder.checklist.forms.pages_html import checklist_html, summary_html
from finder.checklist.forms.readable import readable
from finder.checklist.forms.sheets import (
    BODY_BOTTOM,
    MARGIN,
    SHEET_HEIGHT,
    SHEET_WIDTH,
    TEXT_WIDTH,
    flow,
)
from finder.checklist.forms.summary_markdown import summary_markdown
from finder.checklist.forms.summary_pdf import SIZE_OF_LONG_PAGES, summary_pdf
from finder.checklist.forms.summary_rows import rows_of_page
from finder.checklist.forms.typesetting import NOT_FIRST, NOT_LAST, Span, Style, set_lines
from finder.checklist.forms.wording import language_name, mark_of_own_words
from finder.checklist.loading import checklists
from finder.checklist.page import Block, Line, Page, Value
from finder.checklist.preparing import prepare
from finder.checklist.reading import read_answers
from finder.checklist.summary import summarise
from tests.browsing import PICTURES, browser
from tests.paper_checklists import CHECKLIST, NOTES, RUNNERS_PAGES, runners_page
from tests.papers import Parsed, draw, metadata_of, sheets_of, squeezed, words_of

CASES = sorted((settings.FIXTURES_DIR / "checklists" / "cases").glob("*/*.json"))
CHECKLISTS = [CHECKLIST, *checklists().values()]
NASTY = "<script>alert(1)</script> & &amp; \x00\x1b[31m \ud800 😀👩‍👩‍👧 مرحبا \u202eabc\u202c # * _ ` ] ( | ~"
ANY_TEXT = st.text(max_size=80)


def page_of(*values: Value, language: Language = "ja", label: str = "項目") -> Page:
    """A page with one line."""
    return Page(
        language,
        "題",
        "注",
        "2026年11月22日",
        (),
        (Block("b", "区分", (Line("i", label, values),)),),
    )


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


@pytest.mark.parametrize("page", RUNNERS_PAGES, ids=LANGUAGES)
def test_a_runners_page_is_one_sheet(page: Page) -> None:
    assert sum(len(block.lines) for block in page.blocks) >= 30
    assert len(sheets_of(summary_pdf([page]))) == 1


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_written_case_is_one_sheet_in_each_language(path: Path) -> None:
    checklist = checklists()[path.parent.name]
    request = json.loads(path.read_text(encoding="utf-8"))["request"]
    today = date(2026, 11, 22)
    answers = read_answers(
        checklist, request["answers"], today=today, text_language=request["text_language"]
    )
    emergency = prepare(checklist, answers).emergency
    for language in LANGUAGES:
        page = summarise(checklist, answers, emergency, language, today)
        assert len(sheets_of(summary_pdf([page]))) == 1


def test_each_language_begins_a_sheet() -> None:
    sheets = sheets_of(summary_pdf(RUNNERS_PAGES))
    assert len(sheets) == 2
    for sheet, page in zip(sheets, RUNNERS_PAGES, strict=True):
        assert squeezed(sheet).startswith(squeezed(page.title))
        assert "1/1" in sheet


@pytest.mark.parametrize("page", RUNNERS_PAGES, ids=LANGUAGES)
def test_everything_of_a_page_stands_on_its_sheet(page: Page) -> None:
    (sheet,) = map(squeezed, sheets_of(summary_pdf([page])))
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
    page = runners_page("ja", warned=True)
    sheet = squeezed(sheets_of(summary_pdf([page]))[0])
    places = [sheet.index(squeezed(text)) for text in (*page.warning, page.blocks[0].label)]
    assert places == sorted(places)
    rows = rows_of_page(page, 9)
    sizes = {row.kind: row.labels[0].runs[0].style.size for row in reversed(rows)}
    assert sizes["warning"] > max(sizes["note"], sizes["line"])


def test_the_same_page_gives_the_same_bytes_and_tells_nothing_of_the_athlete() -> None:
    pdf = summary_pdf(RUNNERS_PAGES)
    assert pdf == summary_pdf(RUNNERS_PAGES)
    told = metadata_of(pdf)
    assert told["Title"] == "医師にお渡しする1枚 / One page for the doctor"
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


# What is said of own words.


def test_own_words_are_quoted_and_marked_with_their_language() -> None:
    values = (Value("抜ける", "ja"), Value("gives way", "en"), Value("?", "und"))
    ja, en = (page_of(*values, language=language) for language in LANGUAGES)
    for said in (summary_markdown([ja]), Parsed(summary_html([ja])).text):
        assert "「抜ける」（記入のまま・日本語）" in said
        assert "「gives way」（記入のまま・英語）" in said
        assert "「?」（記入のまま・言語の記載なし）" in said
    for said in (summary_markdown([en]), Parsed(summary_html([en])).text):
        assert "“抜ける” (as written, Japanese)" in said
        assert "“?” (as written, language not stated)" in said
    printed = squeezed(sheets_of(summary_pdf([ja]))[0])
    assert "「抜ける」（記入のまま・日本語）" in printed
    own = [found for found in Parsed(summary_html([en])).attributes if found[0] == "bdi"]
    assert [value for _, name, value in own if name == "lang"] == ["ja", "en", ""]


def test_a_language_has_a_name_in_both_languages_or_its_tag() -> None:
    assert language_name("pt-BR", "ja") == "ブラジルポルトガル語"
    assert language_name("zh-Hans", "en") == "Simplified Chinese"
    assert language_name("en", "ja") == "英語"
    assert language_name("qqq", "en") == "qqq"
    assert mark_of_own_words("en-GB", "en").startswith("as written, ")


# Nothing of anybody's text becomes markup.


@given(text=ANY_TEXT)
@example(text=NASTY)
@search(deadline=None, max_examples=60)
def test_html_gives_any_text_back_and_makes_no_tag_of_it(text: str) -> None:
    def parsed(words: str) -> Parsed:
        page = page_of(Value(words, "und"), Value(words), label=words)
        return Parsed(summary_html([replace(page, title=words, note=words, warning=(words,))]))

    told = parsed(text)
    assert told.text.encode()
    assert told.own == [readable(text)]
    assert told.tags == parsed("plain").tags


@given(text=ANY_TEXT)
@example(text=NASTY)
@example(text="1. a\n- b\n# c\n> d\n```\ne\n---\n===\n|a|b|\n|-|-|\nhttps://e.org www.e.org <b>")
@example(text="\\\n\\")
@search(deadline=None)
def test_markdown_gives_any_text_back_and_makes_no_markup_of_it(text: str) -> None:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    def parsed(words: str) -> Parsed:
        values = (Value(words, "und"), Value(f"x{words}", "ja"))
        return Parsed(markdown.render(summary_markdown([page_of(*values)])))

    told, plain = parsed(text), parsed("plain")
    assert squeezed(readable(text)) in squeezed(told.text)
    assert {tag: n for tag, n in told.tags.items() if tag != "br"} == plain.tags


@given(text=ANY_TEXT.filter(lambda text: readable(text)))
@search(deadline=None)
def test_text_alone_in_markdown_is_one_paragraph(text: str) -> None:
    told = Parsed(MarkdownIt("commonmark").render(as_text(text)))
    assert told.tags.keys() <= {"p", "br"}
    assert squeezed(told.text) == squeezed(readable(text))


def test_only_addresses_of_the_web_become_links() -> None:
    assert link("a", "javascript:alert(1)").startswith("a (")
    (address,) = (
        value
        for _, name, value in Parsed(
            MarkdownIt("commonmark").render(link("[a]", "https://e.org/?<x>=1 2&y=(3)"))
        ).attributes
        if name == "href"
    )
    assert address == "https://e.org/?%3Cx%3E=1%202&y=(3)"


# The checklist.


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda checklist: checklist.slug)
def test_a_checklist_on_paper_asks_everything_with_room_to_answer(
    checklist, language: Language
) -> None:
    html = Parsed(checklist_html(checklist, language))
    markdown = Parsed(MarkdownIt("commonmark").render(checklist_markdown(checklist, language)))
    for told in (squeezed(html.text), squeezed(markdown.text)):
        for item in checklist.items:
            texts = [item.label, item.why, item.help, item.question, item.unverified]
            texts += [option.label for option in item.options]
            for text in filter(None, texts):
                assert squeezed(text.in_language(language)) in told
        emergency = told.index(squeezed(checklist.emergency.stop.in_language(language)))
        assert emergency < told.index(squeezed(checklist.items[0].why.in_language(language)))
        assert squeezed(checklist.review.note.in_language(language)) in told
    for source in checklist.sources:
        assert ("a", "href", source.url) in html.attributes
    boxes = [
        name for _, kind, name in html.attributes if kind == "class" and name in ("box", "circle")
    ]
    assert len(boxes) >= sum(len(item.options) for item in checklist.items)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_has_numbers_that_a_telephone_dials(language: Language) -> None:
    for checklist in CHECKLISTS:
        html = Parsed(checklist_html(checklist, language))
        dialled = [value for _, name, value in html.attributes if value.startswith("tel:")]
        assert "tel:119" in dialled and "tel:%237119" in dialled
        assert "(tel:%237119)" in checklist_markdown(checklist, language)


def test_every_reference_to_a_source_leads_to_it() -> None:
    for checklist in CHECKLISTS:
        html = Parsed(checklist_html(checklist, "en"))
        ids = {value for _, name, value in html.attributes if name == "id"}
        led_to = {value[1:] for _, name, value in html.attributes if value.startswith("#")}
        assert led_to <= ids


def test_pages_need_nothing_else() -> None:
    documents = [summary_html(RUNNERS_PAGES), checklist_html(CHECKLIST, "ja", NOTES, "病院")]
    for document in documents:
        told = Parsed(document)
        assert not {"script", "link", "img", "iframe", "form"} & told.tags.keys()
        assert "url(" not in document and "@import" not in document
        assert ("html", "lang", "ja") in told.attributes


def test_a_clinics_terms_stand_at_their_item_and_what_is_unknown_is_a_question() -> None:
    html = checklist_html(CHECKLIST, "ja", NOTES, "東都<病院>")
    markdown = checklist_markdown(CHECKLIST, "ja", NOTES, "東都<病院>")
    for told in (html, MarkdownIt("commonmark").render(markdown)):
        text = squeezed(Parsed(told).text)
        assert "医療機関：東都<病院>" in text
        item, terms, next_item = map(text.index, ("4.2診療", "この医療機関の条件", "4.3受診"))
        assert item < terms < next_item
        for said in (
            "必要",
            "2年前の記載、登録2026-11-22、原文との照合はまだ",
            "hospital.example.jp（2024-05-24）",
            "old.example.jp（日付なし）",
            "電話で聞く：画像のCD-Rは要りますか。",
        ):
            assert said in text[terms:next_item]
    assert "この医療機関の条件" not in checklist_html(CHECKLIST, "ja")


def test_a_term_read_at_a_strange_address_is_shown_and_leads_nowhere() -> None:
    note = NOTES["referral-letter"][0]
    strange = replace(note.stated[0], sources=(("javascript:alert(1)", None), ("http://[", None)))
    notes = {"referral-letter": [replace(note, stated=(strange,))]}
    html = Parsed(checklist_html(CHECKLIST, "en", notes))
    assert "javascript:alert(1)" in html.text
    assert not [value for _, _, value in html.attributes if value.startswith("javascript")]
    assert "javascript:alert" in checklist_markdown(CHECKLIST, "en", notes)


def test_an_effect_is_asked_of_each_treatment_but_of_none() -> None:
    html = Parsed(checklist_html(CHECKLIST, "en"))
    effects = [name for _, kind, name in html.attributes if (kind, name) == ("class", "effect")]
    assert len(effects) == 3 * 3
    (line,) = (
        line for line in checklist_markdown(CHECKLIST, "en").splitlines() if "Physiotherapy" in line
    )
    assert line == "- ☐ Physiotherapy – Effect: ○ better　○ no change　○ worse"


@given(text=ANY_TEXT)
@example(text=NASTY)
@search(deadline=None, max_examples=25)
def test_any_text_of_a_checklist_stays_text(text: str) -> None:
    def parsed(given: str) -> tuple[Parsed, Parsed]:
        words = f"x{given}"
        items = tuple(
            replace(item, label=Text(words, words), help=Text(words, words))
            for item in CHECKLIST.items
        )
        checklist = replace(CHECKLIST, items=items, title=Text(words, words))
        markdown = checklist_markdown(checklist, "en", NOTES, words)
        return (
            Parsed(checklist_html(checklist, "en", NOTES, words)),
            Parsed(MarkdownIt("commonmark").render(markdown)),
        )

    for told, plain in zip(parsed(text), parsed("plain"), strict=True):
        del told.tags["br"], plain.tags["br"]
        assert told.tags == plain.tags
        assert squeezed(f"x{readable(text)}") in squeezed(told.text)


# Conditions in words.


@pytest.mark.parametrize(
    ("condition", "ja", "en"),
    [
        (
            OneTest("clinics-seen", at_least=1),
            "「受診した所の数」が1以上",
            "“Clinics seen” is 1 or more",
        ),
        (
            OneTest("weekly-volume", at_most=30.5, unit="km", part="now"),
            "「週の走行距離 – 今」が30.5 km以下",
            "“Weekly distance – now” is 30.5 km or less",
        ),
        (
            OneTest("trigger-task", any_of=("start", "other")),
            "「出る動作」に次のどれかがある：「スタート」・「その他」",
            "“In which task it appears” includes any of “Start”, “Other”",
        ),
        (
            OneTest("route", any_of=("new-patient",)),
            "「受診の経路」が「紹介で初診」",
            "“Route” is “New patient by referral”",
        ),
        (
            OneTest("walking", equals=False),
            "「歩行は普段どおりか」が「いいえ」",
            "“Is walking as usual?” is “no”",
        ),
        (
            OneTest("referral-letter", equals=False),
            "「診療情報提供書（紹介状）」がまだない",
            "“Referral letter” is not ready",
        ),
        (
            OneTest("route", answered=False),
            "「受診の経路」に答えていない",
            "“Route” is not answered",
        ),
        (
            Any(
                (
                    All((OneTest("walking", equals=True), OneTest("route", answered=True))),
                    Not(OneTest("severity", at_least=5)),
                )
            ),
            "（「歩行は普段どおりか」が「はい」、かつ「受診の経路」に答えた）、または「困る度合い」が5以上に当てはまらない",
            "(“Is walking as usual?” is “yes” and “Route” is answered) or not: “How much it troubles you” is 5 or more",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(condition, ja: str, en: str) -> None:
    assert condition_in_words(condition, CHECKLIST, "ja") == ja
    assert condition_in_words(condition, CHECKLIST, "en") == en


def test_every_condition_of_every_checklist_can_be_said() -> None:
    for checklist in CHECKLISTS:
        for item in checklist.items:
            if item.applies_when:
                for language in LANGUAGES:
                    assert condition_in_words(item.applies_when, checklist, language)


# Looked at.


def test_pictures_are_left_of_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [runners_page(language, warned=True) for language in LANGUAGES]
    assert len(draw(summary_pdf(RUNNERS_PAGES), "doctors-page", PICTURES)) == 2
    assert draw(summary_pdf(pages), "doctors-page-warned", PICTURES)
    forms = {
        "doctors-page": summary_html(pages),
        "checklist": checklist_html(CHECKLIST, "ja", NOTES, "東都病院"),
        "checklist-second-opinion": checklist_html(checklists()["second-opinion"], "en"),
    }
    with browser(monkeypatch) as opened:
        for width, scheme in ((390, "light"), (390, "dark"), (900, "light")):
            view = opened.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
            for name, document in forms.items():
                view.set_content(document)
                assert view.evaluate("document.documentElement.scrollWidth") <= width
                view.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("page", RUNNERS_PAGES, ids=LANGUAGES)
def test_a_runners_page_printed_from_the_browser_is_one_sheet(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser(monkeypatch) as opened:
        view = opened.new_page()
        view.set_content(summary_html([page]))
        printed = view.pdf(prefer_css_page_size=True)
    assert len(sheets_of(printed)) == 1
