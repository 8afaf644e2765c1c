"""The reviewed concepts: read from ``fixtures/taxonomy``, checked, and loaded into the database."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import Concept, Scheme, Via
from clinics.text import fold
from clinics.vocabulary import DEPARTMENT_CODE_SYSTEM

EQUIVALENCES = ("equivalent", "wider", "inexact")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

CONTENT = (
    "label_ja",
    "label_en",
    "definition_ja",
    "definition_en",
    "synonyms",
    "codes",
    "sources",
    "order",
    "medical_care",
    "evidence_rank",
)


class TaxonomyError(ValueError):
    """A taxonomy cannot be used: which file and concept, and what would be accepted."""


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What loading the taxonomy did.

    ``kept`` are the concepts left alone: edited in the admin, or only in the database.
    """

    created: int
    updated: int
    unchanged: int
    kept: int


def load_taxonomy(*, using: str = "default", directory: Path | None = None) -> LoadCounts:
    """Create the missing concepts and update the changed ones, all or none.

    Concepts with ``edited_here`` and those that no file has stay as they are. ``directory`` is
    ``fixtures/taxonomy`` unless told. Raises :class:`TaxonomyError` before anything is written.
    """
    reviewed = read_taxonomy(directory or settings.FIXTURES_DIR / "taxonomy")
    concepts = Concept.objects.using(using)
    with transaction.atomic(using=using):
        stored = {(concept.scheme, concept.slug): concept for concept in concepts.all()}
        missing: list[Concept] = []
        changed: list[Concept] = []
        unchanged = kept_edited = 0
        for concept in reviewed:
            present = stored.pop((concept.scheme, concept.slug), None)
            if present is None:
                missing.append(concept)
            elif present.edited_here:
                kept_edited += 1
            elif _content(present) == _content(concept):
                unchanged += 1
            else:
                concept.pk = present.pk
                changed.append(concept)
        concepts.bulk_create(missing)
        keep_first([concept.pk for concept in changed], using)
        concepts.bulk_update(changed, CONTENT)
        _keep([concept.pk for concept in changed], using, "~", _("From the reviewed files"))
    return LoadCounts(
        created=len(missing),
        updated=len(changed),
        unchanged=unchanged,
        kept=kept_edited + len(stored),
    )


def keep_first(concept_ids: Collection[int], using: str = "default") -> None:
    """Write down what is stored of these concepts, where no history has it yet.

    Concepts that the reviewed files brought have no history until they are changed.
    """
    known = Concept.history.using(using).filter(id__in=concept_ids).values_list("id", flat=True)
    _keep(set(concept_ids) - set(known), using, "+", _("As it was before the first change"))


def _keep(concept_ids: Collection[int], using: str, kind: str, why: str) -> None:
    """Write rows of history of concepts as they are stored."""
    record = Concept.history.model
    now = timezone.now()
    rows = Concept.objects.using(using).filter(pk__in=concept_ids).order_by("pk").values()
    record.objects.using(using).bulk_create(
        record(
            **row,
            history_date=now,
            history_type=kind,
            history_change_reason=why,
            via=Via.COMMAND,
            reference="taxonomy",
        )
        for row in rows
    )


def read_taxonomy(directory: Path) -> list[Concept]:
    """The concepts of every ``*.json`` in ``directory``, unsaved.

    Raises :class:`TaxonomyError` at the first fault.
    """
    paths = sorted(directory.glob("*.json"))
    if not paths:
        raise TaxonomyError(f"{directory}: no taxonomy here; expected files such as category.json.")
    return [concept for path in paths for concept in read_scheme(path)]


def read_scheme(path: Path) -> list[Concept]:
    """The concepts of one file, unsaved, in its order.

    The file is named after its scheme. Raises :class:`TaxonomyError` at the first fault.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TaxonomyError(f"{path.name}: not JSON in UTF-8: {error}") from error
    if not isinstance(document, dict) or set(document) != {"scheme", "concepts"}:
        raise TaxonomyError(f"{path.name}: expected an object with the keys scheme and concepts.")
    scheme, entries = document["scheme"], document["concepts"]
    if scheme not in Scheme.values or scheme != path.stem:
        raise TaxonomyError(
            f"{path.name}: the scheme is {scheme!r}; expected the name of the file, "
            f"one of {', '.join(Scheme.values)}."
        )
    if not isinstance(entries, list):
        raise TaxonomyError(f"{path.name}: concepts must be a list of objects.")
    concepts = [
        _read_concept(f"{path.name}: concept {order}", scheme, order, entry)
        for order, entry in enumerate(entries, start=1)
    ]
    _refuse_shared(path, concepts)
    return concepts


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one key of a concept or code may hold."""

    accepts: Callable[[Any], bool]
    expected: str
    required: bool = False


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and value == value.strip() and 0 < len(value) <= longest


