"""How the database answers a search: along which index, and in how many questions."""

import re
from datetime import UTC, date, datetime, time
from random import Random
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from clinics import bulk
from clinics.hours import Session
from clinics.models import (
    ClosedDate,
    Facility,
    Listing,
    ListingText,
    OfficialFacts,
    OpenSession,
    Posting,
    Term,
    Verification,
)
from clinics.position import cell, ecef
from clinics.publication import publish
from clinics.terms import ATHLETES, EVERY_CLINIC, NON_MEDICAL, VERIFIED
from finder.facets import facets
from finder.query import AnyOf, Box, Centre, NameKey, SearchQuery, TextQuestion, TextWord
from finder.search import search
from tests.catalogue import claim_many, record, register

pytestmark = pytest.mark.django_db

FACILITIES = 5_000
TERMS_EACH = 12
COMMON, RARER, WITHOUT_SLOT = "sport:golf", "category:neurology", "language:en"
FEW = "language:zh"
ALL_BITS = (1 << 62) - 1
TOKYO = Centre(35.6812, 139.7671)
AFTER_A_NAME = NameKey("クリニック0".encode(), "0" * 32)
BOX = Box(139.5, 35.5, 140, 36)
WORD = TextQuestion("ニツク", (TextWord("ニツク"),))
RARE_WORD = TextQuestion("クリニツク123", (TextWord("クリニツク123"),))
NAMED_WORD = TextQuestion("ニツク", (TextWord("ニツク", (COMMON, WITHOUT_SLOT)),))
# Nine in the morning of a Tuesday in Tokyo, and three on a Sunday.
TUESDAY, SUNDAY = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 14, 18, tzinfo=UTC)
RARE_HOURS = ("open:sun-0300-0600", "open:sat-2400-2700")
SEARCHES = {
    "the nearest": SearchQuery(TOKYO),
    "the nearest of a term": SearchQuery(TOKYO, required=(AnyOf((COMMON,)),)),
    "any of two terms": SearchQuery(TOKYO, required=(AnyOf((COMMON, RARER)),)),
    "two terms within a radius": SearchQuery(
        TOKYO, 20, required=(AnyOf((COMMON,)), AnyOf((RARER,))), count="exact"
    ),
    "a term without a slot": SearchQuery(
        TOKYO, required=(AnyOf((COMMON,)), AnyOf((WITHOUT_SLOT,)))
    ),
    "by name within a radius": SearchQuery(TOKYO, 20, sort="name"),
    "in a box": SearchQuery(box=BOX, sort="name", count="exact"),
    "the nearest in a box": SearchQuery(TOKYO, box=BOX, page_size=1, count="exact"),
    "on some evidence": SearchQuery(TOKYO, required=(AnyOf((COMMON,), 50), AnyOf((RARER,), 50))),
    "on Tuesday morning": SearchQuery(TOKYO, open_at=TUESDAY),
    "on Sunday at three": SearchQuery(TOKYO, open_at=SUNDAY),
    "verified of late": SearchQuery(TOKYO, verified_since=date(2026, 1, 1)),
    "a term with a word": SearchQuery(TOKYO, required=(AnyOf((FEW,)),), text=WORD),
    "by relevance": SearchQuery(TOKYO, sort="relevance", page_size=100),
    "by verification": SearchQuery(TOKYO, sort="-verified_on"),
}
# Words alone drive a search: each reading is one scan of the narrow texts.
SEARCHES_FOR_WORDS = {
    "words by relevance": SearchQuery(text=WORD, sort="relevance", count="none"),
    "words by relevance around": SearchQuery(TOKYO, text=WORD, sort="relevance", count="none"),
    "the nearest for words": SearchQuery(TOKYO, text=WORD, count="none"),
    "words by name": SearchQuery(text=WORD, sort="name", count="none"),
    "words that name concepts": SearchQuery(TOKYO, text=NAMED_WORD, count="none"),
    "words within a radius": SearchQuery(TOKYO, 50, text=WORD, page_size=1, count="exact"),
    "words in a box": SearchQuery(box=BOX, text=WORD, page_size=1, sort="name", count="exact"),
    "words and a common term": SearchQuery(
        TOKYO, required=(AnyOf((COMMON,), 50),), text=WORD, count="none"
    ),
}
BY_NAME = {
    "by name": SearchQuery(sort="name"),
    "by name from a page on": SearchQuery(sort="name", after=AFTER_A_NAME),
    "a term by name": SearchQuery(sort="name", required=(AnyOf((COMMON,)),), after=AFTER_A_NAME),
    "by name on Tuesday": SearchQuery(sort="name", open_at=TUESDAY, count="none"),
    "by name on some evidence": SearchQuery(
        sort="name", required=(AnyOf((COMMON,), 50),), count="none"
    ),
}
FACETS = {
    "facets of many": SearchQuery(TOKYO),
    "facets of a term": SearchQuery(TOKYO, 50, required=(AnyOf((RARER,)),)),
    "facets of few": SearchQuery(TOKYO, 50, required=(AnyOf((FEW,)),)),
    "facets in a box": SearchQuery(box=BOX, required=(AnyOf((FEW,)),)),
    "facets of words": SearchQuery(TOKYO, text=RARE_WORD),
}
# How SQLite says that a table is looked up by the id of a listing, for each alias.
LOOK_UPS = {
    "q": r"COVERING INDEX {} \(listing_id=\? AND term_id=\?\)|INDEX {} \(listing_id=\? AND term_id=\?\)",
    "s": r"COVERING INDEX open_session_walk \(listing_id=\?( AND .*)?\)",
    "d": r"COVERING INDEX {} \(listing_id=\? AND month_day=\?\)",
    "t": r"INDEX {} \(listing_id=\?\)",
    "l": r"INTEGER PRIMARY KEY \(rowid=\?\)",
    "v": r"INTEGER PRIMARY KEY \(rowid=\?\)",
    "b": r"INTEGER PRIMARY KEY \(rowid=\?\)",
}
# SQLite has its own names for the indexes of unique constraints and keys.
# Aliases of what is no table: values, and what an inner statement gives.
DERIVED = ("r", "c", "n", "m")
UNIQUE = r"sqlite_autoindex_\w+_\d"


