"""The history: every change of both layers, with who, when, why and from where; and the way back."""

import json
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clinics.curation.differences import differences
from clinics.curation.entry_document import empty, read_live
from clinics.curation.history import (
    BEGINNING,
    Step,
    Timeline,
    document_at,
    official_now,
    origins_of_old,
    timeline,
)
from clinics.curation.verifying import verify
from clinics.curation.workflow import (
    entry_of,
    new_facility,
    note_live_change,
    save_draft,
    withdraw,
)
from clinics.hours import Session
from clinics.imports.official import Import, store
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    Concept,
    CuratedEntry,
    Department,
    EntryState,
    Facility,
    ImportRun,
    Kind,
    OfficialFacts,
    Status,
)
from clinics.publication_check import stale_listings
from clinics.taxonomy import load_taxonomy
from tests.catalogue import RELEASE, SOURCE, claim, clinic, record
from tests.curating import claim_row, document, edit, terms_row, through_review
from tests.test_review import member, signed_in

pytestmark = pytest.mark.django_db

MORNING = Session(1, ("mon", "fri"), time(9), time(12))
AFTERNOON = Session(2, ("mon",), time(13), time(17), time(12, 30), time(16, 30))


@pytest.fixture
def curator() -> User:
    return member("hanako", "Curator")


@pytest.fixture
def reviewer() -> User:
    return member("taro", "Reviewer")


def release(day: date, *records: Any, **options: Any) -> None:
    """A release of the register, with the record of its import, as an import leaves it."""
    store(records, Import(SOURCE, day, kinds=(Kind.CLINIC,), mark_absent=True, **options))
    ImportRun.objects.create(source=SOURCE, release=day)


def facility_of(official_id: str) -> Facility:
    return Facility.objects.get(official_id=official_id)


def changed(step: Step) -> dict[str, tuple[Any, Any]]:
    return {item.field: (item.before, item.after) for item in step.differences}


def history_page(facility_id: UUID) -> str:
    return f"/admin/clinics/facility/{facility_id}/history/"


def compare_page(facility_id: UUID) -> str:
    return f"/admin/clinics/facility/{facility_id}/compare/"


# What the register said


def test_a_first_import_writes_no_history_and_shows_one_line_of_where_it_came_from() -> None:
    release(RELEASE, record(official_id="A"))
    assert not OfficialFacts.history.exists()
    (step,) = timeline(facility_of("A"))
    assert (step.layer, step.number, step.via) == ("official", BEGINNING, "import")
    assert step.reference == f"{SOURCE} {RELEASE}" and step.differences == ()
    assert step.at == facility_of("A").created_at


def test_a_later_release_keeps_old_and_new_words_with_its_name() -> None:
    release(RELEASE, record(official_id="A", name="旧名", website="https://old.example/"))
    later = date(2026, 12, 1)
    release(later, record(official_id="A", name="新名", website="https://new.example/"))
    new, old = timeline(facility_of("A"))
    assert changed(new) == {
        "name": ("旧名", "新名"),
        "website": ("https://old.example/", "https://new.example/"),
    }
    assert (new.via, new.reference, new.by) == ("import", f"{SOURCE} {later}", "")
    assert (old.reference, old.at) == (f"{SOURCE} {RELEASE}", facility_of("A").created_at)


def test_the_first_words_go_by_the_release_that_brought_them_not_by_the_last_to_repeat_them() -> (
    None
):
    release(RELEASE, record(official_id="A", name="旧名"))
    release(date(2026, 12, 1), record(official_id="A", name="旧名"))
    (first,) = timeline(facility_of("A"))
    assert first.reference == f"{SOURCE} {RELEASE}"
    release(date(2027, 6, 1), record(official_id="A", name="新名"))
    new, old = timeline(facility_of("A"))
    assert (old.reference, new.reference) == (f"{SOURCE} {RELEASE}", f"{SOURCE} 2027-06-01")


def test_a_clinic_that_leaves_its_register_and_comes_back_has_both_written_down() -> None:
    release(RELEASE, record(official_id="A"), record(official_id="B"))
    release(date(2026, 12, 1), record(official_id="B"))
    release(date(2027, 6, 1), record(official_id="A"), record(official_id="B"))
    back, gone, _first = timeline(facility_of("A"))
    assert changed(gone) == {"absent_since": (None, "2026-12-01")} and gone.state == "absent"
    assert changed(back) == {"absent_since": ("2026-12-01", None)} and back.state == ""
    assert len(timeline(facility_of("B"))) == 1


