"""The 47 prefectures, facts of the project: ``fixtures/places/prefectures.json``."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from clinics.imports.places_cells import BadCell
from clinics.imports.places_records import PlaceRecord
from clinics.imports.refusal import ImportRefused
from clinics.models import PlaceKind

PREFECTURES = "prefectures.json"


def places_folder() -> Path:
    """Where the facts of the project are."""
    return Path(settings.FIXTURES_DIR) / "places"


def read_facts(path: Path) -> Any:
    """A JSON file of the project. Raises :class:`ImportRefused` where it cannot be read."""
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ImportRefused(f"{path.name} cannot be read: {error}.") from error


def prefecture_records(folder: Path) -> Iterator[PlaceRecord]:
    """The prefectures at the positions of their offices."""
    for fact in read_facts(folder / PREFECTURES):
        yield PlaceRecord(
            source_id=f"prefecture/{fact['code']}",
            kind=PlaceKind.PREFECTURE,
            name=fact["name"],
            name_kana=fact["name_kana"],
            name_en=fact["name_en"],
            prefecture_code=fact["code"],
            latitude=fact["lat"],
            longitude=fact["lng"],
        )


@cache
def prefecture_names() -> dict[str, str]:
    """Names by JIS X 0401 code."""
    return {fact["code"]: fact["name"] for fact in read_facts(places_folder() / PREFECTURES)}


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, name in prefecture_names().items()}


def prefecture_code(name: str, column: str) -> str:
    """The JIS code of a prefecture by its whole name. Raises :class:`BadCell`."""
    code = _codes().get(name.strip())
    if code is None:
        raise BadCell(column, name, "not a prefecture of Japan; a name such as 東京都 is needed")
    return code
