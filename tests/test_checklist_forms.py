"""The doctor's page and the checklist in Markdown and HTML: nobody's text becomes markup."""

import re
from dataclasses import replace
from datetime import date
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
from tests.checklists import NOTES, small_checklist
from tests.papers import ANY_TEXT, NASTY, Parsed, page_of, sheets_of, squeezed
from tests.written_cases import answers_of, pages_of

SMALL = small_checklist()
CHECKLISTS = [SMALL, *checklists().values()]


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
            for option in item.options:
                texts += [option.label, option.help, option.unverified]
            for text in filter(None, texts):
                assert squeezed(text.in_language(language)) in told
        emergency = told.index(squeezed(checklist.emergency.stop.in_language(language)))
        assert emergency < told.index(squeezed(checklist.items[0].why.in_language(language)))
        for sign in checklist.emergency.signs:
            for text in filter(None, (sign.act, sign.say, sign.unverified)):
                assert squeezed(text.in_language(language)) in told
        for call in checklist.emergency.calls:
            for text in filter(None, (call.label, call.unverified)):
                assert squeezed(text.in_language(language)) in told
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
    warned = pages_of(answers_of("sudden-one-sided-weakness")).values()
    for document in (summary_html([*warned]), checklist_html(SMALL, "ja", NOTES, "病院")):
        levels = [int(level) for level in re.findall("<h([1-6])", document)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert document.count("<main") == 1
        assert document.count("<caption") == len(re.findall("<table[^>]*>\\s*<caption", document))


def test_pages_need_nothing_else() -> None:
    documents = [
        summary_html([page_of(Value("痛い", "ja"))]),
        checklist_html(SMALL, "ja", NOTES, "病院"),
    ]
    for document in documents:
        told = Parsed(document)
        assert not {"script", "link", "img", "iframe", "form"} & told.tags.keys()
        assert "url(" not in document and "@import" not in document
        assert ("html", "lang", "ja") in told.attributes


def test_a_clinics_terms_stand_at_their_item_and_what_is_unknown_is_a_question() -> None:
    html = checklist_html(SMALL, "ja", NOTES, "東都<病院>")
    markdown = checklist_markdown(SMALL, "ja", NOTES, "東都<病院>")
    for told in (html, MarkdownIt("commonmark").render(markdown)):
        text = squeezed(Parsed(told).text)
        assert "医療機関：東都<病院>" in text
        item, terms, next_item = map(text.index, ("3.1紹介状", "この医療機関の条件", "3.2記録"))
        assert item < terms < next_item
        for said in (
            "必要",
            "2年前の記載、2026年11月22日に登録、原文との照合はまだ",
            "hospital.example.jp（2024-05-24）",
            "old.example.jp（日付なし）",
            "電話で聞く：画像のCD-Rは要りますか。",
        ):
            assert said in text[terms:next_item]
    assert "この医療機関の条件" not in checklist_html(SMALL, "ja")


def test_a_term_that_was_compared_with_its_source_says_when() -> None:
    note = NOTES["letter"][0]
    compared = replace(note.stated[0], checked_on=date(2026, 12, 1))
    notes = {"letter": [replace(note, stated=(compared,))]}
    for language, said in (
        ("ja", "2026年11月22日に登録、2026年12月1日に原文と照合"),
        ("en", "entered 22 November 2026; compared with its source 1 December 2026"),
    ):
        for form in (checklist_html, checklist_markdown):
            assert said in form(SMALL, language, notes)


def test_a_term_read_at_a_strange_address_is_shown_and_leads_nowhere() -> None:
    note = NOTES["letter"][0]
    strange = replace(note.stated[0], sources=(("javascript:alert(1)", None), ("http://[", None)))
    notes = {"letter": [replace(note, stated=(strange,))]}
    html = Parsed(checklist_html(SMALL, "en", notes))
    assert "javascript:alert(1)" in html.text
    assert not [value for _, _, value in html.attributes if value.startswith("javascript")]
    assert "javascript:alert" in checklist_markdown(SMALL, "en", notes)


def test_an_effect_is_asked_of_each_treatment_but_of_none() -> None:
    html = Parsed(checklist_html(SMALL, "en"))
    effects = [name for _, kind, name in html.attributes if (kind, name) == ("class", "effect")]
    assert len(effects) == 3 * 2
    lines = checklist_markdown(SMALL, "en").splitlines()
    doubt = " (Not verified: No record of an effect)"
    assert f"- ☐ Massage{doubt} – Effect: ○ Better　○ None" in lines
    assert "- ☐ None of these" in lines


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
            for item in SMALL.items
        )
        checklist = replace(SMALL, items=items, title=Text(words, words))
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
            OneTest("episodes", at_least=1),
            "「週に何回」が1以上",
            "“Times a week” is 1 or more",
        ),
        (
            OneTest("budget", at_least=1_234_567, unit="JPY"),
            "「予算」が1234567 円以上",
            "“Budget” is 1234567 yen or more",
        ),
        (
            OneTest("weekly", at_most=30.5, unit="km", part="now"),
            "「週の練習量 – 今」が30.5 km以下",
            "“Training a week – Now” is 30.5 km or less",
        ),
        (
            OneTest("tried", any_of=("rest",)),
            "「試したこと」に「休養」がある",
            "“What was tried” includes “Rest”",
        ),
        (
            OneTest("tried", any_of=("rest", "other")),
            "「試したこと」に次のどれかがある：「休養」・「その他」",
            "“What was tried” includes any of “Rest”, “Other”",
        ),
        (
            OneTest("leg", any_of=("left",)),
            "「どちらの脚ですか」が「左」",
            "“Which leg?” is “Left”",
        ),
        (
            OneTest("leg", any_of=("left", "right")),
            "「どちらの脚ですか」が次のどれか：「左」・「右」",
            "“Which leg?” is one of “Left”, “Right”",
        ),
        (
            OneTest("minor", equals=False),
            "「未成年ですか」が「いいえ」",
            "“Under age?” is “no”",
        ),
        (
            OneTest("letter", equals=False),
            "「紹介状」がまだない",
            "“Letter of referral” is not ready",
        ),
        (
            OneTest("leg", answered=False),
            "「どちらの脚ですか」に答えていない",
            "“Which leg?” is not answered",
        ),
        (
            Any(
                (
                    All((OneTest("minor", equals=True), OneTest("leg", answered=True))),
                    Not(OneTest("trouble", at_least=5)),
                )
            ),
            "（「未成年ですか」が「はい」、かつ「どちらの脚ですか」に答えた）、または「どれほど困っていますか」が5以上に当てはまらない",
            "(“Under age?” is “yes” and “Which leg?” is answered) or not: “How much trouble is it?” is 5 or more",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(condition, ja: str, en: str) -> None:
    assert condition_in_words(condition, SMALL, "ja") == ja
    assert condition_in_words(condition, SMALL, "en") == en


def test_every_condition_of_every_checklist_can_be_said() -> None:
    for checklist in CHECKLISTS:
        for item in checklist.items:
            if item.applies_when:
                for language in LANGUAGES:
                    assert condition_in_words(item.applies_when, checklist, language)
