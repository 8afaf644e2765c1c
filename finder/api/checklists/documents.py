"""The documents of checklists: the definition as it is, and the list of what there is."""

from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypedDict

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


def definition_document(value: Any) -> Any:
    """A value of the definition as JSON: texts as a pair of members, conditions as in the files."""
    if isinstance(value, Test | All | definition.Any | Not):
        return condition_document(value)
    if isinstance(value, tuple):
        return [definition_document(inner) for inner in value]
    if not is_dataclass(value):
        return value
    document: dict[str, Any] = {}
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.type in (Text, Text | None):
            document |= both(field.name, inner)
        else:
            document[field.name] = definition_document(inner)
    return document


def both(name: str, text: Text | None) -> dict[str, str | None]:
    """A text as a pair of members; both null where there is none."""
    return {f"{name}_{language}": text and text.in_language(language) for language in LANGUAGES}


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
