"""Signing in is guarded against guessing, and nobody else notices."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from finder.privacy import WithoutQueryString
from tests.catalogue import clinic
from tests.curating import person
from tests.test_settings import SECURE, manage

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
RIGHT = "correct horse battery"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.9"


@pytest.fixture(autouse=True)
def curator(settings: Any) -> User:
    # The usual one takes its time, as it should.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return person("curator")


def sign_in(
    client: Client, name: str = "curator", password: str = "wrong", at: str = HERE, **extra: Any
) -> HttpResponse:
    """Try to sign in from an address."""
    sent = {"username": name, "password": password, "next": "/admin/"}
    return client.post(LOGIN, sent, REMOTE_ADDR=at, **extra)


def statuses(client: Client, times: int, **options: Any) -> list[int]:
    return [sign_in(client, **options).status_code for _ in range(times)]


def pass_minutes(minutes: float) -> None:
    """Let time pass: what happened lies that much further back."""
    for attempt in AccessAttempt.objects.all():
        earlier = attempt.attempt_time - timedelta(minutes=minutes)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=earlier)


def test_the_fifth_failure_locks_and_the_page_says_how_long(client: Client) -> None:
    assert statuses(client, 5) == [200, 200, 200, 200, 429]
    locked = sign_in(client, password=RIGHT)
    assert locked.status_code == 429
    shown = locked.content.decode()
    assert "Try again in 60 minutes." in shown
    assert "Clinic finder: curation" in shown
    assert 3_590 < int(locked["Retry-After"]) <= 3_600
    assert locked["Cache-Control"] == "no-store"
    assert "_auth_user_id" not in client.session


def test_the_lock_ends_after_its_time_and_attempts_do_not_prolong_it(client: Client) -> None:
    statuses(client, 5)
    pass_minutes(30)
    assert "Try again in 30 minutes." in sign_in(client).content.decode()
    pass_minutes(29.5)
    assert "Try again in 1 minute." in sign_in(client, password=RIGHT).content.decode()
    pass_minutes(1)
    assert sign_in(client, password=RIGHT).status_code == 302


def test_failures_with_long_pauses_do_not_add_up(client: Client) -> None:
    for _ in range(3):
        assert statuses(client, 4) == [200] * 4
        pass_minutes(61)
    assert sign_in(client, password=RIGHT).status_code == 302


def test_a_stranger_cannot_lock_a_curator_out_from_elsewhere(client: Client) -> None:
    assert statuses(client, 60, at=ELSEWHERE)[-1] == 429
    assert sign_in(client, password=RIGHT, at=HERE).status_code == 302


def test_one_locked_name_leaves_the_others_of_an_office_alone(client: Client) -> None:
    person("colleague")
    statuses(client, 10)
    assert sign_in(client, "colleague", RIGHT).status_code == 302


def test_an_address_that_tries_many_names_is_locked(client: Client) -> None:
    bound = configured.SIGN_IN_FAILURES_OF_ADDRESS
    assert bound == 50
    found = [sign_in(client, f"name{number}").status_code for number in range(bound)]
    assert found == [200] * (bound - 1) + [429]
    locked = sign_in(client, password=RIGHT)
    assert locked.status_code == 429 and "Try again in 60 minutes." in locked.content.decode()
    assert sign_in(client, password=RIGHT, at=ELSEWHERE).status_code == 302


def test_changing_browsers_gives_no_more_attempts(client: Client) -> None:
    found = [
        sign_in(client, headers={"User-Agent": f"browser {number}"}).status_code
        for number in range(6)
    ]
    assert found == [200] * 4 + [429] * 2


def test_signing_in_forgets_ones_own_failures_and_nobody_elses(client: Client) -> None:
    person("colleague")
    statuses(client, 4)
    statuses(client, 4, name="colleague")
    assert sign_in(client, password=RIGHT).status_code == 302
    assert statuses(client, 4) == [200] * 4
    assert sign_in(client, "colleague").status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "same"),
    [
        (0, ("192.0.2.1", "192.0.2.2"), True),
        (1, ("192.0.2.1", "192.0.2.2"), False),
        (1, ("9.9.9.9, 192.0.2.1", "8.8.8.8, 192.0.2.1"), True),
        (1, ("2001:db8:1:2::1", "2001:db8:1:2::ffff"), True),
        (1, ("2001:db8:1:2::1", "2001:db8:1:3::1"), False),
    ],
)
def test_the_address_is_the_one_that_our_proxies_heard_from(
    client: Client, settings: Any, proxies: int, forwarded: tuple[str, str], same: bool
) -> None:
    settings.NUM_PROXIES = proxies
    one, other = ({"X-Forwarded-For": address} for address in forwarded)
    statuses(client, 5, headers=one)
    assert sign_in(client, headers=one).status_code == 429
    locked = sign_in(client, password=RIGHT, headers=other).status_code == 429
    assert locked is same


def test_a_server_behind_a_socket_file_counts_everybody_together(client: Client) -> None:
    assert statuses(client, 5, at="")[-1] == 429
    assert AccessAttempt.objects.get().ip_address is None


def test_no_password_and_no_sign_in_that_succeeded_is_kept(client: Client) -> None:
    secret = "my very secret password"
    sign_in(client, password=secret)
    kept = str(list(AccessAttempt.objects.values()))
    assert "curator" in kept and secret not in kept
    sign_in(client, password=RIGHT)
    for model in (AccessAttempt, AccessLog, AccessFailureLog):
        assert not model.objects.exists()


def test_a_failure_is_logged_without_name_address_password_or_query(client: Client) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    handler.addFilter(WithoutQueryString())
    logging.getLogger().addHandler(handler)
    try:
        for _ in range(6):
            client.post(
                f"{LOGIN}?next=/admin/secret",
                {"username": "curator", "password": "hunter2"},
                REMOTE_ADDR=HERE,
            )
    finally:
        logging.getLogger().removeHandler(handler)
    axes = [record for record in records if record.name.startswith("axes")]
    assert any("Locking out" in record.getMessage() for record in axes)
    written = " ".join(logging.Formatter().format(record) for record in records)
    assert not [word for word in ("curator", HERE, "hunter2", "secret") if word in written]
    assert configured.LOGGING["handlers"]["console"]["filters"] == ["without_query"]
    assert not any(name.startswith("axes") for name in configured.LOGGING["loggers"])


# Those who search notice nothing of it.


@pytest.fixture
def without_the_guard(settings: Any) -> Iterator[Client]:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "axes" not in name]
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    yield Client()


@pytest.mark.parametrize(
    "address", ["/api/v1/clinics?lat=35&lng=139", "/api/v1/clinics/{clinic}", "/api/v1/concepts"]
)
def test_a_search_reads_nothing_of_sessions_or_attempts(
    without_the_guard: Client, client: Client, settings: Any, address: str
) -> None:
    address = address.format(clinic=clinic())
    unguarded = statements(without_the_guard, address)
    settings.MIDDLEWARE = configured_middleware()
    guarded = statements(Client(), address)
    assert guarded == unguarded and guarded
    assert not [
        one for one in guarded if "axes" in one or "session" in one.replace("opensession", "")
    ]
    assert not client.get(address).cookies


def configured_middleware() -> list[str]:
    from finder import settings as module

    return list(module.MIDDLEWARE)


def statements(client: Client, address: str) -> list[str]:
    """What a request asks of the database, once what it keeps in memory is there."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


