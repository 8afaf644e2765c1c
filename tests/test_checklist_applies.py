"""An ``applies_when`` fits into a flat list of tests and means the same there, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.checklist import definition
from finder.checklist.answers import Answers, holds
from finder.checklist.applies import NotFlat, flat_when
from finder.checklist.definition import All, Condition, Not
from finder.checklist.fhir.questionnaire import questionnaire
from finder.checklist.files.soundness import faults as faults_of
from finder.checklist.reading import read_answers
from tests.answering import TODAY, answers_to, slowly
from tests.checklists import small_checklist, with_condition
from tests.fhir_documents import asked

SMALL = small_checklist()
LEFT, RIGHT = definition.Test("leg", any_of=("left",)), definition.Test("leg", any_of=("right",))
EITHER = definition.Test("leg", any_of=("left", "right"))
MINOR = definition.Test("minor", equals=True)


@pytest.mark.parametrize(
    "condition, said",
    [
        (Not(MINOR), "not cannot be said"),
        (All((MINOR, Not(LEFT))), "not within all or any"),
        (All((MINOR, definition.Any((LEFT, RIGHT)))), "any within all or any"),
        (All((MINOR, EITHER)), r"a test of leg for one of several options \(left, right\)"),
        (definition.Any(()), "any of nothing"),
    ],
)
def test_what_is_not_flat_is_refused(condition: Condition, said: str) -> None:
    with pytest.raises(NotFlat, match=said):
        flat_when(condition)
    with pytest.raises(NotFlat, match=said):
        questionnaire(with_condition(SMALL, "plan", condition))


def test_whether_several_numbers_are_answered_is_not_flat_beside_another_test() -> None:
    several = All((MINOR, definition.Test("weekly", answered=True)))
    with pytest.raises(NotFlat, match=r"whether weekly is answered is two levels.*weekly\.now"):
        questionnaire(with_condition(SMALL, "plan", several))
    none = All((MINOR, definition.Test("weekly", answered=False)))
    shown = asked(questionnaire(with_condition(SMALL, "plan", none)), "plan")
    assert shown["enableBehavior"] == "all" and len(shown["enableWhen"]) == 3


def test_a_checklist_that_fhir_cannot_say_is_not_sound() -> None:
    broken = with_condition(SMALL, "plan", All((MINOR, Not(LEFT))))
    assert [fault.partition(";")[0] for fault in faults_of(broken, {"neurology"}, set())] == [
        "items[plan].applies_when: not within all or any",
    ]


TESTS = st.sampled_from(
    [
        LEFT,
        EITHER,
        MINOR,
        definition.Test("trouble", at_least=7),
        definition.Test("description", answered=False),
    ]
)


@slowly
@given(
    condition=st.one_of(
        TESTS,
        st.lists(TESTS, max_size=3).map(lambda tests: All(tuple(tests))),
        st.lists(TESTS, max_size=3).map(lambda tests: definition.Any(tuple(tests))),
    ),
    answers=answers_to(SMALL).map(lambda raw: read_answers(SMALL, raw, today=TODAY)),
)
def test_a_flat_condition_holds_just_when_the_whole_does(
    condition: Condition, answers: Answers
) -> None:
    try:
        behaviour, tests = flat_when(condition)
    except NotFlat:
        return
    together = All(tests) if behaviour == "all" else definition.Any(tests)
    assert holds(together, answers) is holds(condition, answers)