# What PostgreSQL says of a table that is read from end to end, once or to be hashed for look-ups;
# of the listings it may do so here, where they hold no documents and are few.
READ_WHOLE = "Seq Scan on clinics_(posting|listingtext|opensession|closeddate)"
# What PostgreSQL says of an index that is walked along ranges of cells.
WALKED_RANGES = r"Index Cond: \(\(term_id = .*\) AND \(cell >= .*\) AND \(cell <= .*\)\)"


@pytest.fixture(scope="class")
def many_postings(django_db_setup, django_db_blocker):
    """Some 60,000 postings of 5,000 clinics, committed and known to the planner."""
    tables = (Listing, Posting, ListingText, OpenSession, ClosedDate)
    with django_db_blocker.unblock():
        try:
            give_back_pages(tables)
            with transaction.atomic():
                insert_postings()
            bulk.refresh_statistics(tables, "default")
            yield
        finally:
            for model in (*reversed(tables), Facility, Term):
                model.objects.all().delete()
            # What is deleted with the facility leaves a last row of history.
            OfficialFacts.history.all().delete()


def give_back_pages(models):
    """Shrink what rolled-back tests left in tables and indexes: the planner counts their pages."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(model._meta.db_table)}")


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
            verified_on=date(2026, 6, 1) if number % 10 == 0 else None,
            mask_a=ALL_BITS - 1,
            mask_b=ALL_BITS,
        )
        for number, facility in enumerate(facilities)
    )
    carriers = {
        EVERY_CLINIC: listings,
        COMMON: listings,
        RARER: listings[::2],
        WITHOUT_SLOT: listings,
        FEW: listings[::100],
        VERIFIED: listings[::10],
        ATHLETES: listings[::3],
        "category:dystonia-clinic": listings[::20],
        "category:movement-disorder-clinic": listings[::12],
        **dict.fromkeys(RARE_HOURS, listings[::15]),
    }
    others = Term.objects.exclude(key__in=[*carriers, NON_MEDICAL]).order_by("key")
    carriers |= {term.key: listings for term in others[: TERMS_EACH - 4]}
    for key, some in carriers.items():
        term, _ = Term.objects.get_or_create(key=key)
        Posting.objects.bulk_create([posting(term, listing) for listing in some], batch_size=2_000)
        Term.objects.filter(pk=term.pk).update(count=F("count") + len(some))
    ListingText.objects.bulk_create(
        [
            ListingText(
                listing=listing,
                cell=cell(listing.latitude, listing.longitude),
                **ecef(listing.latitude, listing.longitude)._asdict(),
                mask_a=ALL_BITS - 1,
                mask_b=ALL_BITS,
                bigrams_a=ALL_BITS,
                bigrams_b=ALL_BITS,
                names=f"\nクリニツク{listing.facility.official_id}\n",
                address="東京千代田区",
                name_key=listing.name_key,
                facility_id=listing.facility_id,
            )
            for listing in listings
        ],
        batch_size=2_000,
    )
    OpenSession.objects.bulk_create(
        [
            OpenSession(listing=listing, days=0b11111, weeks=0b11111, opens=540, closes=1_020)
            for listing in listings
        ],
        batch_size=2_000,
    )
    OpenSession.objects.bulk_create(
        OpenSession(listing=listing, days=0b1000000, weeks=0b11111, opens=120, closes=300)
        for listing in listings[::15]
    )
    ClosedDate.objects.bulk_create(
        ClosedDate(listing=listing, month_day=101) for listing in listings[::3]
    )


def posting(term, listing):
    point = ecef(listing.latitude, listing.longitude)
    return Posting(
        term=term,
        listing=listing,
        cell=cell(listing.latitude, listing.longitude),
        x=point.x,
        y=point.y,
        z=point.z,
        mask_a=ALL_BITS - 1,
        mask_b=ALL_BITS,
        strength=70,
    )


def statements(query, ask=search):
    """What a search says to the database, with its values."""
    said = []

    def listen(execute, sql, params, several, context):
        said.append((sql, params))
        return execute(sql, params, several, context)

    with connection.execute_wrapper(listen):
        ask(query)
    return said


def plan_of(sql, params):
    """The engine's plan, a step a line."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        return [str(row[-1]).strip() for row in cursor.fetchall()]


