"""The documents that the API adds around those of the clinics."""

from typing import Annotated, Literal, NotRequired, TypedDict

from clinics.documents import ClinicSummary

# "from" is a word of Python's own, so this one cannot be written as a class.
CentreEcho = TypedDict(
    "CentreEcho",
    {
        "lat": float,
        "lng": float,
        "from": Literal["coordinates", "place"],
        "label": str | None,
    },
)
CentreEcho.__doc__ = "The centre as understood."


class QueryEcho(TypedDict):
    """What was understood of the question; parameters not given are left out."""

    centre: CentreEcho | None
    sort: Literal["distance", "name"]
    radius_km: NotRequired[float]
    category: NotRequired[list[list[str]]]
    service: NotRequired[list[list[str]]]
    condition: NotRequired[list[list[str]]]
    sport: NotRequired[list[list[str]]]
    level: NotRequired[list[list[str]]]
    credential: NotRequired[list[list[str]]]
    language: NotRequired[list[list[str]]]
    feature: NotRequired[list[list[str]]]
    kind: NotRequired[str]
    prefecture: NotRequired[str]
    page_size: NotRequired[int]
    count: NotRequired[str]


class SearchHit(TypedDict):
    """What depends on the question, around the clinic, which does not."""

    distance_km: Annotated[float | None, "Geodesic kilometres, to the metre; null: no centre"]
    bearing_deg: Annotated[int | None, "Degrees clockwise from north"]
    clinic: ClinicSummary


class SearchResponse(TypedDict):
    """A page of a search."""

    count: NotRequired[Annotated[int, "Number of matches, as far as counted"]]
    count_exact: NotRequired[bool]
    next: Annotated[str | None, "Address of the next page"]
    previous: Annotated[str | None, "Always null: pages are read forward"]
    query: QueryEcho
    results: list[SearchHit]


class CodeDocument(TypedDict):
    """A code of another system, with the equivalence of a FHIR R4 ConceptMap."""

    system: str
    code: str
    display: str
    equivalence: Literal["equivalent", "wider", "inexact"]


class ConceptDocument(TypedDict):
    """A concept of the taxonomy."""

    scheme: str
    slug: str
    label_ja: str
    label_en: str
    definition_ja: str | None
    definition_en: str | None
    synonyms: list[str]
    codes: list[CodeDocument]
    sources: list[str]
    medical_care: Annotated[bool, "False for bodywork, which is no medical care"]
    clinics: Annotated[int, "Published clinics that carry it"]


class ConceptList(TypedDict):
    """Concepts by scheme, in the order of the taxonomy."""

    results: list[ConceptDocument]


class ProblemError(TypedDict):
    """What is wrong with one parameter."""

    parameter: str
    code: str
    message: str
    suggestion: NotRequired[str]


class Problem(TypedDict):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[ProblemError]]
