"""Conditions without nesting: what a form that knows only a flat list of tests can ask.

FHIR's ``enableWhen`` is such a list, of which all or any must hold. An ``applies_when`` has to fit it.
"""

from dataclasses import replace
from typing import Literal

from finder.checklist.definition import Any, Condition, Not, Test

Behaviour = Literal["all", "any"]
FlatCondition = tuple[Behaviour, tuple[Test, ...]]
ACCEPTED = "accepted is one test, or all or any of tests"


class NotFlat(ValueError):
    """A condition says more than a flat list of tests can; the message names what."""


def flat_when(condition: Condition) -> FlatCondition:
    """The same condition as tests of which all or any must hold, each of one option at most.

    Raises :class:`NotFlat`.
    """
    if isinstance(condition, Test):
        return "any", _of_one_option(condition)
    if isinstance(condition, Not):
        raise NotFlat(f"not cannot be said; {ACCEPTED}.")
    tests = [_test(inner) for inner in condition.of]
    if isinstance(condition, Any):
        if not tests:
            raise NotFlat(f"any of nothing never holds; {ACCEPTED}.")
        return "any", tuple(one for test in tests for one in _of_one_option(test))
    if len(tests) == 1:
        return "any", _of_one_option(tests[0])
    for test in tests:
        if len(test.any_of or ()) > 1:
            raise NotFlat(
                f"all with a test of {test.item} for one of several options "
                f"({', '.join(test.any_of or ())}) is two levels; one option is accepted there."
            )
    return "all", tuple(tests)


def _test(condition: Condition) -> Test:
    if isinstance(condition, Test):
        return condition
    raise NotFlat(f"{type(condition).__name__.lower()} within all or any; {ACCEPTED}.")


def _of_one_option(test: Test) -> tuple[Test, ...]:
    if test.any_of is None:
        return (test,)
    return tuple(replace(test, any_of=(code,)) for code in test.any_of)
