"""Answers out of JSON, strictly: what is no answer to its item is refused, with what would be.

The form of an answer follows from the type of its item (``fixtures/checklists/README.md``)::

    text             "…" or {"text": "…", "language": "ja"}; a list of them where several are asked for
    single-choice    "code" or {"code": "other", "text": "…", "language": "ja"}
    multiple-choice  a list of such, each with its qualifier: {"code": "rest", "effect": "none"}
    number           {"value": 12, "unit": "km"}; a count: 12; parts: {"now": {…}, "before-onset": {…}}
    scale            7
    date             "2024-05"
    yes-no, thing-to-bring   true or false
"""

import re
import reprlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import islice
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
    Written,
    YesNo,
)
from finder.checklist.definition import Checklist, Choice, Item, ItemType
from finder.checklist.page import UNDETERMINED
from finder.problems import InvalidParameters, ParameterError, suggestion

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Enough for every tag of a living language (RFC 5646 §4.4.1).
LONGEST_TAG = 35
# The C0 and C1 controls but for a line's end and a tab, which can be typed; what is no character.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
FORMS_OF_DATE = {"year": "YYYY", "month": "YYYY-MM", "day": "YYYY-MM-DD"}
# What a person can mean; a float holds each of these exactly enough to be given back as it came.
LARGEST_NUMBER = 1_000_000_000
# Of an option that is given as an object, beside what qualifies it.
MEMBERS_OF_A_CHOICE = ("code", "text", "language")
LONGEST_ECHO = 64
# Of more faults than a person makes, the first are enough.
MOST_NAMED = 100


