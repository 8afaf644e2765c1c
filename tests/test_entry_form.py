"""The clinic form: a curator's words become a draft, and nothing that was there is lost."""

from datetime import time
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinics.admin.concept_choices import ConceptChoices
from clinics.admin.entry_forms import EntryForms
from clinics.curation import address_lookup, workflow
from clinics.curation.checking import check
from clinics.curation.entry_document import EntryDocument, read_live
from clinics.curation.workflow import save_draft
from clinics.hours import Session
from clinics.imports.places_defaults import load_default_places
from clinics.imports.starter import load_starter
from clinics.models import CuratedEntry, EntryState, Facility
from tests.catalogue import claim, clinic, record, register
from tests.curating import claim_row, document, edit, person, terms_row, through_review
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


def full_document(facility: Facility) -> EntryDocument:
    """A document in which every field says something."""
    made = document("sport:golf", "language:en", name="全項目医院", prefecture_code="13")
    made["facts"] |= {
        "latitude": 35.681236,
        "longitude": 139.767125,
        "position_source": "curated",
        "accepts_new_patients": "yes",
        "website": "https://example.org/",
        "note": "First line\n\nthird line",
        "recorded_on": "2026-11-01",
        "sources": [{"url": "https://example.org/a", "date": ""}],
        "closures": {
            "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "open")
            | {"sun": "closed"},
            "nth_week": [{"week": 3, "day": "sat"}, {"week": 1, "day": "sat"}],
            "public_holidays": "unknown",
        },
    }
    made["departments"] = [
        {
            "id": "n7",
            "name": "音楽家外来",
            "name_en": "",
            "hours": [
                {
                    "session": 1,
                    "days": ["mon", "hol"],
                    "opens": "09:00",
                    "closes": "12:00",
                    "reception_opens": None,
                    "reception_closes": "11:30",
                }
            ],
        }
    ]
    made["claims"][0] |= {"department": "音楽家外来", "origin": "starter/x", "note": "a\nb"}
    made["claims"][0]["sources"].append({"url": "https://example.org/other", "date": "2019"})
    made["second_opinions"] = [
        terms_row(
            fee="33000.5",
            modes=["written", "in-person"],
            attendees=["家族", "本人"],
            exclusions=["訴訟"],
            lead_time_days=14,
            checked_on="2026-11-02",
        )
    ]
    return made


def test_an_untouched_form_of_every_starter_entry_gives_the_same_document(site: Client) -> None:
    load_starter()
    concepts = ConceptChoices()
    compared = 0
    for facility in Facility.objects.all():
        live = read_live(facility)
        forms = EntryForms(live, concepts, _as_posted(EntryForms(live, concepts)))
        assert forms.is_valid(), [part.errors for part in forms.parts]
        assert forms.document() == live
        compared += 1
    assert compared == 545


def _as_posted(forms: EntryForms) -> Any:
    """What a browser posts of unbound forms, without the page around them."""
    from django.http import QueryDict

    html = "".join(_fields_of(part) for part in forms.parts)
    fields = posted(f'<form id="entry">{html}</form>')
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def _fields_of(part: Any) -> str:
    made = [str(field) for form in getattr(part, "forms", [part]) for field in form]
    made += [
        f"{form.hours.management_form}" + "".join(_fields_of(form.hours))
        for form in getattr(part, "forms", ())
        if hasattr(form, "hours")
    ]
    return "".join(made) + (str(part.management_form) if hasattr(part, "forms") else "")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_untouched_page_keeps_every_kind_of_field(
    site: Client, curator: User, language: str
) -> None:
    facility = Facility.objects.get(pk=clinic())
    before = full_document(facility)
    save_draft(facility, before, by=curator, version=0)
    with translation.override(language):
        _html, fields = opened(site, facility.pk)
    assert press(site, form_url(facility.pk), fields, "save").status_code == 302
    assert saved(facility.pk) == before
    assert CuratedEntry.objects.get().version == 2


def test_an_untouched_page_of_live_entries_changes_nothing(site: Client) -> None:
    load_starter()
    chosen = Facility.objects.filter(second_opinions__isnull=False, claims__isnull=False)
    for facility in chosen.distinct().order_by("pk")[:8]:
        _html, fields = opened(site, facility.pk)
        assert press(site, form_url(facility.pk), fields, "save").status_code == 302
        assert saved(facility.pk) == read_live(facility)


