"""An entry that others changed meanwhile: the form compares, in words, and overwrites nothing."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from clinics.curation import workflow
from clinics.curation.entry_document import read_live
from clinics.curation.workflow import new_facility, save_draft, submit
from clinics.models import CuratedEntry, CuratedFacts, EntryState, Facility
from tests.catalogue import claim, clinic
from tests.curating import claim_row, document, edit, person
from tests.form_posting import form_url, opened, posted, press, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    user = person("hanako")
    user.groups.add(Group.objects.get(name="Curator"))
    return user


@pytest.fixture
def site(curator: User) -> Client:
    client = Client()
    client.force_login(curator)
    return client


def test_a_conflict_keeps_what_was_typed_shows_the_differences_and_overwrites_nothing(
    site: Client,
) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    edit(facility_id, person("taro"), phone="03-1111-1111")
    response = press(site, form_url(facility_id), fields, "save", facts__phone="03-2222-2222")
    html = response.content.decode()
    assert response.status_code == 409
    assert saved(facility_id)["facts"]["phone"] == "03-1111-1111"
    assert 'value="03-2222-2222"' in html
    table = html[html.index('id="conflict"') : html.index('id="entry"')]
    assert {"03-1111-1111", "03-2222-2222"} <= set(strip_tags(table).split())
    # Having seen that, the curator saves again.
    assert press(site, form_url(facility_id), posted(html), "save").status_code == 302
    assert saved(facility_id)["facts"]["phone"] == "03-2222-2222"


def test_differences_are_told_in_words_and_not_in_slugs(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    taken = document(accepts_new_patients="yes", prefecture_code="13")
    taken["claims"] = [claim_row("sport:golf", statement="See their page.")]
    facility = Facility.objects.get(pk=facility_id)
    save_draft(facility, taken, by=person("taro"), version=0)
    changed = {"facts__accepts_new_patients": "no", "facts__kind": "hospital"}
    html = press(site, form_url(facility_id), fields, "save", **changed).content.decode()
    table = html[html.index('id="conflict"') : html.index('id="entry"')]
    for words in ("Accepts new patients", "Yes", "No", "Hospital", "Tokyo (13)", "Golf (Sport)"):
        assert words in table, words
    for slug in ("sport:golf", "accepts_new_patients", "official-page", "hospital"):
        assert slug not in table, slug


def test_differences_from_what_was_published_since_are_told_in_words(
    site: Client, curator: User
) -> None:
    facility_id = clinic()
    edit(facility_id, curator, accepts_new_patients="no")
    CuratedFacts.objects.create(facility_id=facility_id, accepts_new_patients="yes")
    workflow.note_live_change([facility_id])
    html, _fields = opened(site, facility_id)
    table = html[html.index('id="newer-live"') : html.index('id="entry"')]
    assert "Published now" in table and "Yes" in table and "Accepts new patients" in table


def test_a_claim_that_somebody_removed_meanwhile_comes_back_whole_if_the_curator_insists(
    site: Client,
) -> None:
    facility_id = clinic()
    claim(facility_id, "sport:golf", origin="starter/x")
    before = read_live(Facility.objects.get(pk=facility_id))["claims"][0]
    _html, fields = opened(site, facility_id)
    facility = Facility.objects.get(pk=facility_id)
    save_draft(facility, document(), by=person("taro"), version=0)
    html = press(site, form_url(facility_id), fields, "save").content.decode()
    press(site, form_url(facility_id), posted(html), "save")
    (after,) = saved(facility_id)["claims"]
    assert {**after, "id": before["id"]} == before


def test_a_form_without_a_version_overwrites_nothing(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    fields["version"] = ["x"]
    assert press(site, form_url(facility_id), fields, "save").status_code == 409
    assert not CuratedEntry.objects.exists()


def test_a_draft_saved_again_has_been_compared_with_what_is_live(
    site: Client, curator: User
) -> None:
    facility_id = clinic()
    edit(facility_id, curator, phone="1")
    workflow.note_live_change([facility_id])
    html, fields = opened(site, facility_id)
    assert 'id="newer-live"' in html
    press(site, form_url(facility_id), fields, "save")
    entry = CuratedEntry.objects.get()
    assert entry.based_on == entry.live_version == 1
    assert 'id="newer-live"' not in opened(site, facility_id)[0]
    entry = submit(entry.facility, by=curator, version=entry.version)
    workflow.publish_entry(entry.facility, by=person("taro"), version=entry.version)


def test_what_a_report_adds_to_a_draft_compares_nothing(curator: User) -> None:
    facility_id = clinic()
    edit(facility_id, curator, phone="1")
    workflow.note_live_change([facility_id])
    entry = CuratedEntry.objects.get()
    save_draft(entry.facility, entry.document, by=curator, version=entry.version, via="report")
    entry.refresh_from_db()
    assert entry.based_on != entry.live_version


def test_saving_an_entry_in_review_says_that_it_becomes_a_draft_again(
    site: Client, curator: User
) -> None:
    entry = new_facility(by=curator, document=document(name="診療所"))
    submit(entry.facility, by=curator, version=entry.version)
    html, fields = opened(site, entry.facility_id)
    assert "Saving it makes it a draft again" in html
    assert reverse("admin:clinic_review", args=[entry.facility_id]) in html
    press(site, form_url(entry.facility_id), fields, "save")
    assert CuratedEntry.objects.get().state == EntryState.DRAFT


def test_a_draft_is_discarded(site: Client, curator: User) -> None:
    facility_id = clinic()
    entry = edit(facility_id, curator, phone="1")
    site.post(form_url(facility_id), {"discard": "1", "version": str(entry.version)})
    entry.refresh_from_db()
    assert (entry.state, entry.document["facts"]["phone"]) == (EntryState.PUBLISHED, "")
