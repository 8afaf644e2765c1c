"""The settings refuse to start insecurely, and the documents know every variable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SECURE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "x9" * 40 + "abcdefghijk",
    "ALLOWED_HOSTS": "clinics.example",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        k: v for k, v in os.environ.items() if k not in (*SECURE, "DJANGO_SETTINGS_MODULE")
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(missing: str) -> None:
    environment = {name: value for name, value in SECURE.items() if name != missing}
    result = manage("check", **environment)
    assert result.returncode != 0
    assert f"PRODUCTION=1 needs {missing}" in result.stderr


def test_production_refuses_debug() -> None:
    result = manage("check", DEBUG="1", **SECURE)
    assert result.returncode != 0 and "not with PRODUCTION=1" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("THROTTLE_READ", "600 a minute", "such as 600/minute"),
        ("THROTTLE_READ", "0/minute", "such as 600/minute"),
        ("THROTTLE_REPORT", "10 an hour", "such as 600/minute"),
        ("NUM_PROXIES", "-1", "0 or more"),
    ],
)
def test_a_limit_that_cannot_be_understood_stops_the_start(
    name: str, value: str, accepted: str
) -> None:
    result = manage("check", **{name: value})
    assert result.returncode != 0
    assert name in result.stderr and value in result.stderr and accepted in result.stderr


def test_limits_come_from_the_environment() -> None:
    show = (
        "from django.conf import settings;"
        "print(settings.THROTTLE_READ, settings.NUM_PROXIES, settings.CACHES['default']['BACKEND'])"
    )
    usual = manage("shell", "--no-imports", "-c", show, THROTTLE_READ="600/minute").stdout
    assert "Rate(interval_ns=100000000, burst=600) 0" in usual and "LocMemCache" in usual
    other = manage(
        "shell",
        "--no-imports",
        "-c",
        show,
        THROTTLE_READ="",
        NUM_PROXIES="2",
        CACHE_URL="filecache:///tmp/nowhere",
    ).stdout
    assert "None 2" in other and "FileBasedCache" in other


def test_the_deployment_check_is_clean_in_production() -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", **SECURE)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_every_variable_of_the_settings_is_in_both_readmes() -> None:
    settings = (ROOT / "finder/settings.py").read_text()
    variables = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    assert {"PRODUCTION", "SECRET_KEY", "DATABASE_URL"} <= variables
    for name in ("README.md", "README.ja.md"):
        readme = (ROOT / name).read_text()
        assert not [variable for variable in variables if f"`{variable}`" not in readme]
