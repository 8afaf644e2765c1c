"""Two people at once: threads with a connection each, on a database that both really share."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

from django.db import connection, connections


@contextmanager
def shared_database(folder: Path) -> Iterator[None]:
    """Have new connections meet in one database with what is committed by now.

    PostgreSQL's is shared as it is. The tests' SQLite lives in memory, where locks work otherwise
    than in a file: it is copied into one, which new threads open. Read the outcome in one of them.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    file = folder / "shared.sqlite3"
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    settings = connections.settings["default"]
    memory = settings["NAME"]
    settings["NAME"] = str(file)
    try:
        yield
    finally:
        settings["NAME"] = memory


def at_once(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each task gives, or the exception it raises; all begin together."""
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return task()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def apart(task: Callable[[], Any]) -> Any:
    """What a task gives in a thread with a connection of its own."""
    (outcome,) = at_once([task])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
