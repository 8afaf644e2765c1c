"""The documents of a prepared visit, in the order in which they are to be read."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypedDict
from urllib.parse import urlencode

from clinics.documents import CodedLabel
from finder.api.checklists.documents import both
from finder.checklist.answers import Answers, Texts
from finder.checklist.clinic_note_documents import TermNoteDocument
from finder.checklist.definition import (
    Checklist,
    Emergency,
    Item,
    RoutingRow,
    Sign,
    Source,
    Stop,
    Text,
)
from finder.checklist.page import Page
from finder.checklist.preparing import Clash, Preparation, Suggested, ToBring

# A concept of the taxonomy by scheme and slug.
Labels = Mapping[tuple[str, str], CodedLabel]


class CitedSource(TypedDict):
    """A page that a statement of the checklist rests on."""

    key: str
    title_ja: str
    title_en: str
    url: str
    date: Annotated[str | None, "As precise as known: YYYY, YYYY-MM or a day; null: undated"]


class CallDocument(TypedDict):
    """A number to call."""

    number: str
    label_ja: str
    label_en: str


class SayingDocument(TypedDict):
    """What to tell whoever answers the call."""

    text_ja: str
    text_en: str


class SignDocument(TypedDict):
    """A sign that asks to act."""

    option: str
    label_ja: str
    label_en: str
    act_ja: str
    act_en: str
    say_ja: str | None
    say_en: str | None
    sources: list[CitedSource]


class EmergencyDocument(TypedDict):
    """An emergency: nothing else matters now."""

    title_ja: str
    title_en: str
    stop_ja: str
    stop_en: str
    calls: list[CallDocument]
    say: list[SayingDocument]
    signs: list[SignDocument]


class MissingDocument(TypedDict):
    """An item that applies and is not answered."""

    item: str
    requirement: Literal["required", "recommended"]
    label_ja: str
    label_en: str
    help_ja: str | None
    help_en: str | None
    why_ja: str
    why_en: str
    sources: list[CitedSource]


class ContradictionDocument(TypedDict):
    """Answers that cannot both be right."""

    slug: str
    message_ja: str
    message_en: str
    items: list[str]


class StopDocument(TypedDict):
    """A door to knock on, with the search that finds it."""

    categories: list[CodedLabel]
    services: list[CodedLabel]
    note_ja: str | None
    note_en: str | None
    search: Annotated[
        str | None,
        "Path and query of the search; add `lat` and `lng`, or `place`. null: nothing to search for",
    ]


class RoutingDocument(TypedDict):
    """A pattern that the answers show, and where it leads."""

    slug: str
    pattern_ja: str
    pattern_en: str
    stops: Annotated[list[StopDocument], "In order: the first is where to begin"]
    reason_ja: str
    reason_en: str
    sources: list[CitedSource]


class DoorDocument(TypedDict):
    """Whether to be examined as a new patient or to ask for an opinion, and why it matters."""

    slug: str
    route: Annotated[str, "The option of the route item that fits"]
    route_label_ja: str
    route_label_en: str
    label_ja: str
    label_en: str
    reason_ja: str
    reason_en: str
    chosen: Annotated[str | None, "The route that was answered; null: none"]
    sources: list[CitedSource]


class BringDocument(TypedDict):
    """Something to take along."""

    item: str
    option: str | None
    label_ja: str
    label_en: str
    help_ja: str | None
    help_en: str | None
    ready: Annotated[bool | None, "null: nobody has said"]


class QuestionDocument(TypedDict):
    """A question to ask the doctor, with the athlete's own notes to it."""

    item: str
    question_ja: str
    question_en: str
    why_ja: str
    why_en: str
    written: list[str]


class ValueDocument(TypedDict):
    """What was answered."""

    text: str
    language: Annotated[
        str | None,
        "BCP 47, of words as they were written (`und`: not stated); null: a coded answer, in the "
        "language of the page",
    ]


class LineDocument(TypedDict):
    """An item with what was answered."""

    item: str
    label: str
    values: list[ValueDocument]


class BlockDocument(TypedDict):
    """Lines that stand together."""

    slug: str
    label: str
    lines: list[LineDocument]


class SummaryDocument(TypedDict):
    """The page for the doctor in one language."""

    language: Literal["ja", "en"]
    title: str
    note: str
    prepared_on: str
    warning: Annotated[list[str], "First and loud; empty: no emergency sign was answered"]
    blocks: list[BlockDocument]


class ClinicNotes(TypedDict):
    """What the clinic's own terms say at the items, or what to ask by phone."""

    id: str
    name: str
    url: str
    notes: Annotated[dict[str, list[TermNoteDocument]], "By item"]


class ClinicChecklistDocument(TypedDict):
    """A checklist, and what a clinic's own terms say at its items."""

    clinic: ClinicNotes
    checklist: Checklist


class PreparationDocument(TypedDict):
    """A visit prepared. With an emergency, all but early signs, contradictions and page is empty."""

    checklist: str
    version: str
    emergency: EmergencyDocument | None
    early_review: list[SignDocument]
    missing: Annotated[list[MissingDocument], "Required items before recommended ones"]
    contradictions: list[ContradictionDocument]
    routing: Annotated[
        list[RoutingDocument], "In order of precedence; the first is where to go first"
    ]
    door: DoorDocument | None
    bring: list[BringDocument]
    questions: list[QuestionDocument]
    clinic: ClinicNotes | None
    summaries: list[SummaryDocument]


