"""What follows from answers: emergencies first, then what is missing, where to go, what to take along.

The table of contents of a preparation. Everything it says stands in the definition; this module only
walks its tables. Nothing is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finder.checklist.answers import Answers, Choices, YesNo, holds
from finder.checklist.definition import (
    Checklist,
    Choice,
    Contradiction,
    Door,
    Item,
    RoutingRow,
    Sign,
    Text,
)
from finder.checklist.wording import MORE_THAN_ONE


@dataclass(frozen=True, slots=True)
class Clash:
    """Answers that cannot both be right: which, and what to look at again."""

    slug: str
    message: Text
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToBring:
    """Something to take along: an item, or an option of one; ``ready`` None: nobody has said."""

    item: Item
    option: Choice | None
    ready: bool | None


@dataclass(frozen=True, slots=True)
class Suggested:
    """The door that fits, and whether the athlete has chosen another; ``chosen`` None: none yet."""

    door: Door
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Preparation:
    """A visit prepared. With an emergency sign all else but early signs and clashes is empty."""

    emergency: tuple[Sign, ...]
    early_review: tuple[Sign, ...]
    missing: tuple[Item, ...]
    contradictions: tuple[Clash, ...]
    routing: tuple[RoutingRow, ...]
    door: Suggested | None
    bring: tuple[ToBring, ...]
    questions: tuple[Item, ...]


def prepare(checklist: Checklist, answers: Answers) -> Preparation:
    """Prepare a visit by answers; an emergency leaves nothing that invites to go on searching."""
    emergency = signs_of(answers, checklist.emergency.item, checklist.emergency.signs)
    early_review = signs_of(answers, checklist.early_review.item, checklist.early_review.signs)
    contradictions = tuple(clashes(checklist, answers))
    if emergency:
        return Preparation(emergency, early_review, (), contradictions, (), None, (), ())
    asked = [item for item in checklist.items if holds(item.applies_when, answers)]
    return Preparation(
        emergency=(),
        early_review=early_review,
        missing=missing(checklist, asked, answers),
        contradictions=contradictions,
        routing=routing(checklist, answers),
        door=_door(checklist, answers),
        bring=tuple(_things(checklist, asked, answers)),
        questions=tuple(item for item in checklist.in_role("questions") if item in asked),
    )


def missing(checklist: Checklist, asked: Sequence[Item], answers: Answers) -> tuple[Item, ...]:
    """The items that apply and are not answered, required ones first.

    Questions to ask the doctor are no answers that anybody misses.
    """
    questions = checklist.in_role("questions")
    open_items = [item for item in asked if item.slug not in answers and item not in questions]
    return tuple(sorted(open_items, key=lambda item: item.requirement != "required"))


def routing(checklist: Checklist, answers: Answers) -> tuple[RoutingRow, ...]:
    """The rows that hold, in their order of precedence; the last one, where no other does."""
    *rows, otherwise = checklist.routing
    return tuple(row for row in rows if holds(row.when, answers)) or (otherwise,)


def clashes(checklist: Checklist, answers: Answers) -> Iterator[Clash]:
    """The answers that cannot both be right."""
    for item in checklist.items:
        answer = answers.get(item.slug)
        if not isinstance(answer, Choices) or len(answer.chosen) == 1:
            continue
        alone = [item.option[one.code] for one in answer.chosen if item.option[one.code].exclusive]
        for option in alone:
            yield Clash(
                f"{item.slug}.{option.code}",
                MORE_THAN_ONE.filled(item=item.label, option=option.label),
                (item.slug,),
            )
    for contradiction in checklist.contradictions:
        if holds(contradiction.when, answers):
            yield _clash(contradiction)


def _clash(contradiction: Contradiction) -> Clash:
    return Clash(contradiction.slug, contradiction.message, contradiction.items)


def signs_of(answers: Answers, item: str, signs: Sequence[Sign]) -> tuple[Sign, ...]:
    """Those of the signs of an item that are among its answers, in their own order."""
    answer = answers.get(item)
    chosen = answer.codes if isinstance(answer, Choices) else frozenset()
    return tuple(sign for sign in signs if sign.option in chosen)


def _door(checklist: Checklist, answers: Answers) -> Suggested:
    door = next(door for door in checklist.doors if holds(door.when, answers))
    answer = answers.get(checklist.route_item)
    chosen = answer.chosen[0].code if isinstance(answer, Choices) else None
    return Suggested(door, chosen)


def _things(checklist: Checklist, asked: Sequence[Item], answers: Answers) -> Iterator[ToBring]:
    for item in checklist.in_role("bring"):
        answer = answers.get(item.slug)
        if item not in asked:
            continue
        if item.type == "thing-to-bring":
            yield ToBring(item, None, answer.value if isinstance(answer, YesNo) else None)
        codes = answer.codes if isinstance(answer, Choices) else frozenset()
        for option in item.options:
            # One that excludes others is none of the things. One that is not chosen is not denied.
            if not option.exclusive:
                yield ToBring(item, option, option.code in codes or None)
