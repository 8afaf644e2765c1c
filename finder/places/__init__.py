"""Places by name: from a searcher's words to a position, and never by a guess.

The words are folded and taken apart (``reading``), looked up (``meanings``, ``rows``), ranked
(``ranking``) and described (``describing``); ``resolution`` does it in this order. ``gazetteer`` is
the same behind geopy's interface, ``online`` what settings may switch on behind it.
"""

from finder.places.candidate import AmbiguousPlace, Candidate, PlaceError, UnknownPlace
from finder.places.resolution import candidates, resolve

__all__ = [
    "AmbiguousPlace",
    "Candidate",
    "PlaceError",
    "UnknownPlace",
    "candidates",
    "resolve",
]
