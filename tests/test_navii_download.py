"""Downloading a release from a server of the test's own: whole, resumed, and refused with a reason."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clinics.imports.downloads import MAX_REDIRECTS
from clinics.imports.navii_download import download_release
from clinics.imports.refusal import ImportRefused
from tests.navii_sheets import NAMES, zipped

JUNE = [f"{NAMES[number]}_20260601.csv.zip" for number in NAMES]
DECEMBER = [f"{NAMES[number]}_20251201.zip" for number in NAMES]
# Of many bytes that do not pack, so that a connection can be cut in the middle.
CONTENTS = zipped(
    "a.csv", bytes((7 * number * number + number // 3) % 251 for number in range(300_000))
)
HALF = len(CONTENTS) // 2


def page(names: list[str], folder: str = "/content/") -> bytes:
    links = "".join(f'<li><a class="x" href="{folder}{name}">{name}</a></li>' for name in names)
    return f"<html><body><a name=top>医療情報ネット</a><ul>{links}</ul></body></html>".encode()


@dataclass
class Answer:
    """What the server says to one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    ranges: bool = True
    length: bool = True
    wait: threading.Event | None = None


@dataclass
class Server:
    """A server of files, which notes what it was asked for."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def page_url(self) -> str:
        return f"{self.url}/page.html"

    def offer(self, names: list[str], **of_each: object) -> None:
        """Serve a page that links to these files, and the files."""
        self.answers["/page.html"] = Answer(page(names), headers={"Content-Type": "text/html"})
        for name in names:
            self.answers[f"/content/{name}"] = zip_answer(**of_each)

    def asked_for(self, name: str) -> list[str | None]:
        """The ranges asked for of a file, None for the whole."""
        return [wanted for path, wanted in self.asked if path == f"/content/{name}"]


def zip_answer(**changes: object) -> Answer:
    usual: dict[str, object] = {
        "body": CONTENTS,
        "headers": {"Content-Type": "application/zip", "ETag": '"v1"'},
    }
    return Answer(**(usual | changes))  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Answers as the tests say, with Range and If-Range as in RFC 9110."""

    server_of_test: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server_of_test.asked.append((self.path, wanted))
        answer = self.server_of_test.answers.get(self.path, Answer(b"gone", 404))
        if answer.wait is not None:
            answer.wait.wait(10)
        start = self._start(answer, wanted)
        body = answer.body[start:]
        status = 206 if start else answer.status
        if start >= len(answer.body) > 0:
            status, body = 416, b""
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if status == 206:
            total = len(answer.body)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if answer.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body, answer)

    def _start(self, answer: Answer, wanted: str | None) -> int:
        version = self.headers.get("If-Range")
        current = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        if not (answer.ranges and wanted and version in current):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send(self, body: bytes, answer: Answer) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body if answer.cut_after is None else body[: answer.cut_after])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    handler = type("HandlerOfTest", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_port}")
        handler.server_of_test = server  # type: ignore[attr-defined]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        http.shutdown()
        thread.join()


def refusal(server: Server, folder: Path, **options: object) -> str:
    with pytest.raises(ImportRefused) as refused:
        download_release(folder, page_url=server.page_url, **options)  # type: ignore[arg-type]
    return str(refused.value)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Which files.


def test_the_newest_release_is_fetched_whole_in_the_order_of_its_sheets(
    server: Server, tmp_path: Path
) -> None:
    server.offer([*DECEMBER, *JUNE, "03-1_dental_facility_info_20260601.csv.zip", "other.pdf"])
    folder = tmp_path / "to" / "come"
    paths = download_release(folder, page_url=server.page_url)
    assert [path.name for path in paths] == JUNE
    assert {path.read_bytes() for path in paths} == {CONTENTS}
    assert names_in(folder) == sorted(JUNE)
    assert len(server.asked) == 5


def test_an_incomplete_newer_release_is_passed_over(server: Server, tmp_path: Path) -> None:
    server.offer([*DECEMBER, *JUNE[:3]])
    paths = download_release(tmp_path, page_url=server.page_url)
    assert [path.name for path in paths] == DECEMBER