def plans_of_readings(query, ask=search):
    """The plans of the statements that read postings or texts."""
    plans = [
        plan_of(*said)
        for said in statements(query, ask)
        if "FROM ranges" in said[0] or "FROM clinics_listingtext p" in said[0]
    ]
    assert plans
    return plans


def count_facets(query):
    """Facets of three schemes."""
    return facets(query, ["category", "sport", "prefecture"])


def check_look_ups(plan, scanned=""):
    """Assert that SQLite reads no table from end to end, and looks each other up as it should."""
    for step in plan:
        found = re.match(r"(SCAN|SEARCH) ([a-z])\b(?: USING (.*))?", step)
        if not found or found[2] in (*scanned, *DERIVED):
            continue
        assert found[1] == "SEARCH", step
        if found[2] != "p":
            assert re.fullmatch(LOOK_UPS[found[2]].replace("{}", UNIQUE), found[3]), step


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
            check_look_ups(plan)

    @pytest.mark.parametrize("query", FACETS.values(), ids=FACETS.keys())
    def test_sqlite_counts_facets_along_the_same_indexes(self, many_postings, query):
        only_on("sqlite")
        for plan in plans_of_readings(query, count_facets):
            # The terms of a few clinics are read one clinic after the other.
            own = r"SEARCH q USING (COVERING )?INDEX \w+ \(listing_id=\?\)"
            others = [step for step in plan if not re.fullmatch(own, step)]
            check_look_ups(others, scanned="p" if query.text else "")

    @pytest.mark.parametrize("query", SEARCHES_FOR_WORDS.values(), ids=SEARCHES_FOR_WORDS.keys())
    def test_sqlite_scans_the_texts_once_for_a_page_of_words(self, many_postings, query):
        only_on("sqlite")
        plans = plans_of_readings(query)
        assert len(plans) <= (3 if query.count == "exact" else 2)
        for plan in plans:
            assert [step for step in plan if re.match(r"(SCAN|SEARCH) p\b", step)] == ["SCAN p"]
            check_look_ups(plan, scanned="p")

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
            assert not re.search(READ_WHOLE, text)

    @pytest.mark.parametrize("query", FACETS.values(), ids=FACETS.keys())
    def test_postgresql_counts_facets_without_reading_all_postings(self, many_postings, query):
        only_on("postgresql")
        for plan in plans_of_readings(query, count_facets):
            text = "\n".join(plan)
            if query.text:
                text = text.replace("Seq Scan on clinics_listingtext p", "")
            assert not re.search(READ_WHOLE, text)

    @pytest.mark.parametrize("query", SEARCHES_FOR_WORDS.values(), ids=SEARCHES_FOR_WORDS.keys())
    def test_postgresql_scans_the_texts_once_for_a_page_of_words(self, many_postings, query):
        only_on("postgresql")
        for plan in plans_of_readings(query):
            text = "\n".join(plan)
            assert text.count("Seq Scan on clinics_listingtext p") == 1
            assert not re.search(READ_WHOLE, text.replace("Seq Scan on clinics_listingtext p", ""))

    @pytest.mark.parametrize("query", BY_NAME.values(), ids=BY_NAME.keys())
    def test_names_are_walked_along_their_index_without_sorting(self, many_postings, query):
        """A page by name reads a page, not the catalogue."""
        walks = [said for said in statements(query) if "FROM clinics_listing l" in said[0]]
        assert len(walks) == 1
        text = "\n".join(plan_of(*walks[0]))
        assert "listing_by_name" in text
        assert "TEMP B-TREE" not in text and "Sort" not in text
        assert "SCAN l" not in text and "Seq Scan" not in text

    @pytest.mark.parametrize("name", [*SEARCHES, *SEARCHES_FOR_WORDS, *BY_NAME])
    def test_the_number_of_questions_is_bounded(self, many_postings, name):
        query = (SEARCHES | SEARCHES_FOR_WORDS | BY_NAME)[name]
        assert len(statements(query)) <= (45 if query.sort == "relevance" else 6)

    def test_the_postings_are_many_enough_to_tell(self, many_postings):
        assert Posting.objects.count() > 50_000
        assert len(search(SearchQuery(TOKYO, required=(AnyOf((RARER,)),))).hits) == 20


