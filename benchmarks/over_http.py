"""Requests a second over HTTP, from a server with two workers, beside a bare view's."""

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import cycle, islice

from django.conf import settings
from django.db import connection

from benchmarks import server
from benchmarks.answering import BARE, SEARCH, search_address
from benchmarks.report import Figure, Grid, Part

WORKERS = 2
CONNECTIONS = 8
ROUNDS = 3
SECONDS_EACH = 3.0
# No more than this in one go, however fast the machine.
MOST_REQUESTS = 50_000
NUMBER_OF_SEARCHES = 20
# Advances of the progress bar: each contestant in each round.
MEASUREMENTS = ROUNDS * 2
SERVER_NAME = "gunicorn"


def measure(centres: Sequence[tuple[float, float]], advance: Callable[[], object]) -> Part:
    """The product's search and the bare view, in turn; nothing where there is no gunicorn."""
    part = Part(
        f"{connection.display_name}: over HTTP, {WORKERS} workers, {CONNECTIONS} connections, this machine alone"
    )
    if find_spec(SERVER_NAME) is None:
        part.notes.append(
            f"Left out: {SERVER_NAME} is not installed (pip install '.[production]'), and Django's "
            "own server says nothing about production."
        )
        return part
    centres = centres[:NUMBER_OF_SEARCHES]
    addresses = {
        SEARCH: [search_address(centre) for centre in centres],
        BARE: [f"/bare/{number}" for number in range(len(centres))],
    }
    rates: dict[str, list[float]] = {name: [] for name in addresses}
    with _served(centres) as port:
        for _ in range(ROUNDS):
            for name, wanted in addresses.items():
                rates[name].append(_requests_a_second(port, wanted))
                advance()
    typical = {name: statistics.median(found) for name, found in rates.items()}
    part.grids.append(
        Grid(
            "Requests a second",
            "request",
            {name: {"median": rate} for name, rate in typical.items()},
            decimals=0,
        )
    )
    part.figures.append(
        Figure(
            SEARCH,
            typical[SEARCH] / typical[BARE],
            f"{BARE}: {typical[BARE]:,.0f} a second",
            at_least=0.5,
        )
    )
    part.notes.append("Every request opens a connection; server and clients share the processors.")
    return part


@contextmanager
def _served(centres: Sequence[tuple[float, float]]) -> Iterator[int]:
    """Serve on a port of the loopback interface, and stop the server at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port = int(listening.getsockname()[1])
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                SERVER_NAME,
                f"--bind=fd://{listening.fileno()}",
                f"--workers={WORKERS}",
                "--log-level=error",
                f"{server.__name__}:application()",
            ],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                server.CENTRES: json.dumps(centres),
                # Static files are not measured, so nobody has to have collected them.
                "PYTHONWARNINGS": "ignore:No directory at:UserWarning",
            },
            pass_fds=[listening.fileno()],
        )
    try:
        _get(port, "/healthz", timeout=30)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _requests_a_second(port: int, addresses: Sequence[str]) -> float:
    """What the connections get done together in the time they are given."""
    done = [0] * CONNECTIONS
    failures: list[Exception] = []
    started = time.perf_counter()
    deadline = started + SECONDS_EACH

    def ask(connection: int) -> None:
        wanted = islice(cycle(addresses), connection, MOST_REQUESTS // CONNECTIONS)
        try:
            for address in wanted:
                if time.perf_counter() > deadline:
                    break
                _get(port, address, timeout=10)
                done[connection] += 1
        except (OSError, RuntimeError) as error:
            failures.append(error)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(done) / (time.perf_counter() - started)


def _get(port: int, address: str, timeout: float) -> None:
    """One request over a connection of its own, read to the end.

    Raises ``RuntimeError`` when the answer is not 200.
    """
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(
            f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        start = received = connection.recv(65_536)
        while received:
            received = connection.recv(65_536)
    status = start.split(b"\r\n", 1)[0]
    if status.split()[1:2] != [b"200"]:
        raise RuntimeError(f"{address} answered {status!r}")
