"""What holding a file against the definition shares: its faults, objects, conditions."""

from typing import Any

from finder.checklist.definition import Condition


class Faults:
    """What is wrong with a file, each with its place."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, message: str) -> None:
        """Note a fault at a place of the file."""
        self.found.append(f"{where or 'the file'}: {message}")


def object_of(raw: Any, where: str, faults: Faults) -> dict[str, Any] | None:
    """A copy of an object's members; None for what is none, with the fault."""
    if isinstance(raw, dict):
        return dict(raw)
    faults.add(where, f"{raw!r}; expected an object.")
    return None


def is_condition(hint: Any) -> bool:
    """Whether a type is that of a condition, or of one that may be left out."""
    return hint in (Condition, Condition | None)
