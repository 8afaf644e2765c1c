"""Invented names and addresses of facilities, made as real ones are: kanji, kana, Latin letters.

Most names are a family or a place and a common word; many facilities share one.
"""

import random
from typing import NamedTuple

from benchmarks.japan import PREFECTURES, City


class Word(NamedTuple):
    """A word as it is written, spoken and romanised."""

    written: str
    kana: str
    latin: str


class Naming(NamedTuple):
    """All that a facility is called; ``latin`` is empty for most."""

    name: str
    kana: str
    short: str
    latin: str


def _words(text: str) -> tuple[Word, ...]:
    return tuple(Word(*word.split("/")) for word in text.split())


FAMILIES = _words(
    "佐藤/サトウ/Sato 鈴木/スズキ/Suzuki 高橋/タカハシ/Takahashi 田中/タナカ/Tanaka 伊藤/イトウ/Ito "
    "渡辺/ワタナベ/Watanabe 山本/ヤマモト/Yamamoto 中村/ナカムラ/Nakamura 小林/コバヤシ/Kobayashi "
    "加藤/カトウ/Kato 吉田/ヨシダ/Yoshida 山田/ヤマダ/Yamada 佐々木/ササキ/Sasaki 山口/ヤマグチ/Yamaguchi "
    "松本/マツモト/Matsumoto 井上/イノウエ/Inoue 木村/キムラ/Kimura 林/ハヤシ/Hayashi 斎藤/サイトウ/Saito "
    "清水/シミズ/Shimizu 山崎/ヤマザキ/Yamazaki 森/モリ/Mori 池田/イケダ/Ikeda 橋本/ハシモト/Hashimoto "
    "阿部/アベ/Abe 石川/イシカワ/Ishikawa 前田/マエダ/Maeda 藤田/フジタ/Fujita 小川/オガワ/Ogawa 岡田/オカダ/Okada "
    "後藤/ゴトウ/Goto 長谷川/ハセガワ/Hasegawa 村上/ムラカミ/Murakami 近藤/コンドウ/Kondo 石井/イシイ/Ishii "
    "坂本/サカモト/Sakamoto 遠藤/エンドウ/Endo 青木/アオキ/Aoki 藤井/フジイ/Fujii 西村/ニシムラ/Nishimura "
    "福田/フクダ/Fukuda 太田/オオタ/Ota 三浦/ミウラ/Miura 岡本/オカモト/Okamoto 松田/マツダ/Matsuda "
    "中島/ナカジマ/Nakajima 中川/ナカガワ/Nakagawa 原田/ハラダ/Harada 小野/オノ/Ono 田村/タムラ/Tamura"
)
PLACES = _words(
    "青葉/アオバ/Aoba 中央/チュウオウ/Chuo 若葉/ワカバ/Wakaba みどり/ミドリ/Midori 駅前/エキマエ/Ekimae "
    "本町/ホンチョウ/Honcho さくら/サクラ/Sakura ひまわり/ヒマワリ/Himawari 緑が丘/ミドリガオカ/Midorigaoka "
    "桜台/サクラダイ/Sakuradai 東/ヒガシ/Higashi 西/ニシ/Nishi 南/ミナミ/Minami 北/キタ/Kita 港/ミナト/Minato "
    "旭/アサヒ/Asahi 泉/イズミ/Izumi 光/ヒカリ/Hikari ふれあい/フレアイ/Fureai すずらん/スズラン/Suzuran"
)
# The words that names end in, each as often as it stands here.
CLINIC_WORDS = _words(
    "クリニック/クリニック/Clinic クリニック/クリニック/Clinic クリニック/クリニック/Clinic 医院/イイン/Clinic 医院/イイン/Clinic "
    "医院/イイン/Clinic 医院/イイン/Clinic 診療所/シンリョウジョ/Clinic 内科/ナイカ/Internal-Medicine "
    "内科クリニック/ナイカクリニック/Medical-Clinic 内科医院/ナイカイイン/Medical-Clinic "
    "内科小児科医院/ナイカショウニカイイン/Medical-Clinic 整形外科/セイケイゲカ/Orthopaedics "
    "整形外科クリニック/セイケイゲカクリニック/Orthopaedic-Clinic 皮膚科/ヒフカ/Dermatology 眼科/ガンカ/Eye-Clinic "
    "こどもクリニック/コドモクリニック/Children's-Clinic 耳鼻咽喉科/ジビインコウカ/ENT-Clinic "
    "脳神経クリニック/ノウシンケイクリニック/Neurology-Clinic 歯科医院/シカイイン/Dental-Clinic"
)
HOSPITAL_WORDS = _words(
    "病院/ビョウイン/Hospital 病院/ビョウイン/Hospital 総合病院/ソウゴウビョウイン/General-Hospital "
    "記念病院/キネンビョウイン/Memorial-Hospital"
)
RARE_NAME = Word("雪椿堂", "ユキツバキドウ", "Yukitsubakido")
LEGAL_FORMS = ("医療法人", "医療法人社団", "社会医療法人")
STREETS = [
    "本町",
    "中央",
    "栄町",
    "旭町",
    "緑町",
    "新町",
    "東町",
    "西町",
    "南町",
    "北町",
    "元町",
    "泉町",
    "幸町",
    "末広町",
    "若松町",
    "桜木町",
    "大手町",
    "駅前",
    "城東",
    "港町",
]

# One facility in so many has the rare name, beginning with this one.
RARE_EVERY, RARE_FIRST = 100_000, 7
SHARE_OF_FAMILIES = 0.6
SHARE_OF_CORPORATIONS = 0.45
SHARE_WITH_LATIN = 0.2


def naming(serial: int, is_hospital: bool, drawn: random.Random) -> Naming:
    """What the facility of a number is called."""
    word = drawn.choice(HOSPITAL_WORDS if is_hospital else CLINIC_WORDS)
    family, place = drawn.choice(FAMILIES), drawn.choice(PLACES)
    stem = family if drawn.random() < SHARE_OF_FAMILIES else place
    if serial % RARE_EVERY == RARE_FIRST:
        stem = RARE_NAME
    short = f"{stem.written}{word.written}"
    corporation = ""
    if drawn.random() < SHARE_OF_CORPORATIONS:
        corporation = f"{drawn.choice(LEGAL_FORMS)}　{family.written}会　"
    latin = ""
    if drawn.random() < SHARE_WITH_LATIN:
        latin = f"{stem.latin} {word.latin.replace('-', ' ')}"
    return Naming(f"{corporation}{short}", f"{stem.kana}{word.kana}", short, latin)


def address(city: City, drawn: random.Random) -> str:
    """Where in a city it stands, as registers write it."""
    prefecture = PREFECTURES[int(city.code[:2]) - 1]
    street = drawn.choice(STREETS)
    block, house, door = drawn.randint(1, 9), drawn.randint(1, 30), drawn.randint(1, 25)
    return f"{prefecture}{city.name}{street}{block}丁目{house}－{door}"
