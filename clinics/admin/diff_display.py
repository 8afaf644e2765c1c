"""Differences as a person sees them: two columns, words marked where they changed, nothing unsafe."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinics.curation.differences import OFFICIAL_DEPARTMENT_FIELDS, ROW_FIELDS, Difference
from clinics.curation.entry_document import Row
from clinics.curation.field_labels import PART_LABELS, ROW_LABELS, Item, Wording, field_label

# A word of Latin letters or digits, else one character: Japanese has no spaces between words.
WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
# Longer texts are compared line by line, which takes no noticeable time.
MOST_WORDS = 2000
# Texts that share less are easier to read as one struck out and one new.
LEAST_SHARED = 0.4
# What a row that is shown whole leaves out: nothing is said by them.
UNSAID: tuple[Any, ...] = (None, "", [], {}, "unknown")


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both sides."""

    label: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a part, or the facts; ``kind`` is ``changed``, ``added`` or ``removed``."""

    label: str
    kind: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an entry that differs."""

    label: str
    groups: list[Group] = field(default_factory=list)


def displayed(
    found: Iterable[Difference], wording: Wording, register: Row | None = None
) -> list[Part]:
    """Differences, grouped by part and row, in their order.

    Where ``register`` is given, it tells what the public sees of a fact that a side is silent on.
    """
    parts: dict[str, Part] = {}
    groups: dict[tuple[str, str], Group] = {}
    for item in found:
        part = parts.setdefault(item.part, Part(str(PART_LABELS[item.part])))
        key = (item.part, str(item.row))
        if key not in groups:
            groups[key] = Group(_group_label(item, wording), _kind(item))
            part.groups.append(groups[key])
        groups[key].lines.extend(_lines(item, wording, register or {}))
    return list(parts.values())


def marked_words(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts, with what went in ``del`` and what came in ``ins``."""
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.quick_ratio() < LEAST_SHARED:
        return _went(before), _came(after)
    left: list[SafeString] = []
    right: list[SafeString] = []
    for operation, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if operation == "equal":
            left.append(format_html("{}", gone))
            right.append(format_html("{}", come))
        else:
            left += [_went(gone)] if gone else []
            right += [_came(come)] if come else []
    return _joined(left), _joined(right)


def _joined(pieces: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _words(text: str) -> list[str]:
    words = WORD.findall(text)
    return words if len(words) <= MOST_WORDS else text.splitlines(keepends=True)


def _went(text: str) -> SafeString:
    return format_html("<del>{}</del>", text)


def _came(text: str) -> SafeString:
    return format_html("<ins>{}</ins>", text)


def _group_label(item: Difference, wording: Wording) -> str:
    if item.whole is None:
        return ""
    name = wording.row(item.part, item.whole)
    kind = str(ROW_LABELS[item.part])
    return kind if item.part == "second_opinions" else f"{kind}: {name}"


def _kind(item: Difference) -> str:
    if item.field:
        return "changed"
    return "added" if item.before is None else "removed"


def _lines(item: Difference, wording: Wording, register: Row) -> list[Line]:
    if item.field:
        stated = register.get(item.field) if item.part == "facts" else None
        before, after = _cells(item, wording, stated)
        return [Line(field_label(item.part, item.field), before, after)]
    row: Row = item.after if item.before is None else item.before
    lines = []
    for name in ROW_FIELDS.get(item.part, OFFICIAL_DEPARTMENT_FIELDS):
        value = row.get(name)
        if value in UNSAID:
            continue
        cell, nothing = _list(wording.items(name, value)), SafeString("")
        sides = (nothing, cell) if item.before is None else (cell, nothing)
        lines.append(Line(field_label(item.part, name), *sides))
    return lines


def _cells(item: Difference, wording: Wording, register: Any) -> tuple[SafeString, SafeString]:
    """Both sides of a field, the register's word in the place of one that is silent."""
    silent = [register not in UNSAID and side in UNSAID for side in (item.before, item.after)]
    sides = [
        register if quiet else side
        for quiet, side in zip(silent, (item.before, item.after), strict=True)
    ]
    old, new = (wording.items(item.field, side) for side in sides)
    if len(old) == len(new) == 1 and not old[0].url and not new[0].url:
        cells = marked_words(old[0].text, new[0].text)
    else:
        cells = _list(old, without=new, mark="del"), _list(new, without=old, mark="ins")
    before, after = (
        format_html('{} <span class="quiet">{}</span>', cell, _("(the register)"))
        if quiet
        else cell
        for quiet, cell in zip(silent, cells, strict=True)
    )
    return before, after


def _list(
    items: Sequence[Item], *, without: Sequence[Item] | None = None, mark: str = ""
) -> SafeString:
    """Items as one text or a list, those that the other side lacks marked."""
    if not items:
        return format_html('<span class="quiet">{}</span>', _("nothing stated"))
    shown = [
        _marked(_item(item), mark) if without is not None and item not in without else _item(item)
        for item in items
    ]
    if len(shown) == 1:
        return shown[0]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((it,) for it in shown)))


def _item(item: Item) -> SafeString:
    if not item.url:
        return format_html("{}", item.text)
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', item.url, item.text)


def _marked(text: SafeString, mark: str) -> SafeString:
    opening, closing = {"del": ("<del>", "</del>"), "ins": ("<ins>", "</ins>")}[mark]
    return mark_safe(f"{opening}{text}{closing}")  # both sides were escaped by now
