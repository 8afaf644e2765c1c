"""The figures of the catalogue in words for everybody, with their bars and lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from clinics.curation.quality_charts import Sparkline, bar_width, sparkline
from clinics.documents import QualityReport, QualityShare

# In the order of the page; whether more of it is better.
FIGURES: tuple[tuple[str, str | Promise, str | Promise, bool], ...] = (
    (
        "verified_in_time",
        pgettext_lazy("site", "In time"),
        pgettext_lazy(
            "site",
            "Checked, or else recorded, lately enough; of the clinics we state something of.",
        ),
        True,
    ),
    (
        "overdue",
        pgettext_lazy("site", "Overdue"),
        pgettext_lazy("site", "Due to be checked again; of the clinics we state something of."),
        False,
    ),
    (
        "never_verified",
        pgettext_lazy("site", "Never verified"),
        pgettext_lazy("site", "Nobody has compared the entry with the clinic itself yet."),
        False,
    ),
    (
        "missing_hours",
        pgettext_lazy("site", "Hours unknown"),
        pgettext_lazy("site", "Nobody states them; that does not mean closed."),
        False,
    ),
    (
        "missing_position",
        pgettext_lazy("site", "Position unknown"),
        pgettext_lazy("site", "Found by name, never by distance."),
        False,
    ),
    (
        "missing_claims",
        pgettext_lazy("site", "Nothing but the register"),
        pgettext_lazy("site", "No other page is cited for what they offer."),
        False,
    ),
    (
        "missing_second_opinion",
        pgettext_lazy("site", "Second-opinion terms unknown"),
        pgettext_lazy("site", "That does not mean that they give none."),
        False,
    ),
)
# What has moved is worth a line from this many points on.
LEAST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its bar; ``percent`` None and ``width`` 0: of no clinics at all."""

    title: str | Promise
    hint: str | Promise
    good: bool
    number: int
    of: int
    percent: int | None
    width: str


@dataclass(frozen=True, slots=True)
class Movement:
    """How one figure moved: its line, and its percentages with their instants, newest last."""

    title: str | Promise
    good: bool
    line: Sparkline
    points: tuple[tuple[datetime, int], ...]


def figures(report: QualityReport) -> Iterator[Figure]:
    """The figures of all published clinics."""
    for name, title, hint, good in FIGURES:
        share: QualityShare = report["overall"][name]  # type: ignore[literal-required]
        yield Figure(
            title,
            hint,
            good,
            share["number"],
            share["of"],
            None if share["share"] is None else _percent(share["share"]),
            bar_width(share["share"]),
        )


def movements(report: QualityReport) -> Iterator[Movement]:
    """How the figures moved, of which there are at least two points."""
    for name, title, _hint, good in FIGURES:
        shares = [
            (datetime.fromisoformat(point["taken_at"]), share)
            for point in report["trend"]
            if (share := point["figures"][name]["share"]) is not None  # type: ignore[literal-required]
        ]
        if len(shares) >= LEAST_POINTS:
            points = tuple((at, _percent(share)) for at, share in shares)
            yield Movement(title, good, sparkline(shares), points)


def _percent(share: float) -> int:
    """Whole percent, where only all is 100 and only none is 0."""
    rounded = round(100 * share)
    if 0 < share < 1:
        return min(max(rounded, 1), 99)
    return rounded
