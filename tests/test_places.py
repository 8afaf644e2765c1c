"""Places by name: what is one place, what is several, what is none; and the API of it."""

import re
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinics.imports.places_defaults import load_default_places
from clinics.models import ImportRun, Place, PlaceName, PlaceSource
from clinics.position import ecef, geodesic_m
from finder.places import AmbiguousPlace, PlaceError, UnknownPlace, candidates, resolve
from tests.places import place
from tests.test_query_plans import only_on, plan_of

PLACES = "/api/v1/places"
TOKYO = (35.6812, 139.7671)


@pytest.fixture
def nowhere(db):
    """A gazetteer without a place."""
    PlaceName.objects.all().delete()
    Place.objects.all().delete()


@pytest.fixture(scope="class")
def default_places(django_db_setup, django_db_blocker):
    """The places of every installation, committed, for a class of tests."""
    with django_db_blocker.unblock():
        load_default_places()
        yield
        for model in (PlaceName, Place, PlaceSource, ImportRun):
            model.objects.all().delete()


@pytest.fixture
def kanto(nowhere):
    """A few places of real names."""
    place(
        "prefecture",
        "東京都",
        35.6895,
        139.6917,
        prefecture="13",
        kana="トウキョウト",
        name_en="Tokyo",
    )
    place(
        "prefecture",
        "広島県",
        34.3966,
        132.4594,
        prefecture="34",
        kana="ヒロシマケン",
        name_en="Hiroshima",
    )
    place(
        "station",
        "東京",
        35.6812,
        139.7671,
        prefecture="13",
        lines=7,
        kana="トウキョウ",
        name_en="Tokyo",
    )
    place(
        "station",
        "渋谷",
        35.6586,
        139.6999,
        prefecture="13",
        lines=7,
        kana="シブヤ",
        name_en="Shibuya",
    )
    place(
        "municipality",
        "渋谷区",
        35.6639,
        139.6981,
        prefecture="13",
        municipality="渋谷区",
        municipality_code="13113",
        kana="シブヤク",
        weight=230_000,
        name_en="Shibuya",
    )
    for code, prefecture, latitude, longitude, weight in [
        ("13206", "13", 35.6689, 139.4778, 262_790),
        ("34208", "34", 34.5683, 133.2364, 38_000),
    ]:
        place(
            "municipality",
            "府中市",
            latitude,
            longitude,
            prefecture=prefecture,
            municipality="府中市",
            municipality_code=code,
            kana="フチュウシ",
            weight=weight,
            name_en="Fuchu",
        )
    place(
        "station",
        "府中",
        35.6722,
        139.4801,
        prefecture="13",
        municipality="府中市",
        municipality_code="13206",
        lines=1,
    )
    for number, name in enumerate(["一丁目", "二丁目", "三丁目"]):
        place(
            "town",
            f"西新宿{name}",
            35.69,
            139.69 + number / 1_000,
            prefecture="13",
            municipality="新宿区",
            municipality_code="13104",
        )
    place(
        "municipality",
        "新宿区",
        35.6938,
        139.7036,
        prefecture="13",
        municipality="新宿区",
        municipality_code="13104",
        weight=350_000,
    )
    place(
        "postcode",
        "100-0001",
        35.684,
        139.7522,
        prefecture="13",
        municipality="千代田区",
        detail="東京都千代田区千代田",
    )
    place(
        "postcode",
        "100-0002",
        35.682,
        139.7560,
        prefecture="13",
        municipality="千代田区",
        detail="東京都千代田区皇居外苑",
    )


def labels(found):
    return [one.label for one in found]


def ambiguous(text):
    """What a name may mean, when it is refused as ambiguous."""
    with pytest.raises(AmbiguousPlace) as refused:
        resolve(text)
    return labels(refused.value.candidates)


def unknown(text):
    """What is suggested for a name that is refused as unknown."""
    with pytest.raises(UnknownPlace) as refused:
        resolve(text)
    return list(refused.value.suggestions)