class _Short(reprlib.Repr):
    """The beginning of a value, however long or deep it is."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxlong = self.maxother = 4 * LONGEST_ECHO

    def repr_bool(self, value: bool, level: int) -> str:
        return "true" if value else "false"

    def repr_NoneType(self, value: None, level: int) -> str:
        return "null"


SHORT = _Short()


class Fault(ValueError):
    """What is wrong with one answer, and what would be accepted."""

    def __init__(self, code: str, message: str, near: str | None = None) -> None:
        self.code, self.message, self.near = code, message, near
        super().__init__(message)


def read_answers(
    checklist: Checklist, raw: Any, *, today: date, text_language: str | None = None
) -> Answers:
    """The answers of a JSON object by item, in the order of the definition.

    ``today`` bounds dates that lie in the past; ``text_language`` (BCP 47) is that of words without
    one. Raises :class:`InvalidParameters` with an error for every answer that is wrong, of very many
    unknown items for the first.
    """
    if not isinstance(raw, Mapping):
        message = f"{echo(raw)}; accepted is an object of answers by item."
        raise InvalidParameters([ParameterError("answers", "wrong-type", message)])
    answers, errors = {}, _unknown_items(checklist, raw)
    for item in checklist.items:
        if item.slug not in raw:
            continue
        try:
            answers[item.slug] = READERS[item.type](item, raw[item.slug], text_language, today)
        except Fault as fault:
            errors.append(ParameterError(item.slug, fault.code, fault.message, fault.near))
    if errors:
        raise InvalidParameters(errors)
    return answers


def language_tag(raw: Any) -> str:
    """A language tag (BCP 47). Raises :class:`Fault`."""
    if isinstance(raw, str) and len(raw) <= LONGEST_TAG and LANGUAGE_TAG.fullmatch(raw):
        return raw
    raise Fault("wrong-language", f"{echo(raw)} is no language tag (BCP 47) such as ja or en-GB.")


def echo(raw: Any) -> str:
    """A wrong value as far as a message has room for it, with the words of JSON for what has some."""
    shown = SHORT.repr(raw)
    return shown if len(shown) <= LONGEST_ECHO else f"{shown[:LONGEST_ECHO]}…"


def _unknown_items(checklist: Checklist, raw: Mapping[Any, Any]) -> list[ParameterError]:
    return [
        ParameterError(
            slug[:LONGEST_ECHO],
            "unknown-item",
            f"The checklist {checklist.slug} has no item {echo(slug)}.",
            suggestion(slug, checklist.item),
        )
        for slug in islice((slug for slug in raw if slug not in checklist.item), MOST_NAMED)
    ]


def _written(raw: Any, longest: int, text_language: str | None) -> Written:
    language = text_language
    if isinstance(raw, Mapping):
        _members(raw, ("text", "language"), ("text",))
        language = language_tag(raw["language"]) if "language" in raw else language
        raw = raw["text"]
    if not isinstance(raw, str):
        raise Fault(
            "wrong-type", f"{echo(raw)}; accepted is text, or an object with text and language."
        )
    text = "\n".join(raw.strip().splitlines())
    if not text:
        raise Fault("blank", "It is blank; leave it out where there is nothing to say.")
    if len(text) > longest:
        raise Fault("too-long", f"At most {longest:,} characters are accepted, not {len(text):,}.")
    if CONTROLS.search(text):
        raise Fault("not-accepted", "Control characters are not accepted.")
    return Written(text, language or UNDETERMINED)


def _texts(item: Item, raw: Any, language: str | None, today: date) -> Texts:
    if item.most_texts == 1:
        return Texts((_written(raw, item.longest, language),))
    if not isinstance(raw, list) or not 1 <= len(raw) <= item.most_texts:
        message = f"{echo(raw)}; accepted is a list of 1 to {item.most_texts} texts."
        raise Fault("wrong-type", message)
    return Texts(tuple(_written(text, item.longest, language) for text in raw))


def _single_choice(item: Item, raw: Any, language: str | None, today: date) -> Choices:
    if isinstance(raw, list):
        raise Fault("wrong-type", f"One option is accepted, not a list: {_codes(item.options)}.")
    return Choices((_chosen(item, raw, language),))


def _multiple_choice(item: Item, raw: Any, language: str | None, today: date) -> Choices:
    if not isinstance(raw, list) or not raw:
        message = f"{echo(raw)}; accepted is a list of one or more of: {_codes(item.options)}."
        raise Fault("wrong-type", message)
    chosen = [_chosen(item, entry, language) for entry in raw]
    order = list(item.option)
    codes = [one.code for one in chosen]
    for code in order:
        if codes.count(code) > 1:
            raise Fault("repeated-option", f"{code!r} is given {codes.count(code)} times.")
    return Choices(tuple(sorted(chosen, key=lambda one: order.index(one.code))))


def _chosen(item: Item, raw: Any, language: str | None) -> Chosen:
    if not isinstance(raw, Mapping):
        return Chosen(_code(raw, item.options))
    qualified = (item.qualifier.slug,) if item.qualifier else ()
    _members(raw, (*MEMBERS_OF_A_CHOICE, *qualified), ("code",))
    option = item.option[_code(raw["code"], item.options)]
    words = None
    if "text" in raw:
        if not option.free_text:
            raise Fault("text-not-accepted", f"The option {option.code!r} takes no words.")
        given = {name: raw[name] for name in ("text", "language") if name in raw}
        words = _written(given, item.longest, language)
    elif "language" in raw:
        raise Fault("text-missing", "language says in which one text is written; text is missing.")
    qualifier = None
    if item.qualifier and item.qualifier.slug in raw:
        qualifier = _code(raw[item.qualifier.slug], item.qualifier.options)
        if option.exclusive:
            raise Fault("not-accepted", f"{option.code!r} has no {item.qualifier.slug}.")
    return Chosen(option.code, words, qualifier)


def _code(raw: Any, options: Sequence[Choice]) -> str:
    codes = [option.code for option in options]
    if isinstance(raw, str) and raw in codes:
        return raw
    near = suggestion(raw, codes) if isinstance(raw, str) else None
    raise Fault("unknown-option", f"{echo(raw)} is not one of: {_codes(options)}.", near)


def _codes(options: Sequence[Choice]) -> str:
    return ", ".join(option.code for option in options)


def _members(raw: Mapping[Any, Any], accepted: Sequence[str], required: Sequence[str]) -> None:
    unknown = [name for name in raw if name not in accepted]
    if unknown:
        near = suggestion(unknown[0], accepted)
        message = f"There is no member {echo(unknown[0])}; accepted: {', '.join(accepted)}."
        raise Fault("unknown-member", message, near)
    for name in required:
        if name not in raw:
            raise Fault("missing-member", f"{name} is missing from {echo(dict(raw))}.")


def _numbers(item: Item, raw: Any, language: str | None, today: date) -> Numbers:
    if not item.parts:
        return Numbers((_measure(item, raw, None),))
    slugs = [part.slug for part in item.parts]
    if not isinstance(raw, Mapping) or not raw:
        raise Fault("wrong-type", f"{echo(raw)}; accepted is an object of: {', '.join(slugs)}.")
    _members(raw, slugs, ())
    return Numbers(tuple(_measure(item, raw[slug], slug) for slug in slugs if slug in raw))


def _measure(item: Item, raw: Any, part: str | None) -> Measure:
    if not item.units:
        return Measure(_number(item, raw), None, part)
    units = [unit.code for unit in item.units]
    if not isinstance(raw, Mapping):
        message = f"{echo(raw)}; accepted is an object of value and unit ({', '.join(units)})."
        raise Fault("unit-missing", message)
    _members(raw, ("value", "unit"), ("value", "unit"))
    if raw["unit"] not in units:
        near = suggestion(raw["unit"], units) if isinstance(raw["unit"], str) else None
        raise Fault("wrong-unit", f"{echo(raw['unit'])} is not one of: {', '.join(units)}.", near)
    return Measure(_number(item, raw["value"]), raw["unit"], part)


def _number(item: Item, raw: Any) -> float:
    whole = item.whole or item.type == "scale"
    kind = "a whole number" if whole else "a number"
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise Fault("wrong-type", f"{echo(raw)}; accepted is {kind}.")
    least = 0 if item.least is None else item.least
    most = LARGEST_NUMBER if item.most is None else item.most
    if not least <= raw <= most:
        raise Fault("out-of-range", f"{echo(raw)}; accepted is {kind} from {least:g} to {most:g}.")
    if whole and raw != int(raw):
        raise Fault("not-whole", f"{echo(raw)}; accepted is {kind}.")
    return int(raw) if raw == int(raw) else raw


def _scale(item: Item, raw: Any, language: str | None, today: date) -> Scale:
    return Scale(int(_number(item, raw)))


def _yes_no(item: Item, raw: Any, language: str | None, today: date) -> YesNo:
    if isinstance(raw, bool):
        return YesNo(raw)
    raise Fault("wrong-type", f"{echo(raw)}; accepted is true or false. Unknown is left out.")


def _date(item: Item, raw: Any, language: str | None, today: date) -> PartialDate:
    forms = " or ".join(FORMS_OF_DATE[precision] for precision in item.precisions)
    match = PARTIAL_DATE.fullmatch(raw) if isinstance(raw, str) and raw.isascii() else None
    if match is None or match.lastindex not in _accepted_lengths(item):
        raise Fault("wrong-date", f"{echo(raw)}; accepted is {forms}.")
    year, month, day = (int(group or 1) for group in match.groups())
    try:
        first = date(year, month, day)
    except ValueError:
        raise Fault("wrong-date", f"{echo(raw)} is no date; accepted is {forms}.") from None
    if not item.future and first > today:
        raise Fault(
            "in-the-future", f"{echo(raw)} is still to come; accepted is {today} or before."
        )
    return PartialDate(match[0])


def _accepted_lengths(item: Item) -> list[int]:
    return [list(FORMS_OF_DATE).index(precision) + 1 for precision in item.precisions]


READERS: Mapping[ItemType, Callable[[Item, Any, str | None, date], Answer]] = {
    "text": _texts,
    "single-choice": _single_choice,
    "multiple-choice": _multiple_choice,
    "number": _numbers,
    "scale": _scale,
    "date": _date,
    "yes-no": _yes_no,
    "thing-to-bring": _yes_no,
}
