"""What follows from answers: emergencies win, what is missing is named, and every answer reaches the page."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.checklist.answers import Answers, Choices, holds
from finder.checklist.dates import date_text
from finder.checklist.definition import LANGUAGES, Choice, Text
from finder.checklist.files.loading import checklists
from finder.checklist.page import Page
from finder.checklist.preparing import Preparation, prepare
from finder.checklist.reading import read_answers
from tests.answering import TODAY, answers_to
from tests.written_cases import CASES, answers_of, pages_of, written_case

CHECKLIST = checklists()["second-opinion"]
SIGNS = [sign.option for sign in CHECKLIST.emergency.signs]
# What the issue of each case is, so that none can go missing unnoticed.
SIX = {
    "distance-runner-undiagnosed",
    "sprinter-knee-buckles-at-start",
    "stiff-knee-with-swelling",
    "told-nothing-wrong-three-times",
    "minor-with-parent",
    "sudden-one-sided-weakness",
}


def read(raw: dict[str, Any], text_language: str | None = None) -> Answers:
    return read_answers(CHECKLIST, raw, today=TODAY, text_language=text_language)


def lines_of(page: Page) -> list[str]:
    """The page as a reader sees it: a line an item, own words in brackets with their language."""
    lines = [*page.warning]
    for block in page.blocks:
        lines.append(f"# {block.label}")
        for line in block.lines:
            values = [
                f"[{value.text}]({value.language})" if value.as_written else value.text
                for value in line.values
            ]
            lines.append(f"{line.label}: {' | '.join(values)}")
    return lines


def came_to(prepared: Preparation) -> dict[str, Any]:
    """What a case says of what is expected."""
    return {
        "emergency": [sign.option for sign in prepared.emergency],
        "early_review": [sign.option for sign in prepared.early_review],
        "routing": [row.slug for row in prepared.routing],
        "door": prepared.door and prepared.door.door.route,
        "missing_required": [
            item.slug for item in prepared.missing if item.requirement == "required"
        ],
        "missing_recommended": [
            item.slug for item in prepared.missing if item.requirement == "recommended"
        ],
        "contradictions": [clash.slug for clash in prepared.contradictions],
        "bring": list(dict.fromkeys(thing.item.slug for thing in prepared.bring)),
    }


def test_the_six_written_cases_are_there() -> None:
    assert set(CASES) == SIX


@pytest.mark.parametrize("slug", sorted(SIX))
def test_a_written_case_comes_to_what_its_reviewers_expect(slug: str) -> None:
    written = written_case(slug)
    expected = dict(written["expected"])
    pages = {language: expected.pop(f"summary_{language}") for language in LANGUAGES}
    answers = answers_of(slug)
    assert came_to(prepare(CHECKLIST, answers)) == expected
    for language in LANGUAGES:
        assert lines_of(pages_of(answers)[language]) == pages[language]


def test_only_a_sign_is_missing_from_nothing() -> None:
    prepared = prepare(CHECKLIST, {})
    required = [item.slug for item in prepared.missing if item.requirement == "required"]
    assert required[:2] == ["urgent-signs", "early-review-signs"]
    assert [row.slug for row in prepared.routing] == ["not-enough-known"]
    assert not prepared.emergency and not prepared.contradictions
    assert pages_of({})["ja"].blocks == ()


@given(answers_to(CHECKLIST))
def test_any_answers_lead_somewhere(raw: dict[str, Any]) -> None:
    answers = read(raw)
    prepared = prepare(CHECKLIST, answers)
    if prepared.emergency:
        return
    assert prepared.routing and prepared.door
    missing = {item.slug for item in prepared.missing}
    assert missing.isdisjoint(raw)
    asked = {item.slug for item in CHECKLIST.items if holds(item.applies_when, answers)}
    offered = missing | {item.slug for item in prepared.questions}
    offered |= {thing.item.slug for thing in prepared.bring}
    assert offered <= asked
    questions = {item.slug for item in CHECKLIST.in_role("questions")}
    assert missing == asked - raw.keys() - questions
    ranks = [item.requirement for item in prepared.missing]
    assert ranks == sorted(ranks, key=lambda rank: rank != "required")


@given(answers_to(CHECKLIST), st.lists(st.sampled_from([*SIGNS, "none"]), unique=True, min_size=1))
def test_an_emergency_sign_always_wins(raw: dict[str, Any], signs: list[str]) -> None:
    answers = read(raw | {"urgent-signs": signs})
    prepared = prepare(CHECKLIST, answers)
    assert {sign.option for sign in prepared.emergency} == {*signs} - {"none"}
    if prepared.emergency:
        assert prepared.routing == prepared.missing == prepared.bring == prepared.questions == ()
        assert prepared.door is None
        for language in LANGUAGES:
            page = pages_of(answers)[language]
            assert any("119" in line for line in page.warning)
            assert all(
                sign.act.in_language(language) in page.warning for sign in prepared.emergency
            )
    else:
        assert pages_of(answers)["ja"].warning == ()


@pytest.mark.parametrize("sign", SIGNS)
def test_each_sign_alone_is_an_emergency(sign: str) -> None:
    assert came_to(prepare(CHECKLIST, read({"urgent-signs": [sign]})))["emergency"] == [sign]


@given(answers_to(CHECKLIST))
def test_the_page_holds_each_answer_once_in_either_language(raw: dict[str, Any]) -> None:
    answers = read(raw)
    for language in LANGUAGES:
        page = pages_of(answers)[language]
        lines = [line for block in page.blocks for line in block.lines]
        assert sorted(line.item for line in lines) == sorted(raw.keys() - {"fee-budget"})
        for line in lines:
            item, answer = CHECKLIST.item[line.item], answers[line.item]
            if isinstance(answer, Choices):
                coded = [value.text for value in line.values if not value.as_written]
                assert len(coded) == len(answer.chosen)
                for text, chosen in zip(coded, answer.chosen, strict=True):
                    assert text.startswith(item.option[chosen.code].short.in_language(language))


@given(answers_to(CHECKLIST))
def test_own_words_stand_on_both_pages_as_they_were_written(raw: dict[str, Any]) -> None:
    answers = read(raw, "ja")
    ours = {
        language: [
            (line.item, value)
            for block in pages_of(answers)[language].blocks
            for line in block.lines
            for value in line.values
            if value.as_written
        ]
        for language in LANGUAGES
    }
    assert ours["ja"] == ours["en"]
    assert all(value.language in ("ja", "en-GB") for _, value in ours["ja"])


def test_options_that_exclude_others_are_pointed_out_and_refuse_nothing() -> None:
    prepared = prepare(CHECKLIST, read({"family-history": ["none", "tremor"]}))
    (clash,) = prepared.contradictions
    assert clash.slug == "family-history.none" and clash.items == ("family-history",)
    none = CHECKLIST.item["family-history"].option["none"].label
    assert f"「{none.ja}」" in clash.message.ja and f"“{none.en}”" in clash.message.en


def test_what_was_not_said_to_be_packed_is_unknown_and_nothing_is_no_thing() -> None:
    packed = replace(
        CHECKLIST.item["doc-bring"],
        options=(
            *CHECKLIST.item["doc-bring"].options,
            Choice("none", Text("なし", "None"), Text("なし", "None"), exclusive=True),
        ),
    )
    items = tuple(packed if item.slug == packed.slug else item for item in CHECKLIST.items)
    answers = read({"doc-bring": ["notes"], "doc-training-log": False})
    ready = {
        (thing.option.code if thing.option else thing.item.slug): thing.ready
        for thing in prepare(replace(CHECKLIST, items=items), answers).bring
    }
    assert ready["notes"] is True and ready["med-notebook"] is None
    assert ready["doc-training-log"] is False and ready["doc-running-video"] is None
    assert "none" not in ready


def test_a_contradiction_does_not_hide_an_emergency() -> None:
    prepared = prepare(CHECKLIST, read({"urgent-signs": ["none", "worst-headache"]}))
    assert came_to(prepared)["emergency"] == ["worst-headache"]
    assert came_to(prepared)["contradictions"] == ["urgent-signs.none"]


@pytest.mark.parametrize(
    ("text", "ja", "en"),
    [
        ("2024", "2024年", "2024"),
        ("2024-05", "2024年5月", "May 2024"),
        ("2024-12-31", "2024年12月31日", "31 December 2024"),
    ],
)
def test_a_date_is_written_as_precise_as_it_is(text: str, ja: str, en: str) -> None:
    assert (date_text(text).ja, date_text(text).en) == (ja, en)


@given(st.dates(date(1900, 1, 1)))
def test_every_day_has_its_words(day: date) -> None:
    assert date_text(day.isoformat()).ja == f"{day.year}年{day.month}月{day.day}日"
    assert date_text(day.isoformat()).en == f"{day.day} {day:%B} {day.year}"
