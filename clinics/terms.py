"""What postings are filed under, and the bits by which combinations are tested."""

from collections.abc import Iterable

from clinics.models import Scheme, Term
from clinics.vocabulary import Vocabulary

EVERY_CLINIC = "every:clinic"
NON_MEDICAL = "care:non-medical"
# The concept by whose name places that are no medical care are asked for.
BODYWORK = f"{Scheme.CATEGORY}:non-medical-bodywork"
# Verified by the curators at some time, and on evidence experienced with athletes.
VERIFIED = "verified:ever"
ATHLETES = "experience:athletes"
# Schemes of terms that are no concepts: ``second-opinion:online``, ``accepts-new-patients:yes``.
SECOND_OPINION = "second-opinion"
NEW_PATIENTS = "accepts-new-patients"
MUNICIPALITY = "municipality"

# Least strengths of a posting: evidence of this rank counts as documented, and a claim that a
# curator has checked has this much added to its rank.
DOCUMENTED = 50
CONFIRMED = 100

MASK_BITS = 62
SLOTS = 2 * MASK_BITS
# Terms get the bits of the masks in this order, so that what searches combine comes first.
SLOTTED_SCHEMES = (
    Scheme.KIND,
    Scheme.CATEGORY,
    Scheme.CONDITION,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.SERVICE,
    Scheme.CREDENTIAL,
)


def split_mask(bits: int) -> tuple[int, int]:
    """The two columns of a mask: the first 62 slots, the next 62."""
    return bits & ((1 << MASK_BITS) - 1), bits >> MASK_BITS


class Terms:
    """The terms by key, making those that are new."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.by_key: dict[str, Term] = {}
        for term in Term.objects.using(using).all():
            self.by_key[term.key] = term
        self.free_slot = 1 + max(
            (term.slot for term in self.by_key.values() if term.slot is not None), default=-1
        )

    def ensure(self, vocabulary: Vocabulary) -> None:
        """Make the terms of every concept, those of the slotted schemes first."""
        by_scheme: dict[str, list[str]] = {}
        for word in vocabulary.words.values():
            by_scheme.setdefault(word.scheme, []).append(word.key)
        slotted = [key for scheme in SLOTTED_SCHEMES for key in by_scheme.get(scheme, [])]
        others = [
            key
            for scheme, keys in by_scheme.items()
            if scheme not in SLOTTED_SCHEMES
            for key in keys
        ]
        # What is tested on every row of a search for words comes first of all.
        self.add([NON_MEDICAL, ATHLETES, VERIFIED, *slotted], slotted=True)
        self.add([EVERY_CLINIC, *others], slotted=False)

    def add(self, keys: Iterable[str], *, slotted: bool = False) -> None:
        """Make the terms of ``keys`` that do not exist yet."""
        new = []
        for key in dict.fromkeys(keys):
            if key not in self.by_key:
                slot = self.free_slot if slotted and self.free_slot < SLOTS else None
                self.free_slot += slot is not None
                new.append(Term(key=key, slot=slot))
        for term in Term.objects.using(self.using).bulk_create(new):
            self.by_key[term.key] = term

    def masks(self, keys: Iterable[str]) -> tuple[int, int]:
        """The two masks of a clinic filed under these terms."""
        bits = 0
        for key in keys:
            term = self.by_key.get(key)
            if term is not None and term.slot is not None:
                bits |= 1 << term.slot
        return split_mask(bits)
