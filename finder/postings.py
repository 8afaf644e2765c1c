"""Reads the clinics of a plan, in each order that a search can have, and counts them.

With :mod:`finder.walks` and :mod:`finder.facets` the only modules with a search's statements, the
same for SQLite and PostgreSQL.
"""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections

from clinics.position import Ecef, ecef, geodesic_m
from finder.cells import (
    ANYWHERE,
    COARSEST_LEVEL,
    EVERYWHERE,
    Block,
    block,
    covering,
    level_of_height,
)
from finder.conditions import LISTING, Sql
from finder.query import (
    COUNT_LIMIT,
    Hit,
    NameKey,
    Page,
    RankedKey,
    SearchQuery,
)
from finder.readings import Bounds, Candidate, Named, Reading, millimetres
from finder.terms import Plan
from finder.walks import Walk

# A driver of this many postings is read whole and sorted or counted.
READ_WHOLE = 4_000

# Brackets around each value: a negative number bound as text after a minus would be a comment.
SQUARED_CHORD = "((p.x-(%s))*(p.x-(%s)) + (p.y-(%s))*(p.y-(%s)) + (p.z-(%s))*(p.z-(%s)))"
# CROSS JOIN, that SQLite looks the listing up and does not begin with reading all listings.
WITH_LISTING = "CROSS JOIN clinics_listing l"
OF_LISTING = "AND l.id = p.listing_id"
NAMED = "l.id, l.name_key, l.facility_id, l.latitude, l.longitude"
NO_RANK = Sql("0")
IN_ORDER_OF_NAMES = "ORDER BY l.name_key, l.facility_id"


def verification_rank(day: date | str) -> int:
    """Where a day of verification stands among the ranks: the newest first, all before 0."""
    return -(day if isinstance(day, date) else date.fromisoformat(day)).toordinal()


def verification_day(rank: int) -> date:
    """The day that has a rank."""
    return date.fromordinal(-rank)


