"""Real spellings of real places, with the whole gazetteer loaded, against the files themselves."""

import csv
import gzip
from pathlib import Path

import pytest

from clinics.imports.places_files import open_place_files
from clinics.imports.places_import import import_places
from clinics.models import ImportRun, Place, PlaceName, PlaceSource
from clinics.position import ecef, geodesic_m
from finder.places import AmbiguousPlace, UnknownPlace, candidates, resolve

pytestmark = [pytest.mark.official_data, pytest.mark.django_db]

# Text, prefecture (JIS), kind, and the row of a file that says where it is: a station by its
# code in N02, a municipality by its six digits, a town by its names, a postcode by itself.
EXPECTED = [
    ("渋谷", "13", "station", "003922"),
    ("Shibuya", "13", "station", "003922"),
    ("しぶや", "13", "station", "003922"),
    ("渋谷駅 (東京都)", "13", "station", "003922"),
    ("渋谷区", "13", "municipality", "131130"),
    ("新宿駅", "13", "station", "003700"),
    ("新宿", "13", "station", "003700"),
    ("しんじゅく", "13", "station", "003700"),
    ("Shinjuku Station", "13", "station", "003700"),
    ("新宿区", "13", "municipality", "131041"),
    ("東京", "13", "station", "003766"),
    ("Tokyo", "13", "station", "003766"),
    ("東京駅", "13", "station", "003766"),
    ("京都", "26", "station", "006079"),
    ("Kyoto", "26", "station", "006079"),
    ("Kyōto", "26", "station", "006079"),
    ("京都市", "26", "municipality", "261009"),
    ("大阪", "27", "station", "007068"),
    ("大阪駅", "27", "station", "007068"),
    ("Osaka-shi", "27", "municipality", "271004"),
    ("大阪市北区", "27", "municipality", "271276"),
    ("大阪府大阪市北区", "27", "municipality", "271276"),
    ("北区 (大阪市)", "27", "municipality", "271276"),
    ("京都市 北区", "26", "municipality", "261017"),
    ("札幌駅", "01", "station", "000227"),
    ("さっぽろ駅", "01", "station", "000228"),
    ("札幌市中央区", "01", "municipality", "011011"),
    ("北海道札幌市", "01", "municipality", "011002"),
    ("東京都府中市", "13", "municipality", "132063"),
    ("府中市（東京都）", "13", "municipality", "132063"),
    ("東京 府中", "13", "station", "003821"),
    ("広島県府中市", "34", "municipality", "342084"),
    ("広島県 府中町", "34", "municipality", "343021"),
    ("安芸郡府中町", "34", "municipality", "343021"),
    ("横浜", "14", "station", "004633"),
    ("横浜市", "14", "municipality", "141003"),
    ("名古屋", "23", "station", "005451"),
    ("仙台", "04", "station", "001177"),
    ("博多駅", "40", "station", "009033"),
    ("福岡市", "40", "municipality", "401307"),
    ("Fukuoka", "40", "municipality", "401307"),
    ("神戸市", "28", "municipality", "281000"),
    ("金沢", "17", "station", "002092"),
    ("那覇市", "47", "municipality", "472018"),
    ("池袋", "13", "station", "003379"),
    ("銀座", "13", "station", "003823"),
    ("霞ヶ関", "13", "station", "003805"),
    ("霞が関駅", "13", "station", "003805"),
    ("霞ケ関駅", "13", "station", "003805"),
    ("市ヶ谷", "13", "station", "003671"),
    ("市が谷駅", "13", "station", "003671"),
    ("お茶の水", "13", "station", "003615"),
    ("御茶ノ水駅", "13", "station", "003615"),
    ("難波駅", "27", "station", "007305"),
    ("秋葉原", "13", "station", "003624"),
    ("津", "24", "station", "006905"),
    ("町田市", "13", "municipality", "132098"),
    ("〒100-0001", "13", "postcode", "1000001"),
    ("１００－０００１", "13", "postcode", "1000001"),
    ("5300001", "27", "postcode", "5300001"),
    ("〒100-0001 東京都千代田区千代田1-1", "13", "postcode", "1000001"),
    ("東京都新宿区西新宿2-8-1", "13", "town", "東京都/新宿区/西新宿二丁目"),
    ("東京都新宿区西新宿２丁目８番１号", "13", "town", "東京都/新宿区/西新宿二丁目"),
    ("千代田区霞が関一丁目2-2", "13", "town", "東京都/千代田区/霞が関一丁目"),
    ("大阪市北区梅田3-1-1", "27", "town", "大阪府/大阪市北区/梅田三丁目"),
    ("大阪市北区梅田", "27", "town", "大阪府/大阪市北区/梅田二丁目"),
    ("横浜市西区みなとみらい2-3-1", "14", "town", "神奈川県/横浜市西区/みなとみらい二丁目"),
    ("札幌市中央区北1条西2丁目", "01", "town", "北海道/札幌市中央区/北一条西二丁目"),
    ("広島県安芸郡府中町", "34", "municipality", "343021"),
    ("北海道虻田郡倶知安町北九百条1-1", "01", "municipality", "014001"),
    ("愛知県蒲郡市", "23", "municipality", "232149"),
    ("美濃市", "21", "municipality", "212075"),
    ("美濃市駅", "21", "station", "004402"),
    ("四日市市", "24", "municipality", "242021"),
    ("京都市下京区烏丸通七条下ル東塩小路町721-1", "26", "municipality", "261068"),
]
AMBIGUOUS = [
    ("府中", {"13", "34"}),
    ("府中市", {"13", "34"}),
    ("Fuchu", {"13", "34"}),
    ("本町", {"27"}),
    ("北区", {"01", "13", "26", "27"}),
    ("中央区", {"01", "13", "27", "40"}),
    ("日本橋", {"13", "27"}),
    ("池田", {"27"}),
]


