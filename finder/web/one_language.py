"""Documents in both languages, as a template shows them in one."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from finder.checklist.definition import Language, Text


def in_one_language(value: Any, language: Language) -> Any:
    """The same document with each text in one language.

    Values become mappings, pairs of members such as ``label_ja`` and ``label_en`` one member
    (``label``), texts their words. What is none of these stays as it is.
    """
    if isinstance(value, Text):
        return value.in_language(language)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: in_one_language(getattr(value, field.name), language)
            for field in fields(value)
        }
    if isinstance(value, Mapping):
        told = {name: in_one_language(inner, language) for name, inner in value.items()}
        for name in value:
            if name.endswith("_ja") and f"{name[:-3]}_en" in value:
                told[name[:-3]] = told[f"{name[:-3]}_{language}"]
        return told
    if isinstance(value, list | tuple):
        return [in_one_language(inner, language) for inner in value]
    return value