class Postings:
    """The rows of a plan, as seen from a centre where there is one.

    ``whole`` is the smallest known block that holds every match.
    """

    def __init__(self, plan: Plan, query: SearchQuery, using: str) -> None:
        centre = query.centre
        self.plan = plan
        self.query = query
        self.using = using
        here = ecef(centre.latitude, centre.longitude) if centre else Ecef(0.0, 0.0, 0.0)
        # To the nanometre: PostgreSQL refuses squares so small that they underflow.
        self.here = Ecef(*(round(metres, 9) for metres in here))
        self.whole = _whole(query)
        self.walk = Walk(plan, using)
        self._squares = [value for value in self.here for _ in range(2)]
        self._measured: dict[int, Candidate] = {}

    @property
    def is_small(self) -> bool:
        """Whether reading everything at once is the quickest."""
        return self.plan.words is not None or self.plan.driver.postings <= READ_WHOLE

    def read(
        self, area: Block, floor_m: float, bound_m: float, limit: int | None
    ) -> tuple[list[Reading], bool]:
        """The rows whose chord is within bounds, nearest first, and whether ``limit`` cut them.

        A clinic that carries several of the driver's terms may come several times. Documents are
        read along where there is a limit.
        """
        document = "''" if limit is None else "l.summary"
        limit = self._rows(limit)
        where = self.chords((">=", floor_m), ("<=", bound_m))
        rows = self.walk.fetch(
            area,
            f"""
            SELECT c.listing_id, l.facility_id, c.x, c.y, c.z, c.squared_chord, {document} FROM (
                SELECT p.listing_id, p.x, p.y, p.z, {SQUARED_CHORD} AS squared_chord
                {{walk}} {where.text}
                ORDER BY squared_chord, p.listing_id {_limit(limit)}
            ) c JOIN clinics_listing l ON l.id = c.listing_id ORDER BY c.squared_chord
            """,
            before=self._squares,
            after=where.values,
        )
        return [Reading(*row) for row in rows], limit is not None and len(rows) >= limit

    def read_ranked(
        self, rank: Sql, first: tuple[int, float], bound_m: float, limit: int
    ) -> tuple[list[Reading], bool]:
        """The rows by rank and then by chord, from a rank and a chord on; as :meth:`read`."""
        limit = self._rows(limit) or 0
        least_rank, floor_m = first
        where = self.chords(("<=", bound_m))
        rows = self.walk.fetch(
            self.whole,
            f"""
            SELECT c.listing_id, l.facility_id, c.x, c.y, c.z, c.squared_chord, l.summary, c.tier
            FROM (
                SELECT * FROM (
                    SELECT p.listing_id, p.x, p.y, p.z, {SQUARED_CHORD} AS squared_chord,
                    {rank.text} AS tier {{walk}} {where.text}
                ) r WHERE r.tier > %s OR (r.tier = %s AND r.squared_chord >= %s)
                ORDER BY tier, squared_chord, listing_id {_limit(limit)}
            ) c JOIN clinics_listing l ON l.id = c.listing_id ORDER BY c.tier, c.squared_chord
            """,
            before=[*self._squares, *rank.values],
            after=[*where.values, least_rank, least_rank, floor_m * floor_m],
        )
        return [Reading(*row) for row in rows], len(rows) >= limit

    def read_by_name(
        self,
        area: Block,
        bound_m: float,
        after: NameKey | RankedKey | None,
        limit: int,
        rank: Sql = NO_RANK,
    ) -> list[Named]:
        """The next clinics by rank and name within a chord, sorted from all that match.

        A text has its listing's name beside it; of a posting the listing is looked up.
        """
        where = self.chords(("<=", bound_m))
        later = _after(after, "n.")
        is_text = self.walk.row.is_text
        named = (
            "p.listing_id, p.name_key, p.facility_id"
            if is_text
            else "DISTINCT p.listing_id, l.name_key, l.facility_id"
        )
        rows = self.walk.fetch(
            area,
            f"""
            SELECT l.id, c.name_key, c.facility_id, l.latitude, l.longitude, c.tier FROM (
                SELECT * FROM (
                    SELECT {named}, {rank.text} AS tier
                    {{walk}} {"" if is_text else OF_LISTING} {where.text}
                ) n WHERE TRUE {later.text}
                ORDER BY n.tier, n.name_key, n.facility_id {_limit(limit)}
            ) c JOIN clinics_listing l ON l.id = c.listing_id
            ORDER BY c.tier, c.name_key, c.facility_id
            """,
            before=rank.values,
            after=[*where.values, *later.values],
            join="" if is_text else WITH_LISTING,
        )
        return list(map(_named, rows))

    def read_by_verification(
        self, area: Block, bound_m: float, after: RankedKey | None, limit: int
    ) -> list[Named]:
        """The next clinics by the day they were verified, newest first, and by name."""
        where = self.chords(("<=", bound_m))
        later = Sql("")
        if after is not None:
            assert isinstance(after.within, NameKey)
            name = _after(after.within, "n.")
            day = verification_day(after.rank)
            later = Sql(
                f"AND (n.verified_on < %s OR (n.verified_on = %s {name.text}))",
                [day, day, *name.values],
            )
        rows = self.walk.fetch(
            area,
            f"""
            SELECT * FROM (
                SELECT DISTINCT {NAMED}, l.verified_on {{walk}} {OF_LISTING} {where.text}
            ) n
            WHERE TRUE {later.text} ORDER BY n.verified_on DESC, n.name_key, n.facility_id
            {_limit(limit)}
            """,
            after=[*where.values, *later.values],
            join=WITH_LISTING,
        )
        return [_named((*row[:-1], verification_rank(row[-1]))) for row in rows]

    def walk_names(self, after: NameKey | None, limit: int) -> list[Named]:
        """The next clinics by name, found by walking the index of names and testing each."""
        tests = self.plan.tests(LISTING)
        later = _after(after, "l.")
        with connections[self.using].cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {NAMED}, 0 FROM clinics_listing l
                WHERE l.published = TRUE {tests.text} {later.text} {IN_ORDER_OF_NAMES}
                {_limit(limit)}
                """,
                [*tests.values, *later.values],
            )
            return list(map(_named, cursor.fetchall()))

    def page(self, query: SearchQuery, hits: tuple[Hit, ...], *, more: bool) -> Page:
        """The hits with their count, as the query wants it."""
        if query.count == "none":
            return Page(hits, more, count=None, count_exact=False)
        if not more and query.after is None:
            return Page(hits, more, count=len(hits), count_exact=True)
        limit = COUNT_LIMIT if query.count == "bounded" else None
        number = self.count(limit)
        if limit is not None and number > limit:
            return Page(hits, more, count=limit, count_exact=False)
        return Page(hits, more, count=number, count_exact=True)

    def count(self, limit: int | None) -> int:
        """How many clinics match; counting stops just beyond ``limit``.

        Below the chord floor of the radius everything counts, above its ceiling nothing does; only
        between the two is a distance computed.
        """
        if self.query.radius_km is None:
            return self.count_rows(self.whole, math.inf, limit)
        bounds = Bounds.of(self.query.radius_km)
        area = self.area(bounds.ceiling_m)
        inside = self.count_rows(area, bounds.certain_m, limit)
        if limit is not None and inside > limit:
            return inside
        edge, _ = self.read(area, bounds.certain_m, bounds.ceiling_m, None)
        return inside + sum(map(bounds.hold, self.candidates(edge)))

    def area(self, chord_m: float) -> Block:
        """The smallest block that holds every match within a chord of the centre."""
        centre = self.query.centre
        if centre is not None and chord_m < math.inf and not self.is_small:
            for level in range(level_of_height(chord_m), COARSEST_LEVEL - 1, -1):
                area = block(centre.latitude, centre.longitude, level)
                if area.reach_m >= chord_m:
                    return area if area.level > self.whole.level else self.whole
        return self.whole

    def count_rows(self, area: Block, bound_m: float, limit: int | None) -> int:
        """How many clinics of an area match within a chord; at most one more than ``limit``."""
        where = self.chords(("<", bound_m))
        once = "DISTINCT" if len(self.plan.driver.terms) > 1 else ""
        ((number,),) = self.walk.fetch(
            area,
            f"""
            SELECT COUNT(*) FROM (
                SELECT {once} p.listing_id {{walk}} {where.text}
                {_limit(None if limit is None else limit + 1)}
            ) c
            """,
            after=where.values,
        )
        return int(number)

    def candidates(self, readings: Iterable[Reading]) -> list[Candidate]:
        """The clinics read, each once, with their exact distances."""
        return [
            self._measured.get(reading.listing_id) or self._measure(reading)
            for reading in {reading.listing_id: reading for reading in readings}.values()
        ]

    def _measure(self, reading: Reading) -> Candidate:
        point = Ecef(reading.x, reading.y, reading.z)
        candidate = Candidate(
            distance_mm=self.distance_mm(point),
            clinic_id=_hex(reading.clinic_id),
            listing_id=reading.listing_id,
            point=point,
            document=reading.document,
        )
        self._measured[reading.listing_id] = candidate
        return candidate

    def distance_mm(self, point: Ecef) -> int:
        """The exact distance of a point from the centre."""
        return millimetres(geodesic_m(self.here, point))

    def _rows(self, limit: int | None) -> int | None:
        """As many rows as surely hold ``limit`` clinics."""
        if limit is None or self.plan.words is not None:
            return limit
        return limit * len(self.plan.driver.term_ids)

    def chords(self, *bounds: tuple[str, float]) -> Sql:
        """`` AND …`` conditions on the chord; bounds that every chord meets are left out."""
        real = [
            (comparison, chord_m)
            for comparison, chord_m in bounds
            if chord_m < math.inf and not (comparison == ">=" and chord_m <= 0)
        ]
        return Sql(
            " ".join(f"AND {SQUARED_CHORD} {comparison} %s" for comparison, _ in real),
            [value for _, chord_m in real for value in (*self._squares, chord_m * chord_m)],
        )


def _whole(query: SearchQuery) -> Block:
    if query.box is not None:
        return covering(query.box.west, query.box.south, query.box.east, query.box.north)
    return ANYWHERE if query.centre is None else EVERYWHERE


def _limit(number: int | None) -> str:
    return "" if number is None else f"LIMIT {number}"


def _hex(clinic_id: UUID | str) -> str:
    """A clinic's id as hex: PostgreSQL gives a UUID, SQLite the text it is kept as."""
    return clinic_id.hex if isinstance(clinic_id, UUID) else clinic_id


def _after(after: NameKey | RankedKey | None, alias: str) -> Sql:
    """`` AND …`` the condition to come later in the order of (ranks and) names."""
    if after is None:
        return Sql("")
    name = after.within if isinstance(after, RankedKey) else after
    assert isinstance(name, NameKey)
    later = Sql(
        f"({alias}name_key, {alias}facility_id) > (%s, %s)", [name.name_key, name.clinic_id]
    )
    if not isinstance(after, RankedKey):
        return Sql(f"AND {later.text}", later.values)
    return Sql(
        f"AND ({alias}tier > %s OR ({alias}tier = %s AND {later.text}))",
        [after.rank, after.rank, *later.values],
    )


def _named(row: tuple[Any, ...]) -> Named:
    listing_id, name_key, clinic_id, latitude, longitude, rank = row
    return Named(
        listing_id, NameKey(bytes(name_key), _hex(clinic_id)), latitude, longitude, int(rank)
    )
