"""The checklist as a form: every item with its fields, what was typed in them, and what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from finder.api.checklists.documents import condition_document
from finder.checklist.applies import flat_when
from finder.checklist.definition import Checklist, Choice, Item, Language, Text, Unit
from finder.checklist.forms.answer_space import SHORT_TEXT, Box
from finder.checklist.forms.checklist_sheet import (
    ChecklistSheet,
    SheetCall,
    SheetItem,
    SheetSaying,
    SheetSign,
    SheetSource,
)
from finder.checklist.wording import MONTHS, NO, NOT_READY, READY, YES
from finder.web import answer_fields
from finder.web.answer_fields import DATE_FIELDS, TEXT, UNIT
from finder.web.fault_words import date_forms
from finder.web.form_body import Fields

# Lines of a field for own words: a few words, an answer of one or two sentences, more.
ROWS_OF_FEW_WORDS, ROWS_OF_ONE_OF_MANY, ROWS_OF_LONG_TEXT = 1, 2, 4
MONTH_NAMES = tuple(Text(f"{number}月", english) for number, english in enumerate(MONTHS, start=1))
DAY_NAMES = tuple(Text(f"{number}日", f"{number}") for number in range(1, 32))


@dataclass(frozen=True, slots=True)
class Field:
    """Something to type into or to choose from; ``choices`` are pairs of a value and its label."""

    name: str
    id: str
    value: str
    label: str = ""
    longest: int = 0
    rows: int = 0
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FormOption:
    """Something to tick. ``sign``: it is an emergency; ``alone``: no other goes with it."""

    code: str
    id: str
    label: str
    ticked: bool
    alone: bool = False
    sign: bool = False
    help: str | None = None
    unverified: str | None = None
    sources: tuple[SheetSource, ...] = ()
    words: Field | None = None
    qualifier: Field | None = None

    @property
    def filled(self) -> bool:
        """Whether something was added to it."""
        return any(field is not None and field.value for field in (self.words, self.qualifier))


@dataclass(frozen=True, slots=True)
class FormNumber:
    """A number: its field, and its one unit or the field of several."""

    field: Field
    part: str
    unit: str
    unit_code: str
    units: Field | None


@dataclass(frozen=True, slots=True)
class FormItem:
    """An item with its fields; those that do not belong to its type are empty.

    ``applies`` is the flat condition as JSON, "" where it always applies. ``single``: it has just one
    field, which its label names.
    """

    sheet: SheetItem
    type: str
    applies: str
    error: str
    start: bool
    sources: tuple[SheetSource, ...]
    least: str
    most: str
    step: str
    digits: str
    options: tuple[FormOption, ...] = ()
    one: bool = False
    texts: tuple[Field, ...] = ()
    numbers: tuple[FormNumber, ...] = ()
    points: tuple[FormOption, ...] = ()
    ends: tuple[str, str] = ("", "")
    date: tuple[Field, ...] = ()
    date_hint: str = ""

    @property
    def single(self) -> bool:
        """Whether it has just one field."""
        return len(self.texts) == 1 or (len(self.numbers) == 1 and self.numbers[0].units is None)

    @property
    def described_by(self) -> str:
        """The identifiers of what describes the item."""
        parts = {
            "error": self.error,
            "help": self.sheet.help or self.sheet.choose or self.date_hint,
            "only": self.sheet.only_if,
        }
        return " ".join(f"{name}-{self.sheet.slug}" for name, text in parts.items() if text)

    @property
    def field_id(self) -> str:
        """The identifier of its first field."""
        for fields in (self.texts, [one.field for one in self.numbers], self.date):
            for field in fields:
                return field.id
        return next((option.id for option in (*self.options, *self.points)), "")


@dataclass(frozen=True, slots=True)
class FormStep:
    """A section: one step of the form."""

    slug: str
    label: str
    items: tuple[FormItem, ...]


@dataclass(frozen=True, slots=True)
class EmergencyPanel:
    """What to do at once; each sign with its option and whether it is there."""

    title: str
    stop: str
    calls: tuple[SheetCall, ...]
    signs: tuple[tuple[str, SheetSign, bool], ...]
    say: tuple[SheetSaying, ...]
    sources: tuple[SheetSource, ...]
    there: bool


def emergency_panel(
    checklist: Checklist, sheet: ChecklistSheet, language: Language, named: Iterable[str] = ()
) -> EmergencyPanel:
    """The emergency of a checklist; ``named`` are the options of the signs that are there."""
    there = set(named)
    emergency, shown = checklist.emergency, sheet.emergency
    signs = tuple(
        (sign.option, told, sign.option in there)
        for sign, told in zip(emergency.signs, shown.signs, strict=True)
    )
    numbers = {
        *shown.sources,
        *(number for _, told, _ in signs for number in told.sources),
        *(number for saying in shown.say for number in saying.sources),
    }
    return EmergencyPanel(
        title=emergency.title.in_language(language),
        stop=shown.stop,
        calls=shown.calls,
        signs=signs,
        say=shown.say,
        sources=tuple(source for source in sheet.sources if source.number in numbers),
        there=bool(there),
    )


def form_steps(
    checklist: Checklist,
    sheet: ChecklistSheet,
    language: Language,
    fields: Fields,
    errors: Mapping[str, str],
    start: str = "",
) -> tuple[FormStep, ...]:
    """The form with what was typed; ``errors`` are sentences and ``start`` where to begin, by item."""
    making = _Making(checklist, sheet, language, fields, errors, start)
    return tuple(
        FormStep(section.slug, section.label, tuple(map(making.item, section.items)))
        for section in sheet.sections
    )


class _Making:
    def __init__(
        self,
        checklist: Checklist,
        sheet: ChecklistSheet,
        language: Language,
        fields: Fields,
        errors: Mapping[str, str],
        start: str,
    ) -> None:
        self.checklist, self.language = checklist, language
        self.fields, self.errors, self.start = fields, errors, start
        self.sources = {source.number: source for source in sheet.sources}
        self.signs = {sign.option for sign in checklist.emergency.signs}

    def item(self, shown: SheetItem) -> FormItem:
        item = self.checklist.item[shown.slug]
        whole = item.whole or item.type == "scale"
        return FormItem(
            sheet=shown,
            type=item.type,
            applies=_applies(item),
            error=self.errors.get(item.slug, ""),
            start=item.slug == self.start,
            sources=self.cited(shown.sources),
            least=f"{item.least or 0:g}",
            most="" if item.most is None else f"{item.most:.10g}",
            step="1" if whole else "any",
            digits="numeric" if whole else "decimal",
            **self.space(item, shown),
        )

    def space(self, item: Item, shown: SheetItem) -> dict[str, Any]:
        """The fields of an item, by its type."""
        if item.options:
            boxes = zip(item.options, shown.space.boxes, strict=True)
            options = tuple(self.option(item, option, box) for option, box in boxes)
            return {"options": options, "one": item.type == "single-choice"}
        if item.type == "text":
            return {"texts": self.texts(item)}
        if item.type == "number":
            return {"numbers": self.numbers(item)}
        if item.type == "scale":
            points = [(str(point), str(point)) for point in shown.space.points]
            return {"points": self.radios(item, points), "ends": shown.space.ends}
        if item.type == "date":
            return {"date": self.date(item, shown), "date_hint": date_forms(item)}
        words = (READY, NOT_READY) if item.type == "thing-to-bring" else (YES, NO)
        codes = zip((answer_fields.YES, answer_fields.NO), words, strict=True)
        answers = [(code, word.in_language(self.language)) for code, word in codes]
        return {"options": self.radios(item, answers), "one": True}

    def cited(self, numbers: Sequence[int]) -> tuple[SheetSource, ...]:
        return tuple(self.sources[number] for number in numbers)

    def value(self, name: str, index: int = 0) -> str:
        values = self.fields.get(name, ())
        # Lines end as a page writes them; a browser sends them as the wire has them.
        return values[index].replace("\r\n", "\n") if index < len(values) else ""

    def radios(self, item: Item, answers: Sequence[tuple[str, str]]) -> tuple[FormOption, ...]:
        ticked = self.fields.get(item.slug, ())
        return tuple(
            FormOption(code, f"{item.slug}--{code}", label, code in ticked)
            for code, label in answers
        )

    def option(self, item: Item, option: Choice, box: Box) -> FormOption:
        words = qualifier = None
        name, id = f"{item.slug}.{option.code}", f"{item.slug}--{option.code}"
        if option.free_text:
            field = f"{name}.{TEXT}"
            rows = ROWS_OF_FEW_WORDS
            words = Field(
                field, f"{id}--{TEXT}", self.value(field), longest=item.longest, rows=rows
            )
        if item.qualifier and not option.exclusive:
            field = f"{name}.{item.qualifier.slug}"
            qualifier = Field(
                field,
                f"{id}--{item.qualifier.slug}",
                self.value(field),
                item.qualifier.label.in_language(self.language),
                choices=tuple(
                    (one.code, one.label.in_language(self.language))
                    for one in item.qualifier.options
                ),
            )
        return FormOption(
            code=option.code,
            id=id,
            label=box.label,
            ticked=option.code in self.fields.get(item.slug, ()),
            alone=option.exclusive,
            sign=item.slug == self.checklist.emergency.item and option.code in self.signs,
            help=box.help,
            unverified=box.unverified,
            sources=self.cited(box.sources),
            words=words,
            qualifier=qualifier,
        )

    def texts(self, item: Item) -> tuple[Field, ...]:
        rows = ROWS_OF_LONG_TEXT if item.most_texts == 1 else ROWS_OF_ONE_OF_MANY
        if item.longest <= SHORT_TEXT:
            rows = ROWS_OF_FEW_WORDS
        # What was sent beyond them is shown as well, to be seen and taken out.
        count = max(item.most_texts, len(self.fields.get(item.slug, ())))
        return tuple(
            Field(
                item.slug,
                f"{item.slug}--{index + 1}",
                self.value(item.slug, index),
                label=str(index + 1),
                longest=item.longest,
                rows=rows,
            )
            for index in range(count)
        )

    def numbers(self, item: Item) -> tuple[FormNumber, ...]:
        if not item.parts:
            return (self.number(item, "", None),)
        return tuple(self.number(item, part.slug, part.label) for part in item.parts)

    def number(self, item: Item, part: str, label: Text | None) -> FormNumber:
        name = f"{item.slug}.{part}" if part else item.slug
        id = name.replace(".", "--")
        words = label.in_language(self.language) if label else ""
        units = None
        if len(item.units) > 1:
            field = f"{name}.{UNIT}"
            units = Field(field, f"{id}--{UNIT}", self.value(field), choices=self.units(item.units))
        alone = item.units[0] if len(item.units) == 1 else None
        return FormNumber(
            field=Field(name, id, self.value(name), words),
            part=part,
            unit=alone.label.in_language(self.language) if alone else "",
            unit_code=alone.code if alone else "",
            units=units,
        )

    def units(self, units: Iterable[Unit]) -> tuple[tuple[str, str], ...]:
        return tuple((unit.code, unit.label.in_language(self.language)) for unit in units)

    def date(self, item: Item, shown: SheetItem) -> tuple[Field, ...]:
        fields = []
        for part, label in zip(DATE_FIELDS, shown.space.date_parts, strict=False):
            name = f"{item.slug}.{part}"
            names = {"month": MONTH_NAMES, "day": DAY_NAMES}.get(part, ())
            choices = tuple(
                (str(number), text.in_language(self.language))
                for number, text in enumerate(names, start=1)
            )
            fields.append(
                Field(name, f"{item.slug}--{part}", self.value(name), label, choices=choices)
            )
        return tuple(fields)


def _applies(item: Item) -> str:
    """When an item is asked: ``{"behaviour": "all", "tests": […]}``, its tests as the files write them."""
    if item.applies_when is None:
        return ""
    behaviour, tests = flat_when(item.applies_when)
    told = {"behaviour": behaviour, "tests": [condition_document(test) for test in tests]}
    return orjson.dumps(told).decode()
