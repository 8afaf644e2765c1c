"""The API keeps to its OpenAPI document: read by a validator, and asked by a fuzzer that knows it.

``FUZZ_EXAMPLES`` is the number of random questions to each operation. Where it is not set there
are few, always the same.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import Any
from unittest.mock import patch

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.request import Request
from schemathesis.engine.run import PhaseName

from clinics.hours import DAYS, Closures, Session
from clinics.imports.starter import load_starter
from clinics.models import Concept, Facility, Kind, Scheme, Status, Verification
from clinics.publication import publish
from finder.api import schema
from finder.api.caching import answer, digest_etag
from finder.api.reading import LONGEST_QUERY_BYTES, ReadView, refuse_parameters
from finder.parameters import CONCEPT_PARAMETERS, SearchParameters
from finder.problems import InvalidParameters
from finder.rates import Rate
from finder.urls import handler400, handler404, handler500
from tests.catalogue import claim, record, register
from tests.contract import openapi_document
from tests.fuzzing import EXAMPLES, fuzzer, run
from tests.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SEARCH = "GET /api/v1/clinics"
DETAIL = "GET /api/v1/clinics/{id}"
CONCEPTS = "GET /api/v1/concepts"
PLACES = "GET /api/v1/places"
QUALITY = "GET /api/v1/quality"
REPORTS = "POST /api/v1/clinics/{id}/reports"
CHECKLISTS = "GET /api/v1/checklists"
CHECKLIST = "GET /api/v1/checklists/{slug}"
CLINIC_CHECKLIST = "GET /api/v1/clinics/{id}/checklist"
PREPARE = "POST /api/v1/checklists/{slug}/prepare"
ALWAYS = (Session(1, DAYS, time(0), time(0)),)
MORNINGS = (Session(1, DAYS[:5], time(9), time(12, 30), time(8, 30), time(11, 30)),)


@pytest.fixture(scope="module")
def catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """Every kind of document: the starter catalogue, what it leaves out, and some places; ids."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_starter()
        ids = register(
            [
                record(35.68, 139.76, name="Always", departments=["neurology"], hours=ALWAYS),
                record(35.69, 139.7, name="朝の医院", departments=["neurosurgery"], hours=MORNINGS),
                record(
                    35.66,
                    139.7,
                    kind=Kind.HOSPITAL,
                    name="休みの病院",
                    closures=Closures(
                        weekly=("closed", *["open"] * 5, "unknown"),
                        nth_week=((2, "tue"),),
                        public_holidays="closed",
                    ),
                    closing_remarks="盆",
                ),
                record(-16.8, 179.9, name="West of the antimeridian"),
                record(-16.8, -179.9, name="=East of it"),
                record(None, None, name='"Nobody knows where",\r\nor how'),
            ]
        )
        claim(ids[0], "sport:golf", "level:elite", "condition:dystonia", "evidence:team-doctor")
        claim(ids[4], "category:non-medical-bodywork")
        Verification.objects.create(
            facility_id=ids[0], verified_on=date(2026, 11, 1), method="phone", outcome="confirmed"
        )
        # Departed: one that was found to be another, and one that is gone.
        ids += register([record(name="二度の医院"), record(name="閉じた医院")])
        Facility.objects.filter(pk__in=ids[-2:]).update(status=Status.WITHDRAWN)
        Facility.objects.filter(pk=ids[-2]).update(merged_into=ids[0])
        publish(ids)
        place("prefecture", "東京都", 35.69, 139.69, prefecture="13")
        place("prefecture", "広島県", 34.4, 132.46, prefecture="34")
        place("station", "渋谷", 35.6586, 139.7013, prefecture="13", name_en="Shibuya")
        place("municipality", "府中市", 35.669, 139.478, prefecture="13")
        place("municipality", "府中市", 34.568, 133.236, prefecture="34")
        yield [str(clinic_id) for clinic_id in ids]
        transaction.set_rollback(True)


@pytest.fixture
def application(catalogue: list[str]) -> Iterator[Any]:
    """The WSGI application; whichever thread asks it sees the test's own database."""
    connection = connections["default"]
    wsgi = get_wsgi_application()

    def on_this_connection(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        connections["default"] = connection
        return wsgi(environ, start_response)

    connection.inc_thread_sharing()
    # What a request ends with would close a connection that is within a transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield on_this_connection
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    connection.dec_thread_sharing()


def test_the_document_is_valid() -> None:
    document = openapi_document()
    validate_schema(document)
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) >= 4
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert referred <= document["components"]["schemas"].keys()


