"""Reading the ministry's sheets: one test for each known fault of the data, by its number.

The faults are numbered as in the notes on the data: coordinates one to seven, identities and rows
eight to twelve, text thirteen to eighteen, closing days and hours nineteen to twenty-seven, codes
twenty-eight to thirty. Those that other parts answer for are tested there.
"""

from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinics.hours import Closures, Day, Session
from clinics.imports.navii import (
    collect_departments,
    ids_with_departments,
    read_departments,
    read_facilities,
    read_release,
)
from clinics.imports.navii_facilities import LONGEST_ADDRESS, LONGEST_NAME
from clinics.imports.navii_faults import FAULTS
from clinics.imports.navii_files import open_release
from clinics.imports.navii_hours import parse_interval, parse_time
from clinics.imports.navii_places import survey
from clinics.imports.navii_websites import parse_website
from clinics.imports.records import DepartmentRecord, FacilityRecord, Finding
from clinics.models import Kind, OfficialFacts
from tests.navii_sheets import (
    CLINIC,
    DAYS,
    HOSPITAL,
    Row,
    clinic,
    columns_of,
    hospital,
    hours,
    read_sheets,
    write_release,
    write_sheet,
)

MORNING = ("09:00", "12:00")
AFTERNOON = ("14:00", "17:30")
WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def read_one(folder: Path, row: Row) -> tuple[FacilityRecord, list[Finding]]:
    """Read a hospital sheet of one row."""
    (record,), findings = read_sheets(folder, {"01-1": [row]})
    return record, findings


def read_hours(folder: Path, *rows: Row) -> tuple[tuple[Session, ...], list[Finding]]:
    """Read the hours of a hospital's one department, with no word on closing days."""
    facilities = [hospital(weekly="_______", holidays="")]
    (record,), findings = read_sheets(folder, {"01-1": facilities, "01-2": rows})
    assert record.departments is not None
    return tuple(each for department in record.departments for each in department.hours), findings


# Everything in order.


def test_a_hospital_in_order_is_read_whole_and_nothing_is_found_wrong(tmp_path: Path) -> None:
    week = hours(
        consultation={"月火水木金土": MORNING}, reception={"月火水木金土": ("08:30", "11:30")}
    )
    (record,), findings = read_sheets(tmp_path, {"01-1": [hospital()], "01-2": [week]})
    assert findings == []
    assert record.departments is not None
    (department,) = record.departments
    assert (department.code, department.name) == ("01013", "脳神経内科")
    assert department.hours == (
        Session(1, (*WORKDAYS, "sat"), time(9), time(12), time(8, 30), time(11, 30)),
    )
    assert record == FacilityRecord(
        official_id="0111010000010",
        kind=Kind.HOSPITAL,
        name="北海道脳神経内科病院",
        prefecture_code="01",
        municipality_code="01101",
        address="北海道札幌市中央区南１条西１６丁目２９１番地",
        name_kana="ホッカイドウノウシンケイナイカビョウイン",
        name_en="Hokkaido Neurology Hospital",
        short_name="脳内病院",
        latitude=43.055405,
        longitude=141.333497,
        website="https://hospital.example.jp/",
        closures=Closures(("open",) * 6 + ("closed",), None, "closed"),
        closing_remarks="12月29日～1月3日",
        departments=(department,),
    )


def test_the_headers_of_the_helper_have_the_published_widths() -> None:
    assert [len(columns_of(number)) for number in ("01-1", "01-2", "02-1", "02-2")] == [
        65,
        36,
        62,
        36,
    ]


def test_every_fault_names_its_action_and_a_reason() -> None:
    actions = {"row rejected", "value left unknown", "value repaired", "noted"}
    assert {fault.action for fault in FAULTS.values()} == actions
    assert all(fault.reason for fault in FAULTS.values())


# Coordinates.


def test_fault_one_zero_zero_is_an_unknown_position(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(latitude="0.0", longitude="0.0"))
    assert (record.latitude, record.longitude) == (None, None)
    (finding,) = findings
    assert (finding.code, finding.action, finding.line) == (
        "position-unknown",
        "value left unknown",
        2,
    )
    assert finding.value == "0.0,0.0"


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        ("", "", "position-unknown"),
        ("0.0", "141.333497", "position-out-of-range"),
        ("19.999999", "141.333497", "position-out-of-range"),
        ("46.000001", "141.333497", "position-out-of-range"),
        ("43.055405", "121.999999", "position-out-of-range"),
        ("43.055405", "154.000001", "position-out-of-range"),
        ("-43.055405", "141.333497", "position-out-of-range"),
        ("43.055405", "", "position-unreadable"),
        ("nan", "nan", "position-unreadable"),
        ("43,055", "141.333497", "position-unreadable"),
        ("1e1", "141.333497", "position-unreadable"),
        ("４３．０５５４０５", "141.333497", "position-unreadable"),
    ],
)
def test_fault_one_what_is_not_a_point_in_japan_is_unknown(
    tmp_path: Path, latitude: str, longitude: str, code: str
) -> None:
    # Quoted, so that a comma stays in its cell.
    record, findings = read_one(
        tmp_path,
        hospital(latitude=f'"{latitude}"', longitude=f'"{longitude}"'),
    )
    assert (record.latitude, record.longitude) == (None, None)
    assert codes(findings) == [code]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("20.425246", "136.069697"), ("45.522889", "141.936555"), ("24.449354", "122.934472")],
)
def test_fault_one_the_ends_of_japan_are_in_it(
    tmp_path: Path, latitude: str, longitude: str
) -> None:
    record, findings = read_one(tmp_path, hospital(latitude=latitude, longitude=longitude))
    assert (record.latitude, record.longitude) == (float(latitude), float(longitude))
    assert findings == []


