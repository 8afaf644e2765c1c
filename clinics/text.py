"""Japanese and Latin text folded so that spellings of one word meet."""

import re
import unicodedata

# Katakana ァ to ヶ lies this far above hiragana ぁ to ゖ in Unicode.
KANA_SHIFT = ord("ァ") - ord("ぁ")
HIRAGANA = {code: code + KANA_SHIFT for code in range(ord("ぁ"), ord("ゖ") + 1)}
SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """``text`` with compatibility forms, width, case and kana made one, spaces single.

    Source: Unicode NFKC (UAX #15); hiragana becomes katakana.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(HIRAGANA)
    return SPACES.sub(" ", folded).strip()