class TestOnePlace:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("渋谷駅", "渋谷駅 (東京都)"),
            ("渋谷区", "渋谷区 (東京都)"),
            ("東京都", "東京都"),
            ("東京駅", "東京駅 (東京都)"),
            ("東京都渋谷区", "渋谷区 (東京都)"),
            ("〒100-0001", "〒100-0001 東京都千代田区千代田"),
            ("100-0001", "〒100-0001 東京都千代田区千代田"),
            ("1000001", "〒100-0001 東京都千代田区千代田"),
            ("１００－０００１", "〒100-0001 東京都千代田区千代田"),
            ("１００ー０００１", "〒100-0001 東京都千代田区千代田"),
        ],
    )
    def test_a_name_that_says_what_it_is_means_that(self, kanto, text, label):
        assert resolve(text).label == label

    @pytest.mark.parametrize(
        "text", ["渋谷", "しぶや", "シブヤ", "ｼﾌﾞﾔ", "Shibuya", "ＳＨＩＢＵＹＡ", " 渋 谷 "]
    )
    def test_of_a_ward_and_its_station_the_station_is_given(self, kanto, text):
        assert resolve(text).label == "渋谷駅 (東京都)"

    @pytest.mark.parametrize("text", ["東京", "とうきょう", "Tokyo", "tōkyō"])
    def test_a_big_citys_station_is_the_same_answer_seven_kilometres_from_its_office(
        self, kanto, text
    ):
        found = resolve(text)
        assert found.label == "東京駅 (東京都)"
        assert (found.latitude, found.longitude) == TOKYO

    @pytest.mark.parametrize(
        "text",
        [
            "東京都府中市",
            "東京都 府中市",
            "府中市 (東京都)",
            "府中市（東京都）",
            "府中市, 東京",
            "府中市、東京都、日本",
            "Fuchu-shi, Tokyo, Japan",
        ],
    )
    def test_an_area_beside_a_name_decides(self, kanto, text):
        assert resolve(text).municipality_code == "13206"

    @pytest.mark.parametrize("text", ["広島県府中市", "広島 府中", "府中 広島", "Fuchu, Hiroshima"])
    def test_another_area_decides_otherwise(self, kanto, text):
        assert resolve(text).municipality_code == "34208"

    def test_a_station_is_found_in_its_municipality(self, kanto):
        assert resolve("府中市 府中駅").label == "府中駅 (東京都)"

    def test_a_station_whose_prefecture_is_not_known_is_found_by_distance(self, kanto):
        place("station", "町田", 35.5420, 139.4454, lines=2)
        assert resolve("東京 町田駅").label == "町田駅"
        assert unknown("広島 町田駅") == []

    def test_a_ward_lies_in_its_city(self, nowhere):
        for city, prefecture, latitude in [("大阪市", "27", 34.69), ("京都市", "26", 35.02)]:
            code = f"{prefecture}100"
            place(
                "municipality",
                city,
                latitude,
                135.5,
                prefecture=prefecture,
                municipality=city,
                municipality_code=code,
            )
            ward = f"{city}北区"
            place(
                "municipality",
                ward,
                latitude,
                135.51,
                prefecture=prefecture,
                municipality=ward,
                municipality_code=f"{prefecture}101",
            )
        assert set(ambiguous("北区")) == {"京都市北区 (京都府)", "大阪市北区 (大阪府)"}
        for text in ("大阪市北区", "大阪市 北区", "北区（大阪市）", "大阪府大阪市北区"):
            assert resolve(text).label == "大阪市北区 (大阪府)"

    def test_a_postcode_before_an_address_is_its_place(self, kanto):
        label = "〒100-0001 東京都千代田区千代田"
        assert resolve(label).label == label

    def test_a_label_means_the_place_it_is_the_label_of(self, kanto):
        for stored in Place.objects.exclude(kind="prefecture"):
            for found in candidates(stored.name, 20):
                assert resolve(found.label).label == found.label

    @pytest.mark.parametrize(
        ("text", "label", "precision"),
        [
            ("東京都新宿区西新宿2-8-1", "西新宿二丁目 (東京都新宿区)", "town"),
            ("東京都新宿区西新宿２丁目８−１", "西新宿二丁目 (東京都新宿区)", "town"),
            ("新宿区西新宿二丁目八番一号", "西新宿二丁目 (東京都新宿区)", "town"),
            ("新宿区 西新宿 2-8-1 都庁", "西新宿二丁目 (東京都新宿区)", "town"),
            ("新宿区西新宿", "西新宿一丁目 (東京都新宿区)", "town"),
            ("新宿区西新宿9-1", "西新宿一丁目 (東京都新宿区)", "town"),
            ("東京都新宿区どこか1-2", "新宿区 (東京都)", "municipality"),
        ],
    )
    def test_an_address_is_known_as_far_as_the_gazetteer_goes_and_says_so(
        self, kanto, text, label, precision
    ):
        found = resolve(text)
        assert (found.label, found.precision) == (label, precision)

    @pytest.mark.parametrize(
        "text",
        [
            "広島県安芸郡府中町",
            "安芸郡府中町",
            "広島県安芸郡府中町大通3-5-1",
            "広島県 安芸郡 府中町",
        ],
    )
    def test_a_district_may_be_said(self, nowhere, text):
        place(
            "municipality",
            "府中町",
            34.3925,
            132.5044,
            prefecture="34",
            municipality="府中町",
            municipality_code="34302",
        )
        assert resolve(text).label == "府中町 (広島県)"

    def test_a_rank_that_is_said_goes_before_a_station_of_that_name(self, nowhere):
        for kind, name in [
            ("station", "美濃市"),
            ("municipality", "美濃市"),
            ("station", "四日市"),
            ("municipality", "四日市市"),
        ]:
            place(kind, name, 35.5, 136.9, prefecture="26")
        assert resolve("美濃市").kind == "municipality"
        assert resolve("美濃市駅").kind == "station"
        assert resolve("四日市").kind == "station"
        assert resolve("四日市市").kind == "municipality"

    def test_a_town_is_not_an_address_that_begins_with_its_letters(self, kanto):
        """京都市下京区烏丸通七条下ル東塩小路町 is no address of the town 烏丸."""
        place(
            "town",
            "烏丸",
            34.99,
            135.76,
            prefecture="26",
            municipality="京都市下京区",
            municipality_code="26106",
        )
        place(
            "municipality",
            "京都市下京区",
            34.98,
            135.76,
            prefecture="26",
            municipality="京都市下京区",
            municipality_code="26106",
        )
        found = resolve("京都市下京区烏丸通七条下ル東塩小路町721-1")
        assert found.label == "京都市下京区 (京都府)"
        assert resolve("京都市下京区烏丸721-1").label == "烏丸 (京都府京都市下京区)"

    def test_a_city_without_a_rank_is_found_with_one_in_its_prefecture_alone(self, nowhere):
        place("city", "府中", 35.6745, 139.4822, prefecture="13", weight=262_790)
        place("prefecture", "東京都", 35.6895, 139.6917, prefecture="13")
        assert resolve("東京都府中市").label == resolve("府中市 (東京都)").label == "府中 (東京都)"
        assert unknown("府中市") == ["府中 (東京都)"]

    def test_a_place_keeps_its_id_from_one_import_to_the_next(self, nowhere):
        place("station", "渋谷", 35.66, 139.70, source="n02")
        stored = Place.objects.get()
        assert resolve("渋谷駅").id == f"n02:{stored.source_id}"


