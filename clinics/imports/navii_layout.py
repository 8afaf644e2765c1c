"""The sheets and columns of the ministry's 医療情報ネット（ナビイ） open data.

Column names are those of the CSV files, word for word. Source: 「医療情報ネットのオープンデータ」
definition document v1.0, https://www.mhlw.go.jp/content/11121000/001306376.xlsx
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from clinics.models import Kind

Content = Literal["facilities", "departments"]

ID = "ID"
NAME = "正式名称"
NAME_KANA = "正式名称（フリガナ）"
SHORT_NAME = "略称"
NAME_EN = "英語表記（ローマ字表記）"
KIND = "機関区分"
PREFECTURE = "都道府県コード"
MUNICIPALITY = "市区町村コード"
ADDRESS = "所在地"
LATITUDE = "所在地座標（緯度）"
LONGITUDE = "所在地座標（経度）"
WEBSITE = "案内用ホームページアドレス"
HOLIDAYS = "祝日に休診"
REMARKS = "その他の休診日（gw、お盆等）"
CODE = "診療科目コード"
DEPARTMENT = "診療科目名"
BAND = "診療時間帯"

WEEKLY = tuple(f"毎週決まった曜日に休診（{day}）" for day in "月火水木金土日")
NTH_WEEK = tuple(
    f"決まった週に休診（定期週）第{week}週（{day}）"
    for week in range(1, 6)
    for day in "月火水木金土日"
)
CONSULTATION = tuple(
    f"{day}_診療{end}時間" for day in "月火水木金土日祝" for end in ("開始", "終了")
)
RECEPTION = tuple(
    f"{day}_外来受付{end}時間" for day in "月火水木金土日祝" for end in ("開始", "終了")
)

FACILITY_COLUMNS = (
    ID,
    NAME,
    NAME_KANA,
    SHORT_NAME,
    NAME_EN,
    KIND,
    PREFECTURE,
    MUNICIPALITY,
    ADDRESS,
    LATITUDE,
    LONGITUDE,
    WEBSITE,
    *WEEKLY,
    *NTH_WEEK,
    HOLIDAYS,
    REMARKS,
)
DEPARTMENT_COLUMNS = (ID, CODE, DEPARTMENT, BAND, *CONSULTATION, *RECEPTION)
# Defined by the ministry, not read here; the psychiatric, tuberculosis and infection beds are
# columns of the hospital sheet alone.
UNREAD_COLUMNS = (
    "略称（フリガナ）",
    "一般病床",
    "療養病床",
    "療養病床のうち医療保険適用",
    "療養病床のうち介護保険適用",
    "精神病床",
    "結核病床",
    "感染症病床",
    "合計病床数",
)
COLUMNS: dict[Content, tuple[str, ...]] = {
    "facilities": FACILITY_COLUMNS,
    "departments": DEPARTMENT_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """One of the ministry's sheets: its number, whose it is, and what stands in it."""

    number: str
    kind: Kind
    content: Content
    title: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have to be there, in the order in which they are read."""
        return COLUMNS[self.content]


LAYOUTS = {
    layout.number: layout
    for layout in (
        Layout("01-1", Kind.HOSPITAL, "facilities", "01-1 hospital facilities"),
        Layout("01-2", Kind.HOSPITAL, "departments", "01-2 hospital departments and hours"),
        Layout("02-1", Kind.CLINIC, "facilities", "02-1 clinic facilities"),
        Layout("02-2", Kind.CLINIC, "departments", "02-2 clinic departments and hours"),
    )
}
# The first two digits of sheets that are published beside these and not read.
OTHER_SHEETS = {"03": "dental clinics", "04": "midwives' homes", "05": "pharmacies"}

# 機関区分, which is also the third character of an ID.
KIND_DIGITS = {"1": Kind.HOSPITAL, "2": Kind.CLINIC}
OTHER_KIND_DIGITS = frozenset("345")

# JIS X 0401, from 01 to 47.
PREFECTURES = (
    *("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県"),
    *("群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県"),
    *("山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府"),
    *("兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県"),
    *("香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県"),
    *("鹿児島県", "沖縄県"),
)
PREFECTURE_NAMES = {f"{code:02}": name for code, name in enumerate(PREFECTURES, start=1)}


def header_key(text: str) -> str:
    """Equal for spellings of one column: the definition has （GW、お盆等）, the files （gw、…）."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).strip("\"'")
