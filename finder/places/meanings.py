"""Which stored places a searcher's words name in full: alone, in an area, or as an address."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from clinics.models import PlaceKind
from clinics.place_names import fold_place
from finder.places.areas import lies_in
from finder.places.distance import is_within
from finder.places.ranking import MUNICIPAL_SUFFIXES
from finder.places.reading import (
    LONGEST_TEXT,
    Cut,
    Split,
    cuts,
    plain,
    postcode_and_rest,
    splits,
    without_district,
)
from finder.places.rows import PlaceRow, called

# 梅田 is written in addresses, and known as 梅田一丁目, 二丁目 and so on.
FIRST_BLOCK = "1丁目"
# A postcode's point and that of its town lie together; beyond this they contradict each other.
LARGEST_TOWN_M = 20_000.0


class Meaning(NamedTuple):
    """The places that bear a name, and whether the text contradicts itself about them."""

    rows: Sequence[PlaceRow]
    contradictory: bool = False


def meaning_of(text: str, using: str) -> Meaning:
    """The places that ``text`` names, unranked; none where nothing is called so.

    Of an address it is the longest beginning that is known: the town, else the municipality.
    """
    if len(text) > LONGEST_TEXT:
        return Meaning(())
    said = plain(text)
    addressed = postcode_and_rest(said)
    if addressed is None:
        return Meaning(_written(said, using))
    postcode, rest = addressed
    coded = [row for row in called([postcode], using) if row.kind == PlaceKind.POSTCODE]
    written = _written(rest, using)
    if not coded or not written:
        return Meaning(coded or written)
    near = any(is_within(row, coded[0], LARGEST_TOWN_M) for row in written)
    return Meaning(coded) if near else Meaning([*coded, *written], contradictory=True)


def _written(said: str, using: str) -> Sequence[PlaceRow]:
    """The places called so, or what is known of it as an address."""
    found = _named(said, using) or _addressed(said, using)
    shorter = without_district(said)
    return found if found or shorter == said else _written(shorter, using)


def _named(said: str, using: str) -> Sequence[PlaceRow]:
    """The places called so, in the area named beside them where there is one."""
    read = splits(said)
    asked = {key for split in read for key in (*_spellings(split.name), split.area)}
    bearers = _by_key(called(sorted(asked - {""}), using))
    for split in read:
        areas = bearers.get(split.area, [])
        for name in _spellings(split.name):
            found = [row for row in bearers.get(name, ()) if _bears(row, split)]
            if split.area:
                found = [row for row in found if any(lies_in(row, area) for area in areas)]
            if found:
                return found
    return ()


def _spellings(name: str) -> tuple[str, ...]:
    """A name, and how it may be stored if not like that: by its blocks, or without its rank."""
    bare = name[:-1] if name.endswith(MUNICIPAL_SUFFIXES) else ""
    return tuple(filter(None, (name, f"{name}{FIRST_BLOCK}", bare)))


def _bears(row: PlaceRow, split: Split) -> bool:
    """Whether a place that was found bears the name.

    GeoNames often leaves out a city's rank, so 東京都府中市 is found as its 府中 of 東京都. Without a
    prefecture that would be a guess: there may be a 府中市 that GeoNames has not.
    """
    if row.key.startswith(split.name):
        return True
    qualified = bool(split.area) or len(row.key) > len(fold_place(row.name))
    return qualified and row.kind == PlaceKind.CITY and not row.name.endswith(MUNICIPAL_SUFFIXES)


def _addressed(said: str, using: str) -> Sequence[PlaceRow]:
    """The town, else the municipality, of an address with block numbers."""
    beginnings = [cut for cut in cuts(said) if cut.numbers_follow]
    asked = {key for cut in beginnings for key in (cut.key, cut.key + FIRST_BLOCK)}
    bearers = _by_key(called(sorted(asked), using))
    for cut in beginnings:
        for key in (cut.key, cut.key + FIRST_BLOCK):
            found = [row for row in bearers.get(key, ()) if _begins_an_address(row, cut)]
            if found:
                return found
    return ()


def _begins_an_address(row: PlaceRow, cut: Cut) -> bool:
    """Whether a place is what an address is known by, as far as it is understood.

    渋谷区 begins an address, the ward as 渋谷 alone does not. A town does where its numbers come
    next: 烏丸 is a town of Kyoto, but not the one of 烏丸通七条下ル東塩小路町721.
    """
    if row.kind in (PlaceKind.MUNICIPALITY, PlaceKind.CITY):
        return row.key.endswith(MUNICIPAL_SUFFIXES)
    return row.kind == PlaceKind.TOWN and cut.numbers_next


def _by_key(rows: Iterable[PlaceRow]) -> Mapping[str, list[PlaceRow]]:
    bearers = defaultdict(list)
    for row in rows:
        bearers[row.key].append(row)
    return bearers
