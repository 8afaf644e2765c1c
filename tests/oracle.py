"""The judge of every search: plain values tested and measured one by one, nothing of the finder.

A distance is the WGS84 geodesic in whole millimetres by GeographicLib, a radius is inclusive,
requirements are all to be met and each by any of its keys. Every order is total, ties by id.

The finder computes in floating point as GeographicLib does, so a distance within ``SLACK_MM`` of
half a millimetre may be rounded either way. Every clinic therefore has one admissible distance, or
two; an answer is right if some choice among them makes it exactly the brute force's.
"""

import math
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from geographiclib.geodesic import Geodesic

from clinics.text import fold, name_forms, search_key
from finder.query import Box, NameKey, NearestKey, Page, RankedKey, SearchQuery, TextQuestion

BODYWORK = "category:non-medical-bodywork"
REGISTER_RANK = 75
CHECKED_MORE = 100
DOCUMENTED = 50
EXPERIENCE_SCHEMES = ("sport", "level", "credential")
JAPAN = timezone(timedelta(hours=9))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The public holidays of the weeks in which tests ask, by the Cabinet Office's calendar.
HOLIDAYS = {
    date(2026, 11, 3),
    date(2026, 11, 23),
    date(2027, 1, 1),
    date(2027, 1, 11),
}

# How far the finder's distances may be from GeographicLib's: near by, and from 200 km on.
SLACK_MM = 0.02
FAR_SLACK_MM = 0.1
FAR_MM = 201_000_000

# Distances on this sphere are within 0.6 % of those on the ellipsoid. They only save measuring
# clinics that are out of the question, with a margin of 1 % and a centimetre.
SPHERE_RADIUS_M = 6_371_008.8
MARGIN = 0.01
MARGIN_M = 0.01

Point = tuple[float, float]
Key = tuple[int, str]


class Said(NamedTuple):
    """Somebody says that a clinic carries ``scheme:slug``; how strong that is, and if checked."""

    key: str
    rank: int = 70
    checked: bool = False


class Hours(NamedTuple):
    """Open on these days (``mon`` … ``sun``, ``hol``) between two minutes from midnight."""

    days: tuple[str, ...]
    opens: int
    closes: int


