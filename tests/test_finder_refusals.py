"""The search page where something is wrong, or nothing is found: words, and ways out that lead out."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from clinics.models import Concept
from finder.slugs import KNOWN_SLUGS
from finder.web.form_body import FORM
from finder.web.refusals import CODES
from tests.catalogue import record, register
from tests.places import place
from tests.searching import TOKYO, link_to, names, post, text_of

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('1')</script>\"'"
FINDER = Path(__file__).parent.parent / "finder"


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


@pytest.mark.parametrize(("path", "words"), [("/", "現在地をアドレス"), ("/en", "does not belong")])
@pytest.mark.parametrize("name", ["lat", "lng", "bbox"])
def test_a_position_in_an_address_is_refused_in_words_and_not_repeated(
    client: Client, path: str, words: str, name: str
) -> None:
    for response in (client.get(path, {name: "35.4321"}), client.post(f"{path}?{name}=35.4321")):
        assert response.status_code == 400
        assert words in text_of(response)
        assert "35.4321" not in response.content.decode()


def test_a_number_without_a_further_page_is_refused(client: Client, neighbours: list[Any]) -> None:
    response = client.get("/en", {"need": "neurology", "start": "21"})
    assert response.status_code == 400
    assert "Only a further page" in text_of(response)
    assert names(client.get(link_to(response, "data-search")))[0] == "北01"


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


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"kind": "lodge"}, "Hospital / Clinic"),
        ({"prefecture": "99"}, "Tokyo"),
        ({"second_opinion": "perhaps"}, "Second opinion in writing"),
        ({"sort": "price"}, "Nearest first"),
        ({"need": "lunch"}, "A second opinion"),
        ({"kind": ["clinic", "hospital"]}, "once is accepted"),
    ],
)
def test_a_choice_that_there_is_not_is_refused_with_those_there_are(
    client: Client, neighbours: list[Any], question: dict[str, Any], words: str
) -> None:
    response = client.get("/en", question | {"q": "北"})
    assert response.status_code == 400 and words in text_of(response)
    found = client.get(link_to(response, "button quiet"))
    assert found.status_code == 200 and names(found)


def test_a_need_whose_concept_is_gone_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Concept.objects.filter(scheme="category", slug="dystonia-clinic").delete()
    monkeypatch.setattr(KNOWN_SLUGS, "_by_scheme", {})
    response = client.get("/en", {"need": "dystonia"})
    assert response.status_code == 400 and "“dystonia-clinic” cannot" in text_of(response)


def test_no_farther_search_is_promised_than_finds_something(
    client: Client, neighbours: list[Any]
) -> None:
    """The nearest of them is 1.1 km away, the twenty-fifth 27.8 km."""
    far = {"q": "北25", "place": "東京駅", "radius_km": "5"}
    response = client.get("/en", far)
    assert "Look up to 50 km away" in text_of(response)
    assert names(client.get(link_to(response, "radius_km=50"))) == ["北25"]
    nowhere = client.get("/en", far | {"category": "orthopaedics"})
    assert "Look up to" not in text_of(nowhere)


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
