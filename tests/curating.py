"""Curators, reviewers and entries for tests of curation."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, User

from clinics.curation.entry_document import EntryDocument, empty, read_live
from clinics.curation.workflow import entry_of, publish_entry, save_draft, submit
from clinics.models import CuratedEntry, Facility


def person(name: str, **options: Any) -> User:
    """Somebody who may sign in, with the password ``correct horse battery``."""
    return User.objects.create_user(
        name, password="correct horse battery", is_staff=True, **options
    )


def member(name: str, group: str) -> User:
    """Somebody in one of the groups that the migration makes."""
    user = person(name)
    user.groups.add(Group.objects.get(name=group))
    return user


def claim_row(concept: str, **values: Any) -> dict[str, Any]:
    """A claim of a document, published, with a source."""
    return {
        "id": "n1",
        "concept": concept,
        "strength": "official-page",
        "department": "",
        "statement": f"The page says {concept}.",
        "note": "",
        "sources": [{"url": "https://example.org/page", "date": "2025-04"}],
        "asserted_on": "2025-04",
        "recorded_on": "2026-11-22",
        "checked_on": None,
        "expires_on": None,
        "status": "published",
        "origin": "",
    } | values


def terms_row(**values: Any) -> dict[str, Any]:
    """Second-opinion terms of a document, published, with a source."""
    return {
        "id": "s1",
        "offered": "yes",
        "fee": "33000",
        "fee_currency": "JPY",
        "fee_tax": "included",
        "minutes": 60,
        "extra_fee": None,
        "extra_minutes": None,
        "modes": ["in-person"],
        "letter": "required",
        "images": "unknown",
        "attendees": [],
        "exclusions": [],
        "doctor_consent": "unknown",
        "target_conditions": "",
        "includes_neurology": "unknown",
        "includes_orthopaedics": "unknown",
        "booking": "",
        "lead_time_days": None,
        "report_to_referrer": "unknown",
        "cancellation": "",
        "note": "",
        "sources": [{"url": "https://example.org/second-opinion", "date": ""}],
        "asserted_on": "",
        "recorded_on": "2026-11-22",
        "checked_on": None,
        "expires_on": None,
        "status": "published",
        "origin": "",
    } | values


def document(*claims: str, **facts: Any) -> EntryDocument:
    """A document of a clinic that carries these concepts."""
    made = empty()
    made["facts"] |= facts
    made["claims"] = [claim_row(key, id=f"n{n}") for n, key in enumerate(claims)]
    return made


def edit(facility_id: UUID, by: User, **facts: Any) -> CuratedEntry:
    """A draft of a facility with other facts."""
    facility = Facility.objects.get(pk=facility_id)
    changed = read_live(facility)
    changed["facts"] = changed["facts"] | facts
    return save_draft(facility, changed, by=by, version=entry_of(facility).version)


def through_review(entry: CuratedEntry, curator: User, reviewer: User) -> CuratedEntry:
    """The draft submitted by one and published by the other."""
    submitted = submit(entry.facility, by=curator, version=entry.version)
    return publish_entry(entry.facility, by=reviewer, version=submitted.version)
