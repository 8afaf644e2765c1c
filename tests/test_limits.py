"""How often and how much may be asked, by which methods, and from which pages of the web."""

import io
import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends import locmem
from django.http import HttpResponse
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from finder.api.throttling import client_digest
from finder.privacy import WithoutQueryString
from finder.rates import Rate
from tests.catalogue import clinic
from tests.contract import openapi_document, problem_of

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/clinics"
SECOND = 1_000_000_000
READERS = [
    SEARCH,
    "/api/v1/concepts",
    "/api/v1/places?q=x",
    "/api/v1/quality",
    f"{SEARCH}/{{clinic}}",
]


# The algorithm.


@pytest.mark.parametrize(
    ("text", "interval_ns", "burst"),
    [
        ("600/minute", SECOND // 10, 600),
        ("600/m", SECOND // 10, 600),
        ("1/s", SECOND, 1),
        ("10/hour", 360 * SECOND, 10),
        ("24/day", 3_600 * SECOND, 24),
    ],
)
def test_a_rate_is_read_as_the_framework_writes_it(text: str, interval_ns: int, burst: int) -> None:
    assert Rate.read(text) == Rate(interval_ns, burst)


@pytest.mark.parametrize("text", ["", "0"])
def test_no_rate_is_no_limit(text: str) -> None:
    assert Rate.read(text) is None


@pytest.mark.parametrize(
    "text", ["600", "0/minute", "-1/minute", "1.5/s", "600 / minute", "6/month", "6/", "x/s", "٦/s"]
)
def test_what_is_no_rate_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="600/minute") as refused:
        Rate.read(text)
    assert repr(text) in str(refused.value)


RATES = st.builds(Rate, interval_ns=st.integers(1, 9), burst=st.integers(1, 6))
PAUSES = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 40)), max_size=40)


@given(RATES, PAUSES)
@example(Rate(7, 1), [0, 6, 1, 7, 6])
@example(Rate(3, 2), [0, 0, 0, 2, 1, 3, 3])
def test_requests_are_admitted_as_by_a_bucket_that_drains_moment_by_moment(
    rate: Rate, pauses: list[int]
) -> None:
    """The bucket is emptied a little at every tick, and takes a request where there is room."""
    level, due_ns, now_ns = Fraction(0), 0, 10**18
    for pause in pauses:
        for _ in range(pause):
            level = max(level - Fraction(1, rate.interval_ns), Fraction(0))
        now_ns += pause
        verdict = rate.admit(due_ns, now_ns)
        due_ns = verdict.due_ns
        assert (verdict.wait_ns == 0) == (level + 1 <= rate.burst)
        if verdict.wait_ns == 0:
            level += 1


@given(RATES, PAUSES)
def test_the_wait_is_exactly_as_long_as_it_says(rate: Rate, pauses: list[int]) -> None:
    due_ns, now_ns = 0, 10**18
    for pause in pauses:
        now_ns += pause
        wait_ns, due_ns = rate.admit(due_ns, now_ns)
        if wait_ns:
            assert rate.admit(due_ns, now_ns + wait_ns - 1).wait_ns == 1
            assert rate.admit(due_ns, now_ns + wait_ns).wait_ns == 0


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    rate = Rate(SECOND, 3)
    wait_ns, due_ns = rate.admit(10**18 + 3_600 * SECOND, 10**18)
    assert wait_ns == SECOND
    assert rate.admit(due_ns, 10**18 + SECOND).wait_ns == 0


# Over HTTP.


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_800_000_000 * SECOND

    def time_ns(self) -> int:
        return self.now_ns

    def pass_seconds(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Clock]:
    """Three requests at once, and one more every two seconds; nobody has asked yet."""
    settings.THROTTLE_READ = Rate(2 * SECOND, 3)
    moved = Clock()
    monkeypatch.setattr("finder.api.throttling.time.time_ns", moved.time_ns)
    cache.clear()
    yield moved
    cache.clear()


