"""The search page: what people ask, in their words, and what they are told."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinics.hours import Day, Session
from clinics.models import Concept
from finder.web.form_body import FORM
from finder.web.needs import NEEDS
from finder.web.refusals import CODES
from tests.catalogue import claim, clinic, record, register
from tests.places import place

pytestmark = pytest.mark.django_db

FINDER = Path(__file__).parent.parent / "finder"

WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
MORNING = Session(1, WORKDAYS, time(9), time(12))
# A Wednesday, ten in the morning in Japan.
WEDNESDAY = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
TOKYO = {"lat": "35.6812", "lng": "139.7671"}
HOSTILE = "<script>alert('1')</script>\"'"


@pytest.fixture
def tokyo() -> None:
    place("station", "東京", 35.6812, 139.7671, prefecture="13", lines=9, name_en="Tokyo")


@pytest.fixture
def neighbours(tokyo: None) -> list[Any]:
    """Twenty-five neurology clinics ever farther north of Tokyo's station; every fifth a hospital."""
    return register(
        record(35.6812 + 0.01 * number, 139.7671, name=f"北{number:02}", departments=("neurology",))
        for number in range(1, 26)
    )


def post(client: Client, path: str, fields: dict[str, str]) -> Any:
    """What a browser sends of a form."""
    return client.post(path, urlencode(fields), content_type=FORM)


def text_of(response: HttpResponse) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def names(response: HttpResponse) -> list[str]:
    links = re.findall(r'<h3><a href="[^"]+">(.*?)</a></h3>', response.content.decode())
    return [re.sub(r"<[^>]+>", "", link) for link in links]


def link_to(response: HttpResponse, mark: str) -> str:
    """The address of the first link whose tag holds a mark."""
    tags = re.findall(r"<a [^>]*>", response.content.decode())
    tag = next(tag for tag in tags if mark in tag)
    found = re.search(r'href="([^"]*)"', tag)
    assert found
    return unescape(found[1])


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


@pytest.mark.parametrize(("path", "words"), [("/", "現在地をアドレス"), ("/en", "does not belong")])
@pytest.mark.parametrize("name", ["lat", "lng", "bbox"])
def test_a_position_in_an_address_is_refused_in_words_and_not_repeated(
    client: Client, path: str, words: str, name: str
) -> None:
    for response in (client.get(path, {name: "35.4321"}), client.post(f"{path}?{name}=35.4321")):
        assert response.status_code == 400
        assert words in text_of(response)
        assert "35.4321" not in response.content.decode()


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


def test_a_number_without_a_further_page_is_refused(client: Client, neighbours: list[Any]) -> None:
    response = client.get("/en", {"need": "neurology", "start": "21"})
    assert response.status_code == 400
    assert "Only a further page" in text_of(response)
    assert names(client.get(link_to(response, "data-search")))[0] == "北01"


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
        r'<input type="checkbox" name="(category|kind|prefecture)" value="([^"]+)"[^>]*>'
        r'<span>[^<]*<span class="count">(\d+)',
        body,
    )
    assert len(choices) >= 3
    for name, value, count in choices:
        found = client.get("/en", {"place": "東京駅", "need": "neurology", name: value})
        heading = re.search(r"<h2>(\d+) clinic", found.content.decode())
        assert heading and heading[1] == count, (name, value)


def test_where_nothing_is_found_each_way_out_gives_what_it_promises(
    client: Client, neighbours: list[Any]
) -> None:
    question = {"place": "東京駅", "category": "orthopaedics", "radius_km": "5"}
    response = client.get("/en", question)
    page = response.content.decode()
    assert "No clinic matches" in page
    promised = re.findall(r'href="([^"]+)">Without “[^<]*”: (\d+)', page)
    assert promised == [("/en?place=%E6%9D%B1%E4%BA%AC%E9%A7%85&amp;radius_km=5", "4")]
    assert len(names(client.get(unescape(promised[0][0])))) == 4
    near = client.get("/en", {"place": "東京駅", "category": "neurology", "radius_km": "0.5"})
    assert "The nearest one outside" in text_of(near) and "1.1 km" in text_of(near)
    assert "Look up to 10 km away" in text_of(near)


