"""Which font of a PDF shows a character, how wide, and what stands in for what none shows.

None of these fonts is embedded or has to be installed where the PDF is made: Helvetica is in every
reader, and a reader has, or gets from its system, a font for the Japanese, Korean and Chinese ones.
"""

import unicodedata
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from finder.checklist.forms.readable import readable

LATIN, LATIN_BOLD = "Helvetica", "Helvetica-Bold"
JAPANESE = "HeiseiKakuGo-W5"
# Each font with the character set that it covers in full, in the order in which they are tried.
FONTS = (
    (LATIN, "cp1252"),
    (JAPANESE, "cp932"),
    ("HYGothic-Medium", "cp949"),
    ("STSong-Light", "gbk"),
)
# Letters that the Japanese font has beyond its character set; transcribed Japanese needs them.
FURTHER_LETTERS = frozenset("ĀāĒēĚěĨĩĪīıŁłŌōŨũŪūŮů")
# More than the characters that a day's pages are written in.
CHARACTERS_REMEMBERED = 8192
# Set by printers where a character is not in the case.
GETA = "〓"
# They never had a look of their own.
VARIATION_SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))

for _font in (JAPANESE, "HYGothic-Medium", "STSong-Light"):
    pdfmetrics.registerFont(UnicodeCIDFont(_font))


@lru_cache(maxsize=CHARACTERS_REMEMBERED)
def font_of(char: str, wide: bool = False) -> str | None:
    """The font for a character, None where no font has it.

    ``wide`` prefers the Japanese form of what Latin and Japanese print share beyond ASCII, such as
    quotation marks and the ellipsis.
    """
    if char in FURTHER_LETTERS or (wide and not char.isascii() and _is_in(char, "cp932")):
        return JAPANESE
    if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs"):
        return None
    return next((font for font, charset in FONTS if _is_in(char, charset)), None)


@lru_cache(maxsize=CHARACTERS_REMEMBERED)
def width_of(char: str, font: str) -> float:
    """The advance width of a character in its font, in units of the size."""
    return float(pdfmetrics.stringWidth(char, font, 1))


def printable(text: str) -> str:
    """The text with one geta mark for each character, or run of combining ones, that no font has."""
    printed: list[str] = []
    for char in readable(text):
        if char == "\n" or font_of(char):
            printed.append(char)
        elif char in VARIATION_SELECTORS or unicodedata.category(char) == "Cf":
            continue
        elif not (printed[-1:] == [GETA] and unicodedata.combining(char)):
            printed.append(GETA)
    return "".join(printed)


def is_wide(char: str) -> bool:
    """Whether a character is set on its own square, with a line break allowed beside it."""
    return unicodedata.east_asian_width(char) in ("W", "F", "H")


def _is_in(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