@pytest.fixture
def thirty_clinics(db):
    """Thirty clinics in a row, ten of which are for golfers; the slugs are known by now."""
    hours = (Session(1, ("mon", "tue"), time(9), time(17)),)
    ids = register(
        record(35.0 + number / 1_000, 139.0, departments=["neurology"], hours=hours)
        for number in range(30)
    )
    claim_many((facility_id, COMMON) for facility_id in ids[:10])
    questions_of("?sport=golf&category=neurology&q=ク&facets=kind")
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
    if "GROUP BY" in sql:
        return "facets"
    if "COUNT(*)" in sql:
        return "count"
    if "FROM ranges" in sql:
        return "postings"
    if "FROM clinics_listingtext p" in sql:
        return "texts"
    if "SELECT id, summary" in sql:
        return "documents"
    if "FROM clinics_listing l" in sql:
        return "names"
    if "FROM clinics_opensession" in sql or "FROM clinics_closeddate" in sql:
        return "hours"
    return sql


HERE = "?lat=35&lng=139"
BY_VERIFICATION = "sort=-verified_on&page_size=5"
IN_THE_MORNING = "open_at=2026-11-24T10:00:00%2B09:00"


@pytest.mark.parametrize(
    ("query_string", "questions"),
    [
        # Documents come along with the nearest.
        (f"{HERE}&sport=golf", ["terms", "postings"]),
        (f"{HERE}&page_size=5&count=none", ["terms", "postings"]),
        (f"{HERE}&page_size=5", ["terms", "postings", "count"]),
        (f"{HERE}&page_size=5&radius_km=1&count=none", ["terms", "postings"]),
        # A radius is counted in two: what is surely inside, and what has to be measured.
        (f"{HERE}&page_size=5&radius_km=2", ["terms", "postings", "count", "postings"]),
        (f"{HERE}&sport=golf&sort=name", ["terms", "postings", "documents"]),
        ("?sport=golf", ["terms", "postings", "documents"]),
        ("?bbox=139,35,140,36&page_size=5", ["terms", "postings", "count", "documents"]),
        (f"{HERE}&q=クリニック&page_size=5", ["terms", "texts", "count"]),
        ("?q=クリニック&page_size=5", ["terms", "texts", "count", "documents"]),
        (f"?{BY_VERIFICATION}", ["terms", "postings", "count", "documents"]),
        (f"{HERE}&count=none&{IN_THE_MORNING}", ["terms", "postings", "hours", "hours"]),
        (f"{HERE}&sport=golf&facets=kind,prefecture", ["terms", "postings", "terms", "facets"]),
        # Facets without a filter of their own are counted together; bodywork, which a search leaves
        # out, is asked for apart, and here there is none.
        (
            f"{HERE}&count=none&facets=category,sport,kind",
            ["terms", "postings", "terms", "facets", "terms"],
        ),
        # Nothing is asked about what no clinic carries, but for the help: without that, how many?
        (f"{HERE}&sport=tennis-racket", ["terms", "terms", "count"]),
        # Nobody within reach: who is nearest, from two blocks, and how many without the radius.
        (
            "?lat=-35&lng=-139&radius_km=10",
            ["terms", "postings", "terms", "postings", "postings", "terms", "count"],
        ),
    ],
)
def test_a_search_asks_no_more_questions_than_it_needs(
    thirty_clinics, django_assert_num_queries, query_string, questions
):
    with django_assert_num_queries(len(questions)):
        assert questions_of(query_string) == questions


