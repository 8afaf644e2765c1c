"""Finding and checking the ministry's files: what is accepted, and what is refused, with a reason."""

import gzip
import hashlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.imports.navii_contents import Limits, look_through, open_contents
from clinics.imports.navii_files import LIMITS, Release, open_release
from clinics.imports.records import Finding
from clinics.imports.refusal import ImportRefused
from clinics.models import Kind
from tests.navii_sheets import (
    NAMES,
    PACKERS,
    clinic,
    columns_of,
    csv_text,
    hospital,
    hours,
    write_sheet,
    zipped,
)

ROWS = {
    "01-1": [hospital()],
    "01-2": [hours()],
    "02-1": [clinic()],
    "02-2": [hours(official_id="0121010000750")],
}
HOSPITALS = f"{NAMES['01-1']}_20250601"


def refusal(*paths: Path, release: date | None = None, limits: Limits = LIMITS) -> str:
    """What opening these paths is refused with."""
    with pytest.raises(ImportRefused) as refused:
        open_release(paths, release=release, limits=limits)
    return str(refused.value)


def contents_of(number: str = "01-1") -> bytes:
    """A sheet as published."""
    return csv_text(number, ROWS[number]).encode("utf-8-sig")


def named(folder: Path, name: str, contents: bytes) -> Path:
    path = folder / name
    path.write_bytes(contents)
    return path


def numbers(release: Release) -> list[str]:
    return [sheet.layout.number for sheet in release.sheets]


# What is accepted.


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".zip", ".csv.zip"])
def test_a_sheet_is_opened_however_it_is_packed(tmp_path: Path, suffix: str) -> None:
    rows = [hospital(), hospital(id="0111010000020")]
    path = write_sheet(tmp_path, "01-1", rows, suffix=suffix)
    (sheet,) = open_release([path]).sheets
    assert (sheet.name, sheet.kind, sheet.release) == (path.name, Kind.HOSPITAL, date(2025, 6, 1))
    assert sheet.row_count == 2
    assert sheet.byte_count == len(csv_text("01-1", rows).encode("utf-8-sig"))
    assert sheet.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [line for line, _ in sheet.rows()] == [2, 3]


def test_a_folder_gives_the_four_sheets_in_order_and_nothing_else(tmp_path: Path) -> None:
    for number in reversed(ROWS):
        write_sheet(tmp_path, number, ROWS[number])
    for name in (
        "03-1_dental_facility_info_20250601.zip",
        f"{HOSPITALS}.zip.part",
        f"._{HOSPITALS}.zip",
        "clinics_20250601.csv.gz",
        "README.md",
    ):
        named(tmp_path, name, b"not looked at")
    (tmp_path / f"{HOSPITALS}.csv").mkdir()
    release = open_release([tmp_path])
    assert numbers(release) == ["01-1", "01-2", "02-1", "02-2"]
    assert [sheet.layout.number for sheet in release.facilities] == ["01-1", "02-1"]
    assert [sheet.layout.number for sheet in release.departments] == ["01-2", "02-2"]
    assert release.release == date(2025, 6, 1)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write_sheet(tmp_path, "01-1", ROWS["01-1"])
    assert numbers(open_release([tmp_path, path, path])) == ["01-1"]


@pytest.mark.parametrize(
    "name",
    [
        f"{HOSPITALS}.partial.csv",
        f"{HOSPITALS} (1).CSV",
        "01-1_20250601.csv",
    ],
)
def test_names_may_say_more_than_sheet_and_date(tmp_path: Path, name: str) -> None:
    assert numbers(open_release([named(tmp_path, name, contents_of())])) == ["01-1"]


@pytest.mark.parametrize("number", list(ROWS))
def test_a_file_without_a_sheet_number_is_known_by_its_contents(
    tmp_path: Path, number: str
) -> None:
    path = named(tmp_path, "download_20250601.csv", contents_of(number))
    assert numbers(open_release([path])) == [number]


