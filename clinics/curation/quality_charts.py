"""Small charts as shapes: their geometry in the units of an SVG's view box, as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, MARGIN = 240, 48, 4
# A change of less than that must not fill a chart as if it were one of much.
LEAST_SPAN = 0.05


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line through shares over time; ``points`` as SVG writes them, the last one apart."""

    points: str
    last_x: str
    last_y: str


def bar_width(share: float | None) -> str:
    """How long the bar of a share is in a hundred."""
    return f"{100 * (share or 0):.2f}"


def sparkline(shares: Sequence[tuple[datetime, float]]) -> Sparkline:
    """The line through shares at instants, in the order of time; at least one.

    Time is true to scale. The height goes from the least share to the greatest, but over
    ``LEAST_SPAN`` at least.
    """
    first, last = shares[0][0], shares[-1][0]
    seconds = (last - first).total_seconds()
    low = min(share for _, share in shares)
    span = max(max(share for _, share in shares) - low, LEAST_SPAN)

    def place(at: datetime, share: float) -> tuple[str, str]:
        along = (at - first).total_seconds() / seconds if seconds else 1.0
        x = MARGIN + along * (WIDTH - 2 * MARGIN)
        y = HEIGHT - MARGIN - (share - low) / span * (HEIGHT - 2 * MARGIN)
        return f"{x:.1f}", f"{y:.1f}"

    places = [place(*point) for point in shares]
    return Sparkline(" ".join(f"{x},{y}" for x, y in places), *places[-1])
