"""Invented facilities, spread over Japan the way its people are. The same seed, the same facilities.

Sixty-odd real large cities and 1,600 invented small towns draw facilities by their population.
Nothing but the names, positions and populations of the cities is real.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from itertools import accumulate
from typing import NamedTuple

from clinics.hours import Closures, Day, Session
from clinics.imports.records import DepartmentRecord, FacilityRecord
from clinics.models import Kind


class City(NamedTuple):
    """A city: JIS X 0402 code, name, the position of its city hall, thousands of people (2020)."""

    code: str
    name: str
    latitude: float
    longitude: float
    thousands: float


CITIES = (
    City("01100", "札幌市", 43.06, 141.35, 1973),
    City("01202", "函館市", 41.77, 140.73, 251),
    City("01204", "旭川市", 43.77, 142.37, 329),
    City("01206", "釧路市", 42.98, 144.38, 165),
    City("02201", "青森市", 40.82, 140.75, 275),
    City("03201", "盛岡市", 39.70, 141.15, 290),
    City("04100", "仙台市", 38.27, 140.87, 1097),
    City("05201", "秋田市", 39.72, 140.10, 308),
    City("06201", "山形市", 38.26, 140.34, 248),
    City("07201", "福島市", 37.76, 140.47, 283),
    City("07204", "いわき市", 37.05, 140.89, 333),
    City("08201", "水戸市", 36.37, 140.47, 271),
    City("09201", "宇都宮市", 36.56, 139.88, 519),
    City("10201", "前橋市", 36.39, 139.06, 332),
    City("11100", "さいたま市", 35.86, 139.65, 1324),
    City("11203", "川口市", 35.81, 139.72, 594),
    City("12100", "千葉市", 35.61, 140.11, 975),
    City("12204", "船橋市", 35.69, 139.98, 643),
    City("13104", "東京都区部", 35.69, 139.70, 9733),
    City("13201", "八王子市", 35.67, 139.32, 579),
    City("14100", "横浜市", 35.45, 139.63, 3777),
    City("14130", "川崎市", 35.53, 139.70, 1538),
    City("14150", "相模原市", 35.57, 139.37, 726),
    City("15100", "新潟市", 37.92, 139.04, 789),
    City("16201", "富山市", 36.70, 137.21, 414),
    City("17201", "金沢市", 36.56, 136.66, 463),
    City("18201", "福井市", 36.06, 136.22, 262),
    City("19201", "甲府市", 35.66, 138.57, 190),
    City("20201", "長野市", 36.65, 138.19, 373),
    City("21201", "岐阜市", 35.43, 136.76, 403),
    City("22100", "静岡市", 34.98, 138.38, 693),
    City("22130", "浜松市", 34.71, 137.73, 791),
    City("23100", "名古屋市", 35.18, 136.91, 2332),
    City("23211", "豊田市", 35.08, 137.16, 422),
    City("24201", "津市", 34.72, 136.51, 275),
    City("25201", "大津市", 35.02, 135.85, 345),
    City("26100", "京都市", 35.01, 135.77, 1464),
    City("27100", "大阪市", 34.69, 135.50, 2752),
    City("27140", "堺市", 34.57, 135.48, 826),
    City("27227", "東大阪市", 34.68, 135.60, 494),
    City("28100", "神戸市", 34.69, 135.20, 1525),
    City("28201", "姫路市", 34.82, 134.69, 531),
    City("29201", "奈良市", 34.69, 135.80, 355),
    City("30201", "和歌山市", 34.23, 135.17, 357),
    City("31201", "鳥取市", 35.49, 134.22, 188),
    City("32201", "松江市", 35.47, 133.05, 204),
    City("33100", "岡山市", 34.66, 133.92, 725),
    City("33202", "倉敷市", 34.59, 133.77, 475),
    City("34100", "広島市", 34.39, 132.46, 1201),
    City("34207", "福山市", 34.49, 133.36, 461),
    City("35203", "山口市", 34.18, 131.47, 194),
    City("36201", "徳島市", 34.07, 134.55, 253),
    City("37201", "高松市", 34.34, 134.05, 417),
    City("38201", "松山市", 33.84, 132.77, 511),
    City("39201", "高知市", 33.56, 133.53, 327),
    City("40100", "北九州市", 33.88, 130.88, 939),
    City("40130", "福岡市", 33.59, 130.40, 1612),
    City("40203", "久留米市", 33.32, 130.51, 303),
    City("41201", "佐賀市", 33.26, 130.30, 233),
    City("42201", "長崎市", 32.75, 129.88, 409),
    City("42202", "佐世保市", 33.18, 129.72, 243),
    City("43100", "熊本市", 32.80, 130.71, 739),
    City("44201", "大分市", 33.24, 131.61, 476),
    City("45201", "宮崎市", 31.91, 131.42, 401),
    City("46201", "鹿児島市", 31.60, 130.56, 593),
    City("47201", "那覇市", 26.21, 127.68, 318),
)


class Island(NamedTuple):
    """An island, how many small towns it gets, and its rough outline as latitude, longitude."""

    towns: int
    outline: tuple[tuple[float, float], ...]


# fmt: off
ISLANDS = {
    "Hokkaido": Island(170, (
        (41.5, 140.1), (41.8, 141.1), (42.6, 141.6), (42.0, 143.2), (42.9, 144.3), (43.3, 145.6),
        (44.0, 145.0), (44.3, 143.3), (45.4, 141.9), (44.3, 141.7), (43.3, 141.0), (43.2, 140.4),
        (42.5, 139.9),
    )),
    "Honshu": Island(1_100, (
        (41.4, 141.4), (40.5, 141.6), (39.6, 142.0), (38.3, 141.5), (37.0, 141.0), (35.7, 140.8),
        (35.0, 140.0), (35.3, 139.5), (34.7, 138.9), (34.6, 137.2), (34.3, 136.8), (33.5, 135.8),
        (34.2, 135.1), (34.7, 135.0), (34.6, 134.0), (34.3, 133.0), (34.0, 131.8), (34.0, 130.9),
        (34.6, 131.5), (35.5, 133.0), (35.6, 135.0), (36.0, 136.0), (37.0, 136.7), (37.0, 138.0),
        (38.0, 139.3), (39.8, 140.0), (40.8, 140.1), (41.2, 140.4),
    )),
    "Shikoku": Island(90, (
        (34.4, 134.0), (34.2, 134.6), (33.3, 134.2), (33.5, 133.5), (32.8, 132.9), (33.3, 132.1),
        (34.0, 132.8),
    )),
    "Kyushu": Island(240, (
        (33.9, 130.9), (33.2, 131.7), (32.0, 131.4), (31.3, 131.1), (31.2, 130.6), (31.3, 130.2),
        (32.3, 130.3), (32.7, 129.8), (33.4, 129.8), (33.6, 130.4),
    )),
}
# fmt: on
SMALLEST_TOWN_THOUSANDS = 8.0
LARGEST_TOWN_THOUSANDS = 100.0

# Most of a place's facilities lie in a bell around its middle, the others along a long tail.
SHARE_IN_THE_BELL = 0.7
FARTHEST_KM = 60.0
KM_PER_DEGREE = 111.2

HOKKAIDO = "01"

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
CLOSURES = (
    Closures(("open", "open", "open", "closed", "open", "open", "closed"), None, "closed"),
    Closures(("open",) * 5 + ("closed", "closed"), ((2, "sat"), (4, "sat")), "closed"),
    Closures(),
)
FAMILIES = ("青葉", "中央", "若葉", "みどり", "山下", "田中", "佐藤", "鈴木", "高橋", "渡辺")
FAMILIES_KANA = (
    "アオバ",
    "チュウオウ",
    "ワカバ",
    "ミドリ",
    "ヤマシタ",
    "タナカ",
    "サトウ",
    "スズキ",
    "タカハシ",
    "ワタナベ",
)
HOSPITALS_IN_A_HUNDRED = 8


class Place(NamedTuple):
    """Where a facility may stand: around a city or town."""

    city: City
    spread_km: float


@dataclass(frozen=True, slots=True)
class Population:
    """The places of a seed, drawn from by how many people live there."""

    seed: int
    places: tuple[Place, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of_seed(cls, seed: int) -> "Population":
        """The cities, and the towns of this seed."""
        places = tuple(
            Place(city, 2.0 * math.sqrt(city.thousands / 100))
            for city in (*CITIES, *_towns(random.Random(f"{seed}: towns")))
        )
        return cls(seed, places, tuple(accumulate(place.city.thousands for place in places)))

    def records(self, number: int) -> Iterator[FacilityRecord]:
        """As many facilities, as a register would list them."""
        drawn = random.Random(f"{self.seed}: facilities")
        for serial in range(number):
            yield self._record(serial, drawn)

    def centres(self, number: int) -> list[tuple[float, float]]:
        """Where as many people search from, latitude and longitude."""
        drawn = random.Random(f"{self.seed}: centres")
        return [_scatter(self._place(drawn), drawn) for _ in range(number)]

    def _place(self, drawn: random.Random) -> Place:
        return drawn.choices(self.places, cum_weights=self.cumulative)[0]

    def _record(self, serial: int, drawn: random.Random) -> FacilityRecord:
        place = self._place(drawn)
        latitude, longitude = _scatter(place, drawn)
        family = drawn.randrange(len(FAMILIES))
        is_hospital = drawn.random() * 100 < HOSPITALS_IN_A_HUNDRED
        word, kana = ("病院", "ビョウイン") if is_hospital else ("クリニック", "クリニック")
        prefecture = place.city.code[:2]
        return FacilityRecord(
            official_id=f"{prefecture}{1 if is_hospital else 2}{serial:010}",
            kind=Kind.HOSPITAL if is_hospital else Kind.CLINIC,
            name=f"医療法人{FAMILIES[family]}会　{FAMILIES[family]}{serial}{word}",
            name_kana=f"{FAMILIES_KANA[family]}{serial}{kana}",
            short_name=f"{FAMILIES[family]}{serial}{word}",
            prefecture_code=prefecture,
            municipality_code=place.city.code,
            address=f"{place.city.name}中央{serial % 9 + 1}丁目{serial % 23 + 1}－{serial % 17 + 1}",
            latitude=latitude,
            longitude=longitude,
            website=f"https://www.example.jp/{serial}/",
            closures=drawn.choice(CLOSURES),
            closing_remarks="年末年始、お盆",
            departments=_departments(drawn),
        )


def _departments(drawn: random.Random) -> tuple[DepartmentRecord, ...]:
    """The departments of one facility, three on average, mostly open at the same hours."""
    week = drawn.choice(WEEKS)
    return tuple(
        DepartmentRecord(
            department.code,
            department.name,
            week if drawn.random() < 0.8 else drawn.choice(WEEKS),
        )
        for department, in_a_hundred in DEPARTMENTS
        if drawn.random() * 100 < in_a_hundred
    )


def _towns(drawn: random.Random) -> Iterator[City]:
    """The invented towns, each in the prefecture of the nearest city."""
    for island in ISLANDS.values():
        for number in range(island.towns):
            latitude, longitude = _point_inside(island.outline, drawn)
            people = SMALLEST_TOWN_THOUSANDS * drawn.paretovariate(1.5)
            prefecture = _nearest_city(latitude, longitude).code[:2]
            yield City(
                f"{prefecture}{300 + number % 700}",
                f"第{number + 1}町",
                latitude,
                longitude,
                min(people, LARGEST_TOWN_THOUSANDS),
            )


def _nearest_city(latitude: float, longitude: float) -> City:
    shrink = math.cos(math.radians(latitude))
    return min(
        CITIES,
        key=lambda city: math.hypot(
            city.latitude - latitude, (city.longitude - longitude) * shrink
        ),
    )


def _point_inside(
    outline: tuple[tuple[float, float], ...], drawn: random.Random
) -> tuple[float, float]:
    """A point drawn evenly from within an outline."""
    latitudes, longitudes = zip(*outline, strict=True)
    while True:
        latitude = drawn.uniform(min(latitudes), max(latitudes))
        longitude = drawn.uniform(min(longitudes), max(longitudes))
        if _is_inside(latitude, longitude, outline):
            return latitude, longitude


def _is_inside(latitude: float, longitude: float, outline: tuple[tuple[float, float], ...]) -> bool:
    """Whether a line from the point to the east crosses the outline an odd number of times."""
    inside = False
    for (lat_a, lng_a), (lat_b, lng_b) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lng_a + (latitude - lat_a) / (lat_b - lat_a) * (lng_b - lng_a)
            inside ^= longitude < crossing
    return inside


def _scatter(place: Place, drawn: random.Random) -> tuple[float, float]:
    """A position around a place, to the sixth decimal as registers state it."""
    if drawn.random() < SHARE_IN_THE_BELL:
        north_km = drawn.gauss(0, place.spread_km)
        east_km = drawn.gauss(0, place.spread_km)
    else:
        distance_km = min(place.spread_km * drawn.paretovariate(1.3), FARTHEST_KM)
        angle = drawn.uniform(0, 2 * math.pi)
        north_km, east_km = distance_km * math.sin(angle), distance_km * math.cos(angle)
    latitude = place.city.latitude + north_km / KM_PER_DEGREE
    shrink = math.cos(math.radians(latitude))
    longitude = place.city.longitude + east_km / KM_PER_DEGREE / shrink
    return round(latitude, 6), round(longitude, 6)
