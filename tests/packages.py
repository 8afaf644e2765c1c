"""Packages from npm that tests need: unpacked as they are published, with nothing of theirs run."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest

PACK = "pack --loglevel=error --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000"
LONGEST_S = 120


@contextmanager
def unpacked(package: str) -> Iterator[Path]:
    """A folder with the files of a package (``name@version``), without what it depends on."""
    npm = shutil.which("npm")
    if not npm:
        missing("npm is not installed")
    with TemporaryDirectory() as name:
        folder = Path(name)
        command = [npm, *PACK.split(), package]
        try:
            result = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST_S
            )
        except subprocess.TimeoutExpired:
            missing(f"npm could not fetch {package} within {LONGEST_S} s")
        if result.returncode:
            why = result.stderr.strip().partition("\n")[0]
            missing(f"npm could not fetch {package}: {why}")
        (packed,) = folder.glob("*.tgz")
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        yield folder / "package"


def missing(reason: str) -> NoReturn:
    """Skip on a machine that lacks what a test needs; CI must have it."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
