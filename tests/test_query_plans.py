"""How the database answers a search: along which index, and in how many questions."""

import re
from random import Random
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from clinics import bulk
from clinics.models import Facility, Listing, Posting, Term
from clinics.position import cell, ecef
from clinics.terms import EVERY_CLINIC, NON_MEDICAL
from finder.query import AnyOf, Centre, NameKey, SearchQuery
from finder.search import search
from tests.catalogue import claim_many, record, register

pytestmark = pytest.mark.django_db

FACILITIES = 5_000
TERMS_EACH = 12
COMMON, RARER, WITHOUT_SLOT = "sport:golf", "category:neurology", "language:en"
ALL_BITS = (1 << 62) - 1
TOKYO = Centre(35.6812, 139.7671)
AFTER_A_NAME = NameKey("クリニック0".encode(), "0" * 32)
SEARCHES = {
    "the nearest": SearchQuery(TOKYO),
    "the nearest of a term": SearchQuery(TOKYO, required=(AnyOf((COMMON,)),)),
    "any of two terms": SearchQuery(TOKYO, required=(AnyOf((COMMON, RARER)),)),
    "two terms within a radius": SearchQuery(
        TOKYO, 20, (AnyOf((COMMON,)), AnyOf((RARER,))), count="exact"
    ),
    "a term without a slot": SearchQuery(
        TOKYO, required=(AnyOf((COMMON,)), AnyOf((WITHOUT_SLOT,)))
    ),
    "by name within a radius": SearchQuery(TOKYO, 20, sort="name"),
}
BY_NAME = {
    "by name": SearchQuery(sort="name"),
    "by name from a page on": SearchQuery(sort="name", after=AFTER_A_NAME),
    "a term by name": SearchQuery(sort="name", required=(AnyOf((COMMON,)),), after=AFTER_A_NAME),
}


# What PostgreSQL says of an index that is walked along ranges of cells.
WALKED_RANGES = r"Index Cond: \(\(term_id = .*\) AND \(cell >= .*\) AND \(cell <= .*\)\)"


@pytest.fixture(scope="class")
def many_postings(django_db_setup, django_db_blocker):
    """Some 60,000 postings of 5,000 clinics, committed and known to the planner."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                insert_postings()
            bulk.refresh_statistics((Listing, Posting), "default")
            yield
        finally:
            for model in (Posting, Listing, Facility, Term):
                model.objects.all().delete()


def insert_postings():
    """Clinics all over Japan's latitudes and longitudes, without any documents."""
    register([record()])
    random = Random(20_260_604)
    facilities = Facility.objects.bulk_create(
        Facility(source="synthetic", official_id=str(number)) for number in range(FACILITIES)
    )
    listings = Listing.objects.bulk_create(
        Listing(
            facility=facility,
            updated_at=timezone.now(),
            latitude=random.uniform(31, 44),
            longitude=random.uniform(130, 145),
            name_key=f"クリニック{facility.official_id}".encode(),
        )
        for facility in facilities
    )
    first = [EVERY_CLINIC, COMMON, RARER, WITHOUT_SLOT]
    others = Term.objects.exclude(key__in=[*first, NON_MEDICAL]).order_by("key")[
        : TERMS_EACH - len(first)
    ]
    for term in [*Term.objects.filter(key__in=first), *others]:
        carriers = listings[::2] if term.key == RARER else listings
        Posting.objects.bulk_create(
            [posting(term, listing) for listing in carriers], batch_size=2_000
        )
        Term.objects.filter(pk=term.pk).update(count=F("count") + len(carriers))


def posting(term, listing):
    point = ecef(listing.latitude, listing.longitude)
    return Posting(
        term=term,
        listing=listing,
        cell=cell(listing.latitude, listing.longitude),
        x=point.x,
        y=point.y,
        z=point.z,
        mask_a=ALL_BITS,
        mask_b=ALL_BITS,
    )


def statements(query):
    """What a search says to the database, with its values."""
    said = []

    def listen(execute, sql, params, several, context):
        said.append((sql, params))
        return execute(sql, params, several, context)

    with connection.execute_wrapper(listen):
        search(query)
    return said