def preparation_document(
    checklist: Checklist,
    answers: Answers,
    prepared: Preparation,
    pages: Iterable[Page],
    clinic: ClinicNotes | None,
    labels: Labels,
) -> PreparationDocument:
    """A prepared visit as JSON."""
    return {
        "checklist": checklist.slug,
        "version": checklist.version,
        "emergency": emergency_document(checklist, prepared.emergency),
        "early_review": [
            _sign(checklist, checklist.early_review.item, sign) for sign in prepared.early_review
        ],
        "missing": [_missing(checklist, item) for item in prepared.missing],
        "contradictions": [_contradiction(clash) for clash in prepared.contradictions],
        "routing": [_routing(checklist, row, labels) for row in prepared.routing],
        "door": _door(checklist, prepared.door),
        "bring": [_bring(thing) for thing in prepared.bring],
        "questions": [_question(item, answers) for item in prepared.questions],
        "clinic": clinic,
        "summaries": [_summary(page) for page in pages],
    }


def emergency_document(checklist: Checklist, signs: tuple[Sign, ...]) -> EmergencyDocument | None:
    """What to do now; None without a sign."""
    if not signs:
        return None
    emergency: Emergency = checklist.emergency
    return {
        **_both("title", emergency.title),
        **_both("stop", emergency.stop),
        "calls": [{"number": one.number, **_both("label", one.label)} for one in emergency.calls],
        "say": [{**_both("text", one.text)} for one in emergency.say],
        "signs": [_sign(checklist, emergency.item, sign) for sign in signs],
    }


def _both(name: str, text: Text | None) -> Any:
    """A pair of members; their names are put together, which no type can follow."""
    return both(name, text)


def _sign(checklist: Checklist, item: str, sign: Sign) -> SignDocument:
    return {
        "option": sign.option,
        **_both("label", checklist.item[item].option[sign.option].label),
        **_both("act", sign.act),
        **_both("say", sign.say),
        "sources": _cited(checklist, sign.sources),
    }


def _missing(checklist: Checklist, item: Item) -> MissingDocument:
    return {
        "item": item.slug,
        "requirement": item.requirement,
        **_both("label", item.label),
        **_both("help", item.help),
        **_both("why", item.why),
        "sources": _cited(checklist, item.sources),
    }


def _contradiction(clash: Clash) -> ContradictionDocument:
    return {"slug": clash.slug, **_both("message", clash.message), "items": list(clash.items)}


def _routing(checklist: Checklist, row: RoutingRow, labels: Labels) -> RoutingDocument:
    return {
        "slug": row.slug,
        **_both("pattern", row.pattern),
        "stops": [_stop(stop, labels) for stop in row.stops],
        **_both("reason", row.reason),
        "sources": _cited(checklist, row.sources),
    }


def _stop(stop: Stop, labels: Labels) -> StopDocument:
    asked = {"category": stop.categories, "service": stop.services}
    query = urlencode({name: ",".join(slugs) for name, slugs in asked.items() if slugs}, safe=",")
    return {
        "categories": _concepts("category", stop.categories, labels),
        "services": _concepts("service", stop.services, labels),
        **_both("note", stop.note),
        "search": f"/api/v1/clinics?{query}" if query else None,
    }


def _concepts(scheme: str, slugs: Iterable[str], labels: Labels) -> list[CodedLabel]:
    return [labels[scheme, slug] for slug in slugs if (scheme, slug) in labels]


def _door(checklist: Checklist, suggested: Suggested | None) -> DoorDocument | None:
    if suggested is None:
        return None
    door = suggested.door
    return {
        "slug": door.slug,
        "route": door.route,
        **_both("route_label", checklist.item[checklist.route_item].option[door.route].label),
        **_both("label", door.label),
        **_both("reason", door.reason),
        "chosen": suggested.chosen,
        "sources": _cited(checklist, door.sources),
    }


def _bring(thing: ToBring) -> BringDocument:
    of = thing.option or thing.item
    return {
        "item": thing.item.slug,
        "option": thing.option and thing.option.code,
        **_both("label", of.label),
        **_both("help", of.help),
        "ready": thing.ready,
    }


def _question(item: Item, answers: Answers) -> QuestionDocument:
    answer = answers.get(item.slug)
    return {
        "item": item.slug,
        **_both("question", item.question or item.label),
        **_both("why", item.why),
        "written": [one.text for one in answer.written] if isinstance(answer, Texts) else [],
    }


def _summary(page: Page) -> SummaryDocument:
    return {
        "language": page.language,
        "title": page.title,
        "note": page.note,
        "prepared_on": page.prepared_on,
        "warning": list(page.warning),
        "blocks": [
            {
                "slug": block.slug,
                "label": block.label,
                "lines": [
                    {
                        "item": line.item,
                        "label": line.label,
                        "values": [
                            {"text": value.text, "language": value.language}
                            for value in line.values
                        ],
                    }
                    for line in block.lines
                ],
            }
            for block in page.blocks
        ],
    }


def _cited(checklist: Checklist, keys: Iterable[str]) -> list[CitedSource]:
    return [_source(checklist.source[key]) for key in keys]


def _source(source: Source) -> CitedSource:
    return {
        "key": source.key,
        **_both("title", source.title),
        "url": source.url,
        "date": source.date,
    }
