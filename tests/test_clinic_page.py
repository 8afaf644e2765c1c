"""A clinic's page: all that is known, unknown called unknown, and nothing that breaks out of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from html.parser import HTMLParser
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from clinics.hours import Closures, Day, Session
from clinics.models import Concept, OfficialFacts
from clinics.publication import publish
from finder.checklist.definition import Language
from finder.templatetags.clinic_texts import dialled, marked, web_address
from finder.web.script_words import script_words
from finder.web.structured_data import structured_data
from tests.browsing import browser
from tests.catalogue import claim, clinic, record, register, withdraw
from tests.curating import person
from tests.doubles import joined, terms

TOKYO = ZoneInfo("Asia/Tokyo")
WORKDAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
MORNING = Session(1, WORKDAYS, time(9), time(12, 30), time(8, 30), time(12))
NIGHT = Session(1, ("fri",), time(18), time(2))
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
# How a browser draws the picture of the map.
TILES = 'getComputedStyle(document.querySelector("#map .leaflet-tile-pane")).filter'
HOSTILE = "</script><script>alert('1')</script>&\u2028\"<img src=x onerror=alert(2)>"


class Reader(HTMLParser):
    """What a browser makes of a page: its elements, and the text of its data script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self._in_data = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_data = tag == "script" and dict(attrs).get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._in_data = self._in_data and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data


def page_of(clinic_id: UUID, language: str = "ja") -> str:
    """The page of a clinic, its runs of blanks as one."""
    prefix = "/en" if language == "en" else ""
    response = Client().get(f"{prefix}/clinics/{clinic_id}")
    assert response.status_code == 200
    assert not response.cookies
    return re.sub(r"\s+", " ", response.content.decode())


def section(page: str, name: str) -> str:
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', page)
    assert found, name
    return found.group()


def data_of(clinic_id: UUID) -> Any:
    return json.loads(Reader(page_of(clinic_id)).data)


def opened(*sessions: Session, **facts: Any) -> UUID:
    """A clinic whose one department keeps these hours."""
    (clinic_id,) = register([record(departments=["neurology"], hours=sessions, **facts)])
    return clinic_id


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the clock to an instant in Japan."""

    def stop(*moment: int) -> None:
        instant = datetime(*moment, tzinfo=TOKYO)  # type: ignore[misc,arg-type]
        monkeypatch.setattr(timezone, "now", lambda: instant.astimezone(ZoneInfo("UTC")))

    return stop


def today_of(page: str) -> list[str]:
    """The days that are marked as today's."""
    return re.findall(r'aria-current="date"> <th scope="row">(\S+)', page)


