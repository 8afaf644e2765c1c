"""Second-opinion records as a clinic's document has them, and what a checklist makes of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from clinics.fees import fee_per_30_minutes
from finder.checklist.clinic.notes import TermNote
from finder.checklist.clinic.terms import clinic_notes
from finder.checklist.definition import Checklist, ClinicTerm, Text
from finder.checklist.files.loading import checklists

Record = dict[str, Any]

TODAY = date(2026, 11, 25)


def record(**stated: Any) -> Record:
    """A second-opinion record of a clinic's document, of which all else is unknown."""
    row = {
        "offered": "unknown",
        "fee": None,
        "fee_currency": "JPY",
        "fee_tax": "unknown",
        "minutes": None,
        "extra_fee": None,
        "extra_minutes": None,
        "modes": [],
        "letter": "unknown",
        "images": "unknown",
        "attendees": [],
        "exclusions": [],
        "doctor_consent": "unknown",
        "target_conditions": None,
        "includes_neurology": "unknown",
        "includes_orthopaedics": "unknown",
        "booking": None,
        "lead_time_days": None,
        "report_to_referrer": "unknown",
        "cancellation": None,
        "note": None,
        "sources": [{"url": "https://example.org/page", "date": None}],
        "asserted_on": None,
        "recorded_on": "2026-11-22",
        "checked_on": None,
        "expires_on": None,
    } | stated
    fee = None if row["fee"] is None else Decimal(str(row["fee"]))
    rate = fee_per_30_minutes(fee, row["minutes"])
    return row | {"fee_per_30_minutes": None if rate is None else float(rate)}


def document(*records: Record, **stated: Any) -> Record:
    """What of a clinic's document is read here."""
    return {
        "accepts_new_patients": "unknown",
        "second_opinions": list(records),
        "curated_sources": [],
        "curated_recorded_on": None,
        "updated_at": "2026-11-24T03:00:00+00:00",
    } | stated


def checklist_of(*names: str) -> Checklist:
    """The checklist with just these terms, at one item each."""
    asked = tuple(
        ClinicTerm(name, f"item-of-{name}", Text(f"{name}の名", name), Text("何？", f"{name}?"))
        for name in names
    )
    return replace(checklists()["second-opinion"], clinic_terms=asked)


def note_of(term: str, *records: Record, **stated: Any) -> TermNote:
    notes = clinic_notes(checklist_of(term), document(*records, **stated), TODAY)
    assert list(notes) == [f"item-of-{term}"]
    (note,) = notes[f"item-of-{term}"]
    return note


def stated_text(term: str, **stated: Any) -> Text:
    """What a single record states of a term that it states."""
    (statement,) = note_of(term, record(**stated)).stated
    return statement.text
