"""The page about the site says what the database, the files and the settings say."""

import re
from datetime import date, timedelta
from html import unescape

import polib
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clinics.curation.quality import take_snapshot
from clinics.identity import NAVII
from clinics.imports.places_defaults import load_default_places
from clinics.imports.starter import load_starter
from clinics.models import Claim, Concept, ImportRun, OfficialFacts, PlaceSource, QualitySnapshot
from clinics.rendering import CREDITS
from finder.checklist.files.loading import checklists
from finder.rates import Rate
from finder.web.provenance import Credit
from tests.catalogue import claim, clinic, record, register

pytestmark = pytest.mark.django_db

PAGES = {"ja": "/about", "en": "/en/about"}
LANGUAGES = list(PAGES)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def page(language: str) -> str:
    response = Client().get(PAGES[language])
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    """The words of a page, as they are read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def section(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found
    return found[0]


def sentences(html: str) -> list[str]:
    return [text(item) for item in re.findall(r"<li>(.*?)</li>", section(html, "privacy"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_takes_exactly_five_sentences(language: str) -> None:
    told = sentences(page(language))
    ends = re.compile(r"。" if language == "ja" else r"[.!?](?=\s|$)")
    assert [len(ends.findall(sentence)) for sentence in told] == [1, 1, 1, 1, 1]
    assert all(ends.search(sentence[-1]) for sentence in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_of_privacy_leaves_five_sentences(language: str, settings: object) -> None:
    settings.MAP_TILES_URL = ""  # type: ignore[attr-defined]
    settings.ONLINE_GEOCODER = "nominatim"  # type: ignore[attr-defined]
    settings.THROTTLE_READ = Rate.read("600/minute")  # type: ignore[attr-defined]
    settings.REPORT_CONTACT_DAYS = 17  # type: ignore[attr-defined]
    told = sentences(page(language))
    assert len(told) == 5
    assert "gsi.go.jp" not in told[0] and "nominatim" in told[1] and "17" in told[4]
    ends = re.compile(r"。" if language == "ja" else r"[.!?](?=\s|$)")
    assert all(len(ends.findall(sentence)) == 1 for sentence in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tile_server_and_the_geocoder_are_named_only_where_they_are_on(
    language: str, settings: object
) -> None:
    settings.MAP_TILES_URL = "https://{s}.tiles.example/{z}/{x}/{y}.png"  # type: ignore[attr-defined]
    told = sentences(page(language))
    assert "tiles.example" in told[0] and "{s}" not in told[0]
    assert not re.search("geocoder|nominatim|gsi", told[1])


@pytest.mark.parametrize("geocoder", ["", "nominatim"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_browser_keeps_a_position_is_told(
    language: str, geocoder: str, settings: object
) -> None:
    settings.ONLINE_GEOCODER = geocoder  # type: ignore[attr-defined]
    told = sentences(page(language))[1]
    assert "#" in told and ("閲覧履歴" if language == "ja" else "history") in told
    button = "この検索のリンクをコピー" if language == "ja" else "Copy link to this search"
    assert button in told
    assert "no address of a page" not in told and "ページのアドレスにもログにも" not in told


def test_the_page_sets_no_cookie_and_has_no_style_or_script_within() -> None:
    response = Client().get("/about")
    assert not response.cookies
    html = response.content.decode()
    assert not re.search(r"<style|\sstyle=|<script|\son\w+=", html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_source_is_credited_as_its_licence_asks_with_its_dates(language: str) -> None:
    load_starter()
    load_default_places()
    html = page(language)
    shown = text(html).replace(" ", "")
    assert CREDITS[NAVII] in shown
    assert "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0" in html
    release = OfficialFacts.objects.values_list("release", flat=True).first()
    assert f'datetime="{release}"' in section(html, "sources")
    for source in PlaceSource.objects.all():
        assert source.credit.replace(" ", "") in shown
        assert source.licence.replace(" ", "") in shown and source.url in html
        assert str(timezone.localdate(source.loaded_at)) in html
    recorded = Claim.objects.values_list("recorded_on", flat=True).first()
    assert f'datetime="{recorded}"' in html
    for checklist in checklists().values():
        assert checklist.version in html and checklist.review.sources_read_on in html
        note = checklist.review.note
        assert (note.ja if language == "ja" else note.en) in unescape(html)


def test_a_newer_release_is_told_beside_the_one_before_it() -> None:
    load_starter()
    first = OfficialFacts.objects.values_list("pk", flat=True).first()
    OfficialFacts.objects.filter(pk=first).update(release=date(2031, 6, 1))
    ImportRun.objects.create(source=NAVII, release=date(2031, 6, 1))
    html = section(page("en"), "sources")
    assert html.index("2031-06-01") < html.index("2025-06-01")
    assert re.search(r"2031-06-01</time></dd>\s*<dt>Imported</dt><dd><time", html)


def test_a_release_whose_import_nobody_noted_has_an_unknown_date() -> None:
    load_starter()
    ImportRun.objects.all().delete()
    assert "<dt>Imported</dt><dd>unknown</dd>" in page("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_strength_of_evidence_is_told_in_words_the_strongest_first(language: str) -> None:
    shown = unescape(section(page(language), "evidence"))
    strengths = Concept.objects.filter(scheme="evidence").order_by("-evidence_rank", "order")
    labels = [getattr(one, f"label_{language}") for one in strengths]
    assert len(labels) == 12
    places = [shown.index(f">{label}<") for label in labels]
    assert places == sorted(places)
    assert all(getattr(one, f"definition_{language}") in shown for one in strengths)
    documented = sum(one.evidence_rank >= 50 for one in strengths)
    assert shown.count("chip good") == documented


def test_the_figures_are_those_of_the_api_with_a_bar_of_that_length() -> None:
    load_starter()
    overall = Client().get("/api/v1/quality").json()["overall"]
    html = section(page("en"), "quality")
    assert f"{overall['clinics']} clinics are published" in html
    for name in (
        "verified_in_time",
        "overdue",
        "never_verified",
        "missing_hours",
        "missing_position",
        "missing_claims",
        "missing_second_opinion",
    ):
        share = overall[name]
        assert f"{share['number']} / {share['of']}" in html
        assert f'class="bar-fill" width="{100 * share["share"]:.2f}"' in html


def test_a_few_of_many_are_not_rounded_away() -> None:
    register([record(None, None), *(record() for _ in range(200))])
    take_snapshot()
    html = section(page("en"), "quality")
    assert "1 / 201 (1 %)" in html


def test_the_movement_is_shown_from_two_points_on() -> None:
    clinic(1)
    take_snapshot()
    assert "How it moved" not in page("en")
    earlier = take_snapshot()
    QualitySnapshot.objects.filter(pk=earlier.pk).update(
        taken_at=timezone.now() - timedelta(days=30)
    )
    take_snapshot()
    html = page("en")
    assert "How it moved" in html and '<polyline class="trend-line" points="4.0,' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_catalogue_has_no_figures_and_says_so(language: str) -> None:
    html = page(language)
    assert "<svg" not in section(html, "quality")
    told = {"ja": "公開している診療先がまだない", "en": "No clinic is published here yet"}
    assert told[language] in html


def test_one_statement_is_one_and_one_facility_is_one() -> None:
    first, second = clinic(1), clinic(2)
    claim(first, "sport:golf")
    assert "1 statement about 1 facility" in text(page("en"))
    cache.clear()
    claim(first, "sport:baseball")
    assert "2 statements about 1 facility" in text(page("en"))
    cache.clear()
    claim(second, "sport:golf")
    assert "3 statements about 2 facilities" in text(page("en"))
    assert "2施設について3件" in text(page("ja"))


def test_the_map_is_credited_as_settings_say_and_only_where_it_has_tiles(settings: object) -> None:
    settings.MAP_TILES_ATTRIBUTION = '<a href="https://maps.example/">Maps</a>'  # type: ignore[attr-defined]
    assert '<a href="https://maps.example/">Maps</a>' in page("en")
    settings.MAP_TILES_URL = ""  # type: ignore[attr-defined]
    assert "maps.example" not in page("en")


def test_a_team_of_one_is_not_said_to_have_a_second_person(settings: object) -> None:
    assert "A second person" in page("en")
    settings.ONE_PERSON_TEAM = True  # type: ignore[attr-defined]
    assert "A second person" not in page("en")


def test_it_takes_a_set_number_of_queries_and_few_the_second_time(
    django_assert_max_num_queries: object,
) -> None:
    load_starter()
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        page("ja")
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        page("ja")


def test_a_browser_that_has_the_page_is_told_so() -> None:
    first = Client().get("/about")
    again = Client().get("/about", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Security-Policy" in again


def test_the_address_in_a_credit_ends_where_japanese_goes_on() -> None:
    credit = Credit("「名」（https://a.example/b.html）を加工して作成, (https://c.example/), <b>")
    assert re.findall(r'href="([^"]+)"', credit.html) == [
        "https://a.example/b.html",
        "https://c.example/",
    ]
    assert "&lt;b&gt;" in credit.html and (credit.language, Credit("By A").language) == ("ja", "en")


def test_the_japanese_page_has_no_sentence_left_in_english() -> None:
    load_starter()
    words = text(re.sub(r'<(\w+)[^>]*lang="en".*?</\1>', "", page("ja")))
    catalogue = polib.pofile("finder/locale/ja/LC_MESSAGES/django.po")
    assert not [
        entry.msgid for entry in catalogue if len(entry.msgid) > 30 and entry.msgid in words
    ]


@pytest.mark.parametrize("path", ["/about", "/developers", "/en/about", "/en/developers"])
def test_parameters_are_refused_in_words_with_a_way_on(path: str) -> None:
    response = Client().get(path, {"utm_source": "x", "<b>": "y"})
    html = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (400, "no-store")
    told = "Nothing is accepted after the question mark" if path.startswith("/en") else "「?」"
    assert told in html and "<code>utm_source</code>" in html and "<code>&lt;b&gt;</code>" in html
    assert f'class="button" href="http://testserver{path}"' in html