def test_fault_two_a_point_on_the_tenth_degree_grid_is_a_placeholder(tmp_path: Path) -> None:
    rows = [
        hospital(latitude="38.0", longitude="140.0"),
        hospital(id="0111010000020", latitude="28.1", longitude="129.2"),
        hospital(id="0111010000030", latitude="28.1", longitude="129.21"),
    ]
    records, findings = read_sheets(tmp_path, {"01-1": rows})
    assert [record.latitude for record in records] == [None, None, 28.1]
    assert codes(findings) == ["position-rounded", "position-rounded"]


def test_fault_two_a_point_shared_by_two_municipalities_is_a_placeholder_in_all_sheets(
    tmp_path: Path,
) -> None:
    office = {"latitude": "36.065178", "longitude": "136.221527"}
    sheets = {
        "01-1": [hospital(**office)],
        "02-1": [clinic(municipality="102", **office), clinic(id="0121010000760", **office)],
    }
    records, findings = read_sheets(tmp_path, sheets)
    assert [record.latitude for record in records] == [None, None, None]
    assert codes(findings) == ["position-shared"] * 3


def test_fault_two_a_facility_of_unknown_municipality_makes_no_placeholder(tmp_path: Path) -> None:
    rows = [hospital(), hospital(id="0111010000020", municipality="")]
    release = open_release(write_release(tmp_path, {"01-1": rows}))
    assert survey(release.facilities).placeholders == frozenset()


def test_fault_three_a_point_far_from_its_municipality_is_unknown_and_told(tmp_path: Path) -> None:
    """The point of Osaka, under an address of Sapporo."""
    near = [clinic(id=f"01210100007{i}", latitude=f"43.05{i}4") for i in range(5)]
    far = clinic(id="0121010000799", latitude="34.686315", longitude="135.519691")
    records, findings = read_sheets(tmp_path, {"02-1": [*near, far]})
    assert (records[-1].latitude, records[-1].longitude) == (None, None)
    assert codes(findings) == ["position-far"]
    assert findings[0].line == 7


def test_fault_three_the_ends_of_a_large_municipality_are_not_far(tmp_path: Path) -> None:
    rows = [clinic(id=f"01210100007{i}", latitude=f"43.{i}4") for i in range(6)]
    _, findings = read_sheets(tmp_path, {"02-1": rows})
    assert findings == []


def test_fault_three_a_municipality_of_few_facilities_has_no_middle(tmp_path: Path) -> None:
    far = clinic(id="0121010000799", latitude="34.686315", longitude="135.519691")
    _, findings = read_sheets(tmp_path, {"02-1": [clinic(), far]})
    assert findings == []


def test_fault_four_swapped_latitude_and_longitude_are_told_and_not_put_right(
    tmp_path: Path,
) -> None:
    record, findings = read_one(tmp_path, hospital(latitude="141.333497", longitude="43.055405"))
    assert (record.latitude, record.longitude) == (None, None)
    assert codes(findings) == ["position-swapped"]


def test_fault_five_a_building_of_clinics_keeps_its_point(tmp_path: Path) -> None:
    rows = [clinic(), clinic(id="0121010000760"), clinic(id="0121010000770")]
    records, findings = read_sheets(tmp_path, {"02-1": rows})
    assert {(record.latitude, record.longitude) for record in records} == {(43.055405, 141.333497)}
    assert findings == []


def test_fault_six_a_point_of_few_decimals_is_kept(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(latitude="33.555", longitude="133.5517"))
    assert (record.latitude, record.longitude) == (33.555, 133.5517)
    assert findings == []


# Identities and rows. Fault seven, a point that moves between releases, and fault ten, a facility
# that is gone from the next release, are of the storing half.


def test_fault_eight_ids_are_text_and_stay_as_they_are(tmp_path: Path) -> None:
    ids = ["0111010000010", "151BYJTX00001", "421hgo0001", "46110"]
    rows = [hospital(id=official_id, prefecture=official_id[:2], address="") for official_id in ids]
    records, _ = read_sheets(tmp_path, {"01-1": rows})
    assert [record.official_id for record in records] == ids


def test_fault_eight_ids_that_differ_in_case_are_two_facilities(tmp_path: Path) -> None:
    rows = [hospital(id=id_, prefecture="47", address="沖縄県") for id_ in ("471C0006", "471c0006")]
    records, findings = read_sheets(tmp_path, {"01-1": rows})
    assert [record.official_id for record in records] == ["471C0006", "471c0006"]
    assert findings == []


@pytest.mark.parametrize("prefecture", ["01", "1"])
def test_fault_eight_an_id_that_lost_its_zero_is_rejected(tmp_path: Path, prefecture: str) -> None:
    rows = [hospital(id="111010000010", prefecture=prefecture)]
    records, findings = read_sheets(tmp_path, {"01-1": rows})
    assert records == []
    (finding,) = findings
    assert (finding.code, finding.action) == ("id-leading-zeros-lost", "row rejected")
    assert "leading zero" in finding.reason


def test_fault_eight_a_whole_id_beside_a_damaged_prefecture_is_kept(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(prefecture="1"))
    assert (record.prefecture_code, record.municipality_code) == ("", "")
    assert codes(findings) == ["prefecture-unknown", "municipality-unknown"]


def test_fault_eight_hours_whose_ids_lost_their_zero_are_told(tmp_path: Path) -> None:
    sheets = {"01-1": [hospital()], "01-2": [hours(official_id="111010000010")]}
    (record,), findings = read_sheets(tmp_path, sheets)
    assert record.departments == ()
    assert codes(findings) == ["facility-without-departments", "id-leading-zeros-lost"]


@pytest.mark.parametrize(
    ("official_id", "code"),
    [
        ("", "id-blank"),
        ("　", "id-blank"),
        ("1.11E+11", "id-malformed"),
        ("０１１１０", "id-malformed"),
        ("0111 01", "id-malformed"),
        ("0" * 21, "id-malformed"),
    ],
)
def test_fault_eight_what_is_not_an_id_is_rejected_in_both_sheets(
    tmp_path: Path, official_id: str, code: str
) -> None:
    sheets = {"01-1": [hospital(id=official_id)], "01-2": [hours(official_id=official_id)] * 2}
    records, findings = read_sheets(tmp_path, sheets)
    assert records == []
    assert [(each.code, each.line) for each in findings] == [(code, 2), (code, 3), (code, 2)]


