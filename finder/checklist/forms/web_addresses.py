"""Addresses that a source was read at."""

from urllib.parse import urlsplit


def is_of_the_web(url: str) -> bool:
    """Whether a reader can be led there; any other address is only shown."""
    return url.startswith(("https://", "http://"))


def host_of(url: str) -> str:
    """The host of an address; the address where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