def test_the_release_may_be_said_instead_of_written_in_the_names(tmp_path: Path) -> None:
    one = named(tmp_path, "01-1.csv", contents_of("01-1"))
    other = named(tmp_path, "02-1_20251201.csv", contents_of("02-1"))
    release = open_release([one, other], release=date(2026, 6, 1))
    assert {sheet.release for sheet in release.sheets} == {date(2026, 6, 1)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_may_be_there_or_not(tmp_path: Path, encoding: str) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()], suffix=".csv", encoding=encoding)
    ((_, cells),) = open_release([path]).sheets[0].rows()
    assert cells[0] == "0111010000010"


def test_the_last_line_may_lack_its_end_and_lines_may_end_as_on_unix(tmp_path: Path) -> None:
    text = csv_text("01-1", [hospital(), hospital()]).replace("\r\n", "\n").rstrip()
    (sheet,) = open_release([named(tmp_path, f"{HOSPITALS}.csv", text.encode())]).sheets
    assert sheet.row_count == len(list(sheet.rows())) == 2


@pytest.mark.parametrize(
    ("column", "spelling"),
    [
        ("その他の休診日（gw、お盆等）", "その他の休診日（GW、お盆等）"),
        ("その他の休診日（gw、お盆等）", "その他の休診日(gw､お盆等)"),
        ("決まった週に休診（定期週）第1週（月）", "決まった週に休診（定期週）第１週（月）"),
        ("正式名称", " 正式名称　"),
        ("ID", "ｉｄ"),
    ],
)
def test_a_column_is_known_in_another_spelling(tmp_path: Path, column: str, spelling: str) -> None:
    text = csv_text("01-1", [hospital()]).replace(f'"{column}"', f'"{spelling}"', 1)
    (sheet,) = open_release([named(tmp_path, f"{HOSPITALS}.csv", text.encode())]).sheets
    assert sheet.unknown_columns == ()
    assert len(list(sheet.rows())) == 1


def test_beds_need_not_be_there_and_more_columns_may(tmp_path: Path) -> None:
    columns = [column for column in columns_of("01-1") if not column.endswith(("病床", "病床数"))]
    path = write_sheet(tmp_path, "01-1", [hospital()], columns=[*columns, "電話番号"])
    (sheet,) = open_release([path]).sheets
    assert sheet.unknown_columns == ("電話番号",)


def test_a_line_end_within_a_cell_starts_no_row(tmp_path: Path) -> None:
    rows = [hospital(remarks='盆\r\n"年末"\n'), hospital(id="0111010000020")]
    (sheet,) = open_release([write_sheet(tmp_path, "01-1", rows)]).sheets
    assert sheet.row_count == 2
    assert [line for line, _ in sheet.rows()] == [2, 5]


CELLS = st.lists(
    st.text(alphabet=st.sampled_from('a"\n,あ'), max_size=8).map(
        lambda text: text.replace('"', '""')
    ),
    min_size=1,
    max_size=30,
)


@given(CELLS)
def test_rows_are_counted_as_the_csv_module_counts_them(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    text = "head\n" + "".join(f'"{cell}"\n' for cell in cells)
    path = named(tmp_path_factory.mktemp("count"), "any.csv", text.encode())
    assert look_through(path, LIMITS).row_count == len(cells)


def test_a_sheet_can_be_left_in_the_middle(tmp_path: Path) -> None:
    """Nothing stays open: a warning would fail this test."""
    rows = [hospital(id=f"0111{number:06}") for number in range(3000)]
    (sheet,) = open_release([write_sheet(tmp_path, "01-1", rows)]).sheets
    reading = sheet.rows()
    assert next(reading)[0] == 2
    reading.close()


# Names and folders that are refused.


def test_nothing_named_is_refused() -> None:
    assert "No file was named" in refusal()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "01-1_20250601.zip")


def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "01-1_20250601.csv")
    assert "not a file or a folder" in refusal(tmp_path / "01-1_20250601.csv")


def test_a_folder_without_sheets_is_refused(tmp_path: Path) -> None:
    named(tmp_path, "README.md", b"#")
    assert "none of the ministry's sheets" in refusal(tmp_path)


