"""What becomes of what visitors tell the site, in five sentences that its settings make true."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import pgettext


def privacy_sentences() -> tuple[str, str, str, str, str]:
    """Five sentences in the language of the page."""
    return _others(), _position(), _answers(), _counts(), _reports()


def _others() -> str:
    tiles = urlsplit(settings.MAP_TILES_URL).netloc.replace("{s}.", "")
    if not tiles:
        return pgettext(
            "site",
            "You need no login, get no cookie and are not tracked, and the pages load nothing from "
            "other servers.",
        )
    return pgettext(
        "site",
        "You need no login, get no cookie and are not tracked, and nothing comes from elsewhere but "
        "the pictures of the map, so that %(server)s learns which area is shown, and to which "
        "network address.",
    ) % {"server": tiles}


def _position() -> str:
    button = pgettext("site", "Copy link to this search")
    if not settings.ONLINE_GEOCODER:
        return pgettext(
            "site",
            "Your position is used for the search you ask for and for nothing else: it is sent in "
            "no address, stands in no log and is not stored here, and names of places are looked "
            "up here without asking anybody; your browser alone keeps it, after the “#” of the "
            "page's address and in its history, so that whoever copies the address bar passes it "
            "on, while “%(button)s” leaves it out unless you choose to include it.",
        ) % {"button": button}
    return pgettext(
        "site",
        "Your position is used for the search you ask for and for nothing else: it is sent in no "
        "address, stands in no log and is not stored here, and only the name of a place that our "
        "own list does not know is sent, without anything about you, to a service that finds "
        "places (%(geocoder)s); your browser alone keeps your position, after the “#” of the "
        "page's address and in its history, so that whoever copies the address bar passes it on, "
        "while “%(button)s” leaves it out unless you choose to include it.",
    ) % {"geocoder": settings.ONLINE_GEOCODER, "button": button}


def _answers() -> str:
    return pgettext(
        "site",
        "Your answers to the checklist stay in the page, or in your own browser if you switch that "
        "on; they are sent here only to make your page for the doctor, and are neither stored nor "
        "logged.",
    )


def _counts() -> str:
    if settings.THROTTLE_READ is None and settings.THROTTLE_REPORT is None:
        return pgettext("site", "We do not count who asks how often.")
    return pgettext(
        "site",
        "So that nobody can overload the site, requests are counted for each network: one number, "
        "kept for a while in memory under a keyed digest instead of the address.",
    )


def _reports() -> str:
    return pgettext(
        "site",
        "If you report a mistake, we keep what you write, and how to reach you, if you tell us, "
        "apart from it and for %(days)s days.",
    ) % {"days": settings.REPORT_CONTACT_DAYS}
