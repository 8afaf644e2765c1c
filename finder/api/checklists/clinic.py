"""`GET /api/v1/clinics/{id}/checklist`: a checklist with the clinic's own terms at its items."""

from uuid import UUID

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from finder.api.caching import answer, digest_etag
from finder.api.checklists import schema
from finder.api.checklists.clinic_documents import clinic_checklist
from finder.api.checklists.clinic_notes import notes_of, published
from finder.api.checklists.documents import json_document
from finder.api.checklists.reading import (
    HTML,
    JSON,
    MARKDOWN,
    InForms,
    content_type,
    read_clinic_checklist,
    read_form,
)
from finder.api.departed import gone
from finder.checklist.forms.checklist_markdown import checklist_markdown
from finder.checklist.forms.pages_html import checklist_html

FORMS = {"json": JSON, "md": MARKDOWN, "html": HTML}


class ClinicChecklistView(InForms):
    """A checklist for one clinic."""

    @extend_schema(**schema.CLINIC)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """The checklist with the clinic's terms, each with source, date and age."""
        media_type, language = read_form(request, FORMS, ("checklist",))
        checklist = read_clinic_checklist(request)
        clinic = published(id)
        if clinic is None:
            return gone(request, id, "clinic-checklist")
        notes = notes_of(checklist, clinic)
        if media_type == JSON:
            body = orjson.dumps(json_document(clinic_checklist(checklist, clinic, notes)))
        elif media_type == MARKDOWN:
            body = checklist_markdown(checklist, language, notes, clinic["name"]).encode()
        else:
            body = checklist_html(checklist, language, notes, clinic["name"]).encode()
        return answer(request, body, digest_etag(body), media_type=content_type(media_type))
