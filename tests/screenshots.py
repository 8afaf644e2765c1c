"""``python -m tests.screenshots``: pictures of every page of the website, for people to look at."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from playwright.sync_api import Browser, Error, Geolocation, ViewportSize
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from finder.checklist.definition import LANGUAGES, Language
from tests.browsing import BROWSERS, PICTURES, installed_browser, launched
from tests.site_pages import SITE_PAGES, ShownPage
from tests.site_server import site_served

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
WIDTHS = {"phone": 390, "desktop": 1280}
HEIGHT = 844
# Where a browser that is asked says it is: Tokyo station.
HERE: Geolocation = {"latitude": 35.6812, "longitude": 139.7671}
LONGEST_MS = 15_000
INDEX = "index.html"
NAMES = [shown.name for shown in SITE_PAGES]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    language: Language
    width: str
    theme: Theme

    @property
    def name(self) -> str:
        """As it is part of a file's name."""
        return f"{self.width}-{self.language}-{self.theme}"


LOOKS = tuple(Look(*look) for look in product(LANGUAGES, WIDTHS, THEMES))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a server with a database of its own, take the pictures, end both."""
    options = _options(arguments)
    path = installed_browser()
    if path is None:
        sys.exit(f"No browser is installed: one of {', '.join(BROWSERS)} is needed on the PATH.")
    pages = [shown for shown in SITE_PAGES if not options.only or shown.name in options.only]
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failures = []
    with (
        TemporaryDirectory() as own,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        task = progress.add_task("Starting a server", total=len(pages) * len(LOOKS))
        with site_served(Path(own)) as address, launched(path) as browser:
            for doing, failure in _taken(browser, address, pages, folder, tiles=options.tiles):
                progress.update(task, description=doing, advance=1)
                if failure:
                    failures.append(f"{doing}: {failure}")
    sheet = folder / INDEX
    sheet.write_text(contact_sheet(folder), encoding="utf-8")
    print(f"{len(pages) * len(LOOKS) - len(failures)} pictures; all of them: {sheet}")
    if failures:
        sys.exit("\n".join(failures))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.screenshots",
        description=(
            "Takes a picture of every page of the website, at the widths of a phone and of a desktop, "
            "light and dark, in Japanese and English, from a server and a database that it makes for "
            "itself and removes."
        ),
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=NAMES,
        metavar="NAME",
        help=f"a page; may be repeated: {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=PICTURES / "site",
        metavar="FOLDER",
        help="build/screenshots/site",
    )
    parser.add_argument(
        "--tiles", action="store_true", help="fetch the tiles of the map from their publisher"
    )
    return parser.parse_args(arguments)


def _taken(
    browser: Browser, address: str, pages: Sequence[ShownPage], folder: Path, *, tiles: bool
) -> Iterator[tuple[str, str | None]]:
    """Take every picture; what was taken, and why it could not be."""
    for look in LOOKS:
        size: ViewportSize = {"width": WIDTHS[look.width], "height": HEIGHT}
        with browser.new_context(
            viewport=size,
            color_scheme=look.theme,
            locale=look.language,
            geolocation=HERE,
            permissions=["geolocation"],
        ) as context:
            context.set_default_timeout(LONGEST_MS)
            if not tiles:
                context.route(
                    lambda url: not url.startswith((address, "data:")), lambda route: route.abort()
                )
            for shown in pages:
                doing = f"{shown.name}-{look.name}"
                failure = None
                page = context.new_page()
                try:
                    shown.visit(page, address, look.language)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=folder / f"{doing}.png", full_page=True)
                except (Error, RuntimeError) as error:
                    # One page that fails is no reason to go without the others.
                    failure = str(error).partition("\n")[0]
                page.close()
                yield doing, failure


def contact_sheet(folder: Path) -> str:
    """A page with every picture of a folder, a row for each page of the website."""
    rows = []
    for name in NAMES:
        pictures = [
            f'<a href="{file.name}"><img src="{file.name}" alt="{escape(file.stem)}" loading="lazy">'
            f"{look.name}</a>"
            for look in LOOKS
            if (file := folder / f"{name}-{look.name}.png").exists()
        ]
        if pictures:
            rows.append(f"<h2>{name}</h2>\n<div>{''.join(pictures)}</div>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>Pictures of every page</title>\n'
        "<style>body{font:14px system-ui;margin:1rem;background:#888}div{display:flex;gap:.5rem;"
        "overflow-x:auto;align-items:start}a{color:#000;flex:none}img{display:block;width:220px;"
        "max-height:480px;object-fit:cover;object-position:top}</style>\n"
        "<h1>Pictures of every page</h1>\n" + "\n".join(rows) + "\n</html>\n"
    )


if __name__ == "__main__":
    main()
