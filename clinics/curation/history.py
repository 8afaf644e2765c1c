"""What became of an entry: who changed which field, when, why and from where; and the way back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, overload

from django.db.models import Q
from django.utils.translation import gettext as _

from clinics.curation.differences import (
    OFFICIAL_FIELDS,
    Difference,
    differences,
    official_differences,
)
from clinics.curation.entry_document import (
    HOURS_FIELDS,
    EntryDocument,
    Row,
    empty,
    json_value,
    read_live,
)
from clinics.models import (
    PENDING,
    Claim,
    CuratedEntry,
    Department,
    Facility,
    ImportRun,
    Layer,
    OfficialFacts,
    SecondOpinion,
    Via,
)

CURATED_LAYER, OFFICIAL_LAYER = Layer.CURATED.value, Layer.OFFICIAL.value
# The number of a step that no row of history holds: what was there from the beginning.
BEGINNING = 0
# Compared with nothing: the first step of a new clinic shows everything that it says.
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a facility.

    ``layer`` is ``curated`` or ``official``; ``number`` the row of history, :data:`BEGINNING` where
    there is none; ``state`` that of the entry after the step, or ``absent`` where the register no
    longer lists the facility. ``differences`` is what the step changed: of a draft since the step
    before, of a publication since the one before.
    """

    layer: str
    number: int
    at: datetime
    by: str
    why: str
    via: str
    reference: str
    state: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a step stands, and which one it is compared with, if any."""

    at: datetime
    number: int
    layer: str
    base: int | None


class Timeline(Sequence[Step]):
    """Every change of a facility, newest first, both layers together; a slice reads its own."""

    def __init__(self, facility: Facility, using: str = "default") -> None:
        self.facility = facility
        self.using = using
        marks = [*self._curated_marks(), *self._official_marks()]
        self.marks = sorted(marks, key=lambda mark: (mark.at, mark.number), reverse=True)

    def __len__(self) -> int:
        return len(self.marks)

    @overload
    def __getitem__(self, place: int) -> Step: ...
    @overload
    def __getitem__(self, place: slice) -> list[Step]: ...
    def __getitem__(self, place: int | slice) -> Step | list[Step]:
        if isinstance(place, slice):
            return list(self._steps(self.marks[place]))
        return next(self._steps([self.marks[place]]))

    @property
    def newest_curated(self) -> int:
        """The number of the last step of the curators; :data:`BEGINNING` where there is none."""
        numbers = (mark.number for mark in self.marks if mark.layer == CURATED_LAYER)
        return max(numbers, default=BEGINNING)

    def _curated_marks(self) -> Iterator[_Mark]:
        rows = CuratedEntry.history.using(self.using).filter(facility=self.facility)
        known = list(
            rows.order_by("history_id").values_list("history_id", "history_date", "state", "via")
        )
        previous = live = None
        for number, at, state, _via in known:
            pending = state in PENDING
            base = previous if pending else live
            if base is None and (pending or previous is not None):
                base = NOTHING
            yield _Mark(at, number, CURATED_LAYER, base)
            previous = number
            live = live if pending else number
        # Entries are begun by a person, or by the first edit of what an import had brought.
        if (not known or known[0][3] == Via.COMMAND) and self._origins():
            yield _Mark(self._loaded_at(), BEGINNING, CURATED_LAYER, None)

    def _official_marks(self) -> Iterator[_Mark]:
        rows = OfficialFacts.history.using(self.using).filter(facility=self.facility)
        previous = None
        for number, at in rows.order_by("history_id").values_list("history_id", "history_date"):
            yield _Mark(at, number, OFFICIAL_LAYER, previous)
            previous = number
        facts = OfficialFacts.objects.using(self.using).filter(facility=self.facility)
        if previous is None and facts.exists():
            yield _Mark(self.facility.created_at, BEGINNING, OFFICIAL_LAYER, None)

    def _origins(self) -> list[str]:
        """Where the live statements were loaded from."""
        return [
            origin
            for model in (Claim, SecondOpinion)
            for origin in model._default_manager.using(self.using)
            .filter(facility=self.facility)
            .exclude(origin="")
            .values_list("origin", flat=True)[:1]
        ]

    def _loading(self) -> ImportRun | None:
        """The import that loaded the curated statements."""
        source = next(iter(self._origins()), "").partition("/")[0]
        runs = ImportRun.objects.using(self.using).filter(
            source=source, finished_at__gte=self.facility.created_at
        )
        return runs.order_by("finished_at").first()

    def _loaded_at(self) -> datetime:
        run = self._loading()
        return run.finished_at if run else self.facility.created_at

    def _steps(self, marks: Sequence[_Mark]) -> Iterator[Step]:
        curated = self._rows(CuratedEntry, marks, CURATED_LAYER)
        official = self._rows(OfficialFacts, marks, OFFICIAL_LAYER)
        for mark in marks:
            if mark.number == BEGINNING:
                yield self._beginning(mark)
            elif mark.layer == CURATED_LAYER:
                yield _curated_step(mark, curated)
            else:
                yield _official_step(mark, official)

    def _rows(self, model: Any, marks: Iterable[_Mark], layer: str) -> dict[int, Any]:
        numbers = {
            number
            for mark in marks
            if mark.layer == layer
            for number in (mark.number, mark.base)
            if number is not None and number > BEGINNING
        }
        if not numbers:
            return {}
        rows = model.history.using(self.using).filter(history_id__in=numbers)
        return {row.history_id: row for row in rows.select_related("history_user")}

    def _beginning(self, mark: _Mark) -> Step:
        """What an import brought, of which no row of history tells: it is still as it was."""
        if mark.layer == CURATED_LAYER:
            run = self._loading()
            reference = str(run) if run else ""
        else:
            stated = OfficialFacts.objects.using(self.using).get(facility=self.facility)
            took = RunsByTime(self.using).reference_at(mark.at)
            reference = took or f"{self.facility.source} {stated.release}"
        why = _first_words()
        return Step(mark.layer, BEGINNING, mark.at, "", why, Via.IMPORT, reference, "", ())


class RunsByTime:
    """The imports in the order in which they finished, to tell which one was at work when."""

    def __init__(self, using: str = "default") -> None:
        runs = ImportRun.objects.using(using).order_by("finished_at", "pk")
        self.runs = list(runs.values_list("finished_at", "source", "release"))

    def reference_at(self, at: datetime) -> str:
        """The import that was at work at an instant, which is the next to finish; blank if none."""
        for finished_at, source, release in self.runs:
            if finished_at >= at:
                return f"{source} {release}"
        return ""


def timeline(facility: Facility, using: str = "default") -> list[Step]:
    """Every change of a facility, newest first, both layers together."""
    return Timeline(facility, using)[:]


def steps_of_draft(facility: Facility, most: int, using: str = "default") -> list[Step]:
    """The last steps that led to a pending draft, newest first, without what each changed."""
    rows = CuratedEntry.history.using(using).filter(facility=facility).defer("document")
    newest = rows.select_related("history_user").order_by("-history_id")[:most]
    draft = takewhile(lambda row: row.state in PENDING, newest)
    return [
        _step(
            _Mark(row.history_date, row.history_id, CURATED_LAYER, None),
            row,
            row.state,
            row.history_change_reason,
            [],
        )
        for row in draft
    ]


def step_time(
    facility: Facility, number: int, layer: str = CURATED_LAYER, using: str = "default"
) -> datetime:
    """When a step was made. Raises ``LookupError`` for no such step."""
    model = OfficialFacts if layer == OFFICIAL_LAYER else CuratedEntry
    rows = model.history.using(using).filter(facility=facility, history_id=number)
    at: datetime | None = rows.values_list("history_date", flat=True).first()
    if at is None:
        raise LookupError(f"There is no step {number} in the history of {facility.pk}.")
    return at


def document_at(facility: Facility, number: int, using: str = "default") -> EntryDocument:
    """The document of an entry as a step left it. Raises ``LookupError`` for no such step."""
    row = CuratedEntry.history.using(using).filter(facility=facility, history_id=number).first()
    if row is None:
        raise LookupError(f"There is no step {number} in the history of {facility.pk}.")
    document: EntryDocument = row.document
    return document


def words_to_go_back_to(facility: Facility, number: int, using: str = "default") -> EntryDocument:
    """The document of a step as a new draft takes it up.

    Rows that were removed since come back as new ones; a row whose words are still live keeps the
    day on which it was last checked. Raises ``LookupError`` for no such step.
    """
    document = document_at(facility, number, using)
    live = read_live(facility, using)
    for part in ("departments", "claims", "second_opinions"):
        kept = {row["id"]: row for row in live[part]}
        for row in document[part]:
            now = kept.get(row["id"])
            if now is None:
                row["id"] = f"back-{row['id']}"
            elif row | {"checked_on": None} == now | {"checked_on": None}:
                row.update(now)
    return document


def official_at(facility: Facility, number: int, using: str = "default") -> Row:
    """What a register said as a step left it. Raises ``LookupError`` for no such step."""
    row = OfficialFacts.history.using(using).filter(facility=facility, history_id=number).first()
    if row is None:
        raise LookupError(f"There is no step {number} in the register's history of {facility.pk}.")
    return _official_row(row)


def official_now(facility: Facility, using: str = "default") -> Row:
    """What a register says. Raises ``LookupError`` where none knows the facility."""
    facts = OfficialFacts.objects.using(using).filter(facility=facility).first()
    if facts is None:
        raise LookupError(f"No register knows {facility.pk}.")
    row = {name: json_value(getattr(facts, name)) for name in OFFICIAL_FIELDS}
    departments = Department.objects.using(using).filter(facility=facility, layer=Layer.OFFICIAL)
    return row | {
        "departments": [
            {
                "id": department.code or department.name,
                "code": department.code,
                "name": department.name,
                "hours": [
                    {name: json_value(getattr(hours, name)) for name in HOURS_FIELDS}
                    | {"days": hours.days.split(",")}
                    for hours in sorted(
                        department.hours.all(), key=lambda row: (row.session, row.opens, row.days)
                    )
                ],
            }
            for department in departments.prefetch_related("hours")
        ]
    }


def origins_of_old(using: str = "default") -> set[str]:
    """The origins of every statement that an entry ever held, removed ones included."""
    # A statement with an origin is there when the entry is begun, or an import brings it later.
    begun = Q(history_type="+") | Q(via=Via.IMPORT)
    documents = CuratedEntry.history.using(using).filter(begun)
    return {
        row["origin"]
        for document in documents.values_list("document", flat=True).iterator()
        for part in ("claims", "second_opinions")
        for row in document.get(part, ())
        if row.get("origin")
    }


def _first_words() -> str:
    return _("First taken in")


def _curated_step(mark: _Mark, rows: dict[int, Any]) -> Step:
    row = rows[mark.number]
    changed: list[Difference] = []
    if mark.base is not None:
        base = empty() if mark.base == NOTHING else rows[mark.base].document
        changed = differences(base, row.document)
    return _step(mark, row, row.state, row.history_change_reason, changed)


def _official_step(mark: _Mark, rows: dict[int, Any]) -> Step:
    row = rows[mark.number]
    state = "absent" if row.absent_since else ""
    if mark.base is None:
        return _step(mark, row, state, row.history_change_reason or _first_words(), [])
    changed = official_differences(_official_row(rows[mark.base]), _official_row(row))
    return _step(mark, row, state, row.history_change_reason, changed)


def _official_row(row: Any) -> Row:
    facts = {name: json_value(getattr(row, name)) for name in OFFICIAL_FIELDS}
    return facts | {"departments": row.departments}


def _step(mark: _Mark, row: Any, state: str, why: str | None, changed: list[Difference]) -> Step:
    return Step(
        mark.layer,
        mark.number,
        row.history_date,
        row.history_user.get_username() if row.history_user else "",
        why or "",
        row.via,
        row.reference,
        state,
        tuple(changed),
    )