def test_an_unknown_file_that_was_named_is_refused(tmp_path: Path) -> None:
    path = named(tmp_path, "01-1_20250601.xlsx", b"PK")
    assert "01-1_20250601.xlsx is not one of the ministry's files" in refusal(path)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("03-1_dental_facility_info_20250601.zip", "sheet 03-1, dental clinics"),
        ("05_pharmacy_20250601.zip", "not the header"),
        ("05-1_pharmacy_20250601.zip", "sheet 05-1, pharmacies"),
        ("09-1_something_20250601.zip", "sheet 09-1, which is not imported"),
    ],
)
def test_another_sheet_that_was_named_is_refused_and_explained(
    tmp_path: Path, name: str, what: str
) -> None:
    path = named(tmp_path, name, zipped("x.csv", b'"ID","a"\r\n"1","2"\r\n'))
    assert what in refusal(path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("01-1_hospital.csv", "no date"),
        ("01-1_hospital_20250601_20251201.csv", "several dates"),
        ("01-1_hospital_20251341.csv", "a date that does not exist"),
        ("01-1_hospital_120250601.csv", "no date"),
    ],
)
def test_a_name_without_one_date_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    message = refusal(named(tmp_path, name, contents_of()))
    assert problem in message
    assert "YYYYMMDD" in message


def test_two_files_of_one_sheet_are_refused_by_name(tmp_path: Path) -> None:
    write_sheet(tmp_path, "01-1", ROWS["01-1"], suffix=".zip")
    write_sheet(tmp_path, "01-1", ROWS["01-1"], suffix=".csv")
    message = refusal(tmp_path)
    assert f"{HOSPITALS}.csv and {HOSPITALS}.zip are both the sheet 01-1" in message


def test_files_of_two_releases_are_refused_with_both_dates(tmp_path: Path) -> None:
    write_sheet(tmp_path, "01-1", ROWS["01-1"])
    write_sheet(tmp_path, "02-1", ROWS["02-1"], release="20251201")
    message = refusal(tmp_path)
    assert f"{HOSPITALS}.zip is of 2025-06-01" in message
    assert "02-1_clinic_facility_info_20251201.zip is of 2025-12-01" in message


# Contents that are refused. Each is refused before a row of any other file is read.

Breaker = Callable[[], bytes]


def archive_of(*names: str, contents: bytes | None = None) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, contents_of() if contents is None else contents)
    return buffer.getvalue()


def with_flag(contents: bytes, offset: int, value: int) -> bytes:
    """An archive of one file with a byte changed in both of its headers."""
    changed = bytearray(contents)
    changed[offset] = value
    changed[contents.index(b"PK\x01\x02") + 2 + offset] = value
    return bytes(changed)


