"""Times contestants in turn, so that whatever else the machine does meets all of them alike."""

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

Contestant = Callable[[int], object]
Name = TypeVar("Name")
# Rounds that are run and not counted: caches fill, code is imported.
WARM_UP = 5
LEAST_ROUNDS = 10


class Times(list[float]):
    """How long something took each time, in milliseconds."""

    @property
    def median(self) -> float:
        """Half of the times are shorter."""
        return statistics.median(self)

    @property
    def p95(self) -> float:
        """Ninety-five in a hundred are at most this."""
        return sorted(self)[min(len(self) - 1, int(len(self) * 0.95))]

    @property
    def max(self) -> float:
        """The longest."""
        return max(self)


def median_ratio(times: Times, floor: Times) -> float:
    """The median of the ratios of two contestants, round by round."""
    return statistics.median(a / b for a, b in zip(times, floor, strict=True))


def interleaved(
    contestants: Mapping[Name, Contestant],
    rounds: int,
    advance: Callable[[], object] = lambda: None,
    seconds_each: float = math.inf,
    least_rounds: int = LEAST_ROUNDS,
) -> dict[Name, Times]:
    """The times of every contestant; each is called with the number of the round.

    Within a round they take turns in an order drawn anew. ``advance`` is called after each round.
    One that has taken ``seconds_each`` goes home, but not before ``least_rounds``; a tenth of that is
    warm enough.
    """
    times = {name: Times() for name in contestants}
    spent_ms = dict.fromkeys(contestants, 0.0)
    most_ms = seconds_each * 1_000
    names = list(contestants)
    # The garbage collector is not to look through what was there before.
    gc.collect()
    gc.freeze()
    for number in range(-WARM_UP, rounds):
        random.Random(number).shuffle(names)
        for name in list(names):
            if number < 0 and spent_ms[name] > most_ms / 10:
                continue
            contestant = contestants[name]
            started = time.perf_counter_ns()
            contestant(number % rounds)
            elapsed_ms = (time.perf_counter_ns() - started) / 1e6
            spent_ms[name] += elapsed_ms
            if number >= 0:
                times[name].append(elapsed_ms)
            if number + 1 >= least_rounds and spent_ms[name] > most_ms:
                names.remove(name)
        if number >= 0:
            advance()
    return times


class Stopwatch:
    """Seconds on the wall, without those in which it was paused."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._paused = 0.0

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.perf_counter() - self._started - self._paused

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Not counting what happens inside."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._paused += time.perf_counter() - started