def test_fault_eight_an_id_with_another_beginning_is_noted(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(id="9911010000010"))
    assert record.official_id == "9911010000010"
    assert codes(findings) == ["id-prefix"]


def test_fault_nine_of_a_repeated_id_the_first_row_is_kept(tmp_path: Path) -> None:
    rows = [hospital(address="北海道－１"), hospital(address="北海道ー１")]
    (record,), findings = read_sheets(tmp_path, {"01-1": rows})
    assert record.address == "北海道－１"
    assert [(each.code, each.line, each.action) for each in findings] == [
        ("id-repeated", 3, "row rejected")
    ]


def test_fault_nine_a_rejected_row_does_not_take_the_id(tmp_path: Path) -> None:
    (record,), findings = read_sheets(tmp_path, {"01-1": [hospital(name=""), hospital()]})
    assert record.name == HOSPITAL["name"]
    assert codes(findings) == ["name-blank"]


def test_fault_eleven_a_facility_without_departments_is_kept(tmp_path: Path) -> None:
    other = hospital(id="0111010000020")
    sheets = {"01-1": [hospital(), other], "01-2": [hours(official_id="0111010000020")]}
    (first, second), findings = read_sheets(tmp_path, sheets)
    assert first.departments == ()
    assert second.departments is not None and len(second.departments) == 1
    assert codes(findings) == ["facility-without-departments", "open-but-no-hours"]


def test_fault_eleven_hours_of_an_unknown_facility_are_told_once_a_group(tmp_path: Path) -> None:
    strange = [hours(official_id="0111019999990", band=band) for band in "123"]
    rows = [hours(consultation={DAYS: MORNING}), *strange]
    sheets = {"01-1": [hospital(weekly="_______", holidays="")], "01-2": rows}
    _, findings = read_sheets(tmp_path, sheets)
    assert [(each.code, each.line, each.value) for each in findings] == [
        ("hours-without-facility", 3, "0111019999990")
    ]


def test_fault_eleven_without_a_departments_sheet_departments_are_not_stated(
    tmp_path: Path,
) -> None:
    record, _ = read_one(tmp_path, hospital())
    assert record.departments is None


def test_fault_twelve_facilities_of_one_name_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    rows = [hospital(name="井上病院"), hospital(name="井上病院", id="0111010000020")]
    records, findings = read_sheets(tmp_path, {"01-1": rows})
    assert len(records) == 2
    assert findings == []


def test_a_row_with_too_few_or_too_many_cells_is_rejected_and_reading_goes_on(
    tmp_path: Path,
) -> None:
    path = write_sheet(tmp_path, "01-1", [hospital()], suffix=".csv")
    text = path.read_text(encoding="utf-8-sig")
    header, row = text.splitlines()
    path.write_text("\r\n".join([header, '"0111010000010","短い"', "", f"{row},1", row, ""]))
    findings: list[Finding] = []
    (sheet,) = open_release([path]).facilities
    assert len(list(read_facilities(sheet, findings.append))) == 1
    assert [(each.code, each.line, each.value) for each in findings] == [
        ("row-width", 2, "2 cells instead of 65"),
        ("row-width", 4, "66 cells instead of 65"),
    ]


@pytest.mark.parametrize(
    ("digit", "code"),
    [("2", "kind-differs"), ("3", "kind-differs"), ("", "kind-unknown"), ("9", "kind-unknown")],
)
def test_a_row_of_another_kind_is_rejected(tmp_path: Path, digit: str, code: str) -> None:
    records, findings = read_sheets(tmp_path, {"01-1": [hospital(kind=digit)]})
    assert records == []
    assert codes(findings) == [code]


# Text.


def test_fault_thirteen_full_width_text_is_kept_as_written(tmp_path: Path) -> None:
    record, findings = read_one(
        tmp_path, hospital(name="ＪＡ　厚生連（本院）", address="北海道函館市１－２ー３―４−５‐６")
    )
    assert record.name == "ＪＡ　厚生連（本院）"
    assert record.address == "北海道函館市１－２ー３―４−５‐６"
    assert findings == []


def test_fault_thirteen_space_around_text_is_taken_off(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(name="　札幌　病院　 "))
    assert record.name == "札幌　病院"
    assert findings == []


def test_fault_fourteen_variant_characters_are_kept(tmp_path: Path) -> None:
    name = "髙﨑邉德惠葛\U000e0100病院"
    record, findings = read_one(tmp_path, hospital(name=name))
    assert record.name == name
    assert findings == []


def test_fault_fifteen_the_legal_name_and_the_short_name_are_both_kept(tmp_path: Path) -> None:
    record, _ = read_one(tmp_path, hospital(name="医療法人社団　〇〇会　脳内病院", short_name=""))
    assert record.name == "医療法人社団　〇〇会　脳内病院"
    assert record.short_name == ""


@pytest.mark.parametrize(
    ("kana", "expected"),
    [
        ("サツイダイ　ビョウイン・ブンイン", []),
        ("", ["kana-blank"]),
        ("ＪＡホッカイドウ", ["kana-not-katakana"]),
        ("イ）メイシュカイ", ["kana-not-katakana"]),
        ("さっぽろ", ["kana-not-katakana"]),
    ],
)
def test_fault_sixteen_a_reading_is_kept_and_doubts_are_noted(
    tmp_path: Path, kana: str, expected: list[str]
) -> None:
    record, findings = read_one(tmp_path, hospital(kana=kana, name_en=""))
    assert (record.name_kana, record.name_en) == (kana, "")
    assert codes(findings) == expected


def test_fault_seventeen_the_mark_of_a_line_end_becomes_one(tmp_path: Path) -> None:
    record, findings = read_one(
        tmp_path, hospital(remarks="12/29～1/3（改行）お盆（改行）", name="札幌（改行）病院")
    )
    assert record.closing_remarks == "12/29～1/3\nお盆"
    assert record.name == "札幌\n病院"
    assert findings == []