def test_departments_and_hours_of_the_register_are_kept_too() -> None:
    release(RELEASE, record(official_id="A", departments=["neurology"], hours=(MORNING,)))
    release(
        date(2026, 12, 1),
        record(official_id="A", departments=["neurology", "orthopaedics"], hours=(AFTERNOON,)),
    )
    new, _old = timeline(facility_of("A"))
    hours, added = new.differences
    assert (hours.part, hours.label, hours.field) == ("official_departments", "neurology", "hours")
    assert [row["opens"] for row in hours.before] == ["09:00"]
    assert hours.after == [
        {
            "session": 2,
            "days": ["mon"],
            "opens": "13:00",
            "closes": "17:00",
            "reception_opens": "12:30",
            "reception_closes": "16:30",
        }
    ]
    assert (added.label, added.before, added.after["code"]) == ("orthopaedics", None, "02035")


def test_a_release_without_departments_shows_none_as_gone() -> None:
    release(RELEASE, record(official_id="A", departments=["neurology"], hours=(MORNING,)))
    release(date(2026, 12, 1), record(official_id="A", departments=None, name="新名"))
    assert list(changed(timeline(facility_of("A"))[0])) == ["name"]


def test_departments_of_a_time_before_they_were_kept_are_neither_new_nor_gone() -> None:
    release(RELEASE, record(official_id="A", departments=["neurology"]))
    release(date(2026, 12, 1), record(official_id="A", departments=["neurology"], name="新名"))
    OfficialFacts.history.filter(history_type="+").update(departments=None)
    assert list(changed(timeline(facility_of("A"))[0])) == ["name"]


def test_the_last_words_of_the_history_are_those_of_the_tables() -> None:
    hours = (AFTERNOON, MORNING)
    release(RELEASE, record(official_id="A", departments=["neurology"]))
    release(
        date(2026, 12, 1),
        record(official_id="A", departments=["rehabilitation", "neurology"], hours=hours),
    )
    kept = OfficialFacts.history.latest().departments
    assert kept == official_now(facility_of("A"))["departments"] and len(kept) == 2


# What the curators said


def test_every_step_says_who_when_why_and_from_where(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic(35, 139, "service:botulinum-injection"))
    entry = edit(facility.pk, curator, phone="1")
    entry = through_review(entry, curator, reviewer)
    on = date(2026, 11, 20)
    verify([facility], by=curator, on=on, method="phone", outcome="confirmed", note="Mrs Sato")
    entry.refresh_from_db()
    withdraw(facility, by=reviewer, version=entry.version, why="Closed")
    gone, checked, public, handed_in, written, before, official = timeline(facility)
    assert [step.by for step in (gone, checked, public, handed_in, written, before)] == [
        "taro",
        "hanako",
        "taro",
        "hanako",
        "hanako",
        "",
    ]
    assert (gone.state, gone.why) == (EntryState.WITHDRAWN, "Closed")
    assert checked.why == "Checked on 2026-11-20: Phone, Confirmed. Mrs Sato"
    assert changed(checked) == {"checked_on": (None, "2026-11-20")}
    assert changed(public) == changed(written) == {"phone": ("", "1")}
    assert handed_in.differences == gone.differences == ()
    assert {step.via for step in (gone, checked, public, written)} == {"person"}
    assert official.layer == "official"


def test_publishing_shows_no_row_as_removed_because_it_got_its_id(
    curator: User, reviewer: User
) -> None:
    entry = new_facility(by=curator, document=document("sport:golf", name="診療所"))
    entry = through_review(entry, curator, reviewer)
    public, handed_in, written = timeline(entry.facility)
    assert {item.part for item in public.differences} == {"facts", "claims"}
    assert all(item.after is not None for item in public.differences)
    assert len(written.differences) == len(public.differences) and not handed_in.differences
    submitted = document_at(entry.facility, handed_in.number)
    assert differences(submitted, entry.document) == []


