"""What is wrong with a request, as values: one entry for every parameter at fault."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class ParameterError:
    """Something wrong with one parameter; ``message`` names the value and what is accepted.

    ``candidates`` are what an ambiguous value may mean, likeliest first.
    """

    parameter: str
    code: str
    message: str
    suggestion: str | None = None
    candidates: Sequence[Any] = ()


class InvalidParameters(Exception):
    """The question cannot be answered as it was put; nothing was guessed."""

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like ``word``, if any does."""
    return next(iter(get_close_matches(word.casefold()[:64], list(known), n=1, cutoff=0.6)), None)
