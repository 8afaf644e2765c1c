"""Every point of the article that the project began with has a place, and each place is there."""

import json
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from finder.checklist.files.loading import checklists

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs/article-items.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+?) \| (.+?) \| (.+?) \|", re.MULTILINE)
PLACE = re.compile(r"`([a-z-]+):([a-z0-9-]+)(?:/([a-z0-9-]+))?`")
CHECKLIST = checklists()["second-opinion"]
ROWS = ROW.findall(TABLE.read_text(encoding="utf-8"))


def concepts(scheme: str) -> Collection[str]:
    document = json.loads((ROOT / f"fixtures/taxonomy/{scheme}.json").read_text(encoding="utf-8"))
    return {concept["slug"] for concept in document["concepts"]}


def there_is(kind: str, slug: str, option: str) -> bool:
    if kind == "item":
        item = CHECKLIST.item.get(slug)
        return item is not None and (not option or option in item.option)
    if kind == "routing":
        return slug in {row.slug for row in CHECKLIST.routing}
    return not option and slug in concepts(kind)


def test_the_table_has_the_71_points_of_the_article() -> None:
    assert len({slug for slug, *_ in ROWS}) == len(ROWS) == 71


@pytest.mark.parametrize(("slug", "places"), [(row[0], row[3]) for row in ROWS])
def test_a_point_has_a_place_and_the_place_is_there(slug: str, places: str) -> None:
    named = PLACE.findall(places)
    assert named, slug
    assert PLACE.sub("", places).strip(" ,") == "", "more than places stands here"
    assert [place for place in named if not there_is(*place)] == []


@pytest.mark.official_data
def test_the_table_leaves_no_point_of_the_article_out(official_data_dir: Path) -> None:
    folder = official_data_dir.parent / "clinical"
    points = json.loads((folder / "article_items.json").read_text(encoding="utf-8"))
    assert [(slug, ja, en) for slug, ja, en, _ in ROWS] == [
        (point["slug"], point["ja"], point["en"]) for point in points
    ]
