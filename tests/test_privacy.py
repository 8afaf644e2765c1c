"""A searcher's position and words are written nowhere."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from finder.privacy import WithoutQueryString

ROOT = Path(__file__).parent.parent
SECRETS = ("35.4321", "139.8765", "neurolgy")


@pytest.mark.parametrize(
    "line",
    [
        '"GET /api/v1/clinics?lat=35.4321&lng=139.8765 HTTP/1.1" 200 5',
        "Bad Request: http://x/api/v1/clinics?lat=35.4321&lng=139.8765",
    ],
)
def test_a_log_line_loses_its_query_string(line: str) -> None:
    record = logging.LogRecord("django", logging.INFO, "", 0, "%s", (line,), None)
    assert WithoutQueryString().filter(record)
    assert not any(secret in record.getMessage() for secret in SECRETS)
    assert "/api/v1/clinics?…" in record.getMessage()


def test_a_real_server_logs_no_position_whatever_becomes_of_the_request(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/healthz", server)
            statuses = [
                status_of(f"{base}{path}?lat=35.4321&lng=139.8765{more}")
                for path, more in [
                    ("/api/v1/clinics", ""),
                    ("/api/v1/clinics", "&category=neurolgy"),
                    ("/api/v1/concepts", ""),
                    ("/nowhere", ""),
                ]
            ]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(10)
    assert statuses == [200, 400, 400, 404]
    written = log.read_text() + database.read_bytes().decode(errors="replace")
    assert re.search(r'"GET /api/v1/clinics\?… HTTP/1.1" 200', written)
    assert not [secret for secret in SECRETS if secret in written]


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise AssertionError("the server ended")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
