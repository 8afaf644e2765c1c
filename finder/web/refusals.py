"""What is wrong with a question, in the words of whoever asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from finder.checklist.definition import Language
from finder.problems import ParameterError
from finder.slugs import KNOWN_SLUGS
from finder.web.asked import POSITIONS, Question
from finder.web.filters import GROUPS, SORTS, WORDS, concept_labels, label_of
from finder.web.form_body import Fields
from finder.web.needs import NEEDS

# What each field is called, and what it takes.
FIELDS: Mapping[str, Promise] = {
    **GROUPS,
    "place": gettext_lazy("Where"),
    "need": gettext_lazy("What for"),
    "q": gettext_lazy("Words"),
    "radius_km": gettext_lazy("Distance at most"),
    "bbox": gettext_lazy("Area of the map"),
    "lat": gettext_lazy("Latitude"),
    "lng": gettext_lazy("Longitude"),
    "open_at": gettext_lazy("Open at"),
    "sort": pgettext_lazy("site", "Order"),
    "evidence": gettext_lazy("How well documented"),
    "second_opinion": gettext_lazy("A second opinion"),
    "municipality": gettext_lazy("Municipality by code"),
    "verified_within_days": gettext_lazy("Checked by our curators"),
    "accepts_new_patients": gettext_lazy("New patients taken"),
    "start": gettext_lazy("Number of the first clinic"),
    "cursor": gettext_lazy("Further page"),
}
ACCEPTED: Mapping[str, Promise] = {
    "place": gettext_lazy(
        "a place, a station, a postcode or an address, of 100 characters at most"
    ),
    "q": gettext_lazy("words of letters or kanji, of 100 characters at most"),
    "radius_km": gettext_lazy("kilometres above 0 and up to 2,000"),
    "bbox": gettext_lazy("west, south, east and north in degrees, in this order"),
    "lat": gettext_lazy("degrees from -90 to 90"),
    "lng": gettext_lazy("degrees from -180 to 180"),
    "open_at": gettext_lazy(
        "“now”, or a date and time with the offset, such as 2026-11-24T10:00:00+09:00, "
        "in a year whose public holidays are known"
    ),
    "municipality": gettext_lazy("a code of five digits"),
    "verified_within_days": gettext_lazy("a whole number of days from 1 to 36,500"),
    "start": gettext_lazy("a whole number from 1 to 100,000"),
}
CODES: Mapping[str, Promise] = {
    "ambiguous-place": gettext_lazy(
        "Several places are called “%(value)s”. Which one do you mean?"
    ),
    "unknown-place": gettext_lazy(
        "No place is known as “%(value)s”. Try a station or a municipality."
    ),
    "unknown-parameter": gettext_lazy(
        "The address holds “%(field)s”, which this page does not know."
    ),
    "position-in-address": gettext_lazy(
        "A position does not belong in an address (“%(field)s”), where others could read it. "
        "Use “Near me”, or name a place."
    ),
    "unknown-value": gettext_lazy("“%(value)s” cannot be chosen for “%(field)s”."),
    "unknown-slug": gettext_lazy("“%(value)s” cannot be chosen for “%(field)s”."),
    "repeated-parameter": gettext_lazy("“%(field)s” is given several times; once is accepted."),
    "too-many": gettext_lazy("Too much is chosen for “%(field)s”: up to 20 are accepted."),
    "needs-centre": gettext_lazy("“%(field)s” needs a place to measure from: please name one."),
    "needs-concept": gettext_lazy(
        "“%(field)s” needs something that is documented: please choose a department, an "
        "examination or the like as well."
    ),
    "two-centres": gettext_lazy("Either a place or your position can be searched from, not both."),
    "required": gettext_lazy("A position needs latitude and longitude; “%(field)s” is missing."),
    "invalid-cursor": gettext_lazy("This page of the results does not exist. Please search again."),
    "cursor-of-another-query": gettext_lazy(
        "This page belongs to another search. Please search again."
    ),
    "needs-cursor": gettext_lazy("Only a further page has a “%(field)s”."),
    "not-searchable": gettext_lazy("Nothing can be searched for in “%(value)s”."),
}
# What is asked for well without the parameter.
SPARED = (
    "unknown-parameter",
    "unknown-value",
    "unknown-slug",
    "repeated-parameter",
    "too-many",
    "needs-centre",
    "needs-concept",
    "needs-cursor",
)
FROM_THE_FIRST_PAGE = ("invalid-cursor", "cursor-of-another-query")
LONGEST_ECHO = 60


@dataclass(frozen=True, slots=True)
class WayOut:
    """Something else to search for instead, and its query string."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with one field, what it takes if that is not said, and ways out."""

    parameter: str
    text: str
    accepted: str
    ways_out: tuple[WayOut, ...]


