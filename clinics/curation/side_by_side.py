"""Two facilities beside each other: what each says, what both say, and which of them should stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.catalogue import Entry, read_entries
from clinics.curation.merging import obstacle, why_not_into
from clinics.identity import CURATED
from clinics.models import (
    Claim,
    Concept,
    CuratedEntry,
    Facility,
    Kind,
    PositionSource,
    Scheme,
    SecondOpinion,
    Status,
    Verification,
    YesNoUnknown,
)
from clinics.position import ecef, geodesic_m
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

FACTS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "name_kana": gettext_lazy("Name in kana"),
    "name_en": gettext_lazy("English name"),
    "short_name": gettext_lazy("Short name"),
    "kind": gettext_lazy("Kind"),
    "prefecture_code": gettext_lazy("Prefecture"),
    "municipality_code": gettext_lazy("Municipality code"),
    "address": gettext_lazy("Address"),
    "position": gettext_lazy("Position"),
    "website": gettext_lazy("Website"),
    "phone": gettext_lazy("Phone"),
    "closures": gettext_lazy("Closed on"),
    "closing_remarks": gettext_lazy("Other closing days"),
    "accepts_new_patients": gettext_lazy("Accepts new patients"),
    "note": gettext_lazy("Curators' note"),
}
CURATED_ALONE = ("accepts_new_patients", "note")
DAYS: dict[str, str | Promise] = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side says; ``by_curators`` tells whose word it is."""

    text: str = ""
    by_curators: bool = False


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of both sides. ``state`` is ``same``, ``different`` or ``one-sided``."""

    label: str | Promise
    first: Cell
    second: Cell

    @property
    def state(self) -> str:
        """How the two compare."""
        if self.first.text == self.second.text:
            return "same"
        return "different" if self.first.text and self.second.text else "one-sided"

    @property
    def cells(self) -> tuple[Cell, Cell]:
        """Both, for a table."""
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class Item:
    """One of a list: a department, a claim, terms; ``shared`` where the other side has it too."""

    text: str
    detail: str = ""
    status: str = ""
    shared: bool = False


@dataclass(slots=True)
class Side:
    """One facility as a person compares it.

    ``obstacle`` is why it cannot be merged now, ``cannot_stay`` why it cannot be the one that stays
    of the two.
    """

    facility: Facility
    name: str
    obstacle: str
    cannot_stay: str = ""
    is_older: bool = False
    departments: list[Item] = field(default_factory=list)
    claims: list[Item] = field(default_factory=list)
    terms: list[Item] = field(default_factory=list)
    verifications: list[Item] = field(default_factory=list)
    verified: int = 0

    @property
    def is_registered(self) -> bool:
        """Whether a register knows it."""
        return self.facility.source != CURATED


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both sides; ``distance_m`` is None where a position is unknown."""

    first: Side
    second: Side
    facts: tuple[FactRow, ...]
    distance_m: float | None

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, for a table."""
        return self.first, self.second

    @property
    def obstacles(self) -> list[str]:
        """Why the two cannot be merged now."""
        found = [side.obstacle for side in self.sides if side.obstacle]
        if not found and all(side.cannot_stay for side in self.sides):
            found = [side.cannot_stay for side in self.sides]
        return found

    @property
    def has_unpublished(self) -> bool:
        """Whether one was never published."""
        return any(side.facility.status == Status.DRAFT for side in self.sides)

    @property
    def survivor(self) -> UUID:
        """The one that should stay: a register's, else that with more verified statements."""

        def rank(side: Side) -> tuple[bool, bool, int, bool]:
            return not side.cannot_stay, side.is_registered, side.verified, side.is_older

        return max(self.sides, key=rank).facility.pk


def side_by_side(first: UUID, second: UUID) -> SideBySide:
    """Two facilities, with everything that a person decides by. Raises ``LookupError``."""
    entries = {entry.facility["id"]: entry for entry in read_entries([first, second])}
    if len(entries) < 2:
        raise LookupError(f"There are not both of {first} and {second}.")
    related = ("officialfacts", "curatedfacts", "entry")
    facilities = Facility.objects.select_related(*related).in_bulk([first, second])
    labels = _labels()
    left, right = (_side(facilities[key], entries[key], labels) for key in (first, second))
    for one, other in ((left, right), (right, left)):
        one.cannot_stay = why_not_into(other.facility, one.facility)
        one.is_older = one.facility.created_at < other.facility.created_at
        for name in ("departments", "claims", "terms"):
            setattr(one, name, _marked(getattr(one, name), getattr(other, name)))
    facts = _facts(entries[first], entries[second], labels)
    return SideBySide(left, right, facts, _distance_m(entries[first], entries[second]))


def _marked(items: Iterable[Item], others: Iterable[Item]) -> list[Item]:
    """The items, those that the other side has marked."""
    known = {(item.text, item.detail) for item in others}
    return [
        Item(item.text, item.detail, item.status, (item.text, item.detail) in known)
        for item in items
    ]


