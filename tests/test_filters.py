"""Every filter of a search against the judge, alone and with others, in all ways of reading."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from clinics.hours import DAYS, WEEKDAYS, Closures, Session
from clinics.models import ClosedDate, Listing, ListingText, OpenSession
from clinics.timetable import OpenInterval
from finder.opening import is_open, local_moment
from finder.query import AnyOf, Centre, Page, SearchQuery, TextQuestion, TextWord
from finder.search import search
from finder.words import read_text
from tests.catalogue import record, register
from tests.oracle import JAPAN, check_page
from tests.questions import FILTERS, SCHEMES, Values, queries, query_of, requirements, values
from tests.world import (
    OLDEST_FRESH_DAY,
    TODAY,
    TOKYO,
    TOWN,
    TOWN_COUNT_LIMIT,
    TOWN_IDS,
    TOWN_JUDGE,
    VERIFIED_DAYS,
    WAYS,
    Way,
    many,
    published,
)

pytestmark = pytest.mark.django_db

ALL_BITS = (1 << 62) - 1
USUAL = Way(4_000, 20_000, 8)


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The published town, for all the tests of this module."""
    with published(TOWN, TOWN_IDS, django_db_blocker):
        yield


@contextmanager
def undone():
    """Everything that is written here is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(query: SearchQuery, way: Way = USUAL) -> Page:
    """The finder's answer, read in a way; should it fail, the database is as before."""
    with transaction.atomic(), way.taken():
        return search(query)


def check(query: SearchQuery, way: Way) -> Page:
    """Ask, and assert that the answer is the judge's."""
    page = ask(query, way)
    check_page(TOWN_JUDGE, query, page, OLDEST_FRESH_DAY, TOWN_COUNT_LIMIT)
    return page


def ids_of(query: SearchQuery, way: Way = USUAL) -> set[str]:
    """The ids of everything that is found by name."""
    page = ask(replace(query, sort="name", page_size=1_000, count="none"), way)
    return {hit.key.clinic_id for hit in page.hits}


def test_the_town_is_what_these_tests_need():
    """Some clinics of it, and never all, meet each filter."""
    rare = SearchQuery(open_at=datetime(2026, 11, 21, 3, 0, tzinfo=JAPAN))
    filters = {
        **{f"{strength}": AnyOf(("category:dystonia-clinic",), strength) for strength in (50, 100)},
        "second opinion": AnyOf(("second-opinion:online",)),
        "new patients": AnyOf(("accepts-new-patients:no",)),
        "municipality": AnyOf(("municipality:13101",)),
    }
    numbers = [
        len(TOWN_JUDGE.matching(SearchQuery(required=(any_of,)))) for any_of in filters.values()
    ]
    numbers.append(len(TOWN_JUDGE.matching(rare)))
    numbers.append(len(TOWN_JUDGE.matching(SearchQuery(verified_since=OLDEST_FRESH_DAY))))
    assert min(numbers) >= 5
    assert max(numbers) < len(TOWN) / 2
    assert len({clinic.verified_on for clinic in TOWN}) > len(VERIFIED_DAYS)


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_alone_keeps_in_what_the_judge_does(town, name):
    @settings(many, max_examples=20)
    @given(query=queries(always=(name,), most_filters=0), way=WAYS)
    def check_filter(query, way):
        check(query, way)

    check_filter()


@settings(many, max_examples=150)
@given(query=queries(most_filters=1), required=requirements(), way=WAYS)
def test_requirements_of_any_terms_and_strength_are_the_judge_s(town, query, required, way):
    """Several of one scheme, several schemes in one, each on evidence of its own strength."""
    check(replace(query, required=required), way)


@settings(many, max_examples=30)
@given(way=WAYS)
def test_the_best_claim_counts_and_a_check_makes_the_weakest_confirmed(town, way):
    """Two claims of one concept, one of them strong or checked."""
    term = "category:movement-disorder-clinic"
    twice = [clinic for clinic in TOWN if sum(item.key == term for item in clinic.said) > 1]
    weak_and_checked = [
        clinic
        for clinic in TOWN
        if any(item.key == term and item.rank < 50 and item.checked for item in clinic.said)
    ]
    assert twice and weak_and_checked
    for strength in (0, 49, 50, 51, 100):
        found = ids_of(SearchQuery(required=(AnyOf((term,), strength),), bodywork=True), way)
        assert found == TOWN_JUDGE.carriers(term, strength)
    assert {clinic.id for clinic in weak_and_checked} <= TOWN_JUDGE.carriers(term, 100)


