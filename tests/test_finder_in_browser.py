"""The search page in a real browser: with scripts, without them, with a position, by keyboard, in print."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import picture
from tests.places import place
from tests.visits import (
    HERE,
    LATITUDE,
    LONGITUDE,
    POSITION,
    SHIBUYA,
    Visit,
    Visits,
    names,
)

pytestmark = pytest.mark.django_db(transaction=True)


def narrow(page: Page) -> str:
    """Choose the first filter that is offered, and search; the filter's name."""
    filters = page.locator("#filters")
    choice = filters.locator("input[type=checkbox]").first
    for closed in (
        page.locator("aside.filters > details"),
        choice.locator("xpath=ancestor::details[1]"),
    ):
        if closed.get_attribute("open") is None:
            closed.locator("> summary").click()
    choice.check()
    filters.locator("[type=submit]").last.click()
    return choice.get_attribute("name") or ""


def test_a_place_is_chosen_from_suggestions_by_keyboard(visits: Visits) -> None:
    visit = visits()
    visit.open()
    field = visit.page.locator("#place")
    expect(field).to_have_attribute("role", "combobox")
    field.press_sequentially("しぶ")
    options = visit.page.locator("#place-suggestions [role=option]")
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    picture(visit.page, "finder-suggestions")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "place-suggestion-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("渋谷区 (東京都)")
    expect(options.first).to_be_hidden()
    field.press("Enter")
    expect(visit.page.locator(".hit").first).to_be_visible()
    # What was left blank is not in the address.
    assert "=&" not in visit.address() and not visit.address().endswith("=")
    assert visit.told() == []


def test_a_place_may_be_chosen_by_pointer_and_is_shown_in_english(visits: Visits) -> None:
    visit = visits()
    visit.open("/en")
    visit.page.fill("#place", "shib")
    option = visit.page.locator("[role=option]").first
    expect(option).to_contain_text("Shibuya, Tokyo")
    option.click()
    expect(visit.page.locator("#place")).to_have_value(SHIBUYA)
    expect(visit.page.locator("#place")).to_be_focused()


def test_a_postcode_is_chosen_as_the_search_takes_it(visits: Visits) -> None:
    place(
        "postcode", "1500002", 35.6586, 139.7045, prefecture="13",
        municipality="渋谷区", municipality_code="13113", detail="東京都渋谷区渋谷",
    )  # fmt: skip
    visit = visits()
    visit.open()
    field = visit.page.locator("#place")
    field.press_sequentially("150-00")
    option = visit.page.locator("[role=option]").first
    expect(option).to_contain_text("150-0002")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("〒150-0002")
    field.press("Enter")
    expect(visit.page.locator(".hit").first).to_be_visible()
    expect(visit.page.locator("#search-results h2").first).to_contain_text("150-0002")


def test_nothing_is_asked_while_a_text_is_composed(visits: Visits) -> None:
    visit = visits()
    visit.open()
    field = visit.page.locator("#place")
    field.focus()
    field.dispatch_event("compositionstart")
    field.fill("しぶや")
    visit.page.wait_for_timeout(400)
    assert not any("/api/v1/places" in request.url for request in visit.requests)
    field.dispatch_event("compositionend")
    expect(visit.page.locator("[role=option]")).to_have_count(2)


