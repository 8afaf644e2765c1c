"""`GET /api/v1/checklists` and `GET /api/v1/checklists/{slug}`."""

from functools import lru_cache

import orjson
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from finder.api.caching import answer, digest_etag
from finder.api.checklists import schema
from finder.api.checklists.documents import ChecklistList, brief, json_document
from finder.api.checklists.reading import (
    FHIR,
    HTML,
    JSON,
    MARKDOWN,
    InForms,
    checklist_of,
    content_type,
    read_form,
)
from finder.api.reading import ReadView, refuse_parameters
from finder.checklist.definition import Checklist, Language
from finder.checklist.fhir.questionnaire import questionnaire
from finder.checklist.files.loading import checklists
from finder.checklist.forms.checklist_markdown import checklist_markdown
from finder.checklist.forms.pages_html import checklist_html

FORMS = {"json": JSON, "fhir": FHIR, "md": MARKDOWN, "html": HTML}


class ChecklistsView(ReadView):
    """The checklists that there are."""

    @extend_schema(**schema.LIST)
    def get(self, request: Request) -> HttpResponse:
        """Every checklist, briefly."""
        refuse_parameters(request)
        document: ChecklistList = {
            "results": [
                brief(checklist, reverse("checklist", args=[slug]))
                for slug, checklist in checklists().items()
            ]
        }
        body = orjson.dumps(document)
        return answer(request, body, digest_etag(body))


class ChecklistView(InForms):
    """One checklist, whole."""

    @extend_schema(**schema.DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The definition as JSON, as a FHIR Questionnaire, as Markdown or as a page to print."""
        checklist = checklist_of(slug)
        media_type, language = read_form(request, FORMS)
        body, etag = _rendered(checklist, media_type, language)
        return answer(request, body, etag, media_type=content_type(media_type))


# A page takes 60 ms to make, and is the same for everybody until the checklist is another.
@lru_cache(maxsize=32)
def _rendered(checklist: Checklist, media_type: str, language: Language) -> tuple[bytes, str]:
    """A definition in one form, with its entity tag."""
    body = _body(checklist, media_type, language)
    return body, digest_etag(body)


def _body(checklist: Checklist, media_type: str, language: Language) -> bytes:
    if media_type == MARKDOWN:
        return checklist_markdown(checklist, language).encode()
    if media_type == HTML:
        return checklist_html(checklist, language).encode()
    if media_type == FHIR:
        return orjson.dumps(questionnaire(checklist))
    return orjson.dumps(json_document(checklist))
