"""Spellings of one word meet, and names are found however they are typed."""

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinics.kanji_variants import COMMON_FORM, TABLES
from clinics.text import (
    BIGRAM_BITS,
    bigram_bits,
    fold,
    name_forms,
    search_key,
    search_text,
    search_words,
    without_legal_form,
)
from tests.real_names import IN_THE_REGISTER, IN_THE_STARTER_CATALOGUE

STARTER = Path(__file__).parent.parent / "fixtures" / "starter" / "facilities.json"
NAME_COLUMNS = ("正式名称", "正式名称（フリガナ）", "略称", "英語表記（ローマ字表記）")

# Everything that the rules look at, so that random texts put the rules beside each other.
RULED = (
    "かがカガｶけケｹげゲヶヵ゙゚ﾞうウヴゔァアィユりリヽゝー－-~・ 1２_丘山東京都立髙éＡßİΐ\u0345가가々〇"
)

Case = tuple[str, str, bool]


@pytest.mark.parametrize(
    "spellings",
    [
        ("澤村 沢村", "沢村　澤村"),
        ("髙橋", "高橋"),
        ("山﨑", "山崎", "山嵜"),
        ("斎藤", "齋藤", "斉藤", "齊藤"),
        ("渡辺", "渡邊", "渡邉"),
        ("廣瀬", "広瀬", "広瀨"),
        ("櫻井", "桜井"),
        ("國學院", "国学院"),
        ("醫療會", "医療会"),
        ("濱田", "浜田", "濵田"),
        ("眞田", "真田"),
        ("中嶋", "中島", "中嶌"),
        ("龍野", "竜野"),
        ("瀧川", "滝川"),
        ("槇", "槙"),
        ("萬田", "万田"),
        ("惠愛", "恵愛"),
        ("德洲会", "徳洲会"),
        ("上條", "上条"),
        ("榮豐壽圓", "栄豊寿円"),
        ("藏與禮彌", "蔵与礼弥"),
        ("慶應", "慶応"),
        ("𠮷田", "吉田"),
        ("麴町", "麹町"),
        ("頸椎", "頚椎"),
        ("靱帯", "靭帯"),
        ("神\ufe00谷", "神谷", "\ufa19谷"),
        ("辻\U000e0100", "辻"),
        ("⻑⾕川", "長谷川"),
        ("綜合病院", "総合病院"),
        ("付属病院", "附属病院"),
        ("霞ヶ関", "霞ケ関", "霞が関", "霞ガ関", "霞関"),
        ("三ヵ尻", "三カ尻"),
        ("ひばりヶ丘", "ひばりケ丘", "ひばりが丘", "ヒバリガ丘"),
        ("ヴァイタル", "ヴアイタル", "バイタル", "ゔぁいたる"),
        ("ヴィラ", "ビラ"),
        ("ヴ", "ブ"),
        ("ヴェルデ", "ベルデ"),
        ("インタヴュー", "インタビュー"),
        ("みかづき", "ミカズキ"),
        ("はなぢ", "ハナジ"),
        ("ヱビス", "エビス"),
        ("リハビリテーション", "リハビリテ-シヨン", "ﾘﾊﾋﾞﾘﾃｰｼｮﾝ", "りはびりてーしょん"),
        ("クリニック", "クリニツク", "くりにっく", "ｸﾘﾆｯｸ"),
        ("センター", "センタ―", "センタ－", "センタ～", "センタ‐", "センタ—", "センタ"),
        ("カ゛ン", "ガン", "ｶﾞﾝ", "か\u3099ん"),
        ("セカンド・オピニオン", "セカンド オピニオン", "セカンドｵﾋﾟﾆｵﾝ"),
        ("（医）「青葉」【本院】", "医青葉本院"),
        ("３－１－３", "3-1-3", "3−1−3", "3ー1ー3", "3‐1―3"),
        ("ＪＣＨＯ", "jcho", "Jcho"),
        ("Tōkyō", "TOKYO", "tokyo"),
        ("St. Marianna’s", "ST MARIANNAS"),
        ("Straße", "STRASSE"),
        ("㈱ ①", "(株)1"),
    ],
)
def test_spellings_of_one_word_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({search_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1-11", "11-1"),
        ("1-11", "111"),
        ("がん", "けん"),
        ("埼玉", "崎玉"),
        ("大阪", "大坂"),
        ("ハハ", "パパ"),
        ("抜け道", "抜道"),
        ("みやけ医院", "みや医院"),
        ("つが整形外科", "つ整形外科"),
        ("日本", "日木"),
    ],
)
def test_different_words_have_different_keys(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


def test_kyoto_is_not_found_in_tokyo() -> None:
    assert search_key("京都") not in search_key("東京都新宿区信濃町")
    assert search_key("京都") in search_key("京都府京都市")
    assert search_key("東京都") in search_key("東京都新宿区")
    assert search_key("東京") in search_key("東京都新宿区")
    assert search_key("新宿区") in search_key("東京都新宿区")
    assert search_key("東京都新宿区") in search_key("東京都新宿区")
    assert search_key("都立駒込") in search_key("東京都立駒込病院")
    assert search_key("東京都立駒込") in search_key("東京都立駒込病院")


@given(st.one_of(st.text(), st.text(RULED, max_size=9)))
@example("緑ガガ丘")
@example("りケガ丘")
@example("東京都都立")
@example("東京ヶ都")
@example("1-・2")
@example("カ・゙")
@example("ᄀ ᅡ")
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@given(st.one_of(st.text(), st.text(RULED, max_size=9)))
def test_a_key_has_letters_and_digits_and_hyphens_between_digits(text: str) -> None:
    without_hyphens = re.sub(r"(?<=[0-9])-(?=[0-9])", "", search_key(text))
    assert {unicodedata.category(letter)[0] for letter in without_hyphens} <= {"L", "N"}


@given(
    st.text("あいくしとねがざだばぱぁっゃゅょんアイクシトネガザダバパァッャュョンー", max_size=12)
)
def test_kana_of_either_kind_meet(text: str) -> None:
    # The names of the characters say which katakana belongs to which hiragana.
    swapped = "".join(
        letter
        if letter == "ー"
        else unicodedata.lookup(unicodedata.name(letter).replace("HIRAGANA", "KATAKANA"))
        for letter in text
    )
    assert search_key(swapped) == search_key(text)


@given(
    st.text("青葉会病院髙澤リハビリテーションくどう（）・　- abCé", max_size=20),
    st.data(),
)
def test_a_word_cut_out_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    assert search_key(text[begin:end]) in search_key(text)


def test_no_kanji_stands_in_two_places_of_the_tables() -> None:
    others = Counter(v for table in TABLES for kanji in table.split() for v in kanji[1:])
    common = {kanji[0] for table in TABLES for kanji in table.split()}
    assert [variant for variant, times in others.items() if times > 1] == []
    assert common & others.keys() == set()
    assert len(others) == len(COMMON_FORM)


def test_every_other_form_is_one_that_unicode_keeps_apart() -> None:
    for code, common in COMMON_FORM.items():
        assert unicodedata.normalize("NFKD", chr(code)) == chr(code)
        assert unicodedata.normalize("NFKD", common) == common


def test_folding_for_order_keeps_spaces_and_marks() -> None:
    assert fold(" ﾘﾊﾋﾞﾘテーション　ＡＢＣ ") == "リハビリテーション abc"
    assert fold("りはびり") == "リハビリ"
    assert fold("髙﨑・本院") == "髙﨑・本院"


HAND_CHECKED = (
    ("札幌医科大学附属病院", "札幌医科大学附属病院"),
    ("社会医療法人医仁会中村記念病院", "医仁会中村記念病院", "中村記念病院"),
    (
        "独立行政法人地域医療機能推進機構　北海道病院",
        "地域医療機能推進機構北海道病院",
        "北海道病院",
    ),
    ("医療法人社団図南会あしりべつ病院", "図南会あしりべつ病院", "あしりべつ病院"),
    ("医療法人　砂川慈恵会病院", "砂川慈恵会病院"),
    ("社会医療法人　北斗　北斗病院", "北斗北斗病院"),
    ("医療法人共生会　松園第二病院", "共生会松園第二病院", "松園第二病院"),
    ("医療法人仁医会（財団）釜石厚生病院", "仁医会（財団）釜石厚生病院", "釜石厚生病院"),
    ("独立行政法人　国立病院機構　宮城病院", "国立病院機構宮城病院", "宮城病院"),
    ("医療法人社団仁明会齋藤病院", "仁明会斎藤病院", "斎藤病院"),
    ("国立大学法人山形大学医学部附属病院", "山形大学医学部附属病院"),
    ("社会福祉法人恩賜財団済生会山形済生病院", "済生会山形済生病院", "山形済生病院"),
    ("公立大学法人　福島県立医科大学附属病院", "福島県立医科大学附属病院"),
    (
        "福島県厚生農業協同組合連合会　白河厚生総合病院",
        "福島県厚生農業協同組合連合会　白河厚生総合病院",
        "白河厚生総合病院",
    ),
    ("竹田綜合病院", "竹田総合病院"),
    ("株式会社日立製作所日立総合病院", "日立製作所日立総合病院"),
    ("医療法人小沢眼科内科病院", "小沢眼科内科病院"),
    ("医療法人健佑会いちはら病院", "健佑会いちはら病院", "いちはら病院"),
    ("日本赤十字社栃木県支部足利赤十字病院", "日本赤十字社栃木県支部足利赤十字病院"),
    ("医療法人社団　善衆会　善衆会病院", "善衆会善衆会病院", "善衆会病院"),
    ("医療法人社団日高会日高病院", "日高会日高病院", "日高病院"),
    ("埼玉医科大学国際医療センター", "埼玉医科大学国際医療センター"),
    ("社会医療法人　熊谷総合病院", "熊谷総合病院"),
    ("医療法人社団協友会八潮中央総合病院", "協友会八潮中央総合病院", "八潮中央総合病院"),
    (
        "国立研究開発法人国立がん研究センター中央病院",
        "国立がん研究センター中央病院",
    ),
    (
        "国家公務員共済組合連合会　虎の門病院",
        "国家公務員共済組合連合会　虎の門病院",
        "虎の門病院",
    ),
    (
        "国家公務員共済組合連合会佐世保共済病院",
        "国家公務員共済組合連合会佐世保共済病院",
        "佐世保共済病院",
    ),
    (
        "地方独立行政法人東京都立病院機構　東京都立駒込病院",
        "東京都立病院機構東京都立駒込病院",
        "東京都立駒込病院",
    ),
    ("日本赤十字社医療センター", "日本赤十字社医療センター"),
    (
        "学校法人帝京大学　帝京大学医学部附属病院",
        "帝京大学帝京大学医学部附属病院",
        "帝京大学医学部附属病院",
    ),
    ("医療法人社団　明芳会　高島平中央総合病院", "明芳会高島平中央総合病院", "高島平中央総合病院"),
    ("公益財団法人がん研究会　有明病院", "がん研究会有明病院", "有明病院"),
    ("医療法人徳洲会湘南藤沢徳洲会病院", "徳洲会湘南藤沢徳洲会病院", "湘南藤沢徳洲会病院"),
    (
        "社会福祉法人聖隷福祉事業団総合病院聖隷浜松病院",
        "聖隷福祉事業団総合病院聖隷浜松病院",
        "総合病院聖隷浜松病院",
    ),
    (
        "岐阜県厚生農業協同組合連合会東濃中部医療センター　土岐市立総合病院",
        "岐阜県厚生農業協同組合連合会東濃中部医療センター　土岐市立総合病院",
    ),
    ("公益財団法人　天理よろづ相談所病院", "天理よろず相談所病院"),
    (
        "宗教法人　在日本南プレスビテリアンミッション　淀川キリスト教病院",
        "在日本南プレスビテリアンミッション　淀川キリスト教病院",
    ),
    ("マツダ株式会社マツダ病院", "マツダ株式会社マツダ病院"),
    ("公立学校共済組合　九州中央病院", "公立学校共済組合　九州中央病院", "九州中央病院"),
    ("社会保険田川病院", "社会保険田川病院"),
)


@pytest.mark.parametrize("checked", HAND_CHECKED, ids=lambda checked: checked[0])
def test_a_name_is_looked_for_without_legal_form_and_without_corporation(
    checked: tuple[str, ...],
) -> None:
    name, *forms = checked
    assert name_forms([name]) == tuple(search_key(form) for form in forms)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("医療法人社団　青葉会　青葉クリニック", ["青葉会青葉クリニック", "青葉クリニック"]),
        ("（医）青葉会　青葉クリニック", ["青葉会青葉クリニック", "青葉クリニック"]),
        ("㈱麻生 飯塚病院", ["麻生飯塚病院", "飯塚病院"]),
        (
            "イリョウホウジンシャダン アオバカイ アオバクリニック",
            ["アオバカイアオバクリニック", "アオバクリニック"],
        ),
        ("イリヨウホウジンシヤダンアオバカイ", ["アオバカイ"]),
        ("Iryouhouzin Syadan Aobakai Aoba Clinic", ["aobakai aoba clinic", "aoba clinic"]),
        ("Medical Corporation Aobakai Aoba Clinic", ["aobakai aoba clinic", "aoba clinic"]),
        ("医療法人社団佐藤　内科クリニック", ["佐藤内科クリニック"]),
        ("医療法人社団", ["医療法人社団"]),
        ("医療法人会田病院", ["会田病院"]),
        ("一般社団法人社会事業協会小樽病院", ["社会事業協会小樽病院", "小樽病院"]),
        ("", []),
        ("　・", []),
    ],
)
def test_legal_forms_of_every_spelling_are_left_out(name: str, forms: list[str]) -> None:
    assert name_forms([name]) == tuple(map(search_key, forms))


