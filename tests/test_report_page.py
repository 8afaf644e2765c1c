"""The form by which anybody reports an error: as the API takes it, in words, and without a cookie."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from clinics.models import PublicReport, ReporterContact, ReportSubject
from finder.api.reports import FIELDS
from finder.rates import Rate
from finder.web.form_body import FORM
from finder.web.report_page import LONGEST_FORM_BYTES
from tests.catalogue import clinic
from tests.curating import person
from tests.doubles import joined

pytestmark = pytest.mark.django_db

WRONG = {"subject": "contact", "statement": "The number is no longer theirs."}
EMPTY = {"suggestion": "", "source_url": "", "contact": "", "homepage": ""}


def address(clinic_id: UUID, prefix: str = "") -> str:
    return f"{prefix}/clinics/{clinic_id}/report"


def send(clinic_id: UUID, prefix: str = "", **fields: str) -> HttpResponse:
    """What a browser sends: every field, and it would check a token if there were one."""
    return Client(enforce_csrf_checks=True).post(
        address(clinic_id, prefix), urlencode(EMPTY | fields), content_type=FORM
    )


def page(response: HttpResponse, status: int) -> str:
    assert response.status_code == status
    assert not response.cookies
    return response.content.decode()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_form_offers_every_subject_and_hides_its_trap(client: Client, prefix: str) -> None:
    shown = page(client.get(address(clinic(), prefix)), 200)
    for subject in ReportSubject.values:
        assert f'<option value="{subject}"' in shown
    assert 'aria-hidden="true"><label for="homepage">' in shown
    assert 'tabindex="-1" autocomplete="off"></div>' in shown
    assert "csrf" not in shown
    assert "aria-invalid" not in shown


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_report_goes_the_way_of_the_apis(settings: Any, prefix: str) -> None:
    settings.REPORT_CONTACT_DAYS = 30
    clinic_id = clinic()
    sent = {"suggestion": " 03-1234-5678 ", "contact": "someone@example.org"}
    response = send(clinic_id, prefix, **WRONG, **sent)
    page(response, 303)
    assert response["Location"] == f"{prefix}/clinics/{clinic_id}/report/received"
    assert response["Cache-Control"] == "no-store"
    report = PublicReport.objects.get()
    assert (report.subject, report.statement) == ("contact", WRONG["statement"])
    assert report.suggestion == "03-1234-5678"
    contact = ReporterContact.objects.get()
    assert contact.delete_on == timezone.localdate() + timedelta(days=30)
    received = page(Client().get(response["Location"]), 200)
    assert "30" in received and "someone@example.org" not in received


def test_what_the_trap_catches_goes_nowhere_and_is_not_told_so() -> None:
    clinic_id = clinic()
    response = send(clinic_id, **WRONG, homepage="https://spam.example/")
    assert response.status_code == 303 and response["Location"].endswith("/report/received")
    assert not PublicReport.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "words_en", "words_ja"),
    [
        ({"subject": ""}, "subject", "Please choose one", "一覧から"),
        ({"subject": "nonsense"}, "subject", "Please choose one", "一覧から"),
        ({"statement": " \u3000"}, "statement", "Please write what is wrong", "どう違うか"),
        ({"statement": "あ" * 2_001}, "statement", "at most 2,000", "2,000字"),
        ({"statement": "a\0b"}, "statement", "plain text", "ふつうの文字"),
        ({"statement": "http://a " * 4}, "statement", "too many links", "リンクが多すぎ"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "https://", "https://"),
        ({"contact": "x" * 201}, "contact", "at most 200", "200字"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    change: dict[str, str], field: str, words_en: str, words_ja: str
) -> None:
    clinic_id = clinic()
    sent = WRONG | {"suggestion": "<b>kept</b>", "contact": "me@example.org"} | change
    for prefix, words in (("/en", words_en), ("", words_ja)):
        response = send(clinic_id, prefix, **sent)
        shown = page(response, 400)
        assert response["Cache-Control"] == "no-store"
        assert f'<a href="#{field}">' in shown
        assert f'id="{field}-error">' in shown and words in shown
        assert shown.count('aria-invalid="true"') == 1
        assert "&lt;b&gt;kept&lt;/b&gt;" in shown
        if "contact" not in change:
            assert 'value="me@example.org"' in shown
        if "subject" not in change:
            assert '<option value="contact" selected>' in shown
    assert not PublicReport.objects.exists()


def test_every_fault_is_named_at_once() -> None:
    shown = page(send(clinic(), "/en", subject="", statement="", source_url="x"), 400)
    assert shown.count('class="field-error"') == 3
    named = re.findall(r'<a href="#(\w+)">', shown)
    assert named == ["subject", "statement", "source_url"]
    assert 'role="alert"' in shown and "<title>Please check:" in shown


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"subject": "closed", "statement": "x"}', "application/json", 415),
        ("subject=closed&statement=" + "x" * LONGEST_FORM_BYTES, FORM, 413),
    ],
)
def test_what_no_form_sends_is_refused_in_words(
    client: Client, body: str, kind: str, status: int
) -> None:
    clinic_id = clinic()
    response = client.post(address(clinic_id, "/en"), body, content_type=kind)
    assert "could not be read" in page(response, status)
    assert not PublicReport.objects.exists()


def test_fields_that_the_form_does_not_have_are_named_with_those_it_has(client: Client) -> None:
    body = "subject=closed&statement=x&subejct=moved&%3Cb%3E=1&" + "y" * 65 + "=1"
    response = client.post(address(clinic(), "/en"), body, content_type=FORM)
    shown = page(response, 400)
    assert response["Cache-Control"] == "no-store"
    for name in ("subejct", "&lt;b&gt;", "y" * 64, *FIELDS):
        assert f"<code>{name}</code>" in shown
    assert "do not belong to this form" in shown and "more than once" not in shown
    assert not PublicReport.objects.exists()


def test_a_field_that_comes_twice_is_named(client: Client) -> None:
    body = "subject=closed&subject=moved&statement=x"
    shown = page(client.post(address(clinic(), "/en"), body, content_type=FORM), 400)
    assert re.search(r"more than once.*?<ul><li><code>subject</code></li></ul>", shown, re.DOTALL)
    assert "do not belong to this form" not in shown
    assert not PublicReport.objects.exists()


def test_the_longest_report_of_the_form_is_taken() -> None:
    longest = {"statement": "病" * 2_000, "suggestion": "院" * 2_000, "contact": "電" * 200}
    assert send(clinic(), subject="other", **longest).status_code == 303


def test_a_line_that_a_browser_ends_with_two_signs_is_counted_with_one() -> None:
    line = "あ" * 99
    longest = "\r\n".join([line] * 20)
    assert (len(longest), len(longest.replace("\r", ""))) == (2_018, 1_999)
    assert send(clinic(), subject="other", statement=f"{longest}\r\n\r\n").status_code == 303
    assert PublicReport.objects.get().statement == "\n".join([line] * 20)
    sent = {"subject": "closed", "statement": longest}
    programs = f"/api/v1/clinics/{clinic()}/reports"
    assert Client().post(programs, sent, content_type="application/json").status_code == 202
    too_long = send(clinic(), "/en", subject="other", statement=f"{longest}\r\nあ")
    assert "at most 2,000" in page(too_long, 400)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_of_a_report_is_for_search_engines_in_any_language(language: str) -> None:
    """What is not to be listed names no address to be listed under."""
    here = address(clinic(), "/en" if language == "en" else "")
    for path, sent in ((here, None), (here, "subject="), (f"{here}/received", None)):
        client = Client()
        response = client.post(path, sent, content_type=FORM) if sent else client.get(path)
        shown = response.content.decode()
        assert '<meta name="robots" content="noindex">' in shown
        assert 'rel="canonical"' not in shown and 'rel="alternate"' not in shown
        # The way to the other language stays for people.
        assert f'hreflang="{"ja" if language == "en" else "en"}"' in shown


def test_a_report_on_a_merged_clinic_is_sent_again_to_its_successor() -> None:
    survivor, loser = clinic(35, 139), clinic(35, 139)
    joined(loser, survivor, person("taro"))
    response = send(loser, "/en", **WRONG)
    assert response.status_code == 308
    assert response["Location"] == address(survivor, "/en")


def test_sending_is_kept_to_the_rate_of_reports_and_reading_to_that_of_readers(
    settings: Any,
) -> None:
    cache.clear()
    settings.THROTTLE_REPORT = Rate.read("1/hour")
    clinic_id = clinic()
    assert send(clinic_id, **WRONG).status_code == 303
    late = send(clinic_id, **WRONG | {"statement": "Another."})
    assert late.status_code == 429 and int(late["Retry-After"]) > 0
    assert "<h1>" in late.content.decode()
    assert PublicReport.objects.count() == 1
    for _ in range(3):
        assert Client().get(address(clinic_id)).status_code == 200
    cache.clear()
