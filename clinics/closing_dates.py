"""The closing dates in a facility's own words: その他の休診日（gw、お盆等）, up to 2,000 characters.

Read on the safe side: a day that the text names counts as closed, even when only its afternoon is.
Such a clinic is then not found on that day; it is never shown as closed because of it.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LONGEST_RANGE_DAYS = 31
# The days of a leap year in order, as month × 100 + day: 29 February is a date too.
MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR = tuple(
    month * 100 + day
    for month, length in enumerate(MONTH_LENGTHS, start=1)
    for day in range(1, length + 1)
)
PLACE_IN_YEAR = {month_day: place for place, month_day in enumerate(YEAR)}

# 年末年始 without dates: the days on which government offices are closed.
# Source: 行政機関の休日に関する法律 (Act on Holidays of Administrative Organs, 1988), article 1.
YEAR_END = (1229, 1230, 1231, 101, 102, 103)
# A season that the text names has its dates when the text closes one of these days.
SEASONS = {
    "year_end": frozenset({1231, 101, 102}),
    "bon": frozenset(range(710, 832)),
    "golden_week": frozenset({*range(420, 431), *range(501, 511)}),
}

TOKEN = re.compile(
    r"""
    (?P<date> (?<!\d) (?<!\d/) (?<!第) (?<!旧暦)
        (?P<year> (?:20\d\d|令和\s?(?:\d+|元)|R\d+) \s?[年/.]\s? )?
        (?P<month> 1[0-2] | 0?[1-9] ) \s?(?:月\s?|/)
        (?P<day> [12]\d | 3[01] | 0?[1-9] ) (?![\d/:時]) \s?日?
    )
    | (?P<more> (?<!\d)
        (?P<more_day> [12]\d | 3[01] | 0?[1-9] )
        (?: (?P<named>日) (?![間程前以]) | (?=[^\d/:時月日週回]|$) )
    )
    | (?P<range> [~〜\-‐–—―─−ー∼→] | から | より )
    | (?P<year_end> (?P<december> 年末[・、/\s]?年始 | 年末 ) | 年始 | お?正月 )
    | (?P<bon> お?盆 )
    | (?P<golden_week> GW | ゴールデン・?ウ[ィイ]ーク )
    | (?P<aside> 午前中? | 午後 | 正午 | AM | PM | \d{1,2}:\d\d | \d{1,2}時(?:\d{1,2}分|半)?
        | 頃 | ごろ | \([月火水木金土日]祝?\) )
    | (?P<filler> 休診日? | お?休み | 休業日? | 休暇 | 期間 | まで | 迄 | 翌年?の? | 毎年
        | [とに]なります | とする | とします | (?:いた|致)?します | です
        | [\s:()\[\]【】「」『』〔〕<>《》。*※○●◎■◆★☆のはを] )
    | (?P<comma> [、,・.･;/&と] | 及び | および | 並びに )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class ClosingDates(NamedTuple):
    """Days of every year on which a facility is closed, as month × 100 + day in order.

    ``understood`` tells whether they are all that the text says.
    """

    month_days: tuple[int, ...]
    understood: bool


@lru_cache(maxsize=16384)
def closing_dates(remarks: str) -> ClosingDates:
    """The closing dates that ``remarks`` state; the literal ``（改行）`` is a line break.

    - Dates are read as ``12月30日`` or ``12/30``, of any width, singly, in lists and in ranges
      (``12/29~1/3``, ``から``), which may pass the turn of the year. What follows a date may leave
      its month out: ``8月14日・15日``, ``年末30日~年始3日``. 元旦 and 元日 are 1 January.
    - A range of more than 31 days is a slip of the pen, as is 30 February: neither counts.
    - A date with a year is of that year alone, and stale by the next: it does not count.
    - 年末年始 without its dates closes 29 December to 3 January; GW and お盆 differ from place to
      place, and close nothing without theirs.
    - Whatever dates cannot hold, such as half a day, a weekday or 年末年始 without dates, and any
      date that does not count makes ``understood`` false. A text that says nothing is understood.
    """
    text = unicodedata.normalize("NFKC", remarks).replace("(改行)", "\n")
    reading = _Reading()
    for token in TOKEN.finditer(re.sub("元[旦日]", "1月1日", text)):
        reading.take(token)
    return reading.result()


class _Reading:
    """What has been read of a text so far.

    ``month`` is that of a day which leaves it out. ``last`` is the date from which a range may
    begin; ``of_one_year`` tells that it had a year, ``alone`` that nothing else closed it yet.
    ``ranged`` and ``listed`` tell that the sign of a range or list followed.
    """

    def __init__(self) -> None:
        self.closed: set[int] = set()
        self.seasons: set[str] = set()
        self.understood = True
        self.month: int | None = None
        self.last: int | None = None
        self.of_one_year = self.alone = self.ranged = self.listed = False

    def take(self, token: re.Match[str]) -> None:
        kind = token.lastgroup or ""
        if token["date"]:
            self._date(int(token["month"]), int(token["day"]), bool(token["year"]))
        elif token["more"]:
            self._more(int(token["more_day"]), bool(token["named"]))
        elif kind == "range":
            self.ranged = self.last is not None
            self.understood &= self.ranged
        elif kind == "comma":
            self.understood &= not self.ranged
            self.ranged, self.listed = False, True
        elif kind in SEASONS:
            self.seasons.add(kind)
            if kind == "year_end":
                self.month = 12 if token["december"] else 1
        elif kind == "aside":
            self.understood = False
        elif kind == "other":
            self._break_off()

    def result(self) -> ClosingDates:
        undated = {name for name in self.seasons if not self.closed & SEASONS[name]}
        if "year_end" in undated:
            self.closed.update(YEAR_END)
        understood = self.understood and not undated and not self.ranged
        return ClosingDates(tuple(sorted(self.closed)), understood)

    def _date(self, month: int, day: int, has_year: bool) -> None:
        end = month * 100 + day
        start = self.last if self.ranged else None
        # The year of 2024年12月30日~1月3日 is said of both, as that of 12/29~2025/1/5 is.
        stale = has_year or (start is not None and self.of_one_year)
        days = () if stale else _days(end if start is None else start, end)
        if not days:
            self.understood = False
            if start is not None and self.alone:
                self.closed.discard(start)
        self.alone = start is None and not stale and self.closed.isdisjoint(days)
        self.closed.update(days)
        exists = end in PLACE_IN_YEAR
        self.last, self.month = (end, month) if exists else (None, None)
        self.of_one_year = stale
        self.ranged = self.listed = False

    def _more(self, day: int, named: bool) -> None:
        """A day that leaves its month out; after the end of December it is of January."""
        if self.month is None or not (named or self.listed or self.ranged):
            self._break_off()
            return
        before = self.last or 0
        turned = self.month == 12 and before // 100 == 12 and day < before % 100 and day <= 10
        self._date(1 if turned else self.month, day, self.of_one_year)

    def _break_off(self) -> None:
        """Something that is no part of a date: no list or range goes on beyond it."""
        self.understood = False
        self.month = self.last = None
        self.of_one_year = self.alone = self.ranged = self.listed = False


def _days(start: int, end: int) -> tuple[int, ...]:
    """The days from one to the other, both included; none where they are no dates, or too many."""
    if start not in PLACE_IN_YEAR or end not in PLACE_IN_YEAR:
        return ()
    first = PLACE_IN_YEAR[start]
    count = (PLACE_IN_YEAR[end] - first) % len(YEAR) + 1
    if count > LONGEST_RANGE_DAYS:
        return ()
    return tuple(YEAR[(first + number) % len(YEAR)] for number in range(count))