def _labels() -> dict[str, str]:
    """The labels of concepts by ``scheme:slug``, and of prefectures by their JIS code."""
    field_name = "label_ja" if (get_language() or "").startswith("ja") else "label_en"
    labels: dict[str, str] = {}
    for scheme, slug, label, codes in Concept.objects.values_list(
        "scheme", "slug", field_name, "codes"
    ):
        labels[f"{scheme}:{slug}"] = label
        if scheme == Scheme.PREFECTURE:
            labels |= {c["code"]: label for c in codes if c["system"] == PREFECTURE_CODE_SYSTEM}
    return labels


def _side(facility: Facility, entry: Entry, labels: Mapping[str, str]) -> Side:
    stored: CuratedEntry | None = getattr(facility, "entry", None)
    claims = Claim.objects.filter(facility=facility).select_related("concept", "department")
    terms = SecondOpinion.objects.filter(facility=facility)
    side = Side(facility, facility.stated("name"), obstacle(facility, stored))
    side.departments = [Item(row["name"]) for row in entry.departments]
    side.claims = [_claim(row, labels) for row in claims]
    side.terms = [_terms(row) for row in terms]
    side.verifications = [_verification(row) for row in entry.verifications]
    side.verified = sum(
        row.status == Status.PUBLISHED and row.checked_on is not None for row in (*claims, *terms)
    )
    return side


def _claim(row: Claim, labels: Mapping[str, str]) -> Item:
    label = labels[f"{row.concept.scheme}:{row.concept.slug}"]
    where = f" ({row.department.name})" if row.department else ""
    return Item(f"{label}{where}", row.statement, _status(row.status))


def _terms(row: SecondOpinion) -> Item:
    parts = [_("offered: %(answer)s") % {"answer": YesNoUnknown(row.offered).label}]
    if row.fee is not None:
        parts.append(f"{row.fee:,.0f} {row.fee_currency}")
    if row.minutes:
        parts.append(_("%(minutes)s minutes") % {"minutes": row.minutes})
    parts += row.modes
    return Item(", ".join(parts), row.booking or row.note, _status(row.status))


def _verification(row: Mapping[str, Any]) -> Item:
    method = Verification.Method(row["method"]).label
    outcome = Verification.Outcome(row["outcome"]).label
    day: date = row["verified_on"]
    return Item(f"{day.isoformat()} {method}: {outcome}", row["note"])


def _status(status: str) -> str:
    """What is to be said of a statement that is not public."""
    return "" if status == Status.PUBLISHED else str(Status(status).label)


def _facts(first: Entry, second: Entry, labels: Mapping[str, str]) -> tuple[FactRow, ...]:
    rows = (
        FactRow(label, _cell(first, name, labels), _cell(second, name, labels))
        for name, label in FACTS.items()
    )
    return tuple(row for row in rows if row.first.text or row.second.text)


def _cell(entry: Entry, name: str, labels: Mapping[str, str]) -> Cell:
    """A fact as it is published, in words."""
    if name == "position":
        return _position(entry)
    if name in CURATED_ALONE:
        value = (entry.curated or {}).get(name)
        value = "" if value in (None, "unknown") else value
        return Cell(_in_words(name, value, labels), True) if value else Cell()
    value = entry.fact(name)
    if not value:
        return Cell()
    return Cell(_in_words(name, value, labels), bool((entry.curated or {}).get(name) == value))


def _in_words(name: str, value: Any, labels: Mapping[str, str]) -> str:
    match name:
        case "kind":
            return str(Kind(value).label)
        case "prefecture_code":
            return labels.get(value, value)
        case "accepts_new_patients":
            return str(YesNoUnknown(value).label)
        case "closures":
            return _closures(value)
    return str(value)


def _closures(document: Mapping[str, Any]) -> str:
    weekly = document.get("weekly") or {}
    closed = [str(label) for day, label in DAYS.items() if weekly.get(day) == "closed"]
    for item in document.get("nth_week") or ():
        which = {"week": item["week"], "day": DAYS[item["day"]]}
        closed.append(_("%(day)s of week %(week)s") % which)
    if document.get("public_holidays") == "closed":
        closed.append(_("public holidays"))
    return ", ".join(closed)


def _position(entry: Entry) -> Cell:
    found = _degrees(entry)
    if found is None:
        return Cell()
    layer = entry.curated if _is_located(entry.curated) else entry.official
    source = PositionSource((layer or {}).get("position_source") or "unknown").label
    return Cell(f"{found[0]:.5f}, {found[1]:.5f} ({source})", layer is entry.curated)


def _is_located(layer: Mapping[str, Any] | None) -> bool:
    return layer is not None and layer["latitude"] is not None


def _degrees(entry: Entry) -> tuple[float, float] | None:
    for layer in (entry.curated, entry.official):
        if layer is not None and _is_located(layer):
            return layer["latitude"], layer["longitude"]
    return None


def _distance_m(first: Entry, second: Entry) -> float | None:
    one, other = _degrees(first), _degrees(second)
    return None if one is None or other is None else geodesic_m(ecef(*one), ecef(*other))
