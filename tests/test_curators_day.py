"""A curator's day in a real browser: from signing in to a clinic that the API finds, and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from clinics.curation.duplicates import find_duplicates
from clinics.models import CuratedEntry, DuplicatePair, EntryState, Facility, PublicReport
from clinics.publication_check import stale_listings
from tests.browsing import browser, picture
from tests.catalogue import record, register
from tests.curating import member

# The pages themselves are asked on every engine by other tests; a browser adds nothing of the engine.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once, pytest.mark.long]

PASSWORD = "correct horse battery"
NAME = "ぬけぬけ神経クリニック"


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browser(monkeypatch) as opened:
        yield opened


@pytest.fixture
def staff() -> None:
    for name, group in (("hanako", "Curator"), ("taro", "Reviewer")):
        member(name, group)


def signed_in(chromium: Browser, address: str, name: str, language: str = "en") -> Page:
    """A window of somebody's own, after signing in."""
    context = chromium.new_context(locale=language, viewport={"width": 1280, "height": 900})
    # Tiles come from elsewhere, and nothing here may.
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"an error in a script: {error}"))
    page.goto(f"{address}/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    expect(page.locator(".desks")).to_be_visible()
    return page


def found(text: str) -> list[str]:
    """The names that the API finds."""
    answer = Client().get("/api/v1/clinics", {"q": text, "count": "none"}).json()
    return [hit["clinic"]["name"] for hit in answer["results"]]


def drag_pin(page: Page, dx: int, dy: int) -> None:
    pin = page.locator(".leaflet-marker-draggable")
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=8)
    page.mouse.up()


def test_a_clinic_from_the_form_to_the_search_and_an_edit_that_waits(
    chromium: Browser, live_server: Any, staff: None
) -> None:
    hanako = signed_in(chromium, live_server.url, "hanako")
    picture(hanako, "desks")
    hanako.get_by_role("link", name="Add a clinic").click()
    hanako.fill("#id_facts-name", NAME)
    hanako.fill("#id_facts-address", "東京都千代田区丸の内1-1")
    hanako.select_option("#id_facts-prefecture_code", "13")
    hanako.fill("#id_facts-municipality_code", "13101")
    hanako.fill("#id_facts-latitude", "35.6812")
    hanako.fill("#id_facts-longitude", "139.7671")
    drag_pin(hanako, 60, 40)
    latitude = float(hanako.input_value("#id_facts-latitude"))
    longitude = float(hanako.input_value("#id_facts-longitude"))
    assert latitude < 35.6812 and longitude > 139.7671
    assert hanako.input_value("#id_facts-position_source") == "curated"
    claim = hanako.locator("#id_claims-0-concept")
    if not claim.is_visible():
        hanako.get_by_text("New claim").first.click()
    claim.fill("category:dystonia-clinic")
    hanako.select_option("#id_claims-0-strength", "official-page")
    hanako.fill("#id_claims-0-statement", "ジストニア外来があると書かれている。")
    hanako.locator("[name='claims-0-sources-url']").first.fill("https://example.org/dystonia")
    hanako.locator("[name='claims-0-sources-date']").first.fill("2026-10")
    hanako.select_option("#id_claims-0-status", "published")
    picture(hanako, "clinic-form-new")
    hanako.get_by_role("button", name="Save draft").last.click()
    expect(hanako.locator(".messagelist")).to_be_visible()
    assert found(NAME) == []
    hanako.fill("#id_message", "新しくできた外来です")
    hanako.get_by_role("button", name="Save and hand in for review").click()
    expect(hanako.locator(".messagelist")).to_be_visible()
    entry = CuratedEntry.objects.get()
    assert entry.state == EntryState.IN_REVIEW and found(NAME) == []

    taro = signed_in(chromium, live_server.url, "taro")
    taro.get_by_role("link", name="Waiting for review").click()
    picture(taro, "clinic-list")
    taro.get_by_role("link", name=NAME).click()
    taro.get_by_role("link", name="Review", exact=True).click()
    expect(taro.get_by_text("新しくできた外来です").first).to_be_visible()
    picture(taro, "review")
    taro.get_by_role("button", name="Publish", exact=True).click()
    expect(taro.locator(".messagelist .success")).to_be_visible()
    assert found(NAME) == [NAME]
    near = {"lat": latitude, "lng": longitude, "category": "dystonia-clinic"}
    (hit,) = Client().get("/api/v1/clinics", near).json()["results"]
    assert hit["distance_km"] == 0

    hanako.goto(f"{live_server.url}/admin/clinics/facility/{entry.facility_id}/change/")
    hanako.fill("#id_facts-phone", "03-1234-5678")
    hanako.get_by_role("button", name="Save draft").last.click()
    expect(hanako.locator(".messagelist")).to_be_visible()
    public = f"/api/v1/clinics/{entry.facility_id}"
    assert Client().get(public).json()["phone"] is None
    # What was opened before that is refused, and what was typed is still there.
    taro.goto(f"{live_server.url}/admin/clinics/facility/{entry.facility_id}/change/")
    hanako.fill("#id_facts-phone", "03-0000-0000")
    hanako.get_by_role("button", name="Save draft").last.click()
    expect(hanako.locator(".messagelist")).to_be_visible()
    taro.fill("#id_facts-phone", "03-9999-9999")
    taro.get_by_role("button", name="Save draft").last.click()
    expect(taro.get_by_text("Nothing was overwritten").first).to_be_visible()
    assert taro.input_value("#id_facts-phone") == "03-9999-9999"
    assert CuratedEntry.objects.get().document["facts"]["phone"] == "03-0000-0000"
    picture(taro, "clinic-form-conflict")

    hanako.fill("#id_message", "電話を確認しました")
    hanako.get_by_role("button", name="Save and hand in for review").click()
    expect(hanako.locator(".messagelist")).to_be_visible()
    assert Client().get(public).json()["phone"] is None
    taro.goto(f"{live_server.url}/admin/clinics/facility/{entry.facility_id}/review/")
    picture(taro, "review-edit")
    taro.get_by_role("button", name="Publish", exact=True).click()
    expect(taro.locator(".messagelist .success")).to_be_visible()
    assert Client().get(public).json()["phone"] == "03-0000-0000"

    taro.goto(f"{live_server.url}/admin/clinics/facility/{entry.facility_id}/verify/")
    picture(taro, "verify")
    taro.get_by_role("button", name="Checked by phone").click()
    expect(taro.locator(".messagelist .success")).to_be_visible()
    assert Client().get(public).json()["verifications"][0]["method"] == "phone"
    taro.goto(f"{live_server.url}/admin/clinics/facility/{entry.facility_id}/history/")
    expect(taro.get_by_text("電話を確認しました").first).to_be_visible()
    picture(taro, "history")
    assert list(stale_listings()) == []


