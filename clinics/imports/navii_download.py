"""Fetches the newest complete release from the ministry's page, going on where it was cut off.

While a file is on its way it is called ``NAME.part``, with ``NAME.part.json`` beside it: what the
server calls this version of the file, so that a later attempt asks for the rest of the same.
"""

import json
import os
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from clinics.imports.navii_layout import LAYOUTS
from clinics.imports.refusal import ImportRefused

PAGE_URL = "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/kenkou_iryou/iryou/newpage_43373.html"
SHEETS = tuple(LAYOUTS)
NAME = re.compile(r"(?P<sheet>\d{2}-\d)_[A-Za-z_]+_(?P<release>\d{8})(?:\.csv)?\.zip", re.ASCII)
MIB = 1024 * 1024
# The ministry's largest ZIP is under 20 MiB, its page under 1 MiB.
MAX_BYTES = 512 * MIB
MAX_PAGE_BYTES = 10 * MIB
TIMEOUT_SECONDS = 60.0
MAX_REDIRECTS = 5
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)", re.ASCII)
# Bytes are to arrive as they are: a range of a compressed answer would be of no use.
HEADERS = {"User-Agent": "clinic-finder", "Accept-Encoding": "identity"}

# Told the name of a file, how many of its bytes are here, and how many it has where that is known.
Progress = Callable[[str, int, int | None], None]


def download_release(
    directory: Path,
    *,
    page_url: str = PAGE_URL,
    sheets: Sequence[str] = SHEETS,
    progress: Progress | None = None,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT_SECONDS,
) -> list[Path]:
    """Download the newest release that has all ``sheets``; the files, in the order of ``sheets``.

    Files that are complete already are not fetched again, and those that were cut off are gone on
    with. ``timeout`` is in seconds for each step of the conversation, ``max_bytes`` for each file.
    Raises :class:`ImportRefused` saying which address failed and how.
    """
    tell = progress or _tell_nobody
    with _writing(directory), _client(timeout) as client:
        directory.mkdir(parents=True, exist_ok=True)
        urls = _newest_release(client, page_url, sheets)
        return [_download(client, url, directory, tell, max_bytes) for url in urls]


def _tell_nobody(_name: str, _done: int, _total: int | None) -> None:
    """Nobody asked how far it is."""


def _client(timeout: float) -> httpx.Client:
    return httpx.Client(
        headers=HEADERS, timeout=timeout, follow_redirects=True, max_redirects=MAX_REDIRECTS
    )


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImportRefused(f"Nothing can be written to {directory}: {error}.") from error


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


def _newest_release(client: httpx.Client, page_url: str, sheets: Sequence[str]) -> list[str]:
    """The addresses of the newest release on the page that has all of ``sheets``."""
    releases: dict[str, dict[str, str]] = defaultdict(dict)
    for url in _links(client, page_url):
        found = NAME.fullmatch(_name_of(url))
        if found and found["sheet"] in sheets:
            releases[found["release"]].setdefault(found["sheet"], url)
    complete = [release for release, urls in releases.items() if len(urls) == len(set(sheets))]
    if not complete:
        listed = "; ".join(
            f"{release} has {', '.join(sorted(releases[release]))}" for release in sorted(releases)
        )
        raise ImportRefused(
            f"{page_url} links to no release with all the sheets {', '.join(sheets)}: "
            f"{listed or 'none of them was found'}. Download the files by hand from there."
        )
    newest = releases[max(complete)]
    return [newest[sheet] for sheet in sheets]


def _links(client: httpx.Client, page_url: str) -> list[str]:
    with _conversation(page_url), client.stream("GET", page_url) as response:
        _refuse_status(response, httpx.codes.OK)
        page = bytearray()
        for block in response.iter_bytes():
            page += block
            _refuse_oversize(page_url, len(page), MAX_PAGE_BYTES)
        parser = _Links()
        parser.feed(page.decode("utf-8", errors="replace"))
        parser.close()
        return [str(response.url.join(link)) for link in parser.links if _is_web_address(link)]


class _Links(HTMLParser):
    """Collects where the links of a page lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of an ``a`` element."""
        self.links += [value.strip() for name, value in attrs if name == "href" and value]