def damaged(contents: bytes) -> bytes:
    changed = bytearray(contents)
    changed[len(changed) // 2] ^= 0xFF
    return bytes(changed)


HTML = b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><body>503</body></html>"

BROKEN: dict[str, tuple[str, Breaker, str]] = {
    "an empty file": (".csv", lambda: b"", "is empty"),
    "an empty archive member": (".zip", lambda: zipped("a.csv", b""), "holds an empty file"),
    "an empty gzip": (".csv.gz", lambda: gzip.compress(b""), "holds an empty file"),
    "a web page": (".csv", lambda: HTML, "web page"),
    "a web page named as archive": (".zip", lambda: HTML, "web page"),
    "a web page in an archive": (".zip", lambda: zipped("a.csv", HTML), "web page"),
    "text named as archive": (".zip", contents_of, "not a zip file"),
    "text named as gzip": (".csv.gz", contents_of, "not a gz file"),
    "a truncated archive": (".zip", lambda: archive_of("a.csv")[:-30], "damaged"),
    "a damaged archive": (".zip", lambda: damaged(archive_of("a.csv")), "damaged"),
    "a truncated gzip": (".csv.gz", lambda: gzip.compress(contents_of())[:-9], "damaged"),
    "a damaged gzip": (".csv.gz", lambda: damaged(gzip.compress(contents_of())), "damaged"),
    "no CSV in the archive": (".zip", lambda: archive_of("a.txt"), "holds 0 CSV files (a.txt)"),
    "nothing in the archive": (".zip", lambda: archive_of(), "holds 0 CSV files (nothing)"),
    "two CSVs in the archive": (".zip", lambda: archive_of("a.csv", "b.csv"), "holds 2 CSV files"),
    "a path upwards": (".zip", lambda: archive_of("../a.csv"), "points out of its folder"),
    "an absolute path": (".zip", lambda: archive_of("/etc/a.csv"), "points out of its folder"),
    "a path of Windows": (".zip", lambda: archive_of("c:\\a.csv"), "points out of its folder"),
    "an encrypted archive": (
        ".zip",
        lambda: with_flag(archive_of("a.csv"), 6, 1),
        "needs a password",
    ),
    "an unknown packing": (
        ".zip",
        lambda: with_flag(archive_of("a.csv"), 8, 12),
        "packed by method 12",
    ),
    "Shift_JIS": (
        ".csv",
        lambda: csv_text("01-1", ROWS["01-1"]).encode("cp932"),
        "Shift_JIS (cp932)",
    ),
    "EUC-JP": (
        ".csv",
        lambda: csv_text("01-1", ROWS["01-1"]).encode("euc_jp", "replace"),
        "EUC-JP",
    ),
    "UTF-16": (".csv", lambda: csv_text("01-1", ROWS["01-1"]).encode("utf-16"), "UTF-16"),
    "an unknown encoding": (".csv", lambda: b"\xff\xfa\xfb\r\n", "an unknown encoding"),
    "a bad byte late in the file": (
        ".csv",
        lambda: contents_of() + b"a\r\n" * 1_000_000 + b"\x83\r\n",
        "not UTF-8 near byte",
    ),
    "an end between two cells": (".csv", lambda: contents_of()[:-10], "in the middle of a row"),
    "an end within a cell": (".csv", lambda: contents_of()[:-120], "in the middle of a row"),
    "an end within a cell beyond reason": (
        ".csv",
        lambda: contents_of() + b"a" * 140_000,
        "in the middle of a row",
    ),
    "an end within quotes": (".csv", lambda: contents_of()[:-11], "in the middle of a row"),
    "a header alone": (".csv", lambda: csv_text("01-1", []).encode(), "a header and no rows"),
    "another table": (".csv", lambda: b"a,b\r\n1,2\r\n", "begins with 'a, b'"),
    "the other sheet": (".csv", lambda: contents_of("01-2"), "its header is that of departments"),
    "semicolons": (".csv", lambda: contents_of().replace(b",", b";"), "has not the header"),
}


@pytest.mark.parametrize("breakage", BROKEN)
def test_a_broken_file_is_refused_before_anything_is_read(tmp_path: Path, breakage: str) -> None:
    suffix, contents, problem = BROKEN[breakage]
    sound = write_sheet(tmp_path, "02-1", ROWS["02-1"])
    broken = named(tmp_path, f"{HOSPITALS}{suffix}", contents())
    message = refusal(sound, broken)
    assert message.startswith(broken.name)
    assert problem in message


def test_a_file_that_went_away_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ImportRefused, match="cannot be read"),
        open_contents(tmp_path / "gone.csv", LIMITS),
    ):
        pass


SOUND = st.sampled_from([".csv", ".csv.gz", ".zip"]).map(
    lambda suffix: (suffix, PACKERS[suffix]("a.csv", contents_of()))
)


@given(SOUND, st.integers(0, 10_000), st.binary(max_size=4), st.integers(0, 40))
def test_whatever_stands_in_a_file_it_is_opened_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    sound: tuple[str, bytes],
    place: int,
    other: bytes,
    lost: int,
) -> None:
    suffix, contents = sound
    place %= len(contents)
    contents = contents[:place] + other + contents[place + lost :]
    path = named(tmp_path_factory.mktemp("any"), f"{HOSPITALS}{suffix}", contents)
    try:
        for sheet in open_release([path]).sheets:
            list(sheet.rows())
    except ImportRefused as refused:
        assert path.name in str(refused)