@settings(many, max_examples=30)
@given(query=queries(always=("verified_within_days",), most_filters=1), way=WAYS)
def test_the_day_asked_for_is_let_in_and_the_unverified_are_not(town, query, way):
    for day in (TODAY, OLDEST_FRESH_DAY, date.min):
        page = check(replace(query, verified_since=day, after=None), way)
        for hit in page.hits:
            last = TOWN_JUDGE.by_id[_id(hit)].verified_on
            assert last is not None and last >= day


def _id(hit) -> str:
    return getattr(hit.key, "within", hit.key).clinic_id


def test_a_document_that_comes_with_a_hit_is_the_clinic_s_summary(town):
    summaries = dict(Listing.objects.values_list("id", "summary"))
    for sort in ("distance", "name", "relevance", "-verified_on"):
        hits = ask(SearchQuery(Centre(*TOKYO), sort=sort, page_size=50)).hits
        assert len(hits) == 50
        for hit in hits:
            assert hit.document in (None, summaries[hit.listing_id])


class TestWords:
    """Words are plain text: what ``LIKE`` reads as wildcards is nothing but itself."""

    @pytest.mark.parametrize("character", ["%", "_", "\\"])
    @settings(many, max_examples=12)
    @given(way=WAYS)
    def test_wildcards_are_plain_characters(self, town, character, way):
        """Names are folded to letters and digits, so one with such a character is written here."""
        literal = f"青{character}葉"
        with undone():
            listing = Listing.objects.get(facility_id=UUID(TOWN[0].id))
            ListingText.objects.filter(pk=listing.pk).update(
                names=Concat(F("names"), Value(f"{literal}\n")),
                bigrams_a=ALL_BITS,
                bigrams_b=ALL_BITS,
            )
            for word in (character, literal, f"{character}葉", literal[:2]):
                question = TextQuestion(word, (TextWord(word),))
                assert ids_of(SearchQuery(text=question), way) == {TOWN[0].id}
                ranked = ask(SearchQuery(text=question, sort="relevance"), way)
                assert [_id(hit) for hit in ranked.hits] == [TOWN[0].id]
            for word in (f"青{character}{character}葉", f"x{character}"):
                question = TextQuestion(word, (TextWord(word),))
                assert ids_of(SearchQuery(text=question), way) == set()

    @settings(many, max_examples=100)
    @given(query=queries(always=("q",), most_filters=2), way=WAYS)
    def test_every_word_is_found_in_a_name_the_address_or_a_concept(self, town, query, way):
        check(query, way)


def random_hours(random: Random) -> tuple[Session, ...]:
    """Up to three sessions at any times of the day, past midnight too."""

    def clock() -> time:
        return time(random.randrange(24), random.choice([0, 0, 0, 30, 59]))

    return tuple(
        Session(
            number,
            tuple(day for day in DAYS if random.random() < 0.4) or ("sun",),
            clock(),
            clock(),
            *random.choice([(None, None), (None, None), (clock(), clock()), (None, clock())]),
        )
        for number in range(1, random.randrange(2, 5))
    )


def random_closures(random: Random) -> Closures:
    answers = ["open", "unknown", "unknown", "unknown", "closed"]
    return Closures(
        tuple(random.choice(answers) for _ in WEEKDAYS),
        tuple((week, day) for week in range(1, 6) for day in WEEKDAYS if random.random() < 0.05),
        random.choice(["open", "unknown", "closed"]),
    )


@pytest.fixture(scope="class")
def timetables(django_db_setup, django_db_blocker):
    """Clinics with random hours, and some of which nobody states any: by id, as published."""
    random = Random(20_260_607)
    with django_db_blocker.unblock(), undone():
        ids = register(
            record(
                departments=["neurology"],
                hours=random_hours(random) if number % 8 else (),
                closures=random_closures(random),
                closing_remarks=random.choice(["", "12月29日～1月3日", "8月13日 8月14日 11月23日"]),
            )
            for number in range(120)
        )
        listings = dict(Listing.objects.filter(facility__in=ids).values_list("id", "facility_id"))
        stored = {facility_id.hex: ([], []) for facility_id in ids}
        sessions = OpenSession.objects.values_list("listing", "days", "weeks", "opens", "closes")
        for listing_id, *interval in sessions.filter(listing__in=listings):
            stored[listings[listing_id].hex][0].append(OpenInterval(*interval))
        dates = ClosedDate.objects.filter(listing__in=listings)
        for listing_id, month_day in dates.values_list("listing", "month_day"):
            stored[listings[listing_id].hex][1].append(month_day)
        yield stored