def statuses(client: Client, address: str, times: int, **extra: Any) -> list[int]:
    return [client.get(address, **extra).status_code for _ in range(times)]


@pytest.mark.parametrize("address", READERS)
def test_who_asks_too_often_is_told_when_to_ask_again(
    client: Client, clock: Clock, address: str
) -> None:
    address = address.format(clinic=clinic())
    assert statuses(client, address, 3) == [200] * 3
    response = client.get(address)
    problem_of(response, 429)
    assert response["Retry-After"] == "2"
    clock.pass_seconds(1.5)
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    clock.pass_seconds(float(response["Retry-After"]))
    assert statuses(client, address, 2) == [200, 429]


def test_every_address_of_the_api_counts_together(client: Client, clock: Clock) -> None:
    addresses = [address.format(clinic=clinic()) for address in READERS]
    answered = [client.get(address).status_code for address in addresses]
    assert answered == [200] * 3 + [429] * (len(addresses) - 3)


def test_a_304_counts_as_any_other_answer_and_only_once(client: Client, clock: Clock) -> None:
    address = f"{SEARCH}/{clinic()}"
    etag = {"If-None-Match": client.get(address)["ETag"]}
    assert statuses(client, address, 3, headers=etag) == [304, 304, 429]
    clock.pass_seconds(6)
    stale = {"If-None-Match": '"another"'}
    assert statuses(client, address, 4, headers=stale) == [200, 200, 200, 429]


def test_refused_requests_do_not_prolong_the_wait(client: Client, clock: Clock) -> None:
    assert statuses(client, SEARCH, 50) == [200] * 3 + [429] * 47
    clock.pass_seconds(2)
    assert statuses(client, SEARCH, 2) == [200, 429]


def test_throttling_can_be_turned_off(client: Client, clock: Clock, settings: Any) -> None:
    settings.THROTTLE_READ = None
    assert set(statuses(client, SEARCH, 20)) == {200}


@pytest.mark.parametrize("address", ["/healthz", "/api/schema", "/api/docs"])
def test_health_schema_and_documentation_are_not_counted(
    client: Client, clock: Clock, address: str
) -> None:
    assert set(statuses(client, address, 5)) == {200}


def test_a_forged_header_gives_no_new_identity(client: Client, clock: Clock) -> None:
    found = [
        client.get(SEARCH, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(5)
    ]
    assert found == [200, 200, 200, 429, 429]


def digest(address: str, forwarded: str | None = None) -> str:
    meta = {"REMOTE_ADDR": address}
    return client_digest(meta if forwarded is None else meta | {"HTTP_X_FORWARDED_FOR": forwarded})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "192.0.2.1", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.7, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "198.51.100.1,203.0.113.7 ,192.0.2.1", "203.0.113.7"),
        (2, "192.0.2.1", "10.0.0.9"),
        (1, "192.0.2.1:4711", "10.0.0.9"),
        (1, "203.0.113.7, unknown", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "2001:db8::1", "2001:db8::2"),
    ],
)
def test_the_forwarded_header_is_believed_as_far_as_our_own_proxies_wrote_it(
    settings: Any, proxies: int, forwarded: str | None, client: str
) -> None:
    settings.NUM_PROXIES = proxies
    found = digest("10.0.0.9", forwarded)
    settings.NUM_PROXIES = 0
    assert found == digest(client)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:DB8:1:2:0::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "192.0.2.1", False),
        ("", "", True),
    ],
)
def test_a_client_is_an_address_or_an_ipv6_network(one: str, other: str, same: bool) -> None:
    assert (digest(one) == digest(other)) is same


def test_the_cache_knows_no_address(client: Client, clock: Clock, settings: Any) -> None:
    client.get(SEARCH, REMOTE_ADDR="192.0.2.123")
    kept = repr(list(locmem._caches.values()))
    assert "THROTTLE_READ" in kept
    assert "192.0.2" not in kept and "c000027b" not in kept.lower()
    before = digest("192.0.2.123")
    settings.SECRET_KEY = "another key"
    assert digest("192.0.2.123") != before


