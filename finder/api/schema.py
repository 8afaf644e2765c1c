"""The OpenAPI document: components from the documents' typed dictionaries, parameters from the
declared ones, so that neither is written twice."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from clinics.documents import ClinicDetail, ClinicSummary, QualityReport
from clinics.models import Scheme
from finder.api.checklists.clinic_documents import ClinicChecklist
from finder.api.checklists.documents import ChecklistList
from finder.api.checklists.open_schemas import OPEN_SCHEMAS
from finder.api.checklists.preparation_documents import PreparationDocument
from finder.api.components import components_of, schema_of
from finder.api.documents import (
    ConceptList,
    FeatureCollection,
    Problem,
    ReportReceipt,
    ReportRequest,
    SearchResponse,
)
from finder.api.place_documents import PlaceList
from finder.checklist.definition import Checklist
from finder.parameters import SearchParameters
from finder.questions import MOST_REPETITIONS

DOCUMENTS = (
    ClinicSummary,
    ClinicDetail,
    SearchResponse,
    FeatureCollection,
    ConceptList,
    PlaceList,
    ReportRequest,
    ReportReceipt,
    QualityReport,
    ChecklistList,
    Checklist,
    ClinicChecklist,
    PreparationDocument,
    Problem,
)


def add_document_components(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Put every document and what it is made of among the schema's components."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    result["components"]["schemas"] = dict(
        sorted((components | components_of(DOCUMENTS) | OPEN_SCHEMAS).items())
    )
    return result


def require_bodies(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Say that a body which an address takes is needed; it is left open for one given as a schema."""
    for path in result["paths"].values():
        for operation in path.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


def answer_of(document: Any, description: str) -> OpenApiResponse:
    return OpenApiResponse(schema_of(document), description=description)


def problem_of(status: int, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(status, "application/problem+json"): answer_of(Problem, description)}


def cached(document: Any, description: str) -> dict[Any, Any]:
    """The answers of an address whose document has an entity tag."""
    return {
        (200, "application/json"): answer_of(document, description),
        304: OpenApiResponse(description="The version that the client has is current"),
    }


# Said by leaving `security` out: from `[{}]`, which means the same, generators make clients that
# want a token.
NO_LOGIN: dict[str, Any] = {"auth": []}
# What every address answers that a reader asks of.
REFUSALS = {
    **problem_of(400, "Parameters that cannot be understood, or that do not exist here"),
    **problem_of(405, "A method that the address does not have"),
    **problem_of(414, "A query string of more than 8,192 bytes"),
    **problem_of(429, "Too many requests; ask again after the seconds of Retry-After"),
}


def header(
    name: str,
    statuses: list[int],
    description: str,
    *,
    required: bool = True,
    schema: dict[str, Any] | None = None,
) -> OpenApiParameter:
    """A header of the answers of these statuses."""
    return OpenApiParameter(
        name,
        schema or {"type": "string"},
        OpenApiParameter.HEADER,
        required=required,
        description=description,
        response=statuses,
    )


ALLOW = header("Allow", [405], "The methods that the address has.")
RETRY_AFTER = header(
    "Retry-After",
    [429],
    "Seconds until a request is answered again.",
    schema={"type": "integer", "minimum": 1},
)
CACHE_CONTROL = header(
    "Cache-Control",
    [200],
    "`private, no-store` where the question tells of the searcher, else `no-cache`.",
)
LOCATION = header("Location", [301], "The address of the clinic that it was found to be.")
CACHE_CONTROL_OF_DEPARTED = header(
    "Cache-Control", [301, 410], "`no-cache`: a clinic may come back."
)
VARY = header(
    "Vary", [200, 304, 400, 405, 406, 414, 429], "`Accept`: the form of the answer depends on it."
)
LINK = header(
    "Link",
    [200],
    "The next page, as `rel=next` (RFC 8288); not with CSV, not on the last page.",
    required=False,
)
ETAG = header("ETag", [200, 304], "The version of the answer, for `If-None-Match`.")
# CSV is on its way before its end is known, and what tells of the searcher is kept by nobody.
SEARCH_ETAGS = (
    header(
        "ETag",
        [200],
        "The version of the answer, for `If-None-Match`; not with CSV, nor where the question "
        "tells of the searcher.",
        required=False,
    ),
    header("ETag", [304], "The version of the answer, which the client has."),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="Entity tags that the client has (RFC 9110 §13.1.2); a current one is answered 304.",
)


