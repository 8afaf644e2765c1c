"""Closing dates in the facilities' own words; the table was read by hand from the ministry's file."""

import calendar
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinics.closing_dates import closing_dates
from clinics.imports.navii import read_release
from clinics.imports.navii_files import open_release

FROM_29 = {1229, 1230, 1231, 101, 102, 103}
FROM_30 = FROM_29 - {1229}
FROM_31 = FROM_30 - {1230}
BON = {813, 814, 815}
MAY = {503, 504, 505}

# Cells of the ministry's hospital file, the days a reader would note, and whether that is all.
CELLS = [
    ("01月01日，01月02日，01月03日，12月30日，12月31日", FROM_30, True),
    ("1月1日 1月2日 1月3日 8月13日 8月14日 8月15日 12月30日 12月31日", FROM_30 | BON, True),
    ("年末年始（１２月３０日から１月３日まで）", FROM_30, True),
    ("12月30日～1月3日", FROM_30, True),
    ("12/29～1/3", FROM_29, True),
    ("年末年始：12/31～1/3", FROM_31, True),
    ("12月30日～1月3日 , 8月13日～8月15日", FROM_30 | BON, True),
    ("12月29日、12月30日、12月31日、1月1日、1月2日、1月3日", FROM_29, True),
    ("年末年始\u3000\u3000１２月３０日－１月３日", FROM_30, True),
    ("８月１５日\u3000１２月２９日\u3000１２月３０日\u3000１２月３１日\u3000１月２日\u3000１月３日",
     FROM_29 - {101} | {815}, True),
    ("１／１\u3000１／２\u3000１／３\u3000１２／２９\u3000１２／３０\u3000１２／３１", FROM_29, True),
    ("8月15・12月25日・12月29日～1月3日", FROM_29 | {815, 1225}, True),
    ("年末12月29日30日31日\u3000年始1月1日2日3日", FROM_29, True),
    ("年末１２月２９日、３０日、３１日\u3000年始１月１日、２日、３日", FROM_29, True),
    ("お盆8月14～15日（改行）年末年始12月31日～1月3日", FROM_31 | {814, 815}, True),
    ("12/31～1/3、8/12～8/15", FROM_31 | BON | {812}, True),
    ("8月15日、12月30～1月3日", FROM_30 | {815}, True),
    ("12/29,12/30,12/31,1/2,1/3", FROM_29 - {101}, True),
    ("年末年始（１２月３１日より１月３日まで）、お盆（８月１５日）休診", FROM_31 | {815}, True),
    ("年末年始（１２月３０日から１月３日まで）（改行）４月１日", FROM_30 | {401}, True),
    ("年末12月29日から翌年1月3日まで休診", FROM_29, True),
    ("8/15.12/30.12/31.1/1.1/2.1/3", FROM_30 | {815}, True),
    ("お盆（8/15）、年末年始（12/31.1/1.1/2.1/3）", FROM_31 | {815}, True),
    ("１月１日、１月２日、１月３日、１２月３０日、１2月３１日", FROM_30, True),
    ("1月1日", {101}, True),
    # 年末年始 without its dates; GW and お盆 without theirs close nothing.
    ("年末年始", FROM_29, False),
    ("GW、年末年始", FROM_29, False),
    ("GW、お盆、12/29～1/3", FROM_29, False),
    ("※日祝日（お盆・正月）休診", FROM_29, False),
    # Thirty January is meant to be December: too long a range, and no dates of 年末年始.
    ("年末年始の休診が5日間あります。（1/30～1/3）", FROM_29, False),
    # Half days count as closed, and are more than the dates say.
    ("年末年始（１２月３０日午後から１月３日まで）", FROM_30, False),
    ("お盆休み\u30008月14日～16日（改行）年末年始\u300012月29日午後～翌年１月３日まで",
     FROM_29 | {814, 815, 816}, False),
    ("日、祝日及び年末１２月２８日午後から年始１月３日までは、休診となります。",
     FROM_29 | {1228}, False),
    ("年末年始休診日\u3000３０日１２時より３日まで（改行）脳神経外科\u3000第３金曜日のみ",
     FROM_30, False),
    # Weekdays and the like are no dates.
    ("土曜日午後休診", set(), False),
    ("土曜日9：00～13：00", set(), False),
    ("日曜日、第1・3・5土曜日（改行）年末年始（１２月３０日から１月３日まで）", FROM_30, False),
    ("歯科\u3000土曜日の診療は月2回、木曜日午後の診療は月2回休診（不定期）", set(), False),
    ("土日祝及び１２月３０日から１月３日まで休診", FROM_30, False),
    ("01月01日，01月02日，01月03日，05月01日(創立記念日），12月29日，12月30日，12月31日",
     FROM_29 | {501}, False),
    # Dates of one year say nothing of another.
    ("2023年12月30日から2024年1月3日まで外来休診させて頂きます。", set(), False),
    ("年末年始（2025年12月27日～2026年１月4日まで）（改行）GW（2025年5月3日～5月6日）",
     FROM_29, False),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "closed", "understood"), CELLS, ids=[cell[0] for cell in CELLS])
def test_a_cell_is_read_as_a_reader_would(cell: str, closed: set[int], understood: bool) -> None:
    assert closing_dates(cell) == (tuple(sorted(closed)), understood)