def test_a_new_clinic_is_begun_filled_in_and_handed_in(site: Client) -> None:
    url = reverse("admin:clinics_facility_add")
    fields = posted(site.get(url).content.decode())
    response = press(
        site,
        url,
        fields,
        "submit",
        facts__name="新しい診療所",
        claims__0__concept="sport:golf",
        claims__0__strength="official-page",
        claims__0__statement="The page says golf.",
        **{"claims__0__sources__url": "https://example.org/golf"},
        reason="Found it",
        message="Please look",
    )
    entry = CuratedEntry.objects.get()
    assert response.status_code == 302 and str(entry.facility_id) in response["Location"]
    assert (entry.state, entry.message) == (EntryState.IN_REVIEW, "Please look")
    (row,) = entry.document["claims"]
    assert row["sources"] == [{"url": "https://example.org/golf", "date": ""}]
    assert row["recorded_on"] == timezone.localdate().isoformat()
    assert entry.document["facts"]["recorded_on"] == timezone.localdate().isoformat()
    assert CuratedEntry.history.earliest().history_change_reason == "Found it"


def test_a_clinic_with_faults_is_saved_but_not_handed_in_and_each_fault_stands_at_its_field(
    site: Client,
) -> None:
    facility_id = clinic(35, 139, "sport:golf")
    _html, fields = opened(site, facility_id)
    response = press(
        site,
        form_url(facility_id),
        fields,
        "submit",
        facts__website="example.org",
        claims__0__concept="sport:gulf",
    )
    assert response.status_code == 302
    assert CuratedEntry.objects.get().state == EntryState.DRAFT
    html = site.get(form_url(facility_id)).content.decode()
    assert "A website begins with https:// or http://." in _part(html, "field-website")
    assert "golf" in _part(html, "field-concept errors", "errors field-concept")
    assert "2 things to correct" in html


def _part(html: str, *marks: str) -> str:
    """The field of the first of some marks that is there."""
    start = next(html.index(mark) for mark in marks if mark in html)
    return html[start:].partition('<div class="field-row')[0]