def test_what_cannot_be_seen_is_taken_out_of_text(tmp_path: Path) -> None:
    record, findings = read_one(
        tmp_path,
        hospital(name="札\x00幌病院", address="北海道１８０\xad１\u200b", remarks="一\t二\r\n三"),
    )
    assert record.name == "札幌病院"
    assert record.address == "北海道１８０１"
    assert record.closing_remarks == "一 二\n三"
    assert codes(findings) == ["text-control-characters"] * 2


def test_what_cannot_be_seen_is_taken_out_of_the_names_of_departments(tmp_path: Path) -> None:
    sheets = {"01-1": [hospital()], "01-2": [hours(name="脳\u200b神経内科")]}
    (record,), findings = read_sheets(tmp_path, sheets)
    assert record.departments == (DepartmentRecord("01013", "脳神経内科"),)
    assert codes(findings) == ["text-control-characters", "open-but-no-hours"]


def test_text_longer_than_the_catalogue_holds_is_never_cut_short(tmp_path: Path) -> None:
    longest = {"name": "病" * LONGEST_NAME, "short_name": "病" * LONGEST_NAME}
    address = f"北海道{'市' * (LONGEST_ADDRESS - 3)}"
    rows = [
        hospital(address=address, **longest),
        hospital(id="0111010000020", address=f"{address}市", short_name="病" * 401),
        hospital(id="0111010000030", name="病" * 401),
    ]
    (first, second), findings = read_sheets(tmp_path, {"01-1": rows})
    assert (first.name, first.short_name, first.address) == (*longest.values(), address)
    assert (second.short_name, second.address) == ("", "")
    assert Counter(codes(findings)) == Counter(
        {"text-too-long": 2, "address-blank": 1, "name-too-long": 1}
    )


def test_the_limits_of_text_are_those_of_the_catalogue() -> None:
    lengths = {
        name: OfficialFacts._meta.get_field(name).max_length
        for name in ("name", "name_kana", "name_en", "short_name", "address")
    }
    assert lengths.pop("address") == LONGEST_ADDRESS
    assert set(lengths.values()) == {LONGEST_NAME}


def test_a_facility_without_a_name_is_rejected(tmp_path: Path) -> None:
    records, findings = read_sheets(tmp_path, {"01-1": [hospital(name="　")]})
    assert records == []
    assert [(each.code, each.action) for each in findings] == [("name-blank", "row rejected")]


def test_an_address_that_is_blank_or_of_another_prefecture_is_told(tmp_path: Path) -> None:
    rows = [hospital(address=""), hospital(id="0111010000020", address="札幌市中央区１")]
    (first, second), findings = read_sheets(tmp_path, {"01-1": rows})
    assert (first.address, second.address) == ("", "札幌市中央区１")
    assert [(each.code, each.action) for each in findings] == [
        ("address-blank", "value left unknown"),
        ("address-prefecture", "noted"),
    ]


# Websites, among the faults of text.


@pytest.mark.parametrize(
    ("stated", "website", "code"),
    [
        ("", "", None),
        ("http://mominoki-hp.or.jp/", "http://mominoki-hp.or.jp/", None),
        ("https://example.jp:8443/a?b=c#d", "https://example.jp:8443/a?b=c#d", None),
        ("http://www.kin-ikyo-chuo.jp/~sasaki/", "http://www.kin-ikyo-chuo.jp/~sasaki/", None),
        ("https://maps.example.jp/@35.1,139.2/", "https://maps.example.jp/@35.1,139.2/", None),
        ("https://病院.jp/", "https://病院.jp/", None),
        ("http//www.ssn-hp.jp", "http://www.ssn-hp.jp", "website-repaired"),
        ("http:/www.aizenkai.or.jp/", "http://www.aizenkai.or.jp/", "website-repaired"),
        ("https:/www.town.jp/a//b", "https://www.town.jp/a//b", "website-repaired"),
        ("https:www.kama-jrc.jp/", "https://www.kama-jrc.jp/", "website-repaired"),
        ("htpp://www.n2jin.com/", "http://www.n2jin.com/", "website-repaired"),
        ("httt://www.tennou.or.jp/", "http://www.tennou.or.jp/", "website-repaired"),
        ("ttps://www.tennou.or.jp/", "https://www.tennou.or.jp/", "website-repaired"),
        ("http;//www.niigata.jp/", "http://www.niigata.jp/", "website-repaired"),
        ("https.//www.iwasa-hp.or.jp", "https://www.iwasa-hp.or.jp", "website-repaired"),
        ("http//:www.tamaki-hp.jp", "http://www.tamaki-hp.jp", "website-repaired"),
        ("http:///www.simosaka.jp", "http://www.simosaka.jp", "website-repaired"),
        ("http://http://hifu.jp", "http://hifu.jp", "website-repaired"),
        ("HTTP://WWW.YONAGO.OR.JP/", "http://WWW.YONAGO.OR.JP/", "website-repaired"),
        ("goryokai.com", "https://goryokai.com", "website-repaired"),
        ("www4.ocn.ne.jp/~sasaki/", "https://www4.ocn.ne.jp/~sasaki/", "website-repaired"),
        ("ｈｔｔｐ：／／ｗｗｗ．ａｂｃ．ｊｐ", "http://www.abc.jp", "website-repaired"),
        ("central-hospital@bz01.plala.or.jp", "", "website-email"),
        ("http://hoya-kosei@jcom.home.ne.jp", "", "website-email"),
        ("mailto:a@b.jp", "", "website-email"),
        ("http://www. mizuho-h.com", "", "website-unreadable"),
        ("https://a.jp  https://b.jp", "", "website-unreadable"),
        ("http://www.http://shirahataiin.jp/", "", "website-unreadable"),
        ("http://www", "", "website-unreadable"),
        ("www//obitoku.com/", "", "website-unreadable"),
        ("https://hama,hospital.com", "", "website-unreadable"),
        ("javascript:alert(1)", "", "website-unreadable"),
        ("ftp://example.jp/", "", "website-unreadable"),
        ('https://example.jp/"><script>', "", "website-unreadable"),
        ("https://www.bing.com/ck/a?!&&p=1", "", "website-redirect"),
        ("https://www.google.com/url?q=x", "", "website-redirect"),
        (f"https://example.jp/{'a' * 236}", f"https://example.jp/{'a' * 236}", None),
        (f"https://example.jp/{'a' * 237}", "", "website-too-long"),
    ],
)
def test_websites_with_a_plain_slip_are_repaired_and_others_left_out(
    stated: str, website: str, code: str | None
) -> None:
    assert parse_website(stated) == (website, code)