def test_what_an_import_made_live_under_a_draft_is_in_the_history(curator: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    edit(facility.pk, curator, phone="1")
    claim(facility.pk, "sport:golf")
    note_live_change([facility.pk])
    goes_on, live, _draft, _before, _official = timeline(facility)
    assert live.state == EntryState.PUBLISHED
    assert [item.part for item in live.differences] == ["claims"]
    assert goes_on.state == EntryState.DRAFT
    entry = CuratedEntry.objects.get()
    assert (entry.state, entry.document["facts"]["phone"]) == (EntryState.DRAFT, "1")


def test_the_starter_catalogue_says_that_it_brought_an_entry(curator: User) -> None:
    load_starter()
    facility = Facility.objects.filter(claims__isnull=False, source="curated").first()
    assert facility is not None
    (step,) = timeline(facility)
    run = ImportRun.objects.get()
    assert (step.layer, step.via, step.reference) == ("curated", "import", str(run))
    edit(facility.pk, curator, phone="1")
    assert timeline(facility)[-1].reference == str(run)


def test_the_starter_catalogue_signs_what_it_adds_to_an_entry(
    curator: User, tmp_path: Any, settings: Any
) -> None:
    load_starter()
    facility = Facility.objects.filter(claims__isnull=False, source="curated").first()
    assert facility is not None
    edit(facility.pk, curator, phone="1")
    old = Claim.objects.filter(facility=facility).first()
    assert old is not None
    for name in ("facilities.json", "institutions.json", "second_opinions.json"):
        content = json.loads((settings.FIXTURES_DIR / "starter" / name).read_text())
        if name == "institutions.json":
            key = old.origin.rpartition("/")[2]
            entry = next(item for item in content["entries"] if item["key"] == key)
            content["entries"].append(entry | {"key": f"{key}-more"})
        (tmp_path / name).write_text(json.dumps(content))
    load_starter(directory=tmp_path)
    row = CuratedEntry.history.filter(facility=facility, via="import").latest()
    assert row.reference == str(ImportRun.objects.order_by("-pk").first())
    # The statement that came later is known for ever, whatever becomes of it.
    Claim.objects.filter(origin=f"{old.origin}-more").delete()
    assert f"{old.origin}-more" in origins_of_old()


def test_a_fact_that_an_older_document_does_not_know_is_no_difference() -> None:
    older = empty()
    del older["facts"]["note"]
    older["facts"]["phone"] = None
    assert differences(older, empty()) == [] == differences(empty(), older)


# The pages


def test_the_page_shows_both_layers_and_leads_to_the_import(curator: User, reviewer: User) -> None:
    release(RELEASE, record(official_id="A", name="旧名"))
    release(date(2026, 12, 1), record(official_id="A", name="新名"))
    facility = facility_of("A")
    through_review(edit(facility.pk, curator, phone="03-1"), curator, reviewer)
    shown = signed_in(curator).get(history_page(facility.pk)).content.decode()
    run = ImportRun.objects.get(release=date(2026, 12, 1))
    assert f'href="/admin/clinics/importrun/{run.pk}/change/">{SOURCE} 2026-12-01</a>' in shown
    for text in ("<del>旧</del>", "<ins>新</ins>", "Import", "Person", "hanako", "taro"):
        assert text in shown


def test_a_page_holds_25_steps_in_few_queries(
    curator: User, django_assert_max_num_queries: Any
) -> None:
    release(RELEASE, record(official_id="A", departments=["neurology"], hours=(MORNING,)))
    release(date(2026, 12, 1), record(official_id="A", departments=["orthopaedics"]))
    facility = facility_of("A")
    claim(facility.pk, "sport:golf")
    for number in range(30):
        edit(facility.pk, curator, phone=str(number))
    client = signed_in(curator)
    seen = 0
    for page, number in ((1, 25), (2, 8)):
        with django_assert_max_num_queries(20):
            answer = client.get(f"{history_page(facility.pk)}?p={page}")
        steps = answer.context["steps"]
        assert len(steps) == number
        seen += len(steps)
    assert seen == len(timeline(facility)) == 33
    assert [step.number for step in Timeline(facility)[:3]] == [
        step.number for step in timeline(facility)[:3]
    ]
    assert Timeline(facility)[4] == timeline(facility)[4]


def test_any_two_steps_of_a_layer_are_compared_and_with_what_is_live(
    curator: User, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    release(RELEASE, record(official_id="A", name="旧い名"))
    release(date(2026, 12, 1), record(official_id="A", name="新い名"))
    facility = facility_of("A")
    numbers = [edit(facility.pk, curator, phone=phone).history.latest().pk for phone in "123"]
    client = signed_in(curator)
    with django_assert_max_num_queries(20):
        shown = client.get(f"{compare_page(facility.pk)}?from={numbers[0]}&to={numbers[2]}")
    assert "<del>1</del>" in shown.content.decode() and "<ins>3</ins>" in shown.content.decode()
    shown = client.get(f"{compare_page(facility.pk)}?from={numbers[1]}&to=live")
    assert "<del>2</del>" in shown.content.decode() and "Published now" in shown.content.decode()
    old, new = OfficialFacts.history.order_by("pk").values_list("pk", flat=True)
    for to in (f"official-{new}", "live"):
        shown = client.get(f"{compare_page(facility.pk)}?from=official-{old}&to={to}")
        assert "<del>旧</del>い名" in shown.content.decode()
        assert "a draft</button>" not in shown.content.decode()


def test_what_cannot_be_compared_says_why(curator: User) -> None:
    release(RELEASE, record(official_id="A", name="旧名"))
    release(date(2026, 12, 1), record(official_id="A", name="新名"))
    facility = facility_of("A")
    edit(facility.pk, curator, phone="1")
    new_facility(by=curator, document=document(name="別の診療所"))
    own = CuratedEntry.history.filter(facility=facility).latest().pk
    foreign = CuratedEntry.history.exclude(facility=facility).latest().pk
    official = OfficialFacts.history.latest().pk
    client = signed_in(curator)
    for asked, why in (
        (f"from={own}&to=official-{official}", "cannot be compared"),
        (f"from={foreign}&to=live", "no such step"),
        ("from=999999&to=live", "no such step"),
        ("from=%27;drop&to=live", "Choose two steps"),
        ("to=live", "Choose two steps"),
        ("from=official-²&to=live", "Choose two steps"),
    ):
        answer = client.get(f"{compare_page(facility.pk)}?{asked}", follow=True)
        assert why in answer.content.decode(), asked


# The way back


def go_back(user: User, facility: Facility, number: int | str, version: int | None = None) -> Any:
    version = entry_of(facility).version if version is None else version
    return signed_in(user).post(
        compare_page(facility.pk), {"step": number, "version": version}, follow=True
    )


def test_what_was_removed_comes_back_through_review(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic(35, 139, "sport:golf", "sport:baseball"))
    live = read_live(facility)
    week = [{"session": 1, "days": ["mon"], "opens": "09:00", "closes": "12:00"}]
    week[0] |= {"reception_opens": None, "reception_closes": None}
    live["departments"] = [{"id": "n1", "name": "外来", "name_en": "", "hours": week}]
    live["claims"][0]["department"] = "外来"
    live["second_opinions"] = [terms_row()]
    live["facts"]["note"] = "Before"
    full = through_review(save_draft(facility, live, by=curator, version=0), curator, reviewer)
    step = timeline(facility)[0]
    bare = read_live(facility)
    bare["claims"], bare["second_opinions"], bare["departments"] = bare["claims"][1:], [], []
    bare["facts"]["note"] = ""
    bare_entry = save_draft(facility, bare, by=curator, version=full.version)
    through_review(bare_entry, curator, reviewer)
    assert Claim.objects.count() == 1 and not Department.objects.filter(layer="curated").exists()

    answer = go_back(curator, facility, step.number)
    assert "are a draft now" in answer.content.decode()
    entry = CuratedEntry.objects.get()
    assert entry.state == EntryState.DRAFT and Claim.objects.count() == 1
    assert CuratedEntry.history.latest().history_change_reason.startswith("Back to the words of")
    assert CuratedEntry.history.latest().history_user == curator
    through_review(entry, curator, reviewer)
    assert differences(read_live(facility), full.document) == []
    assert Claim.objects.get(concept__slug="golf").department == Department.objects.get(name="外来")
    assert list(stale_listings()) == []


def test_going_back_forgets_no_check_of_words_that_stayed(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic(35, 139, "sport:golf", "sport:baseball"))
    entry = edit(facility.pk, curator, phone="1")
    old = entry.history.latest().pk
    entry = through_review(entry, curator, reviewer)
    live = read_live(facility)
    live["claims"][1]["statement"] = "Other words"
    entry = through_review(
        save_draft(facility, live, by=curator, version=entry.version), curator, reviewer
    )
    verify([facility], by=curator, on=date(2026, 11, 20), method="web", outcome="confirmed")
    go_back(curator, facility, old)
    stayed, changed_words = CuratedEntry.objects.get().document["claims"]
    assert (stayed["checked_on"], changed_words["checked_on"]) == ("2026-11-20", None)


def test_who_may_not_edit_does_not_go_back_and_nobody_from_an_old_page(curator: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    entry = edit(facility.pk, curator, phone="1")
    number = entry.history.latest().pk
    entry = edit(facility.pk, curator, phone="2")
    looker = member("saburo", "Curator")
    looker.groups.clear()
    assert go_back(looker, facility, number).status_code == 403
    old = go_back(curator, facility, number, entry.version - 1)
    assert "Somebody else changed this entry" in old.content.decode()
    assert "no such step" in go_back(curator, facility, 999_999).content.decode()
    official = go_back(curator, facility, f"official-{number}").content.decode()
    assert "Only the curators&#x27; own words" in official
    assert CuratedEntry.objects.get().document["facts"]["phone"] == "2"


# Concepts


def golf() -> Concept:
    return Concept.objects.get(scheme="sport", slug="golf")


CONCEPT_FORM = {
    "label_ja": "ゴルフ競技",
    "label_en": "Golf",
    "synonyms": "[]",
    "codes": "[]",
    "sources": "[]",
    "order": 1,
    "medical_care": "on",
    "evidence_rank": 0,
}


def test_a_concept_shows_its_old_and_new_label_and_who_changed_it(reviewer: User) -> None:
    client = signed_in(reviewer)
    client.post(f"/admin/clinics/concept/{golf().pk}/change/", CONCEPT_FORM)
    new, old = Concept.history.filter(slug="golf")
    assert (new.label_ja, new.history_user, new.via) == ("ゴルフ競技", reviewer, "person")
    assert (old.label_ja, old.history_user) == ("ゴルフ", None)
    shown = client.get(f"/admin/clinics/concept/{golf().pk}/history/").content.decode()
    assert "ゴルフ競技" in shown and "taro" in shown


def test_who_may_only_look_at_a_concept_does_not_put_an_old_state_back(
    curator: User, reviewer: User
) -> None:
    signed_in(reviewer).post(f"/admin/clinics/concept/{golf().pk}/change/", CONCEPT_FORM)
    old = Concept.history.filter(slug="golf").earliest().pk
    address = f"/admin/clinics/concept/{golf().pk}/history/{old}/"
    assert signed_in(curator).get(address).status_code == 200
    assert signed_in(curator).post(address, CONCEPT_FORM).status_code == 403
    assert golf().label_ja == "ゴルフ競技"


def test_new_reviewed_files_leave_the_old_words_of_a_concept_behind(
    tmp_path: Any, settings: Any
) -> None:
    for path in (settings.FIXTURES_DIR / "taxonomy").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace('"Golf"', '"Golfing"'), encoding="utf-8")
    assert not Concept.history.exists()
    assert load_taxonomy(directory=tmp_path).updated == 1
    new, old = Concept.history.filter(slug="golf")
    assert (old.label_en, new.label_en) == ("Golf", "Golfing")
    assert (new.via, new.reference) == ("command", "taxonomy")


def test_a_step_is_dated_to_the_moment(curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    facility = Facility.objects.get(pk=clinic())
    before = datetime.now(UTC)
    edit(facility.pk, curator, phone="1")
    assert before <= timeline(facility)[0].at <= datetime.now(UTC)


def test_nobody_else_sees_a_history() -> None:
    facility_id = clinic()
    assert Client().get(history_page(facility_id)).status_code == 302
    assert signed_in(member("saburo", "Nobody")).get(history_page(facility_id)).status_code == 403
    assert Facility.objects.get().status == Status.PUBLISHED


def test_a_claim_that_was_added_is_shown_whole_in_the_timeline(
    curator: User, reviewer: User
) -> None:
    facility = Facility.objects.get(pk=clinic())
    live = read_live(facility)
    live["claims"] = [claim_row("sport:golf", statement="They see golfers on Mondays.")]
    save_draft(facility, live, by=curator, version=0)
    shown = signed_in(curator).get(history_page(facility.pk)).content.decode()
    assert "Claim: Golf (Sport)" in shown and "They see golfers on Mondays." in shown
