"""The public documents of a clinic: one definition for the JSON, its schema and the tests.

The typed dictionaries say what the public sees; the functions below make them from a catalogue
entry. Text that a layer does not state is ``null``, an unanswered question ``"unknown"``; neither
is to be read as no.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypedDict

from django.conf import settings

from clinics.catalogue import Entry, Row
from clinics.hours import Closures
from clinics.identity import CURATED, NAVII
from clinics.models import Layer, Scheme, Verification, YesNoUnknown
from clinics.vocabulary import Vocabulary, Word

# Each concept with the strength and check date of every statement; lists of CarriedConcept.
Evidence = dict[Word, list[tuple[Word, date | None]]]
Carried = dict[str, list[dict[str, Any]]]

Answer = Literal["yes", "no", "unknown"]
Rule = Literal["required", "recommended", "not-required", "unknown"]

CREDITS = {
    NAVII: (
        "「医療情報ネットのオープンデータ」（厚生労働省）"
        "（https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/kenkou_iryou/iryou/"
        "newpage_43373.html）を加工して作成"
    ),
}
IDENTIFIER_SYSTEMS = {NAVII: "urn:mhlw:iryojoho:facility"}

# The schemes whose concepts a result list shows, and the name of each list.
SUMMARY_SCHEMES = {
    Scheme.CATEGORY: "categories",
    Scheme.SERVICE: "services",
    Scheme.SPORT: "sports",
    Scheme.LEVEL: "levels",
    Scheme.CREDENTIAL: "credentials",
    Scheme.LANGUAGE: "languages",
    Scheme.FEATURE: "features",
}


class CodedLabel(TypedDict):
    """A concept as a label."""

    slug: str
    label_ja: str
    label_en: str


class Region(CodedLabel):
    """A prefecture."""

    code: Annotated[str, "JIS X 0401"]


class Municipality(TypedDict):
    """A municipality."""

    code: Annotated[str, "JIS X 0402, five digits"]


class CarriedConcept(CodedLabel):
    """A concept that the clinic carries, with its best evidence."""

    strength: Annotated[str, "Slug of the evidence scheme"]
    verified_on: Annotated[date | None, "When a curator last checked it; null: not yet"]


class SecondOpinionBrief(TypedDict):
    """Second opinions in a word."""

    offered: Answer
    modes: list[Literal["in-person", "online", "written"]]


class ClinicSummary(TypedDict):
    """A clinic in a result list."""

    id: str
    name: str
    name_kana: str | None
    name_en: str | None
    kind: Literal["hospital", "clinic", "other", "unknown"]
    address: str | None
    prefecture: Region | None
    municipality: Municipality | None
    lat: Annotated[float | None, "WGS84 decimal degrees"]
    lng: Annotated[float | None, "WGS84 decimal degrees"]
    position_source: Literal["official", "geocoded", "curated", "unknown"]
    website: str | None
    phone: str | None
    categories: list[CarriedConcept]
    services: list[CarriedConcept]
    sports: list[CarriedConcept]
    levels: list[CarriedConcept]
    credentials: list[CarriedConcept]
    languages: list[CarriedConcept]
    features: list[CarriedConcept]
    second_opinion: SecondOpinionBrief
    verified_on: date | None
    verify_by: date | None
    url: Annotated[str, "Path of the full document"]
    updated_at: Annotated[str, "ISO 8601 instant of the last published change"]


class Identifier(TypedDict):
    """An identifier of the clinic, as in FHIR."""

    system: str
    value: str


class SourceReference(TypedDict):
    """Where a statement comes from."""

    url: str
    date: Annotated[str | None, "As precise as known: YYYY, YYYY-MM or a day; null: undated"]


class OpeningSession(TypedDict):
    """A consultation session; closing at or before opening is on the next day."""

    session: int
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol"]]
    opens: Annotated[str, "HH:MM, Asia/Tokyo"]
    closes: str
    reception_opens: str | None
    reception_closes: str | None


class DepartmentDocument(TypedDict):
    """A department or specialised outpatient clinic."""

    layer: Literal["official", "curated"]
    code: Annotated[str | None, "診療科目コード"]
    name: str
    name_en: str | None
    category: Annotated[CodedLabel | None, "The category the code stands for"]
    hours: Annotated[list[OpeningSession], "Empty: not stated, which does not mean closed"]


class NthWeekClosure(TypedDict):
    """A day closed in one week of every month."""

    week: int
    day: str


class ClosuresDocument(TypedDict):
    """The days the clinic says it is closed."""

    weekly: dict[str, Literal["open", "closed", "unknown"]]
    nth_week: Annotated[list[NthWeekClosure] | None, "null: not answered"]
    public_holidays: Literal["open", "closed", "unknown"]


class ClaimDocument(TypedDict):
    """What a source says, and how far it carries."""

    scheme: str
    concept: CodedLabel
    department: str | None
    statement: str
    limits: Annotated[str | None, "What weakens the statement"]
    strength: CodedLabel
    sources: list[SourceReference]
    asserted_on: Annotated[str | None, "Newest source date; null: undated"]
    recorded_on: date
    checked_on: date | None
    expires_on: date | None


class SecondOpinionDocument(TypedDict):
    """Second-opinion terms as a source states them."""

    offered: Answer
    fee: float | None
    fee_currency: str
    fee_tax: Literal["included", "excluded", "unknown"]
    minutes: int | None
    extra_fee: float | None
    extra_minutes: int | None
    modes: list[Literal["in-person", "online", "written"]]
    letter: Rule
    images: Rule
    attendees: list[str]
    exclusions: list[str]
    doctor_consent: Literal["required", "not-required", "unknown"]
    target_conditions: str | None
    includes_neurology: Answer
    includes_orthopaedics: Answer
    booking: str | None
    lead_time_days: int | None
    report_to_referrer: Answer
    cancellation: str | None
    note: str | None
    sources: list[SourceReference]
    asserted_on: str | None
    recorded_on: date
    checked_on: date | None
    expires_on: date | None


class OfficialDocument(TypedDict):
    """What the register says, and as of when."""

    source: str
    name: str
    short_name: str | None
    release: date
    absent_since: Annotated[date | None, "First release that no longer lists it"]


class VerificationDocument(TypedDict):
    """A check by the curators."""

    verified_on: date
    method: Literal["phone", "web", "letter", "visit"]
    outcome: Literal["confirmed", "corrected", "not-reached"]


class ClinicDetail(ClinicSummary):
    """Everything known of a clinic, with sources and dates."""

    identifiers: list[Identifier]
    official: OfficialDocument | None
    conditions: list[CarriedConcept]
    evidence: list[CarriedConcept]
    departments: list[DepartmentDocument]
    closures: ClosuresDocument | None
    closing_remarks: str | None
    accepts_new_patients: Answer
    claims: list[ClaimDocument]
    second_opinions: list[SecondOpinionDocument]
    verifications: list[VerificationDocument]
    curated_sources: list[SourceReference]
    curated_note: str | None
    credits: list[str]


def summary(entry: Entry, vocabulary: Vocabulary, carried: Carried) -> dict[str, Any]:
    """The :class:`ClinicSummary` of an entry, without ``updated_at``."""
    verified_on = last_verified(entry)
    prefecture = vocabulary.prefecture_of_code.get(entry.fact("prefecture_code") or "")
    municipality_code = entry.fact("municipality_code")
    latitude, longitude, position_source = position(entry)
    return {
        "id": str(entry.facility["id"]),
        "name": entry.fact("name") or entry.facility["official_id"],
        "name_kana": entry.fact("name_kana"),
        "name_en": entry.fact("name_en"),
        "kind": entry.fact("kind") or "unknown",
        "address": entry.fact("address"),
        "prefecture": _label(prefecture) | {"code": entry.fact("prefecture_code")}
        if prefecture
        else None,
        "municipality": {"code": municipality_code} if municipality_code else None,
        "lat": latitude,
        "lng": longitude,
        "position_source": position_source,
        "website": entry.fact("website"),
        "phone": entry.fact("phone"),
        **{name: carried.get(scheme, []) for scheme, name in SUMMARY_SCHEMES.items()},
        "second_opinion": _second_opinion_brief(entry),
        "verified_on": verified_on,
        "verify_by": verified_on and verified_on + timedelta(days=settings.VERIFICATION_DAYS),
        "url": f"/api/v1/clinics/{entry.facility['id']}",
    }


def detail(
    entry: Entry, vocabulary: Vocabulary, carried: Carried, brief: dict[str, Any]
) -> dict[str, Any]:
    """The :class:`ClinicDetail` of an entry around its summary, without ``updated_at``."""
    names = {row["id"]: row["name"] for row in entry.departments}
    curated = entry.curated or {}
    return brief | {
        "identifiers": _identifiers(entry),
        "official": _official(entry),
        "conditions": carried.get(Scheme.CONDITION, []),
        "evidence": carried.get(Scheme.EVIDENCE, []),
        "departments": [_department(row, vocabulary) for row in entry.departments],
        "closures": _closures(entry.fact("closures")),
        "closing_remarks": entry.fact("closing_remarks"),
        "accepts_new_patients": curated.get("accepts_new_patients", YesNoUnknown.UNKNOWN),
        "claims": [_claim(row, vocabulary, names) for row in entry.claims],
        "second_opinions": [_second_opinion(row) for row in entry.second_opinions],
        "verifications": [
            {name: row[name] for name in ("verified_on", "method", "outcome")}
            for row in entry.verifications
        ],
        "curated_sources": _sources(curated.get("sources", [])),
        "curated_note": curated.get("note") or None,
        "credits": [line for line in [CREDITS.get(entry.facility["source"])] if line],
    }


def position(entry: Entry) -> tuple[float | None, float | None, str]:
    """Latitude, longitude and where they came from: the curators' where they set one."""
    for layer in (entry.curated, entry.official):
        if layer is not None and layer["latitude"] is not None:
            return layer["latitude"], layer["longitude"], layer["position_source"]
    return None, None, "unknown"


