"""How often somebody may ask: a rate, and the algorithm that keeps it with one number a client."""

import re
from dataclasses import dataclass
from typing import NamedTuple

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
RATE = re.compile(r"([1-9][0-9]{0,8})/(s|sec|second|m|min|minute|h|hour|d|day)")
ACCEPTED = (
    "a whole number of requests, a slash and one of second, minute, hour, day, such as "
    "600/minute; 0 or nothing turns it off"
)


class Verdict(NamedTuple):
    """What becomes of a request: ``wait_ns`` is 0 where it is admitted.

    ``due_ns`` is what to keep of the client, and to give with its next request.
    """

    wait_ns: int
    due_ns: int


@dataclass(frozen=True, slots=True)
class Rate:
    """One request every ``interval_ns`` nanoseconds, and ``burst`` at once after a pause.

    This is a bucket that holds ``burst`` requests and drains one each interval.
    """

    interval_ns: int
    burst: int

    @classmethod
    def read(cls, text: str) -> "Rate | None":
        """A rate as Django REST framework writes them (``600/minute``); None for none.

        ``600/minute`` means 600 at once, and then one every tenth of a second. Raises
        ``ValueError`` for anything else.
        """
        if text in ("", "0"):
            return None
        found = RATE.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no rate: {ACCEPTED}.")
        requests = int(found[1])
        return cls(SECONDS[found[2][0]] * 1_000_000_000 // requests, requests)

    def admit(self, due_ns: int, now_ns: int) -> Verdict:
        """Judge a request at ``now_ns`` of a client whose next one was due at ``due_ns``.

        The generic cell rate algorithm as virtual scheduling (ITU-T Recommendation I.371,
        annex A): a request may come before it is due by the burst's other intervals. Refused ones
        do not count. A client without a past has ``due_ns`` 0; a due time that lies farther ahead
        than a full bucket was kept before the clock was set back, and counts as a full bucket.
        """
        full_ns = self.burst * self.interval_ns
        due_ns = min(max(due_ns, now_ns), now_ns + full_ns)
        wait_ns = due_ns + self.interval_ns - full_ns - now_ns
        if wait_ns > 0:
            return Verdict(wait_ns, due_ns)
        return Verdict(0, due_ns + self.interval_ns)
