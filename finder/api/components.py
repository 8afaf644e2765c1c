"""The components of the OpenAPI document, out of the documents' own types.

A typed dictionary is a component, and so is a dataclass of a checklist: a :class:`Text` of it stands in
JSON as a pair of members, one a language.
"""

import types
from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import date
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from finder import checklist
from finder.checklist.definition import LANGUAGES, Condition, Text

PRIMITIVES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
}
CONDITION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": True,
    "description": "A test of an answer (`item` with `any_of`, `is`, `at_least`, `at_most` or `answered`), "
    "or `all`, `any` of conditions, or `not` one",
}


def schema_of(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type hint; typed dictionaries and dataclasses become references.

    An annotation is a description and, where there is more to say, what JSON Schema says of it.
    Raises ``TypeError`` for a type that has no schema here.
    """
    if hint in (Condition, Condition | None):
        return CONDITION if hint == Condition else _nullable(CONDITION)
    if isinstance(hint, type) and hint in PRIMITIVES:
        return dict(PRIMITIVES[hint])
    if is_typeddict(hint) or is_dataclass(hint):
        return {"$ref": f"#/components/schemas/{component_name(hint)}"}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        described = _described(schema_of(arguments[0]), arguments[1])
        return described | (arguments[2] if arguments[2:] else {})
    if origin is NotRequired:
        return schema_of(arguments[0])
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (list, tuple):
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin in (Union, types.UnionType) and arguments[-1] is type(None):
        return _nullable(schema_of(arguments[0]))
    raise TypeError(f"{hint!r} has no schema.")


def component_name(document: Any) -> str:
    """What a document is called among the components."""
    name: str = document.__name__
    if is_typeddict(document):
        return name
    own = document.__module__.startswith(checklist.__name__)
    return f"Checklist{name}" if own and not name.startswith("Checklist") else name


def components_of(documents: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The components of documents, and of those that they are made of, by name."""
    components: dict[str, dict[str, Any]] = {}
    waiting = list(documents)
    while waiting:
        document = waiting.pop()
        name = component_name(document)
        if name in components:
            continue
        hints = _members(document)
        components[name] = {
            "type": "object",
            "description": (document.__doc__ or "").strip(),
            "properties": {member: schema_of(hint) for member, hint in hints.items()},
            "required": sorted(
                document.__required_keys__ if is_typeddict(document) else hints.keys()
            ),
            "additionalProperties": False,
        }
        waiting += [inner for hint in hints.values() for inner in _documents_in(hint)]
    return dict(sorted(components.items()))


def _members(document: Any) -> dict[str, Any]:
    """The members of a document in JSON, with their types."""
    hints = get_type_hints(document, include_extras=True)
    if is_typeddict(document):
        return hints
    members: dict[str, Any] = {}
    for name, hint in hints.items():
        if hint == Text:
            members |= {f"{name}_{language}": str for language in LANGUAGES}
        elif hint == Text | None:
            members |= {f"{name}_{language}": str | None for language in LANGUAGES}
        else:
            members[name] = hint
    return members


def _documents_in(hint: Any) -> list[Any]:
    if hint in (Condition, Condition | None):
        return []
    if is_typeddict(hint) or is_dataclass(hint):
        return [hint]
    return [inner for argument in get_args(hint) for inner in _documents_in(argument)]


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    if "$ref" in schema:
        return {"allOf": [schema], "description": description}
    return schema | {"description": description}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"allOf": [schema], "nullable": True}
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None], "nullable": True}
    return schema | {"nullable": True}
