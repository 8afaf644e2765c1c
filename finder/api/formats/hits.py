"""What depends on the question, of each hit: the same members in every form of the answer."""

from typing import Any

from finder.query import Hit

# The members that a hit can have, in the order in which they are written.
HIT_FIELDS = ("distance_km", "bearing_deg", "open", "closes_at", "next_opens_at", "reasons")


def hit_fields(hit: Hit, *, ranked: bool) -> dict[str, Any]:
    """Distance and bearing, null without a centre; the rest only where the question asks for it.

    ``ranked`` says that the search is by relevance, so that each hit has its reasons.
    """
    fields: dict[str, Any] = {
        "distance_km": None if hit.distance_mm is None else kilometres(hit.distance_mm),
        "bearing_deg": None if hit.bearing_deg is None else round(hit.bearing_deg) % 360,
    }
    if hit.opening is not None:
        closes_at, next_opens_at = hit.opening.closes_at, hit.opening.next_opens_at
        fields["open"] = True
        fields["closes_at"] = closes_at and f"{closes_at:%H:%M}"
        fields["next_opens_at"] = next_opens_at and next_opens_at.isoformat()
    if ranked:
        fields["reasons"] = list(hit.reasons)
    return fields


def kilometres(distance_mm: int) -> float:
    """Whole millimetres as kilometres to the metre."""
    return (distance_mm + 500) // 1_000 / 1_000
