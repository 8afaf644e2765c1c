"""The fields of the checklist's form, and answers in the form of JSON out of them.

An item's fields are named after it: ``side``; with what belongs to an option, a part or a date after a
full stop: ``events.other.text``, ``treatments-tried.rest.effect``, ``weekly-volume.now``,
``time-to-onset.unit``, ``onset-date.year``. A blank field is one that was not answered. Nothing is
guessed: what has no field, or words at an option that is not ticked, is a fault.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote_plus

from finder.checklist.answers import Answers
from finder.checklist.definition import Checklist, Choice, Item, ItemType, Language, Sign
from finder.checklist.reading import LONGEST_ECHO, Fault, echo, read_answers
from finder.problems import InvalidParameters, ParameterError
from finder.web.form_body import Fields

YES, NO = "yes", "no"
DATE_FIELDS = ("year", "month", "day")
TEXT, UNIT = "text", "unit"
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
LONGEST_NUMBER = 64


def answers_of(checklist: Checklist, fields: Fields, today: date, language: Language) -> Answers:
    """The answers of a form; own words are in the language of its page.

    Raises :class:`InvalidParameters` with every fault, each under the slug of its item.
    """
    wire, errors = wire_answers(checklist, fields)
    answers: Answers = {}
    try:
        answers = read_answers(checklist, wire, today=today, text_language=language)
    except InvalidParameters as error:
        errors += error.errors
    if errors:
        raise InvalidParameters(errors)
    return answers


def wire_answers(
    checklist: Checklist, fields: Fields
) -> tuple[dict[str, Any], list[ParameterError]]:
    """The answers in the form of JSON, and what of the fields can be none."""
    known = {name for item in checklist.items for name in names_of(item)}
    errors = [
        ParameterError(name[:LONGEST_ECHO], "unknown-field", f"There is no field {echo(name)}.")
        for name in fields
        if name not in known
    ]
    wire = {}
    for item in checklist.items:
        try:
            answer = READERS[item.type](item, fields)
        except Fault as fault:
            errors.append(ParameterError(item.slug, fault.code, fault.message))
        else:
            if answer is not None:
                wire[item.slug] = answer
    return wire, errors


def signs_named(checklist: Checklist, body: bytes) -> tuple[Sign, ...]:
    """The emergency signs that a body names anywhere, however wrong it is, be it no form at all."""
    text = unquote_plus(body.decode(errors="replace")).lower()
    return tuple(
        sign
        for sign in checklist.emergency.signs
        if re.search(rf"(?<![\w-]){re.escape(sign.option)}(?![\w-])", text)
    )


def names_of(item: Item) -> Iterator[str]:
    """The names of the fields of an item."""
    if item.type == "date":
        yield from (f"{item.slug}.{part}" for part in DATE_FIELDS)
        return
    if item.parts:
        for part in item.parts:
            yield from _number_names(item, f"{item.slug}.{part.slug}")
        return
    yield from _number_names(item, item.slug)
    for option in item.options:
        yield from _option_names(item, option)


def _number_names(item: Item, name: str) -> Iterator[str]:
    yield name
    if len(item.units) > 1:
        yield f"{name}.{UNIT}"


def _option_names(item: Item, option: Choice) -> Iterator[str]:
    if option.free_text:
        yield f"{item.slug}.{option.code}.{TEXT}"
    if item.qualifier and not option.exclusive:
        yield f"{item.slug}.{option.code}.{item.qualifier.slug}"


def _given(fields: Fields, name: str) -> list[str]:
    return [value for value in fields.get(name, ()) if value.strip()]


def _one(fields: Fields, name: str) -> str | None:
    """The value of a field that stands once. Raises :class:`Fault`."""
    values = _given(fields, name)
    if len(values) > 1:
        raise Fault("repeated-field", f"{name} is given {len(values)} times; it is accepted once.")
    return values[0] if values else None


def _texts(item: Item, fields: Fields) -> Any:
    if item.most_texts == 1:
        return _one(fields, item.slug)
    return _given(fields, item.slug) or None


def _single_choice(item: Item, fields: Fields) -> Any:
    chosen = _chosen(item, fields)
    return chosen[0] if len(chosen) == 1 else chosen or None


def _multiple_choice(item: Item, fields: Fields) -> Any:
    return _chosen(item, fields) or None


def _chosen(item: Item, fields: Fields) -> list[Any]:
    codes = _given(fields, item.slug)
    for option in item.options:
        if option.code in codes:
            continue
        for name in _option_names(item, option):
            if _given(fields, name):
                raise Fault("not-chosen", f"{name} is given, and {option.code!r} is not chosen.")
    return [_option(item, code, fields) for code in codes]


def _option(item: Item, code: str, fields: Fields) -> Any:
    option = item.option.get(code)
    added = {}
    for name in _option_names(item, option) if option else ():
        value = _one(fields, name)
        if value is not None:
            added[name.rpartition(".")[2]] = value
    return {"code": code, **added} if added else code


def _numbers(item: Item, fields: Fields) -> Any:
    if not item.parts:
        return _measure(item, item.slug, fields)
    measures = {
        part.slug: _measure(item, f"{item.slug}.{part.slug}", fields) for part in item.parts
    }
    return {slug: one for slug, one in measures.items() if one is not None} or None


def _measure(item: Item, name: str, fields: Fields) -> Any:
    """A number with its unit; None without a number, whatever unit stands beside it."""
    value = _number(fields, name)
    if value is None or not item.units:
        return value
    if len(item.units) == 1:
        return {"value": value, "unit": item.units[0].code}
    unit = _one(fields, f"{name}.{UNIT}")
    if unit is None:
        raise Fault("unit-missing", f"{name} has no unit.")
    return {"value": value, "unit": unit}


def _number(fields: Fields, name: str) -> float | None:
    given = _one(fields, name)
    if given is None:
        return None
    # Digits of a Japanese keyboard are full width.
    text = unicodedata.normalize("NFKC", given).strip()
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise Fault("wrong-number", f"{echo(given)}; accepted is a number.")
    return int(text) if text.lstrip("+-").isdecimal() else float(text)


def _scale(item: Item, fields: Fields) -> Any:
    return _number(fields, item.slug)


def _date(item: Item, fields: Fields) -> Any:
    parts = [_one(fields, f"{item.slug}.{part}") for part in DATE_FIELDS]
    given = [part for part in parts if part is not None]
    if not given:
        return None
    if parts[: len(given)] != given:
        raise Fault("wrong-date", "A day is given with its month, and a month with its year.")
    texts = [unicodedata.normalize("NFKC", part).strip() for part in given]
    return "-".join((texts[0], *(text.zfill(2) for text in texts[1:])))


def _yes_no(item: Item, fields: Fields) -> Any:
    given = _one(fields, item.slug)
    return {None: None, YES: True, NO: False}.get(given, given)


READERS: Mapping[ItemType, Callable[[Item, Fields], Any]] = {
    "text": _texts,
    "single-choice": _single_choice,
    "multiple-choice": _multiple_choice,
    "number": _numbers,
    "scale": _scale,
    "date": _date,
    "yes-no": _yes_no,
    "thing-to-bring": _yes_no,
}
