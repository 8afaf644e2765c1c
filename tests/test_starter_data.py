"""The starter catalogue's files: whole, honest about their limits, true to the official register."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"
DATE = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
GUESS = re.compile(r"推定・未確認|(から|と一般知識から)の推定|と推定、")

Entry = dict[str, Any]


def read(name: str) -> Any:
    return json.loads((FIXTURES / "starter" / name).read_text(encoding="utf-8"))


FACILITIES: list[Entry] = read("facilities.json")["facilities"]
INSTITUTIONS: list[Entry] = read("institutions.json")["entries"]
SECOND_OPINIONS: list[Entry] = read("second_opinions.json")["entries"]
ENTRIES = INSTITUTIONS + SECOND_OPINIONS


def slugs() -> dict[str, set[str]]:
    files = (FIXTURES / "taxonomy").glob("*.json")
    vocabularies = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {v["scheme"]: {concept["slug"] for concept in v["concepts"]} for v in vocabularies}


def is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def test_there_are_248_institutions_and_134_second_opinions() -> None:
    assert (len(INSTITUTIONS), len(SECOND_OPINIONS)) == (248, 134)


def test_every_key_is_a_slug_and_stands_once() -> None:
    keys = Counter(entry["key"] for entry in ENTRIES)
    assert [key for key, times in keys.items() if times > 1] == []
    assert [key for key in keys if not KEY.fullmatch(key)] == []


def test_an_entry_outside_the_register_names_its_facility_by_a_key_that_fits() -> None:
    keys = [entry["facility_key"] for entry in ENTRIES if not entry["official_id"]]
    assert [key for key in keys if not KEY.fullmatch(key) or len(key) > 64] == []
    assert [e["key"] for e in ENTRIES if e["official_id"] and "facility_key" in e] == []


def test_rows_of_one_facility_outside_the_register_share_its_key() -> None:
    shared = [e["name"] for e in ENTRIES if e.get("facility_key") == "nho-tokyo-medical-center"]
    assert shared == ["国立病院機構 東京医療センター 脳神経内科", "国立病院機構東京医療センター"]


def test_every_entry_has_sources_with_web_addresses() -> None:
    for entry in ENTRIES:
        assert entry["sources"], entry["key"]
        for source in entry["sources"]:
            assert is_web_address(source["url"]), (entry["key"], source)


def test_every_date_is_a_year_a_month_a_day_or_empty() -> None:
    for entry in ENTRIES:
        dates = [entry["asserted_on"], *(source["date"] for source in entry["sources"])]
        assert all(DATE.fullmatch(date) for date in dates), (entry["key"], dates)
        assert entry["asserted_on"] >= max(source["date"] for source in entry["sources"])


def test_every_institution_states_something_and_keeps_its_limits_apart() -> None:
    for entry in INSTITUTIONS:
        assert entry["statement"], entry["key"]
        assert not re.search(r"[\[\]]", entry["statement"]), entry["key"]
        assert all(entry["notes"]), entry["key"]


def test_every_concept_is_in_the_taxonomy() -> None:
    known = slugs()
    for entry in INSTITUTIONS:
        for scheme, concepts in entry["concepts"].items():
            assert concepts, (entry["key"], scheme)
            assert set(concepts) <= known[scheme], (entry["key"], scheme)
        assert {entry["strength"], entry["athlete_strength"]} <= known["evidence"], entry["key"]


def test_runners_dystonia_is_named_only_where_the_source_says_so() -> None:
    carriers = [e for e in INSTITUTIONS if "runners-dystonia" in e["concepts"].get("condition", [])]
    assert carriers
    for entry in carriers:
        assert "ランナーズジストニア" in entry["statement"], entry["key"]
    for entry in INSTITUTIONS:
        if "runners-dystonia-published" in entry["concepts"].get("evidence", []):
            assert entry in carriers, entry["key"]


def test_what_was_guessed_stays_a_draft() -> None:
    drafts = {entry["key"] for entry in ENTRIES if entry["status"] == "draft"}
    for entry in ENTRIES:
        limits = [*entry.get("notes", []), entry.get("note", "")]
        if any(GUESS.search(limit) for limit in limits):
            assert entry["key"] in drafts, entry["key"]
    assert {"北海道大学病院", "国立病院機構南岡山医療センター"} <= {
        entry["name"] for entry in SECOND_OPINIONS if entry["status"] == "draft"
    }


def test_no_published_name_carries_the_marker_of_a_guess() -> None:
    assert [entry["key"] for entry in ENTRIES if "推定" in entry["name"]] == []


def test_every_official_id_that_is_referred_to_is_there() -> None:
    by_id = {facility["official_id"]: facility for facility in FACILITIES}
    assert len(by_id) == len(FACILITIES)
    for entry in ENTRIES:
        if entry["official_id"]:
            official = by_id[entry["official_id"]]
            assert official["prefecture_code"] == entry["prefecture_code"], entry["key"]


def test_every_prefecture_has_at_least_five_facilities() -> None:
    counts = Counter(facility["prefecture_code"] for facility in FACILITIES)
    assert sorted(counts) == [f"{number:02d}" for number in range(1, 48)]
    assert min(counts.values()) >= 5


def test_a_position_is_whole_and_in_japan_or_unknown() -> None:
    for facility in FACILITIES:
        latitude, longitude = facility["latitude"], facility["longitude"]
        if latitude is None:
            assert longitude is None, facility["official_id"]
            assert "position_release" not in facility, facility["official_id"]
        else:
            assert 20 <= latitude <= 46 and 122 <= longitude <= 154, facility["official_id"]


def test_facilities_credit_the_ministry_and_keep_their_websites_clean() -> None:
    assert "厚生労働省" in read("facilities.json")["credit"]
    websites = [facility["website"] for facility in FACILITIES if "website" in facility]
    assert [url for url in websites if not is_web_address(url)] == []


def test_a_second_opinion_keeps_its_fee_with_what_belongs_to_it() -> None:
    rules = {"required", "recommended", "not-required", "unknown"}
    for entry in SECOND_OPINIONS:
        assert entry["fee_currency"] == "JPY", entry["key"]
        assert entry["fee_tax"] in ("included", "excluded", "unknown"), entry["key"]
        assert {entry["letter"], entry["images"]} <= rules, entry["key"]
        assert entry["doctor_consent"] in ("required", "unknown"), entry["key"]
        assert set(entry.get("modes", [])) <= {"in-person", "online", "written"}, entry["key"]


def rows_of_zip(file: Path) -> Iterator[dict[str, str]]:
    with (
        zipfile.ZipFile(file) as archive,
        archive.open(archive.namelist()[0]) as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text,
    ):
        yield from csv.DictReader(text)


def rows_of_gzip(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def official_cells(row: dict[str, str]) -> Entry:
    latitude, longitude = float(row["所在地座標（緯度）"]), float(row["所在地座標（経度）"])
    known = (latitude, longitude) != (0.0, 0.0)
    return {
        "name": row["正式名称"],
        "name_kana": row["正式名称（フリガナ）"],
        "short_name": row["略称"],
        "name_en": row["英語表記（ローマ字表記）"],
        "prefecture_code": row["都道府県コード"],
        "municipality_code": row["都道府県コード"] + row["市区町村コード"],
        "address": row["所在地"],
        "latitude": latitude if known else None,
        "longitude": longitude if known else None,
        "closing_remarks": row["その他の休診日（gw、お盆等）"].replace("（改行）", "\n"),
    }


@pytest.mark.official_data
@pytest.mark.parametrize(
    ("kind", "facilities_file", "departments_file"),
    [
        (
            "hospital",
            "official/01-1_hospital_facility_info_20250601.zip",
            "relaid_20250601/01-2_hospital_speciality_hours_20250601.partial.csv.gz",
        ),
        (
            "clinic",
            "relaid_20250601/02-1_clinic_facility_info_20250601.partial.csv.gz",
            "relaid_20250601/02-2_clinic_speciality_hours_20250601.partial.csv.gz",
        ),
    ],
    ids=["hospitals", "clinics"],
)
def test_facilities_say_what_the_register_says(
    kind: str, facilities_file: str, departments_file: str, official_data_dir: Path
) -> None:
    ours = {f["official_id"]: f for f in FACILITIES if f["kind"] == kind}
    rows = rows_of_zip if facilities_file.endswith(".zip") else rows_of_gzip
    compared = set()
    for row in rows(official_data_dir / facilities_file):
        if facility := ours.get(row["ID"]):
            cells = official_cells(row)
            assert {cell: facility.get(cell, "") for cell in cells} == cells, row["ID"]
            compared.add(row["ID"])
    assert compared == set(ours)

    departments: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows_of_gzip(official_data_dir / departments_file):
        departments[row["ID"]].add((row["診療科目コード"], row["診療科目名"]))
    for official_id, facility in ours.items():
        listed = [(d["code"], d["name"]) for d in facility["departments"]]
        assert listed == sorted(departments[official_id]), official_id
