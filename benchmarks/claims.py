"""What is said of the invented facilities beside the register: claims, second opinions, checks.

A fifth of the facilities are documented, and carry a quarter of 70 concepts each, which makes 5 %
of all; 40 concepts are as rare as one in a thousand. With the terms of every facility (its kind,
prefecture, municipality, rare hours) that is some eleven postings each.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.population import FAR_EVERY, FAR_FIRST
from benchmarks.weeks import NEUROLOGY
from clinics.imports.records import FacilityRecord
from clinics.models import Scheme

# The concepts that the searches ask for, by how many carry them.
HALF = "category:orthopaedics"
TWENTIETH = "category:neurology"
ANOTHER_TWENTIETH = "category:neurosurgery"
RARE = "condition:task-specific-dystonia"
RARE_AND_FAR = "service:mrgfus"
NOBODYS = "category:oral-surgery-dystonia"
# Five in a hundred carry it, but no facility with neurology does.
NEVER_WITH_NEUROLOGY = "service:gait-lab-3d"

CLAIMED_SCHEMES = (
    Scheme.CONDITION,
    Scheme.SERVICE,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.CREDENTIAL,
    Scheme.LANGUAGE,
    Scheme.FEATURE,
)
# What the order by relevance puts first is as rare as it is.
RARE_CATEGORIES = ("category:dystonia-clinic", "category:movement-disorder-clinic")
NUMBER_OF_RARE = 40
NUMBER_OF_COMMON = 70
RARE_EVERY = 1_000
DOCUMENTED_SHARE = 0.2
SECOND_OPINION_SHARE = 0.01
MODES = (("in-person",), ("in-person",), ("in-person", "online"), ("online",), ("written",))
VERIFIED_SHARE = 0.01
LONGEST_AGO_DAYS = 730


@dataclass(frozen=True, slots=True)
class Said:
    """The concepts claimed of a facility, how it gives second opinions, and when it was checked.

    ``modes`` is empty where it gives none, ``verified_days_ago`` None where nobody has checked.
    """

    concepts: tuple[str, ...]
    modes: tuple[str, ...]
    verified_days_ago: int | None

    @property
    def is_anything(self) -> bool:
        """Whether anything is said of it at all."""
        return bool(self.concepts or self.modes or self.verified_days_ago is not None)


@dataclass(frozen=True, slots=True)
class Sayings:
    """What is said of every facility of a seed."""

    seed: int
    rare: tuple[str, ...]
    common: tuple[str, ...]

    @classmethod
    def of_seed(cls, seed: int, concepts: Iterable[str]) -> "Sayings":
        """Choose the rare and the common among these concepts (``scheme:slug``)."""
        named = {RARE, RARE_AND_FAR, NEVER_WITH_NEUROLOGY}
        others = sorted(
            key for key in concepts if key.split(":")[0] in CLAIMED_SCHEMES and key not in named
        )
        random.Random(f"{seed}: concepts").shuffle(others)
        rare = (RARE, *RARE_CATEGORIES, *others)[:NUMBER_OF_RARE]
        rest = [key for key in others if key not in rare]
        return cls(seed, rare, (NEVER_WITH_NEUROLOGY, *rest)[:NUMBER_OF_COMMON])

    def of(self, serial: int, record: FacilityRecord) -> Said:
        """What is said of the facility of a number."""
        drawn = random.Random(f"{self.seed}: said of {serial}")
        concepts = []
        place = serial % RARE_EVERY
        if place % (RARE_EVERY // NUMBER_OF_RARE) == 0:
            concepts.append(self.rare[place * NUMBER_OF_RARE // RARE_EVERY])
        if serial % FAR_EVERY == FAR_FIRST:
            concepts.append(RARE_AND_FAR)
        if drawn.random() < DOCUMENTED_SHARE:
            concepts += self._common(record, drawn)
        modes = drawn.choice(MODES) if drawn.random() < SECOND_OPINION_SHARE else ()
        verified = drawn.random() < VERIFIED_SHARE
        return Said(tuple(concepts), modes, drawn.randrange(LONGEST_AGO_DAYS) if verified else None)

    def _common(self, record: FacilityRecord, drawn: random.Random) -> list[str]:
        """A quarter of the common concepts: the bits that are set in two random numbers."""
        bits = drawn.getrandbits(NUMBER_OF_COMMON) & drawn.getrandbits(NUMBER_OF_COMMON)
        if any(department.code == NEUROLOGY.code for department in record.departments or ()):
            bits &= ~1
        return [key for place, key in enumerate(self.common) if bits >> place & 1]
