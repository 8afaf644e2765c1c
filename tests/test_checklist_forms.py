"""The doctor's page and the checklist in Markdown and HTML: nobody's text becomes markup."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import settings as search
from markdown_it import MarkdownIt

from finder.checklist.definition import LANGUAGES, All, Any, Language, Not, Text
from finder.checklist.definition import Test as OneTest
from finder.checklist.files.loading import checklists
from finder.checklist.forms.checklist_markdown import checklist_markdown
from finder.checklist.forms.conditions import condition_in_words
from finder.checklist.forms.markdown_text import as_text, link
from finder.checklist.forms.pages_html import checklist_html, summary_html
from finder.checklist.forms.readable import readable
from finder.checklist.forms.summary_markdown import summary_markdown
from finder.checklist.forms.summary_pdf import summary_pdf
from finder.checklist.forms.wording import language_name
from finder.checklist.page import Value
from tests.paper_checklists import CHECKLIST, NOTES
from tests.papers import ANY_TEXT, NASTY, Parsed, page_of, sheets_of, squeezed
from tests.runners_page import RUNNERS_PAGES, runners_page

CHECKLISTS = [CHECKLIST, *checklists().values()]


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
    assert language_name("zh-Hant-TW", "ja") == "繁体字中国語"
    assert language_name("zh", "ja") == "中国語"
    assert language_name("ko", "ja") == "韓国語"
    assert language_name("AR", "en") == "Arabic"
    assert language_name("en-NZ", "ja") == language_name("en", "ja") == "英語"
    assert language_name("qqq-Latn", "en") == "qqq-Latn"


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
        assert led_to and led_to <= ids


def test_pages_have_one_main_part_and_no_gap_between_their_headings() -> None:
    warned = [runners_page(language, warned=True) for language in LANGUAGES]
    for document in (summary_html(warned), checklist_html(CHECKLIST, "ja", NOTES, "病院")):
        levels = [int(level) for level in re.findall("<h([1-6])", document)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert document.count("<main") == 1
        assert document.count("<caption") == len(re.findall("<table[^>]*>\\s*<caption", document))


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
            "2年前の記載、2026年11月22日に登録、原文との照合はまだ",
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
        said = Text(words, words)
        items = tuple(
            replace(
                item,
                label=said,
                help=said,
                least_label=said,
                most_label=said,
                options=tuple(replace(option, label=said) for option in item.options),
                units=tuple(replace(unit, label=said) for unit in item.units),
                parts=tuple(replace(part, label=said) for part in item.parts),
            )
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
            OneTest("clinics-seen", at_least=1_234_567),
            "「受診した所の数」が1234567以上",
            "“Clinics seen” is 1234567 or more",
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