def test_without_a_complete_release_what_was_found_is_said(server: Server, tmp_path: Path) -> None:
    server.offer([DECEMBER[0], *JUNE[2:]])
    message = refusal(server, tmp_path)
    assert "20251201 has 01-1; 20260601 has 02-1, 02-2" in message
    server.offer([])
    assert "none of them was found" in refusal(server, tmp_path)


def test_fewer_sheets_may_be_asked_for(server: Server, tmp_path: Path) -> None:
    server.offer([*DECEMBER, *JUNE[:2]])
    paths = download_release(tmp_path, page_url=server.page_url, sheets=("01-2", "01-1"))
    assert [path.name for path in paths] == [JUNE[1], JUNE[0]]


@pytest.mark.parametrize("folder", ["content/", "./content/", "{url}/content/"])
def test_links_may_be_relative_or_absolute(server: Server, tmp_path: Path, folder: str) -> None:
    server.offer(JUNE)
    server.answers["/page.html"].body = page(JUNE, folder.format(url=server.url))
    assert len(download_release(tmp_path, page_url=server.page_url)) == 4


def test_links_to_elsewhere_than_the_web_are_passed_over(server: Server, tmp_path: Path) -> None:
    server.offer([])
    server.answers["/page.html"].body = page(JUNE, "ftp://127.0.0.1/") + page(JUNE, "http://a:b/")
    assert "none of them was found" in refusal(server, tmp_path)


def test_a_link_cannot_lead_out_of_the_folder(server: Server, tmp_path: Path) -> None:
    names = [f"..%2f{name}" for name in JUNE]
    server.offer(names)
    assert "none of them was found" in refusal(server, tmp_path)


def test_a_question_after_the_name_is_no_part_of_it(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE)
    body = server.answers["/page.html"].body.replace(b'.zip"', b'.zip?v=1&amp;w=2"')
    server.answers["/page.html"].body = body
    for name in JUNE:
        server.answers[f"/content/{name}?v=1&w=2"] = zip_answer()
    assert [path.name for path in download_release(tmp_path, page_url=server.page_url)] == JUNE


def test_a_file_of_unknown_length_is_fetched_to_its_end(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE, length=False)
    totals: set[int | None] = set()
    download_release(
        tmp_path, page_url=server.page_url, progress=lambda _, done, total: totals.add(total)
    )
    assert totals == {None}
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


# Progress, and what is here already.


def test_progress_tells_each_file_to_its_end(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE)
    told: dict[str, list[tuple[int, int | None]]] = {}

    def progress(name: str, done: int, total: int | None) -> None:
        told.setdefault(name, []).append((done, total))

    download_release(tmp_path, page_url=server.page_url, progress=progress)
    assert list(told) == JUNE
    for steps in told.values():
        assert steps == sorted(steps)
        assert steps[-1] == (len(CONTENTS), len(CONTENTS))


def test_complete_files_are_not_fetched_again(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE)
    download_release(tmp_path, page_url=server.page_url)
    server.asked.clear()
    told: list[tuple[str, int, int | None]] = []
    paths = download_release(
        tmp_path, page_url=server.page_url, progress=lambda *step: told.append(step)
    )
    assert [path.name for path in paths] == JUNE
    assert [path for path, _ in server.asked] == ["/page.html"]
    assert told == [(name, len(CONTENTS), len(CONTENTS)) for name in JUNE]


def test_a_file_of_that_name_that_is_no_archive_is_fetched_again(
    server: Server, tmp_path: Path
) -> None:
    server.offer(JUNE)
    (tmp_path / JUNE[0]).write_bytes(b"PK cut off")
    download_release(tmp_path, page_url=server.page_url)
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


# Resuming.


def cut_off(server: Server, folder: Path, **changes: object) -> None:
    """A first attempt whose first file ends in the middle."""
    server.offer(JUNE)
    server.answers[f"/content/{JUNE[0]}"] = zip_answer(cut_after=HALF, **changes)
    assert "cut off" in refusal(server, folder)
    assert f"{JUNE[0]}.part" in names_in(folder)
    assert JUNE[0] not in names_in(folder)
    server.asked.clear()


