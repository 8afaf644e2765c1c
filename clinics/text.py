"""Japanese and Latin text folded so that spellings of one word meet."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zlib import crc32

from clinics.kanji_variants import COMMON_FORM
from clinics.legal_forms import (
    CORPORATION_ENDINGS,
    GENERAL_WORDS,
    LEGAL_FORMS,
    OPERATOR_ENDINGS,
    SHORT_LEGAL_FORMS,
)

# Katakana ァ to ヶ lies this far above hiragana ぁ to ゖ in Unicode.
KANA_SHIFT = ord("ァ") - ord("ぁ")
HIRAGANA = {code: code + KANA_SHIFT for code in range(ord("ぁ"), ord("ゖ") + 1)}
SPACES = re.compile(r"\s+")

# What a key makes of each letter.
KATAKANA = {katakana: hiragana for hiragana, katakana in HIRAGANA.items()} | {ord("ヽ"): ord("ゝ")}
# Registers write small kana large (クリニツク), and people old kana for their sound (ヱビス).
LARGE_KANA = str.maketrans("ぁぃぅぇぉゕゖっゃゅょゎゐゑを", "あいうえおかけつやゆよわいえお")
# These stay katakana until LINK has seen them: 霞ヶ関 is no 抜け道.
LINK_KANA = {ord("ヵ"): "カ", ord("カ"): "カ", ord("ヶ"): "ケ", ord("ケ"): "ケ"}
# What stands for a hyphen or a long vowel, one for the other, in names and addresses.
DASHES = dict.fromkeys(map(ord, "ー‐‑‒–—―−─━~〜"), "-")
SEARCH_LETTERS = (
    COMMON_FORM
    | DASHES
    | LARGE_KANA
    | {code: LARGE_KANA.get(hiragana, hiragana) for code, hiragana in KATAKANA.items()}
    | LINK_KANA
)

DASH_IN_NUMBER = re.compile("([0-9])-+(?=[0-9])")
# Neither letter, digit nor the sound marks of decomposed kana.
DROPPED = re.compile(r"[^\w\u3099\u309a]+")
STRAY_SOUND_MARK = re.compile(
    "\u3099(?<![うかきくけこさしすせそたちつてとはひふへほカケゝ].)|\u309a(?<![はひふへほ].)"
)
VU = re.compile("う\u3099([あいえおゆ]?)")
VU_TO_BU = {"": "ふ\u3099", "あ": "は\u3099", "い": "ひ\u3099", "え": "へ\u3099", "お": "ほ\u3099"}
VU_TO_BU["ゆ"] = VU_TO_BU["い"] + "ゆ"

KANJI = "々〇㐀-䶿一-鿿\U00020000-\U000323af"
# 霞ヶ関, 由比ガ浜, 三カ尻; between kana and kanji only before 丘, for つが整形外科 has a が of its own.
LINK = re.compile(
    rf"[カケガが](?<=[{KANJI}].)(?=[{KANJI}])|[ケガが](?<=[ぁ-ゖ].)(?<![かけがカケガ].)(?=丘)"
)
TOKYO = re.compile("東京都+(?!立)")

# As many as two columns of 62 hold.
BIGRAM_BITS = 124


def fold(text: str) -> str:
    """``text`` with compatibility forms, width, case and kana made one, spaces single.

    Source: Unicode NFKC (UAX #15); hiragana becomes katakana.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA)
    return SPACES.sub(" ", folded).strip()


def search_key(text: str) -> str:
    """``text`` as a search compares it: letters and digits only, every spelling of a word alike.

    Compatibility forms, width and case are made one; so are katakana and hiragana, small and large
    kana, ヴァ and バ, ヂ and ジ, ヅ and ズ, ヲ and オ; old and variant kanji
    (:mod:`clinics.kanji_variants`); 霞ヶ関, 霞が関 and 霞関; Latin letters with and without diacritics.
    Long vowel marks and hyphens, spaces, middle dots, punctuation and brackets are dropped, but a
    dash between two digits stays as a hyphen: 1-11 is not 11-1. 東京都 becomes 東京, or every place in
    Tokyo would be found for 京都; 都立 keeps its 都.

    A word cut out of a text is found in it by their keys, unless the cut goes through 霞ヶ関, ヴァ
    or 東京都. The key of a key is itself. Source: Unicode NFKD and case folding (UAX #15).
    """
    key = unicodedata.normalize("NFKD", text).casefold().replace("_", " ").translate(SEARCH_LETTERS)
    if "-" in key:
        key = DASH_IN_NUMBER.sub(r"\1_", key)  # an underscore is what DROPPED lets pass
    key = DROPPED.sub("", key).replace("_", "-")
    if key.isascii():
        return key
    key = STRAY_SOUND_MARK.sub("", key)
    key = key.replace("ち\u3099", "し\u3099").replace("つ\u3099", "す\u3099")
    key = key.replace("ケ\u3099", "け\u3099")
    key = VU.sub(lambda found: VU_TO_BU[found[1]], key)
    key = LINK.sub("", unicodedata.normalize("NFC", key))
    key = key.replace("カ", "か").replace("ケ", "け").replace("ガ", "が")
    return TOKYO.sub("東京", key)


def _any_of(words: str) -> str:
    """A pattern for the key of any of ``words``, the longest first."""
    keys = {search_key(word) for word in words.split()}
    return f"(?:{'|'.join(sorted(keys, key=len, reverse=True))})"


# In Latin letters 医療法人 is written in a dozen ways: iryouhoujin, Iryo-Hojin, iryohouzin.
LATIN_LEGAL_FORM = (
    "(?:s[hy]akai)?iryou?hou?[jz]in(?:s[hy]adan|zaidan)?|(?:social)?medicalcorporation"
)
LEGAL_FORM = re.compile(f"(?:{_any_of(LEGAL_FORMS)}|{LATIN_LEGAL_FORM})+")
SHORT_LEGAL_FORM = re.compile(
    rf"^\s*(?:[(（](?:{'|'.join(SHORT_LEGAL_FORMS.split())})[)）]|[㈱㈲㈳㈶])"
)
CORPORATION = re.compile(f"{_any_of(CORPORATION_ENDINGS)}$")
OPERATOR = re.compile(f"{_any_of(OPERATOR_ENDINGS)}$")
GENERAL = re.compile(f"{_any_of(GENERAL_WORDS)}+")
# 図南会あしりべつ病院, 済生会支部神奈川県済生会横浜市東部病院; a 社会 is no corporation.
CORPORATION_AND_NAME = re.compile(".+?(?:(?<!社)会(?:支部|社団|財団)?|機構|財団|事業団)(.+)")
OPERATOR_AND_NAME = re.compile(".+?組合連合会(.+)")
WORD_ENDS = re.compile("[,，、/／]")


def without_legal_form(name: str) -> str:
    """The key of ``name`` without the legal forms in front of it; empty where nothing is left.

    医療法人社団青葉会, （医）青葉会 and イリョウホウジンシャダン アオバカイ lose what stands before the corporation's
    own name.
    """
    key = "".join(_keys_of_parts(name))
    return key[_length_of_legal_form(key) :]


def search_words(text: str) -> list[str]:
    """The keys of the words of ``text`` in their order, without legal forms.

    Words end at spaces, commas and slashes. A legal form may be a word, several (医療法人 社団) or the
    beginning of one.
    """
    parts = _keys_of_parts(WORD_ENDS.sub(" ", text))
    legal_form = _length_of_legal_form("".join(parts))
    words = []
    for part in parts:
        words.append(without_legal_form(part[legal_form:]))
        legal_form = max(0, legal_form - len(part))
    return [word for word in words if word]


def name_forms(names: Iterable[str]) -> tuple[str, ...]:
    """The keys under which a facility of these names is looked for, each once, in their order.

    Of every name: itself without its legal form, and without the corporation as a whole where the
    two can be told apart: 医療法人社団　青葉会　青葉クリニック is 青葉会青葉クリニック and 青葉クリニック. A second form of
    general words only (病院, 内科クリニック) is left out, and a name of nothing but a legal form stays whole.
    A name without letters and digits has no form.
    """
    forms = (form for name in names for form in _forms(_keys_of_parts(name)))
    return tuple(dict.fromkeys(form for form in forms if form))


def search_text(forms: Iterable[str]) -> str:
    """``forms`` as a search scans them: one a line, with a line end before the first."""
    return "\n" + "".join(f"{form}\n" for form in forms)


def _keys_of_parts(name: str) -> list[str]:
    """The keys of what stands between spaces; a short legal form in front is written long."""
    parts = SHORT_LEGAL_FORM.sub("医療法人", name).split()
    return [key for part in parts if (key := search_key(part))]


def _length_of_legal_form(key: str) -> int:
    found = LEGAL_FORM.match(key)
    return found.end() if found else 0


def _forms(parts: Sequence[str]) -> tuple[str, str]:
    """A name without its legal form, and without its corporation or nothing."""
    key = "".join(parts)
    legal_form = _length_of_legal_form(key)
    bare = key[legal_form:]
    own = _after_the_corporation(parts, legal_form)
    return bare or key, "" if GENERAL.fullmatch(own) else own


def _after_the_corporation(parts: Sequence[str], legal_form: int) -> str:
    """What follows the corporation in a name; empty where the two cannot be told apart."""
    end = 0
    for part in parts[:-1]:
        begin, end = end, end + len(part)
        if end > legal_form:
            key = "".join(parts)
            attached = begin < legal_form
            ending = CORPORATION if legal_form else OPERATOR
            return key[end:] if attached or ending.search(key, legal_form, end) else ""
    joined = CORPORATION_AND_NAME if legal_form else OPERATOR_AND_NAME
    found = joined.fullmatch("".join(parts), legal_form)
    return found[1] if found else ""


def bigram_bits(text: str) -> int:
    """One of ``BIGRAM_BITS`` bits for each two characters that follow each other in a line.

    Whatever text holds a word has all of the word's bits, and seldom has others all of them, so
    most texts need not be looked through. The bit is the pair's CRC-32 (ISO 3309) modulo their
    number.
    """
    bits = 0
    for line in text.split("\n"):
        for first, second in pairwise(line):
            bits |= 1 << crc32(f"{first}{second}".encode()) % BIGRAM_BITS
    return bits
