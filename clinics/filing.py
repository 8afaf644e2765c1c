"""What an entry is filed under: the concepts it carries, and every other term a search can ask for."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from clinics.catalogue import Entry
from clinics.models import Layer, Scheme, YesNoUnknown
from clinics.terms import (
    ATHLETES,
    CONFIRMED,
    EVERY_CLINIC,
    MUNICIPALITY,
    NEW_PATIENTS,
    NON_MEDICAL,
    SECOND_OPINION,
    VERIFIED,
)
from clinics.timetable import Timetable, open_terms
from clinics.vocabulary import Vocabulary, Word

# Each concept with the strength and check date of every statement.
Evidence = dict[Word, list[tuple[Word, date | None]]]

# What says that a place knows athletes.
ATHLETE_SCHEMES = (Scheme.SPORT, Scheme.LEVEL, Scheme.CREDENTIAL)


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


def term_strengths(
    entry: Entry,
    found: Evidence,
    vocabulary: Vocabulary,
    brief: dict[str, Any],
    timetable: Timetable,
) -> dict[str, int]:
    """Every term an entry is filed under, with the strength of the best evidence for it.

    Facts of the register carry the register's strength; from :data:`CONFIRMED` on, a curator has
    checked the claim.
    """
    register = vocabulary.official_register.evidence_rank
    terms = {EVERY_CLINIC: register, f"{Scheme.KIND}:{brief['kind']}": register}
    if brief["prefecture"]:
        terms[f"{Scheme.PREFECTURE}:{brief['prefecture']['slug']}"] = register
    if brief["municipality"]:
        terms[f"{MUNICIPALITY}:{brief['municipality']['code']}"] = register
    for concept, statements in found.items():
        terms[concept.key] = max(
            strength.evidence_rank + (CONFIRMED if checked else 0)
            for strength, checked in statements
        )
    of_athletes = [terms[word.key] for word in found if word.scheme in ATHLETE_SCHEMES]
    if of_athletes:
        terms[ATHLETES] = max(of_athletes)
    if _is_bodywork(found):
        terms[NON_MEDICAL] = register
    if brief["verified_on"]:
        terms[VERIFIED] = register
    return terms | dict.fromkeys((*_offers(entry, brief), *open_terms(timetable)), register)


def _offers(entry: Entry, brief: dict[str, Any]) -> Iterator[str]:
    """The terms of what the clinic offers, where somebody says so."""
    second_opinion = brief["second_opinion"]
    if second_opinion["offered"] == YesNoUnknown.YES:
        yield f"{SECOND_OPINION}:any"
        for mode in second_opinion["modes"]:
            yield f"{SECOND_OPINION}:{mode}"
    accepts = (entry.curated or {}).get("accepts_new_patients", YesNoUnknown.UNKNOWN)
    if accepts != YesNoUnknown.UNKNOWN:
        yield f"{NEW_PATIENTS}:{accepts}"


def _is_bodywork(carried: Iterable[Word]) -> bool:
    """Whether all that is known of what the place does lies outside medical care."""
    categories = [word for word in carried if word.scheme == Scheme.CATEGORY]
    return bool(categories) and not any(word.medical_care for word in categories)
