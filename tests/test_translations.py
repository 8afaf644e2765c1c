"""Admin and website speak Japanese and English: every word is translated, and what is compiled is current."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parent.parent
# The admin and the website, and how many words either has at least.
APPS = {"clinics": 200, "finder": 10}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdr]|%[sdr]|\{(\w*)\}")


def messages(app: str, root: Path = ROOT) -> Path:
    """What is written of an app's words in Japanese."""
    return root / app / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def placeholders(text: str) -> list[str]:
    return sorted(match.group() for match in PLACEHOLDER.finditer(text))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize(("app", "fewest"), [*APPS.items()])
def test_everything_is_translated_with_its_placeholders(app: str, fewest: int) -> None:
    catalogue = polib.pofile(str(messages(app)))
    assert len(catalogue) > fewest
    for entry in catalogue:
        assert not entry.fuzzy and not entry.obsolete, entry.msgid
        for text in texts(entry):
            assert text.strip(), entry.msgid
            wanted = placeholders(entry.msgid_plural or entry.msgid)
            assert placeholders(text) == wanted, entry.msgid


@pytest.mark.parametrize("app", APPS)
def test_what_is_compiled_is_what_is_written(app: str) -> None:
    written = polib.pofile(str(messages(app)))
    compiled = polib.mofile(str(messages(app).with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): texts(e) for e in compiled} == {
        (e.msgctxt, e.msgid): texts(e) for e in written
    }


@pytest.mark.parametrize("app", APPS)
def test_no_word_is_left_out(app: str, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        reason = "GNU gettext is not installed: xgettext collects the words"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    shutil.copytree(ROOT / app, tmp_path / app)
    # It collects from the folder it runs in; the project itself stays where it is.
    result = subprocess.run(
        [
            sys.executable,
            ROOT / "manage.py",
            "makemessages",
            "--locale=ja",
            "--no-location",
            "--no-wrap",
        ],
        cwd=tmp_path / app,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    collected = polib.pofile(str(messages(app, tmp_path)))
    untranslated = {entry.msgid for entry in collected.untranslated_entries()}
    unused = {entry.msgid for entry in collected.obsolete_entries()}
    assert (untranslated, unused) == (set(), set())
    assert not collected.fuzzy_entries()


@pytest.mark.parametrize("guide", ["docs/curation.md", "docs/curation.ja.md"])
def test_the_guide_speaks_with_the_words_of_the_screen(guide: str) -> None:
    catalogue = polib.pofile(str(messages("clinics")))
    on_screen = {entry.msgid: texts(entry)[0] for entry in catalogue}
    words = set(on_screen.values()) if guide.endswith(".ja.md") else set(on_screen)
    emphasised = re.findall(r"\*\*(.+?)\*\*", (ROOT / guide).read_text())
    assert len(emphasised) > 30
    # Groups are called alike in every language.
    assert set(emphasised) - words == {"Curator", "Reviewer"}


def test_what_both_catalogues_say_they_say_alike() -> None:
    """Django looks a word up in the first of them that has it, whoever asks."""
    said = [
        {(entry.msgctxt, entry.msgid): texts(entry) for entry in polib.pofile(str(messages(app)))}
        for app in APPS
    ]
    first, second = said
    both = first.keys() & second.keys()
    assert {key: (first[key], second[key]) for key in both if first[key] != second[key]} == {}
