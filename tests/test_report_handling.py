"""A report is accepted into a draft or rejected with a reason: once, by those who may."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

from clinics.curation.reports import AlreadyHandled, accept, reject
from clinics.curation.workflow import WorkflowError, entry_of, submit
from clinics.models import (
    CuratedEntry,
    EntryState,
    Facility,
    Listing,
    PublicReport,
)
from tests.catalogue import clinic
from tests.curating import edit, person
from tests.reporting import LIST, in_group, page, report, text, told

pytestmark = pytest.mark.django_db

State = PublicReport.State


@pytest.fixture
def curator() -> User:
    return in_group("Curator")


@pytest.fixture
def signed_in(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


# Accepted.


@pytest.mark.parametrize(
    ("subject", "suggestion", "field", "value"),
    [
        ("contact", "03-1234-5678", "phone", "03-1234-5678"),
        ("contact", "０３（１２３４）５６７８", "phone", "03(1234)5678"),
        ("contact", "０３−１２３４−５６７８", "phone", "03-1234-5678"),
        ("contact", "+81 3 1234 5678", "phone", "+81 3 1234 5678"),
        ("contact", "0120", None, None),
        ("contact", "03-1234-5678 or 03-8765-4321", None, None),
        ("contact", "https://example.org/new", "website", "https://example.org/new"),
        ("contact", "https://example.org/ or so", None, None),
        ("contact", "http://[", None, None),
        ("contact", f"https://example.org/{'x' * 600}", None, None),
        ("contact", "Ask at the desk.", None, None),
        ("name", "新しい医院", "name", "新しい医院"),
        ("name", "今は新しい医院です。", None, None),
        ("name", "あ" * 401, None, None),
        ("address", "東京都港区1-1", "address", "東京都港区1-1"),
        ("address", "東京都港区1-1\nor so", None, None),
        ("moved", "東京都港区1-1", None, None),
        ("hours", "9:00-17:00", None, None),
        ("name", "", None, None),
    ],
)
def test_a_suggestion_is_filled_in_where_it_means_one_thing(
    signed_in: Client, subject: str, suggestion: str, field: str | None, value: str | None
) -> None:
    clinic_id = clinic()
    facility = Facility.objects.get(pk=clinic_id)
    before = entry_of(facility).document["facts"]
    one = report(clinic_id, subject, suggestion=suggestion)
    signed_in.post(f"{LIST}{one.pk}/accept/")
    after = CuratedEntry.objects.get(facility=clinic_id).document["facts"]
    assert after == before | ({field: value} if field else {})


def test_accepting_opens_the_draft_and_tells_what_to_do(signed_in: Client, curator: User) -> None:
    clinic_id = clinic(35, 139, "sport:golf")
    published = Listing.objects.values().get(facility=clinic_id)
    one = report(
        clinic_id, "address", suggestion="東京都港区1-1", source_url="https://example.org/"
    )
    response = signed_in.post(f"{LIST}{one.pk}/accept/", {"reason": " Their page says so. "})
    assert response.status_code == 302
    assert response["Location"] == f"/admin/clinics/facility/{clinic_id}/change/"
    said = told(signed_in.get(LIST))
    assert "“Address”" in said and "position are as before" in said
    assert "https://example.org/" in said
    one.refresh_from_db()
    assert (one.state, one.handled_by, one.reason) == (
        State.ACCEPTED,
        curator,
        "Their page says so.",
    )
    assert one.handled_at is not None
    entry = CuratedEntry.objects.get(facility=clinic_id)
    assert entry.state == EntryState.DRAFT
    assert list(entry.contributors.all()) == [curator]
    assert len(entry.document["claims"]) == 1
    step = entry.history.first()
    assert (step.via, step.reference, step.history_user) == ("report", f"report {one.pk}", curator)
    assert step.history_change_reason == "Their page says so."
    assert Listing.objects.values().get(facility=clinic_id) == published


def test_what_cannot_be_filled_in_is_told_to_the_curator(signed_in: Client) -> None:
    clinic_id = clinic()
    one = report(clinic_id, "closed", statement="It closed in May.", suggestion="Remove it.")
    signed_in.post(f"{LIST}{one.pk}/accept/")
    said = told(signed_in.get(LIST))
    assert "It closed in May. → Remove it." in said
    step = CuratedEntry.objects.get(facility=clinic_id).history.first()
    assert step.history_change_reason == "It closed in May."


def test_a_draft_in_work_keeps_what_was_written(signed_in: Client, curator: User) -> None:
    clinic_id = clinic()
    draft = edit(clinic_id, curator, name="書きかけ医院")
    submit(draft.facility, by=curator, version=draft.version)
    one = report(clinic_id, "contact", suggestion="03-1234-5678")
    signed_in.post(f"{LIST}{one.pk}/accept/")
    entry = CuratedEntry.objects.get(facility=clinic_id)
    facts = entry.document["facts"]
    assert (facts["name"], facts["phone"]) == ("書きかけ医院", "03-1234-5678")
    assert entry.state == EntryState.DRAFT
    assert "in review" in told(signed_in.get(LIST))


# Rejected.


def test_rejecting_needs_a_reason_and_goes_back_to_the_queue(
    signed_in: Client, curator: User
) -> None:
    clinic_id = clinic()
    one = report(clinic_id)
    for reason in ("", "  \n"):
        response = signed_in.post(f"{LIST}{one.pk}/reject/", {"reason": reason})
        assert "Say why this report is rejected." in text(response)
    one.refresh_from_db()
    assert one.state == State.NEW
    response = signed_in.post(f"{LIST}{one.pk}/reject/", {"reason": "We called: it is right."})
    assert response["Location"] == f"{LIST}?state__exact=new"
    one.refresh_from_db()
    assert (one.state, one.reason, one.handled_by) == (
        State.REJECTED,
        "We called: it is right.",
        curator,
    )
    assert not CuratedEntry.objects.filter(facility=clinic_id).exists()
    shown = text(signed_in.get(page(one)))
    assert "We called: it is right." in shown and "Accept into the draft" not in shown


def test_selected_reports_are_rejected_as_spam_and_handled_ones_stay(
    signed_in: Client, curator: User
) -> None:
    made = [report(clinic()) for _ in range(3)]
    accept(made[0], by=curator)
    response = signed_in.post(
        LIST,
        {"action": "reject_as_spam", "_selected_action": [one.pk for one in made]},
        follow=True,
    )
    said = told(response)
    assert "2 reports rejected as spam." in said and "1 was handled already" in said
    found = PublicReport.objects.order_by("pk").values_list("state", "reason")
    assert list(found) == [("accepted", ""), ("rejected", "spam"), ("rejected", "spam")]


# Once, and by those who may.


@pytest.mark.parametrize("step", ["accept", "reject"])
def test_a_report_that_somebody_else_handled_is_handled_no_more(
    signed_in: Client, step: str
) -> None:
    clinic_id = clinic()
    one = report(clinic_id, "name", suggestion="新しい医院")
    other = person("other")
    reject(one, by=other, reason="No.")
    response = signed_in.post(f"{LIST}{one.pk}/{step}/", {"reason": "Yes."}, follow=True)
    assert "handled already: Rejected by other" in told(response)
    one.refresh_from_db()
    assert (one.state, one.reason, one.handled_by) == (State.REJECTED, "No.", other)
    assert not CuratedEntry.objects.filter(facility=clinic_id).exists()


def test_a_step_that_fails_leaves_report_and_draft_as_they_were(
    curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic_id = clinic()
    one = report(clinic_id, "name", suggestion="新しい医院")

    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("clinics.curation.reports._handle", fail)
    with pytest.raises(RuntimeError):
        accept(one, by=curator)
    one.refresh_from_db()
    assert one.state == State.NEW
    assert not CuratedEntry.objects.filter(facility=clinic_id).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_curators_at_once_one_is_told_that_it_is_done() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection; elsewhere its writers take turns")
    clinic_id = clinic()
    one = report(clinic_id, "name", suggestion="新しい医院")
    two = [person("first"), person("second")]

    def handle(by: User) -> str:
        try:
            accept(one, by=by)
        except WorkflowError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(handle, two)) == [AlreadyHandled.__name__, "accepted"]
    assert CuratedEntry.objects.get(facility=clinic_id).version == 1


def test_nobody_adds_or_edits_a_report_and_few_delete_one(
    signed_in: Client, admin_client: Client
) -> None:
    one = report(clinic())
    assert signed_in.get(f"{LIST}add/").status_code == 403
    assert admin_client.get(f"{LIST}add/").status_code == 403
    for client in (signed_in, admin_client):
        assert client.post(page(one), {"statement": "Other."}).status_code == 405
    assert signed_in.get(f"{LIST}{one.pk}/accept/").status_code == 405
    assert signed_in.post(f"{LIST}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    one.refresh_from_db()
    assert "deletelink" not in text(signed_in.get(page(one)))
    assert "deletelink" in text(admin_client.get(page(one)))
    admin_client.post(f"{LIST}{one.pk}/delete/", {"post": "yes"})
    assert not PublicReport.objects.exists()


def test_who_may_only_read_or_nothing_handles_nothing(client: Client) -> None:
    one = report(clinic())
    steps = [
        (f"{LIST}{one.pk}/accept/", {}),
        (f"{LIST}{one.pk}/reject/", {"reason": "No."}),
        (LIST, {"action": "reject_as_spam", "_selected_action": [one.pk]}),
    ]
    for address, body in steps:
        assert "/admin/login/" in client.post(address, body)["Location"]
    nobody, reader = person("nobody"), person("reader")
    reader.user_permissions.add(Permission.objects.get(codename="view_publicreport"))
    client.force_login(nobody)
    for address in (LIST, page(one)):
        assert client.get(address).status_code == 403
    for somebody in (nobody, reader):
        client.force_login(somebody)
        for address, body in steps:
            client.post(address, body)
            one.refresh_from_db()
            assert one.state == State.NEW