@pytest.mark.parametrize("number", ["01-1", "01-2"])
def test_a_missing_column_is_refused_by_its_name(tmp_path: Path, number: str) -> None:
    for column in set(columns_of(number)) - {"略称（フリガナ）"}:
        if column.endswith(("病床", "適用", "病床数")):
            continue
        columns = [name for name in columns_of(number) if name != column]
        path = write_sheet(tmp_path, number, ROWS[number], columns=columns)
        message = refusal(path)
        assert f"{path.name} lacks the column {column!r}" in message


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()], columns=[*columns_of("01-1"), "所在地"])
    assert "more than once the column '所在地'" in refusal(path)


@pytest.mark.parametrize(
    ("number", "row"),
    [("01-1", hospital(kind="3")), ("01-2", hours(official_id="0131010000010"))],
)
def test_an_unnumbered_file_of_another_kind_is_refused(
    tmp_path: Path, number: str, row: dict[str, str]
) -> None:
    path = named(tmp_path, "download_20250601.csv", csv_text(number, [row]).encode())
    assert "neither a hospital nor a clinic" in refusal(path)


# Limits.


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".zip"])
def test_a_file_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()] * 10, suffix=suffix)
    message = refusal(path, limits=replace(LIMITS, max_bytes=5_000))
    assert "unpacks to more than 5,000 bytes" in message


@pytest.mark.parametrize("suffix", [".csv.gz", ".zip"])
def test_a_file_packed_beyond_reason_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()] * 20_000, suffix=suffix)
    message = refusal(path, limits=replace(LIMITS, ratio_from_bytes=1_000_000))
    assert "more than 200 times its size" in message


def test_a_small_file_may_be_packed_as_it_likes(tmp_path: Path) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()] * 20_000, suffix=".csv.gz")
    assert open_release([path]).sheets[0].row_count == 20_000


def test_an_archive_is_refused_by_its_declared_size_without_unpacking_it(tmp_path: Path) -> None:
    """The member cannot be unpacked at all, so only the declaration was looked at."""
    contents = damaged(archive_of("a.csv"))
    path = named(tmp_path, f"{HOSPITALS}.zip", contents)
    assert "unpacks to more than 10 bytes" in refusal(path, limits=replace(LIMITS, max_bytes=10))


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    contents = contents_of() + b"a" * 3_000_000
    message = refusal(named(tmp_path, f"{HOSPITALS}.csv", contents))
    assert "a line of more than 1,048,576 bytes" in message


def test_an_endless_first_line_is_refused(tmp_path: Path) -> None:
    path = named(tmp_path, f"{HOSPITALS}.csv", b"a" * 3_000_000)
    assert "not the header" in refusal(path) or "not a CSV file" in refusal(path)


def test_a_cell_beyond_the_reader_is_a_refusal_with_its_line(tmp_path: Path) -> None:
    rows = [hospital(), hospital(remarks="盆" * 140_000)]
    (sheet,) = open_release([write_sheet(tmp_path, "01-1", rows)]).sheets
    with pytest.raises(ImportRefused, match="line 3: not CSV"):
        list(sheet.rows())


def test_a_file_that_changed_since_it_was_checked_is_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()])
    (sheet,) = open_release([path]).sheets
    write_sheet(tmp_path, "01-1", [hospital(), hospital()])
    with pytest.raises(ImportRefused, match="was changed since it was checked"):
        next(sheet.rows())
    path.unlink()
    with pytest.raises(ImportRefused, match="cannot be read"):
        next(sheet.rows())


def test_the_limits_leave_room_for_the_ministrys_largest_sheet() -> None:
    assert Limits().max_bytes >= 10 * 200 * 1024 * 1024


def test_wrong_rows_are_told_once_to_those_who_ask(tmp_path: Path) -> None:
    path = named(tmp_path, f"{HOSPITALS}.csv", contents_of() + b'"short"\r\n')
    (sheet,) = open_release([path]).sheets
    findings: list[Finding] = []
    assert len(list(sheet.rows())) == len(list(sheet.rows(findings.append))) == 1
    assert [finding.code for finding in findings] == ["row-width"]
