"""The list of clinics and the desks: each filter is the question it says, few queries, every number
leads to its list."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from clinics.curation.desks import DESKS
from clinics.curation.workflow import new_facility, submit, withdraw
from clinics.imports.starter import load_starter
from clinics.models import CuratedEntry, EntryState, Facility, Listing
from tests.catalogue import claim, clinic, record, register
from tests.curating import document, edit, person

pytestmark = pytest.mark.django_db

LIST = "/admin/clinics/facility/"


@pytest.fixture
def curator() -> User:
    user = person("hanako")
    user.groups.add(Group.objects.get(name="Curator"))
    return user


@pytest.fixture
def reviewer() -> User:
    user = person("taro")
    user.groups.add(Group.objects.get(name="Reviewer"))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(client: Client, query: str) -> set[UUID]:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200, query
    return {facility.pk for facility in response.context["cl"].result_list}


def test_each_filter_of_the_state_is_what_it_says(admin_client: Client, curator: User) -> None:
    plain, drafted, handed_in, gone = (clinic() for _ in range(4))
    edit(drafted, curator, phone="1")
    entry = edit(handed_in, curator, phone="1")
    submit(entry.facility, by=curator, version=entry.version)
    withdraw(Facility.objects.get(pk=gone), by=curator, version=0, why="Closed")
    new = new_facility(by=curator, document=document(name="新しい診療所")).facility_id
    assert listed(admin_client, "state=published") == {plain}
    taken_in = Facility.objects.create(source="curated", official_id="x", status="draft").pk
    assert listed(admin_client, "state=draft") == {drafted, new, taken_in}
    assert listed(admin_client, "state=in-review") == {handed_in}
    assert listed(admin_client, "state=withdrawn") == {gone}
    assert listed(admin_client, "state=never-published") == {new, taken_in}


def test_what_is_due_comes_oldest_first(admin_client: Client, settings: Any) -> None:
    today = timezone.localdate()
    old, older, fresh = (clinic() for _ in range(3))
    claim(old, "sport:golf", recorded_on=today - timedelta(days=366))
    claim(older, "service:emg", recorded_on=today - timedelta(days=200))
    claim(fresh, "sport:golf", recorded_on=today)
    response = admin_client.get(f"{LIST}?due=past&o=6")
    assert [row.pk for row in response.context["cl"].result_list] == [older, old]


def test_filters_on_what_is_missing(admin_client: Client) -> None:
    bare = clinic(None, None)
    claimed = clinic(35, 139, "sport:golf", "category:neurology")
    assert listed(admin_client, "position=missing") == {bare}
    assert listed(admin_client, "position=present") == {claimed}
    assert listed(admin_client, "claims=missing") == {bare}
    assert listed(admin_client, "claims=present") == {claimed}
    assert listed(admin_client, "hours=missing") == {bare, claimed}
    assert listed(admin_client, "hours=present") == set()
    assert listed(admin_client, "second_opinion=missing") == {bare, claimed}
    assert listed(admin_client, "category=neurology") == {claimed}
    assert listed(admin_client, "evidence=documented") == {claimed}
    assert listed(admin_client, "evidence=weak") == set()
    assert listed(admin_client, "evidence=confirmed") == set()


def test_the_prefecture_is_the_published_one(admin_client: Client, curator: User) -> None:
    in_tokyo, in_osaka = register([record(prefecture_code="13"), record(prefecture_code="27")])
    draft = new_facility(by=curator, document=document(name="新", prefecture_code="27"))
    assert listed(admin_client, "prefecture=13") == {in_tokyo}
    assert listed(admin_client, "prefecture=27") == {in_osaka, draft.facility_id}
    assert 'href="?prefecture=27">Osaka' in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "text", ["渋澤クリニック", "ｼﾌﾞｻﾜ", "しぶさわ", "渋沢", "SHIBUSAWA", "T-9", "t-9"]
)
def test_a_clinic_is_found_by_any_name_and_by_official_id(admin_client: Client, text: str) -> None:
    (found,) = register(
        [
            record(
                name="澁澤クリニック",
                name_kana="シブサワクリニック",
                name_en="Shibusawa Clinic",
                official_id="T-900",
            )
        ]
    )
    clinic()
    assert listed(admin_client, f"q={text}") == {found}


def test_drafts_and_withdrawn_clinics_are_found_too(admin_client: Client, curator: User) -> None:
    gone = register([record(name="消えた医院")])[0]
    withdraw(Facility.objects.get(pk=gone), by=curator, version=0, why="Closed")
    draft = new_facility(by=curator, document=document(name="新しい診療所")).facility_id
    assert listed(admin_client, "q=消えた") == {gone}
    assert listed(admin_client, "q=新しい") == {draft}


def test_the_list_takes_few_queries_however_many_clinics(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    load_starter()
    for query in (
        "",
        "q=大学病院",
        "state=published&category=neurology&prefecture=13",
        "due=soon&o=1",
    ):
        with django_assert_max_num_queries(14):
            admin_client.get(f"{LIST}?{query}")


def test_every_number_on_the_home_page_leads_to_a_list_of_so_many(
    admin_client: Client, curator: User, django_assert_max_num_queries: Any
) -> None:
    waiting = edit(clinic(), curator, phone="1")
    submit(waiting.facility, by=curator, version=waiting.version)
    edit(clinic(None, None), curator, phone="1")
    claim(clinic(), "sport:golf", expires_on=timezone.localdate())
    claim(clinic(), "sport:golf", recorded_on=timezone.localdate() - timedelta(days=400))
    with django_assert_max_num_queries(20):
        shown = {
            item.desk.slug: item.count for item in admin_client.get("/admin/").context["desks"]
        }
    assert shown == {
        "review": 1,
        "drafts": 1,
        "reports": 0,
        "due": 1,
        "expiring": 1,
        "imports": 0,
        "duplicates": 0,
        "unlocated": 1,
    }
    for desk in DESKS:
        response = admin_client.get(f"/admin/{desk.path}")
        assert response.status_code == 200, desk.path
        assert response.context["cl"].result_count == shown[desk.slug], desk.slug


def test_reviewers_publish_several_and_hear_which_were_refused(
    curator: User, reviewer: User
) -> None:
    entries = [edit(clinic(), curator, phone=str(n)) for n in range(2)]
    entries = [submit(e.facility, by=curator, version=e.version) for e in entries]
    own = edit(clinic(), reviewer, phone="3")
    own = submit(own.facility, by=reviewer, version=own.version)
    ids = [str(entry.facility_id) for entry in (*entries, own)]
    data = {"action": "publish_selected", "_selected_action": ids}
    client = signed_in(reviewer)
    asked = client.post(LIST, data)
    assert not CuratedEntry.objects.filter(state=EntryState.PUBLISHED).exists()
    assert "3 clinics are selected" in asked.content.decode()
    told = client.post(LIST, data | {"confirmed": "1"}, follow=True).content.decode()
    assert "2 clinics: done." in told and "a second person publishes it" in told
    states = {entry.facility_id: entry.state for entry in CuratedEntry.objects.all()}
    assert [states[entry.facility_id] for entry in (*entries, own)] == [
        EntryState.PUBLISHED,
        EntryState.PUBLISHED,
        EntryState.IN_REVIEW,
    ]


def test_withdrawing_several_needs_a_reason(reviewer: User) -> None:
    facility_id = clinic()
    data = {"action": "withdraw_selected", "_selected_action": [str(facility_id)]}
    client = signed_in(reviewer)
    again = client.post(LIST, data | {"confirmed": "1", "why": " "})
    assert "Say why" in again.content.decode()
    assert Listing.objects.get().published
    client.post(LIST, data | {"confirmed": "1", "why": "Closed for good"})
    assert not Listing.objects.get().published


def test_curators_are_not_offered_what_reviewers_do(curator: User) -> None:
    clinic()
    page = signed_in(curator).get(LIST).content.decode()
    assert "verify_selected" in page and "publish_selected" not in page
    facility_id = clinic()
    signed_in(curator).post(
        LIST,
        {
            "action": "withdraw_selected",
            "_selected_action": [str(facility_id)],
            "confirmed": "1",
            "why": "x",
        },
    )
    assert Listing.objects.filter(published=True).count() == 2


def test_verifying_a_selection_goes_to_its_page(curator: User) -> None:
    ids = [str(clinic()) for _ in range(2)]
    response = signed_in(curator).post(LIST, {"action": "verify_selected", "_selected_action": ids})
    assert response.status_code == 302
    assert set(response["Location"].split("ids=")[1].split(",")) == set(ids)


def test_the_admin_speaks_the_readers_language_and_the_api_its_own(admin_client: Client) -> None:
    assert (
        '<html lang="ja"'
        in admin_client.get("/admin/", headers={"accept-language": "ja"}).content.decode()
    )
    admin_client.post("/admin/language", {"language": "en", "next": "/admin/"})
    page = admin_client.get("/admin/", headers={"accept-language": "ja"})
    assert '<html lang="en"' in page.content.decode()
    answer = admin_client.get("/api/v1/clinics/none", headers={"accept-language": "ja"})
    assert "Accept-Language" not in answer.get("Vary", "") and "Content-Language" not in answer