def test_a_report_is_handled_and_a_duplicate_is_merged(
    chromium: Browser, live_server: Any, staff: None
) -> None:
    names = ("医療法人社団やまだ会 山田整形外科", "山田整形外科")
    first, second = register(
        [
            record(35.0, 139.0, name=names[0], website="https://yamada.example/"),
            record(35.0001, 139.0001, name=names[1], website="https://yamada.example/"),
        ]
    )
    Facility.objects.filter(pk=second).update(source="curated")
    answer = Client().post(
        f"/api/v1/clinics/{first}/reports",
        {
            "subject": "contact",
            "statement": "電話番号が変わりました",
            "suggestion": "045-123-4567",
            "source_url": "https://yamada.example/",
            "contact": "runner@example.org",
        },
        content_type="application/json",
    )
    assert answer.status_code == 202
    hanako = signed_in(chromium, live_server.url, "hanako", "ja")
    assert hanako.locator("html").get_attribute("lang") == "ja"
    hanako.locator("#desk-reports a").click()
    picture(hanako, "reports-ja")
    hanako.locator("#result_list tbody a").first.click()
    picture(hanako, "report-ja")
    hanako.locator(
        "button[formaction*='accept'], form[action*='accept'] button, [name=accept]"
    ).first.click()
    expect(hanako.locator("#id_facts-phone")).to_have_value("045-123-4567")
    report = PublicReport.objects.get()
    assert report.state == PublicReport.State.ACCEPTED and report.handled_by is not None
    assert Client().get(f"/api/v1/clinics/{first}").json()["phone"] is None
    hanako.locator("details:has-text('破棄') summary, details.discard summary").last.click()
    hanako.locator("[name=discard]").last.click()
    expect(hanako.locator(".messagelist")).to_be_visible()

    find_duplicates()
    pair = DuplicatePair.objects.get()
    taro = signed_in(chromium, live_server.url, "taro")
    taro.get_by_role("link", name="Possible duplicates").first.click()
    picture(taro, "duplicates")
    taro.locator("#result_list tbody a").first.click()
    picture(taro, "duplicate")
    taro.locator("[name=why], [name=reason]").first.fill("Same house, same page")
    taro.get_by_role("button", name="Merge").click()
    expect(taro.locator(".messagelist .success")).to_be_visible()
    pair.refresh_from_db()
    assert pair.state == DuplicatePair.State.MERGED
    assert {Client().get(f"/api/v1/clinics/{pk}").status_code for pk in (first, second)} == {
        200,
        301,
    }
    assert list(stale_listings()) == []


