"""Reads the words of a text search, and the concepts that they name.

The names of all concepts are kept in memory: a search is not to ask the database what its words
mean. Nothing is kept of the words.
"""

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from clinics.models import Concept, Scheme
from clinics.text import search_key, search_words
from finder.query import TextQuestion, TextWord

MOST_WORDS = 10
# How long an edit made in another process may go unnoticed.
SECONDS_BETWEEN_READINGS = 30.0

# What a searcher can mean by a word; strengths of evidence are no property of a clinic.
NAMED_SCHEMES = (
    Scheme.CATEGORY,
    Scheme.SERVICE,
    Scheme.CONDITION,
    Scheme.SPORT,
    Scheme.LEVEL,
    Scheme.CREDENTIAL,
    Scheme.LANGUAGE,
    Scheme.FEATURE,
    Scheme.PREFECTURE,
    Scheme.KIND,
)

# Words that say nothing of a clinic: "neurologist in Tokyo".
FUNCTION_WORDS = frozenset(
    ("a", "an", "and", "at", "for", "in", "near", "of", "on", "or", "the", "to", "with")
)

SHORTEST_BEGINNING = 3
SHORTEST_PART = 2
TWO_KANA = re.compile("[ぁ-ゖ]{2}")
LATIN_WORD_ENDS = re.compile(r"[^\w'’]+")
LATIN_WORD = re.compile("[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class ConceptNames:
    """The labels and synonyms of concepts, arranged for looking up what a word names.

    ``exact`` has the terms of every whole name. ``latin`` has the Latin words of the names, and the
    names as one word, in order; ``japanese`` the names that are not all Latin. Each comes with its
    term. Prefectures are in ``exact`` alone: 京都 is a part of 東京都.
    """

    exact: dict[str, frozenset[str]]
    latin: tuple[tuple[str, str], ...]
    japanese: tuple[tuple[str, str], ...]

    def terms(self, word: str) -> frozenset[str]:
        """The terms (``scheme:slug``) of the concepts that a word names; the word is a search key.

        A word names a concept when it is one of its names; in Latin letters also when it is a word
        of a name, or the beginning of one in three letters or more; otherwise when it is a part of
        a name in two characters or more, two kana only where the name begins with them.
        """
        found = set(self.exact.get(word, ()))
        if len(word) < SHORTEST_PART:
            return frozenset(found)
        if word.isascii():
            beginning = len(word) >= SHORTEST_BEGINNING
            for name, term in self.latin[bisect_left(self.latin, (word, "")) :]:
                if not name.startswith(word):
                    break
                if beginning or name == word:
                    found.add(term)
        elif TWO_KANA.fullmatch(word):
            found.update(term for name, term in self.japanese if name.startswith(word))
        else:
            found.update(term for name, term in self.japanese if word in name)
        return frozenset(found)


def arrange(concepts: Iterable[tuple[str, str, Sequence[str]]]) -> ConceptNames:
    """Concepts as (scheme, slug, names), arranged for looking up."""
    exact: dict[str, set[str]] = {}
    latin: set[tuple[str, str]] = set()
    japanese: set[tuple[str, str]] = set()
    for scheme, slug, names in concepts:
        term = f"{scheme}:{slug}"
        for name in names:
            key = search_key(name)
            exact.setdefault(key, set()).add(term)
            if scheme == Scheme.PREFECTURE:
                continue
            if key.isascii():
                latin.add((key, term))
            else:
                japanese.add((key, term))
            for part in LATIN_WORD_ENDS.split(name):
                latin.update((word, term) for word in LATIN_WORD.findall(search_key(part)))
    return ConceptNames(
        {key: frozenset(terms) for key, terms in exact.items() if key},
        tuple(sorted(latin)),
        tuple(sorted(japanese)),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read, when, and after which edit of this process."""

    names: ConceptNames
    read_at: float
    edit: object


class KnownNames:
    """The names of the concepts in the database, read again when they may have changed.

    An edit in this process is noticed at once, one elsewhere within
    :data:`SECONDS_BETWEEN_READINGS`. ``clock`` gives seconds that only rise. Threads may share it:
    a reading is never changed, only replaced.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._edit = object()
        self._reading: _Reading | None = None

    def current(self) -> ConceptNames:
        """The names as they are, or were within the last half minute; at most one query."""
        reading, now, edit = self._reading, self._clock(), self._edit
        if (
            reading is None
            or reading.edit is not edit
            or now - reading.read_at >= SECONDS_BETWEEN_READINGS
        ):
            reading = self._reading = _Reading(arrange(_stored_names()), now, edit)
        return reading.names

    def notice_edit(self, using: str | None = None, **_: Any) -> None:
        """Read again at the next question, and once more when the edit is committed.

        The first is for whoever edits and searches in one transaction. A reading meanwhile in
        another connection does not see the edit yet. ``using`` is the database of the edit.
        """
        self._mark_edit()
        transaction.on_commit(self._mark_edit, using=using)

    def _mark_edit(self) -> None:
        self._edit = object()


def _stored_names() -> list[tuple[str, str, Sequence[str]]]:
    rows = Concept.objects.filter(scheme__in=NAMED_SCHEMES).values_list(
        "scheme", "slug", "label_ja", "label_en", "synonyms"
    )
    return [
        (scheme, slug, (label_ja, label_en, *synonyms))
        for scheme, slug, label_ja, label_en, synonyms in rows
    ]


KNOWN_NAMES = KnownNames()
post_save.connect(KNOWN_NAMES.notice_edit, sender=Concept)
post_delete.connect(KNOWN_NAMES.notice_edit, sender=Concept)


def read_text(text: str) -> TextQuestion:
    """The words of ``text`` as a question: folded, each once, with what they name.

    Legal forms (医療法人社団) are left out, and English function words beside others. A word also names
    what it names together with its neighbours (脳 外科). Raises ``ValueError`` when nothing to search
    for is left, or more than :data:`MOST_WORDS` words.
    """
    spoken = search_words(text)
    words = [word for word in spoken if word not in FUNCTION_WORDS] or spoken
    if not words:
        raise ValueError(
            "There is nothing to search for: a word needs letters or digits, and a legal form such "
            "as 医療法人社団 is not searched for."
        )
    if len(words) > MOST_WORDS:
        raise ValueError(f"There are {len(words)} words; at most {MOST_WORDS} are accepted.")
    terms = _terms_of_words(words, KNOWN_NAMES.current())
    return TextQuestion(
        phrase="".join(spoken),
        words=tuple(TextWord(word, tuple(sorted(terms[word]))) for word in dict.fromkeys(words)),
    )


def _terms_of_words(words: Sequence[str], names: ConceptNames) -> dict[str, set[str]]:
    """What each word names, alone and as a part of every run of neighbours."""
    terms: dict[str, set[str]] = {word: set() for word in words}
    for first in range(len(words)):
        for last in range(first, len(words)):
            run = words[first : last + 1]
            named = names.terms("".join(run))
            for word in run:
                terms[word] |= named
    return terms
