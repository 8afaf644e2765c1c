"""Work that takes longer than a page may: done in a thread, watched on a page of its own.

What is told of it stands in Django's cache for an hour. With several processes and no shared cache
the page may be asked of another process than the one at work, which then knows nothing of it and says
so; the work goes on all the same.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from threading import Thread
from typing import Literal
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connection, transaction

logger = logging.getLogger(__name__)

KEPT_S = 3_600
# Work that has not been heard of for so long died with its process.
SILENT_S = 120

Progress = Callable[[int], None]
Outcome = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """Work in the background. ``done`` of ``total`` steps; ``heard_at`` in seconds of the epoch."""

    what: str
    total: int
    done: int = 0
    outcome: Outcome = "running"
    heard_at: float = 0.0

    @property
    def is_silent(self) -> bool:
        """Whether it must be taken for dead."""
        return self.outcome == "running" and time.time() - self.heard_at > SILENT_S


def start(what: str, total: int, work: Callable[[Progress], object]) -> UUID:
    """Begin ``work`` in a thread once this transaction is committed, which it may wait for.

    Gives the key under which :func:`look` tells of it.
    """
    key = uuid4()
    job = Job(what, total)
    _tell(key, job)
    transaction.on_commit(Thread(target=_run, args=(key, job, work)).start)
    return key


def look(key: UUID) -> Job | None:
    """What became of work so far; None where this process knows nothing of it."""
    stored = cache.get(_cache_key(key))
    return Job(**stored) if stored else None


def _run(key: UUID, job: Job, work: Callable[[Progress], object]) -> None:
    try:
        work(lambda done: _tell(key, replace(job, done=done)))
    except Exception:
        logger.exception("Work in the background failed.")
        _tell(key, replace(job, outcome="failed"))
    else:
        _tell(key, replace(job, done=job.total, outcome="done"))
    finally:
        connection.close()


def _tell(key: UUID, job: Job) -> None:
    cache.set(_cache_key(key), asdict(replace(job, heard_at=time.time())), KEPT_S)


def _cache_key(key: UUID) -> str:
    return f"background:{key}"