def test_what_cannot_be_kept_is_shown_as_typed_and_nothing_is_saved(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    response = press(
        site, form_url(facility_id), fields, "save", facts__latitude="35.7N", facts__name="Typed"
    )
    html = response.content.decode()
    assert response.status_code == 200 and 'value="35.7N"' in html and 'value="Typed"' in html
    assert "1 field cannot be kept" in html
    assert not CuratedEntry.objects.exists()


def test_a_name_of_a_concept_becomes_its_key(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    press(
        site,
        form_url(facility_id),
        fields,
        "save",
        claims__0__concept="ゴルフ",
        claims__0__statement="x",
    )
    assert [row["concept"] for row in saved(facility_id)["claims"]] == ["sport:golf"]


def test_a_claim_is_removed_by_its_tick_and_the_others_keep_what_the_form_does_not_show(
    site: Client,
) -> None:
    facility_id = clinic()
    claim(facility_id, "sport:golf", "sport:baseball", origin="starter/institution/x")
    golf, baseball = read_live(Facility.objects.get(pk=facility_id))["claims"]
    _html, fields = opened(site, facility_id)
    press(site, form_url(facility_id), fields, "save", claims__0__DELETE="on")
    assert saved(facility_id)["claims"] == [baseball]
    assert baseball["origin"] == "starter/institution/x" and golf["id"] != baseball["id"]


def test_a_claim_without_a_strength_is_told_that_one_must_be_chosen(site: Client) -> None:
    facility_id = clinic()
    row = claim_row("sport:golf", strength="")
    made = document() | {"claims": [row, claim_row("", id="n2")]}
    told = {fault.field: fault.message for fault in check(made, Facility.objects.get())}
    assert set(told) == {"strength", "concept"}
    assert "must be chosen" in told["strength"] and "official-page" in told["strength"]
    assert "A concept must be chosen" in told["concept"]
    save_draft(Facility.objects.get(), made, by=person("taro"), version=0)
    assert "A strength of the evidence must be chosen" in opened(site, facility_id)[0]


def test_the_register_stands_beside_with_which_one_is_published_and_why(
    site: Client, curator: User
) -> None:
    (facility_id,) = register([record(name="登録名", website="https://example.org/")])
    entry = edit(facility_id, curator, name="編集名")
    html = opened(site, facility_id)[0]
    name, website = _part(html, "field-name"), _part(html, "field-website")
    assert "登録名" in name and "the register&#x27;s value, because" in name
    assert "With this draft: the curators&#x27; value." in name
    assert "https://example.org/" in website and "With this draft" not in website
    through_review(entry, curator, person("taro"))
    name = _part(opened(site, facility_id)[0], "field-name")
    assert "Published: the curators&#x27; value, because the curators state one." in name


def test_the_registers_hours_are_a_week_in_which_departments_that_are_alike_share_a_line(
    site: Client,
) -> None:
    hours = (
        Session(1, ("mon", "tue"), time(9), time(12), time(8, 30), time(11, 30)),
        Session(2, ("mon",), time(13), time(17)),
    )
    (facility_id,) = register([record(departments=("neurology", "rehabilitation"), hours=hours)])
    html = opened(site, facility_id)[0]
    week = html.partition('<table class="week">')[2].partition("</table>")[0]
    assert week.count("<tr>") == 2 and "All departments: neurology、rehabilitation" in week
    assert week.count("09:00–12:00") == 2 and week.count("13:00–17:00") == 1
    assert "reception 08:30–11:30" in week


def test_a_department_with_its_sessions_is_typed_and_kept(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    fields["departments-0-hours-0-days"] = ["mon", "wed"]
    press(
        site,
        form_url(facility_id),
        fields,
        "save",
        departments__0__name="音楽家外来",
        departments__0__hours__0__opens="09:00",
        departments__0__hours__0__closes="12:30",
    )
    (row,) = saved(facility_id)["departments"]
    assert row["name"] == "音楽家外来"
    assert row["hours"] == [
        {
            "session": 1,
            "days": ["mon", "wed"],
            "opens": "09:00",
            "closes": "12:30",
            "reception_opens": None,
            "reception_closes": None,
        }
    ]


def test_closing_days_are_kept_and_contradictions_refused(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    fields["closures-nth_week"] = ["2-sat"]
    response = press(site, form_url(facility_id), fields, "save", closures__nth_stated="none")
    assert "choose “Closed as ticked”" in response.content.decode()
    press(
        site,
        form_url(facility_id),
        fields,
        "save",
        closures__sun="closed",
        closures__nth_stated="some",
    )
    closures = saved(facility_id)["facts"]["closures"]
    assert closures["weekly"]["sun"] == "closed" and closures["weekly"]["mon"] == "unknown"
    assert closures["nth_week"] == [{"week": 2, "day": "sat"}]


def test_a_value_that_no_choice_knows_is_shown_and_kept(site: Client, curator: User) -> None:
    facility = Facility.objects.get(pk=clinic())
    odd = document("sport:golf", kind="sanatorium", prefecture_code="99")
    odd["claims"][0]["strength"] = "hearsay"
    save_draft(facility, odd, by=curator, version=0)
    _html, fields = opened(site, facility.pk)
    press(site, form_url(facility.pk), fields, "save")
    after = saved(facility.pk)
    assert (after["facts"]["kind"], after["facts"]["prefecture_code"]) == ("sanatorium", "99")
    assert after["claims"][0]["strength"] == "hearsay"


def test_who_may_only_look_sees_the_form_disabled_and_saves_nothing() -> None:
    viewer = person("miru")
    viewer.user_permissions.add(Permission.objects.get(codename="view_facility"))
    client = Client()
    client.force_login(viewer)
    facility_id = clinic()
    html, fields = opened(client, facility_id)
    assert '<fieldset class="whole" disabled>' in html and 'name="save"' not in html
    assert press(client, form_url(facility_id), fields, "save").status_code == 403
    assert client.get(reverse("admin:clinics_facility_add")).status_code == 403
    address = reverse("admin:clinic_address", args=[facility_id])
    assert client.post(address, {"address": "東京"}).status_code == 403


def test_an_unknown_clinic_is_not_found(site: Client) -> None:
    assert site.get(form_url(UUID(int=5))).status_code == 404
    assert site.get("/admin/clinics/facility/nothing/change/").status_code == 404


@pytest.mark.parametrize("claims", [1, 30])
def test_a_form_takes_at_most_twenty_queries_however_many_claims(
    site: Client, curator: User, claims: int
) -> None:
    load_default_places()
    (facility_id,) = register(
        [record(35.69, 139.75, departments=("neurology", "rehabilitation"), name="多い")]
    )
    claim(facility_id, *["sport:golf"] * claims)
    site.get(form_url(facility_id))
    with CaptureQueriesContext(connection) as never_edited:
        assert site.get(form_url(facility_id)).status_code == 200
    edit(facility_id, curator, phone="1")
    workflow.note_live_change([facility_id])
    with CaptureQueriesContext(connection) as compared:
        assert site.get(form_url(facility_id)).status_code == 200
    assert max(len(never_edited), len(compared)) <= 20


def asked_of_nobody(address: str) -> address_lookup.AddressAnswer:
    point = address_lookup.AddressCandidate("東京駅", 35.681236, 139.767125, "station")
    return address_lookup.AddressAnswer((point,) if address == "東京駅" else (), unreachable=False)


def test_an_address_is_looked_up_with_the_distance_from_the_point(
    site: Client, settings: Any
) -> None:
    settings.ADDRESS_LOOKUP = f"{__name__}.asked_of_nobody"
    url = reverse("admin:clinic_address", args=[clinic()])
    asked = {"address": "東京駅", "lat": "35.681236", "lng": "139.778165"}
    (found,) = site.post(url, asked).json()["candidates"]
    assert found["precision"] == "Station" and 0.99 < found["distance_km"] < 1.01
    assert site.post(url, {"address": "東京駅"}).json()["candidates"][0]["distance_km"] is None
    assert "Nothing is known" in site.post(url, {"address": "x"}).json()["note"]
    assert site.get(url, asked).status_code == 405
    settings.ADDRESS_LOOKUP = ""
    assert site.post(url, asked).status_code == 404


def test_an_address_is_looked_up_without_scripts_and_the_point_is_taken_over(
    site: Client, settings: Any
) -> None:
    settings.ADDRESS_LOOKUP = f"{__name__}.asked_of_nobody"
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    html = press(
        site, form_url(facility_id), fields, "look_up", facts__address="東京駅"
    ).content.decode()
    assert "東京駅" in html and not CuratedEntry.objects.exists()
    chosen = posted(html)
    assert chosen["candidate"] == ["35.681236,139.767125"]
    html = press(site, form_url(facility_id), chosen, "use_candidate").content.decode()
    taken = posted(html)
    assert taken["facts-latitude"] == ["35.681236"]
    assert taken["facts-position_source"] == ["geocoded"]


def test_the_gazetteer_answers_an_address_where_no_service_is_configured() -> None:
    load_default_places()
    answer = address_lookup.look_up("東京都千代田区")
    assert answer.candidates and not answer.unreachable
    # This ward is not among the places that come with the project, its city is.
    (city,) = address_lookup.look_up("神奈川県川崎市川崎区").candidates
    assert (city.label, city.precision) == ("川崎市 (神奈川県)", "municipality")
    assert address_lookup.look_up("  ").candidates == ()
    assert address_lookup.look_up("あ" * 500).candidates == ()


def test_a_warning_is_shown_and_refuses_nothing(site: Client) -> None:
    facility_id = clinic()
    _html, fields = opened(site, facility_id)
    response = press(
        site,
        form_url(facility_id),
        fields,
        "save",
        facts__latitude="139.7",
        facts__longitude="35.6",
        facts__position_source="curated",
    )
    assert response.status_code == 302 and saved(facility_id)["facts"]["latitude"] == 139.7
    assert 'data-warning="swapped"' in opened(site, facility_id)[0]


def test_no_script_and_no_style_stands_in_the_page_and_the_map_comes_from_here(
    site: Client, settings: Any
) -> None:
    settings.MAP_TILES_URL = ""
    html = opened(site, clinic())[0]
    assert "<style" not in html and ' style="' not in html and "onclick" not in html
    for script in html.split("<script")[1:]:
        assert 'src="/static/' in script.partition(">")[0]
    assert 'data-tiles=""' in html
    assert find("leaflet/leaflet.js") and find("leaflet/leaflet.css")