def test_suggestions_of_a_text_no_longer_typed_are_not_shown(visits: Visits) -> None:
    visit = visits()
    visit.open()
    page, field = visit.page, visit.page.locator("#place")
    options = page.locator("#place-suggestions [role=option]")
    field.press_sequentially("渋谷")
    expect(options).to_have_count(2)
    held: list[Any] = []
    page.route("**/api/v1/places**", lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request("**/api/v1/places**"):
        field.press_sequentially("駅")
    field.press("Backspace")
    page.wait_for_timeout(300)
    for route in held:
        route.fulfill(json={"results": []})
    page.wait_for_timeout(200)
    expect(options).to_have_count(2)


def test_suggestions_that_cannot_be_had_are_none(visits: Visits) -> None:
    visit = visits()
    visit.open()
    page, field = visit.page, visit.page.locator("#place")
    field.press_sequentially("渋谷")
    expect(page.locator("#place-suggestions [role=option]").first).to_be_visible()
    page.route("**/api/v1/places**", lambda route: route.fulfill(status=429, body=""))
    field.press_sequentially("区")
    expect(page.locator("#place-suggestions")).to_be_hidden()


def test_without_suggestions_the_field_is_an_ordinary_one(visits: Visits) -> None:
    visit = visits()
    visit.page.route("**/api/v1/places**", lambda route: route.abort())
    visit.open()
    visit.page.fill("#place", "渋谷駅")
    visit.page.wait_for_timeout(400)
    visit.page.press("#place", "Enter")
    expect(visit.page.locator(".hit").first).to_be_visible()


def test_a_position_is_told_in_a_body_and_nowhere_else(nearby: Visit) -> None:
    page = nearby.page
    assert nearby.address().endswith(POSITION)
    assert nearby.told()[-1] == {"need": "any", "lat": LATITUDE, "lng": LONGITUDE}
    heading = page.locator("#search-results").locator("h1, h2").first
    expect(heading).to_be_focused()
    expect(page.locator("#status")).not_to_be_empty()
    picture(page, "finder-near-me")
    first = names(page)

    page.reload()
    expect(page.locator(".hit").first).to_be_visible()
    assert names(page) == first
    page.locator(".hit a").first.click()
    page.wait_for_url("**/clinics/**")
    page.go_back()
    expect(page.locator(".hit").first).to_be_visible()
    assert nearby.address().endswith(POSITION)
    assert names(page) == first
    assert {"lat", "lng"} <= set(nearby.told()[-1])


def test_filters_pages_and_back_keep_a_position(nearby: Visit) -> None:
    page = nearby.page
    first = page.locator(".hit").first
    before = first.inner_text()
    page.locator("a[data-search][rel=next]").first.click()
    expect(first).not_to_have_text(before, use_inner_text=True)
    after = first.inner_text()
    # A cursor tells how far a clinic is, and so where somebody stands: it is told as a position is.
    assert {"cursor", "start"} <= set(nearby.told()[-1])
    assert nearby.address().partition("#")[0] == "/?need=any"
    assert POSITION[1:] in nearby.address()
    page.reload()
    expect(first).to_have_text(after, use_inner_text=True)
    assert not [
        request.url for request in nearby.requests if "cursor" in urlsplit(request.url).query
    ]
    assert nearby.told()[-1].keys() > {"lat", "lng"}
    page.go_back()
    expect(first).to_have_text(before, use_inner_text=True)
    page.go_forward()
    expect(first).to_have_text(after, use_inner_text=True)


def test_a_filter_is_told_with_the_position_and_is_in_the_address(nearby: Visit) -> None:
    expect(nearby.page.locator("#search-results[aria-busy]")).to_have_count(0)
    name = narrow(nearby.page)
    nearby.page.wait_for_url(f"**{name}=**")
    expect(nearby.page.locator("#search-results[aria-busy]")).to_have_count(0)
    assert nearby.told()[-1].keys() >= {name, "lat", "lng"}
    assert nearby.address().endswith(POSITION)


def test_a_search_refined_near_somebody_comes_back_without_a_refusal(nearby: Visit) -> None:
    """The address alone asks for an order that needs the position beside it."""
    page = nearby.page
    page.locator("aside.filters summary").first.click()
    page.select_option("#kind", index=1)
    page.locator("#filters [type=submit]").click()
    page.wait_for_url("**sort=distance**")
    expect(page.locator(".hit").first).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.reload()
        expect(page.locator("#search-results [role=alert]")).to_have_count(0)
    assert answered.value.status == 200
    expect(page.locator(".hit").first).to_be_visible()
    # What the form keeps is what is asked now, not what a refusal had kept.
    kept = page.locator("#search input[type=hidden]")
    assert [one.get_attribute("name") for one in kept.all()] == ["kind"]
    page.locator(".what-for summary").click()
    page.check("input[name=need][value=neurology]")
    page.locator("#search [type=submit]").first.click()
    expect(page.locator(".what-for summary")).to_contain_text("神経内科")
    told = nearby.told()[-1]
    assert told == {"need": "neurology", "kind": "clinic", "lat": LATITUDE, "lng": LONGITUDE}


def test_a_search_opened_in_a_new_window_goes_on_there(nearby: Visit) -> None:
    page = nearby.page
    further = page.locator("a[data-search][rel=next]").first
    with page.context.expect_page() as opened:
        further.click(button="middle")
    expect(opened.value.locator("#hit-21")).to_be_visible()
    assert "cursor" not in urlsplit(opened.value.url).query
    page.locator("a.language").click()
    page.wait_for_url("**/en?**")
    expect(page.locator(".hit").first).to_be_visible()
    assert POSITION[1:] in page.url


def test_back_while_a_search_is_pending_asks_what_is_shown(nearby: Visit) -> None:
    page = nearby.page
    page.route("**/*", lambda route: (
        route.abort() if route.request.method == "POST" else route.fallback()))  # fmt: skip
    page.locator(".what-for summary").click()
    page.check("input[name=need][value=neurology]")
    page.locator("#search [type=submit]").first.click()
    expect(page.locator("#search-problem")).to_be_visible()
    page.go_back()
    expect(page.locator("input[name=need][value=any]")).to_be_checked()


def test_a_place_that_is_unknown_is_forgotten_near_somebody(visits: Visits) -> None:
    visit = visits(geolocation=HERE, permissions=["geolocation"])
    visit.open("/?place=nowhere")
    field = visit.page.locator("#place")
    expect(field).to_have_attribute("aria-invalid", "true")
    visit.page.click("#near-me")
    expect(visit.page.locator(".hit").first).to_be_visible()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    assert field.get_attribute("aria-describedby") is None


def test_links_within_the_page_leave_the_position_where_it_is(nearby: Visit) -> None:
    nearby.page.locator(".skip").focus()
    nearby.page.keyboard.press("Enter")
    expect(nearby.page.locator("main")).to_be_focused()
    assert nearby.address().endswith(POSITION)


def test_a_fragment_that_is_no_position_is_none(visits: Visits) -> None:
    visit = visits()
    visit.open("/#lat=north&lng=139.7")
    expect(visit.page.locator("#near-me")).to_be_visible()
    assert visit.told() == []


def test_a_place_takes_the_position_out_of_the_address(nearby: Visit) -> None:
    nearby.page.fill("#place", "渋谷駅")
    nearby.page.press("#place", "Enter")
    nearby.page.wait_for_url("**/?place=*")
    assert "#" not in nearby.address()
    nearby.page.go_back()
    expect(nearby.page.locator(".hit").first).to_be_visible()
    assert nearby.address().endswith(POSITION)


def test_a_denied_position_is_told_in_words(visits: Visits) -> None:
    visit = visits(permissions=[])
    visit.open("/en")
    visit.page.click("#near-me")
    expect(visit.page.locator("#search-problem")).to_contain_text("type a place instead")
    expect(visit.page.locator("#status")).to_contain_text("type a place instead")
    assert visit.address() == "/en"


def test_a_search_that_fails_loses_nothing_and_is_tried_again(nearby: Visit) -> None:
    page = nearby.page
    first = names(page)
    page.route("**/*", lambda route: (
        route.abort() if route.request.method == "POST" else route.fallback()))  # fmt: skip
    page.locator("#search [type=submit]").first.click()
    expect(page.locator("#search-problem")).to_be_visible()
    assert names(page) == first
    page.unroute("**/*")
    page.locator("#search-problem button").click()
    expect(page.locator("#search-problem")).to_have_count(0)
    expect(page.locator(".hit").first).to_be_visible()


def test_a_link_holds_the_position_only_if_that_is_wanted(visits: Visits) -> None:
    visit = visits(
        geolocation=HERE, permissions=["geolocation", "clipboard-read", "clipboard-write"]
    )
    visit.open()
    visit.page.click("#near-me")
    share = visit.page.locator("#share")
    copied = "navigator.clipboard.readText()"
    share.locator("button").click()
    expect(visit.page.locator(".share-done")).not_to_be_empty()
    assert "35." not in visit.page.evaluate(copied)
    visit.page.locator("a[data-search][rel=next]").click()
    expect(visit.page.locator("#hit-21")).to_be_visible()
    share.locator("button").click()
    expect(visit.page.locator(".share-done")).not_to_be_empty()
    assert "cursor" not in visit.page.evaluate(copied)
    share.locator("input[type=checkbox]").check()
    share.locator("button").click()
    visit.page.wait_for_function(f"async () => (await {copied}).includes('lat')")
    assert visit.page.evaluate(copied).endswith("#lat=35.681&lng=139.767")


def test_without_scripts_a_place_is_searched_filtered_paged_and_opened(visits: Visits) -> None:
    visit = visits(java_script_enabled=False)
    visit.open()
    page = visit.page
    expect(page.locator("#near-me")).to_be_hidden()
    # Nothing is named and nothing chosen: all there is.
    page.locator("#search [type=submit]").first.click()
    expect(page.locator(".hit").first).to_be_visible()
    page.fill("#place", "渋谷駅")
    page.locator("#search [type=submit]").first.click()
    expect(page.locator(".hit").first).to_be_visible()
    first = names(page)
    page.locator("a[data-search][rel=next]").first.click()
    assert names(page) != first
    page.locator(".hit a").first.click()
    page.wait_for_url("**/clinics/**")
    page.go_back()
    page.go_back()
    name = narrow(page)
    page.wait_for_url(f"**{name}=**")


def test_printed_is_the_list_with_its_numbers_and_nothing_to_press(visits: Visits) -> None:
    visit = visits()
    visit.open("/en?place=渋谷駅")
    page = visit.page
    expect(page.locator(".hit-marker").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".hit .number").first).to_be_visible()
    expect(page.locator(".hit .address").last).to_be_visible()
    for hidden in ("#map-section", "#filters", "#search", ".paging", "#share", ".site-nav"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.locator("main button:visible").count() == 0


def test_a_clinic_is_found_by_keyboard_alone(visits: Visits) -> None:
    visit = visits()
    visit.open("/en")
    page = visit.page

    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    tab_to("#place")
    page.keyboard.type("渋谷駅")
    page.keyboard.press("Escape")
    tab_to("#search [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Tab")
    tab_to("#filters-title, .filter-box summary")
    page.keyboard.press("Enter")
    tab_to("#q")
    page.keyboard.type("05")
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(1)
    tab_to(".hit h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/clinics/**")
    expect(page.locator("h1")).to_contain_text("駅前クリニック05")