@dataclass(frozen=True)
class Clinic:
    """A clinic as plain values; ``id`` is hex, ``name`` the one it is sorted by.

    ``closed_weeks`` are weekdays of the month, ``(2, "tue")``; ``closed_dates`` month × 100 + day.
    ``second_opinion`` holds the modes, None where none is known to be offered.
    """

    id: str
    latitude: float | None
    longitude: float | None
    said: tuple[Said, ...]
    kind: str
    prefecture: str
    name: str = ""
    names: tuple[str, ...] = ()
    address: str = ""
    municipality: str = ""
    second_opinion: frozenset[str] | None = None
    accepts_new_patients: str = "unknown"
    verifications: tuple[tuple[date, str], ...] = ()
    hours: tuple[Hours, ...] = ()
    closed_weeks: tuple[tuple[int, str], ...] = ()
    closed_dates: tuple[int, ...] = ()

    @cached_property
    def strengths(self) -> Mapping[str, int]:
        """The strength of the best that is said for each key; facts have the register's."""
        strengths: dict[str, int] = {}
        for key, rank, checked in self.said:
            strength = rank + CHECKED_MORE * checked
            strengths[key] = max(strength, strengths.get(key, 0))
        facts = [f"kind:{self.kind}", f"prefecture:{self.prefecture}"]
        facts.append(f"municipality:{self.municipality}")
        if self.second_opinion is not None:
            facts += [f"second-opinion:{mode}" for mode in {"any", *self.second_opinion}]
        if self.accepts_new_patients != "unknown":
            facts.append(f"accepts-new-patients:{self.accepts_new_patients}")
        return strengths | dict.fromkeys(facts, REGISTER_RANK)

    @property
    def keys(self) -> frozenset[str]:
        """Every concept it is said to carry."""
        return frozenset(item.key for item in self.said)

    def carries(self, key: str, least_strength: int = 0) -> bool:
        """Whether it is filed under ``scheme:slug`` on evidence of at least a strength."""
        return key in self.strengths and self.strengths[key] >= least_strength

    @cached_property
    def is_bodywork(self) -> bool:
        """Whether bodywork is all that is known of what it does."""
        return {key for key in self.keys if key.startswith("category:")} == {BODYWORK}

    @property
    def name_key(self) -> tuple[bytes, str]:
        """Its place in the order by name."""
        return fold(self.name).encode(), self.id

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The folded forms of its names."""
        return name_forms(self.names)

    @cached_property
    def verified_on(self) -> date | None:
        """The day of the newest verification that reached somebody."""
        return max(
            (day for day, outcome in self.verifications if outcome != "not-reached"), default=None
        )

    def is_inside(self, box: Box) -> bool:
        """Whether it lies in a rectangle of degrees, edges included."""
        if self.latitude is None or self.longitude is None:
            return False
        names = {180.0, -180.0} if abs(self.longitude) == 180 else {self.longitude}
        return box.south <= self.latitude <= box.north and any(
            box.west <= name <= box.east
            if box.west <= box.east
            else name >= box.west or name <= box.east
            for name in names
        )

    def is_open(self, instant: datetime) -> bool:
        """Whether its hours say that it is open; a night belongs to the day on which it began."""
        wall = instant.astimezone(JAPAN)
        minute = wall.hour * 60 + wall.minute
        for began, minutes in ((wall.date(), minute), (wall.date() - timedelta(1), minute + 1_440)):
            weekday = WEEKDAYS[began.weekday()]
            if began.month * 100 + began.day in self.closed_dates:
                continue
            if ((began.day + 6) // 7, weekday) in self.closed_weeks:
                continue
            day = "hol" if began in HOLIDAYS else weekday
            if any(day in item.days and item.opens <= minutes < item.closes for item in self.hours):
                return True
        return False

    def holds(self, question: TextQuestion) -> bool:
        """Whether every word stands in a name or the address, or names a concept it carries."""
        return all(
            any(word.text in form for form in (*self.forms, search_key(self.address)))
            or any(self.carries(term) for term in word.terms)
            for word in question.words
        )

    def match_rank(self, question: TextQuestion) -> int:
        """How well its names match a text: 0 best, 4 where some word is in none of them."""
        phrase = question.phrase
        if phrase in self.forms:
            return 0
        if any(form.startswith(phrase) for form in self.forms):
            return 1
        if any(phrase in form for form in self.forms):
            return 2
        if all(any(word.text in form for form in self.forms) for word in question.words):
            return 3
        return 4

    def tier(self, oldest_fresh_day: date) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Its place in the order by relevance, without text and distance, and the reasons."""
        specialties = (
            ("dystonia-clinic", self.carries("category:dystonia-clinic", DOCUMENTED)),
            (
                "movement-disorder-clinic",
                self.carries("category:movement-disorder-clinic", DOCUMENTED),
            ),
            (
                "weaker-evidence-of-movement-disorders",
                self.carries("category:dystonia-clinic")
                or self.carries("category:movement-disorder-clinic"),
            ),
            ("neurology", self.carries("category:neurology")),
        )
        specialty = next((n for n, (_, known) in enumerate(specialties) if known), len(specialties))
        knows_athletes = any(
            self.carries(key, DOCUMENTED)
            for key in self.keys
            if key.split(":")[0] in EXPERIENCE_SCHEMES
        )
        is_fresh = self.verified_on is not None and self.verified_on >= oldest_fresh_day
        reasons = [name for name, _ in specialties[specialty : specialty + 1]]
        reasons += ["athlete-experience"] * knows_athletes + ["recently-verified"] * is_fresh
        return (specialty, not knows_athletes, not is_fresh), tuple(reasons)


class Measured(NamedTuple):
    """A clinic's distance as GeographicLib has it, and the admissible whole millimetres."""

    clinic: Clinic
    metres: float
    least_mm: int
    most_mm: int


@lru_cache(maxsize=100_000)
def geodesic_m(here: Point, there: Point) -> float:
    """The WGS84 geodesic by GeographicLib, in metres."""
    return float(Geodesic.WGS84.Inverse(*here, *there, Geodesic.DISTANCE)["s12"])


