"""The checklists that come with the project are sound, and a faulty file stops the start."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from finder.checklist.files.checks import faults_of
from finder.checklist.files.loading import ChecklistError, checklists, read_directory

ROOT = Path(__file__).parent.parent
FILE = ROOT / "fixtures/checklists/second-opinion.json"
TAXONOMY = ROOT / "fixtures/taxonomy"
KANA = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def pairs(node: Any, where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every text of a file by its place, with its language."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from pairs(inner, f"{where}[{index}]")
    if isinstance(node, dict):
        for name, inner in node.items():
            if name.endswith(("_ja", "_en")):
                yield f"{where}.{name[:-3]}", name[-2:], inner
            else:
                yield from pairs(inner, f"{where}.{name}")


def test_the_second_opinion_checklist_has_its_nine_sections_and_sixty_items(
    raw: dict[str, Any],
) -> None:
    assert len(raw["sections"]) == 9
    assert len({item["slug"] for item in raw["items"]}) == len(raw["items"]) == 60
    assert {item["type"] for item in raw["items"]} == {
        "text",
        "single-choice",
        "multiple-choice",
        "number",
        "scale",
        "date",
        "yes-no",
        "thing-to-bring",
    }


def test_every_text_is_there_in_both_languages_and_in_the_right_one(raw: dict[str, Any]) -> None:
    by_place: dict[str, dict[str, str]] = {}
    for place, language, text in pairs(raw):
        by_place.setdefault(place, {})[language] = text
    assert len(by_place) > 900
    for place, texts in by_place.items():
        assert texts.keys() == {"ja", "en"}, place
        assert texts["ja"].strip() and texts["en"].strip(), place
        # In Japanese: kanji or kana, but for what is written alike in both, such as MRI.
        assert KANA.search(texts["ja"]) or texts["ja"] == texts["en"] or "L-" in texts["ja"], place


def test_nothing_in_it_tells_the_reader_what_they_have(raw: dict[str, Any]) -> None:
    told = [
        text for _, _, text in pairs(raw) if re.search(r"\byou (probably |may )?have\b", text, re.I)
    ]
    assert [text for text in told if "have at hand" not in text] == []
    assert not [text for _, _, text in pairs(raw) if "あなたは" in text]


def test_every_item_has_a_source_of_the_source_list(raw: dict[str, Any]) -> None:
    known = {source["key"]: source for source in raw["sources"]}
    for item in raw["items"]:
        assert item["sources"], item["slug"]
        assert {*item["sources"]} <= known.keys(), item["slug"]
    cited = set(
        re.findall(
            r'"([A-Z0-9]{2,})"',
            json.dumps(raw["items"])
            + json.dumps(raw["routing"])
            + json.dumps(raw["emergency"])
            + json.dumps(raw["early_review"])
            + json.dumps(raw["doors"]),
        )
    )
    assert known.keys() <= cited, known.keys() - cited
    for source in known.values():
        assert source["url"].startswith(("https://", "http://")), source


def test_the_checks_of_every_start_find_nothing() -> None:
    assert [fault for fault in run_checks() if fault.id == "finder.E002"] == []
    assert faults_of(FILE) == []


# What is done to the file, and what the start then says of it.
def _at(document: dict[str, Any], slug: str) -> dict[str, Any]:
    return next(item for item in document["items"] if item["slug"] == slug)


def _set(slug: str, **members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: _at(document, slug).update(members)


def _drop(slug: str, name: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: _at(document, slug).pop(name)


BREAKS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "unknown item in a condition": (
        _set("course", applies_when={"item": "nowhere", "answered": True}),
        "items[course].applies_when: there is no item 'nowhere'.",
    ),
    "unknown option in a condition": (
        _set("course", applies_when={"item": "route", "any_of": ["by-boat"]}),
        "items[course].applies_when: route has no option 'by-boat'; options: new-patient-referral",
    ),
    "unknown name of a condition": (
        _set("course", applies_when={"condition": "rich"}),
        "items[course].applies_when: no condition is named 'rich'; named are: has-seen-doctor",
    ),
    "missing label": (_drop("course", "label_en"), "items[course]: label_en is missing."),
    "blank label": (_set("course", label_ja=" "), "items[course].label: ' '; expected a text"),
    "no label at all": (
        lambda document: [_at(document, "course").pop(f"label_{one}") for one in ("ja", "en")],
        "items[course]: label is missing.",
    ),
    "missing label of an option": (
        lambda document: _at(document, "course")["options"][0].pop("label_ja"),
        "items[course].options[same]: label_ja is missing.",
    ),
    "circle of one": (
        _set("course", applies_when={"item": "course", "answered": True}),
        "items[course].applies_when: it depends on itself.",
    ),
    "circle of two": (
        lambda document: (
            _set("course", applies_when={"item": "side", "answered": True})(document),
            _set("side", applies_when={"item": "course", "answered": True})(document),
        ),
        "items[side].applies_when: it depends on itself.",
    ),
    "circle of names": (
        lambda document: document["conditions"].update(
            here={"any": [{"condition": "there"}]}, there={"condition": "here"}
        ),
        "conditions.here.any[0]: the condition 'here' refers to itself, by here → there.",
    ),
    "missing source": (_set("course", sources=[]), "items[course]: a source is missing."),
    "unknown source": (
        _set("course", sources=["DREAM"]),
        "items[course]: there is no source 'DREAM'.",
    ),
    "unknown member": (
        _set("course", colour="red"),
        "items[course]: unknown member 'colour'; accepted:",
    ),
    "unknown type": (
        _set("course", type="essay"),
        "items[course].type: 'essay'; expected one of text,",
    ),
    "two items of one slug": (
        lambda document: document["items"].append(copy.deepcopy(_at(document, "course"))),
        "items: 'course' is there twice.",
    ),
    "no options": (
        _set("course", options=[]),
        "items[course].options is missing, which a single-choice",
    ),
    "options of a text": (
        lambda document: _at(document, "top-questions").update(
            options=_at(document, "side")["options"]
        ),
        "items[top-questions].options: of single-choice, multiple-choice alone, not of text.",
    ),
    "number compared without its unit": (
        _set("course", applies_when={"item": "time-to-onset", "at_least": 5}),
        "items[course].applies_when: the unit is missing; time-to-onset has: min, km.",
    ),
    "number compared in another unit": (
        _set("course", applies_when={"item": "time-to-onset", "at_least": 5, "unit": "h"}),
        "items[course].applies_when: time-to-onset has no unit 'h'; it has: min, km.",
    ),
    "words compared as a number": (
        _set("course", applies_when={"item": "top-questions", "at_least": 5}),
        "items[course].applies_when: top-questions is a text, not a number.",
    ),
    "condition of no form": (
        _set("course", applies_when={"item": "route", "equals": "x"}),
        "items[course].applies_when: {'item': 'route', 'equals': 'x'}; expected a test",
    ),
    "condition too deep for FHIR": (
        _set(
            "course", applies_when={"all": [{"any": [{"item": "side", "answered": True}] * 2}] * 2}
        ),
        "items[course].applies_when",
    ),
    "negated application": (
        _set("course", applies_when={"not": {"item": "side", "answered": True}}),
        "items[course].applies_when",
    ),
    "emergency sign forgotten": (
        lambda document: document["emergency"]["signs"].pop(),
        "emergency.signs: each option of urgent-signs that excludes no other, once: cord-sign.",
    ),
    "no number to call": (
        lambda document: document["emergency"].update(calls=[]),
        "emergency.calls: whom to call is missing.",
    ),
    "category that nobody can search": (
        lambda document: document["routing"][1]["stops"][0].update(categories=["brain-doctor"]),
        "the taxonomy has no category 'brain-doctor'.",
    ),
    "routing that can end nowhere": (
        lambda document: document["routing"].pop(),
        "routing: the last one must always hold",
    ),
    "term that no clinic has": (
        lambda document: document["clinic_terms"][0].update(term="parking"),
        "clinic_terms[parking]: ",
    ),
    "item that the doctor never sees": (
        lambda document: document["summary"]["blocks"][0]["items"].pop(0),
        "summary: urgent-signs stands there 0 times; expected once.",
    ),
    "item that the doctor sees twice": (
        lambda document: document["summary"]["left_out"].append("course"),
        "summary: course stands there 2 times; expected once.",
    ),
    "qualifier that is taken for words": (
        lambda document: _at(document, "treatments-tried")["qualifier"].update(slug="text"),
        "items[treatments-tried].qualifier: 'text' means something else there; not one of code,",
    ),
    "part of no form": (
        lambda document: _at(document, "weekly-volume")["parts"][0].update(slug="Now"),
        "items[weekly-volume].parts: 'Now'; expected lower-case words with hyphens.",
    ),
    "part that is called as the help is": (
        lambda document: _at(document, "weekly-volume")["parts"][0].update(slug="help"),
        "in FHIR two things are called 'weekly-volume.help'; one needs another name.",
    ),
    "section that is called as an item is": (
        lambda document: (
            document["sections"][0].update(slug="course"),
            [item.update(section="course") for item in document["items"][:2]],
        ),
        "in FHIR two things are called 'course'; one needs another name.",
    ),
    "version of no form": (
        lambda document: document.update(version="one"),
        "version: 'one'; expected major.minor.patch.",
    ),
    "other name": (
        lambda document: document.update(slug="third-opinion"),
        "slug: 'third-opinion'; expected the name of the file, 'second-opinion'.",
    ),
    "text where a number is asked": (
        _set("severity", most="ten"),
        "items[severity].most: 'ten'; expected a number.",
    ),
    "list where an object is asked": (
        lambda document: document.update(review=[]),
        "review: []; expected an object.",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_fault_is_named_with_its_place_and_what_is_accepted(
    name: str, raw: dict[str, Any], tmp_path: Path
) -> None:
    break_it, expected = BREAKS[name]
    document = copy.deepcopy(raw)
    break_it(document)
    path = tmp_path / FILE.name
    path.write_text(json.dumps(document), encoding="utf-8")
    found = faults_of(path)
    assert [
        fault for fault in found if f"second-opinion.json: {expected}" in fault or expected in fault
    ], found
    assert len(found) <= 4, found


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', '{"slug": "second-opinion"}'])
def test_a_file_that_is_no_checklist_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "second-opinion.json").write_text(text, encoding="utf-8")
    with pytest.raises(ChecklistError, match=r"second-opinion\.json: "):
        read_directory(tmp_path)


@pytest.fixture
def other_fixtures(tmp_path: Path, settings: LazySettings, raw: dict[str, Any]) -> Iterator[Path]:
    """Fixtures of one's own, in which a second checklist can be put."""
    (tmp_path / "taxonomy").symlink_to(TAXONOMY)
    directory = tmp_path / "checklists"
    directory.mkdir()
    (directory / FILE.name).write_text(json.dumps(raw), encoding="utf-8")
    settings.FIXTURES_DIR = tmp_path
    checklists.cache_clear()
    yield directory
    checklists.cache_clear()


def test_a_checklist_is_added_by_adding_a_file(other_fixtures: Path, raw: dict[str, Any]) -> None:
    second = raw | {"slug": "first-visit", "version": "0.1.0", "title_en": "A first visit"}
    (other_fixtures / "first-visit.json").write_text(json.dumps(second), encoding="utf-8")
    assert run_checks() == []
    assert list(checklists()) == ["first-visit", "second-opinion"]


def test_a_faulty_file_stops_the_start(other_fixtures: Path, raw: dict[str, Any]) -> None:
    broken = copy.deepcopy(raw)
    _at(broken, "side")["sources"] = []
    (other_fixtures / FILE.name).write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(CommandError, match=r"items\[side\]: a source is missing"):
        call_command("check")
