"""The second-opinion terms of 134 hospitals: whole from the survey to the search."""

import csv
import importlib
import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinics.apps import complete_after_migrate
from clinics.identity import CURATED, NAVII, facility_uuid
from clinics.imports.starter import load_starter
from clinics.models import Listing, SecondOpinion
from clinics.publication import publish
from clinics.publication_check import stale_listings
from tests.catalogue import clinic
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.doubles import terms

Row = dict[str, str]
Document = dict[str, Any]

SEARCH = "/api/v1/clinics"
MODES = ("in-person", "online", "written")
FIXTURE = Path(__file__).parent.parent / "fixtures" / "starter" / "second_opinions.json"
RECORDED_ON = "2026-11-22"
GUESSED = "(推定・未確認)"
# Whose identity was guessed from the address of a page: not shown before somebody confirms it.
DRAFTS = {
    "北海道大学病院": "保存頁のホストがIPのみで本文に病院名がない",
    "国立病院機構南岡山医療センター": "ドメイン名から推定",
}


@pytest.fixture(scope="module")
def survey(official_data_dir: Path) -> list[Row]:
    """The rows as they were collected, a column a term."""
    path = official_data_dir.parent / "clinical" / "second_opinion_terms.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def entries() -> list[Document]:
    return json.loads(FIXTURE.read_text(encoding="utf-8"))["entries"]


@pytest.fixture(scope="module")
def openapi() -> Document:
    return openapi_document()


def listed(cell: str) -> list[str]:
    """The parts of a cell; a semicolon in brackets belongs to its part."""
    parts, depth = [""], 0
    for character in cell:
        depth += (character == "(") - (character == ")")
        if character == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    assert depth == 0, cell
    return [part for part in parts if part]


def number(cell: str) -> int | None:
    return int(cell) if cell else None


def name_of(row: Row) -> str:
    return row["hospital_ja"].removesuffix(GUESSED)


def sources_of(row: Row) -> list[tuple[str, str | None]]:
    """Addresses with dates; one date beside several addresses belongs to none for sure."""
    urls = row["source_url"].split(" ; ")
    return [(url, (row["source_date"] or None) if len(urls) == 1 else None) for url in urls]


def note_of(row: Row) -> str:
    """What limits the terms, in the words of the survey."""
    parts = ["病院名は推定・未確認"] if row["hospital_ja"].endswith(GUESSED) else []
    parts += [row["note"]] if row["note"] else []
    if row["source_date"] and len(sources_of(row)) > 1:
        parts.append(f"日付は{row['source_date']}。どの出典の日付かは不明")
    return ";".join(parts)


def terms_of(row: Row) -> Document:
    """The terms that a row states, as the clinic's document has them."""
    rule = {"yes": "required", "unknown": "unknown"}
    fee, minutes = number(row["fee_yen"]), number(row["minutes"])
    return {
        "offered": row["offered"],
        "fee": fee,
        "fee_currency": "JPY",
        "fee_tax": row["fee_tax"],
        "minutes": minutes,
        "extra_fee": number(row["extra_fee_yen"]),
        "extra_minutes": number(row["extra_minutes"]),
        "modes": listed(row["modes"]),
        "letter": rule[row["letter_required"]],
        "images": rule[row["images_required"]],
        "attendees": listed(row["attendees"]),
        "exclusions": listed(row["exclusions"]),
        "doctor_consent": {"required": "required", "not-stated": "unknown"}[row["doctor_consent"]],
        "target_conditions": row["departments_note"] or None,
        "includes_neurology": row["includes_neurology"],
        "includes_orthopaedics": row["includes_orthopaedics"],
        "booking": row["booking"] or None,
        "lead_time_days": number(row["lead_time_days"]),
        "report_to_referrer": row["report_to_referrer"],
        "cancellation": row["cancellation"] or None,
        "asserted_on": row["source_date"] or None,
    }


