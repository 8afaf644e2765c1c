"""Fetches the newest complete release of the ministry's files from its page."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import httpx

from clinics.imports.downloads import (
    MAX_BYTES,
    MIB,
    TIMEOUT_SECONDS,
    ZIP,
    Progress,
    fetch,
    name_of,
    open_client,
    read_page,
    tell_nobody,
    writing,
)
from clinics.imports.navii_layout import LAYOUTS
from clinics.imports.refusal import ImportRefused

PAGE_URL = "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/kenkou_iryou/iryou/newpage_43373.html"
SHEETS = tuple(LAYOUTS)
NAME = re.compile(r"(?P<sheet>\d{2}-\d)_[A-Za-z_]+_(?P<release>\d{8})(?:\.csv)?\.zip", re.ASCII)
# The ministry's page has under 1 MiB.
MAX_PAGE_BYTES = 10 * MIB


def download_release(
    directory: Path,
    *,
    page_url: str = PAGE_URL,
    sheets: Sequence[str] = SHEETS,
    progress: Progress = tell_nobody,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT_SECONDS,
) -> list[Path]:
    """Download the newest release that has all ``sheets``; the files, in the order of ``sheets``.

    Files that are complete already are not fetched again, and those that were cut off are gone on
    with. ``timeout`` is in seconds for each step of the conversation, ``max_bytes`` for each file.
    Raises :class:`ImportRefused` saying which address failed and how.
    """
    with writing(directory), open_client(timeout) as client:
        urls = _newest_release(client, page_url, sheets)
        return [_download(client, url, directory, progress, max_bytes) for url in urls]


def _newest_release(client: httpx.Client, page_url: str, sheets: Sequence[str]) -> list[str]:
    """The addresses of the newest release on the page that has all of ``sheets``."""
    releases: dict[str, dict[str, str]] = defaultdict(dict)
    for url in _links(client, page_url):
        found = NAME.fullmatch(name_of(url))
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
    page, address = read_page(client, page_url, MAX_PAGE_BYTES)
    parser = _Links()
    parser.feed(page)
    parser.close()
    return [str(address.join(link)) for link in parser.links if _is_web_address(link)]


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


def _download(
    client: httpx.Client, url: str, directory: Path, progress: Progress, max_bytes: int
) -> Path:
    """Fetch one file, unless it is here: the pattern of its name leaves no way out of the folder."""
    path = directory / name_of(url)
    if path.exists() and zipfile.is_zipfile(path):
        size = path.stat().st_size
        progress(path.name, size, size)
        return path
    return fetch(client, url, path, ZIP, progress, max_bytes)
