"""Verification: one click records it, due dates follow from it, and nothing is half recorded."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from clinics.curation import verifying
from clinics.curation.entry_document import read_live
from clinics.curation.merging import merge
from clinics.curation.verifying import Unverifiable, due_parts, verify
from clinics.curation.workflow import (
    EditConflict,
    WorkflowError,
    entry_of,
    publish_entry,
    save_draft,
    submit,
)
from clinics.models import Claim, CuratedEntry, Facility, Listing, SecondOpinion, Verification
from clinics.publication_check import stale_listings
from tests.catalogue import claim, clinic
from tests.curating import claim_row, edit, terms_row, through_review
from tests.test_review import member, signed_in

pytestmark = pytest.mark.django_db

SEVERAL = "/admin/clinics/facility/verify/"
SERVICE = "service:botulinum-injection"
TODAY = date(2026, 11, 25)


@pytest.fixture
def curator() -> User:
    return member("hanako", "Curator")


@pytest.fixture(autouse=True)
def on_one_day(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.VERIFICATION_DAYS, settings.SERVICE_VERIFICATION_DAYS = 365, 90
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)


def facility(*keys: str) -> Facility:
    return Facility.objects.get(pk=clinic(35, 139, *keys))


def checked(place: Facility, by: User, on: date = TODAY, **options: Any) -> int:
    given = {"method": "phone", "outcome": "confirmed"} | options
    return verify([place], by=by, on=on, **given)


def one(facility_id: UUID) -> str:
    return f"/admin/clinics/facility/{facility_id}/verify/"


def answers(**changed: Any) -> dict[str, Any]:
    return {
        "method": "phone",
        "outcome": "confirmed",
        "scope": ["identity", "claims", "second-opinion"],
        "on": TODAY.isoformat(),
        "note": "",
    } | changed


# Due dates


def test_a_claim_is_due_when_its_days_are_over_and_not_a_day_before() -> None:
    place = facility("sport:golf", SERVICE)
    recorded = Claim.objects.first().recorded_on  # type: ignore[union-attr]
    for key, days in (("sport:golf", 365), (SERVICE, 90)):
        due = recorded + timedelta(days=days)
        for today, overdue in ((due, False), (due + timedelta(days=1), True)):
            (part,) = [part for part in due_parts(place, today) if part.concept == key]
            assert (part.checked_on, part.due_on, part.overdue) == (None, due, overdue)


def test_the_panel_and_the_listing_agree_on_what_is_due_first(curator: User) -> None:
    place = facility("sport:golf", SERVICE)
    assert due_parts(place)[0].due_on == Listing.objects.get().verify_by
    checked(place, curator, TODAY - timedelta(days=30))
    assert due_parts(place)[0].due_on == Listing.objects.get().verify_by
    assert Listing.objects.get().verify_by == TODAY + timedelta(days=60)


def test_what_was_never_checked_and_never_entered_is_never_due() -> None:
    (identity,) = due_parts(facility(), date(2100, 1, 1))
    assert (identity.scope, identity.due_on, identity.overdue) == ("identity", None, False)


def test_parts_come_oldest_first_and_what_is_never_due_last() -> None:
    place = facility("sport:golf", SERVICE)
    SecondOpinion.objects.create(
        facility=place, recorded_on=date(2026, 1, 1), status="published", offered="yes"
    )
    scopes = [(part.scope, part.concept) for part in due_parts(place)]
    assert scopes == [
        ("second-opinion", ""),
        ("claims", SERVICE),
        ("claims", "sport:golf"),
        ("identity", ""),
    ]


def test_drafts_are_not_due() -> None:
    place = facility()
    claim(place.pk, "sport:golf", status="draft")
    assert [part.scope for part in due_parts(place)] == ["identity"]


def test_nobody_reached_leaves_everything_as_due_as_it_was(curator: User) -> None:
    place = facility("sport:golf", SERVICE)
    before = due_parts(place)
    checked(place, curator, outcome="not-reached")
    assert due_parts(place) == before
    assert Verification.objects.get().outcome == "not-reached"
    assert Claim.objects.filter(checked_on=None).count() == 2


@pytest.mark.parametrize("outcome", ["confirmed", "corrected"])
def test_a_check_moves_what_it_covered_and_nothing_else(curator: User, outcome: str) -> None:
    place = facility("sport:golf", SERVICE)
    checked(place, curator, scope=["claims"], outcome=outcome)
    by_scope = {(part.scope, part.concept): part.checked_on for part in due_parts(place)}
    assert by_scope == {
        ("claims", SERVICE): TODAY,
        ("claims", "sport:golf"): TODAY,
        ("identity", ""): None,
    }
    checked(place, curator, scope=["identity"], on=TODAY - timedelta(days=1), outcome=outcome)
    (identity,) = [part for part in due_parts(place) if part.scope == "identity"]
    assert identity.due_on == TODAY + timedelta(days=364)


def test_an_older_letter_that_is_entered_late_takes_no_newer_check_away(curator: User) -> None:
    place = facility("sport:golf")
    checked(place, curator)
    edit(place.pk, curator, phone="1")
    checked(place, curator, TODAY - timedelta(days=100), method="letter")
    assert Claim.objects.get().checked_on == TODAY
    row = CuratedEntry.objects.get().document["claims"][0]
    assert row["checked_on"] == TODAY.isoformat()
    (identity,) = [part for part in due_parts(place) if part.scope == "identity"]
    assert identity.checked_on == TODAY


# Recording


def test_a_check_is_public_at_once_and_a_draft_goes_on(curator: User) -> None:
    place = facility("sport:golf")
    entry = edit(place.pk, curator, phone="1")
    checked(place, curator, note="Mrs Sato")
    assert Client().get(f"/api/v1/clinics/{place.pk}").json()["verified_on"] == TODAY.isoformat()
    entry = CuratedEntry.objects.get()
    assert entry.document["facts"]["phone"] == "1" and entry.state == "draft"
    entry = submit(place, by=curator, version=entry.version)
    publish_entry(place, by=member("taro", "Reviewer"), version=entry.version)
    assert Claim.objects.get().checked_on == TODAY and list(stale_listings()) == []


def test_a_form_opened_before_a_check_does_not_take_it_back(curator: User) -> None:
    place = facility("sport:golf")
    old = entry_of(place)
    checked(place, curator)
    with pytest.raises(EditConflict):
        save_draft(place, old.document, by=curator, version=old.version)
    assert Claim.objects.get().checked_on == TODAY


@pytest.mark.parametrize(
    ("options", "field", "accepted"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on", "2026-11-25 or earlier"),
        ({"method": "rumour"}, "method", "phone, web, letter, visit"),
        ({"outcome": "maybe"}, "outcome", "confirmed, corrected, not-reached"),
        ({"scope": ["claims", "weather"]}, "scope", "identity, claims, second-opinion"),
        ({"scope": []}, "scope", "identity, claims, second-opinion"),
    ],
)
def test_what_is_refused_names_the_field_and_what_is_accepted(
    options: dict[str, Any], field: str, accepted: str, curator: User
) -> None:
    with pytest.raises(Unverifiable, match=accepted) as refused:
        checked(facility("sport:golf"), curator, **options)
    assert refused.value.field == field
    assert not Verification.objects.exists() and not CuratedEntry.objects.exists()


def test_of_a_selection_all_are_recorded_or_none(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [facility("sport:golf"), facility("sport:golf")]
    monkeypatch.setattr(verifying, "publish", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verify(places, by=curator, on=TODAY, method="web", outcome="confirmed")
    assert not Verification.objects.exists() and not CuratedEntry.history.exists()
    assert Claim.objects.filter(checked_on=None).count() == 2


# The page of one clinic


def test_the_page_has_a_button_for_each_way_and_says_what_is_due(curator: User) -> None:
    place = facility("sport:golf", SERVICE)
    Claim.objects.update(recorded_on=date(2026, 1, 1))
    shown = signed_in(curator).get(one(place.pk)).content.decode()
    for method in ("phone", "web", "letter", "visit"):
        assert f'name="method" value="{method}"' in shown
    assert shown.count('<tr class="overdue">') == 1 and "2026-04-01" in shown
    assert f'value="{TODAY.isoformat()}"' in shown
    assert shown.count("checked") >= 4


def test_one_click_records_who_when_how_and_what(curator: User) -> None:
    place = facility("sport:golf")
    answer = signed_in(curator).post(
        one(place.pk),
        answers(method="visit", outcome="corrected", scope=["claims"], note="Mrs Sato"),
        follow=True,
    )
    assert answer.status_code == 200 and "Mrs Sato" in answer.content.decode()
    row = Verification.objects.get()
    assert (row.verified_by, row.verified_on, row.method, row.outcome, row.scope, row.note) == (
        curator,
        TODAY,
        "visit",
        "corrected",
        ["claims"],
        "Mrs Sato",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": "2026-11-26"}, "Day of the check (2026-11-26)"),
        ({"on": "11/25/2026"}, "Day of the check (11/25/2026)"),
        ({"on": "2026-02-30"}, "Day of the check (2026-02-30)"),
        ({"method": "rumour"}, "How it was checked (rumour)"),
        ({"outcome": ""}, "Outcome (nothing)"),
        ({"scope": []}, "What was checked (nothing)"),
    ],
)
def test_a_form_that_cannot_be_right_is_refused_and_kept(
    changed: dict[str, Any], field: str, curator: User
) -> None:
    place = facility("sport:golf")
    answer = signed_in(curator).post(one(place.pk), answers(note="My words") | changed)
    shown = answer.content.decode()
    assert answer.status_code == 400 and field in shown and "My words" in shown
    assert not Verification.objects.exists()


def test_the_panel_stands_on_other_pages_with_nothing_but_the_clinic(curator: User) -> None:
    place = facility("sport:golf")
    panel = Template('{% include "admin/clinics/facility/_verify_panel.html" %}')
    shown = panel.render(Context({"facility": place}))
    assert "Golf (Sport)" in shown and "<button" not in shown
    may = {"clinics": {"verify_facility": True}}
    shown = panel.render(Context({"facility": place, "perms": may, "form": object()}))
    assert f'action="{one(place.pk)}"' in shown and shown.count("<button") == 4


# The page of a selection


def test_a_clinic_that_was_merged_is_not_checked_and_the_page_leads_to_the_other(
    curator: User,
) -> None:
    gone, kept, other = facility("sport:golf"), facility(), facility()
    merge(gone, kept, None, "One place")
    before = CuratedEntry.objects.get(facility=gone).version
    # However long ago it was read.
    with pytest.raises(WorkflowError, match="was merged into"):
        verify([other, gone], by=curator, on=TODAY, method="phone", outcome="confirmed")
    client = signed_in(curator)
    page = client.post(one(gone.pk), answers())
    text = page.content.decode()
    assert page.status_code == 400 and f"was merged into {kept}" in text
    assert one(kept.pk) in text and 'value="phone"' not in text
    several = client.post(SEVERAL, answers(ids=f"{gone.pk},{other.pk}"))
    assert "was merged into" in several.content.decode()
    assert not Verification.objects.exists()
    assert CuratedEntry.objects.get(facility=gone).version == before


def test_a_selection_is_checked_at_once(curator: User) -> None:
    places = [facility("sport:golf") for _ in range(3)]
    ids = ",".join(str(place.pk) for place in places)
    client = signed_in(curator)
    shown = client.get(f"{SEVERAL}?ids={ids}").content.decode()
    assert all(str(place) in shown for place in places) and ids in shown
    answer = client.post(SEVERAL, answers(ids=ids, method="web"), follow=True)
    assert "3 clinics" in answer.content.decode()
    assert Verification.objects.filter(method="web").count() == 3
    assert Claim.objects.filter(checked_on=TODAY).count() == 3 and list(stale_listings()) == []


def test_a_list_that_posts_its_ids_gets_the_form(curator: User) -> None:
    place = facility()
    answer = signed_in(curator).post(SEVERAL, {"ids": str(place.pk)})
    assert answer.status_code == 200 and 'name="method"' in answer.content.decode()
    assert not Verification.objects.exists()


def test_a_selection_too_long_for_an_address_waits_in_the_session(curator: User) -> None:
    places = [facility() for _ in range(3)]
    client = signed_in(curator)
    session = client.session
    session["verify_ids"] = [str(place.pk) for place in places]
    session.save()
    shown = client.get(f"{SEVERAL}?selection=session").content.decode()
    assert str(places[2]) in shown and 'name="selection" value="session"' in shown
    client.post(SEVERAL, answers(selection="session"))
    assert Verification.objects.count() == 3 and "verify_ids" not in client.session
    again = client.post(SEVERAL, answers(selection="session"), follow=True)
    assert "No clinic is selected" in again.content.decode()


@pytest.mark.parametrize("wrong", ["", "12", str(UUID(int=7)), "<script>"])
def test_an_id_that_is_none_refuses_the_selection(wrong: str, curator: User) -> None:
    place = facility()
    ids = f"{place.pk},{wrong}" if wrong else ""
    answer = signed_in(curator).post(SEVERAL, answers(ids=ids), follow=True)
    shown = answer.content.decode()
    assert ("Ids: " in shown) if wrong else ("No clinic is selected" in shown)
    assert "<script>," not in shown and not Verification.objects.exists()


def test_verifying_needs_its_right(curator: User) -> None:
    place = facility()
    nobody = signed_in(member("saburo", "Nobody"))
    for client, status in ((nobody, 403), (Client(), 302)):
        assert client.get(one(place.pk)).status_code == status
        assert client.post(one(place.pk), answers()).status_code == status
        assert client.get(f"{SEVERAL}?ids={place.pk}").status_code == status
        assert client.post(SEVERAL, answers(ids=str(place.pk))).status_code == status
    assert not Verification.objects.exists()


def test_the_pages_take_few_queries_however_much_is_due(
    curator: User, django_assert_max_num_queries: Any
) -> None:
    place = facility()
    live = read_live(place)
    live["claims"] = [claim_row("sport:golf", id=f"n{n}") for n in range(30)]
    live["second_opinions"] = [terms_row()]
    draft = save_draft(place, live, by=curator, version=0)
    through_review(draft, curator, member("taro", "Reviewer"))
    for day in range(30):
        checked(place, curator, TODAY - timedelta(days=day))
    client = signed_in(curator)
    with django_assert_max_num_queries(20):
        assert client.get(one(place.pk)).status_code == 200
    ids = ",".join(str(facility().pk) for _ in range(30))
    with django_assert_max_num_queries(20):
        assert client.get(f"{SEVERAL}?ids={ids}").status_code == 200
