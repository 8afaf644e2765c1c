"""Pictures of the website are taken by one command."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browsing import browser_path
from tests.screenshots import LOOKS, WIDTHS
from tests.site_pages import SITE_PAGES

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
PAGE = "not-found"


def take(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.screenshots", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_page_is_pictured_in_every_language_width_and_theme(tmp_path: Path) -> None:
    browser_path()
    out = tmp_path / "out"
    done = take("--only", PAGE, "--out", str(out))
    assert done.returncode == 0, done.stderr
    sheet = (out / "index.html").read_text()
    assert len(LOOKS) == 8
    for look in LOOKS:
        picture = out / f"{PAGE}-{look.name}.png"
        assert f'src="{picture.name}"' in sheet
        (width,) = struct.unpack(">I", picture.read_bytes()[16:20])
        assert width == WIDTHS[look.width]


def test_a_page_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = take("--only", "lunch")
    assert done.returncode == 2
    assert all(page.name in done.stderr for page in SITE_PAGES)