@pytest.mark.parametrize(
    "query_string", ["?sort=relevance", f"{HERE}&sort=relevance", f"{HERE}&sort=relevance&q=ク"]
)
def test_by_relevance_the_questions_are_bounded_by_the_tiers(thirty_clinics, query_string):
    """Two for each of the twenty tiers, and what every search asks."""
    claim_many(
        (facility_id, key)
        for facility_id, key in zip(
            thirty_clinics,
            ["category:dystonia-clinic", "category:movement-disorder-clinic", RARER, "level:elite"],
            strict=False,
        )
    )
    Verification.objects.bulk_create(
        Verification(facility_id=facility_id, verified_on=day, method="web", outcome="confirmed")
        for facility_id, day in zip(
            thirty_clinics[::3], [date(2020, 1, 1), timezone.localdate()] * 5, strict=True
        )
    )
    publish(thirty_clinics)
    assert len(questions_of(f"{query_string}&page_size=25")) <= 45


def test_a_longer_page_asks_no_more_questions(thirty_clinics):
    few = questions_of(f"{HERE}&page_size=2&count=none")
    many = questions_of(f"{HERE}&page_size=30&count=none")
    assert few == many == ["terms", "postings"]


def test_a_page_further_on_asks_the_same_questions(thirty_clinics):
    first = Client().get(f"/api/v1/clinics{HERE}&page_size=5&count=none").json()
    query_string = "?" + first["next"].partition("?")[2]
    assert questions_of(query_string) == ["terms", "postings"]


def test_every_clinic_of_the_row_is_found(thirty_clinics):
    hits = Client().get(f"/api/v1/clinics{HERE}&page_size=100").json()["results"]
    assert [UUID(hit["clinic"]["id"]) for hit in hits] == thirty_clinics
