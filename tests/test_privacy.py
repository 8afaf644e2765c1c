"""A searcher's position and words are written nowhere; a reporter's, in the queue alone."""

import http.client
import json
import logging
import os
import pickle
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from django.db import OperationalError
from django.urls import URLPattern, URLResolver, get_resolver

from clinics.text import fold
from finder.parameters import SearchParameters
from finder.privacy import WithoutQueryString, without_messages

ROOT = Path(__file__).parent.parent
LATITUDE, LONGITUDE = "35.4321", "139.8765"
WEST, SOUTH, EAST, NORTH = "139.8711", "35.4311", "139.8799", "35.4399"
# Kana in half width, an old form of a kanji, Latin capitals: what a search folds.
WORDS = ("ﾇｹﾇｹ澤ﾉ里", "Hidden'Harbour", "neurolgy")
MUNICIPALITY = "13987"
# What a reporter sends; their browser, which nobody keeps.
REPORTED = ("Nobody'Answers", "ｶﾗｽ通り", "reporter@hidden.example")
BROWSER = "HiddenBrowser/7.0"

# Every route of the site with addresses of it; the identifier is that of a clinic.
EXAMPLES = {
    "api/v1/clinics": ["/api/v1/clinics"],
    "api/v1/clinics/<uuid:id>": [
        "/api/v1/clinics/{clinic}",
        "/api/v1/clinics/00000000-0000-0000-0000-000000000000",
        "/api/v1/clinics/nonsense",
    ],
    "api/v1/clinics/<uuid:id>/reports": ["/api/v1/clinics/{clinic}/reports"],
    "api/v1/clinics/<uuid:id>/checklist": ["/api/v1/clinics/{clinic}/checklist"],
    "api/v1/checklists": ["/api/v1/checklists"],
    "api/v1/checklists/<slug:slug>": ["/api/v1/checklists/second-opinion"],
    "api/v1/checklists/<slug:slug>/prepare": ["/api/v1/checklists/second-opinion/prepare"],
    "api/v1/concepts": ["/api/v1/concepts"],
    "api/v1/places": ["/api/v1/places"],
    "api/v1/quality": ["/api/v1/quality"],
    "api/schema": ["/api/schema"],
    "api/docs": ["/api/docs"],
    "healthz": ["/healthz"],
    "readyz": ["/readyz"],
    "clinics/<uuid:id>": ["/clinics/{clinic}"],
    "clinics/<uuid:id>/report": ["/clinics/{clinic}/report"],
    "clinics/<uuid:id>/report/received": ["/clinics/{clinic}/report/received"],
    "en/clinics/<uuid:id>": ["/en/clinics/{clinic}"],
    "en/clinics/<uuid:id>/report": ["/en/clinics/{clinic}/report"],
    "en/clinics/<uuid:id>/report/received": ["/en/clinics/{clinic}/report/received"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemap-<slug:section>.xml": ["/sitemap-clinics.xml"],
    "robots.txt": ["/robots.txt"],
    "admin/language": ["/admin/language"],
    "admin/": ["/admin/", "/admin/login/", "/admin/nowhere"],
}
ELSEWHERE = ["/nowhere", "/api/v1/nowhere", "/api/v1/clinics/", "/static/nowhere.css"]
BROKEN = ["/api/v1/broken", "/api/v1/broken-statement", "/api/v1/broken-off"]

HERE = {"lat": LATITUDE, "lng": LONGITUDE}
QUESTIONS: list[dict[str, str]] = [
    HERE,
    HERE | {"radius_km": "7.4321", "facets": "sport", "count": "exact"},
    HERE | {"category": WORDS[2]},
    HERE | {"sort": "relevance", "q": WORDS[0]},
    {"place": WORDS[0]},
    {"place": WORDS[1]},
    {"q": WORDS[0]},
    {"q": f"{WORDS[1]} {WORDS[0]}"},
    {"bbox": f"{WEST},{SOUTH},{EAST},{NORTH}"},
    {"municipality": MUNICIPALITY},
    {"cursor": WORDS[1]},
    {WORDS[1]: WORDS[0]},
    HERE | {"q": WORDS[1] * 1_000},
]
FORMS = ["json", "geojson", "csv"]


def every_form(word: str) -> set[str]:
    """A word as it may be written down: as it is, folded, quoted, escaped, misread."""
    spellings = {word, word.casefold(), fold(word), fold(word).replace(" ", "")}
    return {
        form
        for text in spellings
        for form in (
            text,
            quote(text),
            quote(text).lower(),
            quote_plus(text, safe="'"),
            json.dumps(text)[1:-1],
            text.encode("unicode_escape").decode(),
            text.encode().decode("latin-1"),
            repr(text.encode())[2:-1],
        )
    }


COORDINATES = (LATITUDE, LONGITUDE, WEST, SOUTH, EAST, NORTH)
SECRETS = {form.encode() for word in WORDS for form in every_form(word)}
SECRETS |= {number.encode() for number in COORDINATES}
IN_REPORTS = {form.encode() for word in (*REPORTED, BROWSER) for form in every_form(word)}
# As the database would keep them.
SECRETS |= {struct.pack(">d", float(number)) for number in COORDINATES}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            '"GET /api/v1/clinics?lat=35.4321&lng=139.8765 HTTP/1.1" 200 5',
            '"GET /api/v1/clinics?… HTTP/1.1" 200 5',
        ),
        (
            "Bad Request: http://x/api/v1/clinics?lat=35.4321&lng=139.8765",
            "Bad Request: http://x/api/v1/clinics?…",
        ),
        (
            '"GET /api/v1/clinics?q=Hidden\'Harbour HTTP/1.1" 200 5',
            '"GET /api/v1/clinics?… HTTP/1.1" 200 5',
        ),
        (
            "message Bad request syntax ('GET /x?q=\"a\" neurolgy HTTP/1.1')",
            "message Bad request syntax ('GET /x?… HTTP/1.1')",
        ),
        (
            '"GET /x?q=a HTTP/1.1 neurolgy\n?neurolgy HTTP/1.1" 400 -',
            '"GET /x?… HTTP/1.1" 400 -',
        ),
        ('"GET /healthz HTTP/1.1" 200 15', '"GET /healthz HTTP/1.1" 200 15'),
    ],
)
def test_a_log_line_loses_its_query_string(line: str, kept: str) -> None:
    record = logging.LogRecord("django", logging.INFO, "", 0, "%s", (line,), None)
    assert WithoutQueryString().filter(record)
    assert record.getMessage() == kept


