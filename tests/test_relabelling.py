"""A concept in new words reaches every clinic that carries it, or none."""

import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clinics.admin import background
from clinics.admin import concepts as concept_desk
from clinics.curation import relabelling
from clinics.models import Concept, Listing
from clinics.publication_check import stale_listings
from tests.catalogue import clinic


def posted(client: Client, golf: Concept, label: str) -> Any:
    return client.post(
        f"/admin/clinics/concept/{golf.pk}/change/",
        {
            "label_ja": label,
            "label_en": "Golf",
            "synonyms": "[]",
            "codes": "[]",
            "sources": "[]",
            "order": golf.order,
            "medical_care": "on",
            "evidence_rank": 0,
        },
    )


def labels() -> set[bool]:
    return {
        "新しい言葉" in summary for summary in Listing.objects.values_list("summary", flat=True)
    }


@pytest.mark.django_db
def test_the_command_publishes_what_carries_it(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        clinic(35, 139, "sport:golf")
    call_command("relabel_concept", "sport", "golf", "--label-ja", "新しい言葉", "--dry-run")
    assert "carried by 3 clinics" in capsys.readouterr().out and labels() == {False}
    call_command("relabel_concept", "sport", "golf", "--label-ja", "新しい言葉")
    assert "3 clinics published anew" in capsys.readouterr().out
    assert labels() == {True} and list(stale_listings()) == []
    row = Concept.history.filter(slug="golf").latest()
    assert (row.label_ja, row.history_change_reason) == ("新しい言葉", "relabel_concept")


@pytest.mark.django_db
def test_the_command_names_what_would_be_accepted() -> None:
    with pytest.raises(CommandError, match="sport:gulf; accepted: .*golf"):
        call_command("relabel_concept", "sport", "gulf", "--label-ja", "x")
    with pytest.raises(CommandError, match="give --label-ja or --label-en"):
        call_command("relabel_concept", "sport", "golf")


@pytest.mark.django_db(transaction=True)
def test_many_are_published_in_the_background_and_the_page_watches(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concept_desk, "AT_ONCE", 1)
    for _ in range(2):
        clinic(35, 139, "sport:golf")
    golf = Concept.objects.get(scheme="sport", slug="golf")
    address = posted(admin_client, golf, "新しい言葉")["Location"]
    outcome = None
    for _ in range(200):
        outcome = admin_client.get(address, {"format": "json"}).json()["outcome"]
        if outcome != "running":
            break
        time.sleep(0.05)
    assert outcome == "done"
    assert labels() == {True} and list(stale_listings()) == []
    assert "was saved and published" in admin_client.get(address, follow=True).content.decode()
    changed_by = Concept.history.filter(slug="golf").latest().history_user
    assert changed_by is not None and changed_by.get_username() == "admin"


@pytest.mark.django_db(transaction=True)
def test_what_breaks_half_way_leaves_the_old_words_everywhere(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        clinic(35, 139, "sport:golf")
    golf = Concept.objects.get(scheme="sport", slug="golf")
    monkeypatch.setattr(concept_desk, "AT_ONCE", 1)

    def publish_and_break(ids: Any, progress: Any = None) -> None:
        relabelling_publish(list(ids)[:1])
        raise RuntimeError("the power went")

    relabelling_publish = relabelling.publish
    monkeypatch.setattr(relabelling, "publish", publish_and_break)
    address = posted(admin_client, golf, "新しい言葉")["Location"]
    page = ""
    for _ in range(200):
        page = admin_client.get(address).content.decode()
        if "could not be published" in page:
            break
        time.sleep(0.05)
    assert "Nothing was changed" in page
    assert labels() == {False} and list(stale_listings()) == []
    assert not Concept.objects.get(pk=golf.pk).edited_here


def test_work_that_was_not_heard_of_for_long_is_taken_for_dead() -> None:
    assert background.Job("x", 1, heard_at=time.time() - 121).is_silent
    assert not background.Job("x", 1, heard_at=time.time() - 60).is_silent
    assert not background.Job("x", 1, outcome="done", heard_at=0).is_silent
