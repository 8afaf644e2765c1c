"""From a searcher's words to one place, or to the places that they may mean, the likeliest first."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from heapq import nsmallest

from clinics.place_names import fold_place
from finder.places.areas import AREA_KINDS
from finder.places.candidate import AmbiguousPlace, Candidate, UnknownPlace
from finder.places.describing import candidate, online_candidate
from finder.places.meanings import meaning_of
from finder.places.online import Found, OnlineSearchUnavailable, online_geocoder
from finder.places.ranking import apart, prominence, ranked, the_one_meant
from finder.places.reading import LONGEST_TEXT, plain, splits
from finder.places.rows import PlaceRow, beginning_with, called, notable_beginning_with

MOST_CANDIDATES = 10
MOST_SUGGESTIONS = 3
ALIKE = 0.6


def resolve(text: str, using: str = "default") -> Candidate:
    """The one place that ``text`` names.

    Raises :class:`AmbiguousPlace` where it names several far apart, none of them plainly the one
    meant (:mod:`finder.places.ranking`), and :class:`UnknownPlace` where it names none that is
    known here or, if settings switch one on, to the online geocoder.
    """
    meaning = meaning_of(text, using)
    if not meaning.rows:
        return _resolve_online(text, using)
    best_first = ranked(meaning.rows)
    meant = None if meaning.contradictory else the_one_meant(best_first)
    if meant is None:
        several = apart(best_first, MOST_CANDIDATES)
        raise AmbiguousPlace(text, [candidate(row, using) for row in several])
    return candidate(meant, using)


def candidates(
    text: str,
    limit: int = MOST_CANDIDATES,
    using: str = "default",
    *,
    kinds: Collection[str] = (),
) -> list[Candidate]:
    """The places that ``text`` names or begins to name, the likeliest first.

    The one that :func:`resolve` gives, where it gives one, comes before the others.
    ``kinds`` are the kinds of places wanted, any where it is empty. Only the gazetteer is asked:
    what is being typed goes to no service.
    """
    meaning = meaning_of(text, using)
    named = ranked(_of_kinds(meaning.rows, kinds))
    meant = the_one_meant(named) if named and not meaning.contradictory else None
    typed = len(fold_place(plain(text)))
    begun = _likeliest(_of_kinds(_begun(text, using), kinds), typed, limit)
    likeliest = {row.id: row for row in (*begun, *named)}
    found = sorted(
        ranked(list(likeliest.values())),
        key=lambda row: (row is not meant, -_likelihood(row, typed)),
    )
    return [candidate(row, using) for row in found[:limit]]


def _begun(text: str, using: str) -> list[PlaceRow]:
    """The places with a name of which ``text`` is the beginning, also within a named area."""
    if len(text) > LONGEST_TEXT:
        return []
    found: list[PlaceRow] = []
    for split in splits(plain(text)):
        areas = called([split.area], using) if split.area else []
        before = {fold_place(area.name) for area in areas if area.kind in AREA_KINDS}
        for area in sorted(before) if split.area else [""]:
            found += beginning_with(area + split.name, using)
        if found:
            return found
    return found


def _likelihood(row: PlaceRow, typed: int) -> float:
    """How likely a place is meant when so many letters of its name are typed: the prominence of a
    place counts the less, the more letters are still to come."""
    return prominence(row) / (1 + max(len(row.key) - typed, 0))


def _likeliest(rows: Iterable[PlaceRow], typed: int, limit: int) -> list[PlaceRow]:
    """Enough of the places that are begun, each by its shortest key, to fill a list."""
    by_id: dict[int, PlaceRow] = {}
    for row in rows:
        kept = by_id.get(row.id)
        if kept is None or len(row.key) < len(kept.key):
            by_id[row.id] = row
    # Some will turn out to be one place, so more are taken than are wanted.
    return nsmallest(
        4 * limit, by_id.values(), key=lambda row: (-_likelihood(row, typed), row.key, row.id)
    )


def _of_kinds(rows: Iterable[PlaceRow], kinds: Collection[str]) -> list[PlaceRow]:
    return [row for row in rows if not kinds or row.kind in kinds]


def _resolve_online(text: str, using: str) -> Candidate:
    """What the online geocoder knows under a name; :class:`UnknownPlace` where it is off, too."""
    geocoder = online_geocoder()
    found: tuple[Found, ...] = ()
    unreachable = False
    if geocoder and fold_place(text) and len(text) <= LONGEST_TEXT:
        try:
            found = geocoder.locate(plain(text))
        except OnlineSearchUnavailable:
            unreachable = True
    if geocoder is None or not found:
        raise UnknownPlace(text, _spelled_alike(text, using), online_unreachable=unreachable)
    answers = [online_candidate(geocoder.name, place) for place in found]
    several = apart(answers, MOST_CANDIDATES)
    if len(several) > 1:
        raise AmbiguousPlace(text, several)
    return answers[0]


def _spelled_alike(text: str, using: str) -> list[str]:
    """Names that look like ``text`` and begin like it, as suggestions."""
    key = fold_place(plain(text))
    if not key:
        return []
    begun = notable_beginning_with(key[:1] if len(key) < 3 else key[:2], using)
    # Of several places of one name the most prominent is kept.
    names = {row.key: row for row in sorted(begun, key=prominence)}
    alike = get_close_matches(key, names, n=MOST_SUGGESTIONS, cutoff=ALIKE)
    return list(dict.fromkeys(candidate(names[close], using).label for close in alike))
