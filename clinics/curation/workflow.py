"""From a draft to the public and back: draft → in review → published → withdrawn.

Every step is one transaction, leaves one row of history, and is refused where somebody else changed
the entry meanwhile. What is live changes in :func:`publish_entry` and :func:`withdraw` alone, and the
listing with it.
"""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.changes import change, current_change
from clinics.curation.checking import Unacceptable, check
from clinics.curation.entry_document import EntryDocument, empty, read_live, write_live
from clinics.identity import CURATED, facility_uuid
from clinics.models import PENDING, CuratedEntry, EntryState, Facility, Status, Via
from clinics.publication import publish


class WorkflowError(Exception):
    """A step that cannot be taken now; the message says why, for a person."""


class EditConflict(WorkflowError):
    """Somebody changed the entry after it was opened here. ``entry`` is as it is now."""

    def __init__(self, entry: CuratedEntry) -> None:
        self.entry = entry
        super().__init__(
            _("Somebody else changed this entry after you opened it. Nothing was overwritten.")
        )


class SecondPersonNeeded(WorkflowError):
    """Whoever wrote a draft does not publish it."""

    def __init__(self) -> None:
        super().__init__(_("You wrote on this draft; a second person publishes it."))


def new_facility(
    *,
    by: Any,
    document: EntryDocument,
    why: str = "",
    via: str = Via.PERSON,
    reference: str = "",
) -> CuratedEntry:
    """A place that no register holds, as a draft that nobody sees yet."""
    key = f"entry-{secrets.token_hex(8)}"
    with transaction.atomic(), change(by=by, why=why, via=via, reference=reference):
        facility = Facility.objects.create(
            id=facility_uuid(CURATED, key), source=CURATED, official_id=key, status=Status.DRAFT
        )
        entry = CuratedEntry(facility=facility, document=document)
        entry.save()
        entry.contributors.add(by)
    return entry


def entry_of(facility: Facility) -> CuratedEntry:
    """The entry of a facility; one that was never edited is given as it would be, unsaved."""
    try:
        return CuratedEntry.objects.get(facility=facility)
    except CuratedEntry.DoesNotExist:
        return CuratedEntry(
            facility=facility, state=_state_of(facility), document=read_live(facility), version=0
        )


def save_draft(
    facility: Facility,
    document: EntryDocument,
    *,
    by: Any,
    version: int,
    why: str = "",
    via: str = Via.PERSON,
    reference: str = "",
) -> CuratedEntry:
    """Keep a document as the draft of a facility; what is live stays as it is.

    ``version`` is that of the entry which the document was made from. Raises
    :class:`EditConflict` where it has another by now. A draft may still have faults. A person who
    saves a draft that was begun from older words has been shown what is live since.
    """
    with _step(facility, version, by=by, why=why, via=via, reference=reference) as entry:
        if entry.state not in PENDING or via == Via.PERSON:
            entry.based_on = entry.live_version
        if entry.state not in PENDING:
            entry.contributors.clear()
        entry.document = document
        entry.state = EntryState.DRAFT
        entry.save()
        entry.contributors.add(by)
    return entry


def submit(facility: Facility, *, by: Any, version: int, message: str = "") -> CuratedEntry:
    """Hand a draft to the reviewers. Raises :class:`Unacceptable` where it has faults."""
    with _step(facility, version, by=by, why=message) as entry:
        _expect(entry, EntryState.DRAFT)
        _refuse_faults(entry)
        if not entry.contributors.exists():
            # An import's words, which nobody here wrote: who hands them in answers for them.
            entry.contributors.add(by)
        entry.state, entry.message = EntryState.IN_REVIEW, message
        entry.save()
    return entry


def send_back(facility: Facility, *, by: Any, version: int, message: str) -> CuratedEntry:
    """Return an entry in review to its curator, with what is to be changed."""
    with _step(facility, version, by=by, why=message) as entry:
        _expect(entry, EntryState.IN_REVIEW)
        entry.state, entry.message = EntryState.DRAFT, message
        entry.save()
    return entry


def publish_entry(facility: Facility, *, by: Any, version: int, why: str = "") -> CuratedEntry:
    """Make a document live, and the listing with it, in one transaction.

    Raises :class:`SecondPersonNeeded` for whoever wrote on it, unless ``ONE_PERSON_TEAM``,
    :class:`Unacceptable` where it has faults, and :class:`WorkflowError` where what is live changed
    after the draft was begun: saving the draft once more takes note of that.
    """
    with _step(facility, version, by=by, why=why) as entry:
        _expect(entry, EntryState.IN_REVIEW)
        if not settings.ONE_PERSON_TEAM and entry.contributors.filter(pk=by.pk).exists():
            raise SecondPersonNeeded
        if entry.based_on != entry.live_version:
            raise WorkflowError(
                _(
                    "What is published changed after this draft was begun. Open it, compare, and "
                    "save it again before it is published."
                )
            )
        _refuse_faults(entry)
        make_live(entry, Status.PUBLISHED)
    return entry


