"""Brings files here over HTTP, going on where one was cut off."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from clinics.imports.partial_file import PartialFile
from clinics.imports.refusal import ImportRefused

MIB = 1024 * 1024
# The largest file that any source has is under 60 MiB.
MAX_BYTES = 512 * MIB
TIMEOUT_SECONDS = 60.0
MAX_REDIRECTS = 5
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)", re.ASCII)
# Bytes are to arrive as they are: a range of a compressed answer would be of no use.
HEADERS = {"User-Agent": "clinic-finder", "Accept-Encoding": "identity"}
START_BYTES = 4096

# Told the name of a file, how many of its bytes are here, and how many it has where that is known.
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file is to be, in words that go after "not" or "instead of", and how that is told."""

    words: str
    is_met: Callable[[Path], bool]


def tell_nobody(_name: str, _done: int, _total: int | None) -> None:
    """Nobody asked how far it is."""


def open_client(timeout: float) -> httpx.Client:
    """A client for :func:`fetch`; ``timeout`` is in seconds for each step of the conversation."""
    return httpx.Client(
        headers=HEADERS, timeout=timeout, follow_redirects=True, max_redirects=MAX_REDIRECTS
    )


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Make ``directory`` where it is missing, and turn what fails on the disk into refusals."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ImportRefused(f"Nothing can be written to {directory}: {error}.") from error


def read_page(client: httpx.Client, url: str, max_bytes: int) -> tuple[str, httpx.URL]:
    """A web page, and the address it came from after redirects. Raises :class:`ImportRefused`."""
    with _conversation(url), client.stream("GET", url) as response:
        _refuse_status(response, httpx.codes.OK)
        page = bytearray()
        for block in response.iter_bytes():
            page += block
            _refuse_oversize(url, len(page), max_bytes)
        return page.decode("utf-8", errors="replace"), response.url


def fetch(
    client: httpx.Client,
    url: str,
    path: Path,
    expected: Expected,
    progress: Progress = tell_nobody,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Fetch ``url`` as ``path``, which is there only once all of the file is, and as expected.

    What an earlier attempt left of it is gone on with. Raises :class:`ImportRefused` saying which
    address failed and how; what is not as expected is not kept.
    """
    part = PartialFile(path)
    _fetch_part(client, url, part, expected, progress, max_bytes)
    if not expected.is_met(part.path):
        what = "a web page" if _is_web_page(part.path) else "something"
        part.forget()
        raise ImportRefused(f"{url} sent {what} that is not {expected.words}; it was not kept.")
    part.finish()
    return path


def name_of(url: str) -> str:
    """The name of the file at an address: its path after the last slash, unquoted."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def expected_at(url: str) -> Expected:
    """What the file at an address is to be, by the ending of its name."""
    name = url.partition("#")[0].partition("?")[0].lower()
    return ZIP if name.endswith(".zip") else CSV if name.endswith(".csv") else DATA


def _is_web_page(path: Path) -> bool:
    return _start(path).lstrip().startswith(b"<")


def _is_text(path: Path) -> bool:
    return b"\0" not in _start(path) and not _is_web_page(path)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(START_BYTES)


ZIP = Expected("a ZIP archive", zipfile.is_zipfile)
CSV = Expected("a CSV file", _is_text)
DATA = Expected("a file of data", lambda path: not _is_web_page(path))


@contextmanager
def _conversation(url: str) -> Iterator[None]:
    """Turn what may go wrong on the way to ``url`` into refusals."""
    try:
        yield
    except httpx.TooManyRedirects as error:
        raise ImportRefused(f"{url} was redirected more than {MAX_REDIRECTS} times.") from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise ImportRefused(f"{url}: only http and https addresses are fetched.") from error
    except httpx.TimeoutException as error:
        raise ImportRefused(
            f"{url} did not answer in time; try again, it goes on there."
        ) from error
    except httpx.RequestError as error:
        raise ImportRefused(f"{url} was cut off ({error}); try again, it goes on there.") from error


def _fetch_part(
    client: httpx.Client,
    url: str,
    part: PartialFile,
    expected: Expected,
    progress: Progress,
    max_bytes: int,
) -> None:
    """Bring the whole of ``url`` into ``part``, by asking for the rest if some is there."""
    done, version = part.resumable()
    headers = {"Range": f"bytes={done}-", "If-Range": version} if done and version else {}
    with _conversation(url), client.stream("GET", url, headers=headers) as response:
        if response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE or not headers:
            resumed = bool(headers) and response.status_code == httpx.codes.PARTIAL_CONTENT
            _refuse_status(response, httpx.codes.PARTIAL_CONTENT if resumed else httpx.codes.OK)
            _refuse_not_a_file(response, url, expected)
            _receive(response, url, part, done if resumed else 0, progress, max_bytes)
            return
    # There was no rest to ask for: what was here is not the beginning of this file.
    part.forget()
    _fetch_part(client, url, part, expected, progress, max_bytes)


def _receive(
    response: httpx.Response,
    url: str,
    part: PartialFile,
    done: int,
    progress: Progress,
    max_bytes: int,
) -> None:
    """Write the answer after the ``done`` bytes that are here, or as a new file.

    An answer shorter than its Content-Length is an error of httpx.
    """
    if done:
        _refuse_other_range(response, url, part, done)
    else:
        part.remember(_version(response))
    length = response.headers.get("Content-Length", "")
    total = done + int(length) if length.isdecimal() else None
    _refuse_oversize(url, total or 0, max_bytes)
    with part.path.open("ab" if done else "wb") as file:
        for block in response.iter_raw():
            done += len(block)
            if done > max_bytes:
                part.forget()
            _refuse_oversize(url, done, max_bytes)
            file.write(block)
            progress(part.target.name, done, total)


def _version(response: httpx.Response) -> str:
    """What to ask the rest of the same file with: a strong ETag, or else its date (RFC 9110)."""
    etag = str(response.headers.get("ETag", ""))
    return etag if etag.startswith('"') else str(response.headers.get("Last-Modified", ""))


def _refuse_status(response: httpx.Response, expected: int) -> None:
    if response.status_code != expected:
        raise ImportRefused(
            f"{response.url} answered {response.status_code} {response.reason_phrase}; "
            "download the files by hand if that stays so."
        )


def _refuse_other_range(response: httpx.Response, url: str, part: PartialFile, done: int) -> None:
    found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != done:
        part.forget()
        raise ImportRefused(
            f"{url} sent another part than was asked for; try again from the start."
        )


def _refuse_not_a_file(response: httpx.Response, url: str, expected: Expected) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise ImportRefused(f"{url} sent a web page instead of {expected.words}.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ImportRefused(f"{url} sent the file in an encoding that was not asked for.")


def _refuse_oversize(url: str, byte_count: int, max_bytes: int) -> None:
    if byte_count > max_bytes:
        raise ImportRefused(f"{url} has more than {max_bytes:,} bytes, the most that is fetched.")