def test_an_error_is_logged_with_its_kind_and_place_and_without_its_message() -> None:
    try:
        try:
            raise ValueError("at 35.4321")
        except ValueError as error:
            raise OperationalError("neurolgy") from error
    except OperationalError as error:
        raised = error
    information = (type(raised), raised, raised.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "It failed.", (), information)
    assert WithoutQueryString().filter(record)
    written = logging.Formatter().format(record)
    assert not [secret for secret in ("35.4321", "neurolgy") if f"\n{secret}" in written]
    kinds = [line for line in written.splitlines() if not line.startswith(" ")]
    assert kinds == ["It failed.", "builtins.ValueError", "", "django.db.utils.OperationalError"]
    assert f'File "{__file__}"' in written
    suppressed = RuntimeError()
    suppressed.__context__ = raised
    suppressed.__suppress_context__ = True
    assert without_messages(suppressed) == "builtins.RuntimeError"


def routes(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route of the site; the admin, which is Django's, as one."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_route_of_the_site_has_an_example_here() -> None:
    assert set(routes(get_resolver("finder.urls").url_patterns)) == EXAMPLES.keys()


def test_the_questions_hold_every_parameter_that_tells_of_the_searcher() -> None:
    asked = {name for question in QUESTIONS for name in question}
    own = {"lat", "lng", "place", "bbox", "q", "municipality", "radius_km"}
    assert own <= asked & SearchParameters.base_filters.keys()


@pytest.mark.parametrize("debug", ["1", "0"], ids=["debugging", "as for others"])
def test_a_real_server_writes_down_no_searcher_whatever_becomes_of_the_request(
    tmp_path: Path, debug: str
) -> None:
    cache = tmp_path / "cache"
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "DEBUG": debug,
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "CACHE_URL": f"filecache://{cache}",
        "THROTTLE_READ": "300/hour",
        "THROTTLE_REPORT": "50/hour",
    }
    with serving(environment, log) as port:
        before = contents(tmp_path.glob("db.sqlite3*"))
        assert not leaks(before), "these were there already and would prove nothing"
        found = set(ask_everything(port))
    assert {200, 202, 303, 304, 400, 403, 404, 405, 406, 413, 414, 415, 429, 500} <= found
    kept = [zlib.decompress(rest) for rest in map(cached, cache.iterdir())]
    values = [pickle.loads(value) for value in kept]
    # Clients as numbers, and the quality figures, which are of the catalogue alone.
    assert values and all(isinstance(value, int) or "overall" in value for value in values)
    lines = log.read_text()
    assert re.search(r'"GET /api/v1/clinics\?… HTTP/1.1" 200', lines)
    assert "Internal Server Error: /api/v1/broken" in lines
    assert "A CSV file broke off." in lines
    stored = contents(tmp_path.glob("db.sqlite3*"))
    written = stored + b"".join(kept) + lines.encode()
    assert not leaks(written)
    assert '"POST /api/v1/clinics/' in lines and 'reports HTTP/1.1" 202' in lines
    assert not [word for word in IN_REPORTS if word in b"".join(kept) + lines.encode()]
    # What is reported is kept, by the curators' queue alone, and nothing else of who did.
    assert all(word.encode() in stored for word in REPORTED)
    assert BROWSER.encode() not in stored
    assert MUNICIPALITY not in lines
    assert b"127.0.0.1" not in b"".join(kept)


