"""The documents of checklists: the definition as it is, and the list of what there is."""

from dataclasses import is_dataclass
from functools import cache
from typing import Annotated, Any, TypedDict, get_type_hints

from finder.checklist import definition
from finder.checklist.definition import LANGUAGES, All, Checklist, Not, Test, Text


class ChecklistBrief(TypedDict):
    """A checklist in the list of them."""

    slug: str
    version: str
    country: Annotated[str, "ISO 3166-1 alpha-2: whose emergency numbers and customs are meant"]
    title_ja: str
    title_en: str
    about_ja: str
    about_en: str
    reviewed_by: Annotated[str | None, "null: no clinician has reviewed it yet"]
    items: Annotated[int, "How many"]
    url: Annotated[str, "Path of the definition"]


class ChecklistList(TypedDict):
    """The checklists that there are."""

    results: list[ChecklistBrief]


def brief(checklist: Checklist, url: str) -> ChecklistBrief:
    """A checklist in the list of them."""
    return {
        "slug": checklist.slug,
        "version": checklist.version,
        "country": checklist.country,
        "title_ja": checklist.title.ja,
        "title_en": checklist.title.en,
        "about_ja": checklist.about.ja,
        "about_en": checklist.about.en,
        "reviewed_by": checklist.review.reviewed_by,
        "items": len(checklist.items),
        "url": url,
    }


def json_document(value: Any) -> Any:
    """A document as JSON: texts as a pair of members, conditions as in the files."""
    if isinstance(value, Test | All | definition.Any | Not):
        return condition_document(value)
    if isinstance(value, dict):
        return {name: json_document(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [json_document(inner) for inner in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    document: dict[str, Any] = {}
    for name, hint in type_hints(type(value)).items():
        inner = getattr(value, name)
        if hint in (Text, Text | None):
            for language in LANGUAGES:
                document[f"{name}_{language}"] = inner and inner.in_language(language)
        else:
            document[name] = json_document(inner)
    return document


type_hints = cache(get_type_hints)


def condition_document(condition: definition.Condition) -> dict[str, Any]:
    """A condition as the files write it, the named ones in their place."""
    if isinstance(condition, All):
        return {"all": [condition_document(inner) for inner in condition.of]}
    if isinstance(condition, definition.Any):
        return {"any": [condition_document(inner) for inner in condition.of]}
    if isinstance(condition, Not):
        return {"not": condition_document(condition.of)}
    members = {
        "item": condition.item,
        "any_of": condition.any_of and list(condition.any_of),
        "is": condition.equals,
        "at_least": condition.at_least,
        "at_most": condition.at_most,
        "answered": condition.answered,
        "unit": condition.unit,
        "part": condition.part,
    }
    return {name: value for name, value in members.items() if value is not None}
