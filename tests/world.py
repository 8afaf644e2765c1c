"""Random clinics for the tests of searches: as plain values for the judge, and published.

Two worlds. ``NEAREST_WORLD`` has thousands of clinics anywhere on earth, for distances. ``TOWN``
has hundreds in which everything differs that a search can ask for: strengths, hours, names,
verifications, second opinions, and positions on every kind of edge. Both are always the same.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import count
from random import Random
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from clinics.hours import Closures, Session
from clinics.identity import facility_uuid
from clinics.models import (
    Claim,
    Concept,
    CuratedFacts,
    Kind,
    Scheme,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish
from finder import by_name, nearest, postings, suggestions, terms
from tests.catalogue import SOURCE, record, register
from tests.oracle import BODYWORK, REGISTER_RANK, Clinic, Hours, Oracle, Point, Said

PREFECTURES = {"01": "hokkaido", "13": "tokyo", "27": "osaka", "47": "okinawa"}
# Departments of the register and claims, with the share of clinics that carry each. Sports end at
# the last bit of the first mask, levels begin the second, languages and features have no bit.
DEPARTMENTS = {"category:neurology": 0.5, "category:orthopaedics": 0.05}
DEPARTMENT_KEYS = [*DEPARTMENTS, "category:rehabilitation"]
CLAIMS = {
    "category:dystonia-clinic": 0.05,
    "condition:dystonia": 0.05,
    "sport:all-sports": 0.5,
    "level:recreational": 0.05,
    "service:dbs": 0.001,
    "service:mri": 0.5,
    "language:en": 0.05,
    "feature:parking": 0.5,
    "feature:lift": 0.001,
}
CARRIED_BY_NONE = "sport:tennis-racket"
NAMES = [
    "あおば医院",
    "アオバ医院",
    "青葉クリニック",
    "Sakura Clinic",
    "ＳＡＫＵＲＡ",
    "",
    "ｻｸﾗ",
    "佐倉",
]

# A slow machine is no failure.
many = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)

TOKYO = (35.6812, 139.7671)
STATION = (35.658, 139.7016)
TAVEUNI = (-16.8, 179.98)
CLUSTERS = [
    (34.7025, 135.4959),
    (43.0687, 141.3508),
    (26.2124, 127.6809),
    (-13.83, -171.76),
    (51.48, 0.0),
    (-77.85, 166.67),
]
# Around these, clinics lie in pairs or fours at equal distances.
MIRRORS = [(35.5, 138.5), (0.0, 100.0), (0.0, 180.0), (-41.25, 174.75)]


def places() -> Iterator[Point | None]:
    """Where the clinics are; always the same."""
    random = Random(20_260_601)

    for _ in range(1_050):
        yield math.degrees(math.asin(random.uniform(-1, 1))), random.uniform(-180, 180)
    for _ in range(700):
        yield around(random, TOKYO, 5)
    for cluster in CLUSTERS:
        for _ in range(60):
            yield around(random, cluster, 3)
        for _ in range(40):
            yield around(random, cluster, 80)
    yield from [STATION] * 60
    for _ in range(120):
        yield around(random, TAVEUNI, 60)
    for latitude in (-16.8, -16.85, 0.0, 35.0):
        yield from [(latitude, 180.0), (latitude, -180.0)] * 5
    for _ in range(80):
        yield 0.0, random.choice([random.uniform(-180, 180), random.uniform(99, 101)])
    for pole in (90, -90):
        for _ in range(80):
            away = random.choice([0.00001, 0.001, 0.1, 2]) * random.random()
            yield pole - math.copysign(away, pole), random.uniform(-180, 180)
        for longitude in (-180.0, -90.0, 0.0, 12.5, 139.7, 180.0):
            yield float(pole), longitude
    for latitude, longitude in MIRRORS:
        for step in range(1, 13):
            north, east = random.choice([0, step / 64]), step / 32
            for side in (1, -1):
                yield latitude + north, (longitude + side * east + 540) % 360 - 180
                if latitude == 0:
                    yield -north, (longitude + side * east + 540) % 360 - 180
    yield from [None] * 60


def around(random: Random, centre: Point, radius_km: float) -> Point:
    """A point within a radius, roughly."""
    bearing, away = random.uniform(0, 2 * math.pi), radius_km * math.sqrt(random.random())
    latitude = centre[0] + away / 111 * math.cos(bearing)
    wide = 111 * max(math.cos(math.radians(centre[0])), 0.01)
    longitude = (centre[1] + away / wide * math.sin(bearing) + 540) % 360 - 180
    return max(-90, min(90, latitude)), longitude


def make_nearest_world() -> list[Clinic]:
    """Clinics anywhere on earth; their ids are made of their numbers in the register."""
    random = Random(20_260_602)
    clinics = []
    for number, place in zip(count(), places(), strict=False):
        bodywork = random.random() < 0.03
        shares = CLAIMS if bodywork else DEPARTMENTS | CLAIMS
        keys = {key for key, share in shares.items() if random.random() < share}
        if bodywork:
            keys = {key for key in keys if not key.startswith("category:")} | {BODYWORK}
        elif random.random() < 0.03:
            keys |= {BODYWORK, "category:rehabilitation"}
        name = random.choice(NAMES) or f"医院{random.randrange(50)}"
        prefecture_code = random.choice(list(PREFECTURES))
        clinics.append(
            Clinic(
                id=facility_uuid(SOURCE, official_id("W", number)).hex,
                latitude=place and place[0],
                longitude=place and place[1],
                said=said_of(keys),
                kind=random.choice([Kind.CLINIC, Kind.CLINIC, Kind.HOSPITAL]).value,
                prefecture=PREFECTURES[prefecture_code],
                municipality=f"{prefecture_code}101",
                name=name,
                # A reading, where there is one, stands before the name in the order of names.
                names=(name, "", "") if number % 2 else ("名", name, ""),
                address="東京都千代田区",
            )
        )
    return clinics


def official_id(letter: str, number: int) -> str:
    """The id in the register of the clinic with a number in its world."""
    return f"{letter}{number:05}"


def said_of(keys: Iterable[str]) -> tuple[Said, ...]:
    """Keys as the register and official pages would say them."""
    return tuple(Said(key, REGISTER_RANK if key in DEPARTMENT_KEYS else 70) for key in sorted(keys))


def publish_clinics(clinics: Sequence[Clinic], official_ids: Iterable[str]) -> None:
    """Put clinics into the catalogue, as an import and the curators would, and publish them."""
    register(map(record_of, clinics, official_ids))
    ranks = {item.rank for clinic in clinics for item in clinic.said}
    strengths = {rank: _strength(rank) for rank in ranks}
    concepts = {f"{concept.scheme}:{concept.slug}": concept for concept in Concept.objects.all()}
    Claim.objects.bulk_create(
        Claim(
            facility_id=UUID(clinic.id),
            concept=concepts[item.key],
            strength=strengths[item.rank],
            statement="The page says so.",
            recorded_on=TODAY,
            checked_on=TODAY if item.checked else None,
            status=Status.PUBLISHED,
        )
        for clinic in clinics
        for item in clinic.said
        if item not in _departments(clinic)
    )
    Verification.objects.bulk_create(
        Verification(facility_id=UUID(clinic.id), verified_on=day, method="phone", outcome=outcome)
        for clinic in clinics
        for day, outcome in clinic.verifications
    )
    SecondOpinion.objects.bulk_create(
        SecondOpinion(
            facility_id=UUID(clinic.id),
            offered="yes",
            modes=sorted(clinic.second_opinion),
            recorded_on=TODAY,
            status=Status.PUBLISHED,
        )
        for clinic in clinics
        if clinic.second_opinion is not None
    )
    CuratedFacts.objects.bulk_create(
        CuratedFacts(facility_id=UUID(clinic.id), accepts_new_patients=clinic.accepts_new_patients)
        for clinic in clinics
        if clinic.accepts_new_patients != "unknown"
    )
    publish(UUID(clinic.id) for clinic in clinics)


def record_of(clinic: Clinic, official_id: str) -> object:
    """What the register states of a clinic."""
    name, name_kana, name_en = clinic.names
    (prefecture_code,) = (code for code, slug in PREFECTURES.items() if slug == clinic.prefecture)
    return record(
        clinic.latitude,
        clinic.longitude,
        official_id=official_id,
        name=name,
        name_kana=name_kana,
        name_en=name_en,
        departments=[item.key.split(":")[1] for item in _departments(clinic)],
        hours=tuple(
            Session(number, item.days, _clock(item.opens), _clock(item.closes))
            for number, item in enumerate(clinic.hours, start=1)
        ),
        closures=Closures(nth_week=clinic.closed_weeks or None),
        closing_remarks=" ".join(f"{day // 100}月{day % 100}日" for day in clinic.closed_dates),
        kind=Kind(clinic.kind),
        prefecture_code=prefecture_code,
        municipality_code=clinic.municipality,
        address=clinic.address,
    )


def _departments(clinic: Clinic) -> list[Said]:
    """What the register says of the departments: the first thing said of such a category."""
    first = {item.key: item for item in reversed(clinic.said)}
    return [
        first[key]
        for key in DEPARTMENT_KEYS
        if key in first and first[key] == Said(key, REGISTER_RANK)
    ]


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _strength(rank: int) -> Concept:
    """A strength of evidence of a rank; one is made where the taxonomy has none."""
    found = Concept.objects.filter(scheme=Scheme.EVIDENCE, evidence_rank=rank).first()
    return found or Concept.objects.create(
        scheme=Scheme.EVIDENCE,
        slug=f"rank-{rank}",
        label_ja=f"rank {rank}",
        label_en=f"rank {rank}",
        evidence_rank=rank,
    )


NEAREST_WORLD = make_nearest_world()
NEAREST_IDS = [official_id("W", number) for number in range(len(NEAREST_WORLD))]


# The day on which searches are asked in the town.
TODAY = date(2026, 11, 22)
VERIFICATION_DAYS = 365
OLDEST_FRESH_DAY = TODAY - timedelta(VERIFICATION_DAYS)
# Bounded counting stops here in the town, which has fewer clinics than the finder counts; a page is
# shorter.
TOWN_COUNT_LIMIT = 120
TOWN_DEPARTMENTS = {"category:neurology": 0.35, "category:orthopaedics": 0.2}
TOWN_CLAIMS = {
    "category:neurology": 0.1,
    "category:dystonia-clinic": 0.12,
    "category:movement-disorder-clinic": 0.15,
    "condition:dystonia": 0.1,
    "sport:all-sports": 0.2,
    "sport:golf": 0.05,
    "level:recreational": 0.08,
    "credential:jspo-sports-doctor": 0.1,
    "service:dbs": 0.01,
    "service:mri": 0.5,
    "language:en": 0.15,
    "language:interpreter": 0.05,
    "feature:parking": 0.5,
    "feature:lift": 0.01,
}
# On both sides of what counts as documented, and what nothing but a curator's check makes strong.
RANKS = (0, 20, 49, 50, 50, 70, 80, 90)
TOWN_NAMES = [
    ("青葉医院", "あおばいいん", ""),
    ("青葉クリニック", "", "Aoba Clinic"),
    ("医療法人社団　青葉会　青葉クリニック", "", ""),
    ("桜神経内科", "サクラシンケイナイカ", "Sakura Neurology"),
    ("ＳＡＫＵＲＡ", "", ""),
    ("東京さくら病院", "", "Tokyo Sakura Hospital"),
    ("新青葉病院", "", ""),
    ("駅前クリニック", "ｴｷﾏｴｸﾘﾆｯｸ", ""),
]
ADDRESSES = [
    "東京都千代田区青葉1-11",
    "東京都千代田区11-1",
    "大阪府大阪市北区桜2",
    "",
    "Sakura 1-1",
]
TOWN_HOURS = [
    Hours(("mon", "tue", "wed", "thu", "fri"), 540, 1_020),
    Hours(("mon", "wed", "fri"), 780, 1_200),
    Hours(("sat",), 540, 900),
    Hours(("sun", "hol"), 600, 720),
    Hours(("fri", "hol"), 1_320, 1_620),
    Hours(("sat", "sun"), 0, 1_440),
    Hours(("tue", "hol"), 1_080, 2_460),
]
CLOSED_WEEKS = [(), (), ((2, "tue"),), ((1, "wed"), (3, "wed")), ((4, "mon"), (4, "sun"))]
CLOSED_DATES = [(), (), (101, 102, 103, 1230, 1231), (1103,), (1121, 1122)]
VERIFIED_DAYS = [TODAY - timedelta(days) for days in (0, 1, 30, 364, 365, 366, 400, 2_000)]


def town_places() -> Iterator[Point | None]:
    """Where the clinics of the town are: around one another, and on every kind of edge."""
    random = Random(20_260_605)
    for _ in range(40):
        yield math.degrees(math.asin(random.uniform(-1, 1))), random.uniform(-180, 180)
    for _ in range(110):
        yield around(random, TOKYO, 5)
    for _ in range(60):
        yield around(random, TOKYO, 400)
    yield from [STATION] * 14
    for _ in range(25):
        yield around(random, TAVEUNI, 60)
    for latitude in (-16.8, 0.0, 35.0):
        yield from [(latitude, 180.0), (latitude, -180.0)] * 2
        for longitude in (math.nextafter(180, 0), math.nextafter(-180, 0), -175.0, 175.0, 0.0):
            yield latitude, longitude
    for pole in (90, -90):
        for _ in range(8):
            away = random.choice([0.00001, 0.001, 0.1, 2]) * random.random()
            yield pole - math.copysign(away, pole), random.uniform(-180, 180)
        for longitude in (-180.0, -90.0, 0.0, 12.5, 139.7, 180.0):
            yield float(pole), longitude
    for latitude in (35.0, 35.25, 35.5):
        for longitude in (139.0, 139.25, 139.5):
            yield from [(latitude, longitude)] * 2
    # On and beside the edges of cells of many levels.
    for level in (3, 6, 9, 12):
        edge = 139.0 // (360 / 2**level) * (360 / 2**level)
        for longitude in (edge, math.nextafter(edge, 0), math.nextafter(edge, 180)):
            yield 36.0, longitude
    yield from [None] * 24


def make_town() -> list[Clinic]:
    """Clinics in which everything differs that a search can ask for."""
    random = Random(20_260_606)
    clinics = []
    for number, place in zip(count(), town_places(), strict=False):
        names = random.choice(TOWN_NAMES)
        if random.random() < 0.3:
            names = (f"{names[0]}{random.randrange(5)}号院", *names[1:])
        prefecture_code = random.choice(list(PREFECTURES))
        said = _said(random)
        open_to_say = any(item.key in TOWN_DEPARTMENTS for item in said if item.rank == 75)
        stated = random.sample(TOWN_HOURS, random.randrange(4)) if open_to_say else ()
        modes = [mode for mode in ("in-person", "online", "written") if random.random() < 0.5]
        clinics.append(
            Clinic(
                id=facility_uuid(SOURCE, official_id("V", number)).hex,
                latitude=place and place[0],
                longitude=place and place[1],
                said=said,
                kind=random.choice([Kind.CLINIC, Kind.CLINIC, Kind.HOSPITAL]).value,
                prefecture=PREFECTURES[prefecture_code],
                municipality=f"{prefecture_code}10{random.randrange(1, 3)}",
                name=names[1] or names[0],
                names=names,
                address=random.choice(ADDRESSES),
                second_opinion=frozenset(modes) if random.random() < 0.3 else None,
                accepts_new_patients=random.choice(["yes", "no", "unknown", "unknown"]),
                verifications=_verifications(random),
                hours=tuple(stated),
                closed_weeks=random.choice(CLOSED_WEEKS) if stated else (),
                closed_dates=random.choice(CLOSED_DATES) if stated else (),
            )
        )
    return clinics


def _said(random: Random) -> tuple[Said, ...]:
    """What is said of a clinic: by the register first, by claims of any strength, some twice."""
    bodywork = random.random() < 0.06
    said = [
        Said(key, REGISTER_RANK)
        for key, share in TOWN_DEPARTMENTS.items()
        if not bodywork and random.random() < share
    ]
    for key, share in TOWN_CLAIMS.items():
        if bodywork and key.startswith("category:"):
            continue
        while random.random() < share:
            said.append(Said(key, random.choice(RANKS), random.random() < 0.2))
            share /= 2
    if bodywork or random.random() < 0.05:
        said.append(Said(BODYWORK, random.choice(RANKS)))
    return tuple(said)


def _verifications(random: Random) -> tuple[tuple[date, str], ...]:
    number = random.choice([0, 0, 0, 1, 1, 2])
    return tuple(
        (random.choice(VERIFIED_DAYS), random.choice(["confirmed", "corrected", "not-reached"]))
        for _ in range(number)
    )


TOWN = make_town()
TOWN_IDS = [official_id("V", number) for number in range(len(TOWN))]
TOWN_JUDGE = Oracle(TOWN)


@dataclass(frozen=True)
class Way:
    """Figures by which the finder chooses how to read; no answer may depend on them."""

    read_whole: int
    sorted_share: int
    text_share: int
    spare: int = nearest.SPARE

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Read so, and on the day and with the counting of the town."""
        with pytest.MonkeyPatch.context() as patch:
            for module in (postings, nearest):
                patch.setattr(module, "READ_WHOLE", self.read_whole)
            patch.setattr(nearest, "SPARE", self.spare)
            patch.setattr(by_name, "SORTED_SHARE", self.sorted_share)
            patch.setattr(terms, "TEXT_SHARE", self.text_share)
            for module in (postings, suggestions):
                patch.setattr(module, "COUNT_LIMIT", TOWN_COUNT_LIMIT)
            patch.setattr(timezone, "localdate", lambda *_: TODAY)
            yield


WAYS = st.builds(
    Way,
    read_whole=st.sampled_from([0, 20, 1_000_000]),
    sorted_share=st.sampled_from([0, 1_000_000]),
    text_share=st.sampled_from([0, 8, 10**9]),
    spare=st.sampled_from([nearest.SPARE, 0]),
)


@contextmanager
def published(
    clinics: Sequence[Clinic], official_ids: Iterable[str], blocker: object
) -> Iterator[None]:
    """These clinics are published, for all the tests of a module; taken back after them."""
    with blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        publish_clinics(clinics, official_ids)
        yield
        transaction.set_rollback(True)
