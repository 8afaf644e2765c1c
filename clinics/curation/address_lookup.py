"""Positions that an address leads to, asked of whatever the settings name.

The catalogue does not know how places are found; ``ADDRESS_LOOKUP`` is the dotted name of a function
that does: from an address to candidates, best first.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class AddressCandidate(Protocol):
    """A place that an address may mean, in WGS84 decimal degrees.

    ``precision`` is the kind of place whose point it is: ``address`` for the house, ``town`` where
    only the town is known.
    """

    @property
    def label(self) -> str:
        """What the place is called."""

    @property
    def latitude(self) -> float:
        """Degrees north."""

    @property
    def longitude(self) -> float:
        """Degrees east."""

    @property
    def precision(self) -> str:
        """How near the point is to what was asked for."""


def look_up(address: str) -> Sequence[AddressCandidate]:
    """The places that an address may mean, best first; none where nothing is known of it."""
    function = import_string(settings.ADDRESS_LOOKUP)
    return cast(Callable[[str], Sequence[AddressCandidate]], function)(address)