def _is_list(value: Any, accepts: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(accepts(item) for item in value)


_LABEL = _Rule(lambda value: _is_text(value, 120), "a text of 1 to 120 characters", required=True)
_TEXT = _Rule(lambda value: _is_text(value, 2000), "a text, or no such key")

_CONCEPT_RULES = {
    "slug": _Rule(
        lambda value: _is_text(value, 64) and SLUG.fullmatch(value) is not None,
        "1 to 64 lower-case letters and digits, with single hyphens between words",
        required=True,
    ),
    "label_ja": _LABEL,
    "label_en": _LABEL,
    "definition_ja": _TEXT,
    "definition_en": _TEXT,
    "synonyms": _Rule(
        lambda value: _is_list(value, lambda item: _is_text(item, 120)),
        "a list of texts of 1 to 120 characters",
    ),
    "codes": _Rule(
        lambda value: _is_list(value, lambda item: isinstance(item, dict)), "a list of objects"
    ),
    "sources": _Rule(
        lambda value: _is_list(
            value, lambda item: _is_text(item, 2000) and item.startswith(("https://", "http://"))
        ),
        "a list of addresses that start with https:// or http://",
    ),
    "medical_care": _Rule(lambda value: isinstance(value, bool), "true or false"),
    "evidence_rank": _Rule(
        lambda value: type(value) is int and 0 <= value <= 100, "a whole number from 0 to 100"
    ),
}

_CODE_RULES = {
    "system": _Rule(
        lambda value: _is_text(value, 200) and ":" in value, "the URI of a code system", True
    ),
    "code": _Rule(lambda value: _is_text(value, 64), "a text of 1 to 64 characters", True),
    "display": _Rule(lambda value: _is_text(value, 200), "a text of 1 to 200 characters"),
    "equivalence": _Rule(lambda value: value in EQUIVALENCES, f"one of {', '.join(EQUIVALENCES)}"),
}


def _read_concept(where: str, scheme: str, order: int, entry: Any) -> Concept:
    if isinstance(entry, dict) and "slug" in entry:
        where = f"{where} ({entry['slug']})"
    _check(where, entry, _CONCEPT_RULES)
    codes = []
    for number, code in enumerate(entry.get("codes", ()), start=1):
        _check(f"{where}: code {number}", code, _CODE_RULES)
        codes.append({"display": "", "equivalence": "equivalent"} | code)
    return Concept(scheme=scheme, order=order, **(entry | {"codes": codes}))


def _check(where: str, entry: Any, rules: dict[str, _Rule]) -> None:
    if not isinstance(entry, dict):
        raise TaxonomyError(f"{where}: expected an object with the keys {', '.join(rules)}.")
    for key, value in entry.items():
        if key not in rules:
            raise TaxonomyError(f"{where}: unknown key {key!r}; known are {', '.join(rules)}.")
        if not rules[key].accepts(value):
            raise TaxonomyError(f"{where}: {key} is {value!r}; expected {rules[key].expected}.")
    for key, rule in rules.items():
        if rule.required and key not in entry:
            raise TaxonomyError(f"{where}: {key} is missing; expected {rule.expected}.")


def _refuse_shared(path: Path, concepts: list[Concept]) -> None:
    """Slugs, department codes and names must lead to one concept of a scheme, not to two."""
    slugs = Counter(concept.slug for concept in concepts)
    for slug, times in slugs.items():
        if times > 1:
            raise TaxonomyError(f"{path.name}: the slug {slug} is there {times} times; keep one.")
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for concept in concepts:
        for code in _department_codes(concept.codes):
            if code in codes:
                raise TaxonomyError(
                    f"{path.name}: {concept.slug}: the department code {code} is also in "
                    f"{codes[code]}; keep it in one place."
                )
            codes[code] = concept.slug
        for name in (concept.label_ja, concept.label_en, *concept.synonyms):
            holder = names.setdefault(fold(name), concept.slug)
            if holder != concept.slug:
                raise TaxonomyError(
                    f"{path.name}: {concept.slug}: {name!r} is also a name of {holder}; "
                    "keep it with one of the two."
                )


def _department_codes(codes: list[dict[str, str]]) -> Iterator[str]:
    return (code["code"] for code in codes if code["system"] == DEPARTMENT_CODE_SYSTEM)


def _content(concept: Concept) -> list[Any]:
    return [getattr(concept, field) for field in CONTENT]
