"""The register's words beside the curators': what it states, and which of the two is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from clinics.hours import WEEKDAYS, Closures
from clinics.models import Facility, Kind, OfficialFacts, PositionSource

# Said by the register as by the curators. A position is one fact of two numbers.
COMPARED = (
    "kind",
    "name",
    "name_kana",
    "name_en",
    "short_name",
    "prefecture_code",
    "municipality_code",
    "address",
    "latitude",
    "longitude",
    "position_source",
    "website",
    "phone",
    "closures",
    "closing_remarks",
)
POSITION = ("latitude", "longitude", "position_source")
SILENT: tuple[Any, ...] = (None, "", "unknown", {})
DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class OfficialValue:
    """What the register states of one fact, for a person to read.

    ``by`` is whose value is published now, ``curators``, ``register`` or ``nobody``, and ``why``
    says so in words; ``then`` says what publishing the draft would change about that, else blank.
    """

    text: str
    by: str
    why: str
    then: str


def official_values(
    facility: Facility | None,
    live: Mapping[str, Any],
    drafted: Mapping[str, Any],
    prefecture_names: Mapping[str, str],
) -> dict[str, OfficialValue]:
    """What the register states, by the names of the facts; nothing where no register knows it.

    ``live`` are the curators' facts as they are published, ``drafted`` those of the draft.
    """
    official = getattr(facility, "officialfacts", None)
    if official is None:
        return {}
    return {name: _value(official, name, live, drafted, prefecture_names) for name in COMPARED}


def _value(
    official: OfficialFacts,
    name: str,
    live: Mapping[str, Any],
    drafted: Mapping[str, Any],
    names: Mapping[str, str],
) -> OfficialValue:
    now = _by(official, name, live)
    then = _by(official, name, drafted)
    return OfficialValue(
        text=_text(name, getattr(official, name), names),
        by=now,
        why=_why(now),
        then=_then(then) if then != now else "",
    )


def _by(official: OfficialFacts, name: str, curated: Mapping[str, Any]) -> str:
    """Whose value is published, as :meth:`clinics.catalogue.Entry.fact` chooses it."""
    asked = "latitude" if name in POSITION else name
    if curated.get(asked) not in SILENT:
        return "curators"
    return "nobody" if getattr(official, asked) in SILENT else "register"


def _why(by: str) -> str:
    return {
        "curators": _("Published: the curators' value, because the curators state one."),
        "register": _("Published: the register's value, because the curators' field is empty."),
        "nobody": _("Published: nothing, because neither states it."),
    }[by]


def _then(by: str) -> str:
    return {
        "curators": _("With this draft: the curators' value."),
        "register": _("With this draft: the register's value again."),
        "nobody": _("With this draft: nothing."),
    }[by]


def _text(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value in SILENT:
        return _("not stated")
    if name == "kind":
        return str(Kind(value).label)
    if name == "position_source":
        return str(PositionSource(value).label)
    if name == "prefecture_code":
        return f"{value} {names.get(value, '')}".strip()
    if name == "closures":
        return closures_text(value)
    return str(value)


def closures_text(stored: dict[str, Any]) -> str:
    """Closing days in a sentence: ``Closed: Sunday, public holidays, 2nd Saturday.``"""
    closures = Closures.from_json(stored)
    closed = [
        _(DAY_NAMES[day])
        for day, answer in zip(WEEKDAYS, closures.weekly, strict=True)
        if answer == "closed"
    ]
    if closures.public_holidays == "closed":
        closed.append(_("public holidays"))
    closed += [
        _("%(day)s of week %(week)s") % {"day": _(DAY_NAMES[day]), "week": week}
        for week, day in closures.nth_week or ()
    ]
    unknown = [
        _(DAY_NAMES[day])
        for day, answer in zip(WEEKDAYS, closures.weekly, strict=True)
        if answer == "unknown"
    ]
    if closures.public_holidays == "unknown":
        unknown.append(_("public holidays"))
    sentences = [_("Closed: %(days)s.") % {"days": _(", ").join(closed) or _("none")}]
    if unknown:
        sentences.append(_("Not stated: %(days)s.") % {"days": _(", ").join(unknown)})
    return " ".join(sentences)
