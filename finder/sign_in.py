"""Signing in, guarded against guessing: who failed too often waits.

The counting is django-axes'; what is ours is how much is too much, and what is said of it.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import admin
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from finder.api.throttling import client_address


def address_of(request: HttpRequest) -> str | None:
    """Whom failures are counted for: the client's address, or its network's where that is IPv6."""
    return client_address(request.META)


class SignInGuard(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts failures by name and address together, and by address with a larger bound."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures of this name from this address; as many as lock where the address has too many."""
        of_name, of_address = map(_failures, self.get_user_attempts(request, credentials))
        too_many = of_address >= settings.SIGN_IN_FAILURES_OF_ADDRESS
        return max(of_name, int(settings.SIGN_IN_FAILURES)) if too_many else of_name

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Forget the failures of somebody who signed in, and nobody else's from their address."""
        of_name, _of_address = self.filter_user_attempts(request, credentials)
        count: int = of_name.delete()[0]
        return count

    def locked_until(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> datetime:
        """When somebody who is locked out may try again."""
        of_name, of_address = self.get_user_attempts(request, credentials)
        locking = of_name if _failures(of_name) >= settings.SIGN_IN_FAILURES else of_address
        last: datetime | None = locking.aggregate(last=Max("attempt_time"))["last"]
        return (last or timezone.now()) + timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page that says how long to wait."""
    guard = AxesProxyHandler.get_implementation()
    wait_s = (guard.locked_until(request, credentials) - timezone.now()).total_seconds()
    context = admin.site.each_context(request) | {"minutes": max(1, math.ceil(wait_s / 60))}
    page = render(request, "admin/locked_out.html", context, status=429)
    page["Retry-After"] = str(max(1, math.ceil(wait_s)))
    page["Cache-Control"] = "no-store"
    return page


def _failures(attempts: QuerySet[Any]) -> int:
    failures: int | None = attempts.aggregate(sum=Sum("failures_since_start"))["sum"]
    return failures or 0
