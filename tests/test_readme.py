"""Every command of the READMEs is run: by these tests, or by CI as it stands there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinics.imports.places_defaults import load_default_places
from clinics.imports.places_download import ADDRESSES
from clinics.imports.starter import load_starter
from tests.navii_sheets import CLINIC, clinic, hospital, hours, write_release
from tests.place_files import (
    LATEST_COLUMNS,
    MUNICIPALITY_COLUMNS,
    geojson,
    ken_all_row,
    station_feature,
    write,
)
from tests.release_server import serving

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")
BASE = "http://127.0.0.1:8000"
MANAGE = ".venv/bin/python manage.py "
JUNTENDO = "順天堂大学医学部附属順天堂医院"


def commands(readme: str) -> list[str]:
    """The lines of the shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


ALL_COMMANDS = sorted({command for readme in READMES for command in commands(readme)})


def test_both_readmes_give_the_same_commands() -> None:
    assert commands("README.md") == commands("README.ja.md")
    assert len(ALL_COMMANDS) >= 12


@pytest.mark.parametrize("command", [c for c in ALL_COMMANDS if c.startswith("make ")])
def test_the_words_of_make_are_run_by_ci(command: str) -> None:
    ci = "".join((ROOT / ".ci" / name).read_text() for name in ("run", "newcomer"))
    assert re.search(rf"^(.* )?{re.escape(command)}( |$)", ci, re.MULTILINE), command


@pytest.mark.django_db(transaction=True)
def test_the_questions_are_answered(live_server: Any) -> None:
    if shutil.which("curl") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("curl is not installed")
    load_starter()
    load_default_places()
    questions = [command for command in ALL_COMMANDS if command.startswith("curl ")]
    assert len(questions) >= 6
    for command in questions:
        asked = command.replace(BASE, live_server.url)
        result = subprocess.run(
            [*shlex.split(asked), "--silent", "--write-out", "\n%{http_code}"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        body, status = result.stdout.rsplit("\n", 1)
        assert status == ("400" if "lat=139.7671" in command else "200"), (command, body)
        missing = [sign for sign in signs_of_an_answer(command) if sign not in body]
        assert not missing, command


def signs_of_an_answer(command: str) -> list[str]:
    """What the answer to a question of the README holds."""
    if "lat=139.7671" in command:
        return ["swapped-coordinates"]
    if "/prepare" in command:
        return ['"slug":"run-only-recurrent"', '"language":"ja"']
    if "/checklist" in command:
        return ["119", "☐", *([JUNTENDO] if "/clinics/" in command else [])]
    if "place=" in command:
        return ['"label":"渋谷駅 (東京都)"', '"facets":{"sport":[']
    if "ジストニア" in command:
        return ['"results":[{', '"reasons":[']
    counted = ['"distance_km":2.397', '"count":16,'] if "page_size=1" in command else []
    return [JUNTENDO, *counted]


@pytest.fixture(scope="module")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("newcomer")
    manage("migrate", folder)
    yield folder


def manage(arguments: str, folder: Path) -> str:
    """Run a management command with a database of its own; what it printed."""
    result = subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments.split()],
        cwd=folder,
        env={"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("command", [c for c in ALL_COMMANDS if c.startswith(MANAGE)])
def test_the_management_commands_do_what_they_say(command: str, own_database: Path) -> None:
    arguments = command.removeprefix(MANAGE)
    files = own_database / "files"
    files.mkdir(exist_ok=True)
    sheets = {
        "01-1": [hospital()],
        "01-2": [hours()],
        "02-1": [clinic()],
        "02-2": [hours(CLINIC["id"], "02035", "整形外科")],
    }
    write_release(files, sheets)
    if arguments.startswith("import_places"):
        publish_places(files)
        with serving(files) as page:
            source = f" --base-url {page} --address postcodes={page}elsewhere.zip"
            arguments = arguments.replace("PLACES", str(files / "localgovjp-utf8.csv"))
            told = manage(f"{arguments}{source if '--download' in arguments else ''}", own_database)
        assert "geonames" in told
    elif "--download" in arguments:
        with serving(files) as page:
            told = manage(f"{arguments} --page-url {page}", own_database)
        assert "Release of 2025-06-01" in told
    elif "PATH" in arguments:
        assert "Release of 2025-06-01" in manage(
            arguments.replace("PATH", str(files)), own_database
        )
    elif arguments.startswith("import_table"):
        manage("load_starter", own_database)
        manage("export_table claims --output claims.csv", own_database)
        assert re.search(r"unchanged\W+1,?717", manage(arguments, own_database))
    else:
        assert manage(arguments, own_database)


def publish_places(folder: Path) -> None:
    """The files of places as their publishers have them, a row each."""
    names = {content: address.rpartition("/")[2] for content, address in ADDRESSES.items()}
    municipality = "東京都,新宿区,しんじゅくく,35.69389,139.70333,131041"
    write(folder / names["municipalities"], MUNICIPALITY_COLUMNS, municipality)
    town = "13,東京都,,,13104,新宿区,,,荒木町,アラキチョウ,ARAKICHO,,35.69,139.72"
    write(folder / names["towns"], LATEST_COLUMNS, town)
    with zipfile.ZipFile(folder / "elsewhere.zip", "w") as archive:
        row = ken_all_row("13104", "1600007", "東京都", "新宿区", "荒木町")
        archive.writestr("utf_ken_all.csv", f"{row}\r\n")
    with zipfile.ZipFile(folder / names["stations"], "w") as archive:
        station = station_feature("1", "仮称", "甲線", [(35.69, 139.72), (35.69, 139.73)])
        archive.writestr("UTF-8/N02-25_Station.geojson", geojson(station))


def test_every_command_is_of_a_kind_that_is_run() -> None:
    assert all(c.startswith(("make ", "curl ", MANAGE)) for c in ALL_COMMANDS)


def test_links_to_files_lead_somewhere() -> None:
    for readme in (*READMES, "CONTRIBUTING.md"):
        links = re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / readme).read_text())
        assert not [link for link in links if not (ROOT / link).exists()], readme


def test_the_readme_names_every_parameter_and_address() -> None:
    from finder.parameters import SearchParameters

    for readme in READMES:
        text = (ROOT / readme).read_text()
        assert not [name for name in SearchParameters.base_filters if f"`{name}`" not in text]
