"""Positions for clinics without one: what the address leads to, as a draft for a second person."""

from typing import Any

from django.utils.translation import gettext as _

from clinics.curation.address_lookup import look_up
from clinics.curation.workflow import WorkflowError, entry_of, save_draft
from clinics.models import PENDING, CuratedEntry, Facility, PositionSource

# A point that stands for more than a town says nothing of where a clinic is.
PRECISE = ("address", "town", "postcode")


def regeocode(facility: Facility, *, by: Any) -> CuratedEntry:
    """Put the position of a clinic's address into a draft.

    Raises :class:`WorkflowError` where it has no address, a draft of somebody's already, or an
    address that leads to no one place precisely enough.
    """
    address = facility.stated("address")
    if not address:
        raise WorkflowError(_("It has no address to look up."))
    entry = entry_of(facility)
    if entry.state in PENDING:
        raise WorkflowError(_("It has a pending draft; look the address up there."))
    candidates = [one for one in look_up(address).candidates if one.precision in PRECISE]
    if len(candidates) != 1:
        raise WorkflowError(
            _("Its address %(address)s leads to %(number)s places; choose one in its form.")
            % {"address": address, "number": len(candidates)}
        )
    (found,) = candidates
    document = entry.document
    document["facts"] |= {
        "latitude": round(found.latitude, 6),
        "longitude": round(found.longitude, 6),
        "position_source": PositionSource.GEOCODED,
    }
    why = _("Looked up by address: %(label)s") % {"label": found.label}
    return save_draft(facility, document, by=by, version=entry.version, why=why)
