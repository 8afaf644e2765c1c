"""What FHIR calls things: addresses, code systems, extensions, and the few shapes they come in."""

import re
from typing import Any

from finder.checklist.definition import Checklist, Language, Text, Unit

CORE = "http://hl7.org/fhir/StructureDefinition"
TRANSLATION = f"{CORE}/translation"
LANGUAGE = f"{CORE}/language"
RENDERING_STYLE = f"{CORE}/rendering-style"
ITEM_CONTROL = f"{CORE}/questionnaire-itemControl"
CHOICE_ORIENTATION = f"{CORE}/questionnaire-choiceOrientation"
OPTION_EXCLUSIVE = f"{CORE}/questionnaire-optionExclusive"
SUPPORT_LINK = f"{CORE}/questionnaire-supportLink"
UNIT = f"{CORE}/questionnaire-unit"
UNIT_OPTION = f"{CORE}/questionnaire-unitOption"
SLIDER_STEP = f"{CORE}/questionnaire-sliderStepValue"
MAX_OCCURS = f"{CORE}/questionnaire-maxOccurs"
MIN_VALUE = f"{CORE}/minValue"
MAX_VALUE = f"{CORE}/maxValue"

ITEM_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
COUNTRIES = "urn:iso:std:iso:3166"
UCUM = "http://unitsofmeasure.org"
XHTML = "http://www.w3.org/1999/xhtml"
CURRENCIES = "urn:iso:std:iso:4217"
# UCUM has two codes of three capitals, RAD and REM, which nobody is asked for.
CURRENCY = re.compile(r"[A-Z]{3}")

# Renderers run lines together unless told otherwise.
KEEP_LINES = "white-space: pre-line"

# The language that resources are in; the other one stands beside it as a translation.
BASE_LANGUAGE: Language = "ja"
TRANSLATED_INTO: Language = "en"


def canonical(slug: str) -> str:
    """The address of a checklist's Questionnaire, without a version."""
    return f"urn:clinic-finder:checklist:{slug}"


def versioned(checklist: Checklist) -> str:
    """The address of just this version, as a response names it."""
    return f"{canonical(checklist.slug)}|{checklist.version}"


def code_system(checklist: Checklist, item: str, qualifier: str | None = None) -> str:
    """The system that the codes of an item's options belong to, or of what qualifies them."""
    system = f"{canonical(checklist.slug)}:{item}"
    return f"{system}:{qualifier}" if qualifier else system


def unit_system(code: str) -> str:
    """The system that the code of a unit belongs to: ISO 4217's for money, else UCUM's."""
    return CURRENCIES if CURRENCY.fullmatch(code) else UCUM


def words(name: str, text: Text) -> dict[str, Any]:
    """A member with its words, and the one beside it with their translation."""
    translation = extension(
        TRANSLATION,
        extension=[
            {"url": "lang", "valueCode": TRANSLATED_INTO},
            {"url": "content", "valueString": text.in_language(TRANSLATED_INTO)},
        ],
    )
    base = text.in_language(BASE_LANGUAGE)
    styled = [extension(RENDERING_STYLE, valueString=KEEP_LINES)] if "\n" in base else []
    return {name: base, f"_{name}": {"extension": [translation, *styled]}}


def coding(system: str, code: str, label: Text) -> dict[str, Any]:
    """A code with its label."""
    return {"system": system, "code": code, **words("display", label)}


def unit_coding(unit: Unit) -> dict[str, Any]:
    """A unit as a code with its label."""
    return coding(unit_system(unit.code), unit.code, unit.label)


def extension(url: str, **value: Any) -> dict[str, Any]:
    """An extension with its value."""
    return {"url": url, **value}


def item_control(code: str) -> dict[str, Any]:
    """How an item is meant to be shown."""
    shown = {"coding": [{"system": ITEM_CONTROLS, "code": code}]}
    return extension(ITEM_CONTROL, valueCodeableConcept=shown)