def test_a_form_that_several_names_share_is_there_once() -> None:
    assert name_forms(["佐藤病院", "サトウビョウイン", "佐藤病院", "医療法人佐藤病院"]) == (
        search_key("佐藤病院"),
        search_key("サトウビョウイン"),
    )


def test_a_name_without_its_legal_form_may_be_empty() -> None:
    assert without_legal_form("医療法人社団") == ""
    assert without_legal_form("医療法人社団青葉会") == search_key("青葉会")
    assert without_legal_form("社団青葉会") == search_key("社団青葉会")


def test_every_form_stands_on_a_line_of_its_own() -> None:
    assert search_text(["青葉", "aoba"]) == "\n青葉\naoba\n"
    assert search_text([]) == "\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("神経内科　東京", ["神経内科", "東京"]),
        ("neurology, Tokyo/Osaka", ["neurology", "tokyo", "osaka"]),
        ("医療法人社団青葉会 青葉クリニック", ["青葉会", "青葉クリニック"]),
        ("医療法人　社団　青葉会", ["青葉会"]),
        ("青葉クリニック 医療法人社団", ["青葉クリニック"]),
        ("（医） 青葉会", ["青葉会"]),
        ("医療法人社団", []),
        ("、。 ・", []),
    ],
)
def test_words_come_without_legal_forms(text: str, words: list[str]) -> None:
    assert search_words(text) == [search_key(word) for word in words]


