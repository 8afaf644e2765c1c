"""Whether what a checklist says makes sense together: every reference leads somewhere.

A file that is well formed can still ask an item that it does not have, depend on itself, or say
something without a source. Each check is a function from a checklist to its faults.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from finder.checklist.applies import NotFlat
from finder.checklist.clinic.term_texts import KNOWN_TERMS
from finder.checklist.definition import (
    All,
    Any,
    Checklist,
    Condition,
    Item,
    Not,
    Sign,
    Test,
)
from finder.checklist.fhir.questionnaire import link_ids
from finder.checklist.fhir.when import enabling
from finder.checklist.reading import MEMBERS_OF_A_CHOICE

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VERSION = re.compile(r"\d+\.\d+\.\d+")
COUNTRY = re.compile(r"[A-Z]{2}")
CHOICE_TYPES = ("single-choice", "multiple-choice")
# What the types of items have to say, and what no other type may.
MEMBERS_OF_TYPES = {
    "options": CHOICE_TYPES,
    "qualifier": ("multiple-choice",),
    "units": ("number",),
    "parts": ("number",),
    "precisions": ("date",),
    "least_label": ("scale",),
    "most_label": ("scale",),
}
NEEDED_OF_TYPES = {
    "options": CHOICE_TYPES,
    "precisions": ("date",),
    "least": ("scale",),
    "most": ("scale",),
}


def faults(
    checklist: Checklist, categories: Collection[str], services: Collection[str]
) -> Iterator[str]:
    """What is wrong with a checklist, given the slugs of the taxonomy that a search can ask for."""
    found = list(_unsound(checklist, categories, services))
    yield from found or _named_twice(checklist)


def _unsound(
    checklist: Checklist, categories: Collection[str], services: Collection[str]
) -> Iterator[str]:
    yield from _names(checklist)
    for item in checklist.items:
        yield from _item(checklist, item)
    for where, condition in conditions(checklist):
        for test in tests_of(condition):
            yield from _test(checklist, where, test)
    yield from _circles(checklist)
    yield from _in_fhir(checklist)
    yield from _sources(checklist)
    yield from _signs(checklist)
    yield from _routing(checklist, categories, services)
    yield from _terms(checklist)
    yield from _summary(checklist)


def conditions(checklist: Checklist) -> Iterator[tuple[str, Condition]]:
    """Every condition of a checklist, with its place."""
    for item in checklist.items:
        if item.applies_when is not None:
            yield f"items[{item.slug}].applies_when", item.applies_when
    for contradiction in checklist.contradictions:
        yield f"contradictions[{contradiction.slug}].when", contradiction.when
    for row in checklist.routing:
        yield f"routing[{row.slug}].when", row.when
    for door in checklist.doors:
        yield f"doors[{door.slug}].when", door.when


def tests_of(condition: Condition | None) -> Iterator[Test]:
    """The tests that a condition is made of."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, All | Any):
        for inner in condition.of:
            yield from tests_of(inner)
    elif isinstance(condition, Not):
        yield from tests_of(condition.of)


