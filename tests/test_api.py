"""The HTTP contract: parameters, problems, documents, caching."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from clinics.hours import DAYS, Session
from clinics.models import Facility
from tests.catalogue import claim, clinic, record, register, withdraw
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.places import place

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/clinics"
TOKYO = "lat=35.6812&lng=139.7671"


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return openapi_document()


def problem(client: Client, address: str, status: int = 400) -> dict[str, Any]:
    return problem_of(client.get(address), status)


def test_the_nearest_clinics_come_first_with_distance_and_bearing(client: Client) -> None:
    far, near = clinic(35.7812, 139.7671), clinic(35.6812, 139.7771)
    body = client.get(f"{SEARCH}?{TOKYO}").json()
    assert [hit["clinic"]["id"] for hit in body["results"]] == [str(near), str(far)]
    assert [hit["distance_km"] for hit in body["results"]] == [0.905, 11.095]
    assert [hit["bearing_deg"] for hit in body["results"]] == [90, 0]
    assert (body["count"], body["count_exact"], body["next"]) == (2, True, None)


def test_every_document_conforms_to_the_schema(client: Client, openapi: dict[str, Any]) -> None:
    rich = clinic(35.0, 139.0, "sport:golf", "condition:dystonia", "evidence:team-doctor")
    register([record(None, None, departments=["neurology"])])
    for query in ("", "?count=none", f"?{TOKYO}&sport=golf&radius_km=500", "?sport=golf,marathon"):
        conforms(client.get(SEARCH + query).json(), "SearchResponse", openapi)
    conforms(client.get(f"{SEARCH}/{rich}").json(), "ClinicDetail", openapi)
    conforms(client.get("/api/v1/concepts").json(), "ConceptList", openapi)
    conforms(problem(client, f"{SEARCH}?ltd=1"), "Problem", openapi)
    conforms(problem(client, f"{SEARCH}/{uuid4()}", 404), "Problem", openapi)


def test_the_schema_documents_every_parameter_and_no_other(openapi: dict[str, Any]) -> None:
    from finder.parameters import SearchParameters

    documented = openapi["paths"][SEARCH]["get"]["parameters"]
    asked = {item["name"] for item in documented if item["in"] == "query"}
    assert asked == set(SearchParameters.base_filters)
    assert all(item["description"] for item in documented)


def test_the_question_is_echoed_as_it_was_understood(client: Client) -> None:
    address = (
        f"{SEARCH}?{TOKYO}&radius_km=20&category=neurology,neurosurgery&sport=golf&sport=soccer"
    )
    assert client.get(address).json()["query"] == {
        "centre": {"lat": 35.6812, "lng": 139.7671, "from": "coordinates", "label": None},
        "radius_km": 20.0,
        "category": [["neurology", "neurosurgery"]],
        "sport": [["golf"], ["soccer"]],
        "sort": "distance",
    }


def test_what_is_no_number_is_echoed_in_the_words_of_the_request(client: Client) -> None:
    said = {"bbox": "139,35,140.50,36", "q": "ジストニア　大学"}
    echoed = client.get(SEARCH, said).json()["query"]
    assert {name: echoed[name] for name in said} == said


def test_now_is_echoed_as_the_instant_that_it_was_and_stays_it_on_the_next_page(
    client: Client,
) -> None:
    always = (Session(1, DAYS, time(0), time(0)),)
    register(
        record(35.0, 139.0 + number / 100, departments=["neurology"], hours=always)
        for number in range(3)
    )
    first = client.get(f"{SEARCH}?{TOKYO}&open_at=now&page_size=1").json()
    assert first["count"] == 3
    instant = datetime.fromisoformat(first["query"]["open_at"])
    assert instant.utcoffset() == timedelta(hours=9)
    second = client.get(first["next"]).json()
    assert datetime.fromisoformat(second["query"]["open_at"]) == instant
    third = client.get(second["next"]).json()
    found = [body["results"][0]["clinic"]["id"] for body in (first, second, third)]
    assert len(set(found)) == 3 and third["next"] is None


def test_a_place_is_echoed_as_the_centre_that_it_names(
    client: Client, openapi: dict[str, Any]
) -> None:
    place("station", "渋谷", 35.6586, 139.7013, prefecture="13")
    body = client.get(SEARCH, {"place": "渋谷駅"}).json()
    conforms(body, "SearchResponse", openapi)
    centre = body["query"]["centre"]
    assert (centre["lat"], centre["lng"], centre["from"]) == (35.6586, 139.7013, "place")
    assert "渋谷" in centre["label"] and body["query"]["place"] == "渋谷駅"


def test_an_ambiguous_place_is_refused_with_its_candidates(
    client: Client, openapi: dict[str, Any]
) -> None:
    place("prefecture", "東京都", 35.69, 139.69, prefecture="13")
    place("prefecture", "広島県", 34.4, 132.46, prefecture="34")
    place("municipality", "府中市", 35.669, 139.478, prefecture="13")
    place("municipality", "府中市", 34.568, 133.236, prefecture="34")
    document = problem_of(client.get(SEARCH, {"place": "府中市"}), 400)
    conforms(document, "Problem", openapi)
    assert codes(document) == {"place": "ambiguous-place"}
    candidates = document["errors"][0]["candidates"]
    assert {(one["lat"], one["lng"]) for one in candidates} == {
        (35.669, 139.478),
        (34.568, 133.236),
    }
    for one in candidates:
        found = client.get(SEARCH, {"place": one["label"]}).json()["query"]["centre"]
        assert (found["lat"], found["lng"]) == (one["lat"], one["lng"])


def test_every_parameter_has_a_place_in_the_documented_echo(openapi: dict[str, Any]) -> None:
    from finder.parameters import SearchParameters

    echoed = openapi["components"]["schemas"]["QueryEcho"]["properties"].keys()
    assert echoed == SearchParameters.base_filters.keys() - {"lat", "lng", "cursor"} | {"centre"}


def test_facets_name_the_concepts_that_they_count(client: Client, openapi: dict[str, Any]) -> None:
    clinic(35, 139, "sport:golf")
    clinic(35, 139, "sport:golf", "sport:soccer")
    body = client.get(f"{SEARCH}?facets=sport,kind").json()
    conforms(body, "SearchResponse", openapi)
    assert body["facets"]["sport"] == [
        {"slug": "golf", "count": 2},
        {"slug": "soccer", "count": 1},
    ]
    assert list(body["facets"]) == ["sport", "kind"]
    assert "facets" not in client.get(SEARCH).json()


def test_what_hangs_on_a_wrong_parameter_is_not_called_wrong_too(client: Client) -> None:
    for centre in ("place=ありえない", "lat=x&lng=139", "lat=95&lng=139"):
        document = problem(client, f"{SEARCH}?{centre}&radius_km=5&sort=distance")
        assert codes(document).keys() <= {"place", "lat"}
    document = problem(client, f"{SEARCH}?category=nowhere&evidence=documented")
    assert codes(document) == {"category": "unknown-slug"}


def test_help_is_there_when_nothing_matched_and_only_then(
    client: Client, openapi: dict[str, Any]
) -> None:
    far = clinic(36.6812, 139.7671, "sport:golf")
    for form in ("json", "geojson"):
        body = client.get(f"{SEARCH}?{TOKYO}&radius_km=5&sport=golf&format={form}").json()
        conforms(body, "SearchResponse" if form == "json" else "FeatureCollection", openapi)
        nearest = body["help"]["nearest_outside"]
        assert nearest["clinic"]["id"] == str(far)
        assert 110 < nearest["distance_km"] < 112 and nearest["bearing_deg"] == 0
        told = {item["parameter"]: item["count"] for item in body["help"]["without"]}
        assert told["radius_km"] == 1 and told["sport"] == 0
    assert "help" not in client.get(f"{SEARCH}?{TOKYO}").json()


def test_a_comma_means_any_and_repetition_means_all(client: Client) -> None:
    golf, both = clinic(35, 139, "sport:golf"), clinic(35, 139, "sport:golf", "sport:soccer")
    soccer = clinic(35, 139, "sport:soccer")

    def found(query: str) -> set[str]:
        return {hit["clinic"]["id"] for hit in client.get(f"{SEARCH}?{query}").json()["results"]}

    assert found("sport=golf,soccer") == {str(golf), str(both), str(soccer)}
    assert found("sport=golf&sport=soccer") == {str(both)}


def test_kind_and_prefecture_filter_by_slug_or_code(client: Client) -> None:
    from clinics.models import Kind

    tokyo, kochi = register(
        [record(kind=Kind.HOSPITAL), record(prefecture_code="39", kind=Kind.CLINIC)]
    )

    def found(query: str) -> set[str]:
        return {hit["clinic"]["id"] for hit in client.get(f"{SEARCH}?{query}").json()["results"]}

    assert (
        found("prefecture=kochi") == found("prefecture=39") == found("kind=clinic") == {str(kochi)}
    )
    assert found("prefecture=tokyo&kind=hospital") == {str(tokyo)}
    assert found("prefecture=39&kind=hospital") == set()


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("ltd=35", "ltd", "unknown-parameter"),
        ("lat=35", "lng", "required"),
        ("lng=139", "lat", "required"),
        ("lat=91&lng=120", "lat", "out-of-range"),
        ("lat=0&lng=180.5", "lng", "out-of-range"),
        ("lat=nan&lng=0", "lat", "not-a-number"),
        ("lat=inf&lng=0", "lat", "not-a-number"),
        ("lat=1e1&lng=0", "lat", "not-a-number"),
        ("lat=35,6&lng=139", "lat", "not-a-number"),
        ("lat=٣٥&lng=139", "lat", "not-a-number"),
        ("lat=&lng=139", "lat", "blank"),
        ("lat=35&lat=36&lng=139", "lat", "repeated-parameter"),
        ("lat=139.7&lng=35.6", "lat", "swapped-coordinates"),
        ("radius_km=5", "radius_km", "needs-centre"),
        (f"{TOKYO}&radius_km=0", "radius_km", "out-of-range"),
        (f"{TOKYO}&radius_km=-5", "radius_km", "out-of-range"),
        (f"{TOKYO}&radius_km=2001", "radius_km", "out-of-range"),
        (f"{TOKYO}&radius_km=5km", "radius_km", "not-a-number"),
        (f"{TOKYO}&radius=5", "radius", "unknown-parameter"),
        ("sort=distance", "sort", "needs-centre"),
        ("sort=nearest", "sort", "unknown-value"),
        ("category=neurolgy", "category", "unknown-slug"),
        ("category=neurology,", "category", "unknown-slug"),
        ("sport=neurology", "sport", "unknown-slug"),
        (
            "category=" + ",".join(["neurology"] * 2 + [f"x{i}" for i in range(30)]),
            "category",
            "too-many",
        ),
        ("&".join(["sport=golf"] * 21), "sport", "too-many"),
        ("kind=hospital,clinic", "kind", "unknown-value"),
        ("prefecture=tokio", "prefecture", "unknown-value"),
        ("prefecture=48", "prefecture", "unknown-value"),
        ("page_size=0", "page_size", "out-of-range"),
        ("page_size=101", "page_size", "out-of-range"),
        ("page_size=ten", "page_size", "not-a-number"),
        ("count=all", "count", "unknown-value"),
        ("cursor=abc", "cursor", "invalid-cursor"),
        ("cursor=" + "a" * 3_000, "cursor", "too-long"),
        ("page=2", "page", "unknown-parameter"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(
    client: Client, query: str, parameter: str, code: str
) -> None:
    document = problem(client, f"{SEARCH}?{query}")
    assert codes(document)[parameter] == code
    assert document["status"] == 400 and document["instance"] == SEARCH
    assert parameter in document["detail"]


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("category=neurolgy", "neurology"),
        ("categroy=neurology", "category"),
        ("prefecture=tokio", "tokyo"),
        ("sort=distanc", "distance"),
        ("lat=139.7&lng=35.6", "lat=35.6&lng=139.7"),
    ],
)
def test_a_refusal_suggests_what_may_have_been_meant(
    client: Client, query: str, suggestion: str
) -> None:
    assert problem(client, f"{SEARCH}?{query}")["errors"][0]["suggestion"] == suggestion


def test_every_fault_of_a_question_is_told_at_once(client: Client) -> None:
    document = problem(client, f"{SEARCH}?lat=x&lng=y&sort=z&foo=1")
    assert set(codes(document)) == {"lat", "lng", "sort", "foo"}


def test_a_concept_added_meanwhile_is_known_at_once(client: Client) -> None:
    from clinics.models import Concept

    assert codes(problem(client, f"{SEARCH}?sport=kendo")) == {"sport": "unknown-slug"}
    Concept.objects.create(scheme="sport", slug="kendo", label_ja="剣道", label_en="Kendo")
    assert client.get(f"{SEARCH}?sport=kendo").json()["results"] == []


def test_an_empty_catalogue_answers_with_an_empty_list(client: Client) -> None:
    body = client.get(f"{SEARCH}?{TOKYO}").json()
    assert (body["count"], body["results"], body["next"]) == (0, [], None)


def test_a_search_from_a_position_is_kept_by_no_cache(client: Client) -> None:
    assert client.get(f"{SEARCH}?{TOKYO}")["Cache-Control"] == "private, no-store"


def test_a_clinic_answers_304_until_it_changes(client: Client) -> None:
    facility_id = clinic()
    first = client.get(f"{SEARCH}/{facility_id}")
    again = client.get(f"{SEARCH}/{facility_id}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = client.get(
        f"{SEARCH}/{facility_id}", headers={"If-None-Match": f'"x", W/{first["ETag"]}'}
    )
    assert weak.status_code == 304
    claim(facility_id, "sport:golf")
    changed = client.get(f"{SEARCH}/{facility_id}", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_the_detail_names_sources_dates_identifiers_and_credits(client: Client) -> None:
    facility_id = clinic(35, 139, "condition:dystonia")
    body = client.get(f"{SEARCH}/{facility_id}").json()
    (said,) = body["claims"]
    assert said["sources"] == [{"url": "https://example.org/page", "date": "2025"}]
    assert said["recorded_on"] == "2026-11-22" and said["checked_on"] is None
    assert body["official"]["release"] == "2026-06-01"
    official_id = Facility.objects.get(pk=facility_id).official_id
    assert body["identifiers"][0]["value"] == official_id


@pytest.mark.parametrize("address", ["/api/v1/clinics/nonsense", "/api/v1/clinic", "/api/nowhere"])
def test_an_address_that_does_not_exist_is_a_problem_document(client: Client, address: str) -> None:
    assert problem(client, address, 404)["instance"] == address


def test_an_unknown_host_is_a_problem_document() -> None:
    response = Client(headers={"host": "elsewhere.example"}).get(SEARCH)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_an_error_of_ours_is_a_problem_document_that_tells_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("at 35.6812")

    monkeypatch.setattr("finder.api.clinic_search.search", broken)
    client.raise_request_exception = False
    response = client.get(f"{SEARCH}?{TOKYO}")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "35.6812" not in response.content.decode()


def test_a_withdrawn_clinic_is_gone(client: Client) -> None:
    facility_id = clinic()
    withdraw(facility_id)
    problem(client, f"{SEARCH}/{facility_id}", 410)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    response = getattr(client, method)(SEARCH)
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert "GET" in response["Allow"]


def test_head_answers_like_get_without_a_body(client: Client) -> None:
    clinic()
    response = client.head(f"{SEARCH}?{TOKYO}")
    assert (response.status_code, response.content) == (200, b"")


def test_concepts_have_labels_definitions_codes_and_counts(client: Client) -> None:
    clinic(35, 139, "sport:golf")
    body = client.get("/api/v1/concepts?scheme=sport").json()
    golf = next(item for item in body["results"] if item["slug"] == "golf")
    assert (golf["label_ja"], golf["label_en"], golf["clinics"]) == ("ゴルフ", "Golf", 1)
    assert {item["scheme"] for item in body["results"]} == {"sport"}
    neurology = client.get("/api/v1/concepts?scheme=category").json()["results"][0]
    assert {"01013", "01025"} <= {code["code"] for code in neurology["codes"]}


def test_concepts_answer_304_and_refuse_what_they_do_not_know(client: Client) -> None:
    etag = client.get("/api/v1/concepts")["ETag"]
    again = client.get("/api/v1/concepts", headers={"If-None-Match": etag})
    assert again.status_code == 304
    document = problem(client, "/api/v1/concepts?scheme=sprot")
    assert document["errors"][0]["suggestion"] == "sport"
    assert codes(problem(client, "/api/v1/concepts?x=1")) == {"x": "unknown-parameter"}
    assert codes(problem(client, f"/api/v1/clinics/{clinic()}?x=1")) == {"x": "unknown-parameter"}


def test_documentation_and_schema_are_served_from_here(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "https://" not in page.replace("https://www.w3.org", "")
    assert "openapi: 3.0.3" in client.get("/api/schema").content.decode()


def test_health_and_readiness(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["migrations"]) == (200, "ok")


def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'clinics'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "missing")
