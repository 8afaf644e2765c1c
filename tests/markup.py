"""What the HTML of a page says, as a browser reads it: enough to judge pages by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Without an end (HTML, 13.1.2).
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
# Whose end may be left out.
OPEN_ENDED = frozenset(
    [
        "li",
        "dt",
        "dd",
        "p",
        "rt",
        "rp",
        "optgroup",
        "option",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
    ]
)
DATA_BLOCKS = ("application/json", "application/ld+json")
Attributes = dict[str, str]


@dataclass(slots=True)
class Markup:
    """A page taken apart.

    ``alternates`` are addresses by their language, and by ``canonical``. ``faults`` are what a
    parser would have to guess at, or what the content policy forbids.
    """

    language: str = ""
    title: str = ""
    ids: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    referred: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.markup = Markup()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, found: Sequence[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in found)
        attributes = {name: value or "" for name, value in found}
        at = f"line {self.getpos()[0]}: <{tag}>"
        markup = self.markup
        markup.tags[tag] += 1
        markup.faults += [f"{at}: {name} twice" for name, number in names.items() if number > 1]
        markup.faults += [
            f"{at}: {name}" for name in attributes if name == "style" or name.startswith("on")
        ]
        if tag == "style":
            markup.faults.append(f"{at}: inline style")
        data = attributes.get("type") in DATA_BLOCKS
        if tag == "script" and "src" not in attributes and not data:
            markup.faults.append(f"{at}: inline script")
        if tag == "html":
            markup.language = attributes.get("lang", "")
        if "id" in attributes:
            markup.ids[attributes["id"]] += 1
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list"):
            markup.referred.update(attributes.get(name, "").split())
        self._link(tag, attributes, at)
        if tag not in VOID:
            self.open.append(tag)

    def _link(self, tag: str, attributes: Attributes, at: str) -> None:
        address = attributes.get("href")
        if address is not None and address.strip().startswith("javascript:"):
            self.markup.faults.append(f"{at}: {address}")
        elif tag == "a" and address is not None:
            self.markup.links.append(address)
        elif tag == "link" and address is not None:
            kinds = attributes.get("rel", "").split()
            if "alternate" in kinds and "hreflang" in attributes:
                self.markup.alternates[attributes["hreflang"]] = address
            elif "canonical" in kinds:
                self.markup.alternates["canonical"] = address
            else:
                self.markup.links.append(address)
        elif tag in ("img", "script") and attributes.get("src"):
            self.markup.links.append(attributes["src"])

    def handle_startendtag(self, tag: str, found: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, found)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in OPEN_ENDED:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.markup.faults.append(f"line {self.getpos()[0]}: </{tag}> in {self.open[-3:]}")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.markup.title += data.strip()


def read_markup(html: str) -> Markup:
    """The page, taken apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    markup = reader.markup
    markup.faults += [f"<{tag}> is never closed" for tag in reader.open if tag not in OPEN_ENDED]
    markup.faults += [
        f"id {name}: {number} times" for name, number in markup.ids.items() if number > 1
    ]
    markup.faults += [f"no such id: {name}" for name in sorted(markup.referred - markup.ids.keys())]
    return markup