def test_a_refusal_is_logged_without_the_client_or_the_question(
    client: Client, clock: Clock
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(WithoutQueryString())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        statuses(client, f"{SEARCH}?lat=35.4321&lng=139.8765", 4, REMOTE_ADDR="192.0.2.123")
    finally:
        logger.removeHandler(handler)
    assert written.getvalue() == f"Too Many Requests: {SEARCH}\n"


def test_the_limit_is_documented_at_every_address() -> None:
    paths = openapi_document()["paths"]
    assert len(paths) >= 4
    for path, methods in paths.items():
        for operation in methods.values():
            answers = operation["responses"]
            assert "application/problem+json" in answers["429"]["content"], path
            assert "Retry-After" in answers["429"]["headers"], path


# Length and methods.


@pytest.mark.parametrize("address", READERS)
def test_a_query_string_that_is_too_long_is_refused_unread(client: Client, address: str) -> None:
    address = address.format(clinic=clinic())
    joint = "&" if "?" in address else "?"
    problem_of(client.get(f"{address}{joint}z={'y' * 8_200}"), 414)
    assert client.get(f"{address}{joint}z={'y' * 8_100}").status_code == 400


@pytest.mark.parametrize("address", READERS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_is_not_there_is_refused_with_those_that_are(
    client: Client, address: str, method: str
) -> None:
    response = getattr(client, method)(address.format(clinic=clinic()))
    problem_of(response, 405)
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("address", READERS)
def test_options_names_the_methods(client: Client, address: str) -> None:
    response = client.options(address.format(clinic=clinic()))
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


# Other origins.

PAGE = {"Origin": "https://somewhere.example"}


def opened(response: HttpResponse) -> bool:
    assert "Access-Control-Allow-Credentials" not in response
    return response.get("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize("address", [*READERS, "/api/schema", "/api/nowhere", f"{SEARCH}?x=1"])
@pytest.mark.parametrize("origin", ["https://somewhere.example", "null", "http://localhost:3000"])
def test_every_page_of_the_web_may_read_the_api_and_its_refusals(
    client: Client, address: str, origin: str
) -> None:
    response = client.get(address.format(clinic=clinic()), headers={"Origin": origin})
    assert opened(response)
    exposed = {
        name.strip().lower() for name in response["Access-Control-Expose-Headers"].split(",")
    }
    assert {"link", "etag", "retry-after"} <= exposed


def test_a_304_and_a_429_can_be_read_too(client: Client, clock: Clock) -> None:
    address = f"{SEARCH}/{clinic()}"
    etag = client.get(address)["ETag"]
    not_modified = client.get(address, headers={**PAGE, "If-None-Match": etag})
    assert not_modified.status_code == 304 and opened(not_modified)
    client.get(address)
    refused = client.get(address, headers=PAGE)
    assert refused.status_code == 429 and opened(refused)


@pytest.mark.parametrize("path", [SEARCH, "/api/v1/anything/below", "/api/v1/clinics/x/reports"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_preflight_is_answered_under_the_whole_api(
    client: Client, clock: Clock, path: str, method: str
) -> None:
    for _ in range(5):
        response = client.options(
            path,
            headers={
                **PAGE,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-type,if-none-match",
            },
        )
        assert response.status_code == 200 and opened(response)
    assert method in response["Access-Control-Allow-Methods"].split(", ")
    assert "DELETE" not in response["Access-Control-Allow-Methods"]
    allowed = response["Access-Control-Allow-Headers"].split(", ")
    assert {"accept", "content-type", "if-none-match"} == set(allowed)


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/healthz", "/apix/v1/clinics"])
def test_nothing_but_the_api_is_open_to_other_pages(client: Client, path: str) -> None:
    preflight = {**PAGE, "Access-Control-Request-Method": "POST"}
    for response in (client.get(path, headers=PAGE), client.options(path, headers=preflight)):
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
