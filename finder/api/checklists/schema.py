"""What the OpenAPI document says of checklists."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from finder.api.checklists.clinic_documents import ClinicChecklist
from finder.api.checklists.documents import ChecklistList
from finder.api.checklists.preparation_documents import PreparationDocument
from finder.api.checklists.reading import DEFAULT
from finder.api.schema import (
    ALLOW,
    CACHE_CONTROL,
    CACHE_CONTROL_OF_DEPARTED,
    ETAG,
    IF_NONE_MATCH,
    LOCATION,
    NO_LOGIN,
    REFUSALS,
    RETRY_AFTER,
    VARY,
    answer_of,
    cached,
    header,
    problem_of,
)
from finder.checklist.definition import Checklist

FORM_WORDS = {
    "json": "JSON",
    "fhir": "FHIR R4",
    "md": "Markdown",
    "html": "a page to print",
    "pdf": "PDF",
}
TEXT = OpenApiResponse({"type": "string"}, description="In one language, by `lang`")
FHIR_DOCUMENT = {"$ref": "#/components/schemas/FhirResource"}
PREPARATION_REQUEST = {"$ref": "#/components/schemas/PreparationRequest"}


def _form(*words: str) -> OpenApiParameter:
    told = ", ".join(f"`{word}` {FORM_WORDS[word]}" for word in words)
    return OpenApiParameter(
        "format",
        {"type": "string", "enum": list(words)},
        description=f"The form of the answer: {told}. Without it, Accept decides.",
    )


LANG = OpenApiParameter(
    "lang",
    {"type": "string", "enum": ["ja", "en"]},
    description="The language of Markdown and pages, `ja` without it; JSON holds both.",
)
READING = [IF_NONE_MATCH, ETAG, CACHE_CONTROL, ALLOW, RETRY_AFTER]
NOT_ACCEPTABLE = problem_of(406, "A form that there is not")

LIST: dict[str, Any] = {
    "operation_id": "listChecklists",
    "summary": "The checklists",
    "description": "What an athlete can prepare a visit with. Carries an ETag. Not medical advice.",
    "parameters": READING,
    "responses": {**cached(ChecklistList, "The checklists"), **REFUSALS},
    **NO_LOGIN,
    "tags": ["checklists"],
}
DETAIL: dict[str, Any] = {
    "operation_id": "getChecklist",
    "summary": "One checklist",
    "description": (
        "What is asked, when it applies, why it matters and who says so, in Japanese and English; "
        "and what follows from answers. Carries an ETag. Not medical advice; in an emergency in "
        "Japan call 119."
    ),
    "parameters": [_form("json", "fhir", "md", "html"), LANG, *READING, VARY],
    "responses": {
        **cached(Checklist, "The definition"),
        (200, "application/fhir+json"): OpenApiResponse(
            FHIR_DOCUMENT, description="The definition as a FHIR R4 Questionnaire"
        ),
        (200, "text/markdown"): TEXT,
        (200, "text/html"): TEXT,
        **REFUSALS,
        **problem_of(404, "No such checklist"),
        **NOT_ACCEPTABLE,
    },
    **NO_LOGIN,
    "tags": ["checklists"],
}
CLINIC: dict[str, Any] = {
    "operation_id": "getClinicChecklist",
    "summary": "A checklist for one clinic",
    "description": (
        "The checklist with the clinic's own second-opinion terms at the items they belong to, each "
        "with its source, date and age; where a term is unknown, the question to ask by phone. "
        "Carries an ETag."
    ),
    "parameters": [
        OpenApiParameter(
            "checklist",
            {"type": "string"},
            description=f"Its slug; `{DEFAULT}` without it.",
        ),
        _form("json", "md", "html"),
        LANG,
        *READING,
        VARY,
        LOCATION,
        CACHE_CONTROL_OF_DEPARTED,
    ],
    "responses": {
        **cached(ClinicChecklist, "The checklist with the clinic's terms"),
        (200, "text/markdown"): TEXT,
        (200, "text/html"): TEXT,
        **REFUSALS,
        **problem_of(301, "It was found to be another clinic, whose address is in Location"),
        **problem_of(404, "No such clinic was ever published"),
        **problem_of(410, "It was published once, and is no longer"),
        **NOT_ACCEPTABLE,
    },
    **NO_LOGIN,
    "tags": ["checklists"],
}
EXAMPLE = OpenApiExample(
    "A runner without a diagnosis",
    {
        "route": "new-patient-referral",
        "text_language": "en",
        "answers": {
            "urgent-signs": ["none"],
            "early-review-signs": ["none"],
            "trigger-task": ["easy-run", "tempo"],
            "walking-unaffected": True,
            "same-pattern": True,
            "symptom-types": ["toe-curl"],
            "onset-date": "2025-09",
            "weekly-volume": {"now": {"value": 30, "unit": "km"}},
            "treatments-tried": [{"code": "rest", "effect": "none"}],
            "top-questions": ["Is it a matter of the nerves?"],
        },
    },
    media_type="application/json",
    request_only=True,
)
PREPARE: dict[str, Any] = {
    "operation_id": "prepareVisit",
    "summary": "Prepare a visit",
    "description": (
        "Answers in; out come, in this order: an emergency, which leaves nothing but itself and the "
        "page; signs to be examined soon; what is missing; contradictions; which clinics first and "
        "why; by which door; what to take along; what to ask; and a page for the doctor in Japanese "
        "and English. Nothing of it is stored, logged or cached. Not medical advice."
    ),
    "request": {
        "application/json": PREPARATION_REQUEST,
        "application/fhir+json": FHIR_DOCUMENT,
    },
    "examples": [EXAMPLE],
    "parameters": [
        _form("json", "fhir", "md", "html", "pdf"),
        header("Cache-Control", [200], "`private, no-store`."),
        VARY,
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {
        (200, "application/json"): answer_of(PreparationDocument, "The visit prepared"),
        (200, "application/fhir+json"): OpenApiResponse(
            FHIR_DOCUMENT, description="The answers as a FHIR R4 QuestionnaireResponse"
        ),
        (200, "text/markdown"): OpenApiResponse(
            {"type": "string"}, description="The page for the doctor"
        ),
        (200, "text/html"): OpenApiResponse(
            {"type": "string"}, description="The page for the doctor, to print"
        ),
        (200, "application/pdf"): OpenApiResponse(
            {"type": "string", "format": "binary"}, description="The page for the doctor"
        ),
        **REFUSALS,
        **problem_of(404, "No such checklist"),
        **NOT_ACCEPTABLE,
        **problem_of(413, "A body of more than 128 KiB"),
        **problem_of(415, "A body that is neither JSON nor FHIR JSON"),
    },
    **NO_LOGIN,
    "tags": ["checklists"],
}
