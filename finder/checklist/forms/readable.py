"""Anybody's text made fit to be given out: lines without what no reader could see or use."""

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def readable(text: str) -> str:
    """The text composed (NFC), its lines without blanks around them, empty lines left out.

    Control characters and halves of surrogate pairs, which no document may hold, become
    U+FFFD, so that it is seen that something stood there.
    """
    lines = (" ".join(map(_seen, line.split())) for line in text.splitlines())
    return unicodedata.normalize("NFC", "\n".join(filter(None, lines)))


def on_one_line(text: str) -> str:
    """The text as :func:`readable` gives it, without its line breaks."""
    return readable(text).replace("\n", " ")


def _seen(word: str) -> str:
    return "".join(
        REPLACEMENT if unicodedata.category(char) in ("Cc", "Cs") else char for char in word
    )
