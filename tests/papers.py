"""What a PDF says and where, as poppler reads it; what an HTML document says, and in which tags."""

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import strategies as st

from finder.checklist.definition import Language
from finder.checklist.page import Block, Line, Page, Value

NASTY = "<script>alert(1)</script> & &amp; \x00\x1b[31m \ud800 😀👩‍👩‍👧 مرحبا \u202eabc\u202c # * _ ` ] ( | ~"
ANY_TEXT = st.text(max_size=80)
POPPLER = ("pdftotext", "pdftoppm", "pdfinfo")
WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)


def page_of(*values: Value, language: Language = "ja", label: str = "項目") -> Page:
    """A page with one line."""
    return Page(
        language,
        "題",
        "注",
        "2026年11月22日",
        (),
        (Block("b", "区分", (Line("i", label, values),)),),
    )


@dataclass(frozen=True)
class Word:
    """A word and the box around it, in points from the top left of its sheet."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def needed(reason: str) -> None:
    """Skip a test for what the machine lacks; in CI fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def poppler(*arguments: str, pdf: bytes) -> bytes:
    """What a tool of poppler writes about a PDF."""
    if not shutil.which(arguments[0]):
        needed(f"{', '.join(POPPLER)} of poppler-utils are needed to read PDF")
    run = subprocess.run(arguments, input=pdf, capture_output=True, check=True)
    if b"Missing language pack" in run.stderr:
        needed("poppler-data is needed to read Japanese PDF")
    return run.stdout


def sheets_of(pdf: bytes) -> list[str]:
    """The text of each sheet, in the order in which it is drawn."""
    text = poppler("pdftotext", "-raw", "-enc", "UTF-8", "-", "-", pdf=pdf).decode()
    return text.split("\f")[:-1]


def words_of(pdf: bytes) -> list[list[Word]]:
    """The words of each sheet with their boxes."""
    text = poppler("pdftotext", "-bbox", "-enc", "UTF-8", "-", "-", pdf=pdf).decode()
    return [
        [Word(*map(float, found[:4]), found[4]) for found in WORD.findall(sheet)]
        for sheet in text.split("<page ")[1:]
    ]


def metadata_of(pdf: bytes) -> dict[str, str]:
    """What the PDF says of itself."""
    lines = poppler("pdfinfo", "-", pdf=pdf).decode().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def draw(pdf: bytes, name: str, folder: Path) -> list[Path]:
    """A picture of each sheet, for people to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}-*.png"):
        old.unlink()
    poppler("pdftoppm", "-r", "90", "-png", "-", str(folder / name), pdf=pdf)
    return sorted(folder.glob(f"{name}-*.png"))


class Parsed(HTMLParser):
    """An HTML document: how often each tag stands in it, what it says, and what own words it has."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.own: list[str] = []
        self._within: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.extend((tag, name, value or "") for name, value in attrs)
        self._within.append(tag)
        if tag == "bdi":
            self.own.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._within:
            return
        self.texts.append(data)
        if "bdi" in self._within:
            self.own[-1] += data

    def handle_comment(self, data: str) -> None:
        self.tags["!--"] += 1

    @property
    def text(self) -> str:
        """All it says."""
        return "".join(self.texts)


def squeezed(text: str) -> str:
    """The text without blanks, which line breaks add and take."""
    return "".join(text.split())