def ask_everything(port: int) -> Iterator[int]:
    """Ask every address every question, in every form and by every method; the statuses."""
    (clinic,) = json.loads(ask(port, "/api/v1/clinics?page_size=1").body)["results"]
    clinic_id = clinic["clinic"]["id"]
    addresses = [
        address.format(clinic=clinic_id) for group in EXAMPLES.values() for address in group
    ]
    for address in [*addresses, *ELSEWHERE]:
        for question in QUESTIONS if address == "/api/v1/places" else QUESTIONS[::4]:
            yield ask(port, f"{address}?{urlencode(question)}").status
        secret = f"?{urlencode(HERE | {'q': WORDS[0]})}"
        yield ask(port, address + secret, "HEAD").status
        body = json.dumps({"answer": WORDS[1], **HERE})
        yield ask(port, address + secret, "POST", body).status
    for address in BROKEN:
        yield ask(port, f"{address}?{urlencode(HERE | {'q': WORDS[0]})}").status
    for question in QUESTIONS:
        for form in FORMS:
            yield ask(port, f"/api/v1/clinics?{urlencode(question | {'format': form})}").status
    yield from report_everything(port, f"/api/v1/clinics/{clinic_id}/reports")
    yield from report_by_form(port, f"/en/clinics/{clinic_id}/report")
    yield from prepare_everything(port, clinic_id)
    unquoted = f"/api/v1/clinics?q={WORDS[1]}"
    yield ask(port, unquoted).status
    yield ask(port, f"/api/v1/clinics?{urlencode(HERE)}", accept="text/html").status
    etag = ask(port, f"/api/v1/clinics/{clinic_id}").etag
    yield ask(port, f"/api/v1/clinics/{clinic_id}", etag=etag).status
    yield raw(port, f"GET {unquoted} {WORDS[2]} HTTP/1.1\r\n\r\n")
    yield raw(port, f"GET /?q={WORDS[2]}{'x' * 70_000} HTTP/1.1\r\n\r\n")
    for _ in range(400):
        status = ask(port, f"/api/v1/concepts?{urlencode(HERE)}").status
        yield status
        if status == 429:
            break