# That lat needs lng, or that a slug exists, no schema can say; see the test after the next.
NOT_ALL_VALID_IS_ACCEPTED = [
    {
        "include-operation-id": name,
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
    for name in (
        "searchClinics",
        "searchPlaces",
        "getChecklist",
        "getClinicChecklist",
        "prepareVisit",
    )
]


def test_a_fuzzer_finds_no_answer_that_the_document_does_not_know(application: Any) -> None:
    read = fuzzer(
        openapi_document(),
        application,
        operations=NOT_ALL_VALID_IS_ACCEPTED,
        phases={"coverage": {"generate-duplicate-query-parameters": True}},
    )
    findings = run(read)
    assert not findings.faults, findings.told()
    assert findings.phases == {
        PhaseName.EXAMPLES,
        PhaseName.COVERAGE,
        PhaseName.FUZZING,
        PhaseName.STATEFUL_TESTING,
    }
    assert findings.answered.keys() == {
        SEARCH,
        DETAIL,
        CONCEPTS,
        PLACES,
        QUALITY,
        REPORTS,
        CHECKLISTS,
        CHECKLIST,
        CLINIC_CHECKLIST,
        PREPARE,
    }
    for label, statuses in findings.answered.items():
        # Where there is no parameter at all, the fuzzer makes none up.
        refused = {DETAIL: 404, REPORTS: 404, QUALITY: 405, CHECKLISTS: 405}.get(label, 400)
        answered = 400 if label == REPORTS else 200
        assert min(statuses[answered], statuses[refused], statuses[405]) >= 5, (label, statuses)


def told_what_exists(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what it says in words: the slugs that exist, texts that can be searched.

    Without what goes on from another answer: cursors and entity tags.
    """
    slugs: dict[str, list[str]] = defaultdict(list)
    for scheme, slug in Concept.objects.values_list("scheme", "slug").order_by("scheme", "slug"):
        slugs[scheme].append(slug)
    words = {
        "place": ["渋谷駅", "府中市 (東京都)", "Shibuya", "広島県府中市"],
        "prefecture": [*slugs["prefecture"], "13", "01"],
        "open_at": ["now", "2026-11-24T10:00:00+09:00", "2026-11-23T03:00Z"],
        "bbox": [
            "139,35,140,36",
            "179,-17,-179,-16",
            "-180,-90,180,90",
            "1e-7,-0,1.5e-05,0.50000000000000001",
        ],
        "q": ["ジストニア", "順天堂 大学", "Always", "神経", "东", "a"],
    }
    parameters = document["paths"]["/api/v1/clinics"]["get"]["parameters"]
    parameters[:] = [one for one in parameters if one["name"] not in ("cursor", "If-None-Match")]
    for parameter in parameters:
        name = parameter["name"]
        if name in CONCEPT_PARAMETERS:
            some = [*slugs[name], ",".join(slugs[name][:3])]
            parameter["schema"]["items"] = {"type": "string", "enum": some}
        elif name in words:
            parameter["schema"] = {"type": "string", "enum": words[name]}
    return document


def without_contradictions(question: dict[str, Any]) -> dict[str, Any]:
    """A question without parameters that the document says need, or exclude, another."""
    left = {name: value for name, value in question.items() if value != []}

    def drop(*names: str) -> None:
        for name in names:
            left.pop(name, None)

    if "place" in left or not {"lat", "lng"} <= left.keys():
        drop("lat", "lng")
    if not {"lat", "place"} & left.keys():
        drop("radius_km")
        if left.get("sort") == "distance":
            drop("sort")
    if not left.keys() & set(CONCEPT_PARAMETERS):
        drop("evidence")
    if left.get("format") == "csv":
        drop("page_size", "count", "facets")
    return left


def test_every_question_that_the_document_allows_is_answered(application: Any) -> None:
    read = fuzzer(told_what_exists(openapi_document()), application)
    operation = read["/api/v1/clinics"]["GET"]
    found: Counter[bool] = Counter()

    @settings(
        max_examples=EXAMPLES or 250,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.query = without_contradictions(case.query or {})
        response = case.call_and_validate()
        assert response.status_code == 200, (case.query, response.text)
        found[b'"results":[{' in response.content or b'"features":[{' in response.content] += 1

    ask()
    assert found[True] and found[False]


def test_every_report_that_the_document_allows_arrives(
    application: Any, catalogue: list[str]
) -> None:
    operation = fuzzer(openapi_document(), application)["/api/v1/clinics/{id}/reports"]["POST"]
    found: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES or 150,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def send(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.path_parameters = {"id": catalogue[0]}
        response = case.call_and_validate()
        assert response.status_code == 202, (case.body, response.text)
        found.update(list(case.body))

    send()
    assert len(found) == 6 and min(found.values()) >= 5, found


REPORT = {"subject": "closed", "statement": "It closed."}


def reports_asked_for(there: str, nowhere: str, too_long: str) -> Iterator[Any]:
    """A request for each status that a report can be answered with."""
    right = {
        "path_parameters": {"id": there},
        "body": REPORT,
        "media_type": "application/json",
    }
    yield REPORTS, 202, right
    yield REPORTS, 400, right | {"body": {"subject": "closed"}}
    yield REPORTS, 404, right | {"path_parameters": {"id": nowhere}}
    yield REPORTS, 405, {"path_parameters": {"id": there}, "method": "GET"}
    yield REPORTS, 413, right | {"body": REPORT | {"suggestion": too_long * 2}}
    yield REPORTS, 414, right | {"query": {"x": too_long}}
    yield REPORTS, 415, right | {"headers": {"Content-Type": "text/plain"}}
    yield REPORTS, 429, right


def preparations_asked_for(too_long: str) -> Iterator[Any]:
    """A request for each status that a prepared visit can be answered with, and for each form."""
    right = {
        "path_parameters": {"slug": "second-opinion"},
        "body": {"answers": {"severity": 7}},
        "media_type": "application/json",
    }
    for form in ("json", "fhir", "md", "html", "pdf"):
        yield PREPARE, 200, right | {"query": {"format": form}}
    yield PREPARE, 400, right | {"body": {"answers": {"urgent-signs": ["cord-sign", "x"]}}}
    yield PREPARE, 404, right | {"path_parameters": {"slug": "third-opinion"}}
    yield PREPARE, 405, {"path_parameters": right["path_parameters"], "method": "GET"}
    yield PREPARE, 406, right | {"headers": {"Accept": "image/png"}}
    yield PREPARE, 413, right | {"body": {"answers": {"sensory-trick": too_long * 17}}}
    yield PREPARE, 414, right | {"query": {"x": too_long}}
    yield PREPARE, 415, right | {"headers": {"Content-Type": "text/plain"}}
    yield PREPARE, 429, right


def asked_for(catalogue: list[str]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """A request for each status that an operation can answer."""
    there, nowhere = {"id": catalogue[0]}, {"id": "00000000-0000-4000-8000-000000000000"}
    too_long = {"x": "a" * LONGEST_QUERY_BYTES}
    questions = {
        SEARCH: {},
        DETAIL: {},
        CONCEPTS: {},
        PLACES: {"q": "渋谷"},
        QUALITY: {},
        CHECKLISTS: {},
        CHECKLIST: {},
        CLINIC_CHECKLIST: {},
    }
    named = {DETAIL: there, CLINIC_CHECKLIST: there, CHECKLIST: {"slug": "second-opinion"}}
    for label, right in questions.items():
        of_clinic = {"path_parameters": named[label]} if label in named else {}
        yield label, 200, of_clinic | {"query": right}
        yield label, 400, of_clinic | {"query": {"unknown": "1"}}
        yield label, 405, of_clinic | {"method": "POST"}
        yield label, 414, of_clinic | {"query": too_long}
        yield label, 429, of_clinic | {"query": right}
        if label != PLACES:
            yield label, 304, of_clinic | {"headers": {"If-None-Match": "*"}}
    yield from reports_asked_for(there["id"], nowhere["id"], too_long["x"])
    yield from preparations_asked_for(too_long["x"])
    for label in (DETAIL, CLINIC_CHECKLIST):
        yield label, 301, {"path_parameters": {"id": catalogue[-2]}}
        yield label, 404, {"path_parameters": nowhere}
        yield label, 410, {"path_parameters": {"id": catalogue[-1]}}
    yield CHECKLIST, 404, {"path_parameters": {"slug": "third-opinion"}}
    for label in (CHECKLIST, CLINIC_CHECKLIST):
        other = {"path_parameters": named[label]}
        yield label, 406, other | {"headers": {"Accept": "image/png"}}
        for media_type in ("text/markdown", "text/html"):
            yield label, 200, other | {"headers": {"Accept": media_type}}
    fhir = {"headers": {"Accept": "application/fhir+json"}}
    yield CHECKLIST, 200, {"path_parameters": named[CHECKLIST]} | fhir
    yield SEARCH, 406, {"headers": {"Accept": "image/png"}}
    yield SEARCH, 200, {"headers": {"Accept": "application/geo+json"}}
    yield SEARCH, 200, {"headers": {"Accept": "text/csv"}}


def test_every_documented_status_can_be_had_and_is_as_documented(
    application: Any, catalogue: list[str]
) -> None:
    document = openapi_document()
    read = fuzzer(document, application)
    answered: dict[str, set[str]] = defaultdict(set)
    for label, status, request in asked_for(catalogue):
        method, address = label.split()
        never = Rate.read("1/day")
        setting = "THROTTLE_REPORT" if label == REPORTS else "THROTTLE_READ"
        with patch(f"django.conf.settings.{setting}", never if status == 429 else None):
            case = read[address][method].Case(**request)
            response = case.call()
            while status == 429 and response.status_code != 429:
                response = case.call()
        assert response.status_code == status, (label, request, response.text)
        case.validate_response(response)
        answered[label].add(str(status))
    documented = {
        f"{method.upper()} {address}": set(operation["responses"])
        for address, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert answered == documented


EXAMPLE = re.compile(r"For example `(.+?)`\.$")
NEEDED = {"lat": {"lng": "139"}, "lng": {"lat": "35"}, "radius_km": {"lat": "35", "lng": "139"}}
NEEDED["sort"] = NEEDED["radius_km"]


@pytest.mark.parametrize("name", sorted(SearchParameters.base_filters.keys() - {"cursor"}))
def test_the_examples_of_the_documentation_are_accepted(
    name: str, catalogue: list[str], client: Client
) -> None:
    (parameter,) = [
        one
        for one in openapi_document()["paths"]["/api/v1/clinics"]["get"]["parameters"]
        if one["name"] == name
    ]
    said = EXAMPLE.search(parameter["description"])
    assert said, parameter["description"]
    response = client.get("/api/v1/clinics", {**NEEDED.get(name, {}), name: said[1]})
    assert response.status_code == 200, response.content
    assert response.json()["query"]["centre" if name in ("lat", "lng") else name]


@pytest.mark.parametrize("number", [0.00005, -0.00005, 1.3521000000000001, 0.1 + 0.2, 5e-324])
def test_numbers_are_read_as_programming_languages_write_them(
    number: float, catalogue: list[str], client: Client
) -> None:
    question = {"lat": number, "lng": number, "radius_km": abs(number)}
    understood = client.get("/api/v1/clinics", question).json()["query"]
    assert (understood["centre"]["lat"], understood["centre"]["lng"]) == (number, number)
    assert understood["radius_km"] == abs(number)


def test_a_client_may_write_out_what_is_meant_anyway(catalogue: list[str], client: Client) -> None:
    written_out = client.get("/api/v1/clinics?evidence=any&count=bounded&page_size=20").json()
    assert written_out["results"] == client.get("/api/v1/clinics").json()["results"]


# What a view that breaks its promise does, and the check that tells.
FAULTS = {
    "none": set(),
    "server-error": {"not_a_server_error"},
    "undocumented-status": {"status_code_conformance"},
    "undocumented-member": {"response_schema_conformance"},
    "null-that-is-not-allowed": {"response_schema_conformance"},
    "undocumented-form": {"content_type_conformance"},
    "missing-header": {"response_headers_conformance"},
    "anything-accepted": {"negative_data_rejection"},
    "valid-refused": {"positive_data_acceptance"},
    "unknown-method": {"unsupported_method"},
}


class Faulty(ReadView):
    """Answers as the taxonomy does, with one fault."""

    fault = "none"

    @extend_schema(**schema.CONCEPTS)
    def get(self, request: Request) -> HttpResponse:
        if self.fault == "server-error":
            raise RuntimeError
        if self.fault == "undocumented-status":
            return HttpResponse(status=202)
        if self.fault == "valid-refused":
            refuse_parameters(request)
        elif self.fault != "anything-accepted":
            refuse_parameters(request, known=("scheme",))
            if request.query_params.get("scheme", "sport") not in Scheme.values:
                raise InvalidParameters([])
        body = {
            "undocumented-member": b'{"results":[],"more":1}',
            "null-that-is-not-allowed": b'{"results":null}',
        }.get(self.fault, b'{"results":[]}')
        response = answer(request, body, digest_etag(body))
        if self.fault == "missing-header":
            del response["ETag"]
        if self.fault == "undocumented-form":
            response["Content-Type"] = "application/xml"
        return response


class FaultyAndWritable(Faulty):
    """Besides, takes what no document says that it takes."""

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [
    path("api/v1/faulty", Faulty.as_view()),
    path("api/v1/writable", FaultyAndWritable.as_view()),
]
__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.urls(__name__)
def test_the_fuzzer_finds_an_answer_that_breaks_the_document(
    fault: str, application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Faulty, "fault", fault)
    asked = [one for one in urlpatterns if ("writable" in str(one)) == (fault == "unknown-method")]
    document = SchemaGenerator(patterns=asked).get_schema(request=None, public=True)
    findings = run(fuzzer(document, application))
    assert findings.answered
    assert findings.checks >= FAULTS[fault]
    assert FAULTS[fault] or not findings.faults, findings.told()