@pytest.mark.parametrize(
    ("stated", "website", "as_stated"),
    [
        ("https://example.jp/", "https://example.jp/", ""),
        ("example.jp", "https://example.jp", "example.jp"),
        ("a@example.jp", "", "a@example.jp"),
    ],
)
def test_what_the_register_says_is_kept_beside_a_repaired_or_dropped_website(
    tmp_path: Path, stated: str, website: str, as_stated: str
) -> None:
    record, _ = read_one(tmp_path, hospital(website=stated))
    assert (record.website, record.website_as_stated) == (website, as_stated)


URL_PIECES = st.sampled_from(
    ["http", "https", "htpp", ":", "/", "//", ".", "www.", "a", "jp", "@", " ", "：", "ａ", "\x00"]
)


@given(st.one_of(st.text(), st.lists(URL_PIECES, max_size=12).map("".join)))
@example("http:http:http://a.jp")
def test_repairing_a_website_never_fails_and_what_is_repaired_needs_no_repair(text: str) -> None:
    website, code = parse_website(text)
    assert (code in FAULTS) or code is None
    assert parse_website(website) == (website, None)
    assert website == "" or website.startswith(("http://", "https://"))


# Closing days.


def test_fault_nineteen_the_flags_say_open_and_closed_against_their_name(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(weekly="011_110", holidays="1"))
    assert record.closures.weekly == ("closed", "open", "open", "unknown", "open", "open", "closed")
    assert record.closures.public_holidays == "open"
    assert findings == []


def test_fault_nineteen_blank_flags_are_unknown_and_not_closed(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(weekly="_______", holidays=""))
    assert record.closures == Closures()
    assert record.closures.as_json() == {}
    assert findings == []


def test_fault_nineteen_another_flag_is_unknown_and_told(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(weekly="211111x", holidays="休"))
    assert record.closures.weekly == ("unknown", *("open",) * 5, "unknown")
    assert codes(findings) == ["flag-unreadable"] * 3


def test_fault_twenty_week_flags_count_on_open_days_alone(tmp_path: Path) -> None:
    weeks = "11111 11111 11111 11111 11111 10101 11111"
    record, findings = read_one(tmp_path, hospital(weekly="1111110", weeks=weeks))
    assert record.closures.weekly[6] == "closed"
    assert record.closures.nth_week == ((2, "sat"), (4, "sat"))
    assert findings == []


def test_fault_twenty_closed_days_come_by_week_and_then_by_day(tmp_path: Path) -> None:
    weeks = "01111 11111 11111 11111 11111 01011 01111"
    record, _ = read_one(tmp_path, hospital(weekly="1111111", weeks=weeks))
    assert record.closures.nth_week == ((1, "mon"), (1, "sat"), (1, "sun"), (3, "sat"))


@pytest.mark.parametrize("weekly", ["1111110", "_11111_"])
def test_fault_twenty_closed_in_all_five_weeks_is_closed_weekly(
    tmp_path: Path, weekly: str
) -> None:
    weeks = "00000 11111 11111 11111 11111 11111 00000"
    record, findings = read_one(tmp_path, hospital(weekly=weekly, weeks=weeks))
    assert (record.closures.weekly[0], record.closures.weekly[6]) == ("closed", "closed")
    assert record.closures.nth_week == ()
    assert set(codes(findings)) == {"week-flags-mean-weekly"}


def test_fault_twenty_weeks_without_a_weekly_answer_mean_nothing_and_are_told(
    tmp_path: Path,
) -> None:
    weeks = "_____ _____ _____ _____ _____ 0_0__ _____"
    record, findings = read_one(tmp_path, hospital(weekly="11111_0", weeks=weeks))
    assert record.closures.nth_week is None
    assert [(each.code, each.value) for each in findings] == [
        ("week-flags-without-weekly", "0,,0,,")
    ]


def test_fault_twenty_one_contradictions_are_told_and_both_sides_kept(tmp_path: Path) -> None:
    week = hours(consultation={"月火日": MORNING})
    sheets = {"01-1": [hospital(weekly="1110__0", holidays="0")], "01-2": [week]}
    (record,), findings = read_sheets(tmp_path, sheets)
    assert record.closures.weekly == ("open", "open", "open", "closed", *["unknown"] * 2, "closed")
    assert record.departments is not None
    assert record.departments[0].hours == (Session(1, ("mon", "tue", "sun"), time(9), time(12)),)
    assert [(each.code, each.value, each.action) for each in findings] == [
        ("closed-but-hours", "sun", "noted"),
        ("open-but-no-hours", "wed", "noted"),
    ]


def test_fault_twenty_two_closing_remarks_are_kept_in_their_own_words(tmp_path: Path) -> None:
    remarks = "01月01日，01月02日・12/29~1/3　年末年始"
    record, findings = read_one(tmp_path, hospital(remarks=remarks))
    assert record.closing_remarks == remarks
    assert findings == []


# Hours.


