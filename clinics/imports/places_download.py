"""Fetches places from their publishers, going on where a file was cut off."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin

from clinics.imports.downloads import (
    MAX_BYTES,
    TIMEOUT_SECONDS,
    Progress,
    expected_at,
    fetch,
    name_of,
    open_client,
    tell_nobody,
    writing,
)
from clinics.imports.refusal import ImportRefused

# Where the publishers keep their newest files; N02 has a new address every year.
ADDRESSES: Mapping[str, str] = {
    "municipalities": "https://code4fukui.github.io/localgovjp/localgovjp-utf8.csv",
    "towns": "https://geolonia.github.io/japanese-addresses/latest.csv",
    "postcodes": (
        "https://www.post.japanpost.jp/service/search/zipcode/download/utf/zip/utf_ken_all.zip"
    ),
    "stations": "https://nlftp.mlit.go.jp/ksj/gml/data/N02/N02-25/N02-25_GML.zip",
}


def download_places(
    directory: Path,
    *,
    addresses: Mapping[str, str] | None = None,
    base_url: str = "",
    progress: Progress = tell_nobody,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT_SECONDS,
) -> list[Path]:
    """Download the newest municipalities, towns, postcodes and stations; the files, in that order.

    ``addresses`` go before the publishers' for the contents they name. With ``base_url`` all files
    are fetched from there, under their own names. A file takes its name only when all of it is
    here. ``timeout`` is in seconds for each step of the conversation, ``max_bytes`` for each file.
    Raises :class:`ImportRefused` saying which address failed and how.
    """
    told = addresses or {}
    unknown = set(told) - set(ADDRESSES)
    if unknown:
        raise ImportRefused(
            f"There is nothing to download called {', '.join(sorted(unknown))}; "
            f"{', '.join(ADDRESSES)} are known."
        )
    files = []
    with writing(directory), open_client(timeout) as client:
        for content, address in ADDRESSES.items():
            name = name_of(address)
            url = told.get(content) or (urljoin(base_url, name) if base_url else address)
            file = fetch(client, url, directory / name, expected_at(url), progress, max_bytes)
            files.append(file)
    return files
