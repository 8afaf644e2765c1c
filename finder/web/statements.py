"""What sources say of a clinic, a statement once, with all that it was found to mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinics.identity import REGISTER_MATCH
from clinics.models import Concept, Scheme
from clinics.terms import DOCUMENTED
from finder.web.origin import Origin, origin_of

Label = Mapping[str, Any]
# What tells of experience with athletes.
OF_ATHLETES = frozenset({Scheme.SPORT, Scheme.LEVEL, Scheme.EVIDENCE})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one set of sources; ``concepts`` are labels of all that it supports.

    ``limits`` are lines of what weakens it, ``is_weak`` that nothing better than hearsay carries
    it.
    """

    concepts: tuple[Label, ...]
    department: str | None
    statement: str
    limits: tuple[str, ...]
    strength: Label
    is_weak: bool
    origin: Origin
    is_of_athletes: bool


def statements(
    clinic: Mapping[str, Any], today: date, ranks: Mapping[str, int] | None = None
) -> list[Statement]:
    """The statements of a clinic's document in its order, equal ones as one.

    ``ranks`` are those of the evidence; not given, they are read where there are claims.
    """
    alike: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for claim in clinic["claims"]:
        alike.setdefault(_what_is_said(claim), []).append(claim)
    if not alike:
        return []
    if ranks is None:
        ranks = evidence_ranks()
    return [_statement(claims, ranks, today) for claims in alike.values()]


def evidence_ranks() -> dict[str, int]:
    """How far each kind of evidence carries, by its slug; one query."""
    return dict(Concept.objects.filter(scheme=Scheme.EVIDENCE).values_list("slug", "evidence_rank"))


def register_matches(clinic: Mapping[str, Any]) -> list[str]:
    """How the entry was matched to the register, in the curators' words; each once."""
    texts = [claim["limits"] for claim in clinic["claims"]]
    texts += [terms["note"] for terms in clinic["second_opinions"]]
    lines = (line for text in texts for line in (text or "").splitlines())
    return list(dict.fromkeys(line for line in lines if line.startswith(REGISTER_MATCH)))


def limits_of(text: str | None) -> tuple[str, ...]:
    """The lines of what weakens a statement: not how its facility was found in a register."""
    lines = (line.strip() for line in (text or "").splitlines())
    return tuple(line for line in lines if line and not line.startswith(REGISTER_MATCH))


def is_documented(slug: str, ranks: Mapping[str, int]) -> bool:
    """Whether a strength of evidence counts as documented; an unknown one does not."""
    return ranks.get(slug, 0) >= DOCUMENTED


def _what_is_said(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        claim["statement"],
        claim["department"],
        claim["limits"],
        claim["strength"]["slug"],
        tuple((source["url"], source["date"]) for source in claim["sources"]),
        claim["recorded_on"],
        claim["checked_on"],
        claim["expires_on"],
        claim["scheme"] in OF_ATHLETES,
    )


def _statement(
    claims: Sequence[Mapping[str, Any]], ranks: Mapping[str, int], today: date
) -> Statement:
    first = claims[0]
    return Statement(
        concepts=tuple(_each_once(claim["concept"] for claim in claims)),
        department=first["department"],
        statement=first["statement"],
        limits=limits_of(first["limits"]),
        strength=first["strength"],
        is_weak=not is_documented(first["strength"]["slug"], ranks),
        origin=origin_of(first, today),
        is_of_athletes=first["scheme"] in OF_ATHLETES,
    )


def _each_once(concepts: Iterable[Label]) -> Iterable[Label]:
    return {concept["slug"]: concept for concept in concepts}.values()
