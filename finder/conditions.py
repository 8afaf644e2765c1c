"""Tests on a row of a search, as SQL that SQLite and PostgreSQL read alike.

A row is a posting, the text of a listing, or a listing itself. Each condition knows how to put
itself to each of them, so that whatever drives a search, every filter is a test on its rows.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from clinics.position import ecef
from finder.opening import DayKind, LocalMoment
from finder.query import Box

MINUTES_A_DAY = 1_440
# Nearer to an edge of a box than this, degrees are compared instead of earth-centred metres, whose
# last bits depend on rounding.
EDGE_M = 0.001
# Ends every look-up, so that PostgreSQL looks up row by row: it would read the whole table first
# and hash it, for a page of twenty. It leaves alone what has an offset.
AT_ONCE = "LIMIT 1 OFFSET 0"


class Sql(NamedTuple):
    """A piece of SQL and the values of its placeholders, in order."""

    text: str
    values: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What is tested: its alias in the statement, and its column with the listing's id."""

    alias: str
    listing_column: str = "listing_id"
    is_text: bool = False
    is_posting: bool = False

    @property
    def is_listing(self) -> bool:
        """Whether it is the listing itself, with degrees and dates, and without metres."""
        return self.listing_column == "id"

    @property
    def listing(self) -> str:
        """The expression for the listing's id."""
        return f"{self.alias}.{self.listing_column}"


POSTING = Row("p", is_posting=True)
TEXT = Row("p", is_text=True)
LISTING = Row("l", "id")


class Condition(Protocol):
    """A test that a row meets or not."""

    def on(self, row: Row) -> Sql:
        """The condition on a row, in brackets of its own where it needs them."""
        ...


def placeholders(values: Sequence[object]) -> str:
    """As many placeholders as there are values."""
    return ", ".join(["%s"] * len(values))


def joined(parts: Iterable[Sql], word: str) -> Sql:
    """Conditions joined by ``AND`` or ``OR``, each in brackets; nothing for none."""
    parts = list(parts)
    return Sql(
        f" {word} ".join(f"({part.text})" for part in parts),
        [value for part in parts for value in part.values],
    )


@dataclass(frozen=True, slots=True)
class Not:
    """What does not meet a condition."""

    condition: Condition

    def on(self, row: Row) -> Sql:
        """The condition, turned round."""
        text, values = self.condition.on(row)
        return Sql(f"NOT ({text})", values)


@dataclass(frozen=True, slots=True)
class All:
    """What meets each of some conditions; the cheapest comes first."""

    conditions: tuple[Condition, ...]

    def on(self, row: Row) -> Sql:
        """The conditions one after the other."""
        return joined([condition.on(row) for condition in self.conditions], "AND")


@dataclass(frozen=True, slots=True)
class Inside:
    """A position in a rectangle of degrees, edges included."""

    box: Box

    def on(self, row: Row) -> Sql:
        """On a listing its degrees are compared.

        On other rows the earth-centred metres decide, all but those within ``EDGE_M`` of an edge,
        for which the listing is looked at. Latitude rises with z. A point is east of a meridian,
        by less than half a turn, if it lies on the positive side of the half-plane through it.
        """
        if row.is_listing:
            return self._degrees(row.alias)
        looked_at = self._degrees("b")
        outer, inner = self._metres(row.alias, -EDGE_M), self._metres(row.alias, EDGE_M)
        exactly = (
            f"EXISTS (SELECT 1 FROM clinics_listing b WHERE b.id = {row.listing} "
            f"AND {looked_at.text} {AT_ONCE})"
        )
        return Sql(
            f"{outer.text} AND ({inner.text} OR {exactly})",
            [*outer.values, *inner.values, *looked_at.values],
        )

    def _degrees(self, alias: str) -> Sql:
        west, east = self.box.west, self.box.east
        word = "AND" if west <= east else "OR"
        # The antimeridian has two names, and a box that ends on one holds both.
        meridian = f" OR abs({alias}.longitude) = 180" if west == -180 or east == 180 else ""
        return Sql(
            f"({alias}.latitude BETWEEN %s AND %s "
            f"AND ({alias}.longitude >= %s {word} {alias}.longitude <= %s{meridian}))",
            [self.box.south, self.box.north, west, east],
        )

    def _metres(self, alias: str, margin_m: float) -> Sql:
        """At least a margin within the edges; a negative margin lets in what lies just outside."""
        box = self.box
        lowest, highest = ecef(box.south, 0).z, ecef(box.north, 0).z
        parts = [Sql(f"{alias}.z BETWEEN %s AND %s", [lowest + margin_m, highest - margin_m])]
        if box.east - box.west < 360:
            width = (box.east - box.west) % 360
            sides = [
                _side(alias, longitude, sign, margin_m)
                for longitude, sign in ((box.west, 1), (box.east, -1))
            ]
            parts.append(joined(sides, "AND" if width <= 180 else "OR"))
        return joined(parts, "AND")


def _side(alias: str, longitude: float, sign: int, margin_m: float) -> Sql:
    """On the east (1) or west (-1) of a meridian by at least a margin, half a turn far at most."""
    sine, cosine = math.sin(math.radians(longitude)), math.cos(math.radians(longitude))
    return Sql(f"{alias}.y * (%s) - {alias}.x * (%s) >= %s", [sign * cosine, sign * sine, margin_m])


@dataclass(frozen=True, slots=True)
class OpenAt:
    """Open at an instant; hours that nobody states are not open."""

    moment: LocalMoment

    def on(self, row: Row) -> Sql:
        """A session of that day, or one of the day before that goes on past midnight."""
        moment = self.moment
        return joined(
            [
                _open(row, moment.today, moment.minute),
                _open(row, moment.yesterday, moment.minute + MINUTES_A_DAY),
            ],
            "OR",
        )


def _open(row: Row, day: DayKind, minute: int) -> Sql:
    return Sql(
        f"EXISTS (SELECT 1 FROM clinics_opensession s WHERE s.listing_id = {row.listing} "
        f"AND (s.days & %s) <> 0 AND (s.weeks & %s) <> 0 AND s.opens <= %s AND s.closes > %s {AT_ONCE}) "
        f"AND NOT EXISTS (SELECT 1 FROM clinics_closeddate d WHERE d.listing_id = {row.listing} "
        f"AND d.month_day = %s {AT_ONCE})",
        [day.day_bit, day.week_bit, minute, minute, day.month_day],
    )


@dataclass(frozen=True, slots=True)
class VerifiedSince:
    """Verified by the curators on a day or later."""

    day: date

    def on(self, row: Row) -> Sql:
        """The listing's own date; of one never verified it is false, not null, to be negated."""
        if row.is_listing:
            alias = row.alias
            return Sql(f"{alias}.verified_on IS NOT NULL AND {alias}.verified_on >= %s", [self.day])
        return Sql(
            f"EXISTS (SELECT 1 FROM clinics_listing v WHERE v.id = {row.listing} "
            f"AND v.verified_on >= %s {AT_ONCE})",
            [self.day],
        )
