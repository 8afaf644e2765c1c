"""Small gazetteers for tests: a place and its names, by the keys of the catalogue."""

from itertools import count

from clinics.models import Place, PlaceName
from clinics.place_names import place_keys

PREFECTURES = {"13": "東京都", "14": "神奈川県", "26": "京都府", "27": "大阪府", "34": "広島県"}
NUMBERS = count(1)


def place(
    kind,
    name,
    latitude,
    longitude,
    *,
    prefecture="",
    municipality="",
    municipality_code="",
    weight=0,
    lines=0,
    kana="",
    name_en="",
    aliases=(),
    detail="",
    source="test",
):
    """Store a place with every spelling under which it is found."""
    stored = Place.objects.create(
        source=source,
        source_id=str(next(NUMBERS)),
        kind=kind,
        name=name,
        name_kana=kana,
        name_en=name_en,
        country="JP" if prefecture or name[0] > "z" or name[0].isdigit() else "XX",
        prefecture_code=prefecture,
        municipality_code=municipality_code,
        municipality=municipality,
        latitude=latitude,
        longitude=longitude,
        weight=weight or lines,
        detail=detail,
    )
    keys = place_keys(
        kind,
        name,
        kana=kana,
        name_en=name_en,
        municipality=municipality if kind == "town" else "",
        prefecture=PREFECTURES.get(prefecture, ""),
        aliases=aliases,
    )
    tier = int(kind in ("town", "postcode"))
    PlaceName.objects.bulk_create(
        PlaceName(tier=tier, key=key.encode(), place=stored) for key in sorted(keys)
    )
    return stored