def test_a_cut_connection_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    cut_off(server, tmp_path)
    assert (tmp_path / f"{JUNE[0]}.part").stat().st_size == HALF
    server.offer(JUNE)
    told: list[tuple[int, int | None]] = []
    download_release(
        tmp_path,
        page_url=server.page_url,
        progress=lambda name, *step: told.append(step) if name == JUNE[0] else None,
    )
    assert server.asked_for(JUNE[0]) == [f"bytes={HALF}-"]
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS
    assert names_in(tmp_path) == sorted(JUNE)
    assert told[0][0] > HALF
    assert told[-1] == (len(CONTENTS), len(CONTENTS))


def test_the_date_of_a_file_will_do_where_it_has_no_strong_etag(
    server: Server, tmp_path: Path
) -> None:
    headers = {"ETag": 'W/"v1"', "Last-Modified": "Mon, 01 Jun 2026 00:00:00 GMT"}
    cut_off(server, tmp_path, headers=headers)
    server.offer(JUNE, headers=headers)
    download_release(tmp_path, page_url=server.page_url)
    assert server.asked_for(JUNE[0]) == [f"bytes={HALF}-"]
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(
    server: Server, tmp_path: Path
) -> None:
    cut_off(server, tmp_path)
    other = zipped("b.csv", b"other contents")
    server.offer(JUNE, body=other, headers={"ETag": '"v2"'})
    download_release(tmp_path, page_url=server.page_url)
    assert server.asked_for(JUNE[0]) == [f"bytes={HALF}-"]
    assert (tmp_path / JUNE[0]).read_bytes() == other


def test_a_server_without_ranges_sends_the_whole_again(server: Server, tmp_path: Path) -> None:
    cut_off(server, tmp_path)
    server.offer(JUNE, ranges=False)
    download_release(tmp_path, page_url=server.page_url)
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


def test_a_file_of_no_known_version_is_fetched_from_its_start(
    server: Server, tmp_path: Path
) -> None:
    cut_off(server, tmp_path, headers={})
    server.offer(JUNE)
    download_release(tmp_path, page_url=server.page_url)
    assert server.asked_for(JUNE[0]) == [None]
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


@pytest.mark.parametrize("about", [b"", b"[]", b"{}", b'{"version": 1}', b"\xff"])
def test_a_spoilt_note_on_the_version_begins_anew(
    server: Server, tmp_path: Path, about: bytes
) -> None:
    cut_off(server, tmp_path)
    (tmp_path / f"{JUNE[0]}.part.json").write_bytes(about)
    server.offer(JUNE)
    download_release(tmp_path, page_url=server.page_url)
    assert server.asked_for(JUNE[0]) == [None]


def test_more_than_the_file_has_begins_anew(server: Server, tmp_path: Path) -> None:
    cut_off(server, tmp_path)
    (tmp_path / f"{JUNE[0]}.part").write_bytes(b"x" * (len(CONTENTS) + 1))
    server.offer(JUNE)
    download_release(tmp_path, page_url=server.page_url)
    assert server.asked_for(JUNE[0]) == [f"bytes={len(CONTENTS) + 1}-", None]
    assert (tmp_path / JUNE[0]).read_bytes() == CONTENTS


def test_another_part_than_was_asked_for_is_refused(server: Server, tmp_path: Path) -> None:
    cut_off(server, tmp_path)
    server.offer(JUNE)
    headers = {"ETag": '"v1"', "Content-Range": "bytes 0-9/10"}
    server.answers[f"/content/{JUNE[0]}"] = Answer(CONTENTS[:10], 206, headers, ranges=False)
    assert "another part than was asked for" in refusal(server, tmp_path)
    assert not (tmp_path / f"{JUNE[0]}.part").exists()


