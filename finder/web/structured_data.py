"""A clinic as schema.org describes one, for programs that read pages: only what a source states."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clinics.hours import WEEKDAYS, Day
from clinics.timetable import EMERGENCY_CODE

Clinic = Mapping[str, Any]
# Hospital and MedicalClinic are places too; of any other it is said.
TYPES: Mapping[str, str | list[str]] = {
    "hospital": "Hospital",
    "clinic": "MedicalClinic",
}
OTHER_TYPE = ["MedicalOrganization", "Place"]
# Members of schema.org's MedicalSpecialty that are the same as a category, and no others.
SPECIALTIES = {"neurology": "Neurologic", "orthopaedics": "Musculoskeletal"}
# Who has to say so: the register, or the place itself.
OFFICIAL = frozenset({"official-register", "official-page"})
DAY_NAMES: Mapping[Day, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
    "hol": "PublicHolidays",
}
ACCEPTS = {"yes": True, "no": False}
# What could end the script or be read as mark-up (HTML), and what ends a line in old JavaScript.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def structured_data(clinic: Clinic, page: str) -> str:
    """The JSON-LD of a clinic's document, fit to stand in a script element as it is.

    ``page`` is the absolute address of its page.
    """
    facts = {name: value for name, value in _facts(clinic, page) if value not in (None, [], {})}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)


def _facts(clinic: Clinic, page: str) -> Iterator[tuple[str, Any]]:
    yield "@context", "https://schema.org"
    yield "@type", TYPES.get(clinic["kind"], OTHER_TYPE)
    yield "@id", f"{page}#place"
    yield "url", page
    yield "name", clinic["name"]
    yield "alternateName", _other_names(clinic)
    yield "address", _address(clinic)
    yield "geo", _geo(clinic)
    yield "telephone", clinic["phone"]
    yield "sameAs", clinic["website"]
    yield "medicalSpecialty", _specialties(clinic)
    yield "isAcceptingNewPatients", ACCEPTS.get(clinic["accepts_new_patients"])
    yield "openingHoursSpecification", _opening_hours(clinic)
    yield (
        "identifier",
        [
            {"@type": "PropertyValue", "propertyID": one["system"], "value": one["value"]}
            for one in clinic["identifiers"]
        ],
    )


def _other_names(clinic: Clinic) -> list[str]:
    official = clinic["official"] or {}
    names = (
        clinic["name_en"],
        clinic["name_kana"],
        official.get("name"),
        official.get("short_name"),
    )
    return list(dict.fromkeys(name for name in names if name and name != clinic["name"]))


def _address(clinic: Clinic) -> dict[str, str]:
    """The address; its country where the catalogue files it under a prefecture of Japan."""
    prefecture = clinic["prefecture"]
    stated = {
        "streetAddress": clinic["address"],
        "addressRegion": prefecture and prefecture["label_ja"],
        "addressCountry": prefecture and "JP",
    }
    known = {name: text for name, text in stated.items() if text}
    return {"@type": "PostalAddress", **known} if known else {}


def _geo(clinic: Clinic) -> dict[str, Any]:
    if clinic["lat"] is None or clinic["lng"] is None:
        return {}
    return {
        "@type": "GeoCoordinates",
        "latitude": clinic["lat"],
        "longitude": clinic["lng"],
    }


def _specialties(clinic: Clinic) -> list[str]:
    return [
        f"https://schema.org/{SPECIALTIES[category['slug']]}"
        for category in clinic["categories"]
        if category["slug"] in SPECIALTIES and category["strength"] in OFFICIAL
    ]


def _opening_hours(clinic: Clinic) -> list[dict[str, Any]]:
    """The hours of the whole place; none where anything stated of them differs or contradicts.

    All departments have to state the same; a day that is closed in some weeks of the month cannot be
    told, nor a session from midnight to midnight, nor emergency duty.
    """
    departments = [
        department
        for department in clinic["departments"]
        if department["hours"] and department["code"] != EMERGENCY_CODE
    ]
    if not departments:
        return []
    hours = _sessions(departments[0]["hours"])
    if any(_sessions(department["hours"]) != hours for department in departments):
        return []
    closures = clinic["closures"] or {}
    closed = {day for day in WEEKDAYS if closures.get("weekly", {}).get(day) == "closed"}
    if closures.get("public_holidays") == "closed":
        closed.add("hol")
    stated = {day for _, _, days in hours for day in days}
    if closures.get("nth_week") or stated & closed or any(o == c for o, c, _ in hours):
        return []
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [f"https://schema.org/{DAY_NAMES[day]}" for day in days],
            "opens": opens,
            "closes": closes,
        }
        for opens, closes, days in hours
    ]


def _sessions(hours: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, tuple[Day, ...]]]:
    return sorted((row["opens"], row["closes"], tuple(row["days"])) for row in hours)
