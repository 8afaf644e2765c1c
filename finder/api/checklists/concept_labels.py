"""The labels of the concepts that rows of routing lead to."""

from collections.abc import Sequence

from clinics.models import Concept
from finder.api.checklists.preparation_documents import Labels
from finder.checklist.definition import RoutingRow


def labels_of(rows: Sequence[RoutingRow]) -> Labels:
    """The labels by scheme and slug, in one query; a concept that there is no more has none."""
    slugs = {slug for row in rows for stop in row.stops for slug in stop.categories + stop.services}
    concepts = Concept.objects.filter(scheme__in=("category", "service"), slug__in=slugs)
    return {
        (concept.scheme, concept.slug): {
            "slug": concept.slug,
            "label_ja": concept.label_ja,
            "label_en": concept.label_en,
        }
        for concept in concepts
    }
