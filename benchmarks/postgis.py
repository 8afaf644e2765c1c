"""PostGIS on the same points: positions of each term in one composite GiST index.

Its index by geography finds the nearest of a term along the sphere; masks of the other terms are
tested on the rows; distances come from the spheroid.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from benchmarks.rivals import Fetched, Near, Neighbour, settled, terms_by_key
from clinics.terms import EVERY_CLINIC
from finder.query import Centre
from finder.terms import masks

NAME = "PostGIS"
TABLE = "benchmark_place"


def how_to_get_it(using: str) -> str | None:
    """None where the server has PostGIS, else what to do."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'")
        if cursor.fetchone():
            return None
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
    return (
        f"PostGIS was left out: PostgreSQL {version} does not have it. On Debian and Ubuntu: "
        f"apt-get install postgresql-{version}-postgis-3."
    )


class Postgis:
    """The PostGIS of a database for searching, with the terms that will be asked for."""

    name = NAME
    note = (
        "PostGIS: one GiST index by (term, geography); more are fetched in its order along the "
        "sphere than are wanted, measured on the spheroid and sorted again. It reads the documents "
        "of its page too, and holds only the terms that are asked for."
    )

    def __init__(self, using: str, keys: Sequence[str]) -> None:
        self.using = using
        self.terms = terms_by_key([EVERY_CLINIC, *keys], using)
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [TABLE])
            if cursor.fetchone()[0] is None:
                with transaction.atomic(using=using):
                    self._fill()
                cursor.execute(f"VACUUM ANALYZE {TABLE}")

    def answers(self, near: Near) -> bool:
        """Whether all that is tested on a row is in the masks."""
        return all(self.terms[key].slot is not None for key in near.terms)

    def nearest(self, near: Near, centre: Centre, wanted: int) -> list[Neighbour]:
        """The first ``wanted`` in the order of (distance, id)."""
        asked = [self.terms[key] for key in near.terms or (EVERY_CLINIC,)]
        driver = min(asked, key=lambda term: term.count)
        bits = [
            (column, bit)
            for term in asked
            if term is not driver
            for column, bit in zip(("mask_a", "mask_b"), masks([term]), strict=True)
            if bit
        ]
        # The planner takes <> 0 for common and = for rare; by a rare one it would sort, not walk.
        tests = "".join(f"AND ({column} & %s) <> 0 " for column, _ in bits)
        here = f"SRID=4326;POINT({centre.longitude} {centre.latitude})"
        statement = f"""
            SELECT c.listing_id, c.facility_id, c.metres, c.on_sphere, l.summary FROM (
                SELECT listing_id, facility_id, ST_Distance(position, %s::geography) AS metres,
                position <-> %s::geography AS on_sphere FROM {TABLE}
                WHERE term_id = %s::bigint {tests}
                ORDER BY position <-> %s::geography LIMIT %s
            ) c JOIN clinics_listing l ON l.id = c.listing_id ORDER BY c.on_sphere
        """
        values: list[Any] = [here, here, driver.id, *(bit for _, bit in bits), here]

        def fetch(limit: int) -> Fetched:
            with connections[self.using].cursor() as cursor:
                cursor.execute(statement, [*values, limit])
                rows = cursor.fetchall()
            return Fetched(
                [Neighbour(round(row[2] * 1_000), row[1].hex, row[0]) for row in rows],
                rows[-1][3] if len(rows) == limit else float("inf"),
            )

        return settled(fetch, wanted, near.radius_km)

    def _fill(self) -> None:
        ids = [term.id for term in self.terms.values()]
        with connections[self.using].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            cursor.execute(
                f"""
                CREATE TABLE {TABLE} AS
                SELECT p.term_id, p.listing_id, p.mask_a, p.mask_b, l.facility_id,
                ST_SetSRID(ST_MakePoint(l.longitude, l.latitude), 4326)::geography AS position
                FROM clinics_posting p JOIN clinics_listing l ON l.id = p.listing_id
                WHERE p.term_id = ANY(%s)
                """,
                [ids],
            )
            cursor.execute(f"CREATE INDEX ON {TABLE} USING gist (term_id, position)")
