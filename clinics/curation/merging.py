"""Two facilities that are one place become one: what curators said of either stands on the survivor.

The loser keeps its row, its official facts and its history; it is withdrawn, and its id leads to the
survivor for good. Rows move with their ids, so that what is known of them goes on being known.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.changes import change
from clinics.curation.entry_document import FACT_FIELDS, TERM_FIELDS, json_value, read_live
from clinics.curation.workflow import WorkflowError, locked_entry
from clinics.identity import CURATED
from clinics.models import (
    PENDING,
    Claim,
    CuratedEntry,
    CuratedFacts,
    Department,
    DuplicatePair,
    EntryState,
    Facility,
    Layer,
    MatchDecision,
    OfficialFacts,
    PublicReport,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish

# Where a place is within its prefecture: not taken over from one that stands in another.
WITHIN_PREFECTURE = ("municipality_code", "address", "latitude", "longitude")
# What says how the facts were come by, and is no fact itself.
ABOUT_THE_FACTS = ("country", "sources", "recorded_on", "position_source")
NOTHING_SAID: tuple[Any, ...] = ("", None, "unknown", [], {})
# What two statements may differ in and still be one.
NOT_CONTENT = ("checked_on", "recorded_on", "expires_on", "origin", "status", "asserted_on")


class MergeRefused(WorkflowError):
    """Two facilities that cannot be made one now; the message says why, for a person."""


@dataclass(slots=True)
class MergeOutcome:
    """What a merge did.

    ``moved`` counts rows by the name of their table; ``once`` is how many statements both had.
    ``filled`` are the facts that the survivor has from the loser now.
    """

    moved: dict[str, int] = field(default_factory=dict)
    once: int = 0
    filled: tuple[str, ...] = ()


def merge(loser: Facility, survivor: Facility, by: Any, why: str) -> MergeOutcome:
    """Make ``survivor`` all that curators said of both, and withdraw ``loser``, in one transaction.

    Claims, second-opinion terms, curated departments, verifications, reports, remembered matches and
    pairs move; a statement that both have with the same sources is kept once. The survivor's facts
    win, and only what neither its curators nor its register state is taken from the loser. Official
    facts are left alone. Of a loser that was never published the facts and departments, which would
    be public at once, stay behind; a department that a claim is on is made by its name alone.

    Raises :class:`MergeRefused` where either has a draft waiting or is merged, where they are the
    same, and where this one cannot stay and that one go: see :func:`why_not_into`.
    """
    if loser.pk == survivor.pk:
        raise MergeRefused(_("These are the same clinic. Choose two different ones."))
    with transaction.atomic():
        loser, survivor = _locked(loser, survivor)
        losing, surviving = locked_entry(loser), locked_entry(survivor)
        _refuse(losing, surviving)
        outcome = MergeOutcome()
        _move_statements(loser, survivor, outcome)
        if loser.status != Status.DRAFT:
            outcome.filled = _fill_facts(loser, survivor)
        _move_work(loser, survivor, by, outcome)
        _lead_to(loser, survivor)
        with change(by=by, why=why, reference=f"merged into {survivor.pk}"):
            losing.state, losing.message = EntryState.WITHDRAWN, why
            losing.contributors.clear()
            _renew(losing)
        told = _told(why, loser, outcome)
        with change(by=by, why=told, reference=f"merged with {loser.pk}"):
            _renew(surviving)
        publish([loser.pk, survivor.pk])
    return outcome


def obstacle(facility: Facility, entry: CuratedEntry | None) -> str:
    """Why a facility cannot be merged now, for a person; empty where it can.

    ``entry`` is None for one that was never edited.
    """
    name = {"name": _name(facility)}
    if facility.merged_into_id is not None:
        return _("%(name)s was merged already.") % name
    if entry is None or entry.state not in PENDING:
        return ""
    if facility.status != Status.DRAFT:
        return (
            _(
                "%(name)s has a draft that is not published. Publish it, discard it or withdraw the "
                "clinic first."
            )
            % name
        )
    if entry.state == EntryState.DRAFT and entry.document == read_live(facility):
        return ""
    return (
        _("%(name)s was never published and has a draft. Publish it first, or discard it.") % name
    )


def why_not_into(loser: Facility, survivor: Facility) -> str:
    """Why the one cannot go and the other stay, for a person; empty where they can.

    Reads ``officialfacts`` of both.
    """
    if survivor.status == Status.DRAFT:
        reason = _("%(name)s was never published; the clinic that stays is a published one.")
        return reason % {"name": _name(survivor)}
    if survivor.status != Status.PUBLISHED:
        reason = _("%(name)s is withdrawn; the clinic that stays is a published one.")
        return reason % {"name": _name(survivor)}
    if loser.status == Status.PUBLISHED and _is_listed(loser) and not _is_listed(survivor):
        return _(
            "Its register still lists %(name)s, and the register's facts do not move: the public "
            "would lose them. That one stays."
        ) % {"name": _name(loser)}
    return ""


def _is_listed(facility: Facility) -> bool:
    """Whether a register has it now."""
    official = getattr(facility, "officialfacts", None)
    return facility.source != CURATED and official is not None and official.absent_since is None


def _name(facility: Facility) -> str:
    return facility.stated("name") or facility.official_id


def _locked(loser: Facility, survivor: Facility) -> tuple[Facility, Facility]:
    """Both as they are now; in the order of their ids, so that two merges wait for each other."""
    chosen = Facility.objects.select_for_update().filter(pk__in=[loser.pk, survivor.pk])
    stored = {facility.pk: facility for facility in chosen.order_by("pk")}
    try:
        return stored[loser.pk], stored[survivor.pk]
    except KeyError:
        raise MergeRefused(_("One of the two clinics does not exist any more.")) from None


def _refuse(losing: CuratedEntry, surviving: CuratedEntry) -> None:
    for entry in (losing, surviving):
        message = obstacle(entry.facility, entry)
        if message:
            raise MergeRefused(message)
    message = why_not_into(losing.facility, surviving.facility)
    if message:
        raise MergeRefused(message)


def _move_statements(loser: Facility, survivor: Facility, outcome: MergeOutcome) -> None:
    """Departments first, to which claims belong."""
    departments = _move_departments(loser, survivor, outcome)
    claims = list(Claim.objects.filter(facility=loser))
    for claim in claims:
        if claim.department_id is not None:
            claim.department = departments[claim.department_id]
    _move_rows(claims, Claim.objects.filter(facility=survivor), _claim_key, survivor, outcome)
    own_terms = SecondOpinion.objects.filter(facility=survivor)
    terms = list(SecondOpinion.objects.filter(facility=loser))
    _move_rows(terms, own_terms, _terms_key, survivor, outcome)


def _move_rows(
    rows: Iterable[Any],
    own: Iterable[Any],
    key: Callable[[Any], Hashable],
    survivor: Facility,
    outcome: MergeOutcome,
) -> None:
    """Move statements; one that the survivor has with the same key is kept once."""
    stored = {key(row): row for row in own}
    for row in rows:
        same = stored.get(key(row))
        if same is None:
            row.facility = survivor
            row.save()
            _count(outcome, type(row), 1)
        else:
            stored[key(row)] = _kept(row, same, survivor)
            outcome.once += 1


def _kept(row: Any, same: Any, survivor: Facility) -> Any:
    """The one that stays of two statements that are the same: a published one, else the survivor's.

    It was last checked when either was.
    """
    prefers_row = row.status == Status.PUBLISHED and same.status != Status.PUBLISHED
    kept, dropped = (row, same) if prefers_row else (same, row)
    kept.checked_on = max(filter(None, (row.checked_on, same.checked_on)), default=None)
    kept.origin = kept.origin or dropped.origin
    dropped.delete()
    kept.facility = survivor
    kept.save()
    return kept


def _claim_key(claim: Claim) -> tuple[Any, ...]:
    return claim.concept_id, claim.statement.strip(), _sources_key(claim.sources)


def _terms_key(row: SecondOpinion) -> tuple[Any, ...]:
    content = (name for name in TERM_FIELDS if name not in (*NOT_CONTENT, "sources"))
    said = tuple(str(json_value(getattr(row, name))) for name in content)
    return *said, _sources_key(row.sources)


def _sources_key(sources: Sequence[dict[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((source.get("url", ""), source.get("date", "")) for source in sources)


def _move_departments(
    loser: Facility, survivor: Facility, outcome: MergeOutcome
) -> dict[int, Department]:
    """Move the curators' departments; those of the survivor, by the ids that the loser's had.

    Where the curators gave the survivor one of that name too, that one stays, with the loser's
    hours if it has none. A department of the loser's register, or of a loser that was never
    published, stays with it: claims on it get one of the same name, made where there is none.
    """
    rows = Department.objects.filter(facility=survivor)
    # Of two of one name the curators' is meant, as everywhere.
    own = {row.name: row for row in (*rows.filter(layer=Layer.OFFICIAL), *_curated(rows))}
    loser_rows = Department.objects.filter(facility=loser)
    moved: dict[int, Department] = {}
    for row in _curated(loser_rows) if loser.status != Status.DRAFT else ():
        stays = own.get(row.name)
        if stays is None or stays.layer == Layer.OFFICIAL:
            row.facility = survivor
            row.save(update_fields=["facility"])
            _count(outcome, Department, 1)
            stays = row
        elif not stays.hours.exists():
            row.hours.update(department=stays)
        own[row.name] = moved[row.pk] = stays
    for row in loser_rows.filter(claims__isnull=False).exclude(pk__in=moved).distinct():
        if row.name not in own:
            own[row.name] = Department.objects.create(
                facility=survivor, layer=Layer.CURATED, name=row.name, name_en=row.name_en
            )
        moved[row.pk] = own[row.name]
    return moved


def _curated(departments: "models.QuerySet[Department]") -> "models.QuerySet[Department]":
    return departments.filter(layer=Layer.CURATED).order_by("pk")


def _fill_facts(loser: Facility, survivor: Facility) -> tuple[str, ...]:
    """Take over what the survivor says nothing of; the names of those facts."""
    given = CuratedFacts.objects.filter(facility=loser).first()
    if given is None:
        return ()
    facts = CuratedFacts.objects.filter(facility=survivor).first()
    facts = facts or CuratedFacts(facility=survivor)
    register = OfficialFacts.objects.filter(facility=survivor).first()
    filled = [
        name
        for name in FACT_FIELDS
        if name not in ABOUT_THE_FACTS
        and getattr(given, name) not in NOTHING_SAID
        and getattr(facts, name) in NOTHING_SAID
        and getattr(register, name, "") in NOTHING_SAID
        and not (name in WITHIN_PREFECTURE and _elsewhere(given, facts, register))
    ]
    if not filled:
        return ()
    taken = [*filled, "position_source"] if "latitude" in filled else filled
    for name in taken:
        setattr(facts, name, getattr(given, name))
    facts.sources = [*facts.sources, *(s for s in given.sources if s not in facts.sources)]
    facts.recorded_on = facts.recorded_on or given.recorded_on
    facts.save()
    return tuple(filled)


def _elsewhere(given: CuratedFacts, facts: CuratedFacts, register: OfficialFacts | None) -> bool:
    """Whether the loser is said to stand in another prefecture."""
    stated = facts.prefecture_code or (register.prefecture_code if register else "")
    return bool(stated and given.prefecture_code and stated != given.prefecture_code)


def _move_work(loser: Facility, survivor: Facility, by: Any, outcome: MergeOutcome) -> None:
    """Verifications, reports with their contacts, remembered matches and pairs."""
    movable: tuple[type[models.Model], ...] = (Verification, PublicReport, MatchDecision)
    for model in movable:
        rows = model._default_manager.filter(facility=loser)
        _count(outcome, model, rows.update(facility=survivor))
    for pair in DuplicatePair.objects.filter(Q(first=loser) | Q(second=loser)):
        _move_pair(pair, loser, survivor, by)


def _move_pair(pair: DuplicatePair, loser: Facility, survivor: Facility, by: Any) -> None:
    """Close the pair of the two; what was found or decided of the loser holds of the survivor."""
    other = pair.second_id if pair.first_id == loser.pk else pair.first_id
    if other == survivor.pk:
        pair.state = DuplicatePair.State.MERGED
        pair.decided_by, pair.decided_at = by, timezone.now()
        pair.save()
        return
    if pair.state == DuplicatePair.State.MERGED:
        return
    first, second = sorted((other, survivor.pk))
    same = DuplicatePair.objects.filter(first=first, second=second).first()
    if same is None:
        pair.first_id, pair.second_id = first, second
        pair.save()
        return
    # A person's word outweighs a pair that waits for one.
    if same.state == DuplicatePair.State.OPEN and pair.state == DuplicatePair.State.DIFFERENT:
        same.state = pair.state
        same.decided_by, same.decided_at = pair.decided_by, pair.decided_at
        same.save()
    pair.delete()


def _lead_to(loser: Facility, survivor: Facility) -> None:
    """Let the loser's id, and those that led to it, lead to the survivor."""
    Facility.objects.filter(merged_into=loser).update(merged_into=survivor)
    loser.merged_into = survivor
    loser.status = Status.WITHDRAWN
    loser.save(update_fields=["merged_into", "status"])


def _renew(entry: CuratedEntry) -> None:
    """Let an entry be what is live, which has changed."""
    entry.document = read_live(entry.facility)
    entry.version += 1
    entry.live_version += 1
    entry.based_on = entry.live_version
    entry.save()


def _told(why: str, loser: Facility, outcome: MergeOutcome) -> str:
    """The reason as the survivor's history has it, with what came from the loser."""
    parts = [why, _("Merged with %(name)s.") % {"name": _name(loser)}]
    if outcome.filled:
        filled = ", ".join(outcome.filled)
        parts.append(_("Taken from there: %(facts)s.") % {"facts": filled})
    if outcome.once:
        parts.append(_("Statements that both had: %(number)s.") % {"number": outcome.once})
    return " ".join(part for part in parts if part)


def _count(outcome: MergeOutcome, model: type[models.Model], number: int) -> None:
    name = str(model._meta.model_name)
    outcome.moved[name] = outcome.moved.get(name, 0) + number