def last_verified(entry: Entry) -> date | None:
    """The day of the newest verification that reached somebody."""
    days = [
        row["verified_on"]
        for row in entry.verifications
        if row["outcome"] != Verification.Outcome.NOT_REACHED
    ]
    return max(days, default=None)


def evidence(entry: Entry, vocabulary: Vocabulary) -> Evidence:
    """Each concept the entry carries, with the strength and check date of all that says so.

    The register's departments speak with the strength of the register.
    """
    found: Evidence = {}
    for row in entry.departments:
        category = vocabulary.category_of_department.get(row["code"])
        if category is not None and row["layer"] == Layer.OFFICIAL:
            found.setdefault(category, []).append((vocabulary.official_register, None))
    for row in entry.claims:
        strength = vocabulary.words[row["strength_id"]]
        concept = vocabulary.words[row["concept_id"]]
        found.setdefault(concept, []).append((strength, row["checked_on"]))
    return found


def carried_concepts(found: Evidence) -> Carried:
    """What :func:`evidence` found, by scheme in the order of first mention."""
    lists: Carried = {}
    for concept, statements in found.items():
        best, _ = max(statements, key=lambda statement: statement[0].evidence_rank)
        checked = max((day for _, day in statements if day), default=None)
        carried = _label(concept) | {"strength": best.slug, "verified_on": checked}
        lists.setdefault(concept.scheme, []).append(carried)
    return lists


