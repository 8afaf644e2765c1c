"""Renders the population with every processor, in order, some hundred facilities at a time."""

import multiprocessing
import os
import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from benchmarks.entries import Listed, Renderer

CHUNK = 500
# Fewer are rendered before another process has started.
WORTH_A_PROCESS = 5_000
# Chunks that may wait for being written, a few megabytes each.
AHEAD = 8

_renderer: "Renderer"


def rendered(renderer: "Renderer", number: int) -> Iterator[list["Listed"]]:
    """The first ``number`` facilities as they are published, in chunks."""
    chunks = [range(first, min(first + CHUNK, number)) for first in range(0, number, CHUNK)]
    if number < WORTH_A_PROCESS:
        yield from ([renderer.listed(serial) for serial in chunk] for chunk in chunks)
        return
    waiting: deque[Future[list[Listed]]] = deque()
    with ProcessPoolExecutor(
        os.cpu_count(),
        # The process has threads and database connections, neither of which survives a fork.
        multiprocessing.get_context("spawn"),
        _start,
        (pickle.dumps(renderer),),
    ) as processes:
        for chunk in chunks:
            waiting.append(processes.submit(_chunk, chunk))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        for future in waiting:
            yield future.result()


def _start(pickled: bytes) -> None:
    """Set up Django before anything of it is unpickled."""
    global _renderer
    django.setup()
    _renderer = pickle.loads(pickled)


def _chunk(serials: range) -> list["Listed"]:
    return [_renderer.listed(serial) for serial in serials]