# What goes wrong.


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_an_error_of_the_server_is_refused_with_its_status(
    server: Server, tmp_path: Path, status: int
) -> None:
    server.offer(JUNE)
    server.answers[f"/content/{JUNE[1]}"] = Answer(b"error", status)
    message = refusal(server, tmp_path)
    assert f"/content/{JUNE[1]} answered {status}" in message
    assert names_in(tmp_path) == [JUNE[0]]


def test_a_missing_page_is_refused(server: Server, tmp_path: Path) -> None:
    assert "/page.html answered 404 Not Found" in refusal(server, tmp_path)


@pytest.mark.parametrize("kind", ["text/html; charset=UTF-8", "application/zip"])
def test_a_web_page_instead_of_an_archive_is_refused_and_not_kept(
    server: Server, tmp_path: Path, kind: str
) -> None:
    server.offer(JUNE, body=b"\n<!DOCTYPE html><p>busy", headers={"Content-Type": kind})
    assert "sent a web page" in refusal(server, tmp_path)
    assert names_in(tmp_path) == []


def test_what_is_no_archive_is_refused_and_not_kept(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE, body=b"some text")
    assert "not a ZIP archive" in refusal(server, tmp_path)
    assert names_in(tmp_path) == []


def test_a_file_that_says_it_is_too_large_is_not_begun(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE)
    assert "more than 1,000 bytes" in refusal(server, tmp_path, max_bytes=1000)
    assert not (tmp_path / f"{JUNE[0]}.part").exists()


def test_a_file_that_turns_out_too_large_is_stopped(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE, length=False)
    assert "more than 1,000 bytes" in refusal(server, tmp_path, max_bytes=1000)
    assert names_in(tmp_path) == []


def test_a_page_beyond_reason_is_refused(server: Server, tmp_path: Path) -> None:
    server.offer([])
    server.answers["/page.html"].body = b" " * (11 * 1024 * 1024)
    assert "more than 10,485,760 bytes" in refusal(server, tmp_path)


def test_a_server_that_does_not_answer_is_refused(server: Server, tmp_path: Path) -> None:
    never = threading.Event()
    server.answers["/page.html"] = Answer(wait=never)
    try:
        assert "did not answer in time" in refusal(server, tmp_path, timeout=0.2)
    finally:
        never.set()


def test_a_server_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        gone = f"http://127.0.0.1:{http.server_port}/page.html"
    with pytest.raises(ImportRefused, match="cut off"):
        download_release(tmp_path, page_url=gone)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/page.html", "page.html", "http://a:b/"])
def test_only_web_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(ImportRefused, match="only http and https"):
        download_release(tmp_path, page_url=url)


def test_a_redirect_is_followed_and_its_links_are_relative_to_where_it_led(
    server: Server, tmp_path: Path
) -> None:
    server.offer(JUNE)
    server.answers["/content/page.html"] = Answer(page(JUNE, folder=""))
    server.answers["/page.html"] = Answer(b"", 302, {"Location": "/content/page.html"})
    assert len(download_release(tmp_path, page_url=server.page_url)) == 4


def test_a_redirect_to_elsewhere_than_the_web_is_refused(server: Server, tmp_path: Path) -> None:
    server.answers["/page.html"] = Answer(b"", 302, {"Location": "ftp://127.0.0.1/"})
    assert "only http and https" in refusal(server, tmp_path)


def test_endless_redirects_are_refused(server: Server, tmp_path: Path) -> None:
    server.answers["/page.html"] = Answer(b"", 302, {"Location": "/page.html"})
    assert f"redirected more than {MAX_REDIRECTS} times" in refusal(server, tmp_path)
    assert len(server.asked) == MAX_REDIRECTS + 1


def test_an_encoding_that_was_not_asked_for_is_refused(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE, headers={"Content-Encoding": "gzip"})
    assert "not asked for" in refusal(server, tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(server: Server, tmp_path: Path) -> None:
    server.offer(JUNE)
    (tmp_path / "file").write_text("in the way")
    assert "Nothing can be written" in refusal(server, tmp_path / "file" / "folder")
