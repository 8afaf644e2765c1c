"""Production as the README sets it up: static files collected, served compressed, kept for good."""

import gzip
import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.checklist.definition import LANGUAGES
from tests.site_pages import SITE_PAGES

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
HOST = "clinics.example"
SERVE = """
from wsgiref.simple_server import make_server
from finder.wsgi import application
with make_server("127.0.0.1", 0, application) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""
# What links and loads in a page name.
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the project's WSGI application with ``PRODUCTION=1``, its static files collected."""
    folder = tmp_path_factory.mktemp("production")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "PRODUCTION": "1",
        "SECRET_KEY": "x9" * 40 + "abcdefghijk",
        "ALLOWED_HOSTS": HOST,
        "STATIC_ROOT": str(folder / "static"),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    for command in ("collectstatic --noinput", "migrate", "load_starter"):
        done = subprocess.run(
            [sys.executable, "manage.py", *command.split()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def ask(port: int, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    """A request as the proxy passes it on, and the body that came back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_what_a_page_loads_is_compressed_and_kept_for_good(server: int) -> None:
    page, body = ask(server, "/en")
    assert page.status == 200 and page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Strict-Transport-Security"]
    loaded = set(STATIC.findall(gzip.decompress(body).decode()))
    assert any(path.endswith(".css") for path in loaded)
    for path in loaded:
        # Named by what is in it.
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", path), path
        response, file = ask(server, path)
        assert response.status == 200, path
        cache = response.headers["Cache-Control"]
        assert "immutable" in cache and int(re.findall(r"max-age=(\d+)", cache)[0]) > 31_000_000
        if path.endswith((".css", ".js")):
            assert response.headers["Content-Encoding"] == "gzip", path
            assert len(file) < len(gzip.decompress(file))


def test_every_page_finds_the_static_files_that_it_names(server: int) -> None:
    for page in SITE_PAGES:
        if page.form is None:
            for language in LANGUAGES:
                response, _ = ask(server, page.path(language))
                # No place is loaded here, so one by name is refused.
                assert response.status in (page.status, 400), page.name


def test_the_admin_and_the_documentation_find_theirs(server: int) -> None:
    for address in ("/admin/login/", "/api/docs"):
        response, body = ask(server, address)
        assert response.status == 200, address
        text = gzip.decompress(body) if response.headers["Content-Encoding"] else body
        named = set(STATIC.findall(text.decode()))
        assert named, address
        assert {ask(server, path)[0].status for path in named} == {200}, address
