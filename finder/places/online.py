"""An online geocoder for what the gazetteer does not know. Off unless settings name one.

``ONLINE_GEOCODER`` is ``gsi``, the name of one of geopy's services such as ``nominatim``, or the
dotted name of a geopy ``Geocoder`` class; ``ONLINE_GEOCODER_OPTIONS`` its keyword arguments (JSON
values); ``ONLINE_GEOCODER_DELAY_S`` the least time between two calls of one process. Switching it
on sends what searchers type to that service.

An answer is kept in Django's cache under a keyed digest of the text, and holds coordinates and the
service's own label alone: a place that somebody asked for, without the words, who or when.
"""

import json
import logging
from collections.abc import Sequence
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderNotFound, GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import get_geocoder_for_service

from finder.places.gsi import GsiAddressSearch

logger = logging.getLogger(__name__)

LONGEST_TIMEOUT_S = 3.0
# What one request may spend on it in all: waiting for its turn, names, connection, answer.
BUDGET_S = 4.0
# A service that failed is left alone for so long.
REST_S = 30.0
KEPT_FOUND_S = 7 * 24 * 3_600
KEPT_NOT_FOUND_S = 3_600
MOST_ANSWERS = 50
LONGEST_LABEL = 200


class OnlineSearchUnavailable(Exception):
    """The online geocoder failed, was too slow, or rests after a failure."""


class Found(NamedTuple):
    """A place as an online geocoder gives it."""

    latitude: float
    longitude: float
    label: str


def without_words(record: logging.LogRecord) -> bool:
    """Nothing of geopy's own log: its lines hold addresses with the text of a search."""
    return False


# On the logger itself, where no logging configuration takes it away again.
logging.getLogger("geopy").addFilter(without_words)


class OnlineGeocoder:
    """A geopy geocoder, asked once at a time, seldom enough, and never for long.

    Raises ``ImproperlyConfigured`` when there is no such geocoder or it refuses its options.
    """

    def __init__(
        self,
        name: str,
        options: dict[str, Any],
        *,
        delay_s: float = 1.0,
        budget_s: float = BUDGET_S,
        rest_s: float = REST_S,
    ) -> None:
        self.name = name
        # Another server gives other answers, so the options are part of what is kept.
        self._salt = f"{__name__}:{name}:{json.dumps(options, sort_keys=True)}"
        self.budget_s = budget_s
        self.rest_s = rest_s
        self._ask = RateLimiter(
            _geocoder(name, options).geocode,
            min_delay_seconds=delay_s,
            error_wait_seconds=delay_s,
            # With retries or swallowed errors it would log what was asked.
            max_retries=0,
            swallow_exceptions=False,
        )
        self._turn = Lock()
        self._rests_until = 0.0

    def locate(self, text: str) -> tuple[Found, ...]:
        """The places that a text names, best first; none where the service knows none.

        Raises :class:`OnlineSearchUnavailable` when it cannot be asked now.
        """
        digest = salted_hmac(self._salt, text, algorithm="sha256").hexdigest()
        key = f"online-place:{digest}"
        kept = cache.get(key)
        if kept is None:
            found = self._within_budget(text)
            cache.set(key, list(map(tuple, found)), KEPT_FOUND_S if found else KEPT_NOT_FOUND_S)
            return found
        return tuple(Found(*answer) for answer in kept)

    def _within_budget(self, text: str) -> tuple[Found, ...]:
        """Ask in a thread of its own: looking up a host name, for one, knows no timeout."""
        deadline = monotonic() + self.budget_s
        if monotonic() < self._rests_until:
            raise OnlineSearchUnavailable("The service failed a moment ago and is left alone.")
        if not self._turn.acquire(timeout=self.budget_s):
            raise OnlineSearchUnavailable("Too many are asking at once.")
        answers: SimpleQueue[tuple[Found, ...] | None] = SimpleQueue()
        Thread(target=self._call, args=(text, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=max(deadline - monotonic(), 0.001))
        except Empty:
            answer = None
        if answer is None:
            self._rests_until = monotonic() + self.rest_s
            raise OnlineSearchUnavailable("The service gave no answer that can be used.")
        return answer

    def _call(self, text: str, answers: "SimpleQueue[tuple[Found, ...] | None]") -> None:
        try:
            answers.put(_found(self._ask(text, exactly_one=False)))
        except Exception as error:
            # Whatever a stranger's service does is no failure of ours. Its message may repeat
            # the words of the search, so the kind of error alone is logged.
            logger.warning("The online geocoder failed: %s", type(error).__name__)
            answers.put(None)
        finally:
            self._turn.release()


def online_geocoder() -> OnlineGeocoder | None:
    """The geocoder that the settings name, the same one as long as they do not change; or None.

    Raises ``ImproperlyConfigured`` when the settings are wrong.
    """
    name = getattr(settings, "ONLINE_GEOCODER", "")
    if not name:
        return None
    try:
        options = json.dumps(getattr(settings, "ONLINE_GEOCODER_OPTIONS", {}), sort_keys=True)
    except TypeError:
        raise ImproperlyConfigured("ONLINE_GEOCODER_OPTIONS holds JSON values alone.") from None
    return _configured(name, options, float(getattr(settings, "ONLINE_GEOCODER_DELAY_S", 1.0)))


@lru_cache(maxsize=4)
def _configured(name: str, options: str, delay_s: float) -> OnlineGeocoder:
    return OnlineGeocoder(name, json.loads(options), delay_s=delay_s)


def _geocoder(name: str, options: dict[str, Any]) -> Any:
    try:
        if name == "gsi":
            geocoder_class: Any = GsiAddressSearch
        elif "." in name:
            geocoder_class = import_string(name)
        else:
            geocoder_class = get_geocoder_for_service(name)
    except (ImportError, GeocoderNotFound):
        raise ImproperlyConfigured(
            f"ONLINE_GEOCODER={name!r} is no geocoder: give gsi, the name of a service of geopy "
            "such as nominatim, or the dotted name of a geopy Geocoder class."
        ) from None
    try:
        timeout = min(float(options.get("timeout", LONGEST_TIMEOUT_S)), LONGEST_TIMEOUT_S)
        # The standard library's client, because others write the addresses they ask into logs.
        return geocoder_class(**{**options, "timeout": timeout, "adapter_factory": URLLibAdapter})
    except (TypeError, ValueError, GeopyError) as error:
        raise ImproperlyConfigured(f"ONLINE_GEOCODER_OPTIONS of {name!r}: {error}") from None


def _found(locations: Sequence[Any] | None) -> tuple[Found, ...]:
    """What geopy's locations say; their points are on earth, or could not have been made."""
    return tuple(
        Found(float(place.latitude), float(place.longitude), str(place.address)[:LONGEST_LABEL])
        for place in (locations or ())[:MOST_ANSWERS]
    )
