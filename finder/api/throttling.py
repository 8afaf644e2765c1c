"""How often one client may ask, without keeping who it is.

A client is an address: IPv6 ones are counted by their /64, which is what one customer gets. Django's
cache keeps one number for each, under a keyed digest of the address, until its bucket is empty again.
Two requests in the same instant may be counted as one: a limit here protects, it does not bill.
"""

import hashlib
import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from finder.rates import Rate

NANOSECONDS = 1_000_000_000
IPV6_NETWORK_BYTES = 8
# An IPv4 address as a socket for both versions names it (RFC 4291 §2.5.5.2).
IPV4_MAPPED = bytes(10) + b"\xff\xff"
# Enough that no two of a million clients share a number, and short, which the cache rewards.
DIGEST_BYTES = 9


class Throttle(BaseThrottle):
    """Keeps each client to the rate of a setting."""

    setting: str

    def __init__(self) -> None:
        self._wait_s: float | None = None

    def allow_request(self, request: Request | HttpRequest, view: APIView) -> bool:
        """Whether the request comes in time; one that does not is not counted."""
        rate: Rate | None = getattr(settings, self.setting)
        if rate is None:
            return True
        now_ns = time.time_ns()
        key = f"{self.setting}:{client_digest(request.META)}"
        store = caches[DEFAULT_CACHE_ALIAS]
        wait_ns, due_ns = rate.admit(store.get(key, 0), now_ns)
        if wait_ns:
            self._wait_s = wait_ns / NANOSECONDS
            return False
        store.set(key, due_ns, math.ceil((due_ns - now_ns) / NANOSECONDS))
        return True

    def wait(self) -> float | None:
        """Seconds until a request would be in time, after one that was not."""
        return self._wait_s


class ReadThrottle(Throttle):
    """What a reader may ask."""

    setting = "THROTTLE_READ"


class ReportThrottle(Throttle):
    """What somebody may report."""

    setting = "THROTTLE_REPORT"


def client_digest(meta: Mapping[str, Any]) -> str:
    """A keyed digest of the client's address, or of its network's where that is IPv6."""
    address = _remote_address(meta)
    # A server behind a socket file names no address: all its clients are one.
    client = _network(address) or address.encode()
    key = _digest_key(settings.SECRET_KEY)
    digest = hashlib.blake2b(client, key=key, digest_size=DIGEST_BYTES).digest()
    return urlsafe_b64encode(digest).decode()


def client_address(meta: Mapping[str, Any]) -> str | None:
    """The client's address, or the first of its network where that is IPv6; None without one."""
    client = _network(_remote_address(meta))
    if client is None:
        return None
    if len(client) == IPV6_NETWORK_BYTES:
        return inet_ntop(AF_INET6, client + bytes(16 - IPV6_NETWORK_BYTES))
    return inet_ntop(AF_INET, client)


def _remote_address(meta: Mapping[str, Any]) -> str:
    """Whom the server, or the outermost of our own proxies, heard from."""
    address: str = meta.get("REMOTE_ADDR", "")
    return (_forwarded_for(meta) if settings.NUM_PROXIES else None) or address


def _forwarded_for(meta: Mapping[str, Any]) -> str | None:
    """The address that the outermost of our own proxies heard from; None where that is none.

    Each proxy appends to ``X-Forwarded-For`` whom it heard from; what stands before that is the
    client's own word. A header that is too short did not come through our proxies.
    """
    hops = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(hops) < settings.NUM_PROXIES:
        return None
    address: str = hops[-settings.NUM_PROXIES].strip()
    return address if _network(address) else None


def _network(address: str) -> bytes | None:
    """The bytes of an address that stand for a client; None where it is no address."""
    try:
        return inet_pton(AF_INET, address)
    except OSError:
        pass
    try:
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except OSError:
        return None
    if packed.startswith(IPV4_MAPPED):
        return packed.removeprefix(IPV4_MAPPED)
    return packed[:IPV6_NETWORK_BYTES]


@lru_cache(maxsize=1)
def _digest_key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"throttling").digest()