def tier(forms: tuple[str, ...], address: str, typed: str) -> int | None:
    """How well typed words fit a facility, 0 best, None not at all."""
    words = search_words(typed)
    phrase = "".join(words)
    if not all(any(word in text for text in (*forms, address)) for word in words):
        return None
    if phrase in forms:
        return 0
    if any(form.startswith(phrase) for form in forms):
        return 1
    if any(phrase in form for form in forms):
        return 2
    return 3 if all(any(word in form for form in forms) for word in words) else 4


@pytest.fixture(scope="module")
def starter() -> dict[str, tuple[tuple[str, ...], str]]:
    """The forms and the address of every facility of the starter catalogue, by its official id."""
    keys = ("name", "name_kana", "short_name", "name_en")
    return {
        facility["official_id"]: (
            name_forms(facility.get(key, "") for key in keys),
            search_key(facility["address"]),
        )
        for facility in json.loads(STARTER.read_text(encoding="utf-8"))["facilities"]
    }


@pytest.mark.parametrize("case", IN_THE_STARTER_CATALOGUE, ids=lambda case: case[0])
def test_a_facility_is_found_as_people_type_it(
    case: Case, starter: dict[str, tuple[tuple[str, ...], str]]
) -> None:
    typed, official_id, must_be_first = case
    found = {key: fit for key, texts in starter.items() if (fit := tier(*texts, typed)) is not None}
    assert official_id in found
    if must_be_first:
        assert [key for key, fit in found.items() if fit <= found[official_id]] == [official_id]