SPECIAL_DAYS = [date(2026, 1, 1), date(2026, 5, 3), date(2026, 5, 6), date(2026, 8, 13)]
SPECIAL_DAYS += [date(2026, 11, 23), date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4)]
MOMENTS = st.builds(
    lambda day, hour, minute: datetime.combine(day, time(hour, minute), JAPAN),
    st.dates(date(2025, 1, 2), date(2027, 12, 1)) | st.sampled_from(SPECIAL_DAYS),
    st.integers(0, 23),
    st.sampled_from([0, 0, 1, 29, 30, 58, 59]),
)


class TestOpenAt:
    """The condition in the database against the hours read one clinic at a time."""

    @settings(many, max_examples=120)
    @given(instant=MOMENTS, way=WAYS)
    def test_open_at_finds_exactly_the_clinics_whose_hours_say_so(self, timetables, instant, way):
        moment = local_moment(instant)
        expected = {
            clinic_id for clinic_id, stated in timetables.items() if is_open(*stated, moment)
        }
        for asked in (instant, instant.astimezone(UTC)):
            assert ids_of(SearchQuery(open_at=asked), way) & timetables.keys() == expected

    def test_hours_that_nobody_states_match_nothing_however_it_is_asked(self, timetables):
        silent = {clinic_id for clinic_id, (sessions, _) in timetables.items() if not sessions}
        assert len(silent) >= 15
        monday = datetime(2026, 11, 16, tzinfo=JAPAN)
        found = set()
        for hour in range(0, 7 * 24, 2):
            found |= ids_of(SearchQuery(open_at=monday + timedelta(hours=hour)))
        found &= timetables.keys()
        assert len(found) > 60
        assert not found & silent

    def test_the_moments_of_this_test_are_rare_and_common_ones(self, timetables):
        """Both ways of finding who is open: by the terms of rare hours, and without."""
        terms = {
            key
            for (key,) in _rows(
                "SELECT key FROM clinics_term WHERE key LIKE 'open:%%' AND count > 0"
            )
        }
        assert {"open:sun-0000-0300", "open:hol-2400-2700"} <= terms


def _rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql, [])
        return cursor.fetchall()


def address(asked: Values) -> list[tuple[str, str]]:
    """The parameters of a question as pairs of a query string."""
    plain = ("sort", "page_size", "count", "evidence", "kind", "prefecture", "municipality")
    plain += ("second_opinion", "accepts_new_patients", "verified_within_days", "q")
    pairs = [(name, str(asked[name])) for name in plain if name in asked]
    pairs += [(name, f"{asked[name]:.15f}") for name in ("lat", "lng") if name in asked]
    pairs += [(name, f"{asked[name]:.6f}") for name in ("radius_km",) if name in asked]
    if "bbox" in asked:
        box = asked["bbox"]
        edges = (box.west, box.south, box.east, box.north)
        pairs.append(("bbox", ",".join(f"{edge:.12f}" for edge in edges)))
    if "open_at" in asked:
        pairs.append(("open_at", asked["open_at"].isoformat()))
    return pairs + [
        (scheme, ",".join(slugs)) for scheme in SCHEMES for slugs in asked.get(scheme, ())
    ]


SPOKEN = st.sampled_from(
    ["青葉", "あおば クリニック", "桜神経内科", "neurology sakura", "東京都 ﾘﾊﾋﾞﾘ", "１－１１"]
)


@settings(many, max_examples=60)
@given(asked=values(), spoken=SPOKEN)
def test_the_same_over_http(town, asked, spoken):
    """Every parameter, as it stands in a URL; the words are read as they are written."""
    if "q" in asked:
        asked["q"] = spoken
    if "bbox" in asked:
        box = asked["bbox"]
        edges = {name: round(getattr(box, name), 12) for name in ("west", "south", "east", "north")}
        asked["bbox"] = replace(box, **edges)
    if "radius_km" in asked:
        asked["radius_km"] = max(round(asked["radius_km"], 6), 0.001)
    meant = dict(asked)
    if "q" in asked:
        meant["q"] = read_text(spoken)
    query = query_of(meant)
    with transaction.atomic(), USUAL.taken():
        parameters: dict[str, list[str]] = {}
        for name, text in address(asked):
            parameters.setdefault(name, []).append(text)
        response = Client().get("/api/v1/clinics", parameters)
        page = search(query)
    assert response.status_code == 200, response.content
    body = response.json()
    check_page(TOWN_JUDGE, query, page, OLDEST_FRESH_DAY, TOWN_COUNT_LIMIT)
    assert [UUID(hit["clinic"]["id"]).hex for hit in body["results"]] == [
        _id(hit) for hit in page.hits
    ]
    assert (body["next"] is not None) == page.more
    assert (body.get("count"), body.get("count_exact", False)) == (page.count, page.count_exact)
