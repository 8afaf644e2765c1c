"""A clinic's own terms at the items of a checklist: what is stated, how old, and what is left to ask."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_type_hints
from uuid import UUID

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from clinics.documents import ClinicDetail, SecondOpinionDocument
from clinics.imports.starter import load_starter
from clinics.models import CuratedFacts, SecondOpinion
from clinics.publication import publish
from finder.checklist.clinic.note_documents import (
    StatementDocument,
    TermNoteDocument,
    note_document,
)
from finder.checklist.clinic.notes import Statement
from finder.checklist.clinic.term_texts import KNOWN_TERMS, OF_CLINIC, OF_RECORDS
from finder.checklist.clinic.terms import clinic_notes
from finder.checklist.clinic.wording import MODES
from finder.checklist.definition import ClinicTerm, Text
from finder.checklist.files.loading import checklists
from finder.checklist.files.soundness import faults
from tests.catalogue import clinic
from tests.clinic_records import TODAY, Record, checklist_of, document, note_of, record
from tests.doubles import curated, terms

JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
QUOTATION = re.compile("“[^”]*”")


def test_the_records_made_here_are_those_of_the_documents() -> None:
    assert record().keys() == SecondOpinionDocument.__required_keys__
    assert document().keys() <= get_type_hints(ClinicDetail).keys()


def test_every_term_that_a_record_can_state_has_words() -> None:
    provenance = {"sources", "asserted_on", "recorded_on", "checked_on", "expires_on"}
    with_the_fee = {"fee_currency", "fee_tax", "extra_fee", "extra_minutes", "fee_per_30_minutes"}
    assert OF_RECORDS.keys() == record().keys() - provenance - with_the_fee
    assert OF_RECORDS.keys() | OF_CLINIC.keys() == KNOWN_TERMS


@pytest.mark.parametrize("records", [(), (record(),), (record(), record())])
def test_what_no_record_states_becomes_the_question(records: tuple[Record, ...]) -> None:
    notes = clinic_notes(checklist_of(*sorted(KNOWN_TERMS)), document(*records), TODAY)
    assert set(notes) == {f"item-of-{term}" for term in KNOWN_TERMS}
    for term in KNOWN_TERMS:
        (note,) = notes[f"item-of-{term}"]
        assert (note.term, note.label) == (term, Text(f"{term}の名", term))
        assert (note.stated, note.question) == ((), Text("何？", f"{term}?"))


def test_every_record_that_states_a_term_is_a_statement_of_its_own() -> None:
    older = record(
        letter="required",
        sources=[{"url": "https://example.org/a", "date": "2019-04"}]
        + [{"url": "https://example.org/b", "date": None}],
        asserted_on="2019-04",
        checked_on="2026-11-01",
    )
    newer = record(letter="recommended", recorded_on="2026-12-01")
    note = note_of("letter", older, record(), newer)
    assert note.question is None
    assert note.stated == (
        Statement(
            text=Text("必要", "required"),
            sources=(("https://example.org/a", "2019-04"), ("https://example.org/b", None)),
            asserted_on="2019-04",
            recorded_on=date(2026, 11, 22),
            checked_on=date(2026, 11, 1),
            age=Text("2019年4月の記載（7年以上前）", "stated April 2019 (at least 7 years ago)"),
        ),
        Statement(
            text=Text("あるとよい", "recommended"),
            sources=(("https://example.org/page", None),),
            asserted_on=None,
            recorded_on=date(2026, 12, 1),
            checked_on=None,
            age=Text(
                "記載の日付は不明（2026年12月に収録）",
                "date of the statement unknown; recorded December 2026",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("records", "statements", "asks"),
    [
        ([record(minutes=30)], 1, True),
        ([record(minutes=30), record(fee=5000.0)], 2, False),
        ([record(fee=5000.0)], 1, False),
        ([record(fee=0.0)], 1, False),
        ([record(extra_fee=5000.0)], 1, True),
        ([record(fee=5000.0, expires_on="2026-11-24")], 1, True),
        ([record(fee=5000.0, expires_on="2026-11-25")], 1, False),
        ([record(fee=5000.0, expires_on="2026-11-24"), record(fee=6000.0)], 2, False),
        ([], 0, True),
    ],
)
def test_a_fee_is_asked_for_until_one_that_holds_is_stated(
    records: list[Record], statements: int, asks: bool
) -> None:
    note = note_of("fee", *records)
    assert (len(note.stated), note.question is not None) == (statements, asks)


def test_ways_that_are_not_stated_are_asked_for_beside_those_that_are() -> None:
    some = note_of("modes", record(modes=["in-person"]))
    assert "unknown" in some.stated[0].text.en and some.question
    every = record(modes=["in-person", "online", "written"])
    assert note_of("modes", every).question is None
    assert note_of("modes", record(modes=["online"]), every).question is None


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("yes", Text("受け入れている", "accepted")),
        ("no", Text("受け入れていない", "not accepted")),
    ],
)
def test_what_the_curators_say_of_the_place_has_their_sources(answer: str, text: Text) -> None:
    note = note_of(
        "accepts_new_patients",
        accepts_new_patients=answer,
        curated_sources=[
            {"url": "https://example.org/old", "date": "2019"},
            {"url": "https://example.org/new", "date": "2024-05"},
            {"url": "https://example.org/undated", "date": None},
        ],
        curated_recorded_on="2026-10-01",
    )
    (statement,) = note.stated
    assert (note.question, statement.text) == (None, text)
    assert statement.sources[2] == ("https://example.org/undated", None)
    assert (statement.asserted_on, statement.recorded_on) == ("2024-05", date(2026, 10, 1))
    assert statement.age.en == "stated May 2024 (at least 2 years ago)"


def test_of_undated_facts_the_day_of_publication_is_the_latest_that_they_were_recorded() -> None:
    (statement,) = note_of("accepts_new_patients", accepts_new_patients="no").stated
    assert (statement.sources, statement.asserted_on) == ((), None)
    assert statement.recorded_on == date(2026, 11, 24)


amounts = st.none() | st.decimals(0, Decimal("99999999.99"), places=2).map(float)
minutes = st.none() | st.integers(min_value=0, max_value=32767)
written = st.none() | st.text(min_size=1).filter(str.strip)
lists = st.lists(st.text(min_size=1), max_size=3)
answers = st.sampled_from(["yes", "no", "unknown"])
rules = st.sampled_from(["required", "recommended", "not-required", "unknown"])
records = st.builds(
    record,
    offered=answers,
    fee=amounts,
    fee_currency=st.sampled_from(["JPY", "EUR", "KRW"]),
    fee_tax=st.sampled_from(["included", "excluded", "unknown"]),
    minutes=minutes,
    extra_fee=amounts,
    extra_minutes=minutes,
    modes=st.lists(st.sampled_from(["in-person", "online", "written"]), unique=True),
    letter=rules,
    images=rules,
    attendees=lists,
    exclusions=lists,
    doctor_consent=st.sampled_from(["required", "not-required", "unknown"]),
    target_conditions=written,
    includes_neurology=answers,
    includes_orthopaedics=answers,
    booking=written,
    lead_time_days=minutes,
    report_to_referrer=answers,
    cancellation=written,
    note=written,
    asserted_on=st.sampled_from([None, "2019", "2024-02", "2026-11-25"]),
    checked_on=st.sampled_from([None, "2026-11-24"]),
    expires_on=st.sampled_from([None, "2026-11-24", "2030-01-01"]),
)


@given(st.lists(records, max_size=3), answers)
def test_any_terms_are_told_in_both_languages_or_asked_for(
    stated: list[Record], accepts: str
) -> None:
    asked = checklist_of(*sorted(KNOWN_TERMS))
    whole = document(*stated, accepts_new_patients=accepts)
    for notes in clinic_notes(asked, whole, TODAY).values():
        for note in notes:
            assert note.stated or note.question
            for said in note.stated:
                assert all((said.text.ja, said.text.en, said.age.ja, said.age.en))
            orjson.dumps(note_document(note))


def test_a_note_is_json_as_its_type_says() -> None:
    note = note_of("fee", record(minutes=30, asserted_on="2024", checked_on="2026-11-24"))
    made = json.loads(orjson.dumps(note_document(note)))
    assert made.keys() == get_type_hints(TermNoteDocument).keys()
    assert (made["term"], made["label_ja"], made["question_en"]) == ("fee", "feeの名", "fee?")
    (statement,) = made["stated"]
    assert statement.keys() == get_type_hints(StatementDocument).keys()
    assert statement == {
        "text_ja": "30分（料金は不明）",
        "text_en": "30 minutes (fee unknown)",
        "sources": [{"url": "https://example.org/page", "date": None}],
        "asserted_on": "2024",
        "recorded_on": "2026-11-22",
        "checked_on": "2026-11-24",
        "age_ja": "2024年の記載（1年以上前）",
        "age_en": "stated 2024 (at least 1 year ago)",
    }
    nothing_left = note_document(note_of("letter", record(letter="required")))
    assert (nothing_left["question_ja"], nothing_left["question_en"]) == (None, None)


def test_an_unknown_term_is_no_empty_note() -> None:
    with pytest.raises(KeyError):
        clinic_notes(checklist_of("parking"), document(), TODAY)


def test_a_checklist_with_a_term_that_no_clinic_has_is_refused() -> None:
    unsound = replace(
        checklists()["second-opinion"],
        clinic_terms=(ClinicTerm("parking", "route", Text("駐車場", "Parking"), Text("？", "?")),),
    )
    (fault,) = [fault for fault in faults(unsound, (), ()) if "parking" in fault]
    assert all(term in fault for term in KNOWN_TERMS)


def published(client: Client, clinic_id: UUID) -> Record:
    return client.get(f"/api/v1/clinics/{clinic_id}").json()


@pytest.mark.django_db
def test_the_terms_of_a_published_clinic_stand_at_the_items_that_ask(client: Client) -> None:
    clinic_id = curated("青葉病院", accepts_new_patients="yes", recorded_on=date(2026, 11, 1))
    terms(clinic_id, letter="required", attendees=["本人"], asserted_on="2025-04")
    publish([clinic_id])
    checklist = checklists()["second-opinion"]
    notes = clinic_notes(checklist, published(client, clinic_id), TODAY)
    assert list(notes) == list(dict.fromkeys(term.item for term in checklist.clinic_terms))
    by_term = {note.term: note for of in notes.values() for note in of}
    assert by_term["fee"].stated[0].text.ja == (
        "60分 33,000円（税込み、比べるための換算で30分あたり16,500円）"
    )
    assert by_term["accepts_new_patients"].stated[0].recorded_on == date(2026, 11, 1)
    assert by_term["attendees"].stated[0].age.en.startswith("stated April 2025")
    assert by_term["images"].stated == () and by_term["images"].question


@pytest.mark.django_db
def test_of_a_clinic_without_terms_everything_is_asked(client: Client) -> None:
    checklist = checklists()["second-opinion"]
    notes = clinic_notes(checklist, published(client, clinic()), TODAY)
    asked = [note.question for of in notes.values() for note in of]
    assert sorted(map(str, asked)) == sorted(str(term.question) for term in checklist.clinic_terms)
    assert not any(note.stated for of in notes.values() for note in of)
    assert not CuratedFacts.objects.exists()


@pytest.mark.django_db
def test_of_every_hospital_of_the_starter_catalogue_each_term_is_told_or_asked(
    client: Client,
) -> None:
    """What is not quoted is in English."""
    load_starter()
    asked = checklist_of(*sorted(OF_RECORDS))
    stated = SecondOpinion.objects.filter(status="published").values_list("facility", flat=True)
    assert len(stated) == 132
    for clinic_id in stated:
        whole = published(client, clinic_id)
        (row,) = whole["second_opinions"]
        for (note,) in clinic_notes(asked, whole, TODAY).values():
            is_silent = row[note.term] in (None, "unknown", [])
            asks = is_silent or (note.term == "modes" and len(row["modes"]) < len(MODES))
            assert (note.question is not None) == asks, (whole["name"], note.term)
            for statement in note.stated:
                assert not JAPANESE.search(QUOTATION.sub("", statement.text.en))
