"""Reports from the public: taken in, kept from programs, and never more than what was sent."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from clinics.curation.reports import Statement, purge_contacts, receive
from clinics.models import Facility, Listing, PublicReport, ReporterContact, ReportSubject
from finder.api.reports import LONGEST_BODY_BYTES
from finder.rates import Rate
from tests.catalogue import clinic, withdraw
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.test_settings import manage

pytestmark = pytest.mark.django_db

JSON = "application/json"
WRONG = {"subject": "contact", "statement": "The number is no longer theirs."}
TODAY = date(2026, 11, 24)
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")


def address(clinic_id: UUID) -> str:
    return f"/api/v1/clinics/{clinic_id}/reports"


def send(client: Client, clinic_id: UUID, report: Any, **extra: Any) -> HttpResponse:
    return client.post(address(clinic_id), json.dumps(report), content_type=JSON, **extra)


def stored() -> list[tuple[str, ...]]:
    return list(
        PublicReport.objects.values_list(
            "subject", "statement", "suggestion", "source_url", "state"
        ).order_by("pk")
    )


def test_a_report_waits_in_the_queue_and_its_contact_apart(client: Client, settings: Any) -> None:
    settings.REPORT_CONTACT_DAYS = 30
    clinic_id = clinic()
    sent = WRONG | {
        "suggestion": " 03-1234-5678 ",
        "source_url": "https://example.org/about",
        "contact": "someone@example.org",
        "homepage": "",
    }
    response = send(client, clinic_id, sent)
    assert response.status_code == 202
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == JSON
    receipt = response.json()
    conforms(receipt, "ReportReceipt", openapi_document())
    assert (receipt["received"], receipt["subject"]) == (True, "contact")
    assert "30 days" in receipt["note"]
    assert stored() == [
        ("contact", WRONG["statement"], "03-1234-5678", "https://example.org/about", "new")
    ]
    contact = ReporterContact.objects.get()
    assert contact.contact == "someone@example.org"
    assert contact.report.facility_id == clinic_id
    assert contact.delete_on == timezone.localdate() + timedelta(days=30)


def test_the_answer_leads_nowhere_and_sets_no_cookie(client: Client) -> None:
    response = send(client, clinic(), WRONG)
    assert set(response.json()) == {"received", "subject", "note"}
    assert not response.cookies
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", response.content.decode())


def test_nothing_is_published_by_a_report(client: Client) -> None:
    clinic_id = clinic()
    before = Listing.objects.values().get(facility=clinic_id)
    send(client, clinic_id, WRONG | {"subject": "closed"})
    assert Listing.objects.values().get(facility=clinic_id) == before
    assert client.get(f"/api/v1/clinics/{clinic_id}").status_code == 200


@pytest.mark.parametrize("subject", ReportSubject.values)
def test_there_is_a_report_of_every_subject(client: Client, subject: str) -> None:
    assert send(client, clinic(), WRONG | {"subject": subject}).status_code == 202
    assert PublicReport.objects.get().subject == subject


def test_lines_stay_lines_however_a_system_ends_them(client: Client) -> None:
    send(client, clinic(), WRONG | {"statement": "  one\r\ntwo\rthree\n"})
    assert PublicReport.objects.get().statement == "one\ntwo\nthree"


# Refused, and why.

LONG = "あ" * 2_001


@pytest.mark.parametrize(
    ("change", "parameter", "code", "accepted"),
    [
        ({"subject": "opening"}, "subject", "unknown-value", "hours"),
        ({"subject": "clsoed"}, "subject", "unknown-value", "closed"),
        ({"subject": None}, "subject", "unknown-value", "closed"),
        ({"subject": ["closed"]}, "subject", "unknown-value", "closed"),
        ({"statement": ""}, "statement", "blank", "text"),
        ({"statement": " \n\u3000"}, "statement", "blank", "text"),
        ({"statement": 5}, "statement", "wrong-type", "text"),
        ({"statement": LONG}, "statement", "too-long", "2,000"),
        ({"statement": "a\0b"}, "statement", "not-accepted", "control characters"),
        ({"suggestion": LONG}, "suggestion", "too-long", "2,000"),
        ({"suggestion": ""}, "suggestion", "blank", "text"),
        ({"suggestion": None}, "suggestion", "wrong-type", "leave suggestion out"),
        ({"source_url": "example.org"}, "source_url", "not-accepted", "https://"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "not-accepted", "https://"),
        ({"source_url": "https://"}, "source_url", "not-accepted", "https://"),
        ({"source_url": "https://a.example/b c"}, "source_url", "not-accepted", "https://"),
        ({"source_url": "https://me:secret@a.example/"}, "source_url", "not-accepted", "https"),
        ({"source_url": f"https://a.example/{'x' * 600}"}, "source_url", "too-long", "600"),
        ({"contact": "x" * 201}, "contact", "too-long", "200"),
        ({"contact": {"mail": "x"}}, "contact", "wrong-type", "text"),
        ({"homepage": 1}, "homepage", "wrong-type", "text"),
        ({"sugestion": "x"}, "sugestion", "unknown-parameter", "suggestion"),
        ({"id": "x"}, "id", "unknown-parameter", "accepted: subject, statement"),
        (
            {"statement": "http://a https://b www.c.example", "suggestion": "HTTPS://d"},
            "statement",
            "too-many-links",
            "at most 3",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_would_be(
    client: Client, change: dict[str, Any], parameter: str, code: str, accepted: str
) -> None:
    problem = problem_of(send(client, clinic(), WRONG | change), 400)
    conforms(problem, "Problem", openapi_document())
    assert codes(problem) == {parameter: code}
    assert accepted in problem["errors"][0]["message"]
    assert not stored()


def test_every_fault_of_a_report_is_named_at_once(client: Client) -> None:
    problem = problem_of(send(client, clinic(), {"suggestion": 1, "contcat": "x"}), 400)
    assert codes(problem) == {
        "suggestion": "wrong-type",
        "contcat": "unknown-parameter",
        "subject": "required",
        "statement": "required",
    }
    suggested = {error["parameter"]: error.get("suggestion") for error in problem["errors"]}
    assert suggested["contcat"] == "contact"


@pytest.mark.parametrize(
    "body", [b" ", b"{", b"\xff", b'{"statement": "\\ud800"}', b"[" * 9_000, b"NaN"]
)
def test_what_is_not_json_is_refused(client: Client, body: bytes) -> None:
    problem = problem_of(client.post(address(clinic()), body, content_type=JSON), 400)
    assert codes(problem) == {"body": "not-json"}


@pytest.mark.parametrize("body", [b"[]", b'"closed"', b"null", b"5"])
def test_what_is_no_object_is_refused(client: Client, body: bytes) -> None:
    problem = problem_of(client.post(address(clinic()), body, content_type=JSON), 400)
    assert codes(problem) == {"body": "wrong-type"}


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_another_media_type_is_refused(client: Client, media_type: str) -> None:
    body = json.dumps(WRONG)
    problem = problem_of(client.generic("POST", address(clinic()), body, media_type), 415)
    assert JSON in problem["detail"]
    with_charset = f"{JSON}; charset=utf-8"
    assert client.post(address(clinic()), body, content_type=with_charset).status_code == 202


def test_a_body_may_be_so_long_and_no_longer(client: Client) -> None:
    clinic_id, body = clinic(), json.dumps(WRONG)
    longest = body + " " * (LONGEST_BODY_BYTES - len(body))
    assert client.post(address(clinic_id), longest, content_type=JSON).status_code == 202
    problem = problem_of(client.post(address(clinic_id), longest + " ", content_type=JSON), 413)
    assert "16,384 bytes" in problem["detail"]


def test_the_longest_texts_of_japanese_fit(client: Client) -> None:
    report = {"subject": "other", "statement": "あ" * 2_000, "suggestion": "い" * 2_000}
    body = json.dumps(report, ensure_ascii=False)
    assert client.post(address(clinic()), body, content_type=JSON).status_code == 202


def test_a_clinic_that_is_not_published_takes_no_report(client: Client) -> None:
    clinic_id = clinic()
    withdraw(clinic_id)
    for unknown in (clinic_id, NOWHERE):
        problem_of(send(client, unknown, WRONG), 404)
    assert not stored()


def test_a_clinic_that_goes_while_its_report_arrives_takes_none() -> None:
    with pytest.raises(Facility.DoesNotExist):
        receive(NOWHERE, Statement("closed", "It closed."), TODAY)


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_reports_are_sent_and_never_read(client: Client, method: str) -> None:
    response = getattr(client, method)(address(clinic()))
    assert response.status_code == 405
    assert response["Allow"] == "POST, OPTIONS"


def test_a_query_is_refused(client: Client) -> None:
    response = client.post(f"{address(clinic())}?x=1", json.dumps(WRONG), content_type=JSON)
    assert codes(problem_of(response, 400)) == {"x": "unknown-parameter"}


# Against programs.


def test_who_fills_the_trap_gets_the_same_answer_and_nothing_is_kept(client: Client) -> None:
    clinic_id = clinic()
    trapped = send(
        client, clinic_id, WRONG | {"homepage": "https://spam.example", "contact": "me@example.org"}
    )
    assert not stored() and not ReporterContact.objects.exists()
    honest = send(client, clinic_id, WRONG)
    assert trapped.status_code == honest.status_code == 202
    assert trapped.content == honest.content
    assert trapped.headers == honest.headers
    assert len(stored()) == 1


def test_the_same_report_waits_once(client: Client) -> None:
    here, there = clinic(), clinic()
    for _ in range(3):
        assert send(client, here, WRONG).status_code == 202
    send(client, there, WRONG)
    send(client, here, WRONG | {"statement": "Another."})
    assert PublicReport.objects.filter(facility=here).count() == 2
    assert PublicReport.objects.filter(facility=there).count() == 1
    PublicReport.objects.update(state=PublicReport.State.REJECTED)
    send(client, here, WRONG)
    assert PublicReport.objects.filter(facility=here).count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_report_at_the_same_time_waits_once() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection; elsewhere its writers take turns")
    clinic_id = clinic()

    def arrive(_: int) -> None:
        receive(clinic_id, Statement("closed", "It closed."), TODAY)
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(arrive, range(8)))
    assert PublicReport.objects.count() == 1


@pytest.fixture
def two_an_hour(settings: Any) -> Iterator[None]:
    settings.THROTTLE_REPORT = Rate.read("2/hour")
    cache.clear()
    yield
    cache.clear()


def test_who_reports_too_often_is_told_when_to_come_back(client: Client, two_an_hour: None) -> None:
    clinic_id = clinic()
    found = [
        send(client, clinic_id, WRONG | {"statement": f"{n}"}, REMOTE_ADDR="192.0.2.7")
        for n in range(3)
    ]
    assert [response.status_code for response in found] == [202, 202, 429]
    problem_of(found[2], 429)
    assert 1_700 < int(found[2]["Retry-After"]) <= 1_800
    assert client.get(f"/api/v1/clinics/{clinic_id}").status_code == 200
    assert send(client, clinic_id, WRONG, REMOTE_ADDR="192.0.2.8").status_code == 202
    assert len(stored()) == 3


def test_the_usual_limit_is_ten_an_hour() -> None:
    show = "from django.conf import settings; print(settings.THROTTLE_REPORT)"
    assert (
        "interval_ns=360000000000, burst=10" in manage("shell", "--no-imports", "-c", show).stdout
    )


# From other pages of the web.


def test_a_page_of_another_origin_may_report(client: Client) -> None:
    clinic_id = clinic()
    origin = {"Origin": "https://somewhere.example"}
    preflight = client.options(
        address(clinic_id),
        headers=origin
        | {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight["Access-Control-Allow-Methods"]
    assert "content-type" in preflight["Access-Control-Allow-Headers"]
    for report, status in ((WRONG, 202), ({}, 400)):
        response = send(client, clinic_id, report, headers=origin)
        assert response.status_code == status
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
    assert (
        Client(enforce_csrf_checks=True)
        .post(address(clinic_id), json.dumps(WRONG), content_type=JSON)
        .status_code
        == 202
    )


# How long a contact is kept.


@pytest.fixture
def contacts() -> None:
    """One whose time was over yesterday, one today, one tomorrow."""
    clinic_id = clinic()
    for days in (-1, 0, 1):
        said = Statement("other", f"Statement {days}", contact=f"{days}@example.org")
        report = receive(clinic_id, said, TODAY)
        ReporterContact.objects.filter(report=report).update(delete_on=TODAY + timedelta(days=days))


def left() -> list[str]:
    return list(ReporterContact.objects.order_by("contact").values_list("contact", flat=True))


def test_a_contact_is_deleted_on_its_day_and_the_report_stays(contacts: None) -> None:
    assert purge_contacts(TODAY - timedelta(days=2)) == 0
    assert purge_contacts(TODAY) == 2
    assert left() == ["1@example.org"]
    assert purge_contacts(TODAY) == 0
    assert PublicReport.objects.count() == 3


def test_a_contact_that_is_left_today_is_kept_for_all_its_days(settings: Any) -> None:
    settings.REPORT_CONTACT_DAYS = 90
    receive(clinic(), Statement("other", "Something", contact="x"), TODAY)
    assert purge_contacts(TODAY + timedelta(days=89)) == 0
    assert purge_contacts(TODAY + timedelta(days=90)) == 1


def test_the_command_says_how_many_and_may_only_look(
    contacts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: TODAY)
    told = StringIO()
    call_command("purge_contacts", "--dry-run", stdout=told)
    assert told.getvalue() == "2 contacts would be deleted.\n"
    assert len(left()) == 3
    told = StringIO()
    call_command("purge_contacts", stdout=told)
    assert told.getvalue() == "2 contacts deleted.\n"
    assert left() == ["1@example.org"]


def test_contacts_whose_time_is_over_go_when_the_next_report_arrives(
    client: Client, contacts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: TODAY)
    send(client, clinic(), WRONG)
    assert left() == ["1@example.org"]
