"""Answers are read strictly: each that is wrong is refused by its item, with what is accepted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.checklist import definition
from finder.checklist.answers import Answers, Choices, Numbers, Texts, Written, holds
from finder.checklist.definition import All, Condition, Not
from finder.checklist.files.loading import checklists
from finder.checklist.reading import read_answers
from finder.problems import InvalidParameters
from tests.answering import TODAY, answers_to

CHECKLIST = checklists()["second-opinion"]


def read(raw: Any, text_language: str | None = None) -> Answers:
    return read_answers(CHECKLIST, raw, today=TODAY, text_language=text_language)


@pytest.mark.parametrize(
    ("item", "wrong", "code", "told"),
    [
        ("sidee", "left", "unknown-item", "has no item 'sidee'"),
        ("side", "lft", "unknown-option", "'lft' is not one of: left, right, both, changes."),
        ("side", ["left"], "wrong-type", "One option is accepted, not a list"),
        ("side", None, "unknown-option", "null is not one of"),
        ("side", 1, "unknown-option", "1 is not one of"),
        ("side", {"code": "left", "text": "x"}, "text-not-accepted", "takes no words"),
        ("side", {"text": "x"}, "missing-member", "code is missing"),
        ("side", {"code": "left", "why": "x"}, "unknown-member", "There is no member 'why'"),
        ("events", "sprint", "wrong-type", "accepted is a list of one or more of"),
        ("events", [], "wrong-type", "accepted is a list of one or more of"),
        ("events", ["sprint", "sprint"], "repeated-option", "'sprint' is given 2 times"),
        ("events", [{"code": "other", "text": " "}], "blank", "It is blank"),
        ("events", [{"code": "other", "language": "ja"}], "text-missing", "text is missing"),
        (
            "treatments-tried",
            [{"code": "rest", "effect": "good"}],
            "unknown-option",
            "'good' is not",
        ),
        ("treatments-tried", [{"code": "none", "effect": "some"}], "not-accepted", "has no effect"),
        ("top-questions", "Why?", "wrong-type", "accepted is a list of 1 to 3 texts"),
        ("top-questions", [], "wrong-type", "accepted is a list of 1 to 3 texts"),
        ("top-questions", ["a", "b", "c", "d"], "wrong-type", "accepted is a list of 1 to 3 texts"),
        ("top-questions", ["x" * 201], "too-long", "At most 200 characters are accepted, not 201."),
        ("sensory-trick", 7, "wrong-type", "accepted is text"),
        ("sensory-trick", "", "blank", "leave it out"),
        ("sensory-trick", "a\x00b", "not-accepted", "Control characters"),
        ("sensory-trick", {"text": "x", "language": "日本語"}, "wrong-language", "BCP 47"),
        ("running-years", 7, "unit-missing", "accepted is an object of value and unit (a)"),
        ("running-years", {"value": 7}, "missing-member", "unit is missing"),
        ("running-years", {"value": 7, "unit": "mo"}, "wrong-unit", "'mo' is not one of: a."),
        ("running-years", {"value": -1, "unit": "a"}, "out-of-range", "a number from 0"),
        ("running-years", {"value": "7", "unit": "a"}, "wrong-type", "'7'; accepted is a number"),
        ("running-years", {"value": True, "unit": "a"}, "wrong-type", "true; accepted is a number"),
        (
            "weekly-volume",
            {"value": 40, "unit": "km"},
            "unknown-member",
            "accepted: now, before-onset",
        ),
        ("weekly-volume", {}, "wrong-type", "accepted is an object of: now, before-onset"),
        (
            "weekly-volume",
            {"now": {"value": 25, "unit": "mi"}},
            "wrong-unit",
            "'mi' is not one of: km.",
        ),
        ("clinics-seen", 1.5, "not-whole", "1.5; accepted is a whole number"),
        ("clinics-seen", -1, "out-of-range", "-1; accepted is a whole number from 0"),
        ("clinics-seen", {"value": 3, "unit": "1"}, "wrong-type", "accepted is a whole number"),
        ("severity", 11, "out-of-range", "11; accepted is a whole number from 0 to 10."),
        ("severity", 3.5, "not-whole", "3.5; accepted is a whole number"),
        ("walking-unaffected", "yes", "wrong-type", "'yes'; accepted is true or false"),
        ("walking-unaffected", None, "wrong-type", "Unknown is left out"),
        ("doc-running-video", 1, "wrong-type", "1; accepted is true or false"),
        (
            "onset-date",
            "2024-13",
            "wrong-date",
            "'2024-13' is no date; accepted is YYYY or YYYY-MM",
        ),
        ("onset-date", "2023-02-29", "wrong-date", "is no date"),
        ("onset-date", "May 2024", "wrong-date", "accepted is YYYY or YYYY-MM or YYYY-MM-DD"),
        ("onset-date", "２０２４", "wrong-date", "accepted is YYYY"),
        ("onset-date", "0000", "wrong-date", "is no date"),
        ("onset-date", 2024, "wrong-date", "2024; accepted is YYYY"),
        ("onset-date", "2026-12", "in-the-future", "'2026-12' is still to come"),
        ("report-back", "2027", "wrong-date", "accepted is YYYY-MM or YYYY-MM-DD"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_item(item: str, wrong: Any, code: str, told: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        read({item: wrong, "course": "same"})
    (error,) = refused.value.errors
    assert (error.parameter, error.code) == (item, code)
    assert told in error.message


def test_every_wrong_answer_is_named_at_once_and_near_ones_are_suggested() -> None:
    with pytest.raises(InvalidParameters) as refused:
        read({"side": "lefd", "sevrity": 3, "severity": 99, "frequency": "rare"})
    told = {error.parameter: error.suggestion for error in refused.value.errors}
    assert told == {"sevrity": "severity", "side": "left", "severity": None}


def test_of_very_many_unknown_items_the_first_are_named() -> None:
    with pytest.raises(InvalidParameters) as refused:
        read({f"x{number}": 1 for number in range(5_000)} | {"severity": 99})
    told = [error.parameter for error in refused.value.errors]
    assert told == [*(f"x{number}" for number in range(100)), "severity"]


@pytest.mark.parametrize("raw", [None, [], "text", 7])
def test_what_is_no_object_of_answers_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidParameters, match="accepted is an object of answers by item"):
        read(raw)


def test_words_are_kept_as_written_with_the_language_that_was_stated() -> None:
    answers = read(
        {
            "sensory-trick": "  テープを\r\n巻く  ",
            "current-meds": {"text": "Iron", "language": "en-GB"},
            "events": ["sprint", {"code": "other", "text": "steeplechase"}],
        },
        "ja",
    )
    assert answers["sensory-trick"] == Texts((words("テープを\n巻く", "ja"),))
    assert answers["current-meds"] == Texts((words("Iron", "en-GB"),))
    events = answers["events"]
    assert isinstance(events, Choices) and events.chosen[1].words == words("steeplechase", "ja")
    unstated = read({"sensory-trick": "テープ"})
    assert unstated["sensory-trick"] == Texts((words("テープ", "und"),))


def words(text: str, language: str) -> Written:
    return Written(text, language)


def test_options_come_in_the_order_of_the_definition() -> None:
    answers = read({"events": ["sprint", "distance-road"], "weekly-volume": BOTH_WEEKS})
    events, volume = answers["events"], answers["weekly-volume"]
    assert isinstance(events, Choices) and isinstance(volume, Numbers)
    assert [one.code for one in events.chosen] == ["distance-road", "sprint"]
    assert [one.part for one in volume.measures] == ["now", "before-onset"]


BOTH_WEEKS = {"before-onset": {"value": 80, "unit": "km"}, "now": {"value": 0.5, "unit": "km"}}


@given(answers_to(CHECKLIST))
def test_what_is_accepted_is_read_whole_and_does_not_change_with_json(raw: dict[str, Any]) -> None:
    answers = read(raw)
    assert answers.keys() == raw.keys()
    assert list(answers) == [item.slug for item in CHECKLIST.items if item.slug in raw]
    assert read(json.loads(json.dumps(raw))) == answers


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*CHECKLIST.item, "nonsense"]), JSON_VALUES, max_size=8))
def test_whatever_is_sent_is_read_or_refused(raw: dict[str, Any]) -> None:
    try:
        answers = read(raw)
    except InvalidParameters as refused:
        assert {error.parameter for error in refused.errors} <= raw.keys()
    else:
        assert answers.keys() == raw.keys()


SAID = read(
    {
        "side": "left",
        "walking-unaffected": True,
        "time-to-onset": {"value": 5, "unit": "km"},
        "weekly-volume": {"now": {"value": 40, "unit": "km"}},
        "severity": 7,
    }
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (definition.Test("side", any_of=("left", "both")), True),
        (definition.Test("side", any_of=("right",)), False),
        (definition.Test("course", any_of=("same",)), False),
        (definition.Test("course", answered=False), True),
        (definition.Test("course", answered=True), False),
        (definition.Test("side", answered=True), True),
        (definition.Test("side", answered=False), False),
        (definition.Test("walking-unaffected", equals=True), True),
        (definition.Test("walking-unaffected", equals=False), False),
        (definition.Test("same-pattern", equals=False), False),
        (definition.Test("time-to-onset", at_least=5, unit="km"), True),
        (definition.Test("time-to-onset", at_least=5.1, unit="km"), False),
        (definition.Test("time-to-onset", at_least=5, unit="min"), False),
        (definition.Test("weekly-volume", at_most=40, unit="km", part="now"), True),
        (definition.Test("weekly-volume", at_most=40, unit="km", part="before-onset"), False),
        (definition.Test("severity", at_least=7), True),
        (definition.Test("severity", at_most=6), False),
        (All(()), True),
        (definition.Any(()), False),
        (
            All((definition.Test("side", answered=True), definition.Test("course", answered=True))),
            False,
        ),
        (
            definition.Any(
                (definition.Test("side", answered=True), definition.Test("course", answered=True))
            ),
            True,
        ),
        (Not(definition.Test("course", answered=True)), True),
        (Not(Not(definition.Test("course", answered=True))), False),
        (None, True),
    ],
)
def test_a_condition_holds_of_what_was_said_and_of_nothing_else(
    condition: Condition | None, expected: bool
) -> None:
    assert holds(condition, SAID) is expected