# Sessions and passwords.


def test_a_session_is_a_working_day_and_ends_with_the_browser(client: Client) -> None:
    sign_in(client, password=RIGHT)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["expires"] and not cookie["max-age"]
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8)


def test_the_token_against_forged_requests_is_kept_alike(client: Client) -> None:
    client.get(LOGIN)
    cookie = client.cookies["csrftoken"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not cookie["expires"] and not cookie["max-age"]
    checked = Client(enforce_csrf_checks=True)
    assert sign_in(checked, password=RIGHT).status_code == 403


def test_cookies_are_for_https_alone_in_production() -> None:
    show = (
        "from django.conf import settings;"
        "print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)"
    )
    assert "True True" in manage("shell", "--no-imports", "-c", show, **SECURE).stdout


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("dunkle Wolk", False),
        ("dunkle Wolke", True),
        ("123456789012", False),
        ("password1234", False),
        ("curator12345", False),
    ],
)
def test_passwords_are_long_and_not_easily_guessed(
    password: str, accepted: bool, curator: User
) -> None:
    try:
        validate_password(password, curator)
    except ValidationError:
        assert not accepted
    else:
        assert accepted


@pytest.mark.parametrize(
    ("name", "value"),
    [("SIGN_IN_FAILURES", "0"), ("SIGN_IN_LOCK_MINUTES", "0"), ("REPORT_CONTACT_DAYS", "-1")],
)
def test_a_bound_that_makes_no_sense_stops_the_start(name: str, value: str) -> None:
    result = manage("check", **{name: value})
    assert result.returncode != 0 and f"{name}={value}" in result.stderr
