"""Who is changing the catalogue, why and from where: said once, and written into every history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from clinics.models import Via


@dataclass(frozen=True, slots=True)
class Change:
    """The circumstances of a change. ``by`` is a user, or None where a command made it."""

    by: Any = None
    why: str = ""
    via: str = Via.COMMAND
    reference: str = ""


_current: ContextVar[Change | None] = ContextVar("change", default=None)


@contextmanager
def change(
    *, by: Any = None, why: str = "", via: str | None = None, reference: str = ""
) -> Iterator[Change]:
    """Have every row of history that is written inside carry these circumstances.

    ``via`` is a person's doing where ``by`` is given, else a command's, unless told.
    """
    made = Change(by, why, via or (Via.PERSON if by else Via.COMMAND), reference)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def current_change() -> Change:
    """The circumstances that hold now; those of a nameless command outside of :func:`change`."""
    return _current.get() or Change()


def put_circumstances(*, history_instance: Any, **_: Any) -> None:
    """Fill in a row of history that is about to be written (a signal of django-simple-history)."""
    made = current_change()
    history_instance.history_user = made.by
    history_instance.history_change_reason = made.why
    history_instance.via = made.via
    history_instance.reference = made.reference
