"""What the pages of one clinic share: the clinic itself, and what the admin's frame needs."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest

from clinics.models import CuratedEntry, EntryState, Facility


def facility_or_404(pk: Any) -> Facility:
    """A clinic with what :meth:`Facility.stated` reads."""
    try:
        chosen = Facility.objects.select_related("officialfacts", "curatedfacts", "entry")
        return chosen.get(pk=UUID(str(pk)))
    except (ValueError, Facility.DoesNotExist):
        raise Http404(f"There is no clinic {pk}.") from None


def page_context(request: HttpRequest, title: str, **values: Any) -> dict[str, Any]:
    """What every page of the admin's frame needs, and ``values``."""
    return {
        **admin.site.each_context(request),
        "opts": Facility._meta,
        "title": title,
        "has_view_permission": True,
        **values,
    }


def posted_version(request: HttpRequest) -> int:
    """The version of the entry that a form was made from. Raises ``BadRequest``."""
    given = request.POST.get("version", "")
    if not given.isascii() or not given.isdigit():
        raise BadRequest(f"version {given!r}: the number of the entry's version is needed.")
    return int(given)


def state_label(state: str) -> str:
    """A state of an entry, or of the register's row, as a person reads it."""
    return str(EntryState(state).label) if state in EntryState.values else ""


def unpublished(entry: CuratedEntry) -> bool:
    """Whether the public never saw the clinic."""
    return entry.facility.status == EntryState.DRAFT