@pytest.mark.django_db
class TestHours:
    def test_where_nobody_states_hours_it_says_so_and_never_closed(self) -> None:
        page = page_of(clinic(), "en")
        assert "Hours unknown" in page
        assert "which does not mean that it is closed" in section(page, "hours")
        assert "<table" not in section(page, "hours") and ">Closed<" not in page

    def test_closing_days_without_hours_leave_the_open_days_without_times(self) -> None:
        weekly = ("open",) * 5 + ("closed", "unknown")
        (clinic_id,) = register([record(closures=Closures(weekly, None, "closed"))])
        hours = section(page_of(clinic_id, "en"), "hours")
        assert hours.count("Open; hours not stated") == 5
        assert hours.count("> Closed<") + hours.count(">Closed<") == 2
        assert hours.count("Not stated") == 1
        assert "Whether it closes in some weeks of the month is not stated." in hours

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            ((2026, 11, 25, 23, 59), "Wednesday"),
            # Still Wednesday in London.
            ((2026, 11, 26, 0, 1), "Thursday"),
            ((2026, 11, 23, 10, 0), "Public"),
            ((2026, 11, 24, 0, 0), "Tuesday"),
        ],
    )
    def test_today_is_japans_today_and_a_holiday_is_one(
        self, at: Callable[..., None], moment: tuple[int, ...], day: str
    ) -> None:
        clinic_id = opened(MORNING)
        at(*moment)
        page = page_of(clinic_id, "en")
        assert today_of(page) == [day]
        assert ("Today is a public holiday" in page) == (day == "Public")

    @pytest.mark.parametrize(
        ("moment", "said"),
        [
            ((2026, 11, 25, 8, 0), "next today 09:00"),
            ((2026, 11, 25, 9, 0), "until 12:00"),
            # Reception is over: who comes now is not received.
            ((2026, 11, 25, 12, 0), "next 2026-11-26 (Thu) 09:00"),
            # Nothing is stated for holidays.
            ((2026, 11, 23, 10, 0), "next 2026-11-24 (Tue) 09:00"),
        ],
    )
    def test_the_summary_says_whether_it_is_open_now_by_its_stated_hours(
        self, at: Callable[..., None], moment: tuple[int, ...], said: str
    ) -> None:
        clinic_id = opened(MORNING)
        at(*moment)
        page = page_of(clinic_id, "en")
        assert said in page
        assert ("Open by its stated hours" in page) == said.startswith("until")

    def test_a_night_ends_on_the_next_day(self, at: Callable[..., None]) -> None:
        clinic_id = opened(NIGHT)
        at(2026, 11, 28, 1, 30)
        page = page_of(clinic_id, "en")
        assert "18:00–next day 02:00" in page and "until 02:00" in page

    def test_reception_nth_weeks_and_contradictions_stand_at_their_day(self) -> None:
        closures = Closures(("closed",) + ("open",) * 6, ((2, "fri"), (4, "fri")), "closed")
        hours = section(page_of(opened(MORNING, closures=closures), "en"), "hours")
        monday, friday = (
            next(row for row in hours.split("<tr") if f'> <th scope="row">{day}' in row)
            for day in ("Monday", "Friday")
        )
        assert "reception 08:30–12:00" in monday and "also says that it is closed" in monday
        assert "closed in week 2, 4 of the month" in friday and "also says" not in friday

    def test_departments_that_differ_are_told_apart(self) -> None:
        stored = record(departments=["neurology", "orthopaedics"], hours=(MORNING,))
        first, second = stored.departments or ()
        stored = replace(stored, departments=(first, replace(second, hours=(NIGHT,))))
        (clinic_id,) = register([stored])
        hours = section(page_of(clinic_id, "en"), "hours")
        assert hours.count("<details") == 2 and hours.count("<table") == 3
        assert "keep different hours" in hours

    def test_departments_that_agree_make_one_table(self) -> None:
        (clinic_id,) = register(
            [record(departments=["neurology", "orthopaedics"], hours=(MORNING,))]
        )
        hours = section(page_of(clinic_id, "en"), "hours")
        assert hours.count("<table") == 1 and "<details" not in hours


@pytest.mark.django_db
class TestStatements:
    def test_what_has_expired_is_marked_and_what_holds_today_is_not(
        self, at: Callable[..., None]
    ) -> None:
        clinic_id = clinic()
        claim(clinic_id, "sport:golf", expires_on=date(2026, 11, 24), statement="Past.")
        claim(clinic_id, "sport:baseball", expires_on=date(2026, 11, 25), statement="Today.")
        at(2026, 11, 25, 12)
        cards = section(page_of(clinic_id, "en"), "athletes").split('class="card ')
        past, current = (next(c for c in cards if one in c) for one in ("Past.", "Today."))
        assert "Out of date since 2026-11-24" in past
        assert "Out of date" not in current and "valid until 2026-11-25" in current

    def test_a_statement_of_several_things_is_said_once_with_its_sources(self) -> None:
        clinic_id = clinic()
        claim(
            clinic_id,
            "service:botulinum-injection",
            "condition:spasticity",
            statement="注射をしている",
            note="日付は推定\n公式名簿との対応：名称一致",
        )
        page = page_of(clinic_id, "en")
        assert page.count("注射をしている") == 1
        offers = section(page, "offers")
        assert '<span lang="ja">注射をしている</span>' in offers
        assert 'href="https://example.org/page"' in offers and "(2025)" in offers
        assert "recorded 2026-11-22" in offers and "not yet checked" in offers
        assert offers.count("What weakens it:") == 1 and "公式名簿" not in offers
        assert "名称一致" in section(page, "entry")

    @pytest.mark.parametrize(("strength", "weak"), [("official-page", 0), ("patient-report", 1)])
    def test_weak_evidence_is_called_weak(self, strength: str, weak: int) -> None:
        clinic_id = clinic()
        found = Concept.objects.get(scheme="evidence", slug=strength)
        claim(clinic_id, "sport:golf", strength=found)
        assert page_of(clinic_id, "en").count("Weak evidence") == weak

    def test_experience_with_athletes_stands_apart(self) -> None:
        page = page_of(clinic(35, 139, "sport:golf", "service:botulinum-injection"), "en")
        assert "The page says golf." in section(page, "athletes")
        assert "The page says golf." not in section(page, "offers")
        assert "does not mean it has none" in page_of(clinic(), "en")

    def test_terms_say_what_is_stated_and_how_to_ask_for_the_rest(self) -> None:
        clinic_id = clinic()
        terms(clinic_id, booking="電話で予約", expires_on=date(2026, 1, 1))
        publish([clinic_id])
        said = section(page_of(clinic_id, "en"), "second-opinion")
        assert "60 minutes: 33,000 yen" in said and ">required<" in said
        assert '<span lang="ja">電話で予約</span>' in said
        assert "these terms were valid until 2026-01-01" in said
        assert "Not stated." in said and 'lang="ja">' in said

    def test_without_terms_it_asks_rather_than_says_no(self) -> None:
        said = section(page_of(clinic(), "en"), "second-opinion")
        assert "that is not a no" in said and "Do you offer second opinions?" in said


