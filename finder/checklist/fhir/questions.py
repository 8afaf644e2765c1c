"""The questions that FHIR asks of an item: as a rule one, more where an answer has several parts.

FHIR's answers are single values; a number of each part, words added to an option and what qualifies
an option are questions of their own there, beside the item's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from finder.checklist.definition import Checklist, Choice, Item, Part, Qualifier, Text

Kind = Literal["text", "choice", "integer", "decimal", "quantity", "date", "boolean"]
KINDS: Mapping[str, Kind] = {
    "text": "text",
    "single-choice": "choice",
    "multiple-choice": "choice",
    "scale": "integer",
    "date": "date",
    "yes-no": "boolean",
    "thing-to-bring": "boolean",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its own linkId.

    With ``part``: the number of this part. With ``option``: how it is qualified, if there is a
    ``qualifier``, else the words added to it. With neither: what the item asks.
    """

    link_id: str
    item: Item
    part: Part | None = None
    option: Choice | None = None
    qualifier: Qualifier | None = None

    @property
    def text(self) -> Text:
        """What is asked, in words."""
        if self.option is None:
            return self.part.label if self.part else self.item.label
        label = self.option.label
        if self.qualifier is None:
            return Text(f"{label.ja}（具体的に）", f"{label.en} (in your own words)")
        qualified = self.qualifier.label
        return Text(f"{label.ja}：{qualified.ja}", f"{label.en}: {qualified.en}")

    @property
    def kind(self) -> Kind:
        """The type of its answers."""
        if self.option is not None:
            return "text" if self.qualifier is None else "choice"
        return KINDS.get(self.item.type) or number_kind(self.item)

    @property
    def options(self) -> tuple[Choice, ...]:
        """What a choice is made of."""
        return self.qualifier.options if self.qualifier else self.item.options

    @property
    def most_answers(self) -> int:
        """How many answers there may be."""
        if self.option is not None:
            return 1
        if self.item.type == "multiple-choice":
            return len(self.item.options)
        return self.item.most_texts if self.item.type == "text" else 1


def number_kind(item: Item) -> Literal["integer", "decimal", "quantity"]:
    """The type of an item's numbers: with their unit where several are accepted."""
    if len(item.units) > 1:
        return "quantity"
    return "integer" if item.whole else "decimal"


def questions_of(item: Item) -> tuple[Question, ...]:
    """The questions of an item, in the order of asking."""
    if item.parts:
        return tuple(Question(f"{item.slug}.{part.slug}", item, part=part) for part in item.parts)
    asked = [Question(item.slug, item)]
    for option in item.options:
        link_id = f"{item.slug}.{option.code}"
        if item.qualifier and not option.exclusive:
            name = f"{link_id}.{item.qualifier.slug}"
            asked.append(Question(name, item, option=option, qualifier=item.qualifier))
        if option.free_text:
            asked.append(Question(f"{link_id}.text", item, option=option))
    return tuple(asked)


def questions(checklist: Checklist) -> dict[str, Question]:
    """Every question by its linkId."""
    return {asked.link_id: asked for item in checklist.items for asked in questions_of(item)}
