"""Where a clinic's address is, for its curators: the online geocoder first, then the gazetteer.

A searcher's words go to the gazetteer before anybody else. An address that a curator looks up is
public, and a service that knows its house comes before a gazetteer that knows its town.
"""

import re

from clinics.curation.address_lookup import AddressAnswer, AddressCandidate
from finder.places.candidate import Candidate
from finder.places.describing import online_candidate
from finder.places.online import OnlineSearchUnavailable, online_geocoder
from finder.places.reading import LONGEST_TEXT, plain
from finder.places.resolution import MOST_CANDIDATES, candidates

MOST_ONLINE = 5
# Where the name of a municipality or of a part of one may end.
AREA_END = re.compile("[市区町村]")


def look_up(address: str) -> AddressAnswer:
    """What the configured geocoder and the gazetteer know under an address; none where too long."""
    if len(address) > LONGEST_TEXT:
        return AddressAnswer(())
    online, unreachable = _online(address)
    found = [*online, *_known_here(address)]
    return AddressAnswer(tuple(map(_as_answer, found)), unreachable)


def _online(address: str) -> tuple[list[Candidate], bool]:
    """What the online geocoder knows, and whether it was to be asked and gave no answer."""
    geocoder = online_geocoder()
    if geocoder is None:
        return [], False
    try:
        found = geocoder.locate(plain(address))
    except OnlineSearchUnavailable:
        return [], True
    return [online_candidate(geocoder.name, place) for place in found[:MOST_ONLINE]], False


def _known_here(address: str) -> list[Candidate]:
    """The places of the gazetteer; of the next larger area where it knows none so small."""
    ends = [match.end() for match in AREA_END.finditer(address)]
    for part in (address, *(address[:end] for end in reversed(ends))):
        found = candidates(part, MOST_CANDIDATES)
        if found:
            return found
    return []


def _as_answer(candidate: Candidate) -> AddressCandidate:
    return AddressCandidate(
        candidate.label, candidate.latitude, candidate.longitude, candidate.precision
    )
