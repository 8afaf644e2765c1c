"""What the scripts of the search page say, in the page's language."""

from django.utils.translation import pgettext


def script_words() -> dict[str, str | dict[str, str]]:
    """The words by the names that the scripts call them; ``{count}`` in one stands for a number."""
    return {
        "suggestions": pgettext("site", "Places"),
        "suggestion": pgettext("site", "One place to choose with the arrow keys."),
        "suggestion_count": pgettext("site", "{count} places to choose from with the arrow keys."),
        "no_suggestions": pgettext("site", "No place begins like this."),
        "kinds": {
            "prefecture": pgettext("site", "Prefecture"),
            "municipality": pgettext("site", "Municipality"),
            "town": pgettext("site", "District"),
            "postcode": pgettext("site", "Postcode"),
            "station": pgettext("site", "Station"),
            "city": pgettext("site", "City"),
            "address": pgettext("site", "Address"),
        },
        "searching": pgettext("site", "Searching…"),
        "locating": pgettext("site", "Asking your device where you are…"),
        "position_denied": pgettext(
            "site",
            "Your browser keeps your position to itself. Allow it in the browser's settings for "
            "this site, or type a place instead.",
        ),
        "position_late": pgettext(
            "site",
            "Your device did not find its position in time. Try again, or type a place instead.",
        ),
        "position_unknown": pgettext(
            "site",
            "Your device does not know where it is just now. Try again, or type a place instead.",
        ),
        "unreachable": pgettext(
            "site",
            "The search could not be reached. Nothing is lost: check the connection and try again.",
        ),
        "too_many": pgettext(
            "site", "That was a lot of searches at once. Wait a minute and try again."
        ),
        "retry": pgettext("site", "Try again"),
        "map": pgettext("site", "Map of the results; the list holds all of this"),
        "map_unreachable": pgettext(
            "site", "The map could not be loaded. The list holds all that it would show."
        ),
        "tiles_missing": pgettext(
            "site",
            "The map picture could not be reached. The lines show latitude and longitude, the "
            "rings the distance as the crow flies.",
        ),
        "zoom_in": pgettext("site", "Zoom in"),
        "zoom_out": pgettext("site", "Zoom out"),
        "close": pgettext("site", "Close"),
        "search_here": pgettext("site", "Search here"),
        "in_list": pgettext("site", "Show in the list"),
        "copy_link": pgettext("site", "Copy link to this search"),
        "copied": pgettext("site", "The link is copied."),
        "copy_by_hand": pgettext("site", "Link to copy"),
        "include_position": pgettext("site", "Include where I am (to about 100 m)"),
        "include_area": pgettext("site", "Include the area of the map (to about 100 m)"),
    }
