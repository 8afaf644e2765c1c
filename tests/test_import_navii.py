"""`manage.py import_navii` from files to published clinics, killed, repeated, on real data."""

import csv
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    Department,
    Facility,
    ImportRun,
    Listing,
    OfficialFacts,
    OpeningHours,
)
from clinics.publication_check import stale_listings
from tests.catalogue import claim
from tests.navii_sheets import Row, clinic, hospital, hours, write_release

ROOT = Path(__file__).parent.parent
FOCUS_CODES = ("01025", "01013", "02002", "02035", "09003")


def release_of(number: int, name: str = "病院") -> dict[str, list[Row]]:
    """Hospitals in a row, each with neurology in the morning."""
    ids = [f"01110100{i:05}" for i in range(number)]
    return {
        "01-1": [
            hospital(id=official_id, name=f"{name}{i}", latitude=f"43.{i:04}7", weekly="1111100")
            for i, official_id in enumerate(ids)
        ],
        "01-2": [
            hours(official_id, consultation={"月火水木金": ("09:00", "12:00")})
            for official_id in ids
        ],
    }


def run_import(*arguments: object, **options: object) -> None:
    call_command("import_navii", *map(str, arguments), **options)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for files, with the working directory elsewhere and its own."""
    (tmp_path / "work").mkdir()
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "files"


pytestmark = pytest.mark.django_db


def test_files_become_published_clinics_with_hours(folder: Path, client: Client) -> None:
    write_release(folder, release_of(3))
    run_import(folder)
    body = client.get("/api/v1/clinics?category=neurology&lat=43&lng=141.333497").json()
    assert [hit["clinic"]["name"] for hit in body["results"]] == ["病院0", "病院1", "病院2"]
    detail = client.get(body["results"][0]["clinic"]["url"]).json()
    (department,) = detail["departments"]
    assert department["category"]["slug"] == "neurology"
    assert department["hours"][0]["days"] == ["mon", "tue", "wed", "thu", "fri"]
    assert (department["hours"][0]["opens"], department["hours"][0]["closes"]) == ("09:00", "12:00")
    assert detail["official"]["release"] == "2025-06-01"
    assert "厚生労働省" in detail["credits"][0]


def test_only_facilities_with_a_wanted_department_are_kept_unless_all_are_wanted(
    folder: Path,
) -> None:
    sheets = {
        "02-1": [clinic(id="0121010000750"), clinic(id="0121010000751", latitude="43.2")],
        "02-2": [
            hours("0121010000750", "01001", "内科"),
            hours("0121010000751", "02035", "整形外科"),
        ],
    }
    write_release(folder, sheets)
    run_import(folder)
    assert set(Facility.objects.values_list("official_id", flat=True)) == {"0121010000751"}
    run_import(folder, everything=True)
    assert Facility.objects.count() == 2


def test_a_facility_once_kept_is_kept_up_to_date_without_its_wanted_department(
    folder: Path,
) -> None:
    sheets = release_of(1)
    write_release(folder, sheets)
    run_import(folder)
    sheets["01-2"] = [hours(sheets["01-1"][0]["ID"], "01001", "内科")]
    sheets["01-1"][0]["正式名称"] = "改名病院"
    write_release(folder, sheets)
    run_import(folder)
    assert OfficialFacts.objects.get().name == "改名病院"
    assert Department.objects.get().code == "01001"


def test_the_second_run_changes_nothing(folder: Path) -> None:
    write_release(folder, release_of(5))
    run_import(folder)
    models = (Facility, OfficialFacts, Department, OpeningHours, Listing, ImportRun)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    run_import(folder)
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_a_dry_run_shows_numbers_and_examples_and_changes_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_release(folder, release_of(5))
    run_import(folder)
    for file in folder.iterdir():
        file.unlink()
    write_release(folder, release_of(6, name="新病院"))
    capfd.readouterr()
    run_import(folder, dry_run=True)
    told = capfd.readouterr().out
    assert "dry run" in told and "病院0 → 新病院0" in told and "新病院5" in told
    assert Facility.objects.count() == 5 and ImportRun.objects.count() == 1
    assert not OfficialFacts.objects.filter(name__startswith="新").exists()


def test_what_was_wrong_is_in_a_file_with_line_column_value_and_reason(folder: Path) -> None:
    sheets = release_of(2)
    sheets["01-1"].append(hospital(id="", name="=cmd|' /C calc'!A0"))
    sheets["01-1"][1]["所在地座標（緯度）"] = "0.0"
    sheets["01-1"][1]["所在地座標（経度）"] = "0.0"
    sheets["01-1"][0]["案内用ホームページアドレス"] = "=HYPERLINK(1)"
    write_release(folder, sheets)
    run_import(folder)
    with Path("rejected-20250601.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    by_code = {row["code"]: row for row in rows}
    assert (by_code["id-blank"]["line"], by_code["id-blank"]["action"]) == ("4", "row rejected")
    assert by_code["position-unknown"]["line"] == "3"
    assert by_code["position-unknown"]["value"] == "0.0,0.0"
    assert by_code["website-unreadable"]["value"] == "'=HYPERLINK(1)"
    assert all(row["reason"] for row in rows)


def test_a_chosen_file_takes_the_findings_and_none_is_left_without_any(folder: Path) -> None:
    write_release(folder, release_of(1))
    run_import(folder, rejected=folder / "wrong.csv")
    assert list(Path().iterdir()) == []
    assert not (folder / "wrong.csv").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), "01-1_hospital"),
        (lambda path: path.write_text("<!DOCTYPE html><html>"), "HTML"),
        (lambda path: path.write_bytes(b""), "empty"),
    ],
)
def test_a_wrong_file_is_refused_before_the_first_write(
    folder: Path, damage: object, told: str
) -> None:
    write_release(folder, release_of(3))
    run_import(folder)
    before = list(OfficialFacts.objects.values())
    paths = write_release(folder, release_of(3, name="新病院"))
    damage(next(path for path in paths if "01-1" in path.name))  # type: ignore[operator]
    with pytest.raises(CommandError, match=f"Nothing was imported.*{told}"):
        run_import(folder)
    assert list(OfficialFacts.objects.values()) == before


def test_a_facility_sheet_without_its_departments_is_refused_unless_all_are_wanted(
    folder: Path,
) -> None:
    sheets = release_of(2)
    write_release(folder, {"01-1": sheets["01-1"]})
    with pytest.raises(CommandError, match="without its departments sheet.*--all"):
        run_import(folder)
    run_import(folder, everything=True)
    assert Facility.objects.count() == 2 and not Department.objects.exists()


def test_departments_without_their_facilities_are_refused(folder: Path) -> None:
    write_release(folder, {"01-2": release_of(2)["01-2"]})
    with pytest.raises(CommandError, match="without its facility sheet"):
        run_import(folder)


def test_without_files_the_command_says_what_it_needs() -> None:
    with pytest.raises(CommandError, match="folder of them, or --download"):
        run_import()


def test_curated_claims_on_an_official_facility_survive_imports(folder: Path) -> None:
    write_release(folder, release_of(2))
    run_import(folder)
    facility = Facility.objects.order_by("official_id")[0]
    claim(facility.pk, "sport:golf")
    before = list(Claim.objects.values())
    write_release(folder, release_of(2, name="新病院"))
    run_import(folder)
    assert list(Claim.objects.values()) == before
    assert "golf" in Listing.objects.get(facility=facility).summary
    assert list(stale_listings()) == []


def test_the_starter_catalogue_after_an_import_leaves_newer_facts_alone(
    folder: Path,
) -> None:
    sheets = release_of(0)
    official_id = "0111010000010"
    sheets["01-1"] = [hospital(id=official_id, name="改名した病院")]
    sheets["01-2"] = [hours(official_id)]
    write_release(folder, sheets, release="20260601")
    run_import(folder)
    load_starter()
    assert OfficialFacts.objects.get(facility__official_id=official_id).name == "改名した病院"
    assert Claim.objects.filter(facility__official_id=official_id).exists()
    assert list(stale_listings()) == []


def contents_of(database: Path) -> str:
    """A digest of every row of the catalogue's tables."""
    connection = sqlite3.connect(database)
    try:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'clinics_%' ORDER BY 1"
        ).fetchall()
        digest = hashlib.sha256()
        for (table,) in tables:
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
                digest.update(repr(row).encode())
        return digest.hexdigest()
    finally:
        connection.close()