def test_a_row_with_errors_is_refused_and_a_good_one_becomes_a_draft(
    chromium: Browser, live_server: Any, staff: None, tmp_path: Path
) -> None:
    (facility_id,) = register([record(35.0, 139.0, name="川口内科")])
    hanako = signed_in(chromium, live_server.url, "hanako")
    header = "facility_id,scheme,concept,strength,statement,sources,recorded_on,status\n"
    good = f"{facility_id},sport,golf,official-page,ゴルフ外来,https://example.org/g,2026-11-01,published\n"
    bad = f"{facility_id},sport,gulf,official-page,ゴルフ外来,,2026-13-01,published\n"
    file = tmp_path / "claims.csv"

    def upload(content: str) -> None:
        file.write_text(header + content, encoding="utf-8")
        hanako.goto(f"{live_server.url}/admin/clinics/facility/import/")
        hanako.get_by_label("Claims", exact=True).check()
        hanako.set_input_files("input[type=file]", file)
        hanako.get_by_role("button", name="Dry run").click()

    upload(good + bad)
    expect(hanako.get_by_text("gulf").first).to_be_visible()
    expect(hanako.get_by_text("2026-13-01").first).to_be_visible()
    expect(hanako.get_by_role("button", name="Confirm")).to_have_count(0)
    picture(hanako, "import-refused")
    assert not CuratedEntry.objects.exists()
    upload(good)
    picture(hanako, "import-dry-run")
    hanako.get_by_role("button", name="Confirm").click()
    expect(hanako.locator(".messagelist .success")).to_be_visible()
    assert CuratedEntry.objects.get().state == EntryState.IN_REVIEW
    assert Client().get("/api/v1/clinics?sport=golf").json()["count"] == 0


PAGES = {
    "desks": "",
    "clinic-list": "clinics/facility/",
    "clinic-form": "clinics/facility/{id}/change/",
    "review": "clinics/facility/{id}/review/",
    "history": "clinics/facility/{id}/history/",
    "verify": "clinics/facility/{id}/verify/",
    "import": "clinics/facility/import/",
    "export": "clinics/facility/export/",
    "reports": "clinics/publicreport/",
    "duplicates": "clinics/duplicatepair/",
    "imports": "clinics/importrun/",
    "quality": "quality/",
    "concepts": "clinics/concept/",
}


@pytest.mark.parametrize(
    ("look", "width", "language", "scheme"),
    [("phone-ja-dark", 390, "ja", "dark"), ("desktop-en-light", 1280, "en", "light")],
)
def test_every_page_is_there_and_fits(
    chromium: Browser,
    live_server: Any,
    staff: None,
    look: str,
    width: int,
    language: str,
    scheme: Any,
) -> None:
    (facility_id,) = register([record(35.0, 139.0, name="川口内科")])
    page = signed_in(chromium, live_server.url, "taro", language)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    too_wide = {}
    for name, path in PAGES.items():
        response = page.goto(f"{live_server.url}/admin/{path.format(id=facility_id)}")
        assert response is not None and response.status == 200, path
        assert page.locator("html").get_attribute("lang") == language
        taken = page.evaluate("document.documentElement.scrollWidth")
        too_wide |= {path: taken} if taken > width else {}
        picture(page, f"{look}-{name}")
    assert too_wide == {}