def test_a_place_of_several_meanings_is_asked_back(client: Client) -> None:
    place("prefecture", "東京都", 35.6895, 139.6917, prefecture="13")
    place("prefecture", "広島県", 34.3966, 132.4596, prefecture="34")
    place("municipality", "府中市", 35.67, 139.48, prefecture="13", municipality_code="13206")
    place("municipality", "府中市", 34.57, 133.24, prefecture="34", municipality_code="34208")
    response = client.get("/en", {"place": "府中市", "need": "neurology"})
    assert response.status_code == 400
    assert "Several places are called “府中市”" in text_of(response)
    assert 'aria-invalid="true"' in response.content.decode()
    chosen = link_to(response, "button quiet")
    assert parse_qs(urlsplit(chosen).query)["need"] == ["neurology"]
    assert client.get(chosen).status_code == 200


REFUSED = [
    ({"place": "どこにもない"}, "unknown-place"),
    ({"place": "東" * 101}, "too-long"),
    ({"page": "2"}, "unknown-parameter"),
    ({"format": "csv"}, "unknown-parameter"),
    ({"need": "lunch"}, "unknown-value"),
    ({"sport": "runing"}, "unknown-slug"),
    ({"kind": ["clinic", "hospital"]}, "repeated-parameter"),
    ({"category": [f"neurology,neurology{n}" for n in range(21)]}, "too-many"),
    ({"radius_km": "5"}, "needs-centre"),
    ({"evidence": "documented", "q": "北"}, "needs-concept"),
    ({"need": "neurology", "radius_km": "far", "place": "東京駅"}, "not-a-number"),
    ({"need": "neurology", "radius_km": "5000", "place": "東京駅"}, "out-of-range"),
    ({"open_at": "noon"}, "not-an-instant"),
    ({"municipality": "1"}, "not-a-code"),
    ({"q": "、。"}, "not-searchable"),
    ({"need": "neurology", "cursor": "x"}, "invalid-cursor"),
    ({"need": "neurology", "cursor": "x", "start": "0"}, "not-a-number"),
    ({"q": "a\x00b"}, "control-character"),
]


def test_every_code_of_the_reader_has_words_or_says_what_is_accepted() -> None:
    found = set()
    for module in ("fields", "questions", "cursors"):
        source = (FINDER / f"{module}.py").read_text()
        found |= set(re.findall(r'refusal\(\s*"([a-z-]+)"', source))
        found |= set(re.findall(r'ParameterError\(\s*[^,()]+,\s*"([a-z-]+)"', source))
    told_by_what_is_accepted = {
        "blank", "control-character", "not-a-box", "not-a-code", "not-a-number", "not-an-instant",
        "out-of-order", "out-of-range", "swapped-coordinates", "too-long",
    }  # fmt: skip
    assert len(found) > 15
    assert found - set(CODES) == told_by_what_is_accepted