def plan_of(sql, params):
    """The engine's plan, a step a line."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return [str(row[-1]).strip() for row in cursor.fetchall()]


def plans_of_readings(query):
    """The plans of the statements that read postings."""
    plans = [plan_of(*said) for said in statements(query) if "FROM ranges" in said[0]]
    assert plans
    return plans


def only_on(vendor):
    if connection.vendor != vendor:
        pytest.skip(f"a plan of {vendor}; these tests run on {connection.vendor}")


class TestPlans:
    """With enough postings that no engine reads them all for want of something better."""

    @pytest.mark.parametrize("query", SEARCHES.values(), ids=SEARCHES.keys())
    @pytest.mark.parametrize("statistics", [False, True], ids=["as it is", "analysed"])
    def test_sqlite_walks_the_ranges_along_the_covering_index(
        self, many_postings, query, statistics
    ):
        only_on("sqlite")
        if statistics:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        walk = "SEARCH p USING COVERING INDEX posting_walk (term_id=? AND cell>? AND cell<?)"
        for plan in plans_of_readings(query):
            assert plan.count(walk) == 1
            assert plan.index("SCAN r") < plan.index(walk)
            assert not [step for step in plan if re.match(r"SCAN (p|l|q)\b", step)]

    def test_sqlite_looks_a_term_without_a_slot_up_in_an_index(self, many_postings):
        only_on("sqlite")
        look_up = r"SEARCH q USING COVERING INDEX \w+ \(listing_id=\? AND term_id=\?\)"
        for plan in plans_of_readings(SEARCHES["a term without a slot"]):
            assert any(re.match(look_up, step) for step in plan)

    @pytest.mark.parametrize("query", SEARCHES.values(), ids=SEARCHES.keys())
    def test_postgresql_walks_the_ranges_along_the_index(self, many_postings, query):
        only_on("postgresql")
        for plan in plans_of_readings(query):
            text = "\n".join(plan)
            assert "Index Only Scan using posting_walk on clinics_posting p" in text
            assert re.search(WALKED_RANGES, text)
            assert "Seq Scan on clinics_posting" not in text

    @pytest.mark.parametrize("query", BY_NAME.values(), ids=BY_NAME.keys())
    def test_names_are_walked_along_their_index_without_sorting(self, many_postings, query):
        """A page by name reads a page, not the catalogue."""
        walks = [said for said in statements(query) if "FROM clinics_listing l" in said[0]]
        assert len(walks) == 1
        text = "\n".join(plan_of(*walks[0]))
        assert "listing_by_name" in text
        assert "TEMP B-TREE" not in text and "Sort" not in text
        assert "SCAN l" not in text and "Seq Scan" not in text

    def test_the_postings_are_many_enough_to_tell(self, many_postings):
        assert Posting.objects.count() > 50_000
        assert len(search(SearchQuery(TOKYO, required=(AnyOf((RARER,)),))).hits) == 20


@pytest.fixture
def thirty_clinics(db):
    """Thirty clinics in a row, ten of which are for golfers; the slugs are known by now."""
    ids = register(record(35.0 + number / 1_000, 139.0) for number in range(30))
    claim_many((facility_id, COMMON) for facility_id in ids[:10])
    questions_of("?sport=golf&category=neurology")
    return ids


def questions_of(query_string):
    """What one search over HTTP asks the database, question by question."""
    asked = []

    def listen(execute, sql, params, several, context):
        asked.append(subject_of(sql))
        return execute(sql, params, several, context)

    with connection.execute_wrapper(listen):
        response = Client().get(f"/api/v1/clinics{query_string}")
    assert response.status_code == 200, response.content
    return asked


def subject_of(sql):
    """What a statement is about, in a word."""
    if "FROM clinics_term" in sql:
        return "terms"
    if "COUNT(*)" in sql:
        return "count"
    if "FROM ranges" in sql:
        return "postings"
    if "SELECT id, summary" in sql:
        return "documents"
    if "FROM clinics_listing l" in sql:
        return "names"
    return sql


HERE = "?lat=35&lng=139"


@pytest.mark.parametrize(
    ("query_string", "questions"),
    [
        (f"{HERE}&sport=golf", ["terms", "postings", "documents"]),
        (f"{HERE}&page_size=5&count=none", ["terms", "postings", "documents"]),
        (f"{HERE}&page_size=5", ["terms", "postings", "count", "documents"]),
        (f"{HERE}&page_size=5&radius_km=1&count=none", ["terms", "postings", "documents"]),
        # A radius is counted in two: what is surely inside, and what has to be measured.
        (
            f"{HERE}&page_size=5&radius_km=2",
            ["terms", "postings", "count", "postings", "documents"],
        ),
        (f"{HERE}&sport=golf&sort=name", ["terms", "postings", "documents"]),
        ("?sport=golf", ["terms", "postings", "documents"]),
        # Nothing is asked about what no clinic carries.
        (f"{HERE}&sport=tennis-racket", ["terms"]),
        # Nobody within reach: no documents.
        ("?lat=-35&lng=-139&radius_km=10", ["terms", "postings"]),
    ],
)
def test_a_search_asks_for_terms_postings_documents_and_no_more(
    thirty_clinics, django_assert_num_queries, query_string, questions
):
    with django_assert_num_queries(len(questions)):
        assert questions_of(query_string) == questions


def test_a_longer_page_asks_no_more_questions(thirty_clinics):
    few = questions_of(f"{HERE}&page_size=2&count=none")
    many = questions_of(f"{HERE}&page_size=30&count=none")
    assert few == many == ["terms", "postings", "documents"]


def test_a_page_further_on_asks_the_same_questions(thirty_clinics):
    first = Client().get(f"/api/v1/clinics{HERE}&page_size=5&count=none").json()
    query_string = "?" + first["next"].partition("?")[2]
    assert questions_of(query_string) == ["terms", "postings", "documents"]


def test_every_clinic_of_the_row_is_found(thirty_clinics):
    hits = Client().get(f"/api/v1/clinics{HERE}&page_size=100").json()["results"]
    assert [UUID(hit["clinic"]["id"]) for hit in hits] == thirty_clinics
