"""The documents that the API adds around those of the clinics."""

from typing import Annotated, Literal, NotRequired, TypedDict

from clinics.documents import ClinicSummary
from clinics.models import ReportSubject
from finder.api.checklists.preparation_documents import EmergencyDocument
from finder.api.place_documents import PlaceDocument

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
    sort: Literal["distance", "relevance", "name", "-verified_on"]
    place: NotRequired[str]
    radius_km: NotRequired[float]
    bbox: NotRequired[str]
    category: NotRequired[list[list[str]]]
    service: NotRequired[list[list[str]]]
    condition: NotRequired[list[list[str]]]
    sport: NotRequired[list[list[str]]]
    level: NotRequired[list[list[str]]]
    credential: NotRequired[list[list[str]]]
    language: NotRequired[list[list[str]]]
    feature: NotRequired[list[list[str]]]
    evidence: NotRequired[str]
    kind: NotRequired[str]
    prefecture: NotRequired[str]
    municipality: NotRequired[str]
    second_opinion: NotRequired[str]
    accepts_new_patients: NotRequired[str]
    open_at: NotRequired[str]
    verified_within_days: NotRequired[int]
    q: NotRequired[str]
    facets: NotRequired[list[str]]
    format: NotRequired[str]
    page_size: NotRequired[int]
    count: NotRequired[str]


class Circumstances(TypedDict):
    """What of a hit depends on the question."""

    distance_km: Annotated[float | None, "Geodesic kilometres, to the metre; null: no centre"]
    bearing_deg: Annotated[int | None, "Degrees clockwise from north"]
    open: NotRequired[Annotated[bool, "Open at the instant asked for; only then"]]
    closes_at: NotRequired[Annotated[str | None, "HH:MM, local; null: more than a day away"]]
    next_opens_at: NotRequired[
        Annotated[str | None, "ISO 8601 instant with offset; null: nothing is stated"]
    ]
    reasons: NotRequired[
        Annotated[list[str], "Slugs for which it stands where it does; only by relevance"]
    ]


class SearchHit(Circumstances):
    """What depends on the question, around the clinic, which does not."""

    clinic: ClinicSummary


class FacetDocument(TypedDict):
    """A concept, and how many matches of the other filters carry it."""

    slug: str
    count: int


class NearestOutside(TypedDict):
    """The nearest match beyond the radius or the box; without a centre, from the box's middle."""

    distance_km: float
    bearing_deg: int
    clinic: ClinicSummary


class WithoutDocument(TypedDict):
    """How many matches there would be without one of the parameters."""

    parameter: str
    count: int
    count_exact: bool


class HelpDocument(TypedDict):
    """What to ask instead, where nothing matched."""

    nearest_outside: NearestOutside | None
    without: list[WithoutDocument]


class SearchHead(TypedDict):
    """What stands beside the hits of a page."""

    count: NotRequired[Annotated[int, "Number of matches, as far as counted"]]
    count_exact: NotRequired[bool]
    next: Annotated[str | None, "Address of the next page"]
    previous: Annotated[str | None, "Always null: pages are read forward"]
    query: QueryEcho
    facets: NotRequired[Annotated[dict[str, list[FacetDocument]], "By scheme; only when asked for"]]
    help: NotRequired[Annotated[HelpDocument, "Only when nothing matched"]]


class SearchResponse(SearchHead):
    """A page of a search."""

    results: list[SearchHit]


class PointGeometry(TypedDict):
    """Where a clinic is (RFC 7946 §3.1.2)."""

    type: Literal["Point"]
    coordinates: Annotated[list[float], "Longitude, latitude; WGS84 decimal degrees"]


class FeatureProperties(Circumstances, ClinicSummary):
    """A hit and its clinic."""


class Feature(TypedDict):
    """A hit on a map."""

    type: Literal["Feature"]
    id: str
    geometry: Annotated[PointGeometry | None, "null: nobody knows where it is"]
    properties: FeatureProperties


class FeatureCollection(SearchHead):
    """A page of a search as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    bbox: NotRequired[
        Annotated[
            list[float],
            "West, south, east, north of the page; west > east crosses the antimeridian",
        ]
    ]
    features: list[Feature]


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


LONGEST_TEXT = 2_000
LONGEST_ADDRESS = 600
LONGEST_CONTACT = 200
MOST_LINKS = 3
# Something to read, in lines or not, and no control character.
NO_CONTROL = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*"
TEXT_PATTERN = rf"^{NO_CONTROL}[^\s\x00-\x1f\x7f]{NO_CONTROL}$"
# A host, a port or none, and the rest; nobody's name and password before it.
ADDRESS_PATTERN = r"^[hH][tT][tT][pP][sS]?://[^\s/?#:@\\\[\]\x00-\x1f\x7f-\x9f]+(:[0-9]{1,5})?([/?#][^\s\x00-\x1f\x7f-\x9f]*)?$"


class ReportRequest(TypedDict):
    """What somebody says is wrong with an entry."""

    subject: Annotated[str, "What it is about", {"enum": list(ReportSubject.values)}]
    statement: Annotated[
        str,
        "What is wrong",
        {"maxLength": LONGEST_TEXT, "pattern": TEXT_PATTERN},
    ]
    suggestion: NotRequired[
        Annotated[
            str,
            "What would be right",
            {"maxLength": LONGEST_TEXT, "pattern": TEXT_PATTERN},
        ]
    ]
    source_url: NotRequired[
        Annotated[
            str, "A page that shows it", {"maxLength": LONGEST_ADDRESS, "pattern": ADDRESS_PATTERN}
        ]
    ]
    contact: NotRequired[
        Annotated[
            str,
            "How to reach you, if you like; kept apart, and deleted after a set time",
            {"maxLength": LONGEST_CONTACT, "pattern": TEXT_PATTERN},
        ]
    ]
    homepage: NotRequired[
        Annotated[
            str,
            "Leave empty: hidden from people, it tells programs",
            {"maxLength": LONGEST_ADDRESS},
        ]
    ]


class ReportReceipt(TypedDict):
    """A report arrived."""

    received: bool
    subject: Annotated[str, "As it was sent", {"enum": list(ReportSubject.values)}]
    note: Annotated[str, "What becomes of it"]


class ProblemError(TypedDict):
    """What is wrong with one parameter."""

    parameter: str
    code: str
    message: str
    suggestion: NotRequired[str]
    candidates: NotRequired[Annotated[list[PlaceDocument], "Of an ambiguous place"]]


class Problem(TypedDict):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[ProblemError]]
    emergency: NotRequired[
        Annotated[EmergencyDocument, "What answers that are wrong in part say all the same; first"]
    ]