@pytest.mark.parametrize(("question", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_whatever_is_wrong_is_said_in_the_language_of_the_page(
    client: Client, tokyo: None, question: dict[str, Any], code: str
) -> None:
    for path, japanese in (("/", True), ("/en", False)):
        response = client.get(path, question)
        assert response.status_code == 400
        assert response["Cache-Control"] == "no-store"
        body = response.content.decode()
        notice = re.search(r'<section class="notice warn" role="alert".*?</section>', body, re.S)
        assert notice
        said = unescape(re.sub(r"<[^>]+>", " ", notice[0]))
        assert bool(re.search("[ぁ-ん]", said.replace("どこにもない", ""))) == japanese, said
        if code in CODES:
            assert "does not fit" not in said and "使えません" not in said.replace("選べません", "")


def test_a_position_that_is_none_is_refused_in_words(client: Client) -> None:
    for body in ({"lat": "35"}, {"lat": "135", "lng": "35"}, TOKYO | {"bbox": "1,2,3"}):
        response = post(client, "/en", body)
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()


def test_hostile_words_stay_words(client: Client, tokyo: None) -> None:
    register([record(35.7, 139.7, name=f"北{HOSTILE}", departments=("neurology",))])
    for question in ({"q": HOSTILE}, {"place": HOSTILE}, {HOSTILE: "1"}, {"q": "北"}):
        assert "<script>alert" not in client.get("/", question).content.decode()


def test_what_is_shared_is_the_question_alone(client: Client, neighbours: list[Any]) -> None:
    body = post(client, "/en", TOKYO | {"need": "neurology"}).content.decode()
    assert 'href="http://testserver/en?need=neurology">Link to this search' in body


def test_head_and_options_are_answered(client: Client) -> None:
    assert client.head("/").status_code == 200
    assert "POST" in client.options("/")["Allow"]
    assert client.put("/").status_code == 405


@pytest.fixture
def queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as captured:
        yield captured


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


WAYS_OUT: list[dict[str, str]] = [
    {"need": "neurology", "category": "orthopaedics", "prefecture": "tokyo"},
    {"need": "neurology", "category": "neurosurgery", "place": "東京駅"},
    {"need": "dystonia", "evidence": "confirmed"},
    {"need": "second-opinion", "second_opinion": "online", "prefecture": "tokyo"},
    {"category": "dystonia-clinic", "evidence": "documented", "place": "東京駅"},
]


@pytest.mark.parametrize("question", WAYS_OUT, ids=map(str, range(len(WAYS_OUT))))
def test_each_way_out_is_taken_and_gives_what_it_promises(
    client: Client, neighbours: list[Any], question: dict[str, str]
) -> None:
    response = client.get("/en", question)
    promised = re.findall(r'href="([^"]+)">Without “[^<]*”: (\d+)', response.content.decode())
    assert promised
    for address, count in promised:
        found = client.get(unescape(address))
        heading = re.search(r"<h2>(\d+) clinic", found.content.decode())
        assert heading and heading[1] == count, address


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


def test_what_was_right_is_kept_where_something_was_wrong(
    client: Client, neighbours: list[Any]
) -> None:
    page = client.get(
        "/en", {"place": "nowhere at all", "sport": "golf", "q": "北", "radius_km": "5"}
    ).content.decode()
    form = page.partition('id="search"')[2].partition("</form>")[0]
    for name, value in (("sport", "golf"), ("q", "北"), ("radius_km", "5")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in form
    assert 'value="nowhere at all"' in form


@pytest.mark.parametrize(
    ("question", "words", "address"),
    [
        ({"sport": "marathon,distance-runing"}, "“distance-runing” cannot", "sport=marathon,distance-running"),
        ({"need": "neurolgy"}, "Neurology near me", "need=neurology"),
        ({"radius_km": "5", "category": "neurology"}, "Search without it", "category=neurology"),
        ({"open_at": "2026-11-24T10:00:00 09:00"}, "2026-11-24T10:00:00+09:00",
         "open_at=2026-11-24T10:00:00%2B09:00"),
        ({"category": "neurology", "cursor": "x"}, "First page", "category=neurology"),
    ],
)  # fmt: skip
def test_a_way_out_of_a_refusal_leads_out(
    client: Client, neighbours: list[Any], question: dict[str, str], words: str, address: str
) -> None:
    response = client.get("/en", question)
    assert response.status_code == 400 and words in text_of(response)
    way = link_to(response, "button quiet")
    assert urlsplit(way).query == address
    assert client.get(way).status_code == 200


def test_no_name_of_a_parameter_stands_in_a_refusal(client: Client) -> None:
    for name in ("accepts_new_patients", "second_opinion", "verified_within_days", "evidence"):
        said = text_of(client.get("/", {name: "perhaps", "q": "北"}))
        assert name not in said.partition("この条件では検索できませんでした")[2][:300]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"lat": 35.6812, "lng": 139.7671}', "application/json", 415),
        ("lat=35.6812&lng=%ff", FORM, 400),
        (f"q={'x' * 9_000}", FORM, 413),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_words(
    client: Client, body: str, kind: str, status: int
) -> None:
    response = client.post("/en", body, content_type=kind)
    assert response.status_code == status
    assert "could not be read" in text_of(response) and "35.6812" not in text_of(response)


def test_nothing_stands_in_the_address_of_what_is_posted(client: Client) -> None:
    response = client.post("/en?need=neurology", urlencode(TOKYO), content_type=FORM)
    assert response.status_code == 400 and "takes no parameters" in text_of(response)


def test_where_nobody_states_hours_what_is_open_is_explained(
    client: Client, neighbours: list[Any]
) -> None:
    page = text_of(client.get("/en", {"place": "東京駅", "open_at": "now"}))
    assert "No clinic matches" in page and "unknown, not closed" in page


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
