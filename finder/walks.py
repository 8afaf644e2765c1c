"""What a plan walks, as the middle of a statement: ``FROM … WHERE …`` with every test in it.

What is walked is the postings of the driver's terms in some cells or, where words drive, the texts
of the listings; both have a clinic's earth-centred metres and masks in the row, called ``p``.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections

from finder.cells import Block
from finder.conditions import POSTING, TEXT
from finder.terms import Plan

# The ranges come first and drive; CROSS JOIN is SQLite's word for keeping that order.
FROM_RANGES = "FROM ranges r CROSS JOIN clinics_posting p"
IN_RANGES = "WHERE p.term_id = r.term_id AND p.cell >= r.low AND p.cell <= r.high"
FROM_TEXTS = "FROM clinics_listingtext p"
IN_CELLS = "WHERE p.cell >= %s AND p.cell <= %s"


class Walk:
    """A plan's rows, ready to be selected from."""

    def __init__(self, plan: Plan, using: str) -> None:
        self.plan = plan
        self.using = using
        self.row = POSTING if plan.words is None else TEXT
        self._tests = plan.tests(self.row)

    def fetch(
        self,
        area: Block,
        select: str,
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
        join: str = "",
    ) -> list[tuple[Any, ...]]:
        """The rows of a select in which ``{walk}`` stands for the rows walked in an area.

        ``before`` and ``after`` are the values of the placeholders on either side of it; ``join``
        is a table joined to each row.
        """
        ranges, range_values = "", []
        if self.row.is_text:
            bounds = [area.ranges[0][0], area.ranges[-1][1]]
            walk, walk_values = f"{FROM_TEXTS} {join} {IN_CELLS}", bounds
        else:
            rows = [
                (term_id, low, high)
                for term_id in self.plan.driver.term_ids
                for low, high in area.ranges
            ]
            values = ", ".join(["(%s, %s, %s)"] * len(rows))
            ranges = f"WITH ranges(term_id, low, high) AS (VALUES {values})"
            range_values = [value for row in rows for value in row]
            walk, walk_values = f"{FROM_RANGES} {join} {IN_RANGES}", []
        statement = select.format(walk=f"{walk}{self._tests.text}")
        with connections[self.using].cursor() as cursor:
            cursor.execute(
                f"{ranges} {statement}",
                [*range_values, *before, *walk_values, *self._tests.values, *after],
            )
            return list(cursor.fetchall())