@pytest.mark.parametrize(
    ("start", "end", "opens", "closes", "code"),
    [
        ("09:00", "17:30", time(9), time(17, 30), None),
        ("00:00", "24:00", time(0), time(0), None),
        ("00:00", "23:59", time(0), time(0), "time-whole-day"),
        ("18:00", "24:00", time(18), time(0), None),
        ("18:00", "08:30", time(18), time(8, 30), None),
        ("14:00", "08:00", time(14), time(8), None),
        ("04:59", "12:00", time(4, 59), time(12), None),
        ("05:00", "23:59", time(5), time(23, 59), None),
        ("０９：００", "17:30 ", time(9), time(17, 30), "time-repaired"),
    ],
)
def test_fault_twenty_three_plausible_times_are_kept(
    tmp_path: Path, start: str, end: str, opens: time, closes: time, code: str | None
) -> None:
    sessions, findings = read_hours(tmp_path, hours(consultation={"月": (start, end)}))
    assert sessions == (Session(1, ("mon",), opens, closes),)
    assert codes(findings) == ([code] if code else [])


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("00:00", "00:00", "time-placeholder"),
        ("00:45", "17:15", "time-start-implausible"),
        ("04:59", "12:01", "time-start-implausible"),
        ("24:00", "08:00", "time-start-implausible"),
        ("09:00", "07:00", "time-overnight-implausible"),
        ("14:00", "08:01", "time-overnight-implausible"),
        ("09:00", "09:00", "time-overnight-implausible"),
        ("09:00", "", "time-end-missing"),
        ("", "12:00", "time-start-missing"),
        ("9時", "12時", "time-unreadable"),
        ("9:00", "12:00", "time-unreadable"),
        ("09:00", "25:00", "time-unreadable"),
        ("09:00", "12:60", "time-unreadable"),
        ("0900", "12:00", "time-unreadable"),
    ],
)
def test_fault_twenty_three_other_times_are_unknown_and_told(
    tmp_path: Path, start: str, end: str, code: str
) -> None:
    sessions, findings = read_hours(tmp_path, hours(consultation={"火": (start, end)}))
    assert sessions == ()
    assert [(each.code, each.action) for each in findings] == [(code, "value left unknown")]
    assert findings[0].column == "火_診療開始時間"
    assert findings[0].value == f"{start}-{end}"


TIME_CELLS = st.one_of(
    st.text(max_size=6),
    st.times().map("{:%H:%M}".format),
    st.text(alphabet="0123456789:：０９時 ", max_size=6),
)


@given(TIME_CELLS)
def test_any_cell_is_minutes_of_a_day_or_a_fault_or_blank(cell: str) -> None:
    minutes, code = parse_time(cell)
    assert minutes is None or 0 <= minutes <= 1440
    assert code is None or code in FAULTS
    assert minutes is not None or code is not None or not cell.strip()


@given(TIME_CELLS, TIME_CELLS)
def test_any_two_cells_are_an_interval_or_faults_or_nothing(start: str, end: str) -> None:
    interval, faults = parse_interval(start, end)
    assert all(code in FAULTS for code in faults)
    if interval is None:
        assert faults or not (start.strip() or end.strip())
    else:
        assert all(FAULTS[code].action == "value repaired" for code in faults)


@given(st.times(), st.times())
def test_an_interval_that_is_kept_is_the_one_stated(start: time, end: time) -> None:
    interval, faults = parse_interval(f"{start:%H:%M}", f"{end:%H:%M}")
    if interval is not None and not faults:
        assert interval == (
            start.replace(second=0, microsecond=0),
            end.replace(second=0, microsecond=0),
        )


def test_cells_of_nothing_but_space_are_blank(tmp_path: Path) -> None:
    sessions, findings = read_hours(tmp_path, hours(consultation={"月": ("　", " ")}))
    assert (sessions, findings) == ((), [])


def test_fault_twenty_four_emergency_duty_does_not_contradict_closing_days(tmp_path: Path) -> None:
    rows = [
        hours(consultation={"月火水木金土": MORNING}),
        hours(code="09010", name="救急科", consultation={DAYS: ("00:00", "24:00")}),
    ]
    (record,), findings = read_sheets(tmp_path, {"01-1": [hospital()], "01-2": rows})
    assert record.departments is not None
    assert [department.code for department in record.departments] == ["01013", "09010"]
    assert findings == []


def test_fault_twenty_five_all_three_bands_are_read_and_equal_days_put_together(
    tmp_path: Path,
) -> None:
    sessions, findings = read_hours(
        tmp_path,
        hours(band="2", consultation={"月火木金": AFTERNOON}),
        hours(
            band="1", consultation={"月火水": MORNING, "土": ("09:00", "13:00"), "木金": MORNING}
        ),
        hours(band="3", consultation={"祝": ("18:00", "20:00")}),
    )
    assert sessions == (
        Session(1, WORKDAYS, time(9), time(12)),
        Session(1, ("sat",), time(9), time(13)),
        Session(2, ("mon", "tue", "thu", "fri"), time(14), time(17, 30)),
        Session(3, ("hol",), time(18), time(20)),
    )
    assert findings == []


def test_fault_twenty_five_of_a_repeated_band_the_first_row_is_kept(tmp_path: Path) -> None:
    sessions, findings = read_hours(
        tmp_path,
        hours(consultation={"月": MORNING}),
        hours(consultation={"月": AFTERNOON}),
    )
    assert sessions == (Session(1, ("mon",), time(9), time(12)),)
    assert [(each.code, each.line) for each in findings] == [("band-repeated", 3)]


def test_fault_twenty_five_a_strange_band_is_rejected(tmp_path: Path) -> None:
    rows = [hours(consultation={"月": MORNING}), *(hours(band=band) for band in ("4", "", "１"))]
    sessions, findings = read_hours(tmp_path, *rows)
    assert len(sessions) == 1
    assert codes(findings) == ["band-unknown"] * 3


def test_fault_twenty_six_reception_stands_with_its_band_and_day(tmp_path: Path) -> None:
    sessions, findings = read_hours(
        tmp_path,
        hours(
            band="2",
            consultation={"月火": ("15:00", "18:00")},
            reception={"月": ("13:00", "16:00")},
        ),
    )
    assert sessions == (
        Session(2, ("mon",), time(15), time(18), time(13), time(16)),
        Session(2, ("tue",), time(15), time(18)),
    )
    assert findings == []


