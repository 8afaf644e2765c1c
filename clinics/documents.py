"""The public documents of a clinic: one definition for the JSON, its schema and the tests.

Text that nobody states is ``null``, an unanswered question ``"unknown"``; neither is to be read as
no. :mod:`clinics.rendering` makes them from a catalogue entry.
"""

from datetime import date
from typing import Annotated, Literal, NotRequired, TypedDict

Answer = Literal["yes", "no", "unknown"]
Rule = Literal["required", "recommended", "not-required", "unknown"]


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
    verify_by: Annotated[date | None, "When the first part of it is due to be checked again"]
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
    fee_per_30_minutes: Annotated[
        float | None,
        "`fee` / `minutes` × 30, rounded half up to hundredths: a rate to compare by, with tax or "
        "without as `fee_tax` says and without `extra_fee`; null: one of the two is unknown",
    ]
    modes: Annotated[
        list[Literal["in-person", "online", "written"]],
        "Those that are stated; whether there are others is unknown",
    ]
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
    age_months: NotRequired[
        Annotated[
            int | None,
            "Whole months since `asserted_on`, at least; null: undated. Added on the day it is read",
        ]
    ]
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
    curated_recorded_on: Annotated[
        date | None, "When the curators wrote down what they say of the place itself; null: unknown"
    ]
    curated_note: str | None
    credits: list[str]


class QualityShare(TypedDict):
    """So many of so many."""

    number: int
    of: Annotated[int, "Out of how many"]
    share: Annotated[float | None, "`number` / `of` to four decimals; null: of none"]


class QualityFigures(TypedDict):
    """How fresh and how complete the published clinics of a group are.

    What nobody has stated is counted as missing and never as a no: second-opinion terms that say
    that none are given are terms. A clinic of which the curators state nothing is neither verified
    in time nor overdue, since nothing of it can be either.
    """

    clinics: Annotated[int, "Published clinics of the group"]
    verified_in_time: Annotated[
        QualityShare,
        "Clinics whose `verify_by` is today or later, of those that have one: all that the "
        "curators state was checked, or else recorded, lately enough",
    ]
    overdue: Annotated[
        QualityShare,
        "Clinics whose `verify_by` is past, of those that have one; the others of these",
    ]
    nothing_to_verify: Annotated[
        QualityShare,
        "Clinics without `verify_by`, of all: the curators state nothing of them, so nothing falls "
        "due",
    ]
    verified_within_90_days: Annotated[
        QualityShare, "Clinics whose `verified_on` is at most 90 days ago, of all"
    ]
    verified_within_365_days: Annotated[
        QualityShare, "Clinics whose `verified_on` is at most 365 days ago, of all"
    ]
    never_verified: Annotated[QualityShare, "Clinics without `verified_on`, of all"]
    missing_position: Annotated[
        QualityShare, "Clinics of which nobody knows where they are, of all"
    ]
    missing_hours: Annotated[
        QualityShare,
        "Clinics without a consultation session that anybody states, of all; that is not closed",
    ]
    missing_claims: Annotated[QualityShare, "Clinics without a published claim, of all"]
    missing_second_opinion: Annotated[
        QualityShare,
        "Clinics without published second-opinion terms, of all; that is not to give none",
    ]
    with_expired_claims: Annotated[
        QualityShare, "Clinics with a claim whose `expires_on` is past, of all"
    ]
    expired_claims: Annotated[
        QualityShare, "Published claims whose `expires_on` is past, of the published claims"
    ]


class QualityOfPrefecture(CodedLabel):
    """The figures of one prefecture."""

    code: Annotated[str | None, "JIS X 0401; null: clinics whose prefecture is unknown"]
    figures: QualityFigures


class QualityOfCategory(CodedLabel):
    """The figures of one category."""

    figures: QualityFigures


class QualityPoint(TypedDict):
    """The figures of all published clinics as they were after an import, or on a day."""

    taken_at: Annotated[str, "ISO 8601 instant"]
    source: Annotated[str | None, "Whose release was imported; null: no import"]
    release: Annotated[date | None, "The release; null: no import"]
    figures: QualityFigures


class QualityReport(TypedDict):
    """How fresh and how complete the catalogue is."""

    as_of: Annotated[date, "The day, in Japan, on which what is due and expired is counted"]
    overall: Annotated[QualityFigures, "Of all published clinics"]
    by_prefecture: Annotated[
        list[QualityOfPrefecture],
        "Every prefecture in the order of the codes, then `unknown`; together all clinics",
    ]
    by_category: Annotated[
        list[QualityOfCategory],
        "Every category in the order of the taxonomy; a clinic counts in each that it carries",
    ]
    trend: Annotated[list[QualityPoint], "How it moved, the newest last; at most the last 50"]