class TestSeveralPlaces:
    @pytest.mark.parametrize("text", ["府中", "府中市", "ふちゅうし", "Fuchu", "Fuchū"])
    def test_namesakes_far_apart_are_listed_and_none_of_them_taken(self, kanto, text):
        assert {"府中市 (東京都)", "府中市 (広島県)"} <= set(ambiguous(text))

    def test_the_most_prominent_comes_first(self, kanto):
        assert ambiguous("府中市") == ["府中市 (東京都)", "府中市 (広島県)"]

    def test_candidates_near_one_another_stand_once(self, kanto):
        assert ambiguous("府中") == ["府中市 (東京都)", "府中市 (広島県)"]

    @pytest.mark.parametrize(("towns", "clear"), [(45, True), (60, False)])
    def test_countless_towns_outweigh_a_station_together(self, nowhere, towns, clear):
        """90,000 for three lines against 200 a town: nine to one at fifty towns."""
        place("station", "本町", 34.6836, 135.5007, prefecture="27", lines=3)
        for number in range(towns):
            place(
                "town", "本町", 35 + number / 10, 139, prefecture="13", municipality=f"第{number}市"
            )
        if clear:
            assert resolve("本町").kind == "station"
        else:
            assert len(ambiguous("本町")) == 10

    @pytest.mark.parametrize(("weight", "clear"), [(111_000, True), (111_300, False)])
    def test_a_name_is_clear_from_nine_tenths_of_its_prominence(self, nowhere, weight, clear):
        place("municipality", "甲市", 35, 139, prefecture="13", weight=1_000_000)
        place("municipality", "甲市", 34, 133, prefecture="34", weight=weight)
        if clear:
            assert resolve("甲市").label == "甲市 (東京都)"
        else:
            assert ambiguous("甲市") == ["甲市 (東京都)", "甲市 (広島県)"]

    @pytest.mark.parametrize(("metres", "one"), [(4_900, True), (5_100, False)])
    def test_one_answer_reaches_five_kilometres(self, nowhere, metres, one):
        place("station", "甲", 35, 139, lines=1)
        other = place("station", "甲", 35 + metres / 110_941, 139, lines=1)
        apart_m = geodesic_m(ecef(35, 139), ecef(other.latitude, 139))
        assert abs(apart_m - metres) < 20
        if one:
            assert resolve("甲駅").latitude == 35
        else:
            assert len(ambiguous("甲駅")) == 2

    def test_a_postcode_and_an_address_that_contradict_each_other_are_refused(self, kanto):
        place(
            "municipality",
            "大阪市北区",
            34.7055,
            135.51,
            prefecture="27",
            municipality="大阪市北区",
            municipality_code="27127",
        )
        assert set(ambiguous("〒100-0001 大阪市北区")) == {
            "〒100-0001 東京都千代田区千代田",
            "大阪市北区 (大阪府)",
        }


