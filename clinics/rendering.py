"""An entry as it will be published: its documents, and the terms it is filed under."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from clinics import documents
from clinics.catalogue import Entry
from clinics.models import Scheme
from clinics.terms import EVERY_CLINIC, NON_MEDICAL
from clinics.text import fold
from clinics.vocabulary import Vocabulary, Word

# Added to the rank of a claim's evidence once a curator has checked the claim.
CONFIRMED = 100
# A key has to fit into an index and into a cursor, however long folding makes a name.
NAME_KEY_BYTES = 1_200


@dataclass(slots=True)
class Rendered:
    """An entry as it will be published: documents without their instant, and its terms."""

    entry: Entry
    summary: bytes
    detail: bytes
    name_key: bytes
    position: tuple[float, float] | None
    verified_on: date | None
    strengths: dict[str, int]

    def digest(self) -> str:
        """Tells whether its documents differ from what was published before."""
        return _digest(self.detail + b"\0" + self.summary + b"\0" + self.name_key)

    def filing_digest(self, masks: tuple[int, int]) -> str:
        """Tells whether its postings differ from what was published before."""
        return _digest(orjson.dumps([self.position, sorted(self.strengths.items()), masks]))


def render(entry: Entry, vocabulary: Vocabulary) -> Rendered:
    """The documents and terms of a public entry."""
    evidence = documents.evidence(entry, vocabulary)
    carried = documents.carried_concepts(evidence)
    brief = documents.summary(entry, vocabulary, carried)
    full = documents.detail(entry, vocabulary, carried, brief)
    located = brief["lat"] is not None
    return Rendered(
        entry=entry,
        summary=orjson.dumps(brief),
        detail=orjson.dumps(full),
        name_key=_name_key(brief["name_kana"] or brief["name"]),
        position=(brief["lat"], brief["lng"]) if located else None,
        verified_on=brief["verified_on"],
        strengths=term_strengths(evidence, vocabulary, brief),
    )


def term_strengths(
    evidence: documents.Evidence, vocabulary: Vocabulary, brief: dict[str, Any]
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
        terms[f"municipality:{brief['municipality']['code']}"] = register
    for concept, statements in evidence.items():
        terms[concept.key] = max(
            strength.evidence_rank + (CONFIRMED if checked else 0)
            for strength, checked in statements
        )
    if _is_bodywork(evidence):
        terms[NON_MEDICAL] = register
    return terms


def _name_key(name: str) -> bytes:
    """The bytes by which a name is sorted, cut between characters."""
    return fold(name).encode()[:NAME_KEY_BYTES].decode(errors="ignore").encode()


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _is_bodywork(carried: Iterable[Word]) -> bool:
    """Whether all that is known of what the place does lies outside medical care."""
    categories = [word for word in carried if word.scheme == Scheme.CATEGORY]
    return bool(categories) and not any(word.medical_care for word in categories)
