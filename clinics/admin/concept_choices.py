"""The concepts as the clinic form offers them: read once, labelled in both languages."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.models import Concept, Scheme
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

# Kind and prefecture are facts; evidence is how strong a claim is.
NOT_CLAIMED = (Scheme.KIND, Scheme.PREFECTURE, Scheme.EVIDENCE)
ACCESS_SCHEMES = (Scheme.LANGUAGE, Scheme.FEATURE)


class ConceptChoices:
    """Every concept, in one query."""

    def __init__(self, using: str = "default") -> None:
        self._concepts = list(
            Concept.objects.using(using)
            .order_by("scheme", "order", "slug")
            .only("scheme", "slug", "label_ja", "label_en", "codes", "evidence_rank")
        )
        claimed = [concept for concept in self._concepts if concept.scheme not in NOT_CLAIMED]
        self._claimed = {str(concept) for concept in claimed}
        # Also of those that are not offered, since older claims carry them.
        self.labels = {str(concept): _label(concept) for concept in self._concepts}
        called: Counter[str] = Counter()
        for concept in claimed:
            called.update({concept.label_ja, concept.label_en, _label(concept)})
        self._key_of_label = {
            name: str(concept)
            for concept in claimed
            for name in (concept.label_ja, concept.label_en, _label(concept))
            if called[name] == 1
        }
        self.prefecture_names = {
            code["code"]: concept.label_ja
            for concept in self._concepts
            for code in concept.codes
            if concept.scheme == Scheme.PREFECTURE and code["system"] == PREFECTURE_CODE_SYSTEM
        }
        self._prefecture_labels = {
            code: concept.label_en
            for concept in self._concepts
            for code, name in self.prefecture_names.items()
            if concept.scheme == Scheme.PREFECTURE and concept.label_ja == name
        }

    def key_of(self, text: str) -> str:
        """The key of the one concept of which ``text`` is the key or a whole label; else the text."""
        text = text.strip()
        return text if text in self.labels else self._key_of_label.get(text, text)

    def options(self) -> list[tuple[str, str]]:
        """Keys and labels of what can be claimed."""
        return [(key, label) for key, label in self.labels.items() if key in self._claimed]

    def strengths(self) -> list[tuple[str, Any]]:
        """The strengths of evidence, the strongest first."""
        found = [concept for concept in self._concepts if concept.scheme == Scheme.EVIDENCE]
        found.sort(key=lambda concept: -concept.evidence_rank)
        return [("", _("Choose"))] + [(concept.slug, _label(concept)) for concept in found]

    def prefectures(self) -> list[tuple[str, Any]]:
        """The prefectures by JIS X 0401 code."""
        names = sorted(self.prefecture_names.items())
        return [("", "—")] + [
            (code, f"{code} {name} / {self._prefecture_labels[code]}") for code, name in names
        ]


def _label(concept: Concept) -> str:
    return f"{concept.label_ja} / {concept.label_en}"
