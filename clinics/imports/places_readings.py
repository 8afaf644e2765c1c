"""Readings in kana as Latin letters, to find places by and to check what others wrote.

Hepburn's romanisation without macrons. Kana do not tell a long vowel from two that meet where words
do (とうきょう is Tokyo, まつうら Matsuura), so a reading with such a pair has two spellings.
"""

import re

from clinics.place_names import fold_place
from clinics.text import HIRAGANA

ROWS = {
    "アイウエオ": "a i u e o",
    "カキクケコ": "ka ki ku ke ko",
    "サシスセソ": "sa shi su se so",
    "タチツテト": "ta chi tsu te to",
    "ナニヌネノ": "na ni nu ne no",
    "ハヒフヘホ": "ha hi fu he ho",
    "マミムメモ": "ma mi mu me mo",
    "ヤユヨワヲン": "ya yu yo wa o n",
    "ラリルレロ": "ra ri ru re ro",
    "ガギグゲゴ": "ga gi gu ge go",
    "ザジズゼゾ": "za ji zu ze zo",
    "ダヂヅデド": "da ji zu de do",
    "バビブベボ": "ba bi bu be bo",
    "パピプペポ": "pa pi pu pe po",
}
SYLLABLES = {
    kana: latin
    for row, spelled in ROWS.items()
    for kana, latin in zip(row, spelled.split(), strict=True)
}
SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}
BEFORE_Y = re.compile(r"i$")
WITHOUT_Y = re.compile(r"(?:sh|ch|j)$")
DOUBLED = "ッ"
LONG = "ー"
LONG_PAIR = re.compile(r"ou|oo|uu")
# Also Ohta for Ota, which some cities write.
LONG_SPELLING = re.compile(r"ou|oo|oh|uu")
RANK = re.compile(r"(?:shi|ku|cho|machi|mura|son|city|ward|town|village)$")


def latin_spellings(kana: str) -> set[str]:
    """The spellings of a reading, as long as written in kana and shortened, in small letters.

    None where something is no kana. One where the reading has no pair that may be a long vowel.
    """
    long = _spelled("".join(kana.split()).translate(HIRAGANA))
    return {long, LONG_PAIR.sub(_first, long)} if long else set()


def is_reading(kana: str, latin: str) -> bool:
    """Whether ``latin`` spells this reading, whatever its long vowels and rank (Chofu-shi)."""
    heard = {_shortened(spelling) for spelling in latin_spellings(kana)}
    written = fold_place(latin)
    return not heard.isdisjoint({_shortened(written), _shortened(RANK.sub("", written))})


def _spelled(katakana: str) -> str:
    """The letters of each kana, or blank where one is none."""
    spelled = ""
    doubled = False
    for kana in katakana:
        if kana in SMALL_Y:
            stem = BEFORE_Y.sub("", spelled)
            spelled = stem + ("" if WITHOUT_Y.search(stem) else "y") + SMALL_Y[kana]
        elif kana == DOUBLED:
            doubled = True
        elif kana in SYLLABLES:
            latin = SYLLABLES[kana]
            if doubled:
                spelled += "t" if latin.startswith("ch") else latin[0]
                doubled = False
            spelled += latin
        elif kana != LONG:
            return ""
    return spelled


def _first(pair: re.Match[str]) -> str:
    return pair[0][0]


def _shortened(latin: str) -> str:
    return LONG_SPELLING.sub(_first, fold_place(latin))
