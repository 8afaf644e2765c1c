"""The admin: what curators save is published with it, what the register says is only shown."""

from datetime import date

import pytest
from django.test import Client

from clinics.identity import CURATED, facility_uuid
from clinics.imports.starter import load_starter
from clinics.models import Concept, Facility, Listing, OfficialFacts, Verification
from clinics.publication_check import stale_listings
from tests.catalogue import claim, clinic

pytestmark = pytest.mark.django_db

INLINES = (
    "curatedfacts",
    "officialfacts",
    "departments",
    "claims",
    "second_opinions",
    "verifications",
)


def form(**values: object) -> dict[str, object]:
    """A facility form without anything in its inlines."""
    management = {
        f"{prefix}-{name}": 0 for prefix in INLINES for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return management | {"status": "published"} | values


def test_every_page_opens(admin_client: Client) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    for page in (
        "/admin/",
        "/admin/clinics/facility/",
        "/admin/clinics/facility/?q=クリニック",
        "/admin/clinics/facility/add/",
        f"/admin/clinics/facility/{facility_id}/change/",
        "/admin/clinics/concept/?q=golf",
        "/admin/clinics/concept/add/",
        "/admin/clinics/importrun/",
    ):
        assert admin_client.get(page).status_code == 200, page


def test_a_list_takes_few_queries_however_many_facilities(
    admin_client: Client, django_assert_max_num_queries: object
) -> None:
    load_starter()
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        admin_client.get("/admin/clinics/facility/")


def test_a_concept_is_added_without_code_and_can_be_asked_for(admin_client: Client) -> None:
    admin_client.post(
        "/admin/clinics/concept/add/",
        {
            "scheme": "sport",
            "slug": "kendo",
            "label_ja": "剣道",
            "label_en": "Kendo",
            "synonyms": "[]",
            "codes": "[]",
            "sources": "[]",
            "order": 99,
            "medical_care": "on",
            "evidence_rank": 0,
        },
    )
    concept = Concept.objects.get(slug="kendo")
    assert concept.edited_here
    clinic(35, 139, "sport:kendo")
    assert admin_client.get("/api/v1/clinics?sport=kendo").json()["count"] == 1


def test_a_new_label_is_published_with_it(admin_client: Client) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    golf = Concept.objects.get(scheme="sport", slug="golf")
    admin_client.post(
        f"/admin/clinics/concept/{golf.pk}/change/",
        {
            "label_ja": "ゴルフ競技",
            "label_en": "Golf",
            "synonyms": "[]",
            "codes": "[]",
            "sources": "[]",
            "order": golf.order,
            "medical_care": "on",
            "evidence_rank": 0,
        },
    )
    assert "ゴルフ競技" in Listing.objects.get(facility=facility_id).summary
    assert list(stale_listings()) == []


def test_a_new_facility_gets_the_id_of_its_key_and_is_published(admin_client: Client) -> None:
    admin_client.post(
        "/admin/clinics/facility/add/",
        form(official_id="new-place")
        | {
            "curatedfacts-TOTAL_FORMS": 1,
            "curatedfacts-0-name": "新しい診療所",
            "curatedfacts-0-kind": "clinic",
            "curatedfacts-0-country": "JP",
            "curatedfacts-0-position_source": "unknown",
            "curatedfacts-0-accepts_new_patients": "unknown",
            "curatedfacts-0-closures": "{}",
            "curatedfacts-0-sources": "[]",
        },
    )
    facility = Facility.objects.get(source=CURATED)
    assert facility.pk == facility_uuid(CURATED, "new-place")
    assert "新しい診療所" in Listing.objects.get(facility=facility).summary


def test_withdrawing_in_the_form_withdraws_the_listing_at_once(admin_client: Client) -> None:
    facility_id = clinic()
    admin_client.post(f"/admin/clinics/facility/{facility_id}/change/", form(status="withdrawn"))
    assert admin_client.get(f"/api/v1/clinics/{facility_id}").status_code == 404


def test_a_verification_saved_shows_in_the_listing(admin_client: Client) -> None:
    facility_id = clinic()
    admin_client.post(
        f"/admin/clinics/facility/{facility_id}/change/",
        form()
        | {
            "verifications-TOTAL_FORMS": 1,
            "verifications-0-facility": facility_id,
            "verifications-0-verified_on": "2026-10-02",
            "verifications-0-method": "phone",
            "verifications-0-outcome": "confirmed",
        },
    )
    assert Verification.objects.get().verified_on == date(2026, 10, 2)
    body = admin_client.get(f"/api/v1/clinics/{facility_id}").json()
    assert (body["verified_on"], body["verify_by"]) == ("2026-10-02", "2027-10-02")


def test_the_registers_words_cannot_be_changed_by_hand(admin_client: Client) -> None:
    facility_id = clinic()
    before = OfficialFacts.objects.values().get(facility=facility_id)
    admin_client.post(
        f"/admin/clinics/facility/{facility_id}/change/",
        form()
        | {
            "officialfacts-TOTAL_FORMS": 1,
            "officialfacts-INITIAL_FORMS": 1,
            "officialfacts-0-facility": facility_id,
            "officialfacts-0-name": "書き換え",
        },
    )
    assert OfficialFacts.objects.values().get(facility=facility_id) == before


def test_the_admin_is_closed_to_everybody_else(client: Client) -> None:
    claim(clinic(), "sport:golf")
    assert client.get("/admin/clinics/facility/").status_code == 302
