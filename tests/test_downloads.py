"""What a downloaded file is expected to be, and what is said of one that is something else."""

from pathlib import Path

import pytest

from clinics.imports.downloads import expected_at
from clinics.imports.places_download import ADDRESSES, download_places
from clinics.imports.refusal import ImportRefused
from tests.navii_sheets import zipped
from tests.place_files import MUNICIPALITY_COLUMNS, TOWN_COLUMNS
from tests.release_server import serving


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.org/utf_ken_all.ZIP", "a ZIP archive"),
        ("https://example.org/latest.csv?v=1#top.zip", "a CSV file"),
        ("https://example.org/N02.geojson", "a file of data"),
        ("http://[not an address", "a file of data"),
    ],
)
def test_the_ending_of_an_address_says_what_is_expected(url: str, words: str) -> None:
    assert expected_at(url).words == words


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A folder with a file under each of the publishers' names."""
    folder = tmp_path / "served"
    folder.mkdir()
    for address in ADDRESSES.values():
        name = address.rpartition("/")[2]
        contents = zipped("a.csv", b"1") if name.endswith(".zip") else b"\xef\xbb\xbfpref,city\r\n"
        (folder / name).write_bytes(contents)
    return folder


def refusal(served: Path) -> str:
    with serving(served) as base, pytest.raises(ImportRefused) as refused:
        download_places(served.parent / "downloads", base_url=base)
    return str(refused.value)


def test_every_file_is_there_under_its_name(served: Path, tmp_path: Path) -> None:
    with serving(served) as base:
        paths = download_places(tmp_path / "downloads", base_url=base)
    assert [path.name for path in paths] == [url.rpartition("/")[2] for url in ADDRESSES.values()]
    assert [path.read_bytes() for path in paths] == [
        (served / path.name).read_bytes() for path in paths
    ]


@pytest.mark.parametrize(
    ("content", "sent", "said"),
    [
        ("municipalities", b"\n<!DOCTYPE html><p>busy", "sent a web page that is not a CSV file"),
        ("towns", zipped("a.csv", b"1"), "sent something that is not a CSV file"),
        ("postcodes", b"<html>busy</html>", "sent a web page that is not a ZIP archive"),
        ("stations", TOWN_COLUMNS.encode(), "sent something that is not a ZIP archive"),
    ],
)
def test_what_is_sent_instead_of_a_file_is_refused_by_what_was_expected(
    content: str, sent: bytes, said: str, served: Path
) -> None:
    name = ADDRESSES[content].rpartition("/")[2]
    (served / name).write_bytes(sent)
    message = refusal(served)
    assert name in message and said in message
    kept = {path.name for path in (served.parent / "downloads").iterdir()}
    assert not kept & {name, f"{name}.part", f"{name}.part.json"}


def test_an_address_of_ones_own_may_lead_to_another_kind_of_file(served: Path) -> None:
    (served / "post.csv").write_text(MUNICIPALITY_COLUMNS)
    with serving(served) as base:
        paths = download_places(
            served.parent / "downloads",
            base_url=base,
            addresses={"postcodes": f"{base}post.csv"},
        )
    assert paths[2].read_text() == MUNICIPALITY_COLUMNS


def test_a_complete_page_of_html_is_known_by_its_type(served: Path) -> None:
    """The standard server says text/html of a file called so, and nothing of it is received."""
    (served / "places.html").write_text("pref,city")
    with serving(served) as base, pytest.raises(ImportRefused, match="instead of a file of data"):
        download_places(
            served.parent / "downloads", addresses={"municipalities": f"{base}places.html"}
        )
