"""What is wrong with a document that a curator wrote: every fault with its place and the remedy."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, cast
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.curation.entry_document import (
    CLAIM_FIELDS,
    FACT_FIELDS,
    HOURS_FIELDS,
    TERM_FIELDS,
    EntryDocument,
    Row,
    model_value,
)
from clinics.hours import DAYS
from clinics.models import (
    Claim,
    Concept,
    CuratedFacts,
    Department,
    Facility,
    OpeningHours,
    PositionSource,
    Scheme,
    SecondOpinion,
    Status,
)

MODES = ("in-person", "online", "written")
# As precise as a source is dated.
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    ``part`` is ``facts``, ``departments``, ``claims`` or ``second_opinions``; ``row`` the place in
    that list, None for the facts; ``value`` what was given, and ``message`` what is wrong with it
    and what would be accepted.
    """

    part: str
    row: int | None
    field: str
    value: Any
    message: str


class Unacceptable(ValueError):
    """A document that cannot go live; ``faults`` says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(f"{fault.field}: {fault.message}" for fault in faults))


def check(
    document: EntryDocument,
    facility: Facility | None,
    using: str = "default",
    *,
    concepts: "ConceptSlugs | None" = None,
    registered: Sequence[str] | None = None,
) -> list[Fault]:
    """Everything that is wrong with the document of a facility; none where it can go live.

    ``facility`` is None for one that does not exist yet. Whoever checks many gives the ``concepts``
    and the names of the ``registered`` departments, which are read here otherwise.
    """
    concepts = concepts or ConceptSlugs(using)
    faults = [*_facts(document["facts"], facility, using)]
    names = [row["name"] for row in document["departments"]]
    for number, row in enumerate(document["departments"]):
        faults += _department(number, row, names)
    if registered is None and facility is not None:
        official = Department.objects.using(using).filter(facility=facility, layer="official")
        registered = list(official.values_list("name", flat=True))
    names += registered or ()
    for number, row in enumerate(document["claims"]):
        faults += claim_faults(row, concepts, names, number)
    for number, row in enumerate(document["second_opinions"]):
        faults += term_faults(row, number)
    return faults


class ConceptSlugs:
    """The slugs of every scheme, read once, and what is said of one that is not among them."""

    def __init__(self, using: str = "default") -> None:
        self.by_scheme: dict[str, list[str]] = {}
        for scheme, slug in Concept.objects.using(using).values_list("scheme", "slug"):
            self.by_scheme.setdefault(scheme, []).append(slug)

    def fault(self, key: str, part: str, row: int | None, field: str) -> Fault | None:
        """The fault of a ``scheme:slug`` that names no concept; None where it names one."""
        scheme, _colon, slug = key.partition(":")
        if slug in self.by_scheme.get(scheme, ()):
            return None
        if scheme not in self.by_scheme:
            accepted = ", ".join(sorted(self.by_scheme))
            message = _("There is no scheme %(scheme)r; accepted: %(accepted)s.") % {
                "scheme": scheme,
                "accepted": accepted,
            }
        else:
            near = get_close_matches(slug, self.by_scheme[scheme], n=3, cutoff=0.4)
            message = _("There is no %(scheme)s %(slug)r; the nearest are %(near)s.") % {
                "scheme": scheme,
                "slug": slug,
                "near": ", ".join(near or sorted(self.by_scheme[scheme])[:3]),
            }
        return Fault(part, row, field, key, message)


def claim_faults(
    row: Row, concepts: ConceptSlugs, department_names: Sequence[str], number: int | None = None
) -> Iterator[Fault]:
    """What is wrong with one claim."""
    yield from _columns(Claim, CLAIM_FIELDS, row, "claims", number)
    yield from _slug_faults(row, concepts, number)
    if row["concept"].startswith(f"{Scheme.KIND}:") or row["concept"].startswith(
        f"{Scheme.PREFECTURE}:"
    ):
        yield Fault(
            "claims",
            number,
            "concept",
            row["concept"],
            _("Kind and prefecture are facts of the clinic; state them there."),
        )
    if row["department"] and row["department"] not in department_names:
        yield Fault(
            "claims",
            number,
            "department",
            row["department"],
            _("The clinic has no such department; accepted: %(names)s, or nothing.")
            % {"names": ", ".join(department_names) or _("none")},
        )
    yield from _provenance(row, "claims", number)


def _slug_faults(row: Row, concepts: ConceptSlugs, number: int | None) -> Iterator[Fault]:
    """What is wrong with the concept of a claim and with its strength."""
    concept, strength = row["concept"], row["strength"]
    found: list[Fault | None] = []
    if concept.strip(":"):
        found.append(concepts.fault(concept, "claims", number, "concept"))
    else:
        message = _("A concept must be chosen, as scheme:slug, such as sport:golf.")
        found.append(Fault("claims", number, "concept", concept, message))
    if strength:
        found.append(concepts.fault(f"evidence:{strength}", "claims", number, "strength"))
    else:
        accepted = ", ".join(sorted(concepts.by_scheme.get(Scheme.EVIDENCE, ())))
        message = _("A strength of the evidence must be chosen; accepted: %(accepted)s.")
        found.append(Fault("claims", number, "strength", "", message % {"accepted": accepted}))
    return filter(None, found)


def term_faults(row: Row, number: int | None = None) -> Iterator[Fault]:
    """What is wrong with second-opinion terms."""
    yield from _columns(SecondOpinion, TERM_FIELDS, row, "second_opinions", number)
    yield from _provenance(row, "second_opinions", number)
    for mode in row["modes"] or ():
        if mode not in MODES:
            yield Fault(
                "second_opinions",
                number,
                "modes",
                mode,
                _("Accepted: %(accepted)s.") % {"accepted": ", ".join(MODES)},
            )
    if not re.fullmatch(r"[A-Z]{3}", row["fee_currency"] or ""):
        yield Fault(
            "second_opinions",
            number,
            "fee_currency",
            row["fee_currency"],
            _("A currency is three capital letters (ISO 4217), such as JPY."),
        )


def source_faults(
    sources: Any, part: str, number: int | None, *, required: bool
) -> Iterator[Fault]:
    """What is wrong with a list of ``{url, date}``."""
    if not isinstance(sources, list):
        yield Fault(
            part, number, "sources", sources, _("A list of addresses with dates is needed.")
        )
        return
    if required and not sources:
        yield Fault(
            part,
            number,
            "sources",
            "",
            _("A statement needs a source: the address of the page that says so."),
        )
    for source in sources:
        address = urlsplit(str(source.get("url", "")))
        if address.scheme not in ("http", "https") or not address.hostname:
            yield Fault(
                part,
                number,
                "sources",
                source.get("url", ""),
                _("A source is an address that begins with https:// or http://."),
            )
        if source.get("date") and not is_partial_date(str(source["date"])):
            yield Fault(part, number, "sources", source["date"], _partial_date_message())


def is_partial_date(text: str) -> bool:
    """Whether a text is a year, a month or a day that exists."""
    if not PARTIAL_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _partial_date_message() -> str:
    return _("A date is YYYY, YYYY-MM or YYYY-MM-DD, as precise as the source is.")


def _facts(facts: Row, facility: Facility | None, using: str) -> Iterator[Fault]:
    yield from _columns(CuratedFacts, FACT_FIELDS, facts, "facts", None)
    official = getattr(facility, "officialfacts", None) if facility else None
    if not facts["name"] and official is None:
        yield Fault("facts", None, "name", "", _("A clinic that no register holds needs a name."))
    latitude, longitude = facts["latitude"], facts["longitude"]
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        yield Fault("facts", None, missing, None, _("A position is both numbers, or neither."))
    located = latitude is not None and longitude is not None
    if located and facts["position_source"] == PositionSource.UNKNOWN:
        yield Fault(
            "facts",
            None,
            "position_source",
            facts["position_source"],
            _("Say where the position comes from: geocoded or curated."),
        )
    if not re.fullmatch(r"[A-Z]{2}", facts["country"] or ""):
        yield Fault(
            "facts",
            None,
            "country",
            facts["country"],
            _("A country is two capital letters (ISO 3166-1), such as JP."),
        )
    if facts["website"]:
        address = urlsplit(facts["website"])
        if address.scheme not in ("http", "https") or not address.hostname:
            yield Fault(
                "facts",
                None,
                "website",
                facts["website"],
                _("A website begins with https:// or http://."),
            )
    yield from _codes(facts, using)
    yield from source_faults(facts["sources"], "facts", None, required=False)


def _codes(facts: Row, using: str) -> Iterator[Fault]:
    prefecture, municipality = facts["prefecture_code"], facts["municipality_code"]
    if facts["country"] != "JP":
        return
    if prefecture and not (
        prefecture.isdigit() and len(prefecture) == 2 and 1 <= int(prefecture) <= 47
    ):
        yield Fault(
            "facts",
            None,
            "prefecture_code",
            prefecture,
            _("A prefecture is two digits from 01 to 47 (JIS X 0401)."),
        )
    if municipality and not re.fullmatch(r"\d{5}", municipality):
        yield Fault(
            "facts",
            None,
            "municipality_code",
            municipality,
            _("A municipality is five digits (JIS X 0402), such as 13101."),
        )
    elif municipality and prefecture and not municipality.startswith(prefecture):
        yield Fault(
            "facts",
            None,
            "municipality_code",
            municipality,
            _(
                "This municipality is not in prefecture %(code)s: its code begins with the prefecture's."
            )
            % {"code": prefecture},
        )


def _department(number: int, row: Row, names: Sequence[str]) -> Iterator[Fault]:
    yield from _columns(Department, ("name", "name_en"), row, "departments", number)
    if names.count(row["name"]) > 1:
        yield Fault(
            "departments", number, "name", row["name"], _("This department is listed twice.")
        )
    for hours in row["hours"]:
        wrong = [day for day in hours["days"] if day not in DAYS]
        if wrong or not hours["days"]:
            yield Fault(
                "departments",
                number,
                "hours",
                ", ".join(wrong),
                _("Days are %(accepted)s.") % {"accepted": ", ".join(DAYS)},
            )
        else:
            yield from _columns(
                OpeningHours,
                HOURS_FIELDS,
                hours | {"days": ",".join(hours["days"])},
                "departments",
                number,
            )


def _provenance(row: Row, part: str, number: int | None) -> Iterator[Fault]:
    yield from source_faults(
        row["sources"], part, number, required=row["status"] == Status.PUBLISHED
    )
    if row["asserted_on"] and not is_partial_date(row["asserted_on"]):
        yield Fault(part, number, "asserted_on", row["asserted_on"], _partial_date_message())
    if row["checked_on"] and row["checked_on"] > timezone.localdate().isoformat():
        yield Fault(
            part, number, "checked_on", row["checked_on"], _("A check cannot lie in the future.")
        )


def _columns(
    model: type[models.Model], fields: Sequence[str], row: Row, part: str, number: int | None
) -> Iterator[Fault]:
    """What the columns themselves refuse: types, lengths, choices, ranges, blanks."""
    for name in fields:
        field = cast("models.Field[Any, Any]", model._meta.get_field(name))
        if name not in row:
            yield Fault(part, number, name, None, _("This is missing."))
            continue
        try:
            value = model_value(field, row[name])
            field.clean(value, None)
        except ValidationError as error:
            yield Fault(part, number, name, row[name], " ".join(error.messages))
