"""A checklist as a FHIR R4 (4.0.1) Questionnaire, for whoever shows forms out of such.

In Japanese, with the English of every text as a translation. What to do in an emergency stands first.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from finder.checklist.definition import Checklist, Choice, Emergency, Item, Saying, Text
from finder.checklist.fhir.names import (
    BASE_LANGUAGE,
    CHOICE_ORIENTATION,
    COUNTRIES,
    MAX_OCCURS,
    MAX_VALUE,
    MIN_VALUE,
    OPTION_EXCLUSIVE,
    SLIDER_STEP,
    SUPPORT_LINK,
    UNIT,
    UNIT_OPTION,
    canonical,
    code_system,
    coding,
    extension,
    item_control,
    unit_coding,
    words,
)
from finder.checklist.fhir.questions import Question, questions_of
from finder.checklist.fhir.when import enabling, one_of

OF_OPTION = Text("{}：{}", "{}: {}")
WHY = Text("理由：{}", "Why: {}")
UNVERIFIED = Text("未確認：{}", "Not verified: {}")
CALL = Text("{} {}", "{}: {}")
PRECISE = Text("答え方：{}", "As precise as: {}")
PRECISIONS = {
    "year": Text("年", "a year"),
    "month": Text("年月", "a month"),
    "day": Text("年月日", "a day"),
}
BULLET = Text("・{}", "• {}")
IF_ANY = Text("今、次のどれかがあるとき：", "If any of these is happening now:")


def questionnaire(checklist: Checklist) -> dict[str, Any]:
    """The Questionnaire of a checklist; a draft until a clinician has reviewed it.

    Raises :class:`~finder.checklist.applies.NotFlat` for an item whose ``applies_when`` FHIR cannot say.
    """
    review = checklist.review
    description = _joined([checklist.about, review.note], between="\n\n")
    return {
        "resourceType": "Questionnaire",
        "id": checklist.slug,
        "language": BASE_LANGUAGE,
        "url": canonical(checklist.slug),
        "version": checklist.version,
        "name": "".join(word.capitalize() for word in checklist.slug.split("-")),
        **words("title", checklist.title),
        "status": "active" if review.reviewed_by else "draft",
        "experimental": False,
        "subjectType": ["Patient"],
        "date": review.sources_read_on,
        **words("description", description),
        "jurisdiction": [{"coding": [{"system": COUNTRIES, "code": checklist.country}]}],
        "item": [_what_to_do_first(checklist), *_sections(checklist)],
    }


@lru_cache(maxsize=8)
def link_ids(checklist: Checklist) -> tuple[str, ...]:
    """The linkIds of the Questionnaire, as often as they stand there: of questions, groups and texts."""
    waiting = list(questionnaire(checklist)["item"])
    found = []
    while waiting:
        item = waiting.pop()
        found.append(item["linkId"])
        waiting += item.get("item", ())
    return tuple(found)


def _sections(checklist: Checklist) -> Iterator[dict[str, Any]]:
    for section in checklist.sections:
        items = [item for item in checklist.items if item.section == section.slug]
        asked = [one for item in items for one in _items(checklist, item)]
        if asked:
            yield _titled("group", section.slug, section.label, item=asked)


def _items(checklist: Checklist, item: Item) -> Iterator[dict[str, Any]]:
    main, *added = questions_of(item)
    if item.parts:
        numbers = [_question(checklist, question) for question in (main, *added)]
        yield _of_item(checklist, item, _titled("group", item.slug, item.label), numbers)
        return
    yield _of_item(checklist, item, _question(checklist, main), _ends(item))
    for question in added:
        if question.option:
            yield _added(checklist, question, question.option)
    yield from _what_to_do(checklist, item)


def _of_item(
    checklist: Checklist, item: Item, asked: dict[str, Any], within: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """What is asked for an item, with when, whether it must be answered, help and sources."""
    links = [
        extension(SUPPORT_LINK, valueUri=checklist.source[key].url)
        for key in item.sources
        if key in checklist.source
    ]
    required = {"required": True} if item.requirement == "required" else {}
    help_text = _titled(
        "display", f"{item.slug}.help", _help(item), extension=[item_control("help")]
    )
    return {
        **asked,
        "extension": [*asked.get("extension", ()), *links],
        **enabling(checklist, item.applies_when),
        **required,
        "item": [help_text, *within],
    }


def _help(item: Item) -> Text:
    """How to answer, what the options mean, why it matters, and what no source says."""
    meant = [_filled(OF_OPTION, one.label, one.help) for one in item.options if one.help]
    unverified = [
        _filled(OF_OPTION, one.label, one.unverified) for one in item.options if one.unverified
    ]
    return _joined(
        [
            *([item.help] if item.help else ()),
            *meant,
            *_marks(item),
            *_precision(item),
            _filled(WHY, item.why),
            *_unverified(item.unverified),
            *(line for text in unverified for line in _unverified(text)),
        ]
    )


def _ends(item: Item) -> Iterator[dict[str, Any]]:
    """What the ends of a scale mean."""
    for name, control, label in (
        ("least", "lower", item.least_label),
        ("most", "upper", item.most_label),
    ):
        if label:
            shown = [item_control(control)]
            yield _titled("display", f"{item.slug}.{name}", label, extension=shown)


def _marks(item: Item) -> list[Text]:
    """The ends of a scale with their numbers, for renderers that show no labels at a scale."""
    ends = ((item.least, item.least_label), (item.most, item.most_label))
    return [
        _filled(OF_OPTION, Text(f"{bound:g}", f"{bound:g}"), label)
        for bound, label in ends
        if bound is not None and label
    ]


def _precision(item: Item) -> list[Text]:
    """How precise a date may be, in words: renderers have their own way of writing one."""
    if not item.precisions:
        return []
    accepted = [PRECISIONS[precision] for precision in item.precisions]
    return [_filled(PRECISE, _joined(accepted, between=" / "))]


def _added(checklist: Checklist, question: Question, option: Choice) -> dict[str, Any]:
    """What is asked of an option once it is chosen."""
    when = one_of(checklist, question.item.slug, [option.code])
    return {**_question(checklist, question), **when}


def _question(checklist: Checklist, question: Question) -> dict[str, Any]:
    asked = _titled(question.kind, question.link_id, question.text)
    extensions = list(_extensions(question))
    if extensions:
        asked["extension"] = extensions
    if question.most_answers > 1:
        asked["repeats"] = True
    if question.kind == "text":
        asked["maxLength"] = question.item.longest
    if question.kind == "choice":
        slug = question.qualifier.slug if question.qualifier else None
        system = code_system(checklist, question.item.slug, slug)
        asked["answerOption"] = [_option(system, option) for option in question.options]
    return asked


def _option(system: str, option: Choice) -> dict[str, Any]:
    value = {"valueCoding": coding(system, option.code, option.label)}
    exclusive = [extension(OPTION_EXCLUSIVE, valueBoolean=True)]
    return {"extension": exclusive, **value} if option.exclusive else value


def _extensions(question: Question) -> Iterator[dict[str, Any]]:
    """How a question is shown, and what its answers may be."""
    item, kind = question.item, question.kind
    if kind == "choice":
        yield item_control("check-box" if question.most_answers > 1 else "radio-button")
        yield extension(
            CHOICE_ORIENTATION, valueCode="horizontal" if question.option else "vertical"
        )
    if kind == "text" and question.most_answers > 1:
        yield extension(MAX_OCCURS, valueInteger=question.most_answers)
    if kind in ("integer", "decimal"):
        yield from _bounds(item, kind)
    if item.type == "scale":
        yield item_control("slider")
        yield extension(SLIDER_STEP, valueInteger=1)
    for unit in item.units:
        yield extension(UNIT_OPTION if kind == "quantity" else UNIT, valueCoding=unit_coding(unit))


def _bounds(item: Item, kind: str) -> Iterator[dict[str, Any]]:
    """The bounds of a number, which FHIR R4 has no means to say of a quantity."""
    for url, bound in ((MIN_VALUE, item.least or 0), (MAX_VALUE, item.most)):
        if bound is not None:
            value = {"valueInteger": int(bound)} if kind == "integer" else {"valueDecimal": bound}
            yield extension(url, **value)


def _what_to_do_first(checklist: Checklist) -> dict[str, Any]:
    """The first thing that is read: at which signs to stop here, and whom to call."""
    emergency = checklist.emergency
    option = checklist.item[emergency.item].option
    signs = [_filled(BULLET, option[sign.option].label) for sign in emergency.signs]
    told = [IF_ANY, *signs, emergency.stop, *_calls(emergency)]
    return _titled("display", f"{emergency.item}.first", _joined(told))


def _what_to_do(checklist: Checklist, item: Item) -> Iterator[dict[str, Any]]:
    """What is said as soon as a sign is chosen: whom to call, or to be examined soon."""
    emergency, early = checklist.emergency, checklist.early_review
    signs = emergency.signs if item.slug == emergency.item else ()
    if signs:
        say = [line for saying in emergency.say for line in _said(saying)]
        told = [emergency.title, emergency.stop, *_calls(emergency), *say]
        when = one_of(checklist, item.slug, [sign.option for sign in signs])
        yield {**_titled("display", f"{item.slug}.stop", _joined(told)), **when}
    for sign in (*signs, *(early.signs if item.slug == early.item else ())):
        act = [_filled(OF_OPTION, item.option[sign.option].label, sign.act)]
        act += [_filled(BULLET, sign.say)] if sign.say else []
        act += _unverified(sign.unverified)
        when = one_of(checklist, item.slug, [sign.option])
        yield {**_titled("display", f"{item.slug}.{sign.option}.act", _joined(act)), **when}


def _calls(emergency: Emergency) -> list[Text]:
    calls = [
        [_filled(CALL, Text(call.number, call.number), call.label), *_unverified(call.unverified)]
        for call in emergency.calls
    ]
    return [line for lines in calls for line in lines]


def _said(saying: Saying) -> list[Text]:
    return [_filled(BULLET, saying.text), *_unverified(saying.unverified)]


def _unverified(text: Text | None) -> list[Text]:
    return [_filled(UNVERIFIED, text)] if text else []


def _titled(kind: str, link_id: str, text: Text, **members: Any) -> dict[str, Any]:
    return {"linkId": link_id, **words("text", text), "type": kind, **members}


def _filled(form: Text, *texts: Text) -> Text:
    return Text(
        form.ja.format(*(text.ja for text in texts)), form.en.format(*(text.en for text in texts))
    )


def _joined(texts: Iterable[Text], between: str = "\n") -> Text:
    told = list(texts)
    return Text(between.join(text.ja for text in told), between.join(text.en for text in told))