def withdraw(facility: Facility, *, by: Any, version: int, why: str) -> CuratedEntry:
    """Take a facility out of the public's sight, listing and all, in one transaction.

    A pending draft is given up with it; the history keeps what was written.
    """
    with _step(facility, version, by=by, why=why) as entry:
        if facility.status == Status.WITHDRAWN:
            raise WorkflowError(_("This clinic is withdrawn already."))
        if facility.status == Status.DRAFT:
            raise WorkflowError(_("This clinic was never published; discard its draft instead."))
        facility.status = Status.WITHDRAWN
        facility.save(update_fields=["status"])
        entry.document = read_live(facility)
        entry.contributors.clear()
        entry.state, entry.message = EntryState.WITHDRAWN, why
        entry.live_version += 1
        entry.save()
        publish([facility.pk])
    return entry


def discard(facility: Facility, *, by: Any, version: int, why: str = "") -> CuratedEntry:
    """Give a draft up: the entry is again what is live. The history keeps what was written.

    A new clinic of which nothing is live is withdrawn, so that nobody's desk shows it any more.
    """
    with _step(facility, version, by=by, why=why) as entry:
        _expect(entry, *PENDING)
        live = read_live(facility)
        if facility.status == Status.DRAFT and live == empty():
            facility.status = Status.WITHDRAWN
            facility.save(update_fields=["status"])
        else:
            entry.document = live
        entry.state, entry.message = _state_of(facility), ""
        entry.save()
        entry.contributors.clear()
    return entry


def make_live(entry: CuratedEntry, status: str) -> None:
    """Write an entry's document into the tables and publish it; inside a transaction."""
    facility = entry.facility
    write_live(facility, entry.document)
    facility.status = status
    facility.save(update_fields=["status"])
    # Rows that are new have their ids now.
    entry.document = read_live(facility)
    entry.state, entry.message = EntryState.PUBLISHED, ""
    entry.live_version += 1
    entry.based_on = entry.live_version
    entry.save()
    entry.contributors.clear()
    publish([facility.pk])


@contextmanager
def _step(
    facility: Facility, version: int, *, by: Any, why: str, via: str = "", reference: str = ""
) -> Iterator[CuratedEntry]:
    """The entry, locked, for one step by one person, who saw it in ``version``."""
    outer = current_change()
    circumstances = {
        "by": by,
        "why": why or outer.why,
        "via": via or (outer.via if outer.by else Via.PERSON),
        "reference": reference or outer.reference,
    }
    with transaction.atomic(), change(**circumstances):
        entry = locked_entry(facility)
        if facility.merged_into_id is not None:
            raise WorkflowError(_("This clinic was merged into another. Edit that one."))
        if entry.version != version:
            raise EditConflict(entry)
        entry.version += 1
        yield entry


def locked_entry(facility: Facility) -> CuratedEntry:
    """The entry of a facility, which nobody else can change until the transaction ends.

    The facility's row is what is locked: the entry's may not exist yet. The first row of history
    of an entry is what was live before anybody edited it.
    """
    locked = Facility.objects.select_for_update().get(pk=facility.pk)
    facility.status, facility.merged_into_id = locked.status, locked.merged_into_id
    entry = CuratedEntry.objects.filter(facility=facility).first()
    if entry is None:
        entry = entry_of(facility)
        with change(why=_("As it was before the first edit")):
            entry.save()
    entry.facility = facility
    return entry


def note_live_change(facility_ids: Collection[UUID], using: str = "default") -> None:
    """Tell the entries of facilities that an import wrote into the live tables.

    A pending draft is then known to be begun from older words, and an entry without one is what
    is live. The history keeps what became live either way, and then that the draft goes on.
    """
    entries = CuratedEntry.objects.using(using).select_related("facility")
    for entry in entries.filter(facility__in=facility_ids):
        state, draft = entry.state, entry.document
        entry.document = read_live(entry.facility, using)
        entry.version += 1
        entry.live_version += 1
        if state in PENDING:
            entry.state = _state_of(entry.facility)
            entry.save(using=using)
            entry.state, entry.document = state, draft
            with change(why=_("The draft goes on"), reference=current_change().reference):
                entry.save(using=using)
        else:
            entry.save(using=using)


def _state_of(facility: Facility) -> str:
    """The state of an entry without a pending draft."""
    return EntryState(facility.status)


def _expect(entry: CuratedEntry, *states: str) -> None:
    if entry.state not in states:
        raise WorkflowError(
            _("This entry is %(state)s; this step needs one that is %(needed)s.")
            % {
                "state": entry.get_state_display(),
                "needed": _(" or ").join(str(EntryState(state).label) for state in states),
            }
        )


def _refuse_faults(entry: CuratedEntry) -> None:
    faults = check(entry.document, entry.facility)
    if faults:
        raise Unacceptable(faults)