def _label(word: Word) -> dict[str, Any]:
    return {"slug": word.slug, "label_ja": word.label_ja, "label_en": word.label_en}


def _second_opinion_brief(entry: Entry) -> dict[str, Any]:
    answers = {row["offered"] for row in entry.second_opinions}
    modes = {mode for row in entry.second_opinions for mode in row["modes"]}
    offered = next((answer for answer in ("yes", "no") if answer in answers), "unknown")
    return {"offered": offered, "modes": sorted(modes)}


def _identifiers(entry: Entry) -> list[dict[str, str]]:
    """The register's own id; the key of an entry that no register holds is none."""
    source = entry.facility["source"]
    if source == CURATED:
        return []
    system = IDENTIFIER_SYSTEMS.get(source, f"urn:clinic-finder:register:{source}")
    return [{"system": system, "value": entry.facility["official_id"]}]


def _official(entry: Entry) -> dict[str, Any] | None:
    if entry.official is None:
        return None
    return {
        "source": entry.facility["source"],
        "name": entry.official["name"],
        "short_name": entry.official["short_name"] or None,
        "release": entry.official["release"],
        "absent_since": entry.official["absent_since"],
    }


def _closures(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """Closures with their keys in order, which PostgreSQL's JSON does not keep."""
    return Closures.from_json(stored).as_json() if stored else None


def _department(row: Row, vocabulary: Vocabulary) -> dict[str, Any]:
    category = vocabulary.category_of_department.get(row["code"])
    return {
        "layer": row["layer"],
        "code": row["code"] or None,
        "name": row["name"],
        "name_en": row["name_en"] or None,
        "category": _label(category) if category else None,
        "hours": [_session(hours) for hours in row["hours"]],
    }


def _session(row: Row) -> dict[str, Any]:
    times = ("opens", "closes", "reception_opens", "reception_closes")
    return {
        "session": row["session"],
        "days": row["days"].split(","),
        **{name: row[name] and row[name].isoformat("minutes") for name in times},
    }


def _claim(row: Row, vocabulary: Vocabulary, department_names: dict[int, str]) -> dict[str, Any]:
    concept = vocabulary.words[row["concept_id"]]
    return {
        "scheme": concept.scheme,
        "concept": _label(concept),
        "department": department_names.get(row["department_id"]),
        "statement": row["statement"],
        "limits": row["note"] or None,
        "strength": _label(vocabulary.words[row["strength_id"]]),
        **_provenance(row),
    }


def _second_opinion(row: Row) -> dict[str, Any]:
    as_they_are = [
        "offered",
        "fee_currency",
        "fee_tax",
        "minutes",
        "extra_minutes",
        "modes",
        "letter",
        "images",
        "attendees",
        "exclusions",
        "doctor_consent",
        "includes_neurology",
        "includes_orthopaedics",
        "lead_time_days",
        "report_to_referrer",
    ]
    texts = ["target_conditions", "booking", "cancellation", "note"]
    amounts = ["fee", "extra_fee"]
    return (
        {name: row[name] for name in as_they_are}
        | {name: row[name] or None for name in texts}
        | {name: None if row[name] is None else float(row[name]) for name in amounts}
        | _provenance(row)
    )


def _provenance(row: Row) -> dict[str, Any]:
    return {
        "sources": _sources(row["sources"]),
        "asserted_on": row["asserted_on"] or None,
        "recorded_on": row["recorded_on"],
        "checked_on": row["checked_on"],
        "expires_on": row["expires_on"],
    }


def _sources(sources: list[dict[str, str]]) -> list[dict[str, str | None]]:
    return [{"url": source["url"], "date": source["date"] or None} for source in sources]
