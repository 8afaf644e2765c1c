"""A merge is done whole or not at all, also where two people are at it."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clinics.curation import merging
from clinics.curation.merging import MergeRefused
from clinics.models import (
    Claim,
    CuratedEntry,
    CuratedFacts,
    Department,
    DuplicatePair,
    Facility,
    Listing,
    Verification,
)
from clinics.publication_check import stale_listings
from tests.catalogue import claim, clinic
from tests.doubles import curated, joined, pair
from tests.two_connections import apart, at_once, shared_database


def everything() -> Any:
    tables = (Facility, Claim, CuratedFacts, Department, DuplicatePair, Verification, Listing)
    rows = [list(table._default_manager.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]
    return rows, CuratedEntry.objects.count(), CuratedEntry.history.count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["_fill_facts", "_move_work", "_lead_to", "publish"])
def test_a_crash_in_the_middle_leaves_all_as_before(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, loser = (
        clinic(35, 139, "sport:golf"),
        curated("二度の医院", website="https://a.example"),
    )
    claim(loser, "sport:marathon")
    pair(survivor, loser)
    before = everything()

    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(merging, broken, crash)
    with pytest.raises(RuntimeError):
        joined(loser, survivor, None)
    assert everything() == before and list(stale_listings()) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_people_merging_at_once_one_is_told_that_it_is_done(tmp_path: Path) -> None:
    one, other = clinic(35, 139, "sport:golf"), clinic(35, 139, "sport:marathon")

    def left() -> tuple[int, list[UUID]]:
        (merged,) = Facility.objects.filter(merged_into__isnull=False)
        claims = Claim.objects.filter(facility=merged.merged_into)
        return claims.count(), list(stale_listings())

    with shared_database(tmp_path):
        told = at_once([partial(joined, *order, None) for order in ((one, other), (other, one))])
        (refused,) = (result for result in told if isinstance(result, Exception))
        assert isinstance(refused, MergeRefused) and "was merged already" in str(refused)
        assert apart(left) == (2, [])
