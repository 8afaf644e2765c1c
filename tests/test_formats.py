"""JSON, GeoJSON and CSV: the same clinics in each, negotiated, linked and cached as the RFCs say."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client, RequestFactory
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finder.api import clinic_search, whole_answer
from finder.api.caching import holds_searcher
from finder.api.clinic_search import NOT_WITH_CSV
from finder.api.formats.csv import BrokenOff, csv_lines, neutralised
from finder.api.formats.geojson import Position, bounding_box
from finder.api.formats.hits import hit_fields
from finder.api.search_head import following_address
from finder.parameters import SearchParameters
from finder.query import Hit, NameKey, NearestKey, Opening, Page, SearchQuery
from finder.questions import Asked
from tests.catalogue import claim, clinic, record, register
from tests.contract import codes, conforms, openapi_document, problem_of

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/clinics"
TOKYO = "lat=35.6812&lng=139.7671"
MEDIA_TYPES = {"json": "application/json", "geojson": "application/geo+json", "csv": "text/csv"}
QUESTIONS = [
    "",
    TOKYO,
    f"{TOKYO}&radius_km=300",
    f"{TOKYO}&sort=name",
    "sport=golf",
    "sport=marathon",
]
JAPAN = timezone(timedelta(hours=9))


@pytest.fixture
def town() -> list[str]:
    """Clinics here and there, on both sides of the antimeridian, and one nobody can place."""
    spots = [(35.6812, 139.7671 + step / 50) for step in range(7)]
    spots += [(-16.8, 179.9), (-16.9, -179.8), (None, None)]
    ids = register(
        record(*spot, name=f"医院{number}", departments=["neurology"])
        for number, spot in enumerate(spots)
    )
    for clinic_id in ids[::2]:
        claim(clinic_id, "sport:golf")
    return [str(clinic_id) for clinic_id in ids]


def get(client: Client, query: str, accept: str | None = None, **headers: str) -> HttpResponse:
    if accept is not None:
        headers["Accept"] = accept
    return client.get(f"{SEARCH}?{query}", headers=headers)


def text_of(response: HttpResponse) -> str:
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def rows_of(response: HttpResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(text_of(response), newline=""), strict=True))


def ids_page_by_page(client: Client, query: str, form: str) -> list[str]:
    """The ids of every page, by the links of the header."""
    link: str | None = f"{SEARCH}?{query}&page_size=3&format={form}"
    found = []
    while link:
        response = client.get(link)
        body = response.json()
        if form == "json":
            found += [hit["clinic"]["id"] for hit in body["results"]]
        else:
            found += [feature["id"] for feature in body["features"]]
        header = re.fullmatch(r'<([^>]*)>; rel="next"', response.get("Link", ""))
        link = header and header[1]
        assert link == body["next"]
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_form_gives_the_same_clinics_in_the_same_order(
    client: Client, town: list[str], question: str
) -> None:
    expected = ids_page_by_page(client, question, "json")
    assert ids_page_by_page(client, question, "geojson") == expected
    rows = rows_of(get(client, f"{question}&format=csv"))
    assert [row["id"] for row in rows] == expected
    if "radius" not in question and "sport" not in question and "lat" not in question:
        assert sorted(expected) == sorted(town)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("APPLICATION/GEO+JSON", "application/geo+json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;header=present", "text/csv"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("application/json;q=0.5, text/csv;q=0.6", "text/csv"),
        ("application/geo+json, application/json;q=0.999", "application/geo+json"),
        ("text/csv, */*", "text/csv"),
        ("text/csv;q=0.1, */*;q=0.2", "application/json"),
        ("application/json;q=0, */*", "application/geo+json"),
        ("application/*;q=0, */*", "text/csv"),
        ("application/*;q=0.3, application/json;q=0.1, text/csv;q=0.2", "application/geo+json"),
        ("text/csv;q=0.000, application/json;q=0.001", "application/json"),
    ],
)
def test_accept_chooses_the_form(
    client: Client, town: list[str], accept: str | None, media_type: str
) -> None:
    response = get(client, TOKYO, accept)
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == media_type


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "text/csv;q=0, text/*;q=0", "*", "x", "*/*;q=0"]
)
def test_where_nothing_is_acceptable_the_refusal_names_what_there_is(
    client: Client, accept: str
) -> None:
    detail = problem_of(get(client, TOKYO, accept), 406)["detail"]
    assert all(media_type in detail for media_type in MEDIA_TYPES.values())


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_the_parameter_wins_over_accept(client: Client, form: str) -> None:
    for accept in ("text/html", "text/csv", "application/json"):
        response = get(client, f"format={form}", accept)
        assert response["Content-Type"].split(";")[0] == MEDIA_TYPES[form]


@pytest.mark.parametrize("accept", MEDIA_TYPES.values())
def test_a_refusal_is_a_problem_document_whatever_the_form(client: Client, accept: str) -> None:
    assert codes(problem_of(get(client, "ltd=1", accept), 400)) == {"ltd": "unknown-parameter"}
    assert codes(problem_of(get(client, "format=xml"), 400)) == {"format": "unknown-value"}


@pytest.mark.parametrize("query", ["", TOKYO, "ltd=1", "format=csv"])
@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/html"])
def test_every_answer_of_a_search_varies_by_accept(client: Client, query: str, accept: str) -> None:
    assert "accept" in get(client, query, accept)["Vary"].lower().split(", ")


@pytest.mark.parametrize("query", ["", TOKYO, "sport=golf"])
@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_head_has_the_headers_of_get(
    client: Client, town: list[str], form: str, query: str
) -> None:
    address = f"{SEARCH}?{query}&format={form}"
    head, whole = client.head(address), client.get(address)
    assert dict(head.items()) == dict(whole.items())
    assert head.status_code == 200
    assert (b"".join(head) if head.streaming else head.content) == b""  # type: ignore[attr-defined]


def test_head_of_a_csv_reads_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a search was made")

    monkeypatch.setattr(whole_answer, "search", never)
    assert client.head(f"{SEARCH}?format=csv").status_code == 200
    problem_of(client.get(f"{SEARCH}?format=csv&page_size=3"), 400)


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_a_question_without_a_searcher_answers_304_until_the_answer_changes(
    client: Client, town: list[str], form: str
) -> None:
    query = f"sport=golf&format={form}"
    first = get(client, query)
    assert first["Cache-Control"] == "no-cache"
    again = get(client, query, **{"If-None-Match": f'"x", W/{first["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again[name] == first[name]
    claim(UUID(town[1]), "sport:golf")
    assert get(client, query, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_two_forms_of_an_answer_have_different_entity_tags(client: Client, town: list[str]) -> None:
    tags = {get(client, "", accept)["ETag"] for accept in list(MEDIA_TYPES.values())[:2]}
    assert len(tags) == 2


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_what_is_asked_from_a_position_is_kept_by_no_cache(client: Client, form: str) -> None:
    response = get(client, f"{TOKYO}&format={form}", **{"If-None-Match": "*"})
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in response


@pytest.mark.parametrize(
    "name", ["lat", "place", "bbox", "q", "municipality", "open_at", "a parameter of tomorrow"]
)
def test_where_and_in_which_words_is_the_searchers_own(name: str) -> None:
    assert holds_searcher(Asked({"sport": (("golf",),), name: "x"}, SearchQuery()))


def test_filters_paging_and_form_tell_nothing_of_a_searcher() -> None:
    own = {"lat", "lng", "radius_km", "place", "bbox", "q", "municipality", "open_at"}
    rest = {name: "x" for name in SearchParameters.base_filters if name not in own}
    assert {"sport", "cursor", "format"} <= rest.keys()
    assert not holds_searcher(Asked(rest, SearchQuery()))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5))
@example([("place", '渋谷駅 "前"'), ("q", "<a>; rel=x, &b=c%20+d")])
@example([("cursor", "old"), ("sport", "golf"), ("cursor", "older")])
@example([])
def test_the_link_asks_the_same_question_further_on(pairs: list[tuple[str, str]]) -> None:
    asked = QueryDict(mutable=True)
    for name, text in pairs:
        asked.appendlist(name, text)
    request = RequestFactory(SERVER_NAME="localhost").get(f"{SEARCH}?{asked.urlencode()}")
    check_link(request, asked)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5))
@example([("c%75rsor", "old"), ("sport", "golf")])
@example([("place", "渋谷駅")])
@example([("q", '">; rel="x')])
def test_a_question_that_was_not_quoted_is_linked_safely(pairs: list[tuple[str, str]]) -> None:
    raw = "&".join(f"{name}={text}" for name, text in pairs)
    request = RequestFactory(SERVER_NAME="localhost").get(SEARCH)
    request.META["QUERY_STRING"] = raw.encode().decode("latin-1")
    check_link(request, QueryDict(raw.encode()))


def check_link(request: Any, asked: QueryDict) -> None:
    key = NameKey(b"x", "0" * 32)
    link = following_address(request, SearchQuery(sort="name"), page_of([Hit(1, key)], more=True))
    assert link is not None and re.fullmatch(r"[!#-;=?-\[\]_a-z~%]*", link), link
    host, _, query = link.partition("?")
    assert host == f"http://localhost{SEARCH}"
    found = QueryDict(query, mutable=True)
    (cursor,) = found.pop("cursor")
    assert cursor
    expected = asked.copy()
    expected.pop("cursor", None)
    assert list(found.lists()) == list(expected.lists())


def page_of(hits: list[Hit], *, more: bool = False) -> Page:
    return Page(tuple(hits), more, None, count_exact=False)


# What depends on the instant and on relevance, before there is a clinic with such hours.

OPENING = Opening(
    datetime(2026, 6, 1, 17, 0, tzinfo=JAPAN), datetime(2026, 6, 2, 8, 30, tzinfo=JAPAN)
)


def put_first(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """Let the search find the first listing with these values."""
    for module in (clinic_search, whole_answer):
        found = module.search

        def search(query: SearchQuery, *rest: Any, found: Any = found) -> Page:
            page = found(query, *rest)
            return replace(page, hits=tuple(replace(hit, **values) for hit in page.hits))

        monkeypatch.setattr(module, "search", search)


@pytest.mark.parametrize(
    ("opening", "fields", "cells"),
    [
        (
            OPENING,
            {"open": True, "closes_at": "17:00", "next_opens_at": "2026-06-02T08:30:00+09:00"},
            ["true", "17:00", "2026-06-02T08:30:00+09:00"],
        ),
        (
            Opening(None, None),
            {"open": True, "closes_at": None, "next_opens_at": None},
            ["true", "", ""],
        ),
        (None, {}, ["", "", ""]),
    ],
)
def test_opening_is_told_in_every_form_where_an_instant_was_asked_for(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    opening: Opening | None,
    fields: dict[str, Any],
    cells: list[str],
) -> None:
    names = ("open", "closes_at", "next_opens_at")
    clinic()
    put_first(monkeypatch, opening=opening)
    hit = get(client, "").json()["results"][0]
    assert {name: hit[name] for name in names if name in hit} == fields
    told = get(client, "format=geojson").json()["features"][0]["properties"]
    assert {name: told[name] for name in names if name in told} == fields
    (row,) = rows_of(get(client, "format=csv"))
    assert [row[name] for name in names] == cells
    conforms(get(client, "").json(), "SearchResponse", openapi_document())
    conforms(get(client, "format=geojson").json(), "FeatureCollection", openapi_document())


def test_reasons_are_told_only_by_relevance() -> None:
    hit = Hit(1, NearestKey(0, "0" * 32), reasons=("dystonia-clinic", "neurology"))
    assert hit_fields(hit, ranked=True)["reasons"] == ["dystonia-clinic", "neurology"]
    assert "reasons" not in hit_fields(hit, ranked=False)


# GeoJSON.


def test_a_map_gets_features_with_properties_and_foreign_members(
    client: Client, town: list[str]
) -> None:
    response = get(client, f"{TOKYO}&page_size=2", "application/geo+json")
    body = response.json()
    conforms(body, "FeatureCollection", openapi_document())
    listed = get(client, f"{TOKYO}&page_size=2").json()
    assert {name: body[name] for name in ("count", "count_exact", "query")} == {
        name: listed[name] for name in ("count", "count_exact", "query")
    }
    first, hit = body["features"][0], listed["results"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [139.7671, 35.6812]}
    assert first["id"] == hit["clinic"]["id"]
    assert first["properties"] == {
        "distance_km": hit["distance_km"],
        "bearing_deg": hit["bearing_deg"],
        **hit["clinic"],
    }
    assert body["bbox"] == [139.7671, 35.6812, 139.7871, 35.6812]


def test_a_clinic_nobody_can_place_has_a_null_geometry(client: Client) -> None:
    clinic(None, None)
    body = get(client, "format=geojson").json()
    assert body["features"][0]["geometry"] is None
    assert "bbox" not in body
    conforms(body, "FeatureCollection", openapi_document())


def test_the_box_of_an_empty_page_is_left_out(client: Client) -> None:
    body = get(client, "format=geojson").json()
    assert (body["type"], body["features"]) == ("FeatureCollection", [])
    assert "bbox" not in body


def test_the_box_crosses_the_antimeridian_where_the_clinics_do(client: Client) -> None:
    clinic(-16.8, 179.9)
    clinic(-16.9, -179.8)
    body = get(client, "format=geojson").json()
    assert body["bbox"] == [179.9, -16.9, -179.8, -16.8]


# Quarters of a degree, which binary fractions hold exactly.
LONGITUDES = st.integers(-720, 720).map(lambda quarters: quarters / 4)
LATITUDES = st.integers(-360, 360).map(lambda quarters: quarters / 4)


@given(st.lists(st.builds(Position, lng=LONGITUDES, lat=LATITUDES), min_size=1, max_size=8))
@example([Position(180, 0), Position(-180, 0)])
@example([Position(90, 0), Position(-90, 0)])
def test_the_box_is_the_smallest_that_holds_every_position(positions: list[Position]) -> None:
    west, south, east, north = bounding_box(positions)
    width = (east - west) % 360 if west > east else east - west
    for lng, lat in positions:
        assert south <= lat <= north
        assert west <= lng <= east or (west > east and (lng >= west or lng <= east))
    assert (south, north) == (min(p.lat for p in positions), max(p.lat for p in positions))
    # Whichever of them is the western edge, the box reaches east to the farthest.
    narrowest = min(max((other.lng - edge.lng) % 360 for other in positions) for edge in positions)
    assert width == narrowest


# CSV.


def test_csv_is_an_attachment_with_a_header_and_crlf(client: Client, town: list[str]) -> None:
    response = get(client, "format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == 'attachment; filename="clinics.csv"'
    text = text_of(response)
    assert text.startswith("id,name,name_kana,name_en,kind,address,prefecture,municipality,lat,")
    assert text.count("\r\n") == len(town) + 1 == text.count("\n")


def test_a_row_says_what_json_says(client: Client) -> None:
    clinic_id = clinic(35.7812, 139.7671, "sport:golf", "sport:soccer", "service:mri")
    (row,) = rows_of(get(client, f"{TOKYO}&format=csv"))
    (hit,) = get(client, TOKYO).json()["results"]
    said = hit["clinic"]
    for name in ("id", "name", "kind", "address", "position_source", "updated_at"):
        assert row[name] == said[name]
    assert (float(row["lat"]), float(row["lng"])) == (said["lat"], said["lng"])
    assert float(row["distance_km"]) == hit["distance_km"] == 11.095
    assert int(row["bearing_deg"]) == hit["bearing_deg"]
    assert row["sports"] == "; ".join(item["slug"] for item in said["sports"])
    assert set(row["sports"].split("; ")) == {"golf", "soccer"}
    assert (row["services"], row["prefecture"], row["municipality"]) == ("mri", "tokyo", "13101")
    assert row["second_opinion"] == said["second_opinion"]["offered"] == "unknown"
    assert row["url"] == f"http://testserver{SEARCH}/{clinic_id}"
    assert client.get(row["url"]).status_code == 200
    for name in ("name_en", "phone", "website", "verified_on", "levels", "open", "reasons"):
        assert row[name] == ""


def test_without_a_centre_there_is_no_distance_and_no_zero(client: Client) -> None:
    clinic(None, None)
    (row,) = rows_of(get(client, "format=csv"))
    assert (row["distance_km"], row["bearing_deg"], row["lat"], row["lng"]) == ("", "", "", "")


def test_numbers_keep_their_minus_sign(client: Client) -> None:
    clinic(-16.8, -179.9)
    (row,) = rows_of(get(client, "format=csv"))
    assert (row["lat"], row["lng"]) == ("-16.8", "-179.9")


@pytest.mark.parametrize(
    "name",
    ['=HYPERLINK("http://x","y")', "＝1+1", "+81", "－5", "@SUM(A1)", "-1", 'say "a", b', "a; b"],
)
def test_a_name_is_never_a_formula_and_comes_back_whole(client: Client, name: str) -> None:
    register([record(name=name)])
    (row,) = rows_of(get(client, "format=csv"))
    stored = get(client, "").json()["results"][0]["clinic"]["name"]
    assert row["name"] == (f"'{stored}" if stored[0] in "=+-@＝＋－＠" else stored)


@given(st.text() | st.text(" \t\r\n\u3000=+-@＝＋－＠'1a,\"", max_size=8))
@example("\u3000＝1")
@example("\n=1")
@example("\xa0@x")
@example(" \t-1")
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    cell = neutralised(text)
    assert cell in (text, f"'{text}")
    assert cell[:1] not in ("\t", "\r", "\n")
    assert cell.strip()[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠") or not cell.strip()
    assert (cell == text) or text[:1] in "\t\r\n" or text.strip()[0] in "=+-@＝＋－＠"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), max_size=4))
def test_any_text_comes_back_from_the_file(names: list[str]) -> None:
    found = [[(Hit(1, NameKey(b"", "0" * 32)), document(name)) for name in names]]
    text = "".join(csv_lines(found, ranked=False, absolute=str))
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["name"] for row in rows] == [neutralised(name) for name in names]


def document(name: str) -> str:
    lists = ("categories", "services", "sports", "levels", "credentials", "languages", "features")
    return orjson.dumps(
        {
            "name": name,
            "prefecture": None,
            "municipality": None,
            "url": "/x",
            "second_opinion": {"offered": "unknown", "modes": []},
            **{key: [] for key in lists},
        }
    ).decode()


def test_a_whole_answer_is_read_in_pages_that_double_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []

    def search(query: SearchQuery, using: str) -> Page:
        sizes.append(query.page_size)
        assert query.count == "none"
        start = query.after.distance_mm + 1 if isinstance(query.after, NearestKey) else 0
        end = min(start + query.page_size, 60_000)
        hits = [Hit(number, NearestKey(number, "0" * 32)) for number in range(start, end)]
        return page_of(hits, more=end < 60_000)

    monkeypatch.setattr(whole_answer, "search", search)
    monkeypatch.setattr(whole_answer, "summaries", lambda hits, using: list(hits))
    found = [hit.listing_id for page in whole_answer.pages(SearchQuery()) for hit in page]
    assert found == list(range(60_000))
    assert sizes == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]


@pytest.mark.parametrize("question", ["", TOKYO, f"{TOKYO}&sort=name"])
def test_many_pages_make_one_file(
    client: Client, town: list[str], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    expected = [row["id"] for row in rows_of(get(client, f"{question}&format=csv"))]
    monkeypatch.setattr(whole_answer, "FIRST_PAGE", 1)
    monkeypatch.setattr(whole_answer, "LARGEST_PAGE", 4)
    assert [row["id"] for row in rows_of(get(client, f"{question}&format=csv"))] == expected
    assert len(expected) >= 9


@pytest.mark.parametrize("how", ["format=csv", ""])
@pytest.mark.parametrize("given", ["page_size=3", "count=exact"])
def test_what_csv_cannot_heed_is_refused(client: Client, how: str, given: str) -> None:
    name = given.partition("=")[0]
    assert name in NOT_WITH_CSV
    response = get(client, f"{given}&{how}".strip("&"), "text/csv")
    document = problem_of(response, 400)
    assert codes(document) == {name: "not-with-csv"}
    assert "leave" in document["detail"]


def test_a_cursor_is_refused_with_csv_rather_than_ignored(client: Client, town: list[str]) -> None:
    link = get(client, "page_size=2").json()["next"]
    response = client.get(f"{link}&format=csv")
    assert codes(problem_of(response, 400)).keys() == {"page_size", "cursor"}


@pytest.fixture
def failing_later(monkeypatch: pytest.MonkeyPatch, town: list[str]) -> None:
    """The second page of a whole answer cannot be read."""
    monkeypatch.setattr(whole_answer, "FIRST_PAGE", 2)
    read: Iterator[int] = iter(range(9))
    found = whole_answer.summaries

    def summaries(*arguments: Any) -> Any:
        if next(read):
            raise RuntimeError("at 35.6812")
        return found(*arguments)

    monkeypatch.setattr(whole_answer, "summaries", summaries)


def test_a_file_that_breaks_off_is_never_taken_for_whole(
    client: Client, failing_later: None
) -> None:
    response = get(client, f"{TOKYO}&format=csv")
    parts = []
    with pytest.raises(BrokenOff) as broken:
        for part in response.streaming_content:  # type: ignore[attr-defined]
            parts.append(part)
    assert "35.6812" not in str(broken.value)
    with pytest.raises(csv.Error, match="unexpected end of data"):
        list(csv.reader(io.StringIO(b"".join(parts).decode(), newline=""), strict=True))
    lenient = list(csv.DictReader(io.StringIO(b"".join(parts).decode(), newline="")))
    assert len(lenient) == 3 and "not whole" in lenient[-1]["id"]


def test_a_failure_before_the_first_row_is_a_problem_document(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(whole_answer, "search", broken)
    client.raise_request_exception = False
    problem_of(get(client, "format=csv"), 500)
