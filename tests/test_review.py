"""The review: what would change is seen, a second person decides, and nothing is half done."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

from clinics.admin.diff_display import displayed, marked_words
from clinics.curation import workflow
from clinics.curation.differences import differences
from clinics.curation.entry_document import empty, read_live
from clinics.curation.field_labels import (
    FIELD_LABELS,
    Wording,
    closure_lines,
    field_label,
    hours_lines,
)
from clinics.curation.workflow import (
    EditConflict,
    discard,
    entry_of,
    new_facility,
    note_live_change,
    publish_entry,
    save_draft,
    submit,
    withdraw,
)
from clinics.hours import Closures
from clinics.models import (
    CuratedEntry,
    CuratedFacts,
    EntryState,
    Facility,
    Listing,
    OfficialFacts,
    Status,
)
from clinics.publication_check import stale_listings
from tests.catalogue import clinic, record, register
from tests.curating import claim_row, document, edit, person, terms_row, through_review
from tests.two_connections import apart, at_once, shared_database

pytestmark = pytest.mark.django_db

WEEK = [
    {
        "session": 1,
        "days": ["mon", "tue", "wed", "fri", "hol"],
        "opens": "09:00",
        "closes": "12:00",
        "reception_opens": "08:30",
        "reception_closes": "11:30",
    }
]


def member(name: str, group: str) -> User:
    user = person(name)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@pytest.fixture
def curator() -> User:
    return member("hanako", "Curator")


@pytest.fixture
def reviewer() -> User:
    return member("taro", "Reviewer")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(facility_id: UUID) -> str:
    return f"/admin/clinics/facility/{facility_id}/review/"


def in_review(facility_id: UUID, curator: User, **facts: Any) -> CuratedEntry:
    entry = edit(facility_id, curator, **facts)
    return submit(entry.facility, by=curator, version=entry.version, message="Please look")


def decide(user: User, entry: CuratedEntry, action: str, text: str = "", **data: Any) -> Any:
    values = {"action": action, "text": text, "version": entry.version} | data
    return signed_in(user).post(page(entry.facility_id), values, follow=True)


# What is shown


def test_a_reviewer_sees_both_sides_who_wrote_it_and_the_message(
    curator: User, reviewer: User
) -> None:
    facility_id = clinic()
    through_review(edit(facility_id, curator, phone="03-1111-1111"), curator, reviewer)
    in_review(facility_id, curator, phone="03-1111-2222")
    shown = signed_in(reviewer).get(page(facility_id)).content.decode()
    assert "03-1111-<del>1111</del>" in shown and "03-1111-<ins>2222</ins>" in shown
    assert "Please look" in shown and "hanako" in shown
    assert 'value="publish"' in shown and "disabled" not in shown


def test_words_of_a_curator_are_escaped_wherever_they_stand(curator: User, reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic(35, 139, "sport:golf"))
    evil = "<script>alert(1)</script>"
    live = read_live(facility)
    live["facts"] |= {"note": evil, "website": "javascript:alert(1)"}
    live["claims"][0] |= {"statement": evil, "sources": [{"url": f"https://x/{evil}", "date": ""}]}
    live["departments"] = [{"id": "n1", "name": evil, "name_en": "", "hours": WEEK}]
    save_draft(facility, live, by=curator, version=0, why=evil)
    for address in (page(facility.pk), f"/admin/clinics/facility/{facility.pk}/history/"):
        shown = signed_in(reviewer).get(address).content.decode()
        assert "<script>alert" not in shown and 'href="javascript:' not in shown
        assert "&lt;script&gt;" in shown


def test_a_silent_curator_leaves_the_registers_word_on_the_page(
    curator: User, reviewer: User
) -> None:
    (facility_id,) = register([record(name="登録された名前", official_id="A1")])
    in_review(facility_id, curator, name="登録された名称")
    shown = signed_in(reviewer).get(page(facility_id)).content.decode()
    assert "登録された名<del>前</del>" in shown and "(the register)" in shown


def test_a_new_clinic_is_shown_whole_and_a_removed_row_too(curator: User, reviewer: User) -> None:
    new = document("sport:golf", name="新しい診療所")
    new["second_opinions"] = [terms_row()]
    entry = new_facility(by=curator, document=new)
    shown = signed_in(reviewer).get(page(entry.facility_id)).content.decode()
    for text in ("新しい診療所", "Golf (Sport)", "The page says sport:golf.", "33000", "In person"):
        assert text in shown
    entry = through_review(entry, curator, reviewer)
    live = read_live(entry.facility)
    live["claims"] = []
    save_draft(entry.facility, live, by=curator, version=entry.version)
    shown = signed_in(reviewer).get(page(entry.facility_id)).content.decode()
    assert "Removed" in shown and "The page says sport:golf." in shown and "33000" not in shown


def test_hours_and_closing_days_are_texts_that_a_person_reads() -> None:
    assert hours_lines(WEEK) == ["Mon–Wed, Fri, Holidays 09:00–12:00 (reception 08:30–11:30)"]
    closures = Closures(
        weekly=("open",) * 3 + ("unknown", "open", "closed", "closed"),
        nth_week=((2, "fri"),),
        public_holidays="closed",
    )
    assert closure_lines(closures.as_json()) == [
        "Open: Mon–Wed, Fri",
        "Closed: Sat, Sun",
        "Closed in week 2 of the month: Fri",
        "Closed on public holidays",
    ]
    assert closure_lines({}) == [] == hours_lines([])


def test_every_field_of_a_document_has_a_label() -> None:
    rows = [claim_row("sport:golf"), terms_row(), *WEEK, {"name_en": "", "hours": []}]
    named = {*empty()["facts"], *(name for row in rows for name in row)} - {"id"}
    assert named <= set(FIELD_LABELS)
    assert field_label("claims", "note") != field_label("facts", "note")


def test_concepts_choices_and_prefectures_go_by_their_labels_in_both_languages() -> None:
    wording = Wording()
    assert wording.text("concept", "sport:golf") == "Golf (Sport)"
    assert wording.text("concept", "sport:no-such") == "sport:no-such"
    assert wording.text("strength", "official-page") == "Official page"
    assert wording.text("prefecture_code", "13") == "Tokyo (13)"
    assert wording.text("modes", ["in-person", "online"]) == "In person, Online"
    assert wording.text("letter", "not-required") == "Not required"
    assert wording.text("phone", "") == ""
    with translation.override("ja"):
        assert "ゴルフ" in Wording().text("concept", "sport:golf")


def test_long_texts_are_marked_by_word_and_unlike_ones_as_a_whole() -> None:
    before, after = marked_words("要予約。火曜のみ。", "要予約。火曜と水曜のみ。")
    assert (before, after) == ("要予約。火曜のみ。", "要予約。火曜<ins>と水曜</ins>のみ。")
    assert marked_words("abc", "xyz") == ("<del>abc</del>", "<ins>xyz</ins>")
    assert (
        marked_words("", "新") == ("", "<ins>新</ins>")
        or marked_words("", "新")[1] == "<ins>新</ins>"
    )
    assert marked_words("a < b c", "a < b d")[0] == "a &lt; b <del>c</del>"
    # A text of a book's length takes no noticeable time either.
    marked_words("語" * 100_000, "語" * 99_999 + "句")


def test_fields_come_in_the_order_of_the_form_whatever_the_engine_keeps(curator: User) -> None:
    facility_id = clinic()
    entry = edit(facility_id, curator, note="z", name="a", phone="1")
    entry.refresh_from_db()
    found = differences(empty(), entry.document)
    assert [item.field for item in found] == ["name", "phone", "note"]
    (part,) = displayed(found, Wording())
    assert [line.label for line in part.groups[0].lines] == ["Name", "Phone", "Note"]


def test_a_page_without_a_draft_says_so_and_offers_to_withdraw(reviewer: User) -> None:
    shown = signed_in(reviewer).get(page(clinic())).content.decode()
    assert "No draft is pending" in shown and 'value="withdraw"' in shown
    assert 'value="publish"' not in shown


def test_faults_are_named_and_bar_the_way(curator: User, reviewer: User) -> None:
    faulty = document("sport:golf", name="診療所")
    faulty["claims"][0]["sources"] = []
    entry = new_facility(by=curator, document=faulty)
    shown = signed_in(curator).get(page(entry.facility_id)).content.decode()
    assert "What the place offers › Golf (Sport) › Sources" in shown
    answer = decide(curator, entry, "submit", "please")
    assert answer.status_code == 409 and "please" in answer.content.decode()
    assert CuratedEntry.objects.get().state == EntryState.DRAFT


def test_a_draft_begun_from_older_words_says_so(curator: User, reviewer: User) -> None:
    facility_id = clinic()
    in_review(facility_id, curator, phone="1")
    note_live_change([facility_id])
    shown = signed_in(reviewer).get(page(facility_id)).content.decode()
    assert "changed after this draft was begun" in shown and "disabled" in shown


# Decisions


def test_publishing_makes_it_public_and_leads_to_the_document(
    curator: User, reviewer: User
) -> None:
    entry = in_review(clinic(), curator, phone="03-0000-0000")
    answer = decide(reviewer, entry, "publish")
    address = f"/api/v1/clinics/{entry.facility_id}"
    assert answer.status_code == 200 and f'href="{address}"' in answer.content.decode()
    assert Client().get(address).json()["phone"] == "03-0000-0000"


def test_the_writer_of_a_draft_sees_why_the_button_is_closed(reviewer: User) -> None:
    entry = in_review(clinic(), reviewer, phone="1")
    shown = signed_in(reviewer).get(page(entry.facility_id)).content.decode()
    assert "disabled" in shown and "a second person publishes it" in shown
    answer = decide(reviewer, entry, "publish")
    assert answer.status_code == 409
    assert "a second person publishes it" in answer.content.decode()
    assert not CuratedFacts.objects.exists()


def test_sending_back_needs_a_message_which_the_curator_then_reads(
    curator: User, reviewer: User
) -> None:
    entry = in_review(clinic(), curator, phone="1")
    assert decide(reviewer, entry, "send-back", " ").status_code == 409
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW
    decide(reviewer, entry, "send-back", "Which page says so?")
    shown = signed_in(curator).get(page(entry.facility_id)).content.decode()
    assert "Which page says so?" in shown and 'value="submit"' in shown


def test_withdrawing_needs_a_reason(reviewer: User) -> None:
    facility_id = clinic()
    entry = entry_of(Facility.objects.get(pk=facility_id))
    assert decide(reviewer, entry, "withdraw").status_code == 409
    assert Listing.objects.get().published
    decide(reviewer, entry, "withdraw", "Closed for good")
    assert not Listing.objects.get().published
    shown = signed_in(reviewer).get(page(facility_id)).content.decode()
    assert "Closed for good" in shown and 'value="withdraw"' not in shown


def test_an_old_page_decides_nothing_and_loses_no_text(curator: User, reviewer: User) -> None:
    entry = in_review(clinic(), curator, phone="1")
    answer = decide(reviewer, entry, "send-back", "My long words", version=entry.version - 1)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else changed this entry" in shown and "My long words" in shown
    assert f'value="{entry.version}"' in shown
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW


def test_a_discarded_draft_is_gone_from_the_page_and_kept_in_the_history(curator: User) -> None:
    entry = edit(clinic(), curator, phone="1")
    decide(curator, entry, "discard", "Wrong clinic")
    assert CuratedEntry.objects.get().state == EntryState.PUBLISHED
    assert CuratedEntry.history.latest().history_change_reason == "Wrong clinic"
    assert any(row.document["facts"]["phone"] == "1" for row in CuratedEntry.history.all())


@pytest.mark.parametrize("action", ["publish", "send-back", "withdraw"])
def test_a_curator_decides_nothing_that_the_public_sees(curator: User, action: str) -> None:
    entry = in_review(clinic(), curator, phone="1")
    assert decide(curator, entry, action, "why").status_code == 403
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW


def test_what_is_no_decision_is_refused(curator: User, reviewer: User) -> None:
    entry = in_review(clinic(), curator, phone="1")
    assert decide(reviewer, entry, "delete").status_code == 400
    assert decide(reviewer, entry, "publish", version="one").status_code == 400
    assert decide(reviewer, entry, "publish", version="²").status_code == 400
    assert signed_in(person("nobody")).get(page(entry.facility_id)).status_code == 403
    assert signed_in(reviewer).get(page(UUID(int=1))).status_code == 404


def test_a_page_takes_few_queries_however_long_the_entry(
    curator: User, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    facility = Facility.objects.get(pk=clinic())
    live = read_live(facility)
    live["departments"] = [
        {"id": f"d{n}", "name": f"外来{n}", "name_en": "", "hours": WEEK} for n in range(10)
    ]
    live["claims"] = [claim_row("sport:golf", id=f"n{n}") for n in range(30)]
    live["second_opinions"] = [terms_row()]
    entry = through_review(save_draft(facility, live, by=curator, version=0), curator, reviewer)
    for number in range(30):
        entry = edit(facility.pk, curator, phone=str(number))
    submit(facility, by=curator, version=entry.version)
    client = signed_in(reviewer)
    with django_assert_max_num_queries(20):
        assert client.get(page(facility.pk)).status_code == 200


# The states of an entry


def test_withdrawing_gives_the_pending_draft_up(curator: User, reviewer: User) -> None:
    entry = edit(clinic(), curator, phone="1")
    entry = withdraw(entry.facility, by=reviewer, version=entry.version, why="Closed")
    assert entry.document == read_live(entry.facility) and not entry.contributors.exists()


def test_a_clinic_that_was_never_published_is_discarded_not_withdrawn(
    curator: User, reviewer: User
) -> None:
    entry = new_facility(by=curator, document=document(name="診療所"))
    with pytest.raises(workflow.WorkflowError, match="never published"):
        withdraw(entry.facility, by=reviewer, version=entry.version, why="x")
    entry = discard(entry.facility, by=curator, version=entry.version)
    assert entry.state == EntryState.WITHDRAWN == entry.facility.status
    # Whoever looks back finds it by its name, and may take it up again.
    assert entry.document["facts"]["name"] == "診療所"


def test_who_hands_in_an_imports_draft_does_not_publish_it_too(reviewer: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    Facility.objects.filter(pk=facility.pk).update(status=Status.DRAFT)
    CuratedFacts.objects.create(facility=facility, name="下書きの診療所")
    facility.refresh_from_db()
    entry = submit(facility, by=reviewer, version=0)
    with pytest.raises(workflow.SecondPersonNeeded):
        publish_entry(facility, by=reviewer, version=entry.version)


# One transaction


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the listing", "after the listing"])
@pytest.mark.parametrize("step", ["publish", "withdraw"])
def test_a_crash_leaves_catalogue_and_listing_as_they_were(
    moment: str, step: str, curator: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    entry = in_review(facility_id, curator, phone="1")
    before = Client().get(f"/api/v1/clinics/{facility_id}").content
    history = CuratedEntry.history.count()
    real = workflow.publish

    def crash(facility_ids: Any) -> None:
        if moment == "after the listing":
            real(facility_ids)
            listing = Listing.objects.get()
            assert not listing.published or "phone" in listing.detail
        raise RuntimeError("the power went")

    monkeypatch.setattr(workflow, "publish", crash)
    take = publish_entry if step == "publish" else withdraw
    with pytest.raises(RuntimeError):
        take(entry.facility, by=reviewer, version=entry.version, why="x")
    assert Facility.objects.get().status == Status.PUBLISHED
    assert not CuratedFacts.objects.exists()
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW
    assert CuratedEntry.history.count() == history
    assert Client().get(f"/api/v1/clinics/{facility_id}").content == before
    assert list(stale_listings()) == []


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_who_publish_at_once_publish_once(
    curator: User, reviewer: User, tmp_path: Path
) -> None:
    other = member("jiro", "Reviewer")
    entry = in_review(clinic(), curator, phone="03-0000-0000")

    def publishing(by: User) -> Any:
        facility = Facility.objects.get(pk=entry.facility_id)
        return publish_entry(facility, by=by, version=entry.version).state

    with shared_database(tmp_path):
        outcomes = at_once([lambda: publishing(reviewer), lambda: publishing(other)])
        assert sorted(type(outcome) is EditConflict for outcome in outcomes) == [False, True]
        assert EntryState.PUBLISHED in outcomes
        published = CuratedEntry.history.filter(state=EntryState.PUBLISHED, via="person")
        assert apart(published.count) == 1
        assert apart(lambda: list(stale_listings())) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("edited_before", [False, True])
def test_two_curators_who_save_at_once_keep_one_and_tell_the_other(
    edited_before: bool, curator: User, reviewer: User, tmp_path: Path
) -> None:
    facility_id = clinic()
    if edited_before:
        edit(facility_id, curator, phone="0")
    version = entry_of(Facility.objects.get(pk=facility_id)).version

    def saving(by: User) -> Any:
        facility = Facility.objects.get(pk=facility_id)
        words = document(phone=by.username)
        return save_draft(facility, words, by=by, version=version).document["facts"]["phone"]

    with shared_database(tmp_path):
        outcomes = at_once([lambda: saving(curator), lambda: saving(reviewer)])
        kept = [outcome for outcome in outcomes if isinstance(outcome, str)]
        told = [outcome for outcome in outcomes if isinstance(outcome, EditConflict)]
        assert len(kept) == len(told) == 1
        assert apart(lambda: CuratedEntry.objects.get().document["facts"]["phone"]) == kept[0]
        assert told[0].entry.document["facts"]["phone"] == kept[0]


def test_official_facts_are_no_business_of_a_review(curator: User, reviewer: User) -> None:
    entry = in_review(clinic(), curator, phone="1")
    before = list(OfficialFacts.objects.values())
    decide(reviewer, entry, "publish")
    assert list(OfficialFacts.objects.values()) == before
