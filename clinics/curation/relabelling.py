"""A concept in new words: saved and published to every clinic that carries it, all or nothing."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from clinics.changes import change
from clinics.models import Concept, Posting
from clinics.publication import publish
from clinics.taxonomy import keep_first


def carriers(concept: Concept) -> int:
    """How many published clinics carry a concept."""
    return _postings(concept).count()


def save_and_publish(
    concept: Concept,
    *,
    by: Any = None,
    why: str = "",
    progress: Callable[[int], None] | None = None,
) -> int:
    """Save a concept as edited here and publish what carries it; how many clinics that were.

    One transaction: killed at any moment, the old words stand everywhere. ``progress`` is told how
    many clinics are done.
    """
    with transaction.atomic(), change(by=by, why=why):
        keep_first([] if concept._state.adding else [concept.pk])
        concept.edited_here = True
        concept.save()
        ids = list(
            _postings(concept)
            .order_by("listing__facility_id")
            .values_list("listing__facility_id", flat=True)
        )
        publish(ids, progress=progress)
    return len(ids)


def _postings(concept: Concept) -> QuerySet[Posting]:
    return Posting.objects.filter(term__key=f"{concept.scheme}:{concept.slug}")
