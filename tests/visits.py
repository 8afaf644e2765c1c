"""Visits to the search page in a real browser: what they ask for, and what none may do."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.catalogue import record, register
from tests.places import place

# Where the device says that it is, and what of it is told: four decimals.
HERE = {"latitude": 35.681236, "longitude": 139.767125}
LATITUDE, LONGITUDE = "35.6812", "139.7671"
POSITION = f"#lat={LATITUDE}&lng={LONGITUDE}"
SHIBUYA = "渋谷駅 (東京都)"
CLINICS = 23
TILES = "cyberjapandata.gsi.go.jp"
# One white pixel.
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "78da63fcffff3f030005fe02fea7566f1d0000000049454e44ae426082"
)


def publish_catalogue() -> None:
    """Clinics every 400 m north-east of Tokyo's station, the first two at one door; three places."""
    register(
        record(
            35.6812 + 0.003 * max(number, 1),
            139.7671 + 0.003 * max(number, 1),
            name=f"駅前クリニック{number + 1:02}",
            departments=("neurology",) if number % 2 else ("orthopaedics",),
        )
        for number in range(CLINICS)
    )
    place("prefecture", "東京都", 35.6895, 139.6917, prefecture="13", name_en="Tokyo")
    place(
        "station", "渋谷", 35.6580, 139.7016, prefecture="13", lines=9, kana="シブヤ",
        name_en="Shibuya",
    )  # fmt: skip
    place(
        "municipality", "渋谷区", 35.6640, 139.6982, prefecture="13", kana="シブヤク",
        name_en="Shibuya", municipality="渋谷区", municipality_code="13113",
    )  # fmt: skip


@dataclass
class Visit:
    """A window of somebody, and everything that it asked for and complained of."""

    page: Page
    home: str
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> None:
        self.page.goto(self.home + address)

    def told(self) -> list[dict[str, str]]:
        """The bodies of what was posted."""
        posted = [request for request in self.requests if request.method == "POST"]
        return [
            {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
            for request in posted
        ]

    def address(self) -> str:
        return self.page.url.removeprefix(self.home)


class Visits:
    """Opens windows, and closes them with a look at what no visit may do."""

    def __init__(self, chromium: Browser, home: str) -> None:
        self.chromium, self.home = chromium, home
        self.visits: list[tuple[BrowserContext, Visit]] = []

    def __call__(self, *, tiles: bool = True, phone: bool = False, **options: Any) -> Visit:
        size = {"width": 390, "height": 800} if phone else {"width": 1280, "height": 900}
        context = self.chromium.new_context(viewport=size, reduced_motion="reduce", **options)
        visit = Visit(context.new_page(), self.home)
        visit.page.set_default_timeout(8_000)
        context.route(
            lambda url: not url.startswith(self.home),
            lambda route: (
                route.fulfill(body=TILE, content_type="image/png") if tiles else route.abort()
            ),
        )
        context.on("request", lambda request: visit.requests.append(request))  # noqa: PLW0108
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console",
            lambda said: (
                visit.complaints.append(said.text)
                if "Content Security Policy" in said.text or "Refused" in said.text
                else None
            ),
        )
        self.visits.append((context, visit))
        return visit

    def close(self) -> None:
        for context, visit in self.visits:
            cookies, urls = context.cookies(), [request.url for request in visit.requests]
            context.close()
            assert visit.complaints == []
            assert cookies == []
            hosts = {urlsplit(url).netloc for url in urls}
            assert hosts <= {urlsplit(self.home).netloc, TILES}
            own = [url for url in urls if url.startswith(self.home)]
            # Not even a part of a degree; the fragment is the browser's own.
            assert [url for url in own if re.search(r"35\.\d|139\.\d|bbox", url)] == []


def numbers(page: Page) -> list[str]:
    return [entry.get_attribute("data-number") or "" for entry in page.locator(".hit").all()]


def names(page: Page) -> str:
    return " ".join(page.locator(".hit").all_inner_texts())
