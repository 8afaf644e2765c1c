"""A stored place as a candidate: its label, its prefecture, its precision."""

from typing import cast

from clinics.models import Concept, PlaceKind, Scheme
from clinics.place_names import without_district
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM
from finder.places.candidate import Candidate, Kind, Prefecture
from finder.places.online import Found
from finder.places.rows import PlaceRow

STATION = "駅"
JAPAN = "JP"
ONLINE_KIND: Kind = "address"


class Prefectures:
    """The prefectures by JIS code, kept in memory; a code not known is looked for again."""

    def __init__(self) -> None:
        self._by_code: dict[str, Prefecture] = {}

    def of(self, code: str, using: str) -> Prefecture | None:
        """The prefecture; None for a blank code or one that does not exist."""
        if code and code not in self._by_code:
            concepts = Concept.objects.using(using).filter(scheme=Scheme.PREFECTURE)
            self._by_code = {
                coding["code"]: Prefecture(slug, label_ja, label_en, coding["code"])
                for slug, label_ja, label_en, codes in concepts.values_list(
                    "slug", "label_ja", "label_en", "codes"
                )
                for coding in codes
                if coding["system"] == PREFECTURE_CODE_SYSTEM
            }
        return self._by_code.get(code)


PREFECTURES = Prefectures()


def candidate(row: PlaceRow, using: str) -> Candidate:
    """The candidate that a stored place makes."""
    prefecture = PREFECTURES.of(row.prefecture_code, using)
    kind = cast(Kind, row.kind)
    return Candidate(
        id=f"{row.source}:{row.source_id}",
        kind=kind,
        name=row.name,
        name_kana=row.name_kana,
        name_en=row.name_en,
        prefecture=prefecture,
        municipality_code=row.municipality_code,
        municipality=row.municipality,
        latitude=row.latitude,
        longitude=row.longitude,
        label=_label(row, prefecture.label_ja if prefecture else ""),
        precision=kind,
    )


def online_candidate(service: str, found: Found) -> Candidate:
    """The candidate that an answer of an online geocoder makes: a label and a position, no more."""
    return Candidate(
        id=f"{service}:{found.latitude:.6f},{found.longitude:.6f}",
        kind=ONLINE_KIND,
        name=found.label,
        name_kana="",
        name_en="",
        prefecture=None,
        municipality_code="",
        municipality="",
        latitude=found.latitude,
        longitude=found.longitude,
        label=found.label,
        precision=ONLINE_KIND,
    )


def _label(row: PlaceRow, prefecture: str) -> str:
    """The name with what tells it from others: 渋谷駅 (東京都), 〒100-0001 東京都千代田区千代田."""
    if row.kind == PlaceKind.PREFECTURE:
        return row.name
    if row.kind == PlaceKind.POSTCODE:
        return f"〒{row.name[:3]}-{row.name[-4:]} {row.detail}".rstrip()
    name = row.name
    if row.kind == PlaceKind.STATION:
        name = f"{name.removesuffix(STATION)}{STATION}"
    around = prefecture if row.country == JAPAN else row.country
    if row.kind == PlaceKind.TOWN:
        around += without_district(row.municipality)
    return f"{name} ({around})" if around else name