@pytest.fixture(scope="module")
def gazetteer_dir(official_data_dir):
    return official_data_dir / "gazetteer"


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker, gazetteer_dir):
    """All places of the files, committed, for this module."""
    with django_db_blocker.unblock():
        files, _ = open_place_files([gazetteer_dir])
        import_places(files)
        yield
        for model in (PlaceName, Place, PlaceSource, ImportRun):
            model.objects.all().delete()


@pytest.fixture(scope="module")
def written(gazetteer_dir):
    """Positions as the files have them, by what :data:`EXPECTED` calls their rows."""
    found = {}
    for name, key in [
        ("stations_n02_2022.csv.gz", lambda row: row["code"]),
        ("municipalities_localgovjp.csv", lambda row: row["lgcode"]),
        ("towns_geolonia.csv.gz", lambda row: "/".join((row["pref"], row["city"], row["town"]))),
        ("postal_centroids.csv.gz", lambda row: row["code"]),
    ]:
        for row in rows_of(gazetteer_dir / name):
            found[key(row)] = float(row["lat"]), float(row["lng"])
    return found


def rows_of(path: Path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


class TestRealSpellings:
    @pytest.mark.parametrize(("text", "prefecture", "kind", "row"), EXPECTED)
    def test_a_spelling_is_the_place_that_the_files_have(
        self, everything, written, text, prefecture, kind, row
    ):
        found = resolve(text)
        assert (found.kind, found.prefecture and found.prefecture.code) == (kind, prefecture)
        apart_m = geodesic_m(ecef(*written[row]), ecef(found.latitude, found.longitude))
        assert apart_m < 500, found.label

    @pytest.mark.parametrize(("text", "prefectures"), AMBIGUOUS)
    def test_an_ambiguous_name_is_refused_with_the_places_it_may_mean(
        self, everything, text, prefectures
    ):
        with pytest.raises(AmbiguousPlace) as refused:
            resolve(text)
        among = {one.prefecture.code for one in refused.value.candidates if one.prefecture}
        assert prefectures <= among
        assert 2 <= len(refused.value.candidates) <= 10

    @pytest.mark.parametrize("text", ["999-9999", "0000000", "ほげほげ", "東京都ほげ市"])
    def test_what_the_files_have_not_is_unknown(self, everything, text):
        with pytest.raises(UnknownPlace):
            resolve(text)

    def test_every_municipality_is_found_by_its_prefecture_and_name(
        self, everything, gazetteer_dir, written
    ):
        """Except where two of one prefecture have one name, which then is ambiguous."""
        refused = []
        for row in rows_of(gazetteer_dir / "municipalities_localgovjp.csv"):
            text = row["pref"] + row["city"]
            try:
                found = resolve(text)
            except AmbiguousPlace:
                refused.append(text)
                continue
            apart_m = geodesic_m(
                ecef(*written[row["lgcode"]]), ecef(found.latitude, found.longitude)
            )
            assert apart_m < 100, (text, found.label)
        assert set(refused) <= {"北海道泊村"}

    def test_every_label_of_a_municipality_means_it(self, everything):
        for stored in Place.objects.filter(kind="municipality").order_by("pk")[::20]:
            for found in candidates(stored.name, 20, kinds=["municipality"]):
                assert resolve(found.label).id == found.id, found.label

    def test_every_fiftieth_postcode_is_where_the_file_says(
        self, everything, gazetteer_dir, written
    ):
        rows = list(rows_of(gazetteer_dir / "postal_centroids.csv.gz"))[::50]
        for row in rows:
            code = row["code"]
            found = resolve(f"〒{code[:3]}-{code[3:]}")
            assert (found.latitude, found.longitude) == written[code]

    @pytest.mark.parametrize("text", ["東", "北", "大", "shi", "1", "渋", "新宿区西", "愛知県"])
    def test_what_is_being_typed_has_as_many_places_as_wanted(self, everything, text):
        found = candidates(text)
        assert len(found) == len({one.id for one in found}) == 10

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("渋", "渋谷駅 (東京都)"),
            ("しんじゅ", "新宿駅 (東京都)"),
            ("Yokoh", "横浜市 (神奈川県)"),
            ("さっぽ", "札幌市 (北海道)"),
            ("大", "大阪市 (大阪府)"),
            ("100-000", "〒100-0000 東京都千代田区"),
            ("東京都新宿区西新", "西新宿 (東京都新宿区)"),
        ],
    )
    def test_the_likeliest_place_comes_first(self, everything, text, first):
        assert candidates(text)[0].label == first