def _names(checklist: Checklist) -> Iterator[str]:
    if not SLUG.fullmatch(checklist.slug):
        yield f"slug: {checklist.slug!r}; expected lower-case words with hyphens."
    if not VERSION.fullmatch(checklist.version):
        yield f"version: {checklist.version!r}; expected major.minor.patch."
    if not COUNTRY.fullmatch(checklist.country):
        yield f"country: {checklist.country!r}; expected two capitals (ISO 3166-1)."
    lists: Mapping[str, Iterable[str]] = {
        "items": [item.slug for item in checklist.items],
        "sections": [section.slug for section in checklist.sections],
        "contradictions": [one.slug for one in checklist.contradictions],
        "routing": [row.slug for row in checklist.routing],
        "doors": [door.slug for door in checklist.doors],
        "summary.blocks": [block.slug for block in checklist.summary.blocks],
        "clinic_terms": [term.term for term in checklist.clinic_terms],
    }
    for where, slugs in lists.items():
        for slug in _repeated(slugs):
            yield f"{where}: {slug!r} is there twice."
        for slug in slugs:
            if where != "clinic_terms" and not SLUG.fullmatch(slug):
                yield f"{where}: {slug!r}; expected lower-case words with hyphens."
    for key in _repeated(source.key for source in checklist.sources):
        yield f"sources: {key!r} is there twice."


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _item(checklist: Checklist, item: Item) -> Iterator[str]:
    where = f"items[{item.slug}]"
    if item.section not in {section.slug for section in checklist.sections}:
        yield f"{where}.section: there is no section {item.section!r}."
    for name, types in MEMBERS_OF_TYPES.items():
        if getattr(item, name) and item.type not in types:
            yield f"{where}.{name}: of {', '.join(types)} alone, not of {item.type}."
    for name, types in NEEDED_OF_TYPES.items():
        if item.type in types and getattr(item, name) in (None, ()):
            yield f"{where}.{name} is missing, which a {item.type} needs."
    qualifying = item.qualifier.options if item.qualifier else ()
    groups = {
        "options": [option.code for option in item.options],
        "qualifier.options": [option.code for option in qualifying],
        "units": [unit.code for unit in item.units],
        "parts": [part.slug for part in item.parts],
    }
    for name, codes in groups.items():
        for code in _repeated(codes):
            yield f"{where}.{name}: {code!r} is there twice."
    slugs = {
        "options": groups["options"],
        "qualifier": [item.qualifier.slug] if item.qualifier else [],
        "qualifier.options": groups["qualifier.options"],
        "parts": groups["parts"],
    }
    for name, codes in slugs.items():
        for code in codes:
            if not SLUG.fullmatch(code):
                yield f"{where}.{name}: {code!r}; expected lower-case words with hyphens."
    if item.qualifier and item.qualifier.slug in MEMBERS_OF_A_CHOICE:
        reserved = ", ".join(MEMBERS_OF_A_CHOICE)
        yield (
            f"{where}.qualifier: {item.qualifier.slug!r} means something else there; not one of "
            f"{reserved}."
        )
    if item.least is not None and item.most is not None and item.least >= item.most:
        yield f"{where}: least is {item.least:g}, and most {item.most:g}; expected more."
    if item.most_texts < 1 or item.longest < 1:
        yield f"{where}: most_texts and longest are 1 or more."


def _test(checklist: Checklist, where: str, test: Test) -> Iterator[str]:
    item = checklist.item.get(test.item)
    if item is None:
        yield f"{where}: there is no item {test.item!r}."
        return
    if test.any_of is not None:
        for code in test.any_of:
            if code not in item.option:
                accepted = ", ".join(item.option) or "none"
                yield f"{where}: {test.item} has no option {code!r}; options: {accepted}."
    if test.equals is not None and item.type not in ("yes-no", "thing-to-bring"):
        yield f"{where}: {test.item} is a {item.type}, which is neither yes nor no."
    numeric = test.at_least is not None or test.at_most is not None
    if numeric and item.type not in ("number", "scale"):
        yield f"{where}: {test.item} is a {item.type}, not a number."
    for name, given, there in (
        ("unit", test.unit, [unit.code for unit in item.units]),
        ("part", test.part, [part.slug for part in item.parts]),
    ):
        if given is not None and given not in there:
            yield f"{where}: {test.item} has no {name} {given!r}; it has: {', '.join(there)}."
        if given is None and there and numeric:
            yield f"{where}: the {name} is missing; {test.item} has: {', '.join(there)}."


def _circles(checklist: Checklist) -> Iterator[str]:
    """Items that apply only by an answer to themselves, however far around."""
    needs = {
        item.slug: {test.item for test in tests_of(item.applies_when)} for item in checklist.items
    }
    for slug in needs:
        reached: set[str] = set()
        waiting = set(needs[slug])
        while waiting:
            reached |= waiting
            waiting = {inner for one in waiting for inner in needs.get(one, ())} - reached
        if slug in reached:
            yield f"items[{slug}].applies_when: it depends on itself."


def _in_fhir(checklist: Checklist) -> Iterator[str]:
    """When an item is asked that a Questionnaire could not say so."""
    for item in checklist.items:
        where = f"items[{item.slug}].applies_when"
        tests = tests_of(item.applies_when)
        if any(fault for test in tests for fault in _test(checklist, where, test)):
            continue
        try:
            enabling(checklist, item.applies_when)
        except NotFlat as fault:
            yield f"{where}: {fault}"


