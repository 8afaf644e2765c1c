"""What can be wrong in the ministry's sheets, and what is done about it: one table, one code each."""

from collections.abc import Callable
from dataclasses import dataclass

# The reports are in English; the admin translates these when it shows them.
from django.utils.translation import gettext_noop as _

from clinics.imports.records import Action, Finding

Note = Callable[[Finding], None]

# Enough to recognise a value in a report; the widest column of the definition has 2,000.
VALUE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done about a fault, and why, with what would be accepted."""

    action: Action
    reason: str


REJECTED: Action = "row rejected"
UNKNOWN: Action = "value left unknown"
REPAIRED: Action = "value repaired"
NOTED: Action = "noted"

FAULTS: dict[str, Fault] = {
    # Rows and identities.
    "row-width": Fault(REJECTED, _("the row has more or fewer cells than the header")),
    "id-blank": Fault(REJECTED, _("the ID is blank")),
    "id-malformed": Fault(
        REJECTED,
        _(
            "an ID is 1 to 20 half-width letters and digits; a spreadsheet may have rewritten this one"
        ),
    ),
    "id-leading-zeros-lost": Fault(
        REJECTED,
        _(
            "the ID has lost its leading zero, as happens when a spreadsheet saves it as a number; "
            "take the ministry's own file"
        ),
    ),
    "id-repeated": Fault(REJECTED, _("the sheet has this ID already; the first row is kept")),
    "id-prefix": Fault(NOTED, _("the ID does not start with its prefecture code and kind")),
    "kind-unknown": Fault(REJECTED, _("機関区分 is one of 1 病院, 2 診療所, 3, 4, 5")),
    "kind-differs": Fault(REJECTED, _("the row is of another kind of facility than its sheet")),
    "hours-without-facility": Fault(
        NOTED, _("departments of an ID that the facility sheet does not have; left out")
    ),
    "facility-without-departments": Fault(NOTED, _("the departments sheet has no row for this ID")),
    "column-unknown": Fault(NOTED, _("a column that the layout does not define; not read")),
    # Text.
    "name-blank": Fault(REJECTED, _("正式名称 is blank")),
    "text-too-long": Fault(
        UNKNOWN,
        _(
            "longer than the catalogue holds: 400 characters for names, 800 for addresses, 2,000 for "
            "remarks"
        ),
    ),
    "name-too-long": Fault(
        REJECTED, _("longer than the catalogue holds: 400 characters for a name")
    ),
    "text-control-characters": Fault(REPAIRED, _("control characters were taken out")),
    "kana-blank": Fault(NOTED, _("the reading is blank")),
    "kana-not-katakana": Fault(NOTED, _("the reading has characters other than katakana")),
    # Places.
    "prefecture-unknown": Fault(UNKNOWN, _("a prefecture code is two digits from 01 to 47")),
    "municipality-unknown": Fault(
        UNKNOWN, _("a municipality code is three digits, within a known prefecture")
    ),
    "address-blank": Fault(UNKNOWN, _("the address is blank")),
    "address-prefecture": Fault(NOTED, _("the address does not start with its prefecture's name")),
    "position-unknown": Fault(
        UNKNOWN, _("0.0, 0.0 or blank: the ministry does not know the place")
    ),
    "position-unreadable": Fault(UNKNOWN, _("a position is two decimal numbers in degrees")),
    "position-swapped": Fault(
        UNKNOWN, _("latitude and longitude stand in each other's column; not put right by guess")
    ),
    "position-out-of-range": Fault(UNKNOWN, _("outside Japan: 20 to 46 N and 122 to 154 E")),
    "position-rounded": Fault(
        UNKNOWN, _("both numbers lie on a 0.1 degree grid: a placeholder, not a place")
    ),
    "position-shared": Fault(
        UNKNOWN, _("facilities of two or more municipalities have this point: a placeholder")
    ),
    "position-far": Fault(
        UNKNOWN,
        _("over 75 km from the middle of its municipality's facilities, so somewhere else"),
    ),
    # Websites.
    "website-repaired": Fault(
        REPAIRED, _("the address was incomplete or misspelt in its beginning")
    ),
    "website-email": Fault(UNKNOWN, _("an e-mail address, not a website")),
    "website-redirect": Fault(UNKNOWN, _("a search engine's redirect, not the facility's website")),
    "website-too-long": Fault(UNKNOWN, _("longer than 255 characters")),
    "website-unreadable": Fault(
        UNKNOWN, _("not a web address; http:// or https:// and a host name would be")
    ),
    # Closing days.
    "flag-unreadable": Fault(UNKNOWN, _("a closing flag is 0 (closed), 1 (open) or blank")),
    "week-flags-mean-weekly": Fault(
        REPAIRED, _("closed in all five weeks of the month: closed every week")
    ),
    "week-flags-without-weekly": Fault(
        UNKNOWN, _("closed in some weeks, but the day is not stated to be open otherwise")
    ),
    "closed-but-hours": Fault(
        NOTED, _("closed on days that have consultation hours; both are kept")
    ),
    "open-but-no-hours": Fault(
        NOTED, _("open on days without consultation hours; hours are unknown there, not closed")
    ),
    # Departments.
    "code-malformed": Fault(
        REJECTED, _("a 診療科目コード has five digits; one of four has lost its leading zero")
    ),
    "department-name-blank": Fault(REJECTED, _("診療科目名 is blank")),
    "department-name-varies": Fault(NOTED, _("one 診療科目コード with two names; both are kept")),
    "band-unknown": Fault(REJECTED, _("診療時間帯 is 1, 2 or 3")),
    "band-repeated": Fault(
        REJECTED, _("this department has this 診療時間帯 already; the first row is kept")
    ),
    "hours-scattered": Fault(NOTED, _("rows of this ID stand in several places; put together")),
    # Times.
    "time-placeholder": Fault(UNKNOWN, _("00:00 to 00:00 stands for no statement")),
    "time-whole-day": Fault(REPAIRED, _("00:00 to 23:59 is read as all 24 hours")),
    "time-repaired": Fault(REPAIRED, _("full-width characters or spaces in a time")),
    "time-unreadable": Fault(UNKNOWN, _("a time is HH:MM with leading zeros, 00:00 to 24:00")),
    "time-end-missing": Fault(UNKNOWN, _("a beginning without an end")),
    "time-start-missing": Fault(UNKNOWN, _("an end without a beginning")),
    "time-start-implausible": Fault(
        UNKNOWN, _("starts before 05:00 and ends after 12:00 of the same day, or starts at 24:00")
    ),
    "time-overnight-implausible": Fault(UNKNOWN, _("ends the next day after more than 18 hours")),
    "reception-without-session": Fault(
        UNKNOWN, _("reception hours on a day without consultation hours")
    ),
}


def finding(file: str, line: int, column: str, value: str, code: str) -> Finding:
    """The finding of ``code``, a key of :data:`FAULTS`."""
    fault = FAULTS[code]
    shown = value if len(value) <= VALUE_CHARACTERS else f"{value[:VALUE_CHARACTERS]}…"
    return Finding(file, line, column, shown, fault.reason, fault.action, code)


@dataclass(slots=True)
class Place:
    """A line of a sheet, where findings are reported from."""

    file: str
    line: int
    note: Note

    def report(self, code: str, column: str, value: str = "") -> None:
        """Note a fault of this line."""
        self.note(finding(self.file, self.line, column, value, code))
