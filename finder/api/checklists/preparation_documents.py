"""The documents of a prepared visit, in the order in which they are to be read.

Values whose texts are in both languages; :func:`finder.api.checklists.documents.json_document` makes
JSON of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from django.urls import reverse

from clinics.documents import CodedLabel
from finder.api.checklists.clinic_documents import ClinicNotes
from finder.checklist.answers import Answers, Texts
from finder.checklist.definition import (
    Checklist,
    Item,
    RoutingRow,
    Sign,
    Stop,
    Text,
)
from finder.checklist.page import Page
from finder.checklist.preparing import Clash, Preparation, Suggested, ToBring

# A concept of the taxonomy by scheme and slug.
Labels = Mapping[tuple[str, str], CodedLabel]


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A page that a statement of the checklist rests on."""

    key: str
    title: Text
    url: str
    date: Annotated[str | None, "As precise as known: YYYY, YYYY-MM or a day; null: undated"]


@dataclass(frozen=True, slots=True)
class CallDocument:
    """A number to call."""

    number: str
    label: Text
    unverified: Text | None


@dataclass(frozen=True, slots=True)
class SayingDocument:
    """What to tell whoever answers the call."""

    text: Text
    sources: list[CitedSource]
    unverified: Text | None


@dataclass(frozen=True, slots=True)
class SignDocument:
    """A sign that asks to act."""

    option: str
    label: Text
    act: Text
    say: Text | None
    sources: list[CitedSource]
    unverified: Text | None


@dataclass(frozen=True, slots=True)
class EmergencyDocument:
    """An emergency: nothing else matters now."""

    title: Text
    stop: Text
    calls: list[CallDocument]
    say: list[SayingDocument]
    signs: list[SignDocument]
    sources: list[CitedSource]


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """An item that applies and is not answered."""

    item: str
    requirement: Literal["required", "recommended"]
    label: Text
    help: Text | None
    why: Text
    sources: list[CitedSource]


@dataclass(frozen=True, slots=True)
class StopDocument:
    """A door to knock on, with the search that finds it."""

    categories: list[CodedLabel]
    services: list[CodedLabel]
    note: Text | None
    search: Annotated[
        str | None,
        "Path and query of the search; add `lat` and `lng`, or `place`. null: nothing to search for",
    ]


@dataclass(frozen=True, slots=True)
class RoutingDocument:
    """A pattern that the answers show, and where it leads."""

    slug: str
    pattern: Text
    stops: Annotated[list[StopDocument], "In order: the first is where to begin"]
    reason: Text
    sources: list[CitedSource]
    unverified: Text | None


@dataclass(frozen=True, slots=True)
class DoorDocument:
    """Whether to be examined as a new patient or to ask for an opinion, and why it matters."""

    slug: str
    route: Annotated[str, "The option of the route item that fits"]
    route_label: Text
    label: Text
    reason: Text
    chosen: Annotated[str | None, "The route that was answered; null: none"]
    sources: list[CitedSource]
    unverified: Text | None


@dataclass(frozen=True, slots=True)
class BringDocument:
    """Something to take along."""

    item: str
    option: str | None
    label: Text
    help: Text | None
    ready: Annotated[bool | None, "null: nobody has said"]


@dataclass(frozen=True, slots=True)
class QuestionDocument:
    """A question to ask the doctor, with the athlete's own notes to it."""

    item: str
    question: Text
    why: Text
    written: list[str]


@dataclass(frozen=True, slots=True)
class PreparationDocument:
    """A visit prepared. With an emergency, all but early signs, contradictions and page is empty."""

    checklist: str
    version: str
    emergency: EmergencyDocument | None
    early_review: list[SignDocument]
    missing: Annotated[list[MissingDocument], "Required items before recommended ones"]
    contradictions: list[Clash]
    routing: Annotated[
        list[RoutingDocument], "In order of precedence; the first is where to go first"
    ]
    door: DoorDocument | None
    bring: list[BringDocument]
    questions: list[QuestionDocument]
    clinic: ClinicNotes | None
    summaries: list[Page]


