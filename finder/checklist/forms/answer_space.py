"""The space that paper leaves for the answer to an item."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from finder.checklist.definition import Item, ItemType, Language, Precision, Text
from finder.checklist.forms.wording import DAY, MONTH, YEAR
from finder.checklist.wording import NO, NOT_READY, READY, YES

DATE_PARTS: Mapping[Precision, tuple[Text, ...]] = {
    "year": (YEAR,),
    "month": (YEAR, MONTH),
    "day": (YEAR, MONTH, DAY),
}
# A text of at most so many characters has one line to write on; others more, alone most of all.
SHORT_TEXT = 100
LINES_OF_LONG_TEXT, LINES_OF_ONE_OF_MANY = 3, 2

# From the keys of sources to their numbers on the paper.
Numbered = Callable[[Iterable[str]], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Box:
    """Something to tick; ``to_fill_in`` where words may be added, ``alone`` where no other goes with it."""

    label: str
    help: str | None = None
    to_fill_in: bool = False
    alone: bool = False
    unverified: str | None = None
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A number to fill in: what stands before it, and the units it may be in."""

    label: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerSpace:
    """The space for an answer; what does not belong to its type is empty.

    ``boxes`` to tick, just ``one`` or any, with one of ``effects`` each where there are any; ``blanks`` for numbers;
    ``points`` of a scale between its two ``ends``; ``date_parts`` to fill in; ``texts`` of
    ``lines`` lines each.
    """

    boxes: tuple[Box, ...] = ()
    one: bool = False
    effects_label: str = ""
    effects: tuple[str, ...] = ()
    blanks: tuple[Blank, ...] = ()
    points: tuple[int, ...] = ()
    ends: tuple[str, str] = ("", "")
    date_parts: tuple[str, ...] = ()
    texts: int = 0
    lines: int = 0

    @property
    def text_numbers(self) -> range:
        """The texts, counted from 1."""
        return range(1, self.texts + 1)

    @property
    def line_numbers(self) -> range:
        """The lines of each text, counted from 1."""
        return range(1, self.lines + 1)


def space_of(item: Item, language: Language, numbered: Numbered) -> AnswerSpace:
    """The space for the answer to an item, in one language."""
    return SPACES[item.type](item, language, numbered)


def _choices(item: Item, language: Language, numbered: Numbered) -> AnswerSpace:
    boxes = tuple(
        Box(
            option.label.in_language(language),
            option.help.in_language(language) if option.help else None,
            option.free_text,
            option.exclusive,
            option.unverified.in_language(language) if option.unverified else None,
            numbered(option.sources),
        )
        for option in item.options
    )
    if item.qualifier is None:
        return AnswerSpace(boxes, one=item.type == "single-choice")
    effects = tuple(option.label.in_language(language) for option in item.qualifier.options)
    label = item.qualifier.label.in_language(language)
    return AnswerSpace(boxes, effects_label=label, effects=effects)


def _number(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    units = tuple(unit.label.in_language(language) for unit in item.units)
    labels = [part.label.in_language(language) for part in item.parts] or [""]
    return AnswerSpace(blanks=tuple(Blank(label, units) for label in labels))


def _scale(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    least, most = (
        label.in_language(language) if label else ""
        for label in (item.least_label, item.most_label)
    )
    points = range(int(item.least or 0), int(item.most or 0) + 1)
    return AnswerSpace(points=tuple(points), ends=(least, most))


def _date(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    finest = max((DATE_PARTS[precision] for precision in item.precisions), key=len)
    return AnswerSpace(date_parts=tuple(part.in_language(language) for part in finest))


def _text(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    long = LINES_OF_LONG_TEXT if item.most_texts == 1 else LINES_OF_ONE_OF_MANY
    return AnswerSpace(texts=item.most_texts, lines=1 if item.longest <= SHORT_TEXT else long)


def _yes_no(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    return AnswerSpace(tuple(Box(answer.in_language(language)) for answer in (YES, NO)), one=True)


def _thing(item: Item, language: Language, _: Numbered) -> AnswerSpace:
    answers = (READY, NOT_READY)
    return AnswerSpace(tuple(Box(answer.in_language(language)) for answer in answers), one=True)


SPACES: Mapping[ItemType, Callable[[Item, Language, Numbered], AnswerSpace]] = {
    "single-choice": _choices,
    "multiple-choice": _choices,
    "number": _number,
    "scale": _scale,
    "date": _date,
    "text": _text,
    "yes-no": _yes_no,
    "thing-to-bring": _thing,
}