def test_fault_twenty_six_reception_on_a_day_without_consultation_is_dropped_and_told(
    tmp_path: Path,
) -> None:
    sessions, findings = read_hours(
        tmp_path, hours(consultation={"月": MORNING}, reception={"日": ("08:00", "11:00")})
    )
    assert sessions == (Session(1, ("mon",), time(9), time(12)),)
    assert [(each.code, each.column, each.value) for each in findings] == [
        ("reception-without-session", "日_外来受付開始時間", "08:00-11:00")
    ]


def test_fault_twenty_seven_beds_are_not_read(tmp_path: Path) -> None:
    row = hospital() | {"一般病床": "many", "合計病床数": "-1"}
    _, findings = read_one(tmp_path, row)
    assert findings == []


# Codes.


def test_fault_twenty_eight_old_and_new_names_stand_side_by_side(tmp_path: Path) -> None:
    rows = [
        hours(code="01025", name="神経内科"),
        hours(code="01013", name="脳神経内科"),
        hours(code="05002", name="耳鼻いんこう科"),
    ]
    (record,), _ = read_sheets(tmp_path, {"01-1": [hospital()], "01-2": rows})
    assert record.departments is not None
    assert [(each.code, each.name) for each in record.departments] == [
        ("01013", "脳神経内科"),
        ("01025", "神経内科"),
        ("05002", "耳鼻いんこう科"),
    ]


def test_fault_twenty_eight_a_bucket_code_has_as_many_names_as_it_likes(tmp_path: Path) -> None:
    rows = [
        hours(code="09991", name=name, consultation={DAYS: MORNING})
        for name in ("総合診療科", "ドック")
    ]
    (record,), findings = read_sheets(
        tmp_path, {"01-1": [hospital(weekly="_______", holidays="")], "01-2": rows}
    )
    assert record.departments is not None
    assert {each.name for each in record.departments} == {"総合診療科", "ドック"}
    assert findings == []


def test_fault_twenty_eight_two_names_of_a_regular_code_are_noted(tmp_path: Path) -> None:
    _, findings = read_hours(tmp_path, hours(), hours(name="神経内科"))
    assert codes(findings) == ["department-name-varies"]


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("1013", "脳神経内科", "code-malformed"),
        ("", "脳神経内科", "code-malformed"),
        ("０１０１３", "脳神経内科", "code-malformed"),
        ("01013", "", "department-name-blank"),
        ("01991", "科" * 401, "name-too-long"),
    ],
)
def test_a_department_without_a_proper_code_and_name_is_rejected(
    tmp_path: Path, code: str, name: str, expected: str
) -> None:
    sessions, findings = read_hours(
        tmp_path, hours(consultation={"月": MORNING}), hours(code=code, name=name, band="2")
    )
    assert len(sessions) == 1
    assert [(each.code, each.action, each.line) for each in findings] == [
        (expected, "row rejected", 3)
    ]


def test_fault_twenty_nine_a_municipality_newer_than_any_table_is_kept(tmp_path: Path) -> None:
    row = hospital(
        id="2211010000010", prefecture="22", municipality="138", address="静岡県浜松市中央区"
    )
    record, findings = read_one(tmp_path, row)
    assert record.municipality_code == "22138"
    assert findings == []


@pytest.mark.parametrize("municipality", ["", "1", "11", "1011", "１０１", "abc"])
def test_fault_twenty_nine_what_is_no_municipality_code_is_unknown(
    tmp_path: Path, municipality: str
) -> None:
    record, findings = read_one(tmp_path, hospital(municipality=municipality))
    assert (record.prefecture_code, record.municipality_code) == ("01", "")
    assert codes(findings) == ["municipality-unknown"]


def test_fault_thirty_an_id_is_no_insurance_number_and_may_have_any_length(tmp_path: Path) -> None:
    record, findings = read_one(tmp_path, hospital(id="011" + "9" * 17))
    assert len(record.official_id) == 20
    assert findings == []


# Streaming: choosing facilities, groups that come apart.


def test_rows_of_one_facility_in_several_places_are_put_together(tmp_path: Path) -> None:
    rows = [
        hours(consultation={"月": MORNING}),
        hours(official_id="0111010000020", code="02035", name="整形外科"),
        hours(band="2", consultation={"月": AFTERNOON}),
        hours(official_id="0111010000020", code="02035", name="整形外科"),
        hours(band="1", consultation={"月": AFTERNOON}),
    ]
    paths = write_release(tmp_path, {"01-1": [hospital()], "01-2": rows})
    (sheet,) = open_release(paths).departments
    findings: list[Finding] = []
    departments = collect_departments([sheet], findings.append)
    assert [session.number for session in departments["0111010000010"][0].hours] == [1, 2]
    assert departments["0111010000010"][0].hours[0].opens == time(9)
    assert [(each.code, each.line) for each in findings] == [
        ("hours-scattered", 4),
        ("hours-scattered", 5),
        ("hours-scattered", 6),
        ("band-repeated", 6),
    ]
    assert [official_id for official_id, _ in read_departments(sheet, findings.append)] == [
        "0111010000010",
        "0111010000020",
    ] * 2 + ["0111010000010"]


def test_only_the_facilities_asked_for_are_read_with_all_their_departments(tmp_path: Path) -> None:
    rows = [
        hours(),
        hours(code="01001", name="内科"),
        hours(
            official_id="0111010000020", code="01001", name="内科", consultation={"月": ("9時", "")}
        ),
    ]
    sheets = {"01-1": [hospital(), hospital(id="0111010000020", kana="")], "01-2": rows}
    release = open_release(write_release(tmp_path, sheets))
    wanted = ids_with_departments(release.departments, {"01013"})
    assert wanted == {"0111010000010"}
    findings: list[Finding] = []
    (record,) = read_release(release, findings.append, only=wanted)
    assert record.departments is not None
    assert [department.code for department in record.departments] == ["01001", "01013"]
    assert codes(findings) == ["open-but-no-hours"]


