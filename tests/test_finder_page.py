"""The search page: what people ask, in their words, and what they are told."""

import re
from datetime import UTC, date, datetime, time
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from clinics.hours import Day, Session
from clinics.models import Concept
from finder.web.needs import NEEDS
from tests.catalogue import claim, clinic, record, register
from tests.searching import TOKYO, link_to, names, post, text_of

pytestmark = pytest.mark.django_db

WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
MORNING = Session(1, WORKDAYS, time(9), time(12))
# A Wednesday, ten in the morning in Japan.
WEDNESDAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def test_every_need_finds_clinics_in_the_catalogue_that_comes_with_the_project(
    client: Client,
) -> None:
    call_command("load_starter", verbosity=0)
    for slug in NEEDS:
        for prefix in ("/", "/en"):
            response = client.get(prefix, {"need": slug})
            assert response.status_code == 200, slug
            assert names(response), slug
            assert str(response.cookies) == ""


def test_without_a_question_there_is_none(client: Client) -> None:
    for question in ({}, {"place": " ", "need": "", "q": ""}):
        response = client.get("/", question)
        assert response.status_code == 200 and not names(response)
        assert 'name="need"' in response.content.decode()


def test_who_names_nothing_and_chooses_nothing_sees_all_there_is(
    client: Client, neighbours: list[Any]
) -> None:
    response = client.get("/en", {"place": "", "need": "any"})
    assert len(names(response)) == 20 and "25 clinics" in text_of(response)
    assert 'value="any" checked' in response.content.decode()
    assert 'value="any" checked' in client.get("/en").content.decode()


def test_of_what_is_only_once_true_only_one_is_offered(
    client: Client, neighbours: list[Any]
) -> None:
    body = client.get("/en", {"prefecture": "13"}).content.decode()
    for name in ("kind", "prefecture"):
        assert f'<select id="{name}" name="{name}">' in body
        assert f'type="checkbox" name="{name}"' not in body
    chosen = re.search(r'<option value="([^"]+)" selected>(Tokyo \(\d+\))', body)
    assert chosen and chosen.groups() == ("tokyo", "Tokyo (25)")
    assert "</span>Tokyo <span" in body.partition("Chosen filters")[2]


def test_what_is_chosen_is_called_in_words(client: Client, neighbours: list[Any]) -> None:
    asked = {
        "open_at": "2026-11-25t09:54:00z",
        "verified_within_days": "30",
        "municipality": "13113",
    }
    page = text_of(client.get("/en", asked)).partition("Filters and order")
    for part in (page[0], page[2]):
        assert "Open at 2026-11-25 18:54" in part
    assert "Checked within 30 days" in page[0] and "Municipality 13113" in page[0]


def test_boxes_of_one_name_mean_any_of_them(client: Client, tokyo: None) -> None:
    register(
        record(35.7, 139.7 + n / 100, name=slug, departments=(slug,))
        for n, slug in enumerate(("neurology", "neurosurgery", "orthopaedics"))
    )
    response = client.get("/", {"category": ["neurology", "orthopaedics"], "place": ""})
    assert set(names(response)) == {"neurology", "orthopaedics"}
    api = client.get(link_to(response, "/api/v1/clinics")).json()
    assert {hit["clinic"]["name"] for hit in api["results"]} == {"neurology", "orthopaedics"}


def test_what_is_chosen_besides_goes_before_the_need(client: Client) -> None:
    register(
        record(35.7, 139.7, name=slug, departments=(slug,))
        for slug in ("neurology", "orthopaedics")
    )
    assert names(client.get("/", {"need": "neurology"})) == ["neurology"]
    response = client.get("/", {"need": "neurology", "category": "orthopaedics"})
    assert names(response) == ["orthopaedics"]


def test_a_position_in_a_body_is_answered_nearest_first_and_kept_by_no_cache(
    client: Client, neighbours: list[Any]
) -> None:
    response = post(client, "/en", TOKYO)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert names(response)[:2] == ["北01", "北02"]
    assert "1.1 km" in text_of(response) and "to the north" in text_of(response)
    links = re.findall(r'href="([^"]*)"', response.content.decode())
    # A cursor holds the distance to a clinic; a few of them, or many tries, give the position.
    assert not [link for link in links if "35.6812" in link or "lat=" in link or "cursor" in link]
    assert 'rel="next"' in response.content.decode()
    further = dict(re.findall(r'data-(cursor|start)="([^"]+)"', response.content.decode()))
    assert names(post(client, "/en", TOKYO | further)) == [f"北{n}" for n in range(21, 26)]
    assert client.get("/en", further).status_code == 400
    assert str(response.cookies) == ""


