"""How the name of a place is folded, so that what is asked for meets what is written.

Pure functions, no database. The same fold is made of a place's names and of a searcher's words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from clinics.kanji_variants import COMMON_FORM
from clinics.text import fold

PREFECTURE, MUNICIPALITY, TOWN, POSTCODE, STATION, CITY = (
    "prefecture",
    "municipality",
    "town",
    "postcode",
    "station",
    "city",
)
MAX_KEY_LENGTH = 120

KANJI = r"[一-鿿㐀-䶿豈-﫿々〆]"
BETWEEN_KANJI = rf"(?<={KANJI}){{}}(?={KANJI})"
# 市ヶ谷 市ケ谷 市が谷, 丸の内 丸ノ内 丸之内, 四ツ橋 四つ橋: one sound, written as one likes.
SMALL_KE = re.compile(BETWEEN_KANJI.format("[ヶケガヵカ]"))
NO = re.compile(BETWEEN_KANJI.format("[ノ之]"))
SMALL_TSU = re.compile(BETWEEN_KANJI.format("[ツッ]"))
# お茶の水 and 御茶ノ水.
HONORIFIC = re.compile(rf"^オ(?={KANJI})")
# Typed with a Japanese keyboard, the hyphen of 100-0001 comes out as a prolonged sound mark.
MARKS_BETWEEN_DIGITS = re.compile(r"(?<=\d)ー+(?=\d)")
# Shimbashi and Shinbashi: Hepburn's older and newer spelling of ん before b, m and p.
SYLLABIC_M = re.compile(r"m(?=[bmp])")
# 西新宿二丁目, 北十条西, 北二十号: numbers that count are written either way.
COUNTED = re.compile(
    r"([二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=丁目|条|号|線)"
)
KANJI_DIGITS = "〇一二三四五六七八九"
# Marks on Latin letters are dropped; those of kana are part of the letter.
KANA_MARKS = "\u3099\u309a"
# Letters by Unicode's class that are written for an apostrophe: Shinʼichi.
APOSTROPHES = str.maketrans("", "", "ʹʻʼʽʾʿˈ")

PREFECTURE_SUFFIX = re.compile(r"(?<=.)[都府県]$")
MUNICIPALITY_SUFFIX = re.compile(r"(?<=.)[市区町村]$")
DISTRICT = re.compile(r"^.+?郡(?=.+[町村]$)")
WARD = re.compile(r"^.+?市(?=.+区$)")
# 大字 and 字 before a name say what kind of town it is, and are left out as often as not.
TOWN_PREFIX = re.compile(r"^大?字(?=.)")
STATION_SUFFIX = re.compile(r"(?<=.)駅$")
PREFECTURE_READ = re.compile(r"(?<=..)(?:ト|フ|ケン)$")
MUNICIPALITY_READ = re.compile(r"(?<=.)(?:シ|ク|チョウ|マチ|ソン|ムラ)$")
LATIN_SUFFIXES = {
    "都": ("to", "prefecture"),
    "府": ("fu", "prefecture"),
    "県": ("ken", "prefecture"),
    "道": ("prefecture",),
    "市": ("shi", "city"),
    "区": ("ku", "ward", "city"),
    "町": ("cho", "machi", "town"),
    "村": ("mura", "son", "village"),
    "駅": ("eki", "station"),
}


def fold_place(text: str) -> str:
    """``text`` as it is compared with other names of places; blank where nothing of it is left.

    On top of :func:`clinics.text.fold`: ヶ, ケ and が between kanji are one, so are の, ノ and 之,
    and ツ, つ and ッ; old and variant kanji are the common ones; お before kanji is 御; counting kanji before 丁目, 条, 号 and 線 are digits;
    m before b, m and p is n; marks on Latin letters and everything that is neither letter nor
    digit are dropped. The prolonged sound mark is a letter, except between digits.
    """
    letters = "".join(filter(str.isalnum, _without_marks(fold(text).translate(APOSTROPHES))))
    if letters.isascii():
        return SYLLABIC_M.sub("n", letters)
    letters = SYLLABIC_M.sub("n", letters.translate(COMMON_FORM))
    folded = HONORIFIC.sub("御", MARKS_BETWEEN_DIGITS.sub("", letters))
    return COUNTED.sub(_digits, SMALL_TSU.sub("ツ", NO.sub("ノ", SMALL_KE.sub("ケ", folded))))


def place_keys(
    kind: str,
    name: str,
    *,
    kana: str = "",
    name_en: str = "",
    municipality: str = "",
    prefecture: str = "",
    aliases: Iterable[str] = (),
) -> set[str]:
    """Every folded spelling under which a place is found.

    ``kind`` is a value of :class:`clinics.models.PlaceKind`. ``prefecture`` and ``municipality``
    are the Japanese names that a place lies in; names are also found with them in front. Spellings
    that fold to nothing, or to more than ``MAX_KEY_LENGTH`` characters, are left out.
    """
    written = [*_spellings(kind, name, municipality, prefecture), *aliases]
    written += [*_read(kind, name, kana), *_latin(kind, name, name_en)]
    keys = {fold_place(spelling) for spelling in written}
    return {key for key in keys if 0 < len(key) <= MAX_KEY_LENGTH}


def without_district(municipality: str) -> str:
    """A municipality without its 郡: 安芸郡府中町 is 府中町."""
    return DISTRICT.sub("", municipality)


def bare_reading(katakana: str) -> str:
    """A municipality's reading without that of 市, 区, 町 or 村: フチュウシ is フチュウ."""
    return MUNICIPALITY_READ.sub("", katakana)