def preparation_document(
    checklist: Checklist,
    answers: Answers,
    prepared: Preparation,
    pages: Iterable[Page],
    clinic: ClinicNotes | None,
    labels: Labels,
) -> PreparationDocument:
    """A prepared visit as a document."""
    return PreparationDocument(
        checklist=checklist.slug,
        version=checklist.version,
        emergency=emergency_document(checklist, prepared.emergency),
        early_review=[
            _sign(checklist, checklist.early_review.item, sign) for sign in prepared.early_review
        ],
        missing=[_missing(checklist, item) for item in prepared.missing],
        contradictions=list(prepared.contradictions),
        routing=[_routing(checklist, row, labels) for row in prepared.routing],
        door=_door(checklist, prepared.door),
        bring=[_bring(thing) for thing in prepared.bring],
        questions=[_question(item, answers) for item in prepared.questions],
        clinic=None if prepared.emergency else clinic,
        summaries=list(pages),
    )


def emergency_document(checklist: Checklist, signs: Iterable[Sign]) -> EmergencyDocument | None:
    """What to do now; None without a sign."""
    told = [_sign(checklist, checklist.emergency.item, sign) for sign in signs]
    if not told:
        return None
    emergency = checklist.emergency
    return EmergencyDocument(
        title=emergency.title,
        stop=emergency.stop,
        calls=[CallDocument(one.number, one.label, one.unverified) for one in emergency.calls],
        say=[
            SayingDocument(one.text, _cited(checklist, one.sources), one.unverified)
            for one in emergency.say
        ],
        signs=told,
        sources=_cited(checklist, emergency.sources),
    )


def _sign(checklist: Checklist, item: str, sign: Sign) -> SignDocument:
    return SignDocument(
        option=sign.option,
        label=checklist.item[item].option[sign.option].label,
        act=sign.act,
        say=sign.say,
        sources=_cited(checklist, sign.sources),
        unverified=sign.unverified,
    )


def _missing(checklist: Checklist, item: Item) -> MissingDocument:
    return MissingDocument(
        item=item.slug,
        requirement=item.requirement,
        label=item.label,
        help=item.help,
        why=item.why,
        sources=_cited(checklist, item.sources),
    )


def _routing(checklist: Checklist, row: RoutingRow, labels: Labels) -> RoutingDocument:
    return RoutingDocument(
        slug=row.slug,
        pattern=row.pattern,
        stops=[stop_document(stop, labels) for stop in row.stops],
        reason=row.reason,
        sources=_cited(checklist, row.sources),
        unverified=row.unverified,
    )


def stop_document(stop: Stop, labels: Labels) -> StopDocument:
    """A door to knock on; a concept that the catalogue no longer has is left out of the labels."""
    asked = {"category": stop.categories, "service": stop.services}
    query = urlencode({name: ",".join(slugs) for name, slugs in asked.items() if slugs}, safe=",")
    return StopDocument(
        categories=_concepts("category", stop.categories, labels),
        services=_concepts("service", stop.services, labels),
        note=stop.note,
        search=f"{reverse('clinic-search')}?{query}" if query else None,
    )


def _concepts(scheme: str, slugs: Iterable[str], labels: Labels) -> list[CodedLabel]:
    return [labels[scheme, slug] for slug in slugs if (scheme, slug) in labels]


def _door(checklist: Checklist, suggested: Suggested | None) -> DoorDocument | None:
    if suggested is None:
        return None
    door = suggested.door
    return DoorDocument(
        slug=door.slug,
        route=door.route,
        route_label=checklist.item[checklist.route_item].option[door.route].label,
        label=door.label,
        reason=door.reason,
        chosen=suggested.chosen,
        sources=_cited(checklist, door.sources),
        unverified=door.unverified,
    )


def _bring(thing: ToBring) -> BringDocument:
    of = thing.option or thing.item
    return BringDocument(
        item=thing.item.slug,
        option=thing.option.code if thing.option else None,
        label=of.label,
        help=of.help,
        ready=thing.ready,
    )


def _question(item: Item, answers: Answers) -> QuestionDocument:
    answer = answers.get(item.slug)
    return QuestionDocument(
        item=item.slug,
        question=item.question or item.label,
        why=item.why,
        written=[one.text for one in answer.written] if isinstance(answer, Texts) else [],
    )


def _cited(checklist: Checklist, keys: Iterable[str]) -> list[CitedSource]:
    sources = [checklist.source[key] for key in keys]
    return [CitedSource(one.key, one.title, one.url, one.date) for one in sources]
