"""A clinic's data in a page: each text in its language, and addresses that are safe to follow."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from finder.checklist.definition import Language, Text

register = template.Library()

JAPANESE = r"\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
# From the first Japanese sign to the last, but for what stands outside of quotation marks.
JAPANESE_RUN = re.compile(rf"[{JAPANESE}](?:[^“”]*[{JAPANESE}])?")
# As a number is dialled in any country, with what separates it.
PHONE = re.compile(r"\+?[0-9]+(?:[-() .]+[0-9]+)*")


@register.filter
def label(concept: Mapping[str, Any], language: Language) -> str:
    """The label of a concept in a language."""
    return str(concept["label_ja" if language == "ja" else "label_en"])


@register.filter
def words(text: Text, language: Language) -> SafeString:
    """A text in a language; Japanese within English is marked as such."""
    return marked(text.in_language(language), language)


@register.filter
def marked(text: str, language: Language) -> SafeString:
    """A text of a source; what of it is Japanese is marked as such on an English page."""
    escaped = conditional_escape(text)
    if language == "ja":
        return escaped
    # Escaping makes no Japanese sign, and none of what it makes holds one.
    return mark_safe(  # noqa: S308
        JAPANESE_RUN.sub(lambda run: f'<span lang="ja">{run.group()}</span>', escaped)
    )


@register.filter
def web_address(address: str | None) -> str:
    """An address of the web as it is; blank where a browser would do something else with it."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return (address or "") if parts.scheme in ("http", "https") and parts.hostname else ""


@register.filter
def host(address: str) -> str:
    """The host of an address, by which people know it."""
    try:
        return (urlsplit(address).hostname or address).removeprefix("www.")
    except ValueError:
        return address


@register.filter
def dialled(phone: str) -> str:
    """A telephone number as it is dialled (RFC 3966); blank where it is not one number."""
    plain = unicodedata.normalize("NFKC", phone).translate({ord(d): "-" for d in "‐‑–—−ー"}).strip()
    return re.sub(r"[^0-9+]", "", plain) if PHONE.fullmatch(plain) else ""
