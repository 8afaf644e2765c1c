"""The concepts as publication needs them: in memory, by key and by code."""

from dataclasses import dataclass

from clinics.models import Concept, Scheme

DEPARTMENT_CODE_SYSTEM = "urn:mhlw:iryojoho:shinryokamoku"
PREFECTURE_CODE_SYSTEM = "urn:jis:x0401"


@dataclass(frozen=True, slots=True)
class Word:
    """One concept, without its definition."""

    scheme: str
    slug: str
    label_ja: str
    label_en: str
    evidence_rank: int
    medical_care: bool

    @property
    def key(self) -> str:
        """The key of the term under which clinics carrying it are filed."""
        return f"{self.scheme}:{self.slug}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every concept by primary key, and the categories and prefectures by their codes."""

    words: dict[int, Word]
    category_of_department: dict[str, Word]
    prefecture_of_code: dict[str, Word]
    official_register: Word

    @classmethod
    def load(cls, using: str = "default") -> "Vocabulary":
        """Read the concepts, in one query.

        Raises ``LookupError`` when the taxonomy was never loaded.
        """
        words: dict[int, Word] = {}
        coded: dict[str, dict[str, Word]] = {DEPARTMENT_CODE_SYSTEM: {}, PREFECTURE_CODE_SYSTEM: {}}
        for concept in Concept.objects.using(using).order_by("scheme", "order"):
            word = Word(
                concept.scheme,
                concept.slug,
                concept.label_ja,
                concept.label_en,
                concept.evidence_rank,
                concept.medical_care,
            )
            words[concept.pk] = word
            for code in concept.codes:
                if code["system"] in coded:
                    coded[code["system"]][code["code"]] = word
        by_key = {word.key: word for word in words.values()}
        try:
            register = by_key[f"{Scheme.EVIDENCE}:official-register"]
        except KeyError:
            raise LookupError("The taxonomy is not loaded; `manage.py migrate` loads it.") from None
        return cls(words, coded[DEPARTMENT_CODE_SYSTEM], coded[PREFECTURE_CODE_SYSTEM], register)
