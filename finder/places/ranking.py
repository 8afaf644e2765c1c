"""Which of several places of one name is meant, and when that is beyond doubt.

Pure functions over places that were read. The rule:

- Each place has a prominence, roughly the number of people who would mean it: a city's or
  municipality's inhabitants, ten thousand times the square of a station's lines, a million for a
  prefecture, and little for one of the countless towns.
- What bears the same name within walking or riding distance of the most prominent place is the
  same answer: 渋谷 is the ward, its station and the quarter. The station is given where there is
  one, since it is what people set out from; else the municipality, the prefecture, the town.
  What a name says itself goes before: 渋谷区 is the ward.
- The name is ambiguous unless that answer has ``CLEAR_SHARE`` of the prominence of all that bear
  it. 東京 and 渋谷 are clear; 府中, 本町 and 北区 are not.
"""

from collections.abc import Sequence
from typing import TypeVar

from clinics.models import PlaceKind
from clinics.place_names import fold_place
from finder.places.distance import Positioned, is_within
from finder.places.rows import PlaceRow

PREFECTURE_PROMINENCE = 1_000_000
UNKNOWN_INHABITANTS = 20_000
PEOPLE_PER_SQUARED_LINE = 10_000
TOWN_PROMINENCE = 200
CLEAR_SHARE = 0.9

SAME_ANSWER_M = 5_000.0
# A big city's station, town hall and prefectural office lie farther apart, Tokyo's 7 km.
SAME_BIG_ANSWER_M = 10_000.0
BIG = 300_000
MUNICIPAL_SUFFIXES = ("市", "区", "町", "村")
# A city's middle, as GeoNames puts it, and its town hall.
SAME_CITY_M = 10_000.0
# One station's points for its lines, or of two sources.
SAME_STATION_M = 2_000.0

P = TypeVar("P", bound=Positioned)

PREFERRED = (
    PlaceKind.STATION,
    PlaceKind.MUNICIPALITY,
    PlaceKind.PREFECTURE,
    PlaceKind.CITY,
    PlaceKind.TOWN,
    PlaceKind.POSTCODE,
)


def prominence(row: PlaceRow) -> int:
    """How many people would mean this place, very roughly."""
    match row.kind:
        case PlaceKind.PREFECTURE:
            return PREFECTURE_PROMINENCE
        case PlaceKind.MUNICIPALITY | PlaceKind.CITY:
            return row.weight or UNKNOWN_INHABITANTS
        case PlaceKind.STATION:
            return PEOPLE_PER_SQUARED_LINE * max(row.weight, 1) ** 2
        case _:
            return TOWN_PROMINENCE


def ranked(rows: Sequence[PlaceRow]) -> list[PlaceRow]:
    """The places, the likeliest first, each once; ties by source and id.

    Of a city of GeoNames and the municipality of the same name around it, the municipality stays;
    of a station's several points, the one with the most lines.
    """
    best_first = sorted(rows, key=lambda row: (-prominence(row), row.source, row.source_id))
    officials = [row for row in rows if row.kind in (PlaceKind.MUNICIPALITY, PlaceKind.PREFECTURE)]
    stations: list[PlaceRow] = []
    kept: dict[int, PlaceRow] = {}
    for row in best_first:
        if row.kind == PlaceKind.CITY and _is_one_of(row, officials, SAME_CITY_M):
            continue
        if row.kind == PlaceKind.STATION:
            if _is_one_of(row, stations, SAME_STATION_M):
                continue
            stations.append(row)
        kept[row.id] = row
    return list(kept.values())


def the_one_meant(best_first: Sequence[PlaceRow]) -> PlaceRow | None:
    """The place that a name borne by these, ranked, means beyond doubt; None where in doubt."""
    first = best_first[0]
    together, others = [], 0
    for row in best_first:
        if _is_same_answer(first, row):
            together.append(row)
        else:
            others += prominence(row)
    if prominence(first) < CLEAR_SHARE * (prominence(first) + others):
        return None
    return min(
        together,
        key=lambda row: (
            not _is_called_by_rank(row),
            PREFERRED.index(PlaceKind(row.kind)),
            -row.weight,
        ),
    )


def apart(best_first: Sequence[P], limit: int) -> list[P]:
    """The first ``limit`` places, without those that are near one before them."""
    kept: list[P] = []
    for place in best_first:
        if len(kept) == limit:
            break
        if not any(is_within(place, one, SAME_ANSWER_M) for one in kept):
            kept.append(place)
    return kept


def _is_same_answer(first: PlaceRow, other: PlaceRow) -> bool:
    big = prominence(first) >= BIG and first.kind != PlaceKind.STATION
    return is_within(first, other, SAME_BIG_ANSWER_M if big else SAME_ANSWER_M)


def _is_called_by_rank(row: PlaceRow) -> bool:
    """Whether a municipality was called with its rank, as 美濃市, which is a station's name too;
    四日市 is the bare name of 四日市市."""
    return (
        row.kind in (PlaceKind.MUNICIPALITY, PlaceKind.CITY)
        and row.key.endswith(MUNICIPAL_SUFFIXES)
        and row.key.endswith(fold_place(row.name))
    )


def _is_one_of(row: PlaceRow, others: Sequence[PlaceRow], within_m: float) -> bool:
    """Whether one of the others has the name and, nearly, the position."""
    name = fold_place(row.name)
    return any(
        is_within(row, other, within_m) and (row.key == other.key or name == fold_place(other.name))
        for other in others
    )
