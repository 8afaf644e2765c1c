"""How names of places are folded, and under which spellings a place is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.imports.places_readings import is_reading, latin_spellings
from clinics.place_names import MAX_KEY_LENGTH, fold_place, place_keys, without_district

KANA = st.text(st.characters(min_codepoint=ord("ァ"), max_codepoint=ord("ヴ")), max_size=12)
ASCII = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12)
NAMES = st.text(
    st.sampled_from(
        "新宿西東京都府県市区町村三四十二丁目条号ケヶがガノの之ツつッ御おオーｶﾞA- ・1澤沢"
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("市ヶ谷", "市ケ谷", "市が谷", "市ガ谷", "市ｹ谷"),
        ("霞が関", "霞ヶ関", "霞ケ関"),
        ("丸の内", "丸ノ内", "丸之内", "丸 の 内"),
        ("四ツ橋", "四つ橋", "四ッ橋"),
        ("御茶ノ水", "お茶の水", "お茶ノ水"),
        ("西新宿二丁目", "西新宿2丁目", "西新宿２丁目"),
        ("北二十四条西", "北24条西"),
        ("本町十一丁目", "本町11丁目"),
        ("100-0001", "１００－０００１", "〒100ー0001", "1000001", "100−0001"),
        ("Kyōto", "Kyoto", "KYOTO", "ｋｙｏｔｏ", "Kyo\u0304to"),
        ("Shin'ichi", "Shin’ichi", "Shinʼichi", "shin-ichi"),
        ("Shimbashi", "Shinbashi"),
        ("大阪市 北区", "大阪市北区", "大阪市　北区"),
        ("センター北", "せんたー北", "ｾﾝﾀｰ北"),
        ("元町・中華街", "元町中華街"),
        ("廣島", "広島"),
        ("龍ケ崎", "竜ヶ崎"),
    ],
)
def test_spellings_of_one_name_fold_alike(spellings: tuple[str, ...]) -> None:
    assert len({fold_place(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("府中市", "府中町"),
        ("センター", "センタ"),
        ("ガード", "カード"),
        ("東京", "京都"),
        ("一丁目", "二丁目"),
        ("十一丁目", "十二丁目"),
        ("かすみ", "がすみ"),
        ("Ota", "Oita"),
    ],
)
def test_names_of_different_places_stay_apart(one: str, other: str) -> None:
    assert fold_place(one) != fold_place(other)


@pytest.mark.parametrize("nothing", ["", "  ", "・、。", "-", "〒"])
def test_a_name_of_nothing_but_marks_folds_to_nothing(nothing: str) -> None:
    assert fold_place(nothing) == ""


@pytest.mark.parametrize(
    ("written", "value"),
    [("一", 1), ("九", 9), ("十", 10), ("十九", 19), ("二十", 20), ("九十九", 99)],
)
def test_a_counting_number_means_what_it_counts(written: str, value: int) -> None:
    assert fold_place(f"町{written}丁目") == fold_place(f"町{value}丁目")


@given(KANA)
def test_hiragana_and_katakana_fold_alike(katakana: str) -> None:
    hiragana = "".join(chr(ord(kana) - 0x60) for kana in katakana)
    assert fold_place(hiragana) == fold_place(katakana)


@given(ASCII)
def test_full_width_letters_fold_like_narrow_ones(text: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text)
    assert fold_place(wide) == fold_place(text)


@given(NAMES)
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold_place(fold_place(name)) == fold_place(name)


@given(st.text(max_size=20))
def test_any_text_folds_to_letters_and_digits(text: str) -> None:
    assert all(character.isalnum() for character in fold_place(text))


def keys(*args: str, **named: str) -> set[str]:
    return place_keys(*args, **named)


def test_a_prefecture_is_found_with_and_without_its_rank() -> None:
    found = keys("prefecture", "東京都", kana="トウキョウト", name_en="Tokyo")
    assert {"東京都", "東京", "トウキョウト", "トウキョウ", "tokyo", "tokyoto"} <= found


def test_hokkaido_does_not_lose_its_last_character() -> None:
    found = keys("prefecture", "北海道", kana="ほっかいどう", name_en="Hokkaido")
    assert "北海道" in found
    assert "北海" not in found


def test_a_ward_is_found_alone_in_its_city_and_in_its_prefecture() -> None:
    found = keys("municipality", "大阪市北区", prefecture="大阪府")
    assert {"大阪市北区", "大阪府大阪市北区", "北区"} <= found


def test_a_municipality_is_found_by_its_reading_without_rank() -> None:
    found = keys("municipality", "府中市", kana="ふちゅうし", prefecture="東京都")
    assert {"府中市", "府中", "東京都府中市", fold_place("ふちゅう")} <= found


def test_a_town_is_found_alone_in_its_municipality_and_in_its_prefecture() -> None:
    found = keys("town", "西新宿", municipality="新宿区", prefecture="東京都")
    assert found == {"西新宿", "新宿区西新宿", "東京都新宿区西新宿"}


def test_a_town_of_a_district_is_found_with_and_without_the_district() -> None:
    found = keys("town", "大字上野", municipality="安芸郡府中町", prefecture="広島県")
    assert {
        "広島県安芸郡府中町大字上野",
        "広島県府中町上野",
        "府中町上野",
        "上野",
    } <= found


def test_a_station_is_found_with_and_without_its_suffix_in_three_scripts() -> None:
    found = keys("station", "新宿", kana="シンジュク", name_en="Shinjuku")
    assert {
        "新宿",
        "新宿駅",
        "シンジュク",
        "シンジュクエキ",
        "shinjuku",
        "shinjukustation",
    } <= found


def test_a_postcode_is_found_by_its_seven_digits_alone() -> None:
    assert keys("postcode", "100-0001") == {"1000001"}


def test_a_key_that_does_not_fit_its_column_is_left_out() -> None:
    found = keys("town", "あ" * MAX_KEY_LENGTH, municipality="新宿区", prefecture="東京都")
    assert found == {"ア" * MAX_KEY_LENGTH}


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("安芸郡府中町", "府中町"),
        ("赤穂郡上郡町", "上郡町"),
        ("上郡町", "上郡町"),
        ("郡山市", "郡山市"),
        ("大和郡山市", "大和郡山市"),
        ("余市郡赤井川村", "赤井川村"),
        ("高市郡明日香村", "明日香村"),
    ],
)
def test_a_district_is_told_from_a_name_with_its_character(name: str, bare: str) -> None:
    assert without_district(name) == bare


@pytest.mark.parametrize(
    ("kana", "spelled"),
    [
        ("とうきょう", "tokyo"),
        ("おおさか", "osaka"),
        ("きょうと", "kyoto"),
        ("ふちゅう", "fuchu"),
        ("さっぽろ", "sapporo"),
        ("はっちょうぼり", "hatchobori"),
        ("まつうら", "matsuura"),
        ("しずおか", "shizuoka"),
        ("ちゃたん", "chatan"),
        ("ぎのわん", "ginowan"),
        ("じょうえつ", "joetsu"),
        ("ニセコ", "niseko"),
    ],
)
def test_a_reading_is_spelled_as_on_the_signs(kana: str, spelled: str) -> None:
    assert spelled in latin_spellings(kana)


def test_a_reading_without_a_long_vowel_has_one_spelling() -> None:
    assert latin_spellings("すぎなみ") == {"suginami"}


@pytest.mark.parametrize("kana", ["", "大阪", "ふ中"])
def test_what_is_no_kana_is_not_spelled(kana: str) -> None:
    assert latin_spellings(kana) == set()


@pytest.mark.parametrize("latin", ["Chofu", "Chōfu", "Choufu", "Chofu-shi", "Chofu City"])
def test_a_latin_name_is_known_as_a_reading_whatever_its_long_vowels(latin: str) -> None:
    assert is_reading("ちょうふ", latin)


@pytest.mark.parametrize(
    ("kana", "latin"), [("かしわら", "Kashihara"), ("ふなばし", "Honcho"), ("えどがわ", "Edogawe")]
)
def test_the_name_of_another_place_is_no_reading(kana: str, latin: str) -> None:
    assert not is_reading(kana, latin)
