"""Opening hours and closing days as values: what a week of a department looks like."""

from dataclasses import dataclass
from datetime import time
from typing import Any, Literal

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol"]
Answer = Literal["open", "closed", "unknown"]

WEEKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS: tuple[Day, ...] = (*WEEKDAYS, "hol")


@dataclass(frozen=True, slots=True)
class Session:
    """One consultation session on some days, with its reception hours where stated.

    ``number`` is the register's band, 1 to 3: a place in a list, not morning or evening. A
    closing time at or before the opening time lies on the next day.
    """

    number: int
    days: tuple[Day, ...]
    opens: time
    closes: time
    reception_opens: time | None = None
    reception_closes: time | None = None


@dataclass(frozen=True, slots=True)
class Closures:
    """The days a facility says it is closed.

    ``weekly`` has the seven answers from Monday; ``nth_week`` the days closed in the first to
    fifth week of a month, as ``(week, day)``, or None where the question was left unanswered;
    ``public_holidays`` the answer for those.
    """

    weekly: tuple[Answer, ...] = ("unknown",) * 7
    nth_week: tuple[tuple[int, Day], ...] | None = None
    public_holidays: Answer = "unknown"

    def as_json(self) -> dict[str, Any]:
        """The form kept in the catalogue and shown to the public; empty when nothing is known."""
        if self == Closures():
            return {}
        return {
            "weekly": dict(zip(WEEKDAYS, self.weekly, strict=True)),
            "nth_week": None
            if self.nth_week is None
            else [{"week": week, "day": day} for week, day in self.nth_week],
            "public_holidays": self.public_holidays,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Closures":
        """What :meth:`as_json` made."""
        if not document:
            return cls()
        nth_week = document["nth_week"]
        return cls(
            weekly=tuple(document["weekly"][day] for day in WEEKDAYS),
            nth_week=None if nth_week is None else tuple((c["week"], c["day"]) for c in nth_week),
            public_holidays=document["public_holidays"],
        )
