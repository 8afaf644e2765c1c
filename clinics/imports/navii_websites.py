"""Web addresses as facilities type them: a plain slip in the beginning is repaired, no more."""

import re
import unicodedata

LONGEST = 255

# http//, http:/, http:, http;//, http.//, http//: and http:///, with letters of the scheme doubled
# or missing (htpp, htp, httt, ttp), perhaps the whole of it twice.
SCHEME = re.compile(
    r"(?:url:)?(?:h?t(?:[tp]{1,3})(?P<secure>s?)(?:[:;.]?/+:?|:)){1,2}", re.IGNORECASE
)
AUTHORITY = re.compile(r"[^/?#]*")
PORT = re.compile(r":\d{1,5}$", re.ASCII)
LABEL = re.compile(r"[\w-]{1,63}")
TOP_LABEL = re.compile(r"[^\W\d_]{2,63}|xn--[a-z\d-]{1,59}", re.IGNORECASE)
IP_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}", re.ASCII)
NEVER_IN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")

# Search engines' own addresses, which lead to the facility only for a while: host ending and path.
REDIRECTS = (("bing.com", "/ck/"), ("google.com", "/url"), ("google.co.jp", "/url"))


def parse_website(stated: str) -> tuple[str, str | None]:
    """The address to use, blank if none, and the code of what was wrong, or None.

    A missing or misspelt scheme is put right; a bare host gets ``https://``. What cannot be read
    as an address is left out, never searched for one. What is returned is returned unchanged when
    given again.
    """
    text = stated.strip()
    if not text:
        return "", None
    for spelling in dict.fromkeys((text, unicodedata.normalize("NFKC", text))):
        website, code = _read(spelling)
        if code != "website-unreadable":
            break
    if code is None and website != stated:
        return website, "website-repaired"
    return website, code


def _read(text: str) -> tuple[str, str | None]:
    if NEVER_IN_ADDRESS.search(text):
        return "", "website-unreadable"
    scheme, rest = _without_scheme(text)
    authority = AUTHORITY.match(rest)
    host = authority.group() if authority else ""
    if "@" in host:
        return "", "website-email"
    if not _is_host(PORT.sub("", host)):
        return "", "website-unreadable"
    if _is_redirect(host.lower(), rest[len(host) :]):
        return "", "website-redirect"
    website = f"{scheme}://{rest}"
    return (website, None) if len(website) <= LONGEST else ("", "website-too-long")


def _without_scheme(text: str) -> tuple[str, str]:
    found = SCHEME.match(text)
    if found is None:
        return "https", text
    return ("https" if found["secure"] else "http"), text[found.end() :]


def _is_host(host: str) -> bool:
    """Whether it is a name with a dot, in any script, or an IPv4 address."""
    if IP_ADDRESS.fullmatch(host):
        return True
    *labels, top = host.removesuffix(".").split(".")
    return (
        bool(labels)
        and all(LABEL.fullmatch(label) for label in labels)
        and TOP_LABEL.fullmatch(top) is not None
        and unicodedata.normalize("NFKC", host) == host
    )


def _is_redirect(host: str, path: str) -> bool:
    return any(
        (host == name or host.endswith(f".{name}")) and path.startswith(beginning)
        for name, beginning in REDIRECTS
    )
