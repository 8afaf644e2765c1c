"""A row finds its facility: by id, as somebody decided before, or as candidates for a person."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from clinics.curation.matching import (
    LONGEST_KEY,
    MOST_CANDIDATES,
    REASONS,
    IncomingRow,
    Match,
    find_match,
    remember,
    row_key,
)
from clinics.curation.merging import merge
from clinics.curation.signs import Address, address_of, host_of, phone_digits
from clinics.curation.workflow import new_facility
from clinics.identity import CURATED, facility_uuid
from clinics.imports.official import Import, store
from clinics.models import CuratedFacts, Facility, MatchDecision, OfficialFacts
from clinics.publication import publish
from tests.catalogue import RELEASE, record, register
from tests.curating import document, person

FIXTURES = Path(__file__).parent.parent / "fixtures"


def registered(name: str, **facts: Any) -> UUID:
    (facility_id,) = register([record(facts.pop("latitude", None), None, name=name, **facts)])
    return facility_id


def best(row: IncomingRow) -> UUID:
    match = find_match(row)
    assert match.how == "none" and match.facility_id is None
    return match.candidates[0].facility_id


@pytest.fixture
def curator(db: None) -> User:
    return person("hanako")


@pytest.mark.django_db
def test_a_row_with_an_official_id_is_matched_by_it_whatever_it_is_called() -> None:
    facility_id = registered("青葉病院", official_id="0A12")
    match = find_match(IncomingRow("まったく違う名", official_id="0A12"))
    assert (match.facility_id, match.how, match.candidates) == (facility_id, "official-id", ())


@pytest.mark.django_db
def test_an_id_that_no_register_has_leaves_candidates() -> None:
    facility_id = registered("青葉病院", official_id="0A12")
    assert best(IncomingRow("青葉病院", "13", official_id="0a12")) == facility_id


@pytest.mark.django_db
def test_an_id_that_two_registers_have_is_for_a_person_to_say() -> None:
    registered("青葉病院", official_id="7")
    store([record(None, None, official_id="7", name="緑川病院")], Import("other", RELEASE))
    match = find_match(IncomingRow("緑川病院", "13", official_id="7"))
    assert match.how == "none" and match.candidates[0].name == "緑川病院"


@pytest.mark.django_db
def test_a_registers_id_comes_before_a_key_of_the_curators() -> None:
    key = facility_uuid(CURATED, "7")
    Facility.objects.create(id=key, source=CURATED, official_id="7")
    facility_id = registered("青葉病院", official_id="7")
    assert find_match(IncomingRow("x", official_id="7")).facility_id == facility_id


@pytest.mark.django_db
def test_what_a_person_decided_is_remembered_for_rows_that_call_themselves_alike(
    curator: User,
) -> None:
    facility_id = registered("青葉病院")
    row = IncomingRow("青葉病院　スポーツ外来", "13", website="https://www.aoba.example/sports")
    remember(row_key(row), facility_id, curator)
    again = IncomingRow("青葉病院 ｽﾎﾟｰﾂ外来", "13", website="http://aoba.example")
    match = find_match(again)
    assert (match.facility_id, match.how) == (facility_id, "remembered")
    assert MatchDecision.objects.get().decided_by == curator
    elsewhere = IncomingRow("青葉病院　スポーツ外来", "27", website="https://aoba.example")
    assert find_match(elsewhere).how == "none"


@pytest.mark.django_db
def test_that_it_is_none_of_them_is_remembered_too_and_can_be_thought_over(
    curator: User,
) -> None:
    facility_id = registered("青葉病院")
    row = IncomingRow("青葉病院", "13")
    remember(row_key(row), None, curator)
    assert find_match(row) == Match(None, "remembered", ())
    remember(row_key(row), facility_id, curator)
    assert find_match(row).facility_id == facility_id


@pytest.mark.django_db
def test_an_official_id_comes_before_what_is_remembered(curator: User) -> None:
    facility_id, other = registered("青葉病院", official_id="1"), registered("緑川病院")
    row = IncomingRow("青葉病院", official_id="1")
    remember(row_key(row), other, curator)
    assert find_match(row).facility_id == facility_id


@pytest.mark.django_db
def test_what_was_merged_leads_to_the_survivor(curator: User) -> None:
    loser, survivor = registered("青葉病院", official_id="1"), registered("新青葉病院")
    row = IncomingRow("青葉病院", "13")
    remember(row_key(row), loser, curator)
    merge(Facility.objects.get(pk=loser), Facility.objects.get(pk=survivor), curator, "")
    assert find_match(IncomingRow("x", official_id="1")).facility_id == survivor
    assert find_match(row).facility_id == survivor
    other = find_match(IncomingRow("青葉病院", "13", address="別")).candidates
    assert [candidate.facility_id for candidate in other] == [survivor]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("official", "called"),
    [
        ("医療法人社団　翠会　青葉病院", "青葉病院"),
        ("青葉病院", "医療法人社団翠会 青葉病院"),
        ("國立櫻澤醫院", "国立桜沢医院"),
        ("あおば整形外科クリニック", "アオバ整形外科ｸﾘﾆｯｸ"),
        ("国立大学法人青葉大学医学部附属病院", "青葉大学 脳神経外科"),
        ("独立行政法人国立病院機構　宇多野病院", "国立病院機構 宇多野病院 パーキンソン病センター"),
        ("リハビリテーションセンター青葉回生病院", "青葉回生病院 スポーツ外来"),
    ],
)
def test_the_right_name_comes_first_however_it_is_written(official: str, called: str) -> None:
    for name in ("緑川病院", "国立病院機構東京病院", "青山整形外科クリニック", "医療法人社団翠会"):
        registered(name)
    facility_id = registered(official)
    assert best(IncomingRow(called, "13")) == facility_id
    # And where nobody says where it is.
    assert best(IncomingRow(called)) == facility_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hint",
    [
        {"municipality_code": "13103"},
        {"address": "東京都港区芝2-3-4"},
        {"website": "https://aoba.example/x"},
        {"latitude": 35.0005, "longitude": 139.0},
    ],
    ids=lambda hint: next(iter(hint)),
)
def test_of_equal_names_the_other_signs_decide(hint: dict[str, Any]) -> None:
    facts = [
        record(
            36.0, 139.0, name="青葉クリニック", municipality_code="13101", address="東京都大島町1-1"
        ),
        record(
            35.0,
            139.0,
            name="青葉クリニック",
            municipality_code="13103",
            address="東京都港区芝二丁目３番４号",
            website="http://www.aoba.example/",
        ),
    ]
    _, right = register(facts)
    row = IncomingRow("青葉クリニック", **({"prefecture_code": "13"} | hint))
    first, second = find_match(row).candidates
    assert first.facility_id == right and first.score > second.score
    assert set(first.reasons) <= REASONS.keys()
    assert (first.name, first.address) == ("青葉クリニック", "東京都港区芝二丁目３番４号")


@pytest.mark.django_db
def test_a_phone_number_finds_what_has_another_name() -> None:
    facility_id = registered("青葉病院")
    CuratedFacts.objects.create(facility_id=facility_id, phone="(03) 1234-5678")
    publish([facility_id])
    match = find_match(IncomingRow("緑川外来", phone="0312345678"))
    assert [(c.facility_id, c.reasons) for c in match.candidates] == [
        (facility_id, ("same-phone",))
    ]


@pytest.mark.django_db
def test_another_prefecture_weighs_against_a_name() -> None:
    there, here = registered("青葉病院", prefecture_code="27"), registered("青葉記念病院")
    match = find_match(IncomingRow("青葉病院", "13"))
    assert [candidate.facility_id for candidate in match.candidates] == [here, there]
    assert "other-prefecture" in match.candidates[1].reasons


@pytest.mark.django_db
def test_the_prefecture_is_known_from_the_municipality() -> None:
    facility_id = registered("青葉大学医学部附属病院")
    assert best(IncomingRow("青葉大医学部", municipality_code="13101")) == facility_id


@pytest.mark.django_db
def test_drafts_and_places_that_are_public_no_longer_are_candidates(curator: User) -> None:
    draft = new_facility(by=curator, document=document(name="青葉病院", prefecture_code="13"))
    absent = registered("青葉病院")
    OfficialFacts.objects.filter(facility=absent).update(absent_since=date(2026, 7, 1))
    publish([absent])
    found = find_match(IncomingRow("青葉病院", "13")).candidates
    assert {candidate.facility_id for candidate in found} == {draft.facility_id, absent}


@pytest.mark.django_db
def test_at_most_ten_are_offered_and_none_that_has_nothing_in_common() -> None:
    register(record(None, None, name=f"青葉{word}病院") for word in "一二三四五六七八九十千万")
    registered("緑川整形外科")
    found = find_match(IncomingRow("青葉病院", "13")).candidates
    assert len(found) == MOST_CANDIDATES
    assert find_match(IncomingRow("無関係の場所")).candidates == ()
    assert find_match(IncomingRow("")).candidates == ()


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries: Any) -> None:
    register(record(35.0, 139.0, name=f"青葉第{n}病院") for n in range(60))
    row = IncomingRow("青葉病院", "13", "13101", "東京", "https://a.example", "0312345678", 35, 139)
    with django_assert_max_num_queries(18):
        find_match(row)


def test_a_key_is_what_a_row_calls_itself_and_never_too_long() -> None:
    assert row_key(IncomingRow("")) == row_key(IncomingRow("・", "13")) == ""
    assert row_key(IncomingRow("青葉病院", municipality_code="13103")) == "青葉病院|13|13103|||"
    long, longer = (row_key(IncomingRow("青" * 390, address="葉" * n)) for n in (700, 701))
    assert len(long) == len(longer) == LONGEST_KEY and long != longer
    with pytest.raises(ValueError, match="without a name"):
        remember("", uuid4(), None)


def test_addresses_meet_however_their_numbers_are_written() -> None:
    kanji, digits = address_of("東京都港区芝二十一丁目３番地４号"), address_of("港区芝21-3-4")
    assert kanji.numbers == digits.numbers == ("21", "3", "4")
    assert kanji.area.endswith(digits.area)
    assert address_of("札幌市中央区南一条西十六丁目").numbers == ("1", "16")
    assert address_of("大字八幡12番地").area == "八幡" and address_of("") == Address()


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Aoba.example/x?y", "aoba.example"),
        ("aoba.example/x", "aoba.example"),
        ("http://hp.aoba.example:8080", "hp.aoba.example"),
        ("https://sites.google.com/aoba", ""),
        ("http://[broken", ""),
        ("なし", ""),
        ("", ""),
    ],
)
def test_a_host_is_read_out_of_whatever_is_written(website: str, host: str) -> None:
    assert host_of(website) == host


def test_phone_numbers_meet_in_their_digits() -> None:
    written = ("03-1234-5678", "０３（１２３４）５６７８", "+81 3-1234-5678", "+81 (0)3 1234 5678")
    assert {phone_digits(number) for number in written} == {"0312345678"}
    assert phone_digits("119") == phone_digits("不明") == ""


@pytest.mark.official_data
@pytest.mark.django_db
def test_among_the_ministrys_own_the_facility_that_people_found_comes_first(
    official_data_dir: Path, tmp_path: Path
) -> None:
    """Of the entries whose official ids people looked up, with those ids hidden."""
    files = [
        official_data_dir / "official" / "01-1_hospital_facility_info_20250601.zip",
        *sorted((official_data_dir / "relaid_20250601").glob("*.csv.gz")),
    ]
    call_command("import_navii", *map(str, files), rejected=tmp_path / "rejected.csv")
    official_ids = dict(Facility.objects.values_list("pk", "official_id"))
    entries = json.loads((FIXTURES / "starter" / "institutions.json").read_text())["entries"]
    # Three have none of the departments that are imported.
    imported = set(official_ids.values())
    entries = [entry for entry in entries if entry["official_id"] in imported]
    places = {"located": [], "unlocated": []}  # type: ignore[var-annotated]
    for entry in entries:
        for how, prefecture in (("located", entry["prefecture_code"]), ("unlocated", "")):
            row = IncomingRow(
                entry["name"], prefecture, address=entry["address"], website=entry["website"]
            )
            found = [official_ids[item.facility_id] for item in find_match(row).candidates]
            right = entry["official_id"]
            places[how].append(found.index(right) + 1 if right in found else 99)
    assert len(entries) == 206

    def share(how: str, first: int) -> float:
        return sum(place <= first for place in places[how]) / len(entries)

    assert share("located", 1) >= 0.97 and share("located", 3) >= 0.99
    assert share("unlocated", 1) >= 0.93 and share("unlocated", 3) >= 0.96
