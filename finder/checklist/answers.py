"""Answers as values, and whether a condition holds of them.

Made by :mod:`finder.checklist.reading` of JSON or :mod:`finder.checklist.fhir.reading` of FHIR, and
valid for their checklist from then on. They are never written anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from finder.checklist.definition import All, Any, Condition, Not, Test


@dataclass(frozen=True, slots=True)
class Written:
    """Words as written; ``language`` is BCP 47, ``und`` where nobody stated it."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Answers in the athlete's own words, in their order."""

    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chosen option, with words added to it and the code that qualifies it, if any."""

    code: str
    words: Written | None = None
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """The chosen options, in the order of the definition."""

    chosen: tuple[Chosen, ...]

    @property
    def codes(self) -> frozenset[str]:
        """The codes chosen."""
        return frozenset(one.code for one in self.chosen)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, with its unit where the item has units, of a part where it has parts."""

    value: float
    unit: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """One number, or one for each part that was answered, in the order of the definition."""

    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A point on a scale."""

    value: int


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no; of a thing to bring, whether it is ready."""

    value: bool


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as precise as given: YYYY, YYYY-MM or YYYY-MM-DD."""

    text: str


Answer = Texts | Choices | Numbers | Scale | YesNo | PartialDate
# By the slug of the item, in the order of the definition; what is not answered is absent.
Answers = Mapping[str, Answer]


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether a condition holds; None always does. What is unanswered meets no test but that it is."""
    if condition is None:
        return True
    if isinstance(condition, All):
        return all(holds(inner, answers) for inner in condition.of)
    if isinstance(condition, Any):
        return any(holds(inner, answers) for inner in condition.of)
    if isinstance(condition, Not):
        return not holds(condition.of, answers)
    answer = answers.get(condition.item)
    if condition.answered is not None:
        return (answer is not None) is condition.answered
    return answer is not None and _passes(condition, answer)


def _passes(test: Test, answer: Answer) -> bool:
    if test.any_of is not None:
        return isinstance(answer, Choices) and not answer.codes.isdisjoint(test.any_of)
    if test.equals is not None:
        return isinstance(answer, YesNo) and answer.value is test.equals
    return any(
        (test.at_least is None or value >= test.at_least)
        and (test.at_most is None or value <= test.at_most)
        for value in _numbers(test, answer)
    )


def _numbers(test: Test, answer: Answer) -> list[float]:
    if isinstance(answer, Scale):
        return [answer.value]
    if isinstance(answer, Numbers):
        return [
            measure.value
            for measure in answer.measures
            if measure.unit == test.unit and measure.part == test.part
        ]
    return []