def _named_twice(checklist: Checklist) -> Iterator[str]:
    """What has one name with something else in a Questionnaire, which can be made of sound files alone."""
    for link_id in _repeated(link_ids(checklist)):
        yield f"in FHIR two things are called {link_id!r}; one needs another name."


def _sources(checklist: Checklist) -> Iterator[str]:
    for where, keys, needed in _citations(checklist):
        if needed and not keys:
            yield f"{where}: a source is missing."
        for key in keys:
            if key not in checklist.source:
                yield f"{where}: there is no source {key!r}."


def _citations(checklist: Checklist) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Everything that names sources: its place, their keys, whether it must have one."""
    emergency = checklist.emergency
    yield "emergency", emergency.sources, True
    for item in checklist.items:
        yield f"items[{item.slug}]", item.sources, True
        for option in item.options:
            yield f"items[{item.slug}].options[{option.code}]", option.sources, False
    for saying in emergency.say:
        yield "emergency.say", saying.sources, saying.unverified is None
    for name, signs in (
        ("emergency", emergency.signs),
        ("early_review", checklist.early_review.signs),
    ):
        for sign in signs:
            yield f"{name}.signs[{sign.option}]", sign.sources, True
    for name, rows in (("routing", checklist.routing), ("doors", checklist.doors)):
        for row in rows:
            yield f"{name}[{row.slug}]", row.sources, True


def _signs(checklist: Checklist) -> Iterator[str]:
    groups: tuple[tuple[str, str, tuple[Sign, ...]], ...] = (
        ("emergency", checklist.emergency.item, checklist.emergency.signs),
        ("early_review", checklist.early_review.item, checklist.early_review.signs),
    )
    for where, slug, signs in groups:
        item = checklist.item.get(slug)
        if item is None or item.type != "multiple-choice" or item.applies_when is not None:
            yield f"{where}.item: {slug!r}; expected a multiple-choice item that always applies."
            continue
        expected = [option.code for option in item.options if not option.exclusive]
        given = [sign.option for sign in signs]
        if sorted(given) != sorted(expected):
            missing = ", ".join(sorted(set(expected) ^ set(given))) or ", ".join(_repeated(given))
            yield f"{where}.signs: each option of {slug} that excludes no other, once: {missing}."
    if not checklist.emergency.calls:
        yield "emergency.calls: whom to call is missing."


def _routing(
    checklist: Checklist, categories: Collection[str], services: Collection[str]
) -> Iterator[str]:
    route = checklist.item.get(checklist.route_item)
    if route is None or route.type != "single-choice":
        yield f"route_item: {checklist.route_item!r}; expected a single-choice item."
        return
    for where, rows in (("routing", checklist.routing), ("doors", checklist.doors)):
        if not rows or rows[-1].when != All(()):
            yield f"{where}: the last one must always hold: {{'all': []}}."
    for row in checklist.routing:
        for stop in row.stops:
            for word, slugs, known in (
                ("category", stop.categories, categories),
                ("service", stop.services, services),
            ):
                for slug in slugs:
                    if slug not in known:
                        yield f"routing[{row.slug}]: the taxonomy has no {word} {slug!r}."
    for door in checklist.doors:
        if door.route not in route.option:
            accepted = ", ".join(route.option)
            yield f"doors[{door.slug}].route: {door.route!r}; options: {accepted}."


def _terms(checklist: Checklist) -> Iterator[str]:
    for term in checklist.clinic_terms:
        if term.term not in KNOWN_TERMS:
            accepted = ", ".join(sorted(KNOWN_TERMS))
            yield f"clinic_terms[{term.term}]: no such term of a clinic; accepted: {accepted}."
        if term.item not in checklist.item:
            yield f"clinic_terms[{term.term}]: there is no item {term.item!r}."
    for contradiction in checklist.contradictions:
        for slug in contradiction.items:
            if slug not in checklist.item:
                yield f"contradictions[{contradiction.slug}]: there is no item {slug!r}."


def _summary(checklist: Checklist) -> Iterator[str]:
    layout = checklist.summary
    placed = Counter([*layout.left_out, *(slug for block in layout.blocks for slug in block.items)])
    for slug in placed:
        if slug not in checklist.item:
            yield f"summary: there is no item {slug!r}."
    for item in checklist.items:
        if placed[item.slug] != 1:
            yield f"summary: {item.slug} stands there {placed[item.slug]} times; expected once."