@pytest.mark.django_db
class TestPlace:
    def test_without_a_position_it_says_so_and_has_no_map(self) -> None:
        page = page_of(clinic(None, None), "en")
        assert 'id="map"' not in page and "Nobody states its exact position" in page
        assert "openstreetmap" not in page and "query=" in page

    def test_a_position_at_zero_is_a_position(self) -> None:
        page = page_of(clinic(0.0, 0.0), "en")
        assert 'data-lat="0.000000" data-lng="0.000000"' in page

    def test_the_map_waits_and_the_links_tell_nobody_who_looks(self) -> None:
        page = page_of(clinic(35.5, 139.25), "en")
        assert '<div id="map" hidden' in page and 'leaflet.js" defer' not in page
        links = [a for tag, a in Reader(page).elements if tag == "a"]
        outward = [a for a in links if (a.get("href") or "").startswith("http")]
        mapped = [a for a in outward if "35.500000" in (a["href"] or "")]
        assert len(mapped) == 3
        assert all("noreferrer" in (a["rel"] or "") for a in mapped)

    def test_the_pin_is_called_as_its_page_is(self) -> None:
        (clinic_id,) = register([record(name="青空病院", name_en="Blue Sky")])
        for language, name in (("ja", "青空病院"), ("en", "Blue Sky")):
            maps = [a for _, a in Reader(page_of(clinic_id, language)).elements if "data-lat" in a]
            assert [one["data-name"] for one in maps] == [name]

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_every_map_calls_its_buttons_alike(self, language: Language) -> None:
        page = page_of(clinic(), language)
        with translation.override(language):
            words = script_words()
        assert f'data-zoom-in="{words["zoom_in"]}"' in page
        assert f'data-zoom-out="{words["zoom_out"]}"' in page

    def test_a_place_that_left_the_register_carries_a_warning(self) -> None:
        clinic_id = clinic(35, 139, "sport:golf")
        OfficialFacts.objects.filter(facility=clinic_id).update(absent_since=date(2026, 6, 1))
        publish([clinic_id])
        assert "without this place since its release of 2026-06-01" in page_of(clinic_id, "en")

    @pytest.mark.parametrize(
        ("phone", "number"),
        [
            ("03-1234-5678", "0312345678"),
            ("０３（１２３４）５６７８", "0312345678"),
            ("+81 3 1234 5678", "+81312345678"),
            ("03-1234-5678 / 03-1234-5679", ""),
            ("代表", ""),
        ],
    )
    def test_a_number_is_dialled_where_it_is_one(self, phone: str, number: str) -> None:
        assert dialled(phone) == number


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://a.example/", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("https:", False),
        ("//a.example", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_followed(address: str | None, safe: bool) -> None:
    assert bool(web_address(address)) is safe


def test_japanese_within_english_is_marked_and_all_of_it_escaped() -> None:
    text = "“<b>本人</b>”, “家族 A 同席” (as stated)"
    assert marked(text, "en") == (
        '“&lt;b&gt;<span lang="ja">本人</span>&lt;/b&gt;”, '
        '“<span lang="ja">家族 A 同席</span>” (as stated)'
    )
    assert "<span" not in marked(text, "ja")


@pytest.mark.django_db
class TestData:
    def test_it_states_what_the_page_states(self) -> None:
        closures = Closures(("open",) * 5 + ("closed",) * 2, (), "closed")
        data = data_of(opened(MORNING, name="青空病院", name_en="Blue Sky", closures=closures))
        assert data["@type"] == "MedicalClinic" and data["name"] == "青空病院"
        assert data["alternateName"] == ["Blue Sky"]
        assert data["address"] == {
            "@type": "PostalAddress",
            "streetAddress": "東京都千代田区",
            "addressRegion": "東京都",
            "addressCountry": "JP",
        }
        assert data["medicalSpecialty"] == ["https://schema.org/Neurologic"]
        (hours,) = data["openingHoursSpecification"]
        assert (hours["opens"], hours["closes"], len(hours["dayOfWeek"])) == ("09:00", "12:30", 5)

    def test_what_nobody_states_is_left_out(self) -> None:
        data = data_of(clinic(None, None))
        unstated = {"geo", "telephone", "sameAs", "medicalSpecialty", "openingHoursSpecification"}
        assert not unstated & data.keys()
        assert "isAcceptingNewPatients" not in data

    @pytest.mark.parametrize(
        "closures",
        [
            Closures(("closed",) + ("open",) * 6, (), "closed"),
            Closures(("open",) * 7, ((1, "mon"),), "closed"),
        ],
    )
    def test_hours_that_are_contradicted_or_change_by_week_are_left_out(
        self, closures: Closures
    ) -> None:
        assert "openingHoursSpecification" not in data_of(opened(MORNING, closures=closures))

    def test_a_weak_claim_makes_no_specialty(self) -> None:
        clinic_id = clinic()
        found = Concept.objects.get(scheme="evidence", slug="patient-report")
        claim(clinic_id, "category:neurology", strength=found)
        assert "medicalSpecialty" not in data_of(clinic_id)

    def test_a_hostile_name_stays_a_name(self) -> None:
        clinic_id = opened(MORNING, name=HOSTILE)
        claim(clinic_id, "sport:golf", statement=HOSTILE, note=HOSTILE)
        for language in ("ja", "en"):
            page = page_of(clinic_id, language)
            reader = Reader(page)
            scripts = [one for tag, one in reader.elements if tag == "script"]
            assert {one.get("src") or one["type"] for one in scripts} == {
                "/static/clinics/graticule.js",
                "/static/finder/clinic-map.js",
                "application/ld+json",
            }
            assert len(scripts) == 3
            assert not any("onerror" in one for _, one in reader.elements)
            assert json.loads(reader.data)["name"] == HOSTILE
            assert not any("style" in one for _, one in reader.elements)

    def test_no_sign_that_could_end_the_script_is_left(self) -> None:
        empty = {
            "kind": "unknown", "name": HOSTILE, "name_en": None, "name_kana": None,
            "official": None, "prefecture": None, "address": HOSTILE, "lat": None, "lng": None,
            "phone": HOSTILE, "website": HOSTILE, "categories": [], "departments": [],
            "accepts_new_patients": "no", "closures": None,
            "identifiers": [{"system": HOSTILE, "value": HOSTILE}],
        }  # fmt: skip
        text = structured_data(empty, "https://a.example/")
        assert not set("<>&\u2028\u2029") & set(text)
        made = json.loads(text)
        assert made["address"] == {"@type": "PostalAddress", "streetAddress": HOSTILE}
        assert made["isAcceptingNewPatients"] is False


@pytest.mark.django_db
class TestAddresses:
    def test_each_page_names_itself_and_the_other_language(self) -> None:
        clinic_id = clinic()
        for language, prefix in (("ja", ""), ("en", "/en")):
            page = page_of(clinic_id, language)
            here = f"http://testserver{prefix}/clinics/{clinic_id}"
            assert f'<link rel="canonical" href="{here}">' in page
            assert f'<html lang="{language}">' in page
            assert f'hreflang="en" href="http://testserver/en/clinics/{clinic_id}"' in page
            assert f'href="{prefix}/clinics/{clinic_id}/report"' in page
            assert f'href="{prefix}/clinics/{clinic_id}/checklist"' in page
            assert f'href="/api/v1/clinics/{clinic_id}"' in page

    @pytest.mark.parametrize("prefix", ["", "/en"])
    @pytest.mark.parametrize("rest", ["", "/report", "/report/received"])
    def test_a_merged_clinic_leads_to_the_same_page_of_its_successor(
        self, prefix: str, rest: str
    ) -> None:
        reviewer: User = person("taro")
        survivor, loser = clinic(35, 139), clinic(35, 139)
        joined(loser, survivor, reviewer)
        response = Client().get(f"{prefix}/clinics/{loser}{rest}")
        assert response.status_code == 301
        assert response["Location"] == f"{prefix}/clinics/{survivor}{rest}"
        assert response["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("rest", ["", "/report", "/report/received"])
    def test_a_withdrawn_clinic_is_gone_in_words_and_an_unknown_one_not_found(
        self, client: Client, rest: str
    ) -> None:
        clinic_id = clinic()
        withdraw(clinic_id)
        gone = client.get(f"/en/clinics/{clinic_id}{rest}")
        assert gone.status_code == 410 and "no longer listed" in gone.content.decode()
        assert "noindex" in gone.content.decode()
        unknown = client.get(f"/en/clinics/{NOBODY}{rest}")
        assert unknown.status_code == 404 and "<h1>" in unknown.content.decode()

    @pytest.mark.parametrize("rest", ["", "/report", "/report/received"])
    def test_parameters_are_refused_in_words(self, client: Client, rest: str) -> None:
        clinic_id = clinic()
        response = client.get(f"/en/clinics/{clinic_id}{rest}?<b>=1&utm_source=x")
        page = response.content.decode()
        assert response.status_code == 400
        assert "utm_source" in page and "&lt;b&gt;" in page
        assert f'href="http://testserver/en/clinics/{clinic_id}{rest}"' in page

    def test_a_browser_that_has_the_page_is_told_so(
        self, client: Client, at: Callable[..., None]
    ) -> None:
        clinic_id = opened(MORNING)
        at(2026, 11, 25, 10)
        first = client.get(f"/clinics/{clinic_id}")
        assert first["Cache-Control"] == "no-cache"
        again = {"HTTP_IF_NONE_MATCH": first["ETag"]}
        second = client.get(f"/clinics/{clinic_id}", **again)
        assert (second.status_code, second.content) == (304, b"")
        assert second["Content-Security-Policy"]
        assert client.get(f"/en/clinics/{clinic_id}", **again).status_code == 200
        at(2026, 11, 25, 12, 1)
        assert client.get(f"/clinics/{clinic_id}", **again).status_code == 200

    def test_the_document_the_hours_and_the_ranks_of_evidence_are_all_that_is_read(
        self, client: Client
    ) -> None:
        clinic_id = opened(MORNING)
        claim(clinic_id, *(f"sport:{one}" for one in ("golf", "baseball")))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/clinics/{clinic_id}").status_code == 200
        tables = [re.findall(r"FROM \"?(\w+)", query["sql"])[0] for query in queries]
        assert tables == [
            "clinics_listing",
            "clinics_opensession",
            "clinics_closeddate",
            "clinics_concept",
        ]


@pytest.mark.django_db(transaction=True)
def test_the_map_comes_when_it_is_near_and_stands_without_tiles(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MAP_TILES_URL = ""

    clinic_id = opened(MORNING)
    with browser(monkeypatch) as chromium:
        page = chromium.new_page(viewport={"width": 360, "height": 640}, color_scheme="dark")
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{live_server.url}/clinics/{clinic_id}")
        page.mouse.wheel(0, 700)
        page.locator("#map .pin").wait_for()
        assert page.locator("#map .graticule-label").count() >= 2
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        # In the dark it is turned as the map of the results is, and its buttons suit fingers.
        assert page.evaluate(TILES).startswith("invert(1)")
        zoom = page.locator("#map .leaflet-control-zoom-in").bounding_box()
        assert zoom and min(zoom["width"], zoom["height"]) >= 40
        assert faults == []
        page.close()
