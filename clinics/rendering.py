"""An entry as it will be published: its documents, and the terms it is filed under."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from clinics.catalogue import Entry, Row
from clinics.due import verify_by
from clinics.fees import fee_per_30_minutes
from clinics.filing import Evidence, evidence, term_strengths
from clinics.hours import Closures
from clinics.identity import CURATED, NAVII
from clinics.models import Scheme, Verification, YesNoUnknown
from clinics.text import fold, name_forms, search_key, search_text
from clinics.timetable import Timetable, compile_timetable
from clinics.vocabulary import Vocabulary, Word

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


# Lists of CarriedConcept, by scheme.
Carried = dict[str, list[dict[str, Any]]]

# A place is called by all of these.
NAMES = ("name", "name_kana", "short_name", "name_en")
# A key has to fit into an index and into a cursor, however long folding makes a name.
NAME_KEY_BYTES = 1_200


@dataclass(slots=True)
class Rendered:
    """An entry as it will be published: documents without their instant, and its terms.

    ``names`` and ``address`` are what a search for words reads.
    """

    entry: Entry
    summary: bytes
    detail: bytes
    name_key: bytes
    names: str
    address: str
    timetable: Timetable
    position: tuple[float, float] | None
    verified_on: date | None
    verify_by: date | None
    strengths: dict[str, int]

    def digest(self) -> str:
        """Tells whether what it says differs from what was published before."""
        sessions = [list(session) for session in self.timetable.sessions]
        searched = orjson.dumps([self.names, self.address, sessions, self.timetable.closed_dates])
        return _digest(b"\0".join((self.detail, self.summary, self.name_key, searched)))

    def filing_digest(self, masks: tuple[int, int]) -> str:
        """Tells whether its postings differ from what was published before."""
        return _digest(orjson.dumps([self.position, sorted(self.strengths.items()), masks]))


def render(entry: Entry, vocabulary: Vocabulary) -> Rendered:
    """The documents and terms of a public entry."""
    found = evidence(entry, vocabulary)
    carried = carried_concepts(found)
    brief = summary(entry, vocabulary, carried)
    full = detail(entry, vocabulary, carried, brief)
    located = brief["lat"] is not None
    timetable = compile_timetable(entry.departments, full["closures"], full["closing_remarks"])
    return Rendered(
        entry=entry,
        summary=orjson.dumps(brief),
        detail=orjson.dumps(full),
        name_key=_name_key(brief["name_kana"] or brief["name"]),
        names=search_text(name_forms(_names(entry))),
        address=search_key(brief["address"] or ""),
        timetable=timetable,
        position=(brief["lat"], brief["lng"]) if located else None,
        verified_on=brief["verified_on"],
        verify_by=brief["verify_by"],
        strengths=term_strengths(entry, found, vocabulary, brief, timetable),
    )


def _names(entry: Entry) -> Iterator[str]:
    """Everything that either layer calls the place."""
    for layer in (entry.curated, entry.official):
        if layer is not None:
            yield from (layer[name] for name in NAMES if layer[name])


def _name_key(name: str) -> bytes:
    """The bytes by which a name is sorted, cut between characters."""
    return fold(name).encode()[:NAME_KEY_BYTES].decode(errors="ignore").encode()


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


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
        "verify_by": verify_by(entry, vocabulary),
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
        "curated_recorded_on": curated.get("recorded_on"),
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
    """The best answer of all terms, and the ways of those that do not say no."""
    answers = {row["offered"] for row in entry.second_opinions}
    not_refused = [row for row in entry.second_opinions if row["offered"] != YesNoUnknown.NO]
    modes = {mode for row in not_refused for mode in row["modes"]}
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
    amounts = {
        "fee": row["fee"],
        "extra_fee": row["extra_fee"],
        "fee_per_30_minutes": fee_per_30_minutes(row["fee"], row["minutes"]),
    }
    return (
        {name: row[name] for name in as_they_are}
        | {name: row[name] or None for name in texts}
        | {name: None if amount is None else float(amount) for name, amount in amounts.items()}
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
