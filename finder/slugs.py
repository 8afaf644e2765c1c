"""Which slugs exist, kept in memory: a search is not to ask the database for its vocabulary.

A slug that is not known is looked for once more in the database before it is refused, so a concept
added meanwhile is found at once; one taken away matches nothing, as it should.
"""

from clinics.models import Concept, Scheme
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM


class KnownSlugs:
    """The slugs of every scheme, and prefecture slugs by their JIS code."""

    def __init__(self) -> None:
        self._by_scheme: dict[str, frozenset[str]] = {}
        self._prefecture_of_code: dict[str, str] = {}

    def of(self, scheme: str) -> frozenset[str]:
        """Every slug of a scheme, as last read."""
        return self._by_scheme.get(scheme, frozenset())

    def exists(self, scheme: str, slug: str) -> bool:
        """Whether the concept exists."""
        if slug not in self.of(scheme):
            self._read()
        return slug in self.of(scheme)

    def prefecture(self, code_or_slug: str) -> str | None:
        """The slug of a prefecture given by its slug or two-digit JIS code."""
        if self.exists(Scheme.PREFECTURE, code_or_slug):
            return code_or_slug
        return self._prefecture_of_code.get(code_or_slug)

    def _read(self) -> None:
        by_scheme: dict[str, set[str]] = {}
        for scheme, slug, codes in Concept.objects.values_list("scheme", "slug", "codes"):
            by_scheme.setdefault(scheme, set()).add(slug)
            if scheme == Scheme.PREFECTURE:
                for code in codes:
                    if code["system"] == PREFECTURE_CODE_SYSTEM:
                        self._prefecture_of_code[code["code"]] = slug
        self._by_scheme = {scheme: frozenset(slugs) for scheme, slugs in by_scheme.items()}


KNOWN_SLUGS = KnownSlugs()
