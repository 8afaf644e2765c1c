"""How a searcher's words are taken apart: a name, what it lies in, an address, a postcode.

Pure functions, no database. What the parts are called is looked up elsewhere.
"""

import re
import unicodedata
from dataclasses import dataclass

from clinics.place_names import MAX_KEY_LENGTH, fold_place

LONGEST_TEXT = 100

BRACKETED = re.compile(r"(?P<name>[^()]+)\((?P<area>[^()]+)\)\s*")
# 〒100-0001 東京都千代田区千代田: the first line of a Japanese address.
POSTCODE_FIRST = re.compile(r"\s*〒?\s*(?P<postcode>[0-9]{3}[^\w\s]?[0-9]{4})\s+(?P<rest>\S.*)")
# 広島県安芸郡府中町: a 郡 is left out by most, and by the municipalities' own list.
DISTRICT = re.compile(
    r"^((?:北海道|東京都|大阪府|京都府|\S{2,3}県)?)\s*[^\s郡]{1,5}郡\s*(?=\S+[町村])"
)
SEPARATORS = re.compile(r"[\s,、]+")
COMMAS = re.compile(r"\s*[,、]\s*")
# A country is said out of politeness; the gazetteer is asked within it.
COUNTRY = frozenset({"japan", "日本", "日本国"})
# 2-8-1, 二丁目八番一号.
BLOCK_NUMBERS = re.compile(r"[^\w]*(?:[0-9]|[一二三四五六七八九十]+(?:丁目|番|号))")
COUNTED_BLOCK = "丁目"


@dataclass(frozen=True, slots=True)
class Split:
    """A text read as a name and the area that the name lies in; both folded, the area perhaps blank."""

    name: str
    area: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of an address, folded.

    ``numbers_next`` says that block numbers are the next thing after it, ``numbers_follow`` that
    there are some further on.
    """

    key: str
    numbers_next: bool
    numbers_follow: bool


def plain(text: str) -> str:
    """``text`` in one width, as the functions here take it; cut where no name is so long."""
    return unicodedata.normalize("NFKC", text).strip()[:MAX_KEY_LENGTH]


def postcode_and_rest(text: str) -> tuple[str, str] | None:
    """The postcode that an address begins with, folded, and the address; None without either."""
    found = POSTCODE_FIRST.fullmatch(text)
    return found and (fold_place(found["postcode"]), found["rest"])


def without_district(text: str) -> str:
    """An address without its 郡; the text itself where there is none."""
    return DISTRICT.sub(r"\1", text)


def splits(text: str) -> list[Split]:
    """The ways to read ``text`` as a name in an area, the likeliest first.

    渋谷, 府中 (東京都), Fuchu, Tokyo and 東京 府中: the area stands in brackets, after a comma, or
    on either side of a space.
    """
    read = [Split(fold_place(text), "")]
    bracketed = BRACKETED.fullmatch(text)
    if bracketed:
        read.append(_split(bracketed["name"], bracketed["area"]))
    words = _without_country(SEPARATORS.split(text))
    by_commas = _without_country(COMMAS.split(text))
    if len(by_commas) > 1:
        read.append(_split(by_commas[0], " ".join(by_commas[1:])))
    if len(words) > 1:
        read.append(_split(" ".join(words[1:]), words[0]))
        read.append(_split(" ".join(words[:-1]), words[-1]))
    read.append(_split(" ".join(words), ""))
    return [split for split in dict.fromkeys(read) if split.name]


def cuts(text: str) -> list[Cut]:
    """The beginnings of an address by which it may be known, the longest first.

    西新宿2-8-1 is also tried as 西新宿2丁目, since that is how the block's name is written. No
    number is cut in two.
    """
    found = []
    for end in range(len(text), 1, -1):
        head, tail = text[:end], text[end:]
        if not fold_place(head[-1]) or (head[-1].isdigit() and tail[:1].isdigit()):
            continue
        if head[-1].isdigit():
            found.append(Cut(fold_place(head + COUNTED_BLOCK), True, True))
        numbers = BLOCK_NUMBERS.match(tail), BLOCK_NUMBERS.search(tail)
        found.append(Cut(fold_place(head), *map(bool, numbers)))
    return list(dict.fromkeys(found))


def _split(name: str, area: str) -> Split:
    return Split(fold_place(name), fold_place(area))


def _without_country(words: list[str]) -> list[str]:
    words = [word for word in words if word]
    while len(words) > 1 and fold_place(words[-1]) in COUNTRY:
        words = words[:-1]
    return words