def test_a_page_that_tells_nothing_of_its_reader_may_be_kept(client: Client) -> None:
    assert client.get("/", {"need": "neurology"})["Cache-Control"] == "no-cache"
    assert client.get("/", {"q": "北"})["Cache-Control"] == "private, no-store"


def test_the_second_page_goes_on_in_number_and_order(client: Client, neighbours: list[Any]) -> None:
    first = client.get("/", {"place": "東京駅", "need": "neurology"})
    assert names(first) == [f"北{n:02}" for n in range(1, 21)]
    second = client.get(link_to(first, 'rel="next"'))
    assert names(second) == [f"北{n:02}" for n in range(21, 26)]
    body = second.content.decode()
    assert 'id="hit-21"' in body and 'start="21"' in body and 'rel="next"' not in body
    assert names(client.get(link_to(second, "data-search"))) == names(first)


def test_a_search_for_what_is_open_goes_on_at_the_instant_it_began(
    client: Client, tokyo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_day: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol")
    always = Session(1, every_day, time(0), time(0))
    register(
        record(35.69 + n / 100, 139.77, departments=("neurology",), hours=(always,))
        for n in range(22)
    )
    first = client.get("/", {"place": "東京駅", "open_at": "now"})
    further = link_to(first, 'rel="next"')
    assert parse_qs(urlsplit(further).query)["open_at"] != ["now"]
    assert len(names(client.get(further))) == 2


def test_hours_that_nobody_states_are_not_called_closed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: WEDNESDAY)
    register(
        [
            record(35.7, 139.7, name="開", departments=("neurology",), hours=(MORNING,)),
            record(35.7, 139.7, name="不明", departments=("neurology",)),
        ]
    )
    page = text_of(client.get("/en", {"q": "不明"}))
    assert "Hours unknown" in page and "losed" not in page.partition("Hours unknown")[2][:200]
    assert re.search(r"Open by its stated hours\s+until 12:00", text_of(client.get("/en?q=開")))


def test_what_sources_say_of_athletes_is_shown_with_strength_source_and_dates(
    client: Client,
) -> None:
    one = clinic()
    press = Concept.objects.get(scheme="evidence", slug="press-report")
    claim(one, "sport:marathon", strength=press)
    page = text_of(client.get("/en", {"sport": "marathon"}))
    assert "Marathon" in page
    assert "Press report only" in page and "weak evidence" in page
    assert "not yet checked" in page
    assert "根拠が弱い" in text_of(client.get("/", {"sport": "marathon"}))


def test_each_count_is_what_choosing_it_gives(client: Client, neighbours: list[Any]) -> None:
    register([record(35.7, 139.8, name="整", departments=("orthopaedics", "neurology"))])
    response = client.get("/en", {"place": "東京駅", "need": "neurology"})
    body = response.content.decode()
    choices = re.findall(
        r'<input type="checkbox" name="(category)" value="([^"]+)"[^>]*>'
        r'<span>[^<]*<span class="count">(\d+)',
        body,
    )
    for name in ("kind", "prefecture"):
        options = body.partition(f'<select id="{name}"')[2].partition("</select>")[0]
        counted = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)', options)
        choices += [(name, value, count) for value, count in counted]
    assert {name for name, _, _ in choices} == {"category", "kind", "prefecture"}
    for name, value, count in choices:
        found = client.get("/en", {"place": "東京駅", "need": "neurology", name: value})
        heading = re.search(r"<h2>(\d+) clinic", found.content.decode())
        assert heading and heading[1] == count, (name, value)


def test_what_is_shared_is_the_question_alone(client: Client, neighbours: list[Any]) -> None:
    body = post(client, "/en", TOKYO | {"need": "neurology"}).content.decode()
    assert 'href="http://testserver/en?need=neurology">Link to this search' in body


def test_head_and_options_are_answered(client: Client) -> None:
    assert client.head("/").status_code == 200
    assert "POST" in client.options("/")["Allow"]
    assert client.put("/").status_code == 405


