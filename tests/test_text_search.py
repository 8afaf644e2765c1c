"""Clinics are found over HTTP by their names, addresses and concepts, as people type them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from clinics.identity import NAVII, facility_uuid
from clinics.imports.starter import load_starter
from finder.words import KNOWN_NAMES
from tests.real_names import IN_THE_STARTER_CATALOGUE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The starter catalogue, for all the tests of this module; rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_starter()
        KNOWN_NAMES.notice_edit()
        yield
        transaction.set_rollback(True)


def ask(**parameters: str) -> dict[str, Any]:
    response = Client().get("/api/v1/clinics", {"page_size": "100", **parameters})
    assert response.status_code == 200, response.content
    return response.json()


def ids(answer: dict[str, Any]) -> list[str]:
    return [hit["clinic"]["id"] for hit in answer["results"]]


@pytest.mark.parametrize(("query", "official_id", "must_be_first"), IN_THE_STARTER_CATALOGUE)
def test_a_clinic_is_found_as_people_type_it(
    starter: None, query: str, official_id: str, must_be_first: bool
) -> None:
    found = ids(ask(q=query))
    wanted = str(facility_uuid(NAVII, official_id))
    assert wanted in found
    if must_be_first:
        assert found[0] == wanted


@pytest.mark.parametrize(
    ("query", "category"),
    [("神経内科", "neurology"), ("脳神経内科", "neurology"), ("neurologist", "neurology")],
)
def test_a_synonym_finds_what_the_concept_finds(starter: None, query: str, category: str) -> None:
    carrying = ask(category=category, count="exact")
    named = ask(q=query, count="exact")
    both = ask(q=query, category=category, count="exact")
    assert both["count"] == carrying["count"] <= named["count"]


@pytest.mark.parametrize(
    ("query", "condition"), [("痙性斜頸", "cervical-dystonia"), ("イップス", "yips")]
)
def test_a_condition_is_found_by_its_names(starter: None, query: str, condition: str) -> None:
    carrying = set(ids(ask(condition=condition)))
    assert carrying and carrying <= set(ids(ask(q=query)))


def test_more_words_find_what_has_them_all(starter: None) -> None:
    both = set(ids(ask(q="大学病院 東京")))
    assert both
    assert both <= set(ids(ask(q="大学病院"))) | set(ids(ask(q="東京")))
    assert ask(q="大学病院 ありえない名")["count"] == 0


def test_words_and_a_centre_and_an_order_of_one_s_own_go_together(starter: None) -> None:
    near = {"lat": "35.6812", "lng": "139.7671", "q": "大学"}
    by_match, by_distance = ask(**near), ask(**near, sort="distance")
    assert by_match["query"]["sort"] == "relevance"
    assert set(ids(by_match)) <= set(ids(by_distance)) or by_match["count"] > 100
    distances = [hit["distance_km"] for hit in by_distance["results"]]
    assert distances == sorted(distances)
    names = [hit["clinic"]["name_kana"] for hit in ask(q="大学", sort="name")["results"]]
    assert len(names) == 100


def test_bodywork_is_found_by_who_asks_for_it(starter: None) -> None:
    found = ask(q="整体")["results"]
    slugs = {c["slug"] for hit in found for c in hit["clinic"]["categories"]}
    assert not found or "non-medical-bodywork" in slugs


@pytest.mark.parametrize("query", ["%", "_", "\\", "%%%", "__", "\\%"])
def test_wildcards_alone_are_nothing_to_search_for(starter: None, query: str) -> None:
    response = Client().get("/api/v1/clinics", {"q": query})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["code"]) == ("q", "not-searchable")


@pytest.mark.parametrize(("query", "plain"), [("100%", "100"), ("a_b", "ab"), ("病%院", "病院")])
def test_wildcards_among_letters_stand_for_nothing(starter: None, query: str, plain: str) -> None:
    assert ids(ask(q=query)) == ids(ask(q=plain))
