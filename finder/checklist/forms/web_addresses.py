"""Addresses that a reader is led to: of pages, and of telephones."""

from urllib.parse import quote, urlsplit


def is_of_the_web(url: str) -> bool:
    """Whether a reader can be led there; any other address is only shown."""
    return url.startswith(("https://", "http://"))


def host_of(url: str) -> str:
    """The host of an address; the address where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def telephone_address(number: str) -> str:
    """The ``tel:`` address of a number, of a service such as #7119 too (RFC 3966)."""
    return "tel:" + quote(number, safe="+*")