@pytest.mark.official_data
def test_the_survey_has_the_columns_that_are_compared_here(survey: list[Row]) -> None:
    assert len(survey) == 134
    assert sum(not row["source_date"] for row in survey) == 111
    assert list(survey[0]) == [
        "official_id",
        "match_note",
        "hospital_ja",
        "prefecture",
        "offered",
        "fee_yen",
        "fee_tax",
        "minutes",
        "extra_fee_yen",
        "extra_minutes",
        "modes",
        "letter_required",
        "images_required",
        "attendees",
        "exclusions",
        "doctor_consent",
        "departments_note",
        "includes_neurology",
        "includes_orthopaedics",
        "booking",
        "lead_time_days",
        "report_to_referrer",
        "cancellation",
        "source_url",
        "source_date",
        "note",
    ]


@pytest.mark.official_data
def test_every_row_of_the_survey_is_in_the_starter_catalogue_with_every_term(
    survey: list[Row], entries: list[Document]
) -> None:
    prefectures = json.loads((FIXTURE.parents[1] / "taxonomy" / "prefecture.json").read_text())
    code_of = {
        concept["label_ja"]: code["code"]
        for concept in prefectures["concepts"]
        for code in concept["codes"]
        if code["system"] == "urn:jis:x0401"
    }
    by_name = {entry["name"]: entry for entry in entries}
    assert len(by_name) == len(entries) == len(survey)
    lists = {"modes", "attendees", "exclusions"}
    for row in survey:
        entry = by_name[name_of(row)]
        assert entry["official_id"] == row["official_id"], entry["key"]
        assert entry["match_note"] == row["match_note"], entry["key"]
        assert entry["prefecture_code"] == code_of[row["prefecture"]], entry["key"]
        stated = terms_of(row)
        for field, value in stated.items():
            found = entry.get(field, [] if field in lists else None)
            assert (None if found == "" else found) == value, (entry["key"], field)
        assert entry.get("note", "") == note_of(row), entry["key"]
        sources = [(source["url"], source["date"] or None) for source in entry["sources"]]
        assert sources == sources_of(row), entry["key"]


def facility_of(entry: Document) -> Any:
    """The public id of the facility that an entry is about."""
    if entry["official_id"]:
        return facility_uuid(NAVII, entry["official_id"])
    return facility_uuid(CURATED, entry["facility_key"])


def test_what_was_guessed_is_a_draft_and_all_else_is_published(entries: list[Document]) -> None:
    drafts = {entry["name"]: entry for entry in entries if entry["status"] == "draft"}
    assert set(drafts) == set(DRAFTS)
    for name, reason in DRAFTS.items():
        assert reason in drafts[name]["match_note"]
    assert {entry["status"] for entry in entries} == {"draft", "published"}


def published_terms(client: Client, entry: Document) -> list[Document]:
    return client.get(f"{SEARCH}/{facility_of(entry)}").json()["second_opinions"]


@pytest.mark.official_data
@pytest.mark.django_db
def test_the_published_documents_say_what_the_survey_says(
    client: Client, survey: list[Row], entries: list[Document]
) -> None:
    load_starter()
    by_name = {entry["name"]: entry for entry in entries}
    dated = 0
    for row in survey:
        entry = by_name[name_of(row)]
        if name_of(row) in DRAFTS:
            assert client.get(f"{SEARCH}/{facility_of(entry)}").status_code == 404
            continue
        (said,) = published_terms(client, entry)
        assert said == terms_of(row) | {
            "fee_per_30_minutes": half_up(said["fee"], said["minutes"]),
            "sources": [{"url": url, "date": day} for url, day in sources_of(row)],
            "note": "\n".join(
                filter(None, [note_of(row), f"公式名簿との対応：{row['match_note']}"])
            ),
            "recorded_on": RECORDED_ON,
            "checked_on": None,
            "expires_on": None,
            "age_months": months_since(said["asserted_on"]),
        }, entry["key"]
        dated += said["age_months"] is not None
    assert dated >= 20


