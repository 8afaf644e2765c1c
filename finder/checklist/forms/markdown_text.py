"""Anybody's text inside Markdown (CommonMark, and the tables and links GitHub adds) as mere text."""

import re

from finder.checklist.forms.readable import readable
from finder.checklist.forms.web_addresses import is_of_the_web

# What is markup anywhere; what is so at the start of a line; what GitHub makes a link of.
ANYWHERE = re.compile(r"([\\`*_\[\]<>&|~#$@])")
AT_START = re.compile(r"^(\d{1,9})?(?(1)[.)]|[-+=])")
BEFORE_LINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
# A line break inside a paragraph, which goes on where it began.
LINE_BREAK = "\\\n"


def as_text(text: str, indent: str = "") -> str:
    """The text escaped, its line breaks kept, further lines after ``indent``."""
    return (LINE_BREAK + indent).join(map(_escaped, readable(text).split("\n")))


def on_a_line(text: str) -> str:
    """The text escaped, on one line."""
    return _escaped(readable(text).replace("\n", " "))


def link(words: str, url: str) -> str:
    """A link where the address is one of the web, else the words and the address as text."""
    if not is_of_the_web(url):
        return f"{on_a_line(words)} ({on_a_line(url)})"
    address = re.sub(
        r"[\s<>\\]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), url
    )
    return f"[{on_a_line(words)}](<{address}>)"


def _escaped(line: str) -> str:
    line = ANYWHERE.sub(r"\\\1", line)
    line = AT_START.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], line)
    return BEFORE_LINK.sub(lambda found: "\\" + found[0], line)
