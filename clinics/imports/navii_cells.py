"""The cells of the ministry's facility sheets, one at a time: text, codes, positions, closing days.

Nothing is guessed: a cell that cannot be read is unknown, and the code of what was wrong with it
(a key of :data:`clinics.imports.navii_faults.FAULTS`) comes back beside the value.
"""

import re
from collections.abc import Sequence

from clinics.hours import WEEKDAYS, Answer, Closures, Day
from clinics.imports.navii_layout import HOLIDAYS, NTH_WEEK, PREFECTURE_NAMES, WEEKLY

Point = tuple[float, float]

NEWLINE_MARK = "（改行）"
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")
# Control characters, soft hyphens, zero-width characters and marks of direction: seen by nobody.
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
OFFICIAL_ID = re.compile(r"[0-9A-Za-z]{1,20}")
# What a reading may consist of: katakana, its prolonged sound mark and middle dot, spaces.
KATAKANA = re.compile(r"[ァ-ヿ\u3000 ]*")
DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?", re.ASCII)
THREE_DIGITS = re.compile(r"\d{3}", re.ASCII)

# Japan with its outermost islands, in degrees; the two ranges do not meet.
LATITUDES = (20.0, 46.0)
LONGITUDES = (122.0, 154.0)
# The ministry gives six decimals; no real point is this near to a multiple of 0.1 degrees twice.
GRID_TOLERANCE = 1e-6

ANSWERS: dict[str, Answer] = {"0": "closed", "1": "open", "": "unknown"}
WEEKS = 5


def clean_text(cell: str) -> tuple[str, str | None]:
    """The text as written, with real line ends and without what cannot be seen."""
    text = LINE_ENDS.sub("\n", cell.replace(NEWLINE_MARK, "\n")).replace("\t", " ")
    visible = CONTROL.sub("", text)
    return visible.strip(), None if visible == text else "text-control-characters"


def id_fault(official_id: str) -> str | None:
    """What is wrong with an ID in itself; it is text and is never altered."""
    if OFFICIAL_ID.fullmatch(official_id):
        return None
    return "id-malformed" if official_id.strip() else "id-blank"


def id_prefix_fault(official_id: str, prefecture: str, kind_digit: str) -> str | None:
    """What is wrong with an ID beside the codes it begins with, both as stated."""
    prefix = f"{prefecture:0>2}{kind_digit}"
    if official_id.startswith(prefix):
        return None
    # 0111010000010 as a number is 111010000010, which begins like an ID of another prefecture.
    lost = f"0{official_id}".startswith(prefix)
    return "id-leading-zeros-lost" if lost else "id-prefix"


def kana_fault(kana: str) -> str | None:
    """What is doubtful in a reading."""
    if not kana:
        return "kana-blank"
    return None if KATAKANA.fullmatch(kana) else "kana-not-katakana"


def parse_prefecture(cell: str) -> tuple[str, str | None]:
    """The JIS X 0401 code, two digits."""
    return (cell, None) if cell in PREFECTURE_NAMES else ("", "prefecture-unknown")


def parse_municipality(prefecture: str, cell: str) -> tuple[str, str | None]:
    """The JIS X 0402 code, five digits, of which the sheet has the last three."""
    if prefecture and THREE_DIGITS.fullmatch(cell):
        return prefecture + cell, None
    return "", "municipality-unknown"


def parse_position(latitude: str, longitude: str) -> tuple[Point | None, str | None]:
    """The position as ``(latitude, longitude)`` in WGS84 degrees, if it is one in Japan."""
    if not latitude.strip() and not longitude.strip():
        return None, "position-unknown"
    if not (DEGREES.fullmatch(latitude) and DEGREES.fullmatch(longitude)):
        return None, "position-unreadable"
    point = float(latitude), float(longitude)
    if not any(point):
        return None, "position-unknown"
    if not _in_japan(point):
        swapped = _in_japan((point[1], point[0]))
        return None, "position-swapped" if swapped else "position-out-of-range"
    return (None, "position-rounded") if _on_grid(point) else (point, None)


def _in_japan(point: Point) -> bool:
    latitude, longitude = point
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def _on_grid(point: Point) -> bool:
    return all(abs(degrees * 10 - round(degrees * 10)) < GRID_TOLERANCE for degrees in point)


CellFaults = list[tuple[str, str, str]]


def parse_closures(
    weekly: Sequence[str], nth_week: Sequence[str], holidays: str
) -> tuple[Closures, CellFaults]:
    """The closing days, of seven weekly flags, 35 of the weeks of a month, and one of holidays.

    The flags say 0 for closed and 1 for open, against the name of their columns. Those of single
    weeks mean something only on days that are open otherwise; all five closed is closed weekly.
    Beside the closing days stands what was wrong, as code, column and value.
    """
    faults: CellFaults = []
    days = [_answer(cell, column, faults) for cell, column in zip(weekly, WEEKLY, strict=True)]
    weeks = [_answer(cell, column, faults) for cell, column in zip(nth_week, NTH_WEEK, strict=True)]
    closed: list[tuple[int, Day]] = []
    asked = False
    for place, day in enumerate(WEEKDAYS):
        answers = weeks[place::7]
        if days[place] != "closed" and answers == ["closed"] * WEEKS:
            faults.append(("week-flags-mean-weekly", WEEKLY[place], weekly[place]))
            days[place] = "closed"
        elif days[place] == "open":
            asked = asked or answers != ["unknown"] * WEEKS
            closed += [(week, day) for week, said in enumerate(answers, 1) if said == "closed"]
        elif days[place] == "unknown" and "closed" in answers:
            faults.append(
                ("week-flags-without-weekly", NTH_WEEK[place], ",".join(nth_week[place::7]))
            )
    closed.sort(key=lambda pair: (pair[0], WEEKDAYS.index(pair[1])))
    answer = _answer(holidays, HOLIDAYS, faults)
    return Closures(tuple(days), tuple(closed) if asked else None, answer), faults


def _answer(cell: str, column: str, faults: CellFaults) -> Answer:
    answer = ANSWERS.get(cell.strip())
    if answer is None:
        faults.append(("flag-unreadable", column, cell))
        return "unknown"
    return answer
