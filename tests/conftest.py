"""What the tests share."""

import os
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(scope="session")
def official_data_dir() -> Path:
    """The folder with the ministry's files: a test that needs it is skipped without, in CI fails."""
    folder = os.environ.get("OFFICIAL_DATA_DIR")
    if folder:
        return Path(folder)
    reason = "set OFFICIAL_DATA_DIR to the folder with the ministry's files to run this"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def quickly_hashed_passwords() -> None:
    """A password is hashed to be slow to guess; the tests make hundreds of people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def unthrottled() -> None:
    """The tests ask more often than a reader may; those of the limits set their own."""
    settings.THROTTLE_READ = settings.THROTTLE_REPORT = None
