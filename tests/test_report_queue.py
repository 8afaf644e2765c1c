"""The queue of reports: what waits, and each report beside what is said now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from clinics.curation.desks import DESKS
from clinics.curation.present_values import FIELDS, LABELS
from clinics.curation.reports import reject
from clinics.curation.workflow import publish_entry, submit
from clinics.models import (
    PublicReport,
    ReporterContact,
    ReportSubject,
)
from tests.catalogue import claim, clinic, record, register
from tests.curating import edit, person
from tests.reporting import LIST, in_group, page, report, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return in_group("Curator")


@pytest.fixture
def signed_in(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


# The list.


def test_those_that_wait_come_first_and_the_oldest_first(signed_in: Client) -> None:
    made = [report(clinic()) for _ in range(4)]
    for days, one in enumerate(reversed(made)):
        at = timezone.now() - timedelta(days=days)
        PublicReport.objects.filter(pk=one.pk).update(received_at=at)
    reject(made[0], by=None, reason="No.")
    shown = signed_in.get(LIST).context["cl"].result_list
    assert [one.pk for one in shown] == [made[1].pk, made[2].pk, made[3].pk, made[0].pk]


def test_the_desk_leads_to_the_reports_that_wait(signed_in: Client) -> None:
    waiting, handled = report(clinic()), report(clinic())
    reject(handled, by=None, reason="No.")
    (desk,) = [one for one in DESKS if one.slug == "reports"]
    assert desk.count() == 1
    response = signed_in.get(f"/admin/{desk.path}")
    assert [one.pk for one in response.context["cl"].result_list] == [waiting.pk]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state__exact=new", {"tokyo", "corrected"}),
        ("state__exact=rejected", {"osaka"}),
        ("subject__exact=hours", {"osaka"}),
        ("prefecture=13", {"tokyo"}),
        ("prefecture=27", {"osaka"}),
        ("prefecture=14", {"corrected"}),
        ("q=大阪", {"osaka"}),
        ("q=みなと", {"corrected"}),
        ("q=nowhere", set()),
    ],
)
def test_reports_are_found_by_state_subject_prefecture_and_name(
    signed_in: Client, curator: User, query: str, expected: set[str]
) -> None:
    tokyo, osaka, corrected = register(
        [
            record(name="東京医院"),
            record(name="大阪医院", prefecture_code="27"),
            record(name="横浜医院"),
        ]
    )
    draft = edit(corrected, curator, name="みなと医院", prefecture_code="14")
    submitted = submit(draft.facility, by=curator, version=draft.version)
    publish_entry(draft.facility, by=person("reviewer"), version=submitted.version)
    report(tokyo, statement="tokyo")
    reject(report(osaka, "hours", statement="osaka"), by=None, reason="No.")
    report(corrected, statement="corrected")
    shown = signed_in.get(f"{LIST}?{query}").context["cl"].result_list
    assert {one.statement for one in shown} == expected


def test_the_list_shows_the_prefecture_by_its_name(signed_in: Client) -> None:
    report(clinic())
    assert re.search(r'<td class="field-prefecture[^>]*>Tokyo</td>', text(signed_in.get(LIST)))


def test_the_list_takes_few_queries_however_many_reports(
    signed_in: Client, django_assert_max_num_queries: Any
) -> None:
    for clinic_id in register(record() for _ in range(60)):
        report(clinic_id)
    with django_assert_max_num_queries(14):
        assert len(signed_in.get(LIST).context["cl"].result_list) == 50


# The page of a report.


def test_a_page_shows_the_report_what_is_said_now_and_what_else_waits(
    signed_in: Client, curator: User
) -> None:
    (clinic_id,) = register([record(name="東京医院", website="https://register.example/")])
    one = report(
        clinic_id,
        "contact",
        statement="Nobody answers <b>there</b>.",
        suggestion="03-2222-2222",
        source_url="https://example.org/about",
        contact="me@example.org",
    )
    other = report(clinic_id, statement="It smells.")
    handled = report(clinic_id, statement="Handled before.")
    reject(handled, by=curator, reason="No.")
    edit(clinic_id, curator, phone="03-3333-3333")
    shown = text(signed_in.get(page(one)))
    for expected in (
        "東京医院",
        "Nobody answers &lt;b&gt;there&lt;/b&gt;.",
        "03-2222-2222",
        'href="https://example.org/about" rel="noopener noreferrer nofollow"',
        "me@example.org",
        f"{timezone.localdate() + timedelta(days=90)}",
        "https://register.example/",
        "03-3333-3333",
        f'href="{page(other)}"',
        "It smells.",
        "Accept into the draft",
    ):
        assert expected in shown, expected
    assert "Handled before." not in shown


def test_a_contact_is_for_those_who_may_see_it(client: Client) -> None:
    one = report(clinic(), contact="me@example.org")
    reader = person("reader")
    reader.user_permissions.add(Permission.objects.get(codename="view_publicreport"))
    client.force_login(reader)
    shown = text(client.get(page(one)))
    assert "me@example.org" not in shown and "Contact" not in shown
    assert (
        "Accept into the draft" not in shown
        and "<form method" not in shown.split('id="content"')[1]
    )


def test_a_contact_whose_time_is_over_is_gone_before_the_queue_shows_it(signed_in: Client) -> None:
    for address in (LIST, None):
        one = report(clinic(), contact="me@example.org")
        ReporterContact.objects.update(delete_on=timezone.localdate())
        shown = text(signed_in.get(address or page(one)))
        assert "me@example.org" not in shown
        assert not ReporterContact.objects.exists()


@pytest.mark.parametrize("subject", ReportSubject.values)
def test_every_subject_has_its_page(
    signed_in: Client, subject: str, django_assert_max_num_queries: Any
) -> None:
    (clinic_id,) = register([record(departments=["neurology", "rehabilitation"])])
    claim(clinic_id, "sport:golf", "category:dystonia-clinic")
    one = report(clinic_id, subject)
    with django_assert_max_num_queries(35):
        shown = text(signed_in.get(page(one)))
    assert all(str(LABELS[field]) in shown for field in FIELDS[subject])


def test_a_page_of_claims_names_the_concepts(signed_in: Client) -> None:
    clinic_id = clinic(35, 139, "sport:golf")
    assert "Golf: The page says golf." in text(signed_in.get(page(report(clinic_id, "claim"))))


def test_there_is_no_page_of_a_report_that_is_not_there(signed_in: Client) -> None:
    for wrong in ("999/change/", "nonsense/change/"):
        assert signed_in.get(f"{LIST}{wrong}").status_code == 404
    assert signed_in.post(f"{LIST}999/accept/").status_code == 404
    assert signed_in.post(f"{LIST}999/reject/", {"reason": "No."}).status_code == 404
