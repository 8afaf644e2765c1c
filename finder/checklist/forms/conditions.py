"""A condition in words, made of the labels of the items it tests."""

from finder.checklist.definition import (
    All,
    Any,
    Checklist,
    Condition,
    Item,
    Language,
    Not,
    Test,
    Text,
)
from finder.checklist.wording import NO, YES

QUOTED = Text("「{}」", "“{}”")
IS = Text("{}が{}", "{} is {}")
IS_ANY = Text("{}が次のどれか：{}", "{} is one of {}")
INCLUDES = Text("{}に{}がある", "{} includes {}")
INCLUDES_ANY = Text("{}に次のどれかがある：{}", "{} includes any of {}")
IS_READY = Text("{}が用意できている", "{} is ready")
IS_NOT_READY = Text("{}がまだない", "{} is not ready")
AT_LEAST = Text("{}が{}以上", "{} is {} or more")
AT_MOST = Text("{}が{}以下", "{} is {} or less")
IS_ANSWERED = Text("{}に答えた", "{} is answered")
IS_NOT_ANSWERED = Text("{}に答えていない", "{} is not answered")
AND = Text("、かつ", " and ")
OR = Text("、または", " or ")
IN_BRACKETS = Text("（{}）", "({})")
DOES_NOT_HOLD = Text("{}に当てはまらない", "not: {}")
LIST = Text("・", ", ")


def condition_in_words(condition: Condition, checklist: Checklist, language: Language) -> str:
    """Such as ``“Clinics seen” is 1 or more``; parts that are themselves made of parts in brackets."""
    if isinstance(condition, Test):
        return _test(condition, checklist.item[condition.item], language)
    if isinstance(condition, Not):
        return DOES_NOT_HOLD.in_language(language).format(_inner(condition.of, checklist, language))
    word = AND if isinstance(condition, All) else OR
    if len(condition.of) == 1:
        return condition_in_words(condition.of[0], checklist, language)
    return word.in_language(language).join(
        _inner(inner, checklist, language) for inner in condition.of
    )


def _inner(condition: Condition, checklist: Checklist, language: Language) -> str:
    words = condition_in_words(condition, checklist, language)
    if isinstance(condition, All | Any) and len(condition.of) > 1:
        return IN_BRACKETS.in_language(language).format(words)
    return words


def _test(test: Test, item: Item, language: Language) -> str:
    subject = QUOTED.in_language(language).format(_subject(test, item, language))
    if test.any_of is not None:
        return _choice(test.any_of, item, subject, language)
    if test.equals is not None:
        return _equality(test.equals, item, subject, language)
    if test.answered is not None:
        sentence = IS_ANSWERED if test.answered else IS_NOT_ANSWERED
        return sentence.in_language(language).format(subject)
    sentence, bound = (
        (AT_MOST, test.at_most) if test.at_least is None else (AT_LEAST, test.at_least)
    )
    unit = next((unit.label for unit in item.units if unit.code == test.unit), None)
    number = str(bound).removesuffix(".0")
    value = number if unit is None else f"{number} {unit.in_language(language)}"
    return sentence.in_language(language).format(subject, value)


def _subject(test: Test, item: Item, language: Language) -> str:
    short = item.short.in_language(language)
    part = next((part.label for part in item.parts if part.slug == test.part), None)
    return short if part is None else f"{short} – {part.in_language(language)}"


def _choice(codes: tuple[str, ...], item: Item, subject: str, language: Language) -> str:
    options = [
        QUOTED.in_language(language).format(item.option[code].short.in_language(language))
        for code in codes
    ]
    several = item.type == "multiple-choice"
    if len(options) == 1:
        sentence = INCLUDES if several else IS
    else:
        sentence = INCLUDES_ANY if several else IS_ANY
    return sentence.in_language(language).format(subject, LIST.in_language(language).join(options))


def _equality(value: bool, item: Item, subject: str, language: Language) -> str:
    if item.type == "thing-to-bring":
        return (IS_READY if value else IS_NOT_READY).in_language(language).format(subject)
    answer = (YES if value else NO).in_language(language)
    return IS.in_language(language).format(subject, QUOTED.in_language(language).format(answer))