def test_progress_counts_every_row_of_every_stage(tmp_path: Path) -> None:
    many = [hospital(id=f"0111{number:06}") for number in range(1500)]
    sheets = {"01-1": many, "01-2": [hours(official_id="0111000001")] * 2500}
    release = open_release(write_release(tmp_path, sheets))
    done: Counter[str] = Counter()
    list(
        read_release(
            release, lambda _: None, progress=lambda stage, rows: done.update({stage: rows})
        )
    )
    assert done == {"departments": 2500, "positions": 1500, "facilities": 1500}
    assert [sheet.row_count for sheet in release.sheets] == [1500, 2500]


def test_columns_in_another_order_are_found_and_unknown_ones_noted(tmp_path: Path) -> None:
    columns = ["電話番号", *reversed(columns_of("01-1"))]
    path = write_sheet(tmp_path, "01-1", [hospital()], columns=columns)
    findings: list[Finding] = []
    (record,) = read_release(open_release([path]), findings.append)
    assert record.name == HOSPITAL["name"]
    assert [(each.code, each.column, each.line) for each in findings] == [
        ("column-unknown", "電話番号", 1)
    ]


def test_a_long_value_is_shortened_in_the_finding(tmp_path: Path) -> None:
    _, findings = read_one(tmp_path, hospital(website="x" * 900))
    assert len(findings[0].value) < 400


def test_clinics_are_clinics(tmp_path: Path) -> None:
    (record,), findings = read_sheets(tmp_path, {"02-1": [clinic()]})
    assert (record.kind, record.official_id) == (Kind.CLINIC, CLINIC["id"])
    assert findings == []


# The ministry's own files.

NEUROLOGY, NEW_NEUROLOGY, NEUROSURGERY = "01025", "01013", "02002"
ORTHOPAEDICS, REHABILITATION = "02035", "09003"


@pytest.mark.official_data
def test_the_ministrys_hospitals_are_read_to_the_last(official_data_dir: Path) -> None:
    release = open_release([official_data_dir / "official"])
    assert release.release == date(2025, 6, 1)
    (sheet,) = release.sheets
    assert sheet.row_count == 7587
    assert sheet.sha256 == "bc1ee5f4614a3cd0d66b0ce1d736b857426feb511ca3163925bd7285ba8bffd1"
    assert sheet.unknown_columns == ()
    findings: list[Finding] = []
    records = list(read_release(release, findings.append))
    counts = Counter(codes(findings))
    assert len(records) == len({record.official_id for record in records}) == 7587
    assert {record.kind for record in records} == {Kind.HOSPITAL}
    assert counts["position-unknown"] == 270
    assert counts["position-rounded"] == 1
    assert counts["kana-blank"] == 3
    assert counts["kana-not-katakana"] == 25
    assert not [finding for finding in findings if finding.action == "row rejected"]
    assert sum(not record.short_name for record in records) == 2279
    assert sum("\n" in record.closing_remarks for record in records) > 300
    assert not [record for record in records if "改行）" in record.closing_remarks]
    assert sum(not record.closing_remarks for record in records) == 1045


@pytest.mark.official_data
def test_the_excerpt_in_the_original_layout_is_read_with_its_hours(
    official_data_dir: Path,
) -> None:
    release = open_release([official_data_dir / "original_layout_excerpt_20260601"])
    assert release.release == date(2026, 6, 1)
    assert [sheet.row_count for sheet in release.sheets] == [13, 30, 10, 69]
    findings: list[Finding] = []
    records = {record.official_id: record for record in read_release(release, findings.append)}
    assert len(records) == 23
    assert set(codes(findings)) == {"time-placeholder", "facility-without-departments"}
    mominoki = records["3911393100120"]
    assert (mominoki.latitude, mominoki.longitude) == (33.560211, 133.496088)
    departments = {each.code: each for each in mominoki.departments or ()}
    assert set(departments) == {"01001", NEUROSURGERY, "03001", REHABILITATION}
    assert departments[NEUROSURGERY].hours == (
        Session(1, WORKDAYS, time(8, 30), time(17, 30), time(8), time(17)),
        Session(1, ("sat",), time(8, 30), time(12, 30), time(8), time(12)),
    )


@pytest.mark.official_data
def test_the_departments_of_the_relaid_files_have_the_counted_numbers(
    official_data_dir: Path,
) -> None:
    folders = [official_data_dir / "official", official_data_dir / "relaid_20250601"]
    release = open_release(folders)
    findings: list[Finding] = []
    facilities: Counter[Kind] = Counter()
    with_code: Counter[tuple[Kind, str]] = Counter()
    for record in read_release(release, findings.append):
        facilities[record.kind] += 1
        with_code.update((record.kind, code) for code in {d.code for d in record.departments or ()})
    assert facilities == {Kind.HOSPITAL: 7587, Kind.CLINIC: 63720 - 1}
    wanted = (NEUROLOGY, NEW_NEUROLOGY, NEUROSURGERY, ORTHOPAEDICS, REHABILITATION)
    counted = {kind: [with_code[kind, code] for code in wanted] for kind in facilities}
    assert counted == {
        Kind.HOSPITAL: [1470, 1129, 2504, 4545, 5223],
        Kind.CLINIC: [1494, 517, 1417, 8424, 8854],
    }
    assert Counter(codes(findings))["position-unknown"] == 270 + 6698 - 1
    rejected = [finding for finding in findings if finding.action == "row rejected"]
    assert [(each.code, each.value) for each in rejected] == [("id-repeated", "432243332320")]
    # 脳外科 and 脳・血管外科 are neurosurgery too, in one clinic the only such department.
    wider = {*wanted, "02003", "02004"}
    ids = [len(ids_with_departments([sheet], wider)) for sheet in release.departments]
    assert ids == [5996, 13318]