def report_everything(port: int, address: str) -> Iterator[int]:
    """Report with what is taken, refused, trapped and too long; the statuses."""
    said, suggested, contact = REPORTED
    right = {"subject": "other", "statement": said, "suggestion": suggested, "contact": contact}
    trapped = {"subject": "other", "statement": WORDS[0], "contact": WORDS[1], "homepage": WORDS[2]}
    refused = {"subject": WORDS[1], "statement": said * 500, WORDS[2]: contact}
    for report in (right, right, trapped, refused, right | {"suggestion": said * 2_000}):
        yield ask(port, address, "POST", json.dumps(report)).status
    yield ask(port, address, "POST", f"{{{WORDS[1]}").status
    yield ask(port, address, "POST", said, media_type="text/plain").status
    yield ask(port, address + "x", "POST", json.dumps(right)).status


def report_by_form(port: int, address: str) -> Iterator[int]:
    """Report with what the page's form sends, taken, trapped and refused; the statuses."""
    said, suggested, contact = REPORTED
    right = {"subject": "name", "statement": said + suggested, "contact": contact}
    form = "application/x-www-form-urlencoded"
    for report in (right, right | {"homepage": WORDS[0]}, right | {"source_url": WORDS[1]}):
        yield ask(port, address, "POST", urlencode(report), media_type=form).status


def prepare_everything(port: int, clinic_id: str) -> Iterator[int]:
    """Prepare a visit with answers that are taken and refused, in every form; the statuses."""
    address = "/api/v1/checklists/second-opinion/prepare"
    told = {
        "top-questions": [WORDS[0], {"text": WORDS[1], "language": "en"}],
        "sensory-trick": WORDS[0],
        "events": [{"code": "other", "text": WORDS[1]}],
        "urgent-signs": ["none"],
    }
    right = {"answers": told, "clinic": clinic_id, "text_language": "ja"}
    for form in ("json", "fhir", "md", "html", "pdf"):
        answer = ask(port, f"{address}?format={form}", "POST", json.dumps(right))
        assert answer.status == 200, answer.body
        yield answer.status
        if form == "fhir":
            resource = answer.body.decode()
            assert any(form.encode() in answer.body for form in every_form(WORDS[0]))
            yield ask(port, address, "POST", resource, media_type="application/fhir+json").status
    wrong = {"answers": told | {WORDS[1]: WORDS[0], "side": WORDS[2], "severity": WORDS[0]}}
    emergency = {"answers": told | {"urgent-signs": ["cord-sign"], "side": WORDS[1]}}
    for body in (wrong, emergency, right | {"route": WORDS[2]}, right | {"clinic": WORDS[0]}):
        yield ask(port, address, "POST", json.dumps(body)).status
    yield ask(port, address, "POST", f"{{{WORDS[1]}").status
    yield ask(
        port, address, "POST", json.dumps({"answers": {"sensory-trick": WORDS[0] * 20_000}})
    ).status
    yield ask(
        port, f"{address}?{urlencode({'answers': WORDS[0]})}", "POST", json.dumps(right)
    ).status
    yield ask(port, address, "POST", WORDS[0], media_type="text/plain").status
    yield ask(port, address.replace("second", "third"), "POST", json.dumps(right)).status


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.etag = response.headers["ETag"]
        self.body = response.read()


def ask(
    port: int,
    address: str,
    method: str = "GET",
    body: str | None = None,
    *,
    accept: str = "*/*",
    etag: str | None = None,
    media_type: str = "application/json",
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {
        "Accept": accept,
        "Content-Type": media_type,
        "User-Agent": BROWSER,
        "Referer": f"http://127.0.0.1/?{urlencode(HERE)}",
        **({"If-None-Match": etag} if etag else {}),
    }
    try:
        connection.request(method, address, body and body.encode(), headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def raw(port: int, request: str) -> int:
    """Send what no library would."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request.encode())
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return int(re.findall(rb"HTTP/1.1 (\d+)|Error code: (\d+)", answer)[0][0] or 400)


def contents(files: Iterator[Path]) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(files))


def cached(file: Path) -> bytes:
    """The compressed value of a file of Django's file cache, without the expiry before it."""
    with file.open("rb") as stream:
        pickle.load(stream)
        return stream.read()


def leaks(written: bytes) -> list[bytes]:
    return [secret for secret in SECRETS if secret in written]


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[int]:
    """A server of one's own machine, with everything it prints in a file; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "manage.py", "serve", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            wait_for(port, server)
            yield port
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(10)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise AssertionError("the server ended")
        try:
            ask(port, "/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not answer")