def names_of(database: Path) -> set[str]:
    """The names in the catalogue."""
    connection = sqlite3.connect(database)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM clinics_officialfacts")}
    finally:
        connection.close()


def test_killed_at_random_moments_an_import_leaves_the_old_catalogue(tmp_path: Path) -> None:
    files, database = tmp_path / "files", tmp_path / "db.sqlite3"
    files.mkdir()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}

    def manage(*arguments: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, ROOT / "manage.py", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def old_catalogue() -> str:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        write_release(files, release_of(1_500))
        assert manage("migrate").wait(60) == 0
        assert manage("import_navii", files).wait(60) == 0
        write_release(files, release_of(1_600, name="新病院"))
        return contents_of(database)

    before = old_catalogue()
    longest_seconds = 4.0
    moments = random.Random(20250601)
    killed = 0
    for _ in range(6):
        process = manage("import_navii", files)
        time.sleep(moments.uniform(0.4, longest_seconds))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        if contents_of(database) == before:
            killed += 1
        else:
            # Its moment came after the commit: then it must be the new catalogue, and all of it.
            assert names_of(database) == {f"新病院{i}" for i in range(1_600)}
            assert manage("republish", "--check").wait(60) == 0
            longest_seconds /= 2
            before = old_catalogue()
    assert killed >= 2
    assert manage("import_navii", files).wait(60) == 0
    assert names_of(database) == {f"新病院{i}" for i in range(1_600)}
    assert manage("republish", "--check").wait(60) == 0


@pytest.mark.official_data
def test_the_ministrys_own_files_import_and_their_counts_are_right(
    folder: Path, official_data_dir: Path, client: Client
) -> None:
    run_import(
        official_data_dir / "official" / "01-1_hospital_facility_info_20250601.zip",
        *sorted((official_data_dir / "relaid_20250601").glob("*.csv.gz")),
    )
    departments = Department.objects.filter(code__in=FOCUS_CODES)

    def counted(kind: str) -> list[int]:
        of_kind = departments.filter(facility__officialfacts__kind=kind)
        by_code = [
            of_kind.filter(code=c).values("facility").distinct().count() for c in FOCUS_CODES
        ]
        return [*by_code, of_kind.values("facility").distinct().count()]

    assert counted("hospital") == [1_470, 1_129, 2_504, 4_545, 5_223, 5_996]
    # The one ID that the file has twice is one clinic.
    assert counted("clinic") == [1_494, 517, 1_417, 8_424, 8_854, 13_317]
    assert OfficialFacts.objects.filter(kind="hospital", latitude=None).count() > 0
    assert Listing.objects.filter(published=True).count() == Facility.objects.count()
    body = client.get(
        "/api/v1/clinics?lat=35.6812&lng=139.7671&category=neurology&radius_km=5"
    ).json()
    assert body["count"] > 10 and body["results"][0]["distance_km"] < 2


@pytest.mark.official_data
def test_the_excerpt_in_the_original_layout_imports_with_its_hours(
    folder: Path, official_data_dir: Path
) -> None:
    run_import(official_data_dir / "original_layout_excerpt_20260601", everything=True)
    assert Facility.objects.count() == 23
    hospital_ = Facility.objects.get(official_id="3911393100250")
    hours_ = OpeningHours.objects.filter(department__facility=hospital_)
    assert hours_.filter(department__code="01025").exists()
    assert all(item.opens != item.closes for item in hours_)