class TestNoPlace:
    @pytest.mark.parametrize(
        "text",
        [
            "999-9999",
            "10000",
            "〒100",
            "どこにもない",
            "渋谷区役所前",
            "東京都どこか1",
            "",
            "、",
            "渋" * 101,
        ],
    )
    def test_what_is_not_known_is_not_guessed(self, kanto, text):
        unknown(text)

    def test_what_begins_a_name_is_not_the_name(self, kanto):
        unknown("西新")

    @pytest.mark.parametrize(
        ("text", "suggested"),
        [
            ("渋谷ぇき", "渋谷駅 (東京都)"),
            ("Shibuyaa", "渋谷駅 (東京都)"),
            ("府中しし", "府中市 (東京都)"),
        ],
    )
    def test_a_name_that_is_spelled_alike_is_suggested(self, kanto, text, suggested):
        assert suggested in unknown(text)

    def test_what_is_suggested_can_be_asked_for(self, kanto):
        (first, *_) = unknown("渋谷ぇき")
        assert resolve(first).label == first

    def test_an_empty_gazetteer_knows_nothing(self, nowhere):
        assert unknown("東京") == []
        assert candidates("東京") == []


class TestWhatIsBeingTyped:
    def test_names_that_begin_so_are_listed(self, kanto):
        assert labels(candidates("渋")) == ["渋谷駅 (東京都)", "渋谷区 (東京都)"]
        assert labels(candidates("しぶ"))[0] == "渋谷駅 (東京都)"
        assert labels(candidates("Shib"))[0] == "渋谷駅 (東京都)"

    def test_postcodes_that_begin_so_are_listed(self, kanto):
        begun = ["〒100-0001 東京都千代田区千代田", "〒100-0002 東京都千代田区皇居外苑"]
        for text in ("1", "100", "〒100-", "100-00", "１００－０"):
            assert labels(candidates(text)) == begun

    def test_what_a_text_means_comes_before_what_it_begins(self, kanto):
        place("station", "東京テレポート", 35.6276, 139.7788, prefecture="13", lines=9)
        assert labels(candidates("東京"))[0] == resolve("東京").label == "東京駅 (東京都)"

    def test_the_fewer_letters_are_to_come_the_likelier_a_place_is(self, nowhere):
        place("station", "東西線中央", 35.0, 139.0, prefecture="13", lines=2)
        place("station", "東西", 36.0, 139.0, prefecture="13", lines=2)
        assert labels(candidates("東")) == ["東西駅 (東京都)", "東西線中央駅 (東京都)"]

    def test_a_town_of_one_letter_does_not_hide_a_city(self, nowhere):
        place("town", "大", 37.0, 140.0, prefecture="34", municipality="甲市")
        place("town", "大", 36.0, 139.0, prefecture="13", municipality="乙市")
        place("municipality", "大阪市", 34.69, 135.5, prefecture="27", weight=2_700_000)
        assert labels(candidates("大"))[0] == "大阪市 (大阪府)"

    def test_an_area_narrows_what_is_being_typed(self, kanto):
        assert labels(candidates("広島 府")) == ["府中市 (広島県)"]
        assert labels(candidates("府 (東京都)"))[0] == "府中市 (東京都)"
        assert labels(candidates("新宿区西"))[0] == "西新宿一丁目 (東京都新宿区)"

    def test_an_ambiguous_name_gives_its_candidates(self, kanto):
        found = labels(candidates("府中"))
        assert found[:2] == ["府中市 (東京都)", "府中市 (広島県)"]
        assert "府中駅 (東京都)" in found

    def test_a_limit_cuts_the_list_and_not_its_order(self, kanto):
        whole = labels(candidates("し", 20))
        assert labels(candidates("し", 1)) == whole[:1]
        assert len(candidates("1", 1)) == 1

    def test_kinds_are_kept_apart(self, kanto):
        assert {one.kind for one in candidates("渋", kinds=["station"])} == {"station"}
        assert {one.kind for one in candidates("府中", kinds=["municipality"])} == {"municipality"}
        assert candidates("渋", kinds=["postcode"]) == []

    def test_a_place_stands_once_whatever_the_number_of_its_names_and_sources(self, nowhere):
        place(
            "city", "渋谷", 35.6589, 139.7067, prefecture="13", weight=230_000, aliases=["渋谷区"]
        )
        place("municipality", "渋谷区", 35.6639, 139.6981, prefecture="13", weight=230_000)
        place("station", "渋谷", 35.6586, 139.6999, prefecture="13", lines=7)
        place("station", "渋谷", 35.6590, 139.7020, prefecture="13", lines=1)
        assert labels(candidates("渋谷")) == ["渋谷駅 (東京都)", "渋谷区 (東京都)"]

    def test_few_questions_are_asked_of_the_database(self, kanto, django_assert_max_num_queries):
        candidates("渋谷")
        for text in ("渋", "渋谷", "府中 (東京都)", "東京都新宿区西新宿2-8-1", "Tokyo Fuchu"):
            with django_assert_max_num_queries(12):
                candidates(text)
        for text in ("渋谷", "東京都府中市", "1000001"):
            with django_assert_max_num_queries(1):
                resolve(text)


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class TestSpellings:
    @given(st.text(max_size=110))
    @example("\x00")
    @example("%' OR 1=1 --")
    @example("ﷺ" * 100)
    @example("()" * 50)
    @example("1" * 100)
    @example("丁目" * 50)
    @example("(府中) (東京都)")
    @settings(
        max_examples=300,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_any_text_has_candidates_or_none_and_is_one_place_or_refused(self, kanto, text):
        assert len(candidates(text)) <= 10
        try:
            assert resolve(text).label
        except PlaceError as refused:
            assert str(refused)

    @given(st.data())
    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_pieces_of_real_names_in_any_order_never_fail(self, kanto, data):
        piece = st.sampled_from(
            [
                "東京都",
                "東京",
                "府中",
                "市",
                "渋谷",
                "駅",
                "〒",
                "100-0001",
                " ",
                "(",
                ")",
                ",",
                "2-8-1",
                "西新宿",
                "丁目",
                "Fuchu",
                "Japan",
                "大字",
            ]
        )
        text = "".join(data.draw(st.lists(piece, max_size=8)))
        candidates(text)
        try:
            resolve(text)
        except PlaceError:
            return

    @pytest.mark.parametrize(
        ("text", "other"),
        [
            ("Shibuya", "Shibuya".translate(FULL_WIDTH)),
            ("Shibuya", "SHIBUYA"),
            ("しぶや", "シブヤ"),
            ("シブヤ", "ｼﾌﾞﾔ"),
            ("100-0001", "100‐0001"),
            ("100-0001", "100−0001"),
            ("100-0001", "100–0001"),
            ("100-0001", "〒 100 0001"),
            ("Fuchu-shi, Tokyo", "fuchu shi tokyo"),
            ("東京都新宿区西新宿2-8-1", "東京都新宿区西新宿２－８－１"),
            ("東京都新宿区西新宿2-8-1", "東京都新宿区西新宿2丁目8番1号"),
        ],
    )
    def test_ways_to_write_one_name_mean_one_place(self, kanto, text, other):
        assert resolve(text) == resolve(other)

    @given(
        st.sampled_from(
            ["渋谷駅", "東京都府中市", "しぶや", "shibuya", "100-0001", "新宿区西新宿2-8-1"]
        ),
        st.data(),
    )
    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_letters_may_be_of_any_width_and_case(self, kanto, text, data):
        written = "".join(
            data.draw(st.sampled_from([letter, letter.upper(), letter.translate(FULL_WIDTH)]))
            for letter in text
        )
        assert resolve(written) == resolve(text)

    @pytest.mark.parametrize("ke", "ヶケがガｹヵカ")
    def test_the_small_ke_of_a_name_may_be_written_in_any_way(self, nowhere, ke):
        place("station", "市ケ谷", 35.6912, 139.7360, prefecture="13", lines=4)
        assert resolve(f"市{ke}谷駅").label == "市ケ谷駅 (東京都)"


DEFAULTS = [
    ("Shibuya", 35.6586, 139.6999),
    ("渋谷", 35.6586, 139.6999),
    ("しぶや", 35.6586, 139.6999),
    ("Kyoto", 34.9858, 135.7588),
    ("京都", 34.9858, 135.7588),
    ("新宿駅", 35.6900, 139.7000),
    ("Shinjuku Station", 35.6900, 139.7000),
    ("大阪", 34.7024, 135.4959),
    ("Osaka", 34.7024, 135.4959),
    ("札幌駅", 43.0686, 141.3508),
    ("さっぽろ", 43.0686, 141.3508),
    ("Sapporo", 43.0686, 141.3508),
    ("Fukuoka", 33.5902, 130.4017),
    ("博多駅", 33.5897, 130.4207),
    ("横浜市", 35.4437, 139.6380),
    ("Yokohama", 35.4437, 139.6380),
    ("名古屋", 35.1709, 136.8815),
    ("仙台駅", 38.2601, 140.8824),
    ("神戸市", 34.6901, 135.1955),
    ("広島", 34.3963, 132.4553),
    ("Tokyo", 35.6812, 139.7671),
    ("東京都", 35.6895, 139.6917),
    ("沖縄県", 26.2124, 127.6809),
    ("北海道", 43.0642, 141.3469),
    ("那覇", 26.2124, 127.6809),
    ("東京都府中市", 35.6689, 139.4778),
]


@pytest.mark.django_db
class TestTheDefaultPlaces:
    @pytest.mark.parametrize(("text", "latitude", "longitude"), DEFAULTS)
    def test_well_known_places_are_known_without_any_import(
        self, default_places, text, latitude, longitude
    ):
        """Positions to four decimals, as maps give them; a town hall may be 5 km from a station."""
        found = resolve(text)
        apart_m = geodesic_m(ecef(latitude, longitude), ecef(found.latitude, found.longitude))
        assert apart_m < 5_000, found.label

    @pytest.mark.parametrize("text", ["府中", "池田", "Fuchu", "日本橋", "北区", "港区", "中央区"])
    def test_ambiguous_names_are_ambiguous_without_any_import(self, default_places, text):
        assert len(ambiguous(text)) > 1

    @pytest.mark.parametrize("text", ["100-0001", "999-9999"])
    def test_postcodes_are_unknown_until_they_are_imported(self, default_places, text):
        unknown(text)

    def test_every_prefecture_is_known_by_its_name(self, default_places):
        for stored in Place.objects.filter(kind="prefecture"):
            assert resolve(stored.name).label == stored.name

    @pytest.mark.parametrize("text", ["東", "新宿", "し", "sh", "府中"])
    def test_the_names_are_read_along_their_index(self, default_places, text):
        said = []

        def listen(execute, sql, params, several, context):
            said.append((sql, params))
            return execute(sql, params, several, context)

        candidates(text)
        if connection.vendor == "postgresql":
            # Some thousand names are so few that reading them all would be as quick.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        with connection.execute_wrapper(listen):
            candidates(text)
        readings = [(sql, params) for sql, params in said if "clinics_placename" in sql]
        assert len(readings) >= 3
        for sql, params in readings:
            plan = "\n".join(plan_of(sql, params))
            walk = r"SEARCH n USING COVERING INDEX|Index (Only )?Scan .*on clinics_placename|Bitmap Index Scan"
            assert re.search(walk, plan), plan
            assert not re.search(r"SCAN n\b|Seq Scan on clinics_placename", plan), plan

    def test_postgresql_bounds_the_names_within_the_index(self, default_places):
        only_on("postgresql")
        said = []

        def listen(execute, sql, params, several, context):
            said.append((sql, params))
            return execute(sql, params, several, context)

        with connection.execute_wrapper(listen):
            candidates("新宿")
        plans = ["\n".join(plan_of(*one)) for one in said if ">= %s" in one[0]]
        assert plans
        for plan in plans:
            assert re.search(r"Index Cond: .*key.* >= .* AND .*key.* < ", plan), plan


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


class TestTheAPI:
    def test_places_are_answered_as_documented(self, kanto, openapi):
        response = Client().get(PLACES, {"q": "渋谷", "limit": "5"})
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"
        body = response.json()
        assert body["query"] == {"q": "渋谷", "limit": 5, "kind": None}
        first = body["results"][0]
        assert first | {"id": ""} == {
            "id": "",
            "kind": "station",
            "label": "渋谷駅 (東京都)",
            "name": "渋谷",
            "name_kana": "シブヤ",
            "name_en": "Shibuya",
            "prefecture": {
                "slug": "tokyo",
                "label_ja": "東京都",
                "label_en": "Tokyo",
                "code": "13",
            },
            "municipality": None,
            "lat": 35.6586,
            "lng": 139.6999,
            "precision": "station",
        }
        assert body["results"][1]["municipality"] == {"code": "13113", "name": "渋谷区"}
        components = openapi["components"]["schemas"]
        for name, document in [
            ("PlaceList", body),
            *(("PlaceDocument", one) for one in body["results"]),
        ]:
            assert set(document) == set(components[name]["properties"])

    def test_the_schema_declares_the_address_and_its_parameters(self, openapi):
        operation = openapi["paths"][PLACES]["get"]
        asked = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
        assert asked == ["q", "limit", "kind"]
        assert operation["parameters"][0]["required"] is True
        jsonschema.Draft202012Validator.check_schema(operation["parameters"][1]["schema"])

    def test_the_sources_of_what_is_shown_are_credited(self, nowhere):
        PlaceSource.objects.all().delete()
        place("station", "渋谷", 35.6586, 139.6999, source="n02")
        place("station", "新宿", 35.6900, 139.6999, source="other")
        for name in ("n02", "other"):
            PlaceSource.objects.create(
                name=name,
                credit=f"Credit of {name}",
                licence="CC BY 4.0",
                loaded_at="2026-11-01T00:00:00Z",
            )
        body = Client().get(PLACES, {"q": "渋谷"}).json()
        assert body["credits"] == [{"credit": "Credit of n02", "licence": "CC BY 4.0", "url": None}]

    def test_no_place_is_an_empty_list(self, kanto):
        response = Client().get(PLACES, {"q": "どこにもない"})
        assert response.status_code == 200
        assert response.json()["results"] == response.json()["credits"] == []

    def test_no_cache_keeps_what_was_asked(self, kanto):
        assert Client().get(PLACES, {"q": "渋谷"})["Cache-Control"] == "private, no-store"
        assert "no-store" in Client().get(PLACES, {"q": ""})["Cache-Control"]

    def test_head_answers_without_a_body(self, kanto):
        response = Client().head(PLACES, {"q": "渋谷"})
        assert response.status_code == 200
        assert response.content == b""

    @pytest.mark.parametrize(
        ("query_string", "parameter", "code"),
        [
            ("", "q", "required"),
            ("?q=", "q", "blank"),
            ("?q=%20%E3%80%80", "q", "blank"),
            ("?q=" + "a" * 101, "q", "too-long"),
            ("?q=a&q=b", "q", "repeated-parameter"),
            ("?q=a%00b", "q", "control-character"),
            ("?q=a&limit=0", "limit", "out-of-range"),
            ("?q=a&limit=21", "limit", "out-of-range"),
            ("?q=a&limit=ten", "limit", "not-a-number"),
            ("?q=a&limit=", "limit", "blank"),
            ("?q=a&kind=sttion", "kind", "unknown-value"),
            ("?q=a&kidn=station", "kidn", "unknown-parameter"),
        ],
    )
    def test_what_cannot_be_understood_is_refused_by_name(
        self, kanto, query_string, parameter, code
    ):
        response = Client().get(PLACES + query_string)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        errors = response.json()["errors"]
        assert [(error["parameter"], error["code"]) for error in errors] == [(parameter, code)]

    def test_a_misspelt_word_is_refused_with_the_right_one(self, kanto):
        for query_string, suggested in [("?q=a&kind=sttion", "station"), ("?q=a&kidn=b", "kind")]:
            (error,) = Client().get(PLACES + query_string).json()["errors"]
            assert error["suggestion"] == suggested

    def test_the_longest_text_and_limit_are_accepted(self, kanto):
        query = {"q": "a" * 100, "limit": "20", "kind": "station,town"}
        response = Client().get(PLACES, query)
        assert response.status_code == 200
        assert response.json()["query"]["kind"] == ["station", "town"]

    def test_writing_is_not_allowed(self, kanto):
        assert Client().post(PLACES, {"q": "渋谷"}).status_code == 405