def months_since(partial: str | None) -> int | None:
    """The oracle: months counted one by one from the day after the last that is meant."""
    if not partial:
        return None
    starts = [f"{partial}-12-31", f"{partial}-28", partial][partial.count("-")]
    day, months = date.fromisoformat(starts), 0
    if partial.count("-") == 1:
        day = (day + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    while (day.year * 12 + day.month + months, day.day) < (
        timezone.localdate().year * 12 + timezone.localdate().month,
        timezone.localdate().day + 1,
    ):
        months += 1
    return max(0, months - 1)


def found(client: Client, asked: str) -> dict[str, Document]:
    """All hits of a search by id, page after page."""
    hits: dict[str, Document] = {}
    address: str | None = f"{SEARCH}?{asked}&page_size=50"
    while address:
        page = client.get(address).json()
        hits |= {hit["clinic"]["id"]: hit["clinic"] for hit in page["results"]}
        address = page["next"]
    return hits


@pytest.mark.official_data
@pytest.mark.django_db
def test_a_search_by_second_opinion_finds_just_the_hospitals_that_state_it(
    client: Client, survey: list[Row], entries: list[Document]
) -> None:
    load_starter()
    ids = {entry["name"]: str(facility_of(entry)) for entry in entries}
    shown = [row for row in survey if name_of(row) not in DRAFTS]
    for mode in ("any", *MODES):
        expected = {
            ids[name_of(row)]: row
            for row in shown
            if row["offered"] == "yes" and (mode == "any" or mode in listed(row["modes"]))
        }
        hits = found(client, f"second_opinion={mode}")
        assert set(hits) == set(expected), mode
        assert expected, mode
        for clinic_id, brief in hits.items():
            modes = sorted(listed(expected[clinic_id]["modes"]))
            assert brief["second_opinion"] == {"offered": "yes", "modes": modes}
            detail = client.get(brief["url"]).json()
            (said,) = detail["second_opinions"]
            stated = terms_of(expected[clinic_id])
            assert {name: said[name] for name in stated} == stated


@pytest.mark.official_data
@pytest.mark.django_db
def test_a_hospital_of_unknown_ways_offers_a_second_opinion_and_denies_no_way(
    client: Client, survey: list[Row], entries: list[Document]
) -> None:
    load_starter()
    silent = {name_of(row) for row in survey if not row["modes"]}
    assert len(silent) == 6
    offering = found(client, "second_opinion=any")
    for entry in entries:
        if entry["name"] in silent:
            assert offering[str(facility_of(entry))]["second_opinion"]["modes"] == []


@pytest.mark.parametrize(
    "asked",
    ["sort=fee", "sort=-fee", "sort=fee_per_30_minutes", "sort=price", "sort=minutes"],
)
@pytest.mark.django_db
def test_nothing_is_sorted_by_fee(client: Client, asked: str) -> None:
    refused = problem_of(client.get(f"{SEARCH}?{asked}"), 400)
    assert codes(refused) == {"sort": "unknown-value"}
    (error,) = refused["errors"]
    assert "fee" not in error["message"].partition("ccepted")[2]


@pytest.mark.parametrize("parameter", ["fee", "fee_max", "fee_per_30_minutes", "order_by"])
@pytest.mark.django_db
def test_nothing_is_chosen_by_fee(client: Client, parameter: str) -> None:
    refused = problem_of(client.get(f"{SEARCH}?{parameter}=10000"), 400)
    assert codes(refused) == {parameter: "unknown-parameter"}


def test_the_schema_has_the_comparable_fee_and_no_order_by_it(openapi: Document) -> None:
    fields = openapi["components"]["schemas"]["SecondOpinionDocument"]
    assert "fee_per_30_minutes" in fields["required"]
    assert fields["properties"]["fee_per_30_minutes"]["nullable"] is True
    parameters = openapi["paths"][SEARCH]["get"]["parameters"]
    assert "fee" not in json.dumps([p for p in parameters if p["name"] == "sort"])


def half_up(fee: float | Decimal | None, minutes: int | None) -> float | None:
    """The oracle: the rate in whole numbers, rounded half up to hundredths."""
    if fee is None or not minutes:
        return None
    exact = Fraction(Decimal(str(fee))) * 30 / minutes
    return floor(exact * 100 + Fraction(1, 2)) / 100


@pytest.mark.django_db
def test_an_extension_changes_nothing_in_the_rate_and_terms_of_other_money_keep_it(
    client: Client, openapi: Document
) -> None:
    clinic_id = clinic()
    terms(clinic_id, fee="22000", minutes=45, extra_fee="5500", extra_minutes=15)
    terms(clinic_id, fee="250.50", minutes=20, fee_currency="EUR", fee_tax="unknown")
    terms(clinic_id, fee="12000", minutes=None)
    publish([clinic_id])
    document = client.get(f"{SEARCH}/{clinic_id}").json()
    conforms(document, "ClinicDetail", openapi)
    said = [
        (row["fee_per_30_minutes"], row["fee_currency"], row["fee_tax"])
        for row in document["second_opinions"]
    ]
    assert said == [
        (14666.67, "JPY", "included"),
        (375.75, "EUR", "unknown"),
        (None, "JPY", "included"),
    ]


@pytest.mark.parametrize(
    ("records", "hits"),
    [
        ([("yes", ["online"])], {"any", "online"}),
        ([("yes", [])], {"any"}),
        ([("yes", ["in-person"]), ("yes", ["written"])], {"any", "in-person", "written"}),
        ([("yes", ["in-person"]), ("no", ["online"])], {"any", "in-person"}),
        ([("no", ["online"])], set()),
        ([("unknown", ["online"])], set()),
        ([], set()),
    ],
)
@pytest.mark.django_db
def test_a_search_goes_by_the_terms_that_the_document_holds(
    client: Client, records: list[tuple[str, list[str]]], hits: set[str]
) -> None:
    clinic_id = clinic()
    for offered, modes in records:
        terms(clinic_id, offered=offered, modes=modes)
    publish([clinic_id])
    asked = {mode: found(client, f"second_opinion={mode}") for mode in ("any", *MODES)}
    assert {mode for mode, clinics in asked.items() if clinics} == hits


@pytest.mark.django_db
def test_documents_from_before_there_was_a_comparable_fee_are_published_anew() -> None:
    clinic_id = clinic()
    terms(clinic_id)
    publish([clinic_id])
    listing = Listing.objects.get(facility=clinic_id)
    old = orjson.loads(listing.detail)
    for row in old["second_opinions"]:
        del row["fee_per_30_minutes"]
    Listing.objects.filter(pk=listing.pk).update(detail=orjson.dumps(old).decode())
    assert list(stale_listings()) == [clinic_id]

    migration = importlib.import_module("clinics.migrations.0008_every_listing_anew")
    migration.ask_for_every_listing_anew(apps, SimpleNamespace(connection=connection))
    complete_after_migrate("default")

    assert list(stale_listings()) == []
    assert Listing.objects.get(facility=clinic_id).version == listing.version + 1


@pytest.mark.django_db
def test_loading_the_starter_catalogue_again_leaves_every_listing_current() -> None:
    load_starter()
    assert load_starter().already
    assert SecondOpinion.objects.count() == 134
    assert list(stale_listings()) == []


@pytest.mark.django_db
def test_terms_say_how_old_they_are_on_the_day_they_are_read(
    client: Client, openapi: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic_id = clinic()
    for asserted_on in ("2024-11-25", "2024-11", "2024", ""):
        terms(clinic_id, asserted_on=asserted_on, fee="11000", minutes=30)
    publish([clinic_id])
    address = f"{SEARCH}/{clinic_id}"

    def on(day: date, etag: str = "") -> Any:
        monkeypatch.setattr(timezone, "localdate", lambda: day)
        return client.get(address, headers={"If-None-Match": etag} if etag else {})

    first = on(date(2026, 11, 25))
    conforms(first.json(), "ClinicDetail", openapi)
    ages = {row["asserted_on"]: row["age_months"] for row in first.json()["second_opinions"]}
    # A month or a year counts from its last day, so that nothing is called older than it is.
    assert ages == {"2024-11-25": 24, "2024-11": 23, "2024": 22, None: None}
    assert on(date(2026, 11, 25), first["ETag"]).status_code == 304
    assert on(date(2026, 11, 25), "*").status_code == 304
    later = on(date(2026, 11, 30), first["ETag"])
    assert later.status_code == 200 and later["ETag"] != first["ETag"]
    (a_month,) = [row for row in later.json()["second_opinions"] if row["asserted_on"] == "2024-11"]
    assert a_month["age_months"] == 24


@pytest.mark.django_db
def test_a_clinic_without_terms_is_the_same_every_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic_id = clinic(35, 139, "sport:golf")
    address = f"{SEARCH}/{clinic_id}"
    first = client.get(address)
    assert first.content.decode() == Listing.objects.get(facility_id=clinic_id).detail
    monkeypatch.setattr(timezone, "localdate", lambda: date(2030, 1, 1))
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    for etag in ("*", f"W/{first['ETag']}"):
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