def _search_parameter(name: str, parameter: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        parameter.schema
        if not parameter.repeatable
        else {"type": "array", "items": parameter.schema, "maxItems": MOST_REPETITIONS},
        description=f"{parameter.description}{_for_example(parameter)}",
        explode=True if parameter.repeatable else None,
        style="form" if parameter.repeatable else None,
    )


def _for_example(parameter: Any) -> str:
    return f" For example `{parameter.example}`." if parameter.example else ""


SEARCH_PARAMETERS = [
    _search_parameter(name, parameter) for name, parameter in SearchParameters.base_filters.items()
]
CLINIC_SEARCH: dict[str, Any] = {
    "operation_id": "searchClinics",
    "summary": "Nearest clinics",
    "description": (
        "Clinics that meet every filter, nearest first by WGS84 geodesic. Unknown or malformed "
        "parameters are refused. JSON, GeoJSON or CSV by `format` or Accept: the same clinics in "
        "the same order, CSV all of them at once. "
        "Not medical advice; in an emergency in Japan call 119."
    ),
    "parameters": [
        *SEARCH_PARAMETERS,
        IF_NONE_MATCH,
        LINK,
        *SEARCH_ETAGS,
        CACHE_CONTROL,
        VARY,
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {
        **cached(SearchResponse, "A page of hits"),
        (200, "application/geo+json"): answer_of(FeatureCollection, "A page of hits for maps"),
        (200, "text/csv"): OpenApiResponse(
            {"type": "string"},
            description="Every hit, one a row, streamed; a file that broke off ends in an opened "
            "quotation",
        ),
        **REFUSALS,
        **problem_of(406, "A form that there is not"),
    },
    **NO_LOGIN,
    "tags": ["clinics"],
}
CLINIC_DETAIL: dict[str, Any] = {
    "operation_id": "getClinic",
    "summary": "One clinic",
    "description": (
        "Everything known of a clinic, with sources and dates. Carries an ETag. The id of one that "
        "was found to be another leads there."
    ),
    "parameters": [
        IF_NONE_MATCH,
        ETAG,
        CACHE_CONTROL,
        LOCATION,
        CACHE_CONTROL_OF_DEPARTED,
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {
        **cached(ClinicDetail, "The clinic"),
        **REFUSALS,
        **problem_of(301, "It was found to be another clinic, whose address is in Location"),
        **problem_of(404, "No such clinic was ever published"),
        **problem_of(410, "It was published once, and is no longer"),
    },
    **NO_LOGIN,
    "tags": ["clinics"],
}
CONCEPTS: dict[str, Any] = {
    "operation_id": "listConcepts",
    "summary": "The taxonomy",
    "description": "Every concept that a search can ask for. Carries an ETag.",
    "parameters": [
        OpenApiParameter(
            "scheme",
            {"type": "string", "enum": list(Scheme.values)},
            description="Only concepts of this scheme.",
        ),
        IF_NONE_MATCH,
        ETAG,
        CACHE_CONTROL,
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {**cached(ConceptList, "The concepts"), **REFUSALS},
    **NO_LOGIN,
    "tags": ["taxonomy"],
}
REPORT: dict[str, Any] = {
    "operation_id": "reportClinic",
    "summary": "Report something wrong",
    "description": (
        "For everybody who finds that an entry is wrong. Curators read every report; nothing is "
        "published by itself. Nothing of who reports is kept, but for a contact that they give. "
        "Texts are not blank, and hold three links at most."
    ),
    "request": {"application/json": schema_of(ReportRequest)},
    "parameters": [
        header("Cache-Control", [202], "`no-store`."),
        ALLOW,
        RETRY_AFTER,
    ],
    "responses": {
        (202, "application/json"): answer_of(ReportReceipt, "It arrived"),
        **REFUSALS,
        **problem_of(404, "No such published clinic"),
        **problem_of(413, "A body of more than 16 KiB"),
        **problem_of(415, "A body that is not JSON"),
    },
    **NO_LOGIN,
    "tags": ["clinics"],
}
QUALITY: dict[str, Any] = {
    "operation_id": "getQuality",
    "summary": "How fresh and complete the catalogue is",
    "description": (
        "Of all published clinics, by prefecture and by category: how many are verified in time, "
        "and how many lack a position, hours, claims or second-opinion terms; and how that moved "
        "with each import. Missing means that nobody has said, never no. At most a minute old, "
        "never of another day. Carries an ETag."
    ),
    "parameters": [IF_NONE_MATCH, ETAG, CACHE_CONTROL, ALLOW, RETRY_AFTER],
    "responses": {**cached(QualityReport, "The figures"), **REFUSALS},
    **NO_LOGIN,
    "tags": ["quality"],
}