def refusals(question: Question, sent: Fields, language: Language) -> list[Refusal]:
    """Every error of a question in the page's language."""
    return [_refusal(error, question, sent, language) for error in question.errors]


def _refusal(
    error: ParameterError, question: Question, sent: Fields, language: Language
) -> Refusal:
    name = error.parameter
    value = " ".join(sent.get(name, ()))
    if error.code == "unknown-slug":
        value = _unknown_slug(name, question)
    words = {
        "field": str(FIELDS.get(name, name)),
        "value": value[:LONGEST_ECHO] + ("…" if len(value) > LONGEST_ECHO else ""),
    }
    usual = gettext_lazy("“%(value)s” does not fit “%(field)s”.")
    text = str(CODES.get(error.code, usual)) % words
    accepted = _accepted(error, language)
    if accepted:
        accepted = gettext("What can be given: %(accepted)s.") % {"accepted": accepted}
    return Refusal(name, text, accepted, tuple(_ways_out(error, question, language)))


def _accepted(error: ParameterError, language: Language) -> str:
    """What a field takes, in words; blank where what is wrong says it already."""
    name = error.parameter
    if error.code not in CODES:
        return str(ACCEPTED.get(name, ""))
    if error.code not in ("unknown-value", "unknown-slug"):
        return ""
    if name == "need":
        choices: Iterable[str | Promise] = (need.label for need in NEEDS.values())
    elif name in WORDS or name == "sort":
        choices = (SORTS if name == "sort" else WORDS[name]).values()
    else:
        labels = concept_labels(language).items()
        choices = (label for (scheme, _), label in labels if scheme == name)
    return " / ".join(map(str, choices))


def _unknown_slug(scheme: str, question: Question) -> str:
    """The slug that does not exist, of those that are asked for."""
    slugs = question.value(scheme).split(",")
    return next(slug for slug in slugs if not KNOWN_SLUGS.exists(scheme, slug))


def _ways_out(error: ParameterError, question: Question, language: Language) -> list[WayOut]:
    name = error.parameter
    if error.code == "ambiguous-place":
        return [
            WayOut(_name(place.label, place.name_en, language), question.address(place=place.label))
            for place in error.candidates
        ]
    if error.code in FROM_THE_FIRST_PAGE:
        return [WayOut(gettext("First page"), question.address() or "?")]
    # The name of a parameter that was meant is no value to search with.
    if error.code in SPARED and (error.suggestion is None or error.code == "unknown-parameter"):
        return [WayOut(gettext("Search without it"), question.without(name) or "?")]
    if error.suggestion is None or name in POSITIONS:
        return []
    if error.code == "unknown-slug":
        wrong = _unknown_slug(name, question)
        slugs = question.value(name).split(",")
        right = ",".join(error.suggestion if slug == wrong else slug for slug in slugs)
        return [WayOut(_label(name, error.suggestion, language), question.address(**{name: right}))]
    # Written for an address, in which a plus sign has to be quoted.
    value = unquote(error.suggestion)
    return [WayOut(_label(name, value, language), question.address(**{name: value}))]


def _label(name: str, value: str, language: Language) -> str:
    """What a suggested value is called."""
    if name == "need":
        return str(NEEDS[value].label)
    if name == "sort":
        return str(SORTS[value])
    return str(label_of(name, value, concept_labels(language)))


def _name(label: str, name_en: str, language: Language) -> str:
    return f"{name_en}, {label}" if language == "en" and name_en else label
