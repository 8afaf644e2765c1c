"""`POST /api/v1/checklists/{slug}/prepare`: answers in, a prepared visit out, and nothing kept.

What is sent is neither stored, logged nor cached, nor ever part of an address.
"""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request

from finder.api.bodies import read_body
from finder.api.checklists import schema
from finder.api.checklists.clinic_documents import ClinicNotes, clinic_notes_document
from finder.api.checklists.clinic_notes import notes_of, published
from finder.api.checklists.concept_labels import labels_of
from finder.api.checklists.documents import json_document
from finder.api.checklists.preparation_documents import (
    emergency_document,
    preparation_document,
)
from finder.api.checklists.reading import (
    FHIR,
    HTML,
    JSON,
    MARKDOWN,
    PDF,
    InForms,
    checklist_of,
    content_type,
    read_media_type,
)
from finder.api.checklists.request import Asked, read_request, signs_named
from finder.api.problems import invalid_parameters, problem
from finder.checklist.definition import Checklist
from finder.checklist.fhir.response import questionnaire_response
from finder.checklist.forms.pages_html import summary_html
from finder.checklist.forms.summary_markdown import summary_markdown
from finder.checklist.forms.summary_pdf import summary_pdf
from finder.checklist.page import Page
from finder.checklist.preparing import Preparation, prepare
from finder.checklist.summary import summarise
from finder.problems import InvalidParameters, ParameterError
from finder.search import departed

FORMS = {"json": JSON, "fhir": FHIR, "md": MARKDOWN, "html": HTML, "pdf": PDF}
LONGEST_BODY_BYTES = 128 * 1024


class PrepareView(InForms):
    """A visit prepared."""

    @extend_schema(**schema.PREPARE)
    def post(self, request: Request, slug: str) -> HttpResponse:
        """What follows from answers; an emergency among them first, even where others are wrong."""
        checklist = checklist_of(slug)
        body = read_body(request, [JSON, FHIR], LONGEST_BODY_BYTES)
        try:
            media_type = read_media_type(request, FORMS)
            resource = request._request.content_type == FHIR
            asked = read_request(checklist, body, timezone.localdate(), fhir=resource)
            clinic = _clinic(checklist, asked.clinic)
        except (InvalidParameters, NotAcceptable) as error:
            return _refusal(request, checklist, body, error)
        prepared = prepare(checklist, asked.answers)
        return HttpResponse(
            _body(checklist, asked, prepared, clinic, media_type),
            content_type=content_type(media_type),
            headers={"Cache-Control": "private, no-store", **_disposition(media_type)},
        )


def _body(
    checklist: Checklist,
    asked: Asked,
    prepared: Preparation,
    clinic: ClinicNotes | None,
    media_type: str,
) -> bytes:
    if media_type == FHIR:
        return orjson.dumps(questionnaire_response(checklist, asked.answers, timezone.now()))
    pages = _pages(checklist, asked, prepared)
    if media_type == PDF:
        return summary_pdf(pages)
    if media_type == MARKDOWN:
        return summary_markdown(pages).encode()
    if media_type == HTML:
        return summary_html(pages).encode()
    labels = labels_of(prepared.routing)
    document = preparation_document(checklist, asked.answers, prepared, pages, clinic, labels)
    return orjson.dumps(json_document(document))


def _pages(checklist: Checklist, asked: Asked, prepared: Preparation) -> Sequence[Page]:
    today = timezone.localdate()
    return [
        summarise(checklist, asked.answers, prepared.emergency, language, today)
        for language in asked.languages
    ]


def _clinic(checklist: Checklist, clinic_id: UUID | None) -> ClinicNotes | None:
    """The clinic asked about. Raises :class:`InvalidParameters` for one that is not published."""
    if clinic_id is None:
        return None
    clinic = published(clinic_id)
    if clinic is None:
        raise InvalidParameters([_not_published(clinic_id)])
    return clinic_notes_document(clinic, notes_of(checklist, clinic))


def _not_published(clinic_id: UUID) -> ParameterError:
    went = departed(clinic_id)
    successor = went.successor if went else None
    if successor is None:
        message = f"There is no published clinic {clinic_id}."
        return ParameterError("clinic", "unknown-value", message)
    message = f"Clinic {clinic_id} was found to be clinic {successor}."
    return ParameterError("clinic", "unknown-value", message, str(successor))


def _refusal(
    request: Request, checklist: Checklist, body: bytes, error: InvalidParameters | NotAcceptable
) -> HttpResponse:
    """What is wrong; an emergency that the body names stands first."""
    emergency = emergency_document(checklist, signs_named(checklist, body))
    if emergency is None:
        raise error
    calls = " ".join(f"{call.number}: {call.label.en}." for call in emergency.calls)
    first, document = f"{emergency.stop.en} {calls}", json_document(emergency)
    if isinstance(error, NotAcceptable):
        return problem(request, error.status_code, f"{first} {error.detail}", emergency=document)
    return invalid_parameters(request, error, first=first, emergency=document)


def _disposition(media_type: str) -> dict[str, str]:
    return {"Content-Disposition": 'inline; filename="summary.pdf"'} if media_type == PDF else {}