def azimuth_deg(here: Point, there: Point) -> float:
    """The direction in which the geodesic sets out, in degrees clockwise from north."""
    return float(Geodesic.WGS84.Inverse(*here, *there, Geodesic.AZIMUTH)["azi1"]) % 360


def millimetres(metres: float) -> int:
    """Metres as whole millimetres."""
    return round(metres * 1_000)


def measure(here: Point, clinic: Clinic) -> Measured:
    """How far a clinic is; it has a position."""
    assert clinic.latitude is not None and clinic.longitude is not None
    metres = geodesic_m(here, (clinic.latitude, clinic.longitude))
    slack = SLACK_MM if metres * 1_000 < FAR_MM else FAR_SLACK_MM
    least = round(max(metres * 1_000 - slack, 0))
    return Measured(clinic, metres, least, round(metres * 1_000 + slack))


class Oracle:
    """Every clinic there is."""

    def __init__(self, clinics: Iterable[Clinic]) -> None:
        self.clinics = tuple(clinics)
        self.by_id = {clinic.id: clinic for clinic in self.clinics}
        self._carriers: dict[tuple[str, int], frozenset[str]] = {}
        self._bodywork = {clinic.id for clinic in self.clinics if clinic.is_bodywork}
        self._on_sphere = {
            clinic.id: _on_sphere(clinic.latitude, clinic.longitude)
            for clinic in self.clinics
            if clinic.latitude is not None and clinic.longitude is not None
        }

    def carriers(self, key: str, least_strength: int = 0) -> frozenset[str]:
        """The ids of the clinics filed under ``scheme:slug`` on evidence of a strength."""
        asked = key, least_strength
        if asked not in self._carriers:
            self._carriers[asked] = frozenset(
                clinic.id for clinic in self.clinics if clinic.carries(key, least_strength)
            )
        return self._carriers[asked]

    def matching(self, query: SearchQuery) -> list[Clinic]:
        """The clinics that meet every filter of a question but the radius.

        Bodywork only where it is let in, and with a centre only what has a position.
        """
        left = set(self.by_id) - (set() if query.bodywork else self._bodywork)
        for any_of in query.required:
            left &= frozenset[str]().union(
                *(self.carriers(key, any_of.least_strength) for key in any_of.terms)
            )
        if query.centre is not None:
            left &= self._on_sphere.keys()
        return [
            clinic
            for clinic in self.clinics
            if clinic.id in left
            and (query.box is None or clinic.is_inside(query.box))
            and (query.text is None or clinic.holds(query.text))
            and (query.open_at is None or clinic.is_open(query.open_at))
            and (query.verified_since is None or _is_since(clinic, query.verified_since))
        ]

    def number_of(self, query: SearchQuery) -> tuple[int, int]:
        """How many clinics match: the least and the greatest admissible number."""
        matching = self.matching(query)
        if query.centre is None:
            return len(matching), len(matching)
        here = query.centre.latitude, query.centre.longitude
        return self.number_within(here, matching, query.radius_km)

    def brute_force(self, here: Point, clinics: Iterable[Clinic]) -> list[Measured]:
        """All of these clinics that have a position, nearest first."""
        measured = [measure(here, clinic) for clinic in clinics if clinic.id in self._on_sphere]
        return sorted(measured, key=lambda item: (millimetres(item.metres), item.clinic.id))

    def nearest(
        self,
        here: Point,
        clinics: Sequence[Clinic],
        number: int,
        radius_km: float | None = None,
        after: Key | None = None,
    ) -> list[Measured]:
        """Every clinic that can be among the first ``number`` within a radius and after a key.

        The clinics left out are certainly farther than those, certainly outside the radius or
        certainly before the key.
        """
        radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
        found: list[Measured] = []
        certain: list[int] = []
        for rough_m, clinic in self._roughly(here, clinics):
            reached_mm = (rough_m * (1 - MARGIN) - MARGIN_M) * 1_000
            if reached_mm > radius_mm + 1 or (
                len(certain) >= number and reached_mm > certain[number - 1] + 1
            ):
                break
            if after is not None and (rough_m * (1 + MARGIN) + MARGIN_M) * 1_000 < after[0] - 1:
                continue
            item = measure(here, clinic)
            if item.least_mm > radius_mm:
                continue
            if after is not None and (item.most_mm, clinic.id) <= after:
                continue
            found.append(item)
            if item.most_mm <= radius_mm and (after is None or (item.least_mm, clinic.id) > after):
                insort(certain, item.most_mm)
        return found

    def number_within(
        self, here: Point, clinics: Sequence[Clinic], radius_km: float | None
    ) -> tuple[int, int]:
        """How many clinics are within a radius: the least and the greatest admissible number."""
        radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
        least = most = 0
        for rough_m, clinic in self._roughly(here, clinics):
            if (rough_m * (1 - MARGIN) - MARGIN_M) * 1_000 > radius_mm + 1:
                break
            if (rough_m * (1 + MARGIN) + MARGIN_M) * 1_000 < radius_mm - 1:
                least, most = least + 1, most + 1
                continue
            item = measure(here, clinic)
            least += item.most_mm <= radius_mm
            most += item.least_mm <= radius_mm
        return least, most

    def _roughly(self, here: Point, clinics: Iterable[Clinic]) -> list[tuple[float, Clinic]]:
        """These clinics with their distances on a sphere, nearest first."""
        x, y, z = _on_sphere(*here)
        rough = []
        for clinic in clinics:
            there = self._on_sphere.get(clinic.id)
            if there is not None:
                a, b, c = there[0] - x, there[1] - y, there[2] - z
                rough.append((a * a + b * b + c * c, clinic))
        rough.sort(key=lambda pair: pair[0])
        return [
            (2 * SPHERE_RADIUS_M * math.asin(min(math.sqrt(square) / 2, 1)), clinic)
            for square, clinic in rough
        ]


