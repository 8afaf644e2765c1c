"""The page for the doctor out of answers: coded ones in the language of the page, own words as written.

The layout is the definition's, which puts items in clinical order; every answer stands there once.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from finder.checklist.answers import (
    Answer,
    Answers,
    Choices,
    Chosen,
    Measure,
    Numbers,
    PartialDate,
    Scale,
    Texts,
    YesNo,
)
from finder.checklist.dates import date_text
from finder.checklist.definition import Checklist, Emergency, Item, Language, Sign, Text
from finder.checklist.page import Block, Line, Page, Value
from finder.checklist.wording import (
    CALL,
    MEASURE,
    NO,
    NOT_READY,
    OUT_OF,
    PART,
    QUALIFIED,
    READY,
    YES,
)


def summarise(
    checklist: Checklist,
    answers: Answers,
    emergency: tuple[Sign, ...],
    language: Language,
    prepared_on: date,
) -> Page:
    """The page in one language; ``emergency`` are the signs that stand on it first and loud."""
    layout = checklist.summary
    blocks = tuple(
        Block(block.slug, block.label.in_language(language), lines)
        for block in layout.blocks
        if (lines := tuple(_lines(checklist, block.items, answers, language)))
    )
    return Page(
        language=language,
        title=layout.title.in_language(language),
        note=layout.note.in_language(language),
        prepared_on=date_text(prepared_on.isoformat()).in_language(language),
        warning=tuple(
            text.in_language(language) for text in warning(checklist.emergency, emergency)
        ),
        blocks=blocks,
        calls=tuple(call.number for call in checklist.emergency.calls) if emergency else (),
    )


def warning(emergency: Emergency, signs: tuple[Sign, ...]) -> Iterator[Text]:
    """What an emergency asks for, most urgent first; nothing without a sign."""
    if not signs:
        return
    yield emergency.title
    yield emergency.stop
    for call in emergency.calls:
        yield CALL.filled(number=call.number, label=call.label)
    for sign in signs:
        yield sign.act


def values_of(item: Item, answer: Answer) -> list[tuple[Text, str | None]]:
    """An answer as texts in both languages, each with the language of own words, else None."""
    return list(VALUES[type(answer)](item, answer))


def _lines(
    checklist: Checklist, slugs: tuple[str, ...], answers: Answers, language: Language
) -> Iterator[Line]:
    for slug in slugs:
        if slug in answers:
            item = checklist.item[slug]
            values = tuple(
                Value(text.in_language(language), written_in)
                for text, written_in in values_of(item, answers[slug])
            )
            yield Line(slug, item.short.in_language(language), values)


Values = Iterator[tuple[Text, str | None]]


def _texts(item: Item, answer: Texts) -> Values:
    for written in answer.written:
        yield Text(written.text, written.text), written.language


def _choices(item: Item, answer: Choices) -> Values:
    for chosen in answer.chosen:
        yield _chosen(item, chosen), None
        if chosen.words:
            yield Text(chosen.words.text, chosen.words.text), chosen.words.language


def _chosen(item: Item, chosen: Chosen) -> Text:
    label = item.option[chosen.code].short
    if item.qualifier is None or chosen.qualifier is None:
        return label
    by_code = {option.code: option.short for option in item.qualifier.options}
    return QUALIFIED.filled(label=label, qualifier=by_code[chosen.qualifier])


def _numbers(item: Item, answer: Numbers) -> Values:
    for measure in answer.measures:
        yield _measure(item, measure), None


def _measure(item: Item, measure: Measure) -> Text:
    units = {unit.code: unit.label for unit in item.units}
    parts = {part.slug: part.label for part in item.parts}
    text = Text(str(measure.value), str(measure.value))
    if measure.unit is not None:
        text = MEASURE.filled(value=text, unit=units[measure.unit])
    if measure.part is not None:
        text = PART.filled(part=parts[measure.part], value=text)
    return text


def _scale(item: Item, answer: Scale) -> Values:
    yield OUT_OF.filled(value=answer.value, most=f"{item.most:g}"), None


def _yes_no(item: Item, answer: YesNo) -> Values:
    words = (READY, NOT_READY) if item.type == "thing-to-bring" else (YES, NO)
    yield words[0] if answer.value else words[1], None


def _date(item: Item, answer: PartialDate) -> Values:
    yield date_text(answer.text), None


VALUES: Mapping[type, Callable[[Item, Any], Values]] = {
    Texts: _texts,
    Choices: _choices,
    Numbers: _numbers,
    Scale: _scale,
    YesNo: _yes_no,
    PartialDate: _date,
}
