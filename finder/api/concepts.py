"""`GET /api/v1/concepts`."""

from collections.abc import Mapping

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clinics.models import Concept, Scheme, Term
from finder.api import schema
from finder.api.caching import answer, digest_etag
from finder.api.documents import ConceptDocument
from finder.api.reading import ReadView, refuse_parameters
from finder.problems import InvalidParameters, ParameterError, suggestion


class Concepts(ReadView):
    """The taxonomy."""

    @extend_schema(**schema.CONCEPTS)
    def get(self, request: Request) -> HttpResponse:
        """Every concept, with how many published clinics carry it."""
        refuse_parameters(request, known=("scheme",))
        concepts = Concept.objects.all()
        scheme = request.query_params.get("scheme")
        if scheme is not None:
            if scheme not in Scheme.values:
                accepted = ", ".join(Scheme.values)
                raise InvalidParameters(
                    [
                        ParameterError(
                            "scheme",
                            "unknown-value",
                            f"{scheme!r} is not one of: {accepted}.",
                            suggestion(scheme, Scheme.values),
                        )
                    ]
                )
            concepts = concepts.filter(scheme=scheme)
        counts = dict(Term.objects.values_list("key", "count"))
        body = orjson.dumps({"results": [_document(concept, counts) for concept in concepts]})
        return answer(request, body, digest_etag(body))


def _document(concept: Concept, counts: Mapping[str, int]) -> ConceptDocument:
    return {
        "scheme": concept.scheme,
        "slug": concept.slug,
        "label_ja": concept.label_ja,
        "label_en": concept.label_en,
        "definition_ja": concept.definition_ja or None,
        "definition_en": concept.definition_en or None,
        "synonyms": concept.synonyms,
        "codes": concept.codes,
        "sources": concept.sources,
        "medical_care": concept.medical_care,
        "clinics": counts.get(f"{concept.scheme}:{concept.slug}", 0),
    }