@pytest.mark.parametrize(
    ("text", "closed", "understood"),
    [
        ("", set(), True),
        ("\u3000 \n", set(), True),
        ("12月1日～12月31日", set(range(1201, 1232)), True),
        ("12月1日～1月1日", set(), False),
        ("1/3～12/29", set(), False),
        ("8/13、12/1～1/1", {813}, False),
        ("12/1、12/1～1/1", {1201}, False),
        ("2/29", {229}, True),
        ("2月27日～3月1日", {227, 228, 229, 301}, True),
        ("2/30", set(), False),
        ("2/25～2/30、8/15", {815}, False),
        ("13/1、0/5、1/0、4/31", set(), False),
        ("12/29～", {1229}, False),
        ("～1/3", {103}, False),
        ("12/29～、1/3", {1229, 103}, False),
        ("8/14・15", {814, 815}, True),
        ("15日", set(), False),
        ("8/13 3日間", {813}, False),
        ("8/13、14日の午後", {813, 814}, False),
        ("12月30日、31日、1日、2日", {1230, 1231, 101, 102}, True),
        ("12月31日、30日", {1231, 1230}, True),
        ("年末年始（３０日・３１日・２日・３日）", {1230, 1231, 102, 103}, True),
        ("元日～1月3日、大晦日", {101, 102, 103}, False),
        ("2024年8月13日、14日、15日", set(), False),
        ("12/29～2026/1/5", set(), False),
        ("8/13、2024年8月13日～15日", {813}, False),
        ("2024年12月28日～1月5日、8/15", {815}, False),
        ("令和6年8月13日、8月15日", {815}, False),
        ("第1/3土曜", set(), False),
        ("8/10/11/12", set(), False),
        ("旧盆（旧暦7/15）", set(), False),
        ("12/31～1/3 10:00～12:00", FROM_31, False),
        ("年始1月4日", {104} | FROM_29, False),
        ("年始4日まで", {104} | FROM_29, False),
        ("GW（5/3～5/5）", MAY, True),
        ("GW、5/3～5/5", MAY, True),
        ("１２／３１〜１／３", FROM_31, True),
        ("12/31ー1/3", FROM_31, True),
        ("12月31日(火)～1月3日(金)", FROM_31, False),
    ],
)
def test_odd_wordings_close_what_they_name_and_nothing_else(
    text: str, closed: set[int], understood: bool
) -> None:
    assert closing_dates(text) == (tuple(sorted(closed)), understood)


DAYS_OF_A_LEAP_YEAR = st.dates(date(2024, 1, 1), date(2024, 12, 31))
LENGTHS = st.integers(1, 40)
FULL_WIDTH = str.maketrans("0123456789/~", "０１２３４５６７８９／～")
WRITTEN = st.sampled_from(["{0.month}月{0.day}日", "{0:%m}月{0:%d}日", "{0.month}/{0.day}"])
SEPARATORS = st.sampled_from(["、", "，", " ", "\u3000", "（改行）", "・", " , "])
RANGE_SIGNS = st.sampled_from(["~", "～", "〜", "から", "-", " ～ ", "～翌年"])


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(DAYS_OF_A_LEAP_YEAR, LENGTHS), min_size=1, max_size=6),
    WRITTEN,
    SEPARATORS,
    RANGE_SIGNS,
    st.booleans(),
)
def test_lists_and_ranges_close_the_days_a_calendar_counts(
    stated: list[tuple[date, int]], written: str, separator: str, sign: str, wide: bool
) -> None:
    """Ranges walk a calendar in which every February has 29 days."""
    closed: set[int] = set()
    parts: list[str] = []
    for first, length in stated:
        days = [first]
        while len(days) < length:
            following = days[-1] + timedelta(days=1)
            days.append(following.replace(year=2024))
        parts.append(sign.join(written.format(day) for day in dict.fromkeys([first, days[-1]])))
        if length <= 31:
            closed |= {day.month * 100 + day.day for day in days}
    text = separator.join(parts)
    read = closing_dates(text.translate(FULL_WIDTH) if wide else text)
    assert set(read.month_days) == closed
    assert read.understood == all(length <= 31 for _, length in stated)


NOISE = st.text(
    st.sampled_from("0123456789０１２３/月日年~～、.( )年末始盆GWから午後元旦令和"), max_size=60
)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=100) | NOISE)
@example("2/30 4/31 02月30日 6/31～7/2 13/13 0/0")
@example("2月28日～30日")
def test_no_text_closes_a_day_that_does_not_exist(text: str) -> None:
    read = closing_dates(text)
    assert list(read.month_days) == sorted(set(read.month_days))
    for month_day in read.month_days:
        month, day = divmod(month_day, 100)
        assert 1 <= day <= calendar.monthrange(2024, month)[1]


@pytest.mark.official_data
def test_nine_in_ten_of_the_ministrys_cells_give_dates_and_the_table_is_among_them(
    official_data_dir: Path,
) -> None:
    release = open_release([official_data_dir / "official"])
    cells = [
        record.closing_remarks
        for record in read_release(release, lambda _finding: None)
        if record.closing_remarks
    ]
    assert len(cells) == 6542
    assert {cell.replace("（改行）", "\n") for cell, _, _ in CELLS} <= set(cells)
    dated = sum(bool(closing_dates(cell).month_days) for cell in cells)
    understood = sum(closing_dates(cell).understood for cell in cells)
    assert dated / len(cells) > 0.97
    assert understood / len(cells) > 0.79
