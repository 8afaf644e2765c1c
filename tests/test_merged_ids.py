"""What was merged stays merged, and its id leads to what it was merged into."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from clinics.curation.workflow import WorkflowError, new_facility, withdraw
from clinics.identity import CURATED, facility_uuid
from clinics.imports.official import Import, store
from clinics.imports.starter import load_starter
from clinics.models import (
    Claim,
    CuratedEntry,
    EntryState,
    Facility,
    OfficialFacts,
    Status,
)
from clinics.publication import publish
from clinics.publication_check import stale_listings
from tests.catalogue import RELEASE, SOURCE, clinic, record, register
from tests.curating import document, edit, person
from tests.doubles import answered, joined

DETAIL = "/api/v1/clinics/{}"


@pytest.fixture
def reviewer(db: None) -> User:
    return person("taro")


@pytest.mark.django_db
def test_an_import_of_the_losers_record_does_not_bring_it_back(reviewer: User) -> None:
    survivor = clinic(35, 139)
    stored = record(35.0, 139.0, official_id="AGAIN", name="二度の病院")
    (loser,) = register([stored])
    joined(loser, survivor, reviewer)
    changed = record(35.0, 139.0, official_id="AGAIN", name="二度の病院（新）")
    store([changed], Import(SOURCE, RELEASE))
    facility = Facility.objects.get(pk=loser)
    assert OfficialFacts.objects.get(facility=loser).name == "二度の病院（新）"
    assert (facility.status, facility.merged_into_id) == (Status.WITHDRAWN, survivor)
    assert facility.entry.state == EntryState.WITHDRAWN
    assert answered(loser).status_code == 301 and list(stale_listings()) == []


def test_nobody_edits_or_publishes_what_was_merged(reviewer: User) -> None:
    survivor, loser = clinic(35, 139), clinic(35, 139)
    joined(loser, survivor, reviewer)
    with pytest.raises(WorkflowError, match="merged into another"):
        edit(loser, reviewer, phone="1")
    assert CuratedEntry.objects.get(facility=loser).state == EntryState.WITHDRAWN


@pytest.mark.parametrize("where", ["official_id", "facility_key"])
def test_new_starter_entries_of_a_merged_clinic_speak_of_the_survivor(
    where: str, reviewer: User, tmp_path: Path
) -> None:
    load_starter()
    shutil.copytree(settings.FIXTURES_DIR / "starter", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "institutions.json"
    content = json.loads(file.read_text())
    entry = next(
        item
        for item in content["entries"]
        if item["status"] == "published" and bool(item["official_id"]) == (where == "official_id")
    )
    loser = Facility.objects.get(official_id=entry[where])
    survivor = clinic(35, 139)
    joined(loser.pk, survivor, reviewer)
    before = Claim.objects.filter(facility=survivor).count()
    content["entries"].append(entry | {"key": "new-entry", "statement": "Said anew."})
    file.write_text(json.dumps(content))
    load_starter(directory=tmp_path)
    assert not Claim.objects.filter(facility=loser).exists()
    assert Claim.objects.filter(facility=survivor).count() > before > 0
    assert Facility.objects.get(pk=loser.pk).status == Status.WITHDRAWN
    assert list(stale_listings()) == []


@pytest.fixture
def merged(reviewer: User) -> Iterator[tuple[UUID, UUID]]:
    loser, survivor = clinic(35, 139, "sport:golf"), clinic(35, 139)
    joined(loser, survivor, reviewer)
    yield loser, survivor


def test_the_old_id_leads_to_the_survivor_for_get_and_head(merged: tuple[UUID, UUID]) -> None:
    loser, survivor = merged
    for ask in (Client().get, Client().head):
        response = ask(DETAIL.format(loser))
        assert response.status_code == 301
        assert response["Location"] == DETAIL.format(survivor)
        assert response["Cache-Control"] == "no-cache"
        assert Client().get(response["Location"]).json()["id"] == str(survivor)
    body = answered(loser).json()
    assert (body["status"], str(survivor) in body["detail"]) == (301, True)


def test_a_tag_of_the_old_id_is_led_on_too(merged: tuple[UUID, UUID]) -> None:
    loser, _ = merged
    assert answered(loser, **{"If-None-Match": "*"}).status_code == 301


def test_where_the_survivor_is_withdrawn_too_the_old_id_is_gone(
    merged: tuple[UUID, UUID], reviewer: User
) -> None:
    loser, survivor = merged
    version = CuratedEntry.objects.get(facility=survivor).version
    facility = Facility.objects.get(pk=survivor)
    withdraw(facility, by=reviewer, version=version, why="Closed")
    for facility_id in (loser, survivor):
        response = answered(facility_id)
        assert (response.status_code, response["Cache-Control"]) == (410, "no-cache")
        assert response["Content-Type"] == "application/problem+json"
        assert "Location" not in response


@pytest.mark.django_db
def test_what_was_never_published_is_not_found() -> None:
    draft = new_facility(by=person("hanako"), document=document(name="下書き")).facility_id
    never = facility_uuid(CURATED, "never")
    assert answered(draft).status_code == answered(never).status_code == 404


@pytest.mark.django_db
def test_what_its_register_no_longer_lists_is_gone() -> None:
    facility_id = clinic()
    OfficialFacts.objects.filter(facility=facility_id).update(absent_since=date(2026, 7, 1))
    publish([facility_id])
    assert answered(facility_id).status_code == 410


def test_a_clinic_that_is_there_costs_one_query_and_a_departed_one_two(
    merged: tuple[UUID, UUID], django_assert_num_queries: Any
) -> None:
    loser, survivor = merged
    etag = answered(survivor)["ETag"]
    with django_assert_num_queries(1):
        assert answered(survivor).status_code == 200
    with django_assert_num_queries(1):
        assert answered(survivor, **{"If-None-Match": etag}).status_code == 304
    with django_assert_num_queries(2):
        assert answered(loser).status_code == 301


@pytest.mark.django_db
def test_a_redirect_keeps_refusing_parameters(merged: tuple[UUID, UUID]) -> None:
    assert Client().get(f"{DETAIL.format(merged[0])}?x=1").status_code == 400