class Order:
    """The order of a question: where each clinic stands in it, as tuples that compare.

    ``oldest_fresh_day`` is the day from which on a verification counts as recent.
    """

    def __init__(self, query: SearchQuery, oldest_fresh_day: date) -> None:
        self.query = query
        self.oldest_fresh_day = oldest_fresh_day
        centre = query.centre
        self.here = centre and (centre.latitude, centre.longitude)
        self.by_distance = query.sort == "distance" or (query.sort == "relevance" and centre)

    def rank(self, clinic: Clinic) -> tuple[int, ...]:
        """What goes before distance or name."""
        if self.query.sort == "-verified_on":
            day = clinic.verified_on
            return (1, 0) if day is None else (0, -day.toordinal())
        if self.query.sort != "relevance":
            return ()
        text = self.query.text
        match = () if text is None else (clinic.match_rank(text),)
        return (*match, *clinic.tier(self.oldest_fresh_day)[0])

    def places(self, clinic: Clinic) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The first and the last admissible place of a clinic."""
        rank = self.rank(clinic)
        if not self.by_distance:
            return ((*rank, *clinic.name_key),) * 2
        assert self.here is not None
        item = measure(self.here, clinic)
        return (*rank, item.least_mm, clinic.id), (*rank, item.most_mm, clinic.id)

    def place_given(self, clinic: Clinic, key: object) -> tuple[Any, ...]:
        """The place that a hit's key gives a clinic, in the judge's rank."""
        within = key.within if isinstance(key, RankedKey) else key
        if isinstance(within, NearestKey):
            return (*self.rank(clinic), within.distance_mm, within.clinic_id)
        assert isinstance(within, NameKey)
        return (*self.rank(clinic), within.name_key, within.clinic_id)


def check_page(
    judge: Oracle,
    query: SearchQuery,
    page: Page,
    oldest_fresh_day: date,
    limit: int,
    after: tuple[Any, ...] | None = None,
) -> tuple[Any, ...] | None:
    """Assert that a page of any order is right: members, order, distances, reasons and count.

    ``limit`` is where bounded counting stops. ``after`` is the place that ``query.after`` stands
    for; without it, where that key's clinic stands now. Gives the place of the last hit.
    """
    order = Order(query, oldest_fresh_day)
    members = {clinic.id: clinic for clinic in judge.matching(query)}
    radius_mm = math.inf if query.radius_km is None else millimetres(query.radius_km * 1_000)
    if query.after is not None and after is None:
        after = order.place_given(judge.by_id[_clinic_id(query.after)], query.after)
    given = [] if after is None else [after]
    for hit in page.hits:
        clinic = members.pop(_clinic_id(hit.key), None)
        assert clinic is not None, f"{hit.key} is no match, or comes twice"
        place = order.place_given(clinic, hit.key)
        first, last = order.places(clinic)
        assert first <= place <= last, f"{clinic} is given the place {place}"
        given.append(place)
        if order.here is None:
            assert hit.distance_mm is None and hit.bearing_deg is None
        else:
            item = measure(order.here, clinic)
            assert item.least_mm <= hit.distance_mm <= item.most_mm
            assert hit.distance_mm <= radius_mm, f"{clinic} is outside the radius"
        of_tier = query.sort == "relevance"
        assert hit.reasons == (clinic.tier(oldest_fresh_day)[1] if of_tier else ())
        assert (hit.opening is not None) == (query.open_at is not None)
    assert given == sorted(set(given)), "hits are out of order"
    assert len(page.hits) == query.page_size if page.more else len(page.hits) <= query.page_size
    surely_more = maybe_more = False
    for clinic in members.values():
        item = None if order.here is None else measure(order.here, clinic)
        if item is not None and item.least_mm > radius_mm:
            continue
        first, last = order.places(clinic)
        if after is not None and last <= after:
            continue
        surely = (item is None or item.most_mm <= radius_mm) and (after is None or first > after)
        assert not surely or (page.more and last > given[-1]), f"{clinic} is missing"
        surely_more, maybe_more = surely_more or surely, True
    assert maybe_more if page.more else not surely_more
    check_count(judge, query, page, limit)
    return given[-1] if given else None


def check_count(judge: Oracle, query: SearchQuery, page: Page, limit: int) -> None:
    """Assert that the page's count is the judge's, as the query wants it."""
    if query.count == "none":
        assert page.count is None and not page.count_exact
        return
    least, most = judge.number_of(query)
    if query.count == "bounded" and most > limit:
        assert page.count == limit
        assert not page.count_exact or least <= limit
    else:
        assert least <= page.count <= most
        assert page.count_exact


def _clinic_id(key: object) -> str:
    within = key.within if isinstance(key, RankedKey) else key
    assert isinstance(within, NearestKey | NameKey)
    return within.clinic_id


def _is_since(clinic: Clinic, day: date) -> bool:
    return clinic.verified_on is not None and clinic.verified_on >= day


def check_nearest(
    hits: Sequence[Key],
    more: bool,
    expected: Sequence[Measured],
    number: int,
    radius_km: float | None = None,
    after: Key | None = None,
) -> None:
    """Assert that hits are a right page of ``number``, given what :meth:`Oracle.nearest` found."""
    radius_mm = math.inf if radius_km is None else millimetres(radius_km * 1_000)
    by_id = {item.clinic.id: item for item in expected}
    keys = [key for key in [after] if key is not None] + list(hits)
    assert keys == sorted(set(keys)), "hits are out of order, or come twice"
    assert len(hits) == number if more else len(hits) <= number, "not as long as a page"
    together: dict[Point, int] = {}
    for distance_mm, clinic_id in hits:
        item = by_id.get(clinic_id)
        assert item is not None, f"{clinic_id} is no match, or others are nearer"
        assert item.least_mm <= distance_mm <= item.most_mm, f"{clinic_id}: {item.metres} m"
        assert distance_mm <= radius_mm, f"{clinic_id} is outside the radius"
        point = (item.clinic.latitude, item.clinic.longitude)
        assert together.setdefault(point, distance_mm) == distance_mm, "one point, two distances"
    left = [item for item in expected if item.clinic.id not in {clinic_id for _, clinic_id in hits}]
    for item in left:
        before = after is not None and (item.least_mm, item.clinic.id) <= after
        later = more and (item.most_mm, item.clinic.id) > hits[-1]
        assert before or later or item.most_mm > radius_mm, f"{item} is missing"
    assert not more or any(item.least_mm <= radius_mm for item in left), "there are no more"


def _on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return (
        math.cos(phi) * math.cos(theta),
        math.cos(phi) * math.sin(theta),
        math.sin(phi),
    )
