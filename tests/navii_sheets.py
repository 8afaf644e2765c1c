"""Writes small files in the ministry's layout, with its headers word for word.

Rows are what a facility would type, under short names: see :func:`facility` and :func:`hours`.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from clinics.imports.navii import read_release
from clinics.imports.navii_files import open_release
from clinics.imports.records import FacilityRecord, Finding

# Bytes as published: the hospital sheet alone has psychiatric, tuberculosis and infection beds.
HOSPITAL_HEADER = (
    '"ID","正式名称","正式名称（フリガナ）","略称","略称（フリガナ）","英語表記（ローマ字表記）","機関区分","都道府県コード","市区町村コード",'
    '"所在地","所在地座標（緯度）","所在地座標（経度）","案内用ホームページアドレス","毎週決まった曜日に休診（月）","毎週決まった曜日に休診（火）",'
    '"毎週決まった曜日に休診（水）","毎週決まった曜日に休診（木）","毎週決まった曜日に休診（金）","毎週決まった曜日に休診（土）","毎週決まった曜日に休診（日）",'
    '"決まった週に休診（定期週）第1週（月）","決まった週に休診（定期週）第1週（火）","決まった週に休診（定期週）第1週（水）","決まった週に休診（定期週）第1週（木）",'
    '"決まった週に休診（定期週）第1週（金）","決まった週に休診（定期週）第1週（土）","決まった週に休診（定期週）第1週（日）","決まった週に休診（定期週）第2週（月）",'
    '"決まった週に休診（定期週）第2週（火）","決まった週に休診（定期週）第2週（水）","決まった週に休診（定期週）第2週（木）","決まった週に休診（定期週）第2週（金）",'
    '"決まった週に休診（定期週）第2週（土）","決まった週に休診（定期週）第2週（日）","決まった週に休診（定期週）第3週（月）","決まった週に休診（定期週）第3週（火）",'
    '"決まった週に休診（定期週）第3週（水）","決まった週に休診（定期週）第3週（木）","決まった週に休診（定期週）第3週（金）","決まった週に休診（定期週）第3週（土）",'
    '"決まった週に休診（定期週）第3週（日）","決まった週に休診（定期週）第4週（月）","決まった週に休診（定期週）第4週（火）","決まった週に休診（定期週）第4週（水）",'
    '"決まった週に休診（定期週）第4週（木）","決まった週に休診（定期週）第4週（金）","決まった週に休診（定期週）第4週（土）","決まった週に休診（定期週）第4週（日）",'
    '"決まった週に休診（定期週）第5週（月）","決まった週に休診（定期週）第5週（火）","決まった週に休診（定期週）第5週（水）","決まった週に休診（定期週）第5週（木）",'
    '"決まった週に休診（定期週）第5週（金）","決まった週に休診（定期週）第5週（土）","決まった週に休診（定期週）第5週（日）","祝日に休診",'
    '"その他の休診日（gw、お盆等）","一般病床","療養病床","療養病床のうち医療保険適用","療養病床のうち介護保険適用","精神病床","結核病床","感染症病床",'
    '"合計病床数"'
)
CLINIC_HEADER = (
    '"ID","正式名称","正式名称（フリガナ）","略称","略称（フリガナ）","英語表記（ローマ字表記）","機関区分","都道府県コード","市区町村コード",'
    '"所在地","所在地座標（緯度）","所在地座標（経度）","案内用ホームページアドレス","毎週決まった曜日に休診（月）","毎週決まった曜日に休診（火）",'
    '"毎週決まった曜日に休診（水）","毎週決まった曜日に休診（木）","毎週決まった曜日に休診（金）","毎週決まった曜日に休診（土）","毎週決まった曜日に休診（日）",'
    '"決まった週に休診（定期週）第1週（月）","決まった週に休診（定期週）第1週（火）","決まった週に休診（定期週）第1週（水）","決まった週に休診（定期週）第1週（木）",'
    '"決まった週に休診（定期週）第1週（金）","決まった週に休診（定期週）第1週（土）","決まった週に休診（定期週）第1週（日）","決まった週に休診（定期週）第2週（月）",'
    '"決まった週に休診（定期週）第2週（火）","決まった週に休診（定期週）第2週（水）","決まった週に休診（定期週）第2週（木）","決まった週に休診（定期週）第2週（金）",'
    '"決まった週に休診（定期週）第2週（土）","決まった週に休診（定期週）第2週（日）","決まった週に休診（定期週）第3週（月）","決まった週に休診（定期週）第3週（火）",'
    '"決まった週に休診（定期週）第3週（水）","決まった週に休診（定期週）第3週（木）","決まった週に休診（定期週）第3週（金）","決まった週に休診（定期週）第3週（土）",'
    '"決まった週に休診（定期週）第3週（日）","決まった週に休診（定期週）第4週（月）","決まった週に休診（定期週）第4週（火）","決まった週に休診（定期週）第4週（水）",'
    '"決まった週に休診（定期週）第4週（木）","決まった週に休診（定期週）第4週（金）","決まった週に休診（定期週）第4週（土）","決まった週に休診（定期週）第4週（日）",'
    '"決まった週に休診（定期週）第5週（月）","決まった週に休診（定期週）第5週（火）","決まった週に休診（定期週）第5週（水）","決まった週に休診（定期週）第5週（木）",'
    '"決まった週に休診（定期週）第5週（金）","決まった週に休診（定期週）第5週（土）","決まった週に休診（定期週）第5週（日）","祝日に休診",'
    '"その他の休診日（gw、お盆等）","一般病床","療養病床","療養病床のうち医療保険適用","療養病床のうち介護保険適用","合計病床数"'
)
DEPARTMENTS_HEADER = (
    '"ID","診療科目コード","診療科目名","診療時間帯","月_診療開始時間","月_診療終了時間","火_診療開始時間","火_診療終了時間","水_診療開始時間",'
    '"水_診療終了時間","木_診療開始時間","木_診療終了時間","金_診療開始時間","金_診療終了時間","土_診療開始時間","土_診療終了時間","日_診療開始時間",'
    '"日_診療終了時間","祝_診療開始時間","祝_診療終了時間","月_外来受付開始時間","月_外来受付終了時間","火_外来受付開始時間","火_外来受付終了時間",'
    '"水_外来受付開始時間","水_外来受付終了時間","木_外来受付開始時間","木_外来受付終了時間","金_外来受付開始時間","金_外来受付終了時間",'
    '"土_外来受付開始時間","土_外来受付終了時間","日_外来受付開始時間","日_外来受付終了時間","祝_外来受付開始時間","祝_外来受付終了時間"'
)
HEADERS = {
    "01-1": HOSPITAL_HEADER,
    "01-2": DEPARTMENTS_HEADER,
    "02-1": CLINIC_HEADER,
    "02-2": DEPARTMENTS_HEADER,
}
NAMES = {
    "01-1": "01-1_hospital_facility_info",
    "01-2": "01-2_hospital_speciality_hours",
    "02-1": "02-1_clinic_facility_info",
    "02-2": "02-2_clinic_speciality_hours",
}
RELEASE = "20250601"
UNQUOTED = ("所在地座標（緯度）", "所在地座標（経度）")

COLUMN_OF = {
    "id": "ID",
    "name": "正式名称",
    "kana": "正式名称（フリガナ）",
    "short_name": "略称",
    "short_kana": "略称（フリガナ）",
    "name_en": "英語表記（ローマ字表記）",
    "kind": "機関区分",
    "prefecture": "都道府県コード",
    "municipality": "市区町村コード",
    "address": "所在地",
    "latitude": "所在地座標（緯度）",
    "longitude": "所在地座標（経度）",
    "website": "案内用ホームページアドレス",
    "holidays": "祝日に休診",
    "remarks": "その他の休診日（gw、お盆等）",
}
HOSPITAL = {
    "id": "0111010000010",
    "name": "北海道脳神経内科病院",
    "kana": "ホッカイドウノウシンケイナイカビョウイン",
    "short_name": "脳内病院",
    "name_en": "Hokkaido Neurology Hospital",
    "kind": "1",
    "prefecture": "01",
    "municipality": "101",
    "address": "北海道札幌市中央区南１条西１６丁目２９１番地",
    "latitude": "43.055405",
    "longitude": "141.333497",
    "website": "https://hospital.example.jp/",
    "holidays": "0",
    "remarks": "12月29日～1月3日",
}
CLINIC = HOSPITAL | {
    "id": "0121010000750",
    "name": "医療法人　東栄整形外科クリニック",
    "kana": "イリョウホウジン　トウエイセイケイゲカクリニック",
    "kind": "2",
}
WEEKDAYS = "月火水木金土日"
DAYS = f"{WEEKDAYS}祝"

Row = dict[str, str]
Times = Mapping[str, tuple[str, str]]


def hospital(*, weekly: str = "1111110", weeks: str = "", **cells: str) -> Row:
    """A row of the hospital sheet; ``weekly`` and ``weeks`` are flags, ``_`` standing for blank.

    The flags of the weeks are given five a day, days separated by spaces, from Monday.
    """
    return facility(HOSPITAL | cells, weekly, weeks)


def clinic(*, weekly: str = "1111110", weeks: str = "", **cells: str) -> Row:
    """A row of the clinic sheet; see :func:`hospital`."""
    return facility(CLINIC | cells, weekly, weeks)


def facility(cells: Mapping[str, str], weekly: str, weeks: str) -> Row:
    """A row of a facility sheet by column: those not named are blank."""
    row = {COLUMN_OF[name]: cell for name, cell in cells.items()}
    for day, flag in zip(WEEKDAYS, weekly, strict=True):
        row[f"毎週決まった曜日に休診（{day}）"] = flag.strip("_")
    for day, flags in zip(WEEKDAYS, weeks.split() or ["_____"] * 7, strict=True):
        for week, flag in enumerate(flags, start=1):
            row[f"決まった週に休診（定期週）第{week}週（{day}）"] = flag.strip("_")
    return row


def hours(
    official_id: str = HOSPITAL["id"],
    code: str = "01013",
    name: str = "脳神経内科",
    band: str = "1",
    consultation: Times | None = None,
    reception: Times | None = None,
) -> Row:
    """A row of a departments sheet: times by day, ``{"月火": ("09:00", "12:00")}``."""
    row = {"ID": official_id, "診療科目コード": code, "診療科目名": name, "診療時間帯": band}
    for of, times in (("診療", consultation), ("外来受付", reception)):
        for days, (start, end) in (times or {}).items():
            for day in days:
                row[f"{day}_{of}開始時間"] = start
                row[f"{day}_{of}終了時間"] = end
    return row


def columns_of(number: str) -> list[str]:
    """The columns of a sheet, as its header has them."""
    return next(csv.reader([HEADERS[number]]))


def csv_text(number: str, rows: Iterable[Row], columns: Sequence[str] | None = None) -> str:
    """The text of a sheet as the ministry writes it: CRLF, all in quotes but for the positions."""
    columns = columns or columns_of(number)
    lines = [",".join(f'"{column}"' for column in columns)]
    for row in rows:
        cells = (
            row.get(column, "")
            if column in UNQUOTED
            else '"' + row.get(column, "").replace('"', '""') + '"'
            for column in columns
        )
        lines.append(",".join(cells))
    return "".join(f"{line}\r\n" for line in lines)


def zipped(name: str, contents: bytes) -> bytes:
    """An archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # Without a time of its own, so that equal sheets are equal files.
        archive.writestr(zipfile.ZipInfo(name), contents, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


PACKERS: dict[str, Callable[[str, bytes], bytes]] = {
    ".csv": lambda _name, contents: contents,
    ".csv.gz": lambda _name, contents: gzip.compress(contents, mtime=0),
    ".zip": zipped,
    ".csv.zip": zipped,
}


def write_sheet(
    folder: Path,
    number: str,
    rows: Iterable[Row],
    *,
    release: str = RELEASE,
    suffix: str = ".zip",
    encoding: str = "utf-8-sig",
    columns: Sequence[str] | None = None,
) -> Path:
    """Write a sheet, packed as its suffix says: .csv, .csv.gz, .zip or .csv.zip."""
    name = f"{NAMES[number]}_{release}"
    contents = csv_text(number, rows, columns).encode(encoding)
    path = folder / f"{name}{suffix}"
    path.write_bytes(PACKERS[suffix](f"{name}.csv", contents))
    return path


def write_release(
    folder: Path, sheets: Mapping[str, Iterable[Row]], *, release: str = RELEASE
) -> list[Path]:
    """Write the sheets of a release, rows by sheet number."""
    return [write_sheet(folder, number, rows, release=release) for number, rows in sheets.items()]


def read_sheets(
    folder: Path, sheets: Mapping[str, Iterable[Row]], only: Iterable[str] | None = None
) -> tuple[list[FacilityRecord], list[Finding]]:
    """Write sheets, read them back: the facilities, and what was found wrong."""
    findings: list[Finding] = []
    release = open_release(write_release(folder, sheets))
    ids = None if only is None else set(only)
    return list(read_release(release, findings.append, only=ids)), findings
