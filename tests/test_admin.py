"""The admin: what curators save is published with it, what the register says is only shown."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from clinics.imports.starter import load_starter
from clinics.models import Concept, Listing
from clinics.publication_check import stale_listings
from tests.catalogue import claim, clinic
from tests.curating import person

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("permission", "address"),
    [("import_facility", "import"), ("export_facility", "export")],
)
def test_the_home_page_leads_whoever_may_to_the_tables(
    permission: str, address: str, client: Client
) -> None:
    user = person("hanako")
    client.force_login(user)
    leads = [f'href="/admin/clinics/facility/{name}/"' for name in ("import", "export")]
    shown = client.get("/admin/").content.decode()
    assert not any(lead in shown for lead in leads)
    user.user_permissions.add(Permission.objects.get(codename=permission))
    shown = client.get("/admin/").content.decode()
    assert [lead in shown for lead in leads] == [address == "import", address == "export"]
    assert client.get(f"/admin/clinics/facility/{address}/").status_code == 200


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


def test_the_admin_is_closed_to_everybody_else(client: Client) -> None:
    claim(clinic(), "sport:golf")
    assert client.get("/admin/clinics/facility/").status_code == 302
