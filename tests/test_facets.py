"""Facets against the judge: how many matches carry each concept, under the other filters."""

from collections import Counter
from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from finder.facets import FacetCount, facets
from finder.parameters import FACETS
from finder.query import AnyOf, Centre, SearchQuery
from tests.oracle import BODYWORK, measure, millimetres
from tests.questions import PLACED, STRENGTHS, queries, query_of, values
from tests.world import STATION, TOKYO, TOWN, TOWN_IDS, TOWN_JUDGE, WAYS, Way, many, published

pytestmark = pytest.mark.django_db

# Facts of the register, to which no strength of evidence is asked for.
FACTS = ("kind", "prefecture")
USUAL = Way(4_000, 20_000, 8)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with published(TOWN, TOWN_IDS, django_db_blocker):
        yield


def ask(query, schemes, least_strength=0, way=USUAL):
    """The finder's counts, read in a way."""
    with transaction.atomic(), way.taken():
        return facets(query, schemes, least_strength)


def judged(query, scheme, least_strength):
    """The counts of one scheme, clinic by clinic; of an uncertain edge nothing is said."""
    others = replace(
        query,
        required=tuple(
            any_of for any_of in query.required if any_of.terms[0].split(":")[0] != scheme
        ),
        bodywork=query.bodywork or scheme == "category",
    )
    strength = 0 if scheme in FACTS else least_strength
    counts = Counter(
        key.split(":")[1]
        for clinic in TOWN_JUDGE.matching(others)
        if is_within(query, clinic)
        for key in clinic.strengths
        if key.startswith(f"{scheme}:") and clinic.carries(key, strength)
    )
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [FacetCount(slug, number) for slug, number in in_order]


def is_within(query, clinic):
    if query.radius_km is None:
        return True
    item = measure((query.centre.latitude, query.centre.longitude), clinic)
    radius_mm = millimetres(query.radius_km * 1_000)
    assume(item.least_mm > radius_mm or item.most_mm <= radius_mm)
    return item.most_mm <= radius_mm


@settings(many, max_examples=250)
@given(asked=values(), schemes=st.lists(st.sampled_from(FACETS), min_size=1, unique=True), way=WAYS)
def test_the_counts_are_the_judge_s_under_any_filters(town, asked, schemes, way):
    query = query_of(asked)
    strength = STRENGTHS[asked.get("evidence", "any")]
    counted = ask(query, schemes, strength, way)
    assert counted == {scheme: judged(query, scheme, strength) for scheme in schemes}
    assert list(counted) == schemes


@settings(many, max_examples=60)
@given(query=queries(most_filters=1), strength=st.sampled_from([0, 49, 50, 51, 100, 150]), way=WAYS)
def test_a_concept_counts_on_evidence_of_the_strength_asked_for(town, query, strength, way):
    """A fact of the register counts whatever the strength."""
    counted = ask(query, FACETS, strength, way)
    for scheme in FACETS:
        assert counted[scheme] == judged(query, scheme, strength)


@settings(many, max_examples=80)
@given(
    centre=st.sampled_from([TOKYO, STATION, (-16.8, 180.0)]),
    clinic=st.sampled_from(PLACED),
    way=WAYS,
)
def test_a_clinic_on_the_edge_of_the_radius_is_counted(town, centre, clinic, way):
    """And not, when the radius is a millimetre shorter."""
    item = measure(centre, clinic)
    assume(item.least_mm == item.most_mm and 1 < item.most_mm <= 2_000_000_000)
    query = SearchQuery(Centre(*centre), item.most_mm / 1_000_000, bodywork=True)
    shorter = replace(query, radius_km=(item.most_mm - 1) / 1_000_000)
    with_it, without_it = ask(query, ["kind"], way=way), ask(shorter, ["kind"], way=way)
    numbers = [
        sum(facet.count for facet in counts["kind"] if facet.slug == clinic.kind)
        for counts in (with_it, without_it)
    ]
    assert numbers[0] > numbers[1]
    assert with_it["kind"] == judged(query, "kind", 0)


@settings(many, max_examples=15)
@given(way=WAYS)
def test_bodywork_is_counted_among_the_categories_as_if_it_were_asked_for(town, way):
    """But its places are not counted for anything else."""
    counted = ask(SearchQuery(), ["category", "feature"], way=way)
    numbers = {facet.slug: facet.count for facet in counted["category"]}
    assert numbers["non-medical-bodywork"] == len(TOWN_JUDGE.carriers(BODYWORK))
    asked = SearchQuery(required=(AnyOf((BODYWORK,)),), bodywork=True)
    assert ask(asked, ["category"], way=way)["category"] == counted["category"]
    parking = sum(clinic.carries("feature:parking") and not clinic.is_bodywork for clinic in TOWN)
    assert {facet.slug: facet.count for facet in counted["feature"]}["parking"] == parking


def test_a_search_that_nothing_matches_has_empty_facets(town):
    nowhere = SearchQuery(Centre(-40.0, 10.0), 1)
    assert ask(nowhere, FACETS) == {scheme: [] for scheme in FACETS}
    nobody = SearchQuery(required=(AnyOf(("municipality:13999",)),))
    assert ask(nobody, ["sport", "kind"]) == {"sport": [], "kind": []}


def test_the_scheme_s_own_filter_is_left_out_and_the_others_are_kept_to(town):
    """What choosing another kind instead would give, and which sports those of this kind know."""
    hospitals = SearchQuery(required=(AnyOf(("kind:hospital",)), AnyOf(("sport:golf",))))
    golf = TOWN_JUDGE.matching(SearchQuery(required=(AnyOf(("sport:golf",)),)))
    counted = ask(hospitals, ["kind", "sport"])
    kinds = Counter(clinic.kind for clinic in golf)
    assert {facet.slug: facet.count for facet in counted["kind"]} == kinds
    assert len(kinds) == 2
    of_hospitals = TOWN_JUDGE.matching(SearchQuery(required=(AnyOf(("kind:hospital",)),)))
    all_sports = sum(clinic.carries("sport:all-sports") for clinic in of_hospitals)
    assert {facet.slug: facet.count for facet in counted["sport"]}["all-sports"] == all_sports


def test_the_same_over_http(town):
    response = Client().get(
        "/api/v1/clinics",
        {"facets": "sport,kind", "sport": "golf", "evidence": "documented", "count": "none"},
    )
    query = SearchQuery(required=(AnyOf(("sport:golf",), 50),), sort="name")
    assert response.status_code == 200, response.content
    shown = {
        scheme: [FacetCount(facet["slug"], facet["count"]) for facet in listed]
        for scheme, listed in response.json()["facets"].items()
    }
    assert shown == {scheme: judged(query, scheme, 50) for scheme in ("sport", "kind")}