def _spellings(kind: str, name: str, municipality: str, prefecture: str) -> Iterator[str]:
    """The name alone, without what it is, and with what it lies in before it."""
    if kind == TOWN:
        for town in {name, TOWN_PREFIX.sub("", name)}:
            yield town
            for around in _forms(municipality):
                yield around + town
                yield prefecture + around + town
        return
    yield name
    if kind == PREFECTURE:
        yield PREFECTURE_SUFFIX.sub("", name)
    elif kind == STATION:
        station = STATION_SUFFIX.sub("", name)
        yield station
        yield f"{station}駅"
    elif kind in (MUNICIPALITY, CITY):
        for form in _forms(name):
            yield form
            yield prefecture + form
            yield MUNICIPALITY_SUFFIX.sub("", form)
            yield prefecture + MUNICIPALITY_SUFFIX.sub("", form)


def _forms(municipality: str) -> set[str]:
    """A municipality as given, without its 郡, and a ward also without its city."""
    if not municipality:
        return set()
    return {municipality, without_district(municipality), WARD.sub("", municipality)}


def _read(kind: str, name: str, kana: str) -> Iterator[str]:
    """The reading, with and without that of what the place is."""
    if not kana:
        return
    reading = fold_place(kana)
    yield reading
    if kind == STATION:
        yield f"{reading}エキ"
        yield f"{reading}駅"
    elif kind == MUNICIPALITY:
        yield bare_reading(reading)
    elif kind == PREFECTURE and not name.endswith("道"):
        yield PREFECTURE_READ.sub("", reading)


def _latin(kind: str, name: str, name_en: str) -> Iterator[str]:
    """The name in Latin letters, alone and with what the place is."""
    if not name_en:
        return
    yield name_en
    suffix = "駅" if kind == STATION else name[-1:]
    if kind == STATION:
        yield f"{name_en}駅"
    if kind in (PREFECTURE, MUNICIPALITY, STATION, CITY):
        yield from (f"{name_en} {word}" for word in LATIN_SUFFIXES.get(suffix, ()))


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    kept = (c for c in apart if c in KANA_MARKS or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(kept))


def _digits(counted: re.Match[str]) -> str:
    tens, ten, ones = counted[1].rpartition("十")
    value = KANJI_DIGITS.index(ones) if ones else 0
    if ten:
        value += 10 * (KANJI_DIGITS.index(tens) if tens else 1)
    return str(value)