def _is_web_address(link: str) -> bool:
    """Whether a link is relative or leads to http or https, and can be read at all."""
    try:
        return httpx.URL(link).scheme in ("", "http", "https")
    except httpx.InvalidURL:
        return False


def _name_of(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _download(
    client: httpx.Client, url: str, directory: Path, tell: Progress, max_bytes: int
) -> Path:
    """Fetch one file, unless it is here: the pattern of its name leaves no way out of the folder."""
    path = directory / _name_of(url)
    if path.exists() and zipfile.is_zipfile(path):
        size = path.stat().st_size
        tell(path.name, size, size)
        return path
    part = _Part(path)
    _fetch(client, url, part, tell, max_bytes)
    if not zipfile.is_zipfile(part.path):
        what = "a web page" if _is_web_page(part.path) else "something"
        part.forget()
        raise ImportRefused(f"{url} sent {what} that is not a ZIP archive; it was not kept.")
    part.finish()
    return path


def _is_web_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"<")


class _Part:
    """A file on its way, with the version of it that the server named."""

    def __init__(self, path: Path) -> None:
        self.target = path
        self.path = path.with_name(f"{path.name}.part")
        self._about = path.with_name(f"{path.name}.part.json")

    def resumable(self) -> tuple[int, str]:
        """How many bytes are here, and the version they are of; 0 and blank to begin anew."""
        try:
            version = json.loads(self._about.read_text(encoding="utf-8"))["version"]
            return (self.path.stat().st_size, version) if isinstance(version, str) else (0, "")
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0, ""

    def remember(self, version: str) -> None:
        """Write down which version of the file is on its way, if the server names one."""
        self._about.unlink(missing_ok=True)
        if version:
            self._about.write_text(json.dumps({"version": version}), encoding="utf-8")

    def forget(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)
        self._about.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the file its name, once all of it is on the disk."""
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        self._about.unlink(missing_ok=True)


def _fetch(client: httpx.Client, url: str, part: _Part, tell: Progress, max_bytes: int) -> None:
    """Bring the whole of ``url`` into ``part``, by asking for the rest if some is there."""
    done, version = part.resumable()
    headers = {"Range": f"bytes={done}-", "If-Range": version} if done and version else {}
    with _conversation(url), client.stream("GET", url, headers=headers) as response:
        if response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE or not headers:
            _receive(response, url, part, done if headers else 0, tell, max_bytes)
            return
    # There was no rest to ask for: what was here is not the beginning of this file.
    part.forget()
    _fetch(client, url, part, tell, max_bytes)


def _receive(
    response: httpx.Response, url: str, part: _Part, done: int, tell: Progress, max_bytes: int
) -> None:
    """Write the answer down. An answer shorter than its Content-Length is an error of httpx."""
    resumed = bool(done) and response.status_code == httpx.codes.PARTIAL_CONTENT
    _refuse_status(response, httpx.codes.PARTIAL_CONTENT if resumed else httpx.codes.OK)
    _refuse_not_a_file(response, url)
    if resumed:
        _refuse_other_range(response, url, part, done)
    else:
        done = 0
        part.remember(_version(response))
    length = response.headers.get("Content-Length", "")
    total = done + int(length) if length.isdecimal() else None
    _refuse_oversize(url, total or 0, max_bytes)
    with part.path.open("ab" if resumed else "wb") as file:
        for block in response.iter_raw():
            done += len(block)
            if done > max_bytes:
                part.forget()
            _refuse_oversize(url, done, max_bytes)
            file.write(block)
            tell(part.target.name, done, total)


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


def _refuse_other_range(response: httpx.Response, url: str, part: _Part, done: int) -> None:
    found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != done:
        part.forget()
        raise ImportRefused(
            f"{url} sent another part than was asked for; try again from the start."
        )


def _refuse_not_a_file(response: httpx.Response, url: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise ImportRefused(f"{url} sent a web page instead of a ZIP archive.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ImportRefused(f"{url} sent the file in an encoding that was not asked for.")


def _refuse_oversize(url: str, byte_count: int, max_bytes: int) -> None:
    if byte_count > max_bytes:
        raise ImportRefused(f"{url} has more than {max_bytes:,} bytes, the most that is fetched.")
