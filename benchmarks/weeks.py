"""Invented departments and the hours at which they consult, as registers state them."""

import random
from datetime import time

from clinics.hours import DAYS, Closures, Day, Session
from clinics.imports.records import DepartmentRecord

# The departments of the register that searches ask for: how many in a hundred facilities have one.
ORTHOPAEDICS = DepartmentRecord("02035", "整形外科")
NEUROLOGY = DepartmentRecord("01013", "脳神経内科")
NEUROSURGERY = DepartmentRecord("02002", "脳神経外科")
DEPARTMENTS = (
    (ORTHOPAEDICS, 50),
    (DepartmentRecord("09003", "リハビリテーション科"), 50),
    (DepartmentRecord("01001", "内科"), 50),
    (NEUROLOGY, 5),
    (NEUROSURGERY, 5),
    (DepartmentRecord("09004", "放射線科"), 5),
    (DepartmentRecord("07001", "精神科"), 5),
    # And those that stand for no category.
    (DepartmentRecord("01017", "循環器内科"), 25),
    (DepartmentRecord("01020", "消化器内科"), 25),
    (DepartmentRecord("02001", "外科"), 20),
    (DepartmentRecord("03001", "小児科"), 25),
    (DepartmentRecord("05002", "耳鼻いんこう科"), 10),
    (DepartmentRecord("06001", "皮膚科"), 25),
)

_MON_FRI: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
_SHORT: tuple[Day, ...] = ("mon", "tue", "wed", "fri")


def _session(number: int, days: tuple[Day, ...], *clock: tuple[int, int]) -> Session:
    return Session(number, days, *(time(hour, minute) for hour, minute in clock))


# A week of a department, as clinics and hospitals commonly state it.
WEEKS = (
    (
        _session(1, (*_MON_FRI, "sat"), (9, 0), (12, 30), (8, 45), (12, 0)),
        _session(2, _SHORT, (15, 0), (18, 30), (14, 45), (18, 0)),
    ),
    (
        _session(1, _SHORT, (9, 0), (12, 0)),
        _session(1, ("thu", "sat"), (9, 0), (13, 0)),
        _session(2, _SHORT, (14, 30), (18, 0)),
    ),
    (_session(1, _MON_FRI, (8, 30), (11, 30), (8, 0), (11, 0)),),
    (
        _session(1, _MON_FRI, (9, 0), (12, 0), (8, 30), (11, 30)),
        _session(2, _MON_FRI, (13, 30), (17, 0), (13, 0), (16, 30)),
        _session(1, ("sat",), (9, 0), (12, 0), (8, 30), (11, 30)),
    ),
    (
        _session(1, _SHORT, (9, 30), (13, 0)),
        _session(2, _SHORT, (15, 0), (19, 30)),
        _session(3, ("sat", "sun", "hol"), (10, 0), (14, 0)),
    ),
    (_session(1, ("tue", "thu"), (14, 0), (16, 0)),),
)
ROUND_THE_CLOCK = (_session(1, DAYS, (0, 0), (0, 0)),)
CLOSURES = (
    Closures(("open", "open", "open", "closed", "open", "open", "closed"), None, "closed"),
    Closures(("open",) * 5 + ("closed", "closed"), ((2, "sat"), (4, "sat")), "closed"),
    Closures(),
)
CLOSING_REMARKS = (
    "年末年始（12月29日～1月3日）",
    "お盆（8月13日～8月15日）、年末年始",
    "",
    "学会のため休診あり",
)
SHARE_ROUND_THE_CLOCK = 0.005
SHARE_WITHOUT_HOURS = 0.25
SHARE_WITH_THE_COMMON_WEEK = 0.8

Weeks = tuple[tuple[DepartmentRecord, ...], Closures, str]


def weeks(drawn: random.Random) -> Weeks:
    """The departments of one facility, three on average, its closing days and what it remarks.

    Its departments are mostly open at the same hours.
    """
    common = drawn.choice(WEEKS)
    closures, remarks = drawn.choice(CLOSURES), drawn.choice(CLOSING_REMARKS)
    is_open = drawn.random()
    if is_open < SHARE_ROUND_THE_CLOCK:
        common, closures, remarks = ROUND_THE_CLOCK, Closures(), ""
    carried = [department for department, share in DEPARTMENTS if drawn.random() * 100 < share]
    states_none = is_open > 1 - SHARE_WITHOUT_HOURS
    departments = tuple(
        DepartmentRecord(
            department.code,
            department.name,
            ()
            if states_none
            else common
            if drawn.random() < SHARE_WITH_THE_COMMON_WEEK
            else drawn.choice(WEEKS),
        )
        for department in carried
    )
    return departments, closures, remarks