def register_rows(official_data_dir: Path) -> Iterator[dict[str, str]]:
    file = official_data_dir / "official" / "01-1_hospital_facility_info_20250601.zip"
    with (
        zipfile.ZipFile(file) as archive,
        archive.open(archive.namelist()[0]) as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text,
    ):
        yield from csv.DictReader(text)


@pytest.mark.official_data
def test_every_hospital_of_the_register_has_forms_that_are_names(official_data_dir: Path) -> None:
    names = set()
    hospitals = 0
    for row in register_rows(official_data_dir):
        forms = name_forms(row[column] for column in NAME_COLUMNS)
        assert forms, row["ID"]
        assert "" not in forms, row["ID"]
        assert len(set(forms)) == len(forms), row["ID"]
        assert all(search_key(form) == form for form in forms), row["ID"]
        assert search_key(row["正式名称"]).endswith(forms[0]), row["ID"]
        assert not forms[0].startswith(("医療法人", "社会医療法人", "独立行政法人")), row["ID"]
        hospitals += 1
        names.add(row["正式名称"])
    assert hospitals == 7587
    assert [name for name, *_ in HAND_CHECKED if name not in names] == []


@pytest.mark.official_data
def test_a_facility_of_the_register_is_found_as_people_type_it(official_data_dir: Path) -> None:
    rows = {row["ID"]: row for row in register_rows(official_data_dir)}
    missed = [
        (typed, rows[official_id]["正式名称"])
        for typed, official_id in IN_THE_REGISTER
        if tier(
            name_forms(rows[official_id][column] for column in NAME_COLUMNS),
            search_key(rows[official_id]["所在地"]),
            typed,
        )
        is None
    ]
    assert missed == []


@given(st.text(), st.text(min_size=1), st.text())
def test_a_text_has_all_the_bigram_bits_of_what_it_holds(
    before: str, word: str, after: str
) -> None:
    bits = bigram_bits(word)
    assert bigram_bits(f"{before}{word}{after}") & bits == bits
    assert 0 <= bits < 1 << BIGRAM_BITS


def test_bigram_bits_tell_most_words_apart_and_join_no_lines() -> None:
    assert bigram_bits("神経") != bigram_bits("外科")
    assert bigram_bits("神\n経") == 0 == bigram_bits("神")
