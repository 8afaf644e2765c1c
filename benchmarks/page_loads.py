"""What a browser fetches to show a page: every request, with its bytes on the wire."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from finder.checklist.definition import Language
from tests.site_pages import ShownPage

PHONE: Any = {"width": 390, "height": 844}
# Where the map is shown at once, and its library fetched.
DESKTOP: Any = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Load:
    """What was fetched to show a page, by a browser that had nothing of it before.

    ``own`` are the bytes on the wire of each address of the server, headers included; ``foreign``
    the addresses elsewhere, which are asked for in vain.
    """

    own: dict[str, int]
    foreign: list[str]
    html_bytes: int

    @property
    def wire_bytes(self) -> int:
        """All that came from the server."""
        return sum(self.own.values())


def load(
    browser: Browser,
    base: str,
    shown: ShownPage,
    language: Language,
    clinic: str,
    look: Callable[[Any], object] = lambda page: None,
    window: Any = PHONE,
) -> Load:
    """Open a page in a window of its own, on a phone unless said otherwise, from the server at ``base``.

    ``look`` is given the window before it closes. Of a page that comes by a form only what came
    after the form was sent counts. Raises ``RuntimeError`` where the page does not answer as the
    table says.
    """
    with browser.new_context(viewport=window) as context:
        context.route(lambda url: not url.startswith((base, "data:")), lambda route: route.abort())
        page = context.new_page()
        addresses: dict[str, str] = {}
        arrived: dict[str, int] = {}
        network = context.new_cdp_session(page)
        network.send("Network.enable")

        def asked(event: Any) -> None:
            # The page itself: what was fetched for the one before it does not count.
            if event["type"] == "Document" and event["requestId"] == event["loaderId"]:
                addresses.clear()
                arrived.clear()
            addresses[event["requestId"]] = event["request"]["url"]

        def came(event: Any) -> None:
            arrived[event["requestId"]] = int(event["encodedDataLength"])

        network.on("Network.requestWillBeSent", asked)
        network.on("Network.loadingFinished", came)
        response = shown.visit(page, base, language, clinic)
        # Long enough for what a page fetches by itself once it is there.
        page.wait_for_load_state("networkidle")
        html_bytes = len(response.body())
        look(page)
    inside = {key: url for key, url in addresses.items() if url.startswith(base)}
    return Load(
        {url: arrived.get(key, 0) for key, url in inside.items()},
        [
            url
            for key, url in addresses.items()
            if key not in inside and urlsplit(url).scheme != "data"
        ],
        html_bytes,
    )
