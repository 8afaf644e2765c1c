"""The quality figures in the words of the screen, and where the clinics behind each are listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure on the page.

    ``asks`` are the parameters by which the list of clinics shows those behind it, where it can;
    ``good`` is whether more of it is better.
    """

    name: str
    title: str | Promise
    hint: str | Promise
    asks: Mapping[str, str] = field(default_factory=dict)
    good: bool = False


FIGURES = (
    Shown(
        "verified_in_time",
        _("Verified in time"),
        _("The verify-by date is today or later; of the clinics that have one."),
        good=True,
    ),
    Shown(
        "overdue",
        _("Overdue"),
        _("The verify-by date is past; of the clinics that have one."),
        {"due": "past"},
    ),
    Shown(
        "nothing_to_verify",
        _("Nothing to verify"),
        _("The curators state nothing of them, so nothing falls due."),
    ),
    Shown(
        "verified_within_90_days",
        _("Verified within 90 days"),
        _("Somebody checked them and reached an answer."),
        good=True,
    ),
    Shown(
        "verified_within_365_days",
        _("Verified within 365 days"),
        _("Somebody checked them and reached an answer."),
        good=True,
    ),
    Shown(
        "never_verified",
        _("Never verified"),
        _("Nobody has reached an answer yet."),
    ),
    Shown(
        "missing_position",
        _("No position"),
        _("Found by name, never by distance."),
        {"position": "missing"},
    ),
    Shown(
        "missing_hours",
        _("No hours"),
        _("Nobody states when they are open; that does not mean closed."),
        {"hours": "missing"},
    ),
    Shown(
        "missing_claims",
        _("No claims"),
        _("Nothing is said of what they offer beside the register."),
        {"claims": "missing"},
    ),
    Shown(
        "missing_second_opinion",
        _("No second-opinion terms"),
        _("Nothing is known; that does not mean that they give none."),
        {"second_opinion": "missing"},
    ),
    Shown(
        "with_expired_claims",
        _("With expired claims"),
        _("Clinics; the list also shows claims that expire soon."),
        {"expiring": "yes"},
    ),
    Shown(
        "expired_claims",
        _("Expired claims"),
        _("Claims; of all that are published."),
        {"expiring": "yes"},
    ),
)
BY_NAME = {figure.name: figure for figure in FIGURES}
COLUMNS = tuple(
    BY_NAME[name]
    for name in (
        "verified_in_time",
        "overdue",
        "missing_position",
        "missing_hours",
        "missing_claims",
        "missing_second_opinion",
        "with_expired_claims",
    )
)
TRENDS = tuple(figure for figure in COLUMNS if figure.name != "overdue")
