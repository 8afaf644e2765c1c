"""`manage.py export_table` and `import_table`."""

from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from clinics.curation.matching import Candidate
from clinics.curation.workflow import withdraw
from clinics.imports.tables_kinds import TABLES
from clinics.models import CuratedEntry, EntryState, Facility, ImportRun, QualitySnapshot
from clinics.publication_check import stale_listings
from tests.catalogue import claim, clinic, record, register
from tests.curating import edit, person
from tests.table_files import csv_of, edited, exported, new_claim, rows_of, stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def curator() -> User:
    return person("hanako")


def run(command: str, *arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("end", ["csv", "xlsx"])
def test_what_was_exported_is_imported_unchanged(end: str, folder: Path, curator: User) -> None:
    clinic(35, 139, "sport:golf")
    for table in TABLES:
        if table != "second-opinions":
            run("export_table", table, "--output", folder / f"{table}.{end}")
            said = run("import_table", table, folder / f"{table}.{end}", "--by", "hanako")
            assert "unchanged" in said
    assert not CuratedEntry.objects.exists()
    assert not list(folder.glob("*.part"))


def test_an_export_is_chosen_and_a_bad_choice_refused(folder: Path) -> None:
    register([record(), record(prefecture_code="27")])
    said = run("export_table", "clinics", "--output", folder / "osaka.csv", "--prefecture", "27")
    assert "1 clinics" in said
    assert len(rows_of((folder / "osaka.csv").read_bytes())) == 1
    with pytest.raises(CommandError, match="01 to 47"):
        run("export_table", "clinics", "--output", folder / "x.csv", "--prefecture", "48")
    with pytest.raises(CommandError, match="--format"):
        run("export_table", "clinics", "--output", folder / "x.txt")


def test_a_template_is_written_for_each_table(folder: Path) -> None:
    run("export_table", "claims", "--template", "--output", folder / "t.xlsx")
    assert openpyxl.load_workbook(folder / "t.xlsx").sheetnames[0] == "claims"
    run("export_table", "clinics", "--template", "--output", folder / "t.csv")
    assert rows_of((folder / "t.csv").read_bytes()) == []


def test_a_text_too_long_for_a_workbook_is_refused_and_leaves_no_file(folder: Path) -> None:
    claim(clinic(), "sport:golf", statement="x" * 40_000)
    with pytest.raises(CommandError, match="take CSV"):
        run("export_table", "claims", "--output", folder / "t.xlsx")
    assert not list(folder.iterdir())
    run("export_table", "claims", "--output", folder / "t.csv")


def test_a_dry_run_shows_the_changes_and_writes_nothing(folder: Path) -> None:
    clinic()
    content = edited(exported("clinics"), 0, phone="03-1234-5678")
    (folder / "t.csv").write_bytes(content)
    said = run("import_table", "clinics", "t.csv", "--dry-run")
    assert "phone:  → 03-1234-5678" in said
    assert not CuratedEntry.objects.exists()


def test_an_import_makes_drafts_and_hands_them_in(folder: Path, curator: User) -> None:
    facility_id = clinic()
    (folder / "t.csv").write_bytes(csv_of(new_claim(facility_id)))
    with pytest.raises(CommandError, match="--by USERNAME"):
        run("import_table", "claims", "t.csv")
    with pytest.raises(CommandError, match="no user 'nobody'"):
        run("import_table", "claims", "t.csv", "--by", "nobody")
    run("import_table", "claims", "t.csv", "--by", "hanako", "--submit")
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW


def test_publishing_at_once_shows_it_to_the_public(
    folder: Path, curator: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    facility_id = clinic()
    (folder / "t.csv").write_bytes(csv_of(new_claim(facility_id)))
    run("import_table", "claims", "t.csv", "--by", "hanako", "--publish")
    snapshot = QualitySnapshot.objects.get()
    assert snapshot.import_run == ImportRun.objects.get()
    detail = client.get(f"/api/v1/clinics/{facility_id}").json()
    assert [item["slug"] for item in detail["sports"]] == ["golf"]
    (folder / "new.csv").write_bytes(csv_of({"name": "新しい診療所", "prefecture_code": "13"}))
    run("import_table", "clinics", "new.csv", "--by", "hanako", "--publish")
    new = Facility.objects.exclude(pk=facility_id).get()
    assert client.get(f"/api/v1/clinics/{new.pk}").json()["name"] == "新しい診療所"
    assert list(stale_listings()) == []


def test_publishing_brings_no_withdrawn_clinic_back(folder: Path, curator: User) -> None:
    facility_id = clinic()
    withdraw(Facility.objects.get(pk=facility_id), by=curator, version=0, why="Closed")
    (folder / "t.csv").write_bytes(csv_of(new_claim(facility_id)))
    with pytest.raises(CommandError, match="withdrawn"):
        run("import_table", "claims", "t.csv", "--by", "hanako", "--publish")
    assert CuratedEntry.objects.get().state == EntryState.WITHDRAWN


def test_refused_rows_are_written_to_be_mended_and_wait_on_the_desk(
    folder: Path, curator: User
) -> None:
    facility_id = clinic()
    rows = new_claim(facility_id), new_claim(facility_id, concept="glof", statement="=1+1")
    (folder / "t.csv").write_bytes(csv_of(*rows))
    with pytest.raises(CommandError, match="1 row is refused.*rejected-t.csv"):
        run("import_table", "claims", "t.csv", "--by", "hanako")
    assert not CuratedEntry.objects.exists()
    (refused,) = rows_of((folder / "rejected-t.csv").read_bytes())
    assert "golf" in refused["errors"] and refused["statement"] == "'=1+1"
    waiting = ImportRun.objects.get(source="table-claims")
    assert (waiting.rejected, waiting.seen_at) == (1, None)
    assert waiting.findings[0]["line"] == 3 and waiting.findings[0]["column"] == "concept"
    (folder / "mended.csv").write_bytes(csv_of(refused | {"concept": "golf"}))
    run("import_table", "claims", "mended.csv", "--by", "hanako")
    assert CuratedEntry.objects.get().document["claims"][0]["statement"] == "=1+1"


def test_a_dry_run_with_refused_rows_fails_and_leaves_no_note(folder: Path) -> None:
    (folder / "t.csv").write_bytes(csv_of(new_claim(clinic(), concept="glof")))
    with pytest.raises(CommandError):
        run("import_table", "claims", "t.csv", "--dry-run", "--rejected", "out.csv")
    assert (folder / "out.csv").exists()
    assert not ImportRun.objects.filter(source="table-claims")


def test_undecided_rows_are_refused_with_their_candidates(
    folder: Path, curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility_id = clinic()
    stand_in(monkeypatch, Candidate(facility_id, 80, ("same-name",), "よく似た診療所", "東京都"))
    (folder / "t.csv").write_bytes(csv_of({"name": "似た診療所"}))
    with pytest.raises(CommandError):
        run("import_table", "clinics", "t.csv", "--by", "hanako")
    (refused,) = rows_of((folder / "rejected-t.csv").read_bytes())
    assert "よく似た診療所" in refused["errors"] and str(facility_id) in refused["errors"]


def test_a_shift_jis_file_is_read_where_it_is_named(folder: Path, curator: User) -> None:
    row = {"id": str(clinic()), "note": "日曜休診"}
    (folder / "t.csv").write_bytes(csv_of(row).decode().encode("cp932"))
    with pytest.raises(CommandError, match="cp932"):
        run("import_table", "clinics", "t.csv", "--by", "hanako")
    run("import_table", "clinics", "t.csv", "--by", "hanako", "--encoding", "cp932")
    assert CuratedEntry.objects.get().document["facts"]["note"] == "日曜休診"


def test_a_draft_of_somebody_else_stops_the_import(folder: Path, curator: User) -> None:
    facility_id = clinic()
    edit(facility_id, person("jiro"), phone="1")
    (folder / "t.csv").write_bytes(csv_of({"id": str(facility_id), "note": "x"}))
    with pytest.raises(CommandError):
        run("import_table", "clinics", "t.csv", "--by", "hanako")
    assert CuratedEntry.objects.get().document["facts"]["note"] == ""


def test_a_csv_file_is_written_row_by_row_as_the_rows_come() -> None:
    from clinics.imports.tables_files import Csv

    rows = ([str(number), "x" * 100] for number in range(100_000))
    written = Csv().written(["id", "note"], rows)
    assert next(written) and next(written).startswith(b"0,")
    assert next(rows)[0] == "1"


def test_a_file_that_cannot_be_read_is_an_error(curator: User) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_table", "clinics", "missing.csv", "--by", "hanako")