def test_a_page_of_results_takes_few_statements(
    client: Client, neighbours: list[Any], django_assert_max_num_queries: Any
) -> None:
    """Two for the place and its prefectures; three for the search (plan, hits, count); the whole
    documents, the hours and the closed days; the labels; of the facets the plans and the counts."""
    address = "/?place=東京駅&need=neurology"
    client.get(address)
    with django_assert_max_num_queries(16):
        client.get(address)


def apply_filters(client: Client, response: Any, path: str, without: str = "") -> Any:
    """Send the form of the filters as it stands, with the boxes of one name unticked."""
    form = re.search(r'<form id="filters".*?</form>', response.content.decode(), re.S)
    assert form
    fields = re.findall(
        r'<input type="(?:hidden|checkbox)" name="(\w+)" value="([^"]*)"( checked)?', form[0]
    )
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    ticked = [(name, value) for name, value, on in fields if on and name != without]
    selected = re.findall(
        r'<select id="\w+" name="(\w+)">(?:(?!</select>).)*?<option value="([^"]+)" selected',
        form[0],
        re.S,
    )
    pairs = [(name, unescape(value)) for name, value in (*hidden, *ticked, *selected)]
    return client.get(path, urlencode(pairs) and dict(_gathered(pairs)))


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_what_a_need_ticks_stays_the_need_and_can_be_unticked(
    client: Client, neighbours: list[Any]
) -> None:
    register([record(35.69, 139.77, name="整", departments=("orthopaedics",))])
    first = client.get("/en", {"place": "東京駅", "need": "neurology"})
    again = apply_filters(client, first, "/en")
    assert names(again) == names(first)
    assert 'value="neurology" checked' in again.content.decode().partition("</form>")[0]
    unticked = apply_filters(client, first, "/en", without="category")
    assert names(unticked)[0] == "整"


def test_a_need_is_a_filter_that_can_be_taken_away(client: Client, neighbours: list[Any]) -> None:
    register([record(35.69, 139.77, name="整", departments=("orthopaedics",))])
    response = client.get("/en", {"place": "東京駅", "need": "neurology"})
    assert "Neurology near me" in text_of(response)
    assert names(client.get(link_to(response, 'class="chip"')))[0] == "整"


def test_what_needs_a_concept_goes_with_the_last_of_them(
    client: Client, neighbours: list[Any]
) -> None:
    response = client.get(
        "/en", {"category": "neurology", "evidence": "documented", "place": "東京駅"}
    )
    for tag in re.findall(r'<a class="chip[^>]*>', response.content.decode()):
        address = re.search(r'href="([^"]+)"', tag)
        assert address and client.get(unescape(address[1])).status_code == 200


def test_links_for_others_can_be_asked_by_others(client: Client, neighbours: list[Any]) -> None:
    asked = TOKYO | {"category": "neurology", "radius_km": "20", "sort": "distance"}
    response = post(client, "/en", asked)
    shared = re.search(r'href="http://testserver([^"]+)">Link to', response.content.decode())
    assert shared and client.get(unescape(shared[1])).status_code == 200
    api = client.get(link_to(response, "/api/v1/clinics"))
    assert api.status_code == 200 and len(api.json()["results"]) == 20
    assert dict(parse_qsl(urlsplit(unescape(shared[1])).query)) == {"category": "neurology"}


def test_evidence_that_has_expired_says_so(client: Client) -> None:
    one = clinic()
    claim(one, "sport:marathon", expires_on=date(2026, 1, 1))
    assert "out of date" in text_of(client.get("/en", {"sport": "marathon"}))


@pytest.mark.parametrize(
    ("question", "most"),
    [
        ({"need": "fails-when-running"}, 20),
        ({"need": "knows-runners"}, 20),
        ({"q": "北"}, 14),
        ({"place": "東京駅", "category": "orthopaedics", "radius_km": "5"}, 24),
        ({"place": "nowhere"}, 4),
        ({}, 0),
    ],
    ids=["by relevance", "of a sport", "words", "nothing found", "refused", "landing"],
)
def test_pages_take_so_many_statements(
    client: Client,
    neighbours: list[Any],
    django_assert_max_num_queries: Any,
    question: dict[str, str],
    most: int,
) -> None:
    """By relevance the tiers are walked one by one; each scheme with a filter of its own is counted
    without it; where nothing is found each filter's way out is counted, too."""
    client.get("/", question)
    with django_assert_max_num_queries(most):
        client.get("/", question)
