"""From a reviewed file to a :class:`~finder.checklist.definition.Checklist`.

The dataclasses say what a file may hold; this module holds a file against them and names every
member that is missing, unknown or of another kind. Whether what it says makes sense together is
:mod:`finder.checklist.files.soundness`'s question.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from django.conf import settings

from finder.checklist.definition import LANGUAGES, Checklist, Choice, Item, Text
from finder.checklist.files.naming import Names, named_conditions, read_condition
from finder.checklist.files.shape import Faults, is_condition, object_of

# The file's word where Python has another use for it.
SHORT_OF_LABEL = (Choice, Item)
KINDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


class ChecklistError(ValueError):
    """A checklist cannot be used; ``faults`` name each place, its value and what is accepted."""

    def __init__(self, file: str, faults: list[str]) -> None:
        self.faults = [f"{file}: {fault}" for fault in faults]
        super().__init__("\n".join(self.faults))


@lru_cache(maxsize=1)
def checklists() -> Mapping[str, Checklist]:
    """Every checklist of ``fixtures/checklists`` by slug, read once.

    Raises :class:`ChecklistError` for a file that cannot be used, which no start lets pass.
    """
    return read_directory(settings.FIXTURES_DIR / "checklists")


def read_directory(directory: Path) -> dict[str, Checklist]:
    """The checklists of every ``*.json`` of a directory, by slug. Raises :class:`ChecklistError`."""
    return {path.stem: read_checklist(path) for path in sorted(directory.glob("*.json"))}


def read_checklist(path: Path) -> Checklist:
    """The checklist of one file, which is named after its slug. Raises :class:`ChecklistError`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ChecklistError(path.name, [f"not JSON in UTF-8: {error}"]) from error
    checklist, faults = build_checklist(raw)
    if checklist and checklist.slug != path.stem:
        faults.append(f"slug: {checklist.slug!r}; expected the name of the file, {path.stem!r}.")
    if faults or checklist is None:
        raise ChecklistError(path.name, faults)
    return checklist


def build_checklist(raw: Any) -> tuple[Checklist | None, list[str]]:
    """The checklist of a parsed file, or None with what is wrong with it."""
    faults = Faults()
    members = object_of(raw, "", faults)
    if members is None:
        return None, faults.found
    names = named_conditions(members.pop("conditions", {}), faults)
    checklist = _build(Checklist, members, "", names, faults)
    return (None if faults.found else checklist), faults.found


def _build(hint: Any, raw: Any, where: str, names: Names, faults: Faults) -> Any:
    """A value of a type of :mod:`definition`; None where it could not be made, with the fault."""
    if is_condition(hint):
        return read_condition(raw, where, names, faults)
    if hint is Text:
        return _text(raw, where, faults)
    if is_dataclass(hint):
        return _object(hint, raw, where, names, faults)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if raw not in arguments:
            faults.add(where, f"{raw!r}; expected one of {', '.join(arguments)}.")
        return raw
    if origin in (Union, types.UnionType):
        return None if raw is None else _build(arguments[0], raw, where, names, faults)
    if origin is tuple:
        if not isinstance(raw, list):
            faults.add(where, f"{raw!r}; expected a list.")
            return ()
        return tuple(
            _build(arguments[0], inner, f"{where}[{_name(inner, index)}]", names, faults)
            for index, inner in enumerate(raw)
        )
    return _primitive(hint, raw, where, faults)


def _object(cls: Any, raw: Any, where: str, names: Names, faults: Faults) -> Any:
    members = object_of(raw, where, faults)
    if members is None:
        return None
    members = _paired(cls, members, where, faults)
    known = _hints(cls)
    for name in members.keys() - known.keys():
        faults.add(where, f"unknown member {name!r}; accepted: {', '.join(known)}.")
    if cls in SHORT_OF_LABEL and "short" not in members and "label" in members:
        members["short"] = members["label"]
    required = {f.name for f in fields(cls) if f.default is MISSING}
    for name in sorted(required - members.keys()):
        faults.add(where, f"{name} is missing.")
    before = len(faults.found)
    values = {
        name: _build(known[name], value, f"{where}.{name}".lstrip("."), names, faults)
        for name, value in members.items()
        if name in known
    }
    complete = required <= values.keys() and len(faults.found) == before
    return cls(**values) if complete else None


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _paired(cls: Any, members: dict[str, Any], where: str, faults: Faults) -> dict[str, Any]:
    """The members with each pair of languages as one; a text in one language alone is a fault."""
    paired = dict(members)
    for name, hint in _hints(cls).items():
        if Text not in (hint, *get_args(hint)):
            continue
        given = {language: paired.pop(f"{name}_{language}", None) for language in LANGUAGES}
        if not any(given.values()):
            continue
        for language, words in given.items():
            if not words:
                faults.add(where, f"{name}_{language} is missing.")
        paired[name] = given
    return paired


def _text(raw: Any, where: str, faults: Faults) -> Text | None:
    if not isinstance(raw, dict) or raw.keys() != set(LANGUAGES):
        faults.add(where, "expected a text in ja and en.")
        return None
    words = {language: _primitive(str, raw[language], where, faults) for language in LANGUAGES}
    return Text(**words) if all(words.values()) else None


def _primitive(kind: Any, raw: Any, where: str, faults: Faults) -> Any:
    accepted = (int, float) if kind is float else kind
    if not isinstance(raw, accepted) or (isinstance(raw, bool) and kind is not bool):
        faults.add(where, f"{raw!r}; expected {KINDS[kind]}.")
        return None
    if isinstance(raw, str) and (not raw.strip() or raw != raw.strip()):
        faults.add(where, f"{raw!r}; expected a text without blanks around it.")
        return None
    return raw


def _name(raw: Any, index: int) -> Any:
    """What a list's member is called in a fault: its slug, code or key, or its number."""
    if isinstance(raw, dict):
        for key in ("slug", "code", "key", "option", "term", "number"):
            if isinstance(raw.get(key), str):
                return raw[key]
    return index
