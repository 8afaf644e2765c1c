"""Redis GEOSEARCH on the same points: one sorted set for each term, asked in growing circles."""

import math
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from shutil import which
from typing import Any

from django.db import connections

from benchmarks.rivals import LEAST_SHARE, Fetched, Near, Neighbour, settled, terms_by_key
from clinics.position import ecef, geodesic_m
from clinics.terms import EVERY_CLINIC
from finder.query import Centre
from finder.terms import Found

NAME = "Redis"
SERVER = "redis-server"
SECONDS_TO_START = 10
BATCH = 1_000
# A position is kept in 52 bits, and comes back up to this wrong.
ROUNDED_M = 1.0
# The first circle is as large as the same number fills on the inhabited plains of Japan.
INHABITED_KM2 = 20_000
FARTHEST_KM = 4_000.0


def how_to_get_it() -> str | None:
    """None where there is a server and its client, else what to do."""
    missing = []
    if which(SERVER) is None:
        missing.append(f"apt-get install {SERVER}")
    if find_spec("redis") is None:
        missing.append(".venv/bin/pip install --group bench")
    return f"Redis was left out. To have it: {', '.join(missing)}." if missing else None


@contextmanager
def served() -> Iterator[Any]:
    """A client of a server of one's own on a loopback port, ended afterwards."""
    redis = import_module("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="clinic-finder-redis-") as folder:
        process = subprocess.Popen(
            [
                *(SERVER, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder),
                *("--save", "", "--appendonly", "no", "--loglevel", "warning", "--logfile", "log"),
            ],
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis(port=port)
        try:
            for _ in range(SECONDS_TO_START * 20):
                with suppress(redis.exceptions.ConnectionError):
                    client.ping()
                    break
                time.sleep(0.05)
            yield client
            client.close()
        finally:
            process.terminate()
            process.wait()


class Geosearch:
    """The points of a database in Redis, a sorted set for each term that will be asked for."""

    name = NAME
    note = (
        "Redis: GEOSEARCH in circles that grow until enough are found, sorted again by the "
        "distance on the ellipsoid. It has no answer to several terms at once, and gives ids alone."
    )

    def __init__(self, client: Any, using: str, keys: Sequence[str]) -> None:
        self.client = client
        self.terms: Mapping[str, Found] = terms_by_key([EVERY_CLINIC, *keys], using)
        client.flushall()
        for term in self.terms.values():
            self._fill(term.id, using)

    def answers(self, near: Near) -> bool:
        """Whether it is one term, or none."""
        return len(near.terms) < 2

    def nearest(self, near: Near, centre: Centre, wanted: int) -> list[Neighbour]:
        """The first ``wanted`` in the order of (distance, id)."""
        term = self.terms[(near.terms or (EVERY_CLINIC,))[0]]
        here = ecef(centre.latitude, centre.longitude)
        farthest_km = FARTHEST_KM
        if near.radius_km is not None:
            farthest_km = near.radius_km / LEAST_SHARE + 0.01
        guess_km = math.sqrt(wanted * INHABITED_KM2 / max(term.count, 1) / math.pi)

        def fetch(limit: int) -> Fetched:
            circle_km = min(guess_km, farthest_km)
            while True:
                rows = self.client.execute_command(
                    "GEOSEARCH",
                    term.id,
                    "FROMLONLAT",
                    centre.longitude,
                    centre.latitude,
                    "BYRADIUS",
                    circle_km,
                    "km",
                    "ASC",
                    "COUNT",
                    limit,
                    "WITHDIST",
                )
                if len(rows) == limit or circle_km >= farthest_km:
                    break
                circle_km = min(circle_km * 3, farthest_km)
            neighbours = []
            for member, _ in rows:
                listing_id, clinic_id, latitude, longitude = member.decode().split(":")
                metres = geodesic_m(here, ecef(float(latitude), float(longitude)))
                neighbours.append(Neighbour(round(metres * 1_000), clinic_id, int(listing_id)))
            cut = len(rows) == limit
            return Fetched(neighbours, float(rows[-1][1]) * 1_000 if cut else math.inf)

        return settled(fetch, wanted, near.radius_km, ROUNDED_M)

    def _fill(self, term_id: int, using: str) -> None:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT l.longitude, l.latitude, l.id, l.facility_id FROM clinics_posting p "
                "JOIN clinics_listing l ON l.id = p.listing_id WHERE p.term_id = %s",
                [term_id],
            )
            while rows := cursor.fetchmany(BATCH):
                values: list[object] = []
                for longitude, latitude, listing_id, facility_id in rows:
                    clinic_id = getattr(facility_id, "hex", facility_id)
                    member = f"{listing_id}:{clinic_id}:{latitude!r}:{longitude!r}"
                    values += [longitude, latitude, member]
                self.client.execute_command("GEOADD", term_id, *values)
