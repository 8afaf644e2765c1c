"""The filters beside the results: what can be chosen, what is, and how many each choice leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from clinics.models import Concept, Scheme
from finder.checklist.definition import Language
from finder.facets import facets
from finder.parameters import CONCEPT_PARAMETERS
from finder.query import SearchQuery
from finder.questions import least_strength
from finder.web.asked import Question

# In the order of the page. A long group shows its first choices, and the others on demand.
FIRST_CHOICES = 6
GROUPS: Mapping[str, Promise] = {
    Scheme.CATEGORY: gettext_lazy("Department or clinic"),
    Scheme.SPORT: pgettext_lazy("site", "Sport"),
    Scheme.LEVEL: gettext_lazy("Level of athletes"),
    Scheme.SERVICE: gettext_lazy("Examination or treatment"),
    Scheme.CONDITION: gettext_lazy("Condition named"),
    Scheme.CREDENTIAL: gettext_lazy("Qualification"),
    Scheme.LANGUAGE: pgettext_lazy("site", "Language"),
    Scheme.FEATURE: gettext_lazy("Access and equipment"),
    Scheme.KIND: gettext_lazy("Hospital or clinic"),
    Scheme.PREFECTURE: pgettext_lazy("site", "Prefecture"),
}
WORDS: Mapping[str, Mapping[str, Promise]] = {
    "second_opinion": {
        "any": gettext_lazy("Second opinion offered"),
        "in-person": gettext_lazy("Second opinion in person"),
        "online": gettext_lazy("Second opinion online"),
        "written": gettext_lazy("Second opinion in writing"),
    },
    "accepts_new_patients": {
        "true": gettext_lazy("States that it takes new patients"),
        "false": gettext_lazy("States that it takes no new patients"),
    },
    "evidence": {
        "documented": gettext_lazy("Only what an official page or a publication says"),
        "confirmed": gettext_lazy("Only what our curators confirmed besides"),
    },
    "verified_within_days": {
        "90": gettext_lazy("Checked within 90 days"),
        "365": gettext_lazy("Checked within a year"),
    },
    "open_at": {"now": gettext_lazy("Open now")},
}
RADII_KM = ("5", "10", "20", "50", "100")
SORTS: Mapping[str, Promise] = {
    "distance": gettext_lazy("Nearest first"),
    "relevance": gettext_lazy("Best fit for movement disorders first"),
    "name": gettext_lazy("By name"),
    "-verified_on": gettext_lazy("Lately checked first"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen; ``count`` is None where it is not counted."""

    value: str
    label: str | Promise
    chosen: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one parameter; ``more`` are shown on demand, one chosen never among them.

    ``takes_one`` says that no two can be chosen together.
    """

    name: str
    label: Promise
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()
    takes_one: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the query string of the same search without it."""

    label: str | Promise
    address: str
    is_area: bool = False


Labels = Mapping[tuple[str, str], str]


def concept_labels(language: Language) -> dict[tuple[str, str], str]:
    """The labels of all concepts that a filter can name, by scheme and slug; one query."""
    column = "label_ja" if language == "ja" else "label_en"
    rows = Concept.objects.filter(scheme__in=list(GROUPS)).values_list("scheme", "slug", column)
    return {(scheme, slug): label for scheme, slug, label in rows}


def groups(question: Question, query: SearchQuery, labels: Labels) -> list[Group]:
    """The concepts that can be chosen with the number of matches that each would give."""
    assert question.asked is not None
    counted = facets(query, list(GROUPS), least_strength(question.asked.values))
    found = []
    for name, label in GROUPS.items():
        chosen = [slug for slug in question.value(name).split(",") if slug]
        counts = {one.slug: one.count for one in counted[name]}
        slugs = list(dict.fromkeys([*chosen, *counts]))
        choices = [
            Choice(slug, labels.get((name, slug), slug), slug in chosen, counts.get(slug, 0))
            for slug in slugs
        ]
        if choices and name not in CONCEPT_PARAMETERS:
            found.append(Group(name, label, tuple(choices), takes_one=True))
        elif choices:
            first = max(FIRST_CHOICES, len(chosen))
            found.append(Group(name, label, tuple(choices[:first]), tuple(choices[first:])))
    return found


def single_choices(name: str, question: Question) -> list[Choice]:
    """The choices of a parameter that takes one word."""
    words = WORDS[name]
    chosen = question.value(name)
    choices = [Choice(value, label, value == chosen) for value, label in words.items()]
    if chosen and chosen not in words:
        choices.append(Choice(chosen, label_of(name, chosen, {}), chosen=True))
    return choices


def radii(question: Question) -> list[Choice]:
    """The radii to choose from, the one that is asked for among them."""
    chosen = question.value("radius_km")
    values: Sequence[str] = RADII_KM if not chosen or chosen in RADII_KM else (*RADII_KM, chosen)
    return [Choice(value, f"{value} km", value == chosen) for value in values]


def chips(question: Question, labels: Labels) -> list[Chip]:
    """The filters that were given, each with the search without it."""
    found = []
    if question.need and question.need.filters and "need" in question.given:
        found.append(Chip(question.need.label, question.without("need")))
    found += [
        Chip(label_of(name, value, labels), question.without(name, left))
        for name, value, left in _values(question)
    ]
    if question.area:
        found.append(Chip(gettext_lazy("Area of the map"), question.address(), is_area=True))
    return found


def label_of(name: str, value: str, labels: Labels) -> str | Promise:
    """What is asked by one value of a parameter, in words."""
    if name == "q":
        return f"“{value}”"
    if name == "radius_km":
        return f"≤ {value} km"
    if name == "municipality":
        return gettext("Municipality %(code)s") % {"code": value}
    if name == "open_at" and value != "now":
        instant = timezone.localtime(datetime.fromisoformat(value.upper()))
        return gettext("Open at %(instant)s") % {"instant": f"{instant:%Y-%m-%d %H:%M}"}
    if name == "verified_within_days" and value not in WORDS[name]:
        return gettext("Checked within %(number)s days") % {"number": value}
    return labels.get((name, value)) or WORDS.get(name, {}).get(value) or value


def _values(question: Question) -> Iterable[tuple[str, str, str]]:
    """Every value of every filter, and what is left of its parameter without it."""
    for name, value in question.given.items():
        if name in ("place", "need", "sort"):
            continue
        values = value.split(",") if name in GROUPS else [value]
        for one in values:
            yield name, one, ",".join(other for other in values if other != one)
