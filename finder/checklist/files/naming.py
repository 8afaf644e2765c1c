"""Conditions out of a file, with the named ones put in the place of their names."""

from collections.abc import Mapping
from typing import Any

from finder.checklist import definition
from finder.checklist.definition import All, Condition, Not, Test
from finder.checklist.files.shape import Faults, object_of

Names = Mapping[str, Any]
OPERATORS = ("any_of", "is", "at_least", "at_most", "answered")
FORMS = (
    "expected a test ({'item': …} with one of any_of, is, at_least, at_most, answered), "
    "{'all': […]}, {'any': […]}, {'not': …} or {'condition': name}."
)


def named_conditions(raw: Any, faults: Faults) -> Names:
    """The named conditions of a file, unread, each tried once so that an unused one is right too."""
    names = object_of(raw, "conditions", faults) or {}
    for name, condition in names.items():
        read_condition(condition, f"conditions.{name}", names, faults, (name,))
    return names


def read_condition(
    raw: Any, where: str, names: Names, faults: Faults, within: tuple[str, ...] = ()
) -> Condition | None:
    """A condition; ``within`` are the names it stands in. None where it is none, with the fault."""
    members = object_of(raw, where, faults)
    if members is None:
        return None
    if members.keys() == {"condition"}:
        return _named(members["condition"], where, names, faults, within)
    if members.keys() in ({"all"}, {"any"}):
        (word, inner), *_ = members.items()
        read = _list(inner, f"{where}.{word}", names, faults, within)
        return All(read) if word == "all" else definition.Any(read)
    if members.keys() == {"not"}:
        negated = read_condition(members["not"], f"{where}.not", names, faults, within)
        return None if negated is None else Not(negated)
    return _test(members, where, faults)


def _named(
    name: Any, where: str, names: Names, faults: Faults, within: tuple[str, ...]
) -> Condition | None:
    if name not in names:
        faults.add(where, f"no condition is named {name!r}; named are: {', '.join(names)}.")
        return None
    if name in within:
        faults.add(where, f"the condition {name!r} refers to itself, by {' → '.join(within)}.")
        return None
    return read_condition(names[name], where, names, faults, (*within, name))


def _list(
    raw: Any, where: str, names: Names, faults: Faults, within: tuple[str, ...]
) -> tuple[Condition, ...]:
    if not isinstance(raw, list):
        faults.add(where, f"{raw!r}; expected a list of conditions.")
        return ()
    read = [
        read_condition(inner, f"{where}[{index}]", names, faults, within)
        for index, inner in enumerate(raw)
    ]
    return tuple(condition for condition in read if condition is not None)


def _test(members: dict[str, Any], where: str, faults: Faults) -> Test | None:
    given = [operator for operator in OPERATORS if operator in members]
    unknown = members.keys() - {"item", "unit", "part", *OPERATORS}
    if unknown or len(given) != 1 or not isinstance(members.get("item"), str):
        faults.add(where, f"{members!r}; {FORMS}")
        return None
    operator, value = given[0], members[given[0]]
    if not _fits(operator, value):
        faults.add(where, f"{operator}: {value!r}; {FORMS}")
        return None
    names = {"item": members["item"], "unit": members.get("unit"), "part": members.get("part")}
    if operator == "any_of":
        return Test(**names, any_of=tuple(value))
    if operator == "is":
        return Test(**names, equals=value)
    return Test(**names, **{operator: value})


def _fits(operator: str, value: Any) -> bool:
    if operator == "any_of":
        return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
    if operator in ("is", "answered"):
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)
