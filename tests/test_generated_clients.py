"""Clients that others generate from the OpenAPI document, in Python and TypeScript, can search."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.catalogue import claim, record, register
from tests.packages import missing
from tests.places import place

# What the API answers on every engine is for other tests; a client learns nothing of the engine.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once, pytest.mark.long]

CLIENTS = Path(__file__).parent / "clients"
NPM_INSTALL = (
    "install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error "
    "--prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000"
)
TSC = "--strict --noUncheckedIndexedAccess --noEmitOnError --module nodenext --target es2022"
# What both clients read: two pages, distances of a tenth and a hundredth of a degree (WGS84), and
# the names that the taxonomy has for them.
CATEGORIES = ["neurology", "dystonia-clinic"]
READ = {
    "hits": [
        ["At the station", 0.0, CATEGORIES, "Tokyo"],
        ["To the east", 0.905, CATEGORIES, "Tokyo"],
        ["To the north", 11.095, CATEGORIES, "Tokyo"],
    ],
    "count": [3, True],
    "facet": {"slug": "dystonia-clinic", "count": 3},
    "centre": {"lat": 35.6812, "lng": 139.7671, "from": "coordinates", "label": None},
    "everything": 4,
    "nearest_outside": 1.113,
    "problem": [400, "swapped-coordinates", "lat=35.6812&lng=139.7671"],
    "detail": [True, "urn:clinic-finder:register:test-register", "https://example.org/page"],
    "again": 304,
    "sport": True,
    "place": [["渋谷駅 (東京都)", 35.6586, 139.7013]],
    "report": [True, "contact"],
}


@pytest.fixture
def server(live_server: Any) -> str:
    """The address of a server with a few clinics and a place."""
    spots = {
        "To the north": (35.7812, 139.7671),
        "To the east": (35.6812, 139.7771),
        "At the station": (35.6812, 139.7671),
    }
    ids = register(
        record(*spot, name=name, departments=["neurology"]) for name, spot in spots.items()
    )
    for clinic_id in ids:
        claim(clinic_id, "category:dystonia-clinic")
    (golf,) = register([record(0.00005, 0.01, name="In the Gulf of Guinea")])
    claim(golf, "sport:golf")
    place("station", "渋谷", 35.6586, 139.7013, prefecture="13")
    address: str = live_server.url
    return address


@pytest.fixture
def document(server: str, tmp_path: Path) -> Path:
    """The OpenAPI document as it is served, in a file."""
    response = httpx.get(f"{server}/api/schema", params={"format": "json"})
    path = tmp_path / "openapi.json"
    path.write_bytes(response.raise_for_status().content)
    return path


def run(folder: Path, *command: str | Path, **environment: str) -> str:
    """What a command printed; a test fails with what it said where it failed."""
    result = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_a_generated_python_client_searches(server: str, document: Path, tmp_path: Path) -> None:
    generate = "-m openapi_python_client generate --meta none --fail-on-warning"
    files = ("--path", document, "--output-path", tmp_path / "clinic_client")
    # It formats what it wrote with the ruff that was installed beside it.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run(tmp_path, sys.executable, *generate.split(), *files, PATH=path)
    told = run(tmp_path, sys.executable, CLIENTS / "search.py", server, PYTHONPATH=str(tmp_path))
    assert json.loads(told) == READ


@pytest.fixture
def node_project() -> Iterator[Path]:
    """A folder with the TypeScript program and what it is compiled with."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        missing("node and npm are not installed")
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("package.json", "search.ts", "mistakes.ts"):
            shutil.copy(CLIENTS / file, folder)
        result = subprocess.run(
            [npm, *NPM_INSTALL.split()], cwd=folder, capture_output=True, text=True, check=False
        )
        if result.returncode:
            missing(f"npm could not install: {result.stderr.strip()[:500]}")
        yield folder


def test_a_generated_typescript_client_searches(
    server: str, document: Path, node_project: Path
) -> None:
    tools = node_project / "node_modules" / ".bin"
    run(node_project, tools / "openapi-typescript", document, "--output", "api.d.ts")
    run(node_project, tools / "tsc", *TSC.split(), "search.ts", "mistakes.ts")
    assert json.loads(run(node_project, "node", "search.js", server)) == READ
