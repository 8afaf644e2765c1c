"""The map of the search page in a real browser: with tiles and without, by pointer and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import picture
from tests.visits import (
    LATITUDE,
    LONGITUDE,
    POSITION,
    TILES,
    Visit,
    Visits,
    numbers,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_list_and_map_show_each_other(nearby: Visit) -> None:
    page = nearby.page
    markers = page.locator(".hit-marker")
    expect(markers).to_have_count(len(numbers(page)))
    assert markers.all_inner_texts() == numbers(page)
    page.locator(".hit").nth(4).hover()
    expect(markers.nth(4)).to_have_class(re.compile("is-active"))
    page.mouse.move(0, 0)
    markers.nth(5).focus()
    expect(page.locator(".hit").nth(5)).to_have_class(re.compile("is-active"))
    expect(page.locator(".hit").nth(4)).not_to_have_class(re.compile("is-active"))
    markers.nth(5).press("Enter")
    popup = page.locator(".leaflet-popup-content")
    expect(popup.locator("a")).to_be_focused()
    expect(popup).to_contain_text("km")
    page.keyboard.press("Escape")
    expect(markers.nth(5)).to_be_focused()


def test_two_clinics_at_one_door_can_both_be_reached(nearby: Visit) -> None:
    page = nearby.page
    opened = set()
    for number in (0, 1):
        # A click fails where another element would receive it.
        page.locator(".hit-marker").nth(number).click()
        opened.add(page.locator(".leaflet-popup-content a").inner_text())
        page.locator(".leaflet-popup-close-button").click()
    assert opened == {"駅前クリニック01", "駅前クリニック02"}


def test_the_area_of_the_map_is_searched_once_it_is_moved(nearby: Visit) -> None:
    page = nearby.page
    expect(page.locator(".hit-marker").first).to_be_visible()
    expect(page.locator(".search-here")).to_be_hidden()
    before = len(page.locator(".hit").all())
    for _ in range(2):
        page.locator(".leaflet-control-zoom-in").click()
    page.locator(".search-here").click()
    page.wait_for_url("**bbox=**")
    expect(page.locator("#search-results[aria-busy]")).to_have_count(0)
    told = nearby.told()[-1]
    assert (told["lat"], told["lng"]) == (LATITUDE, LONGITUDE)
    west, south, east, north = map(float, told["bbox"].split(","))
    assert west < east and south < north and east - west < 1
    assert len(page.locator(".hit").all()) < before
    page.go_back()
    expect(page.locator(".hit")).to_have_count(before)


def test_without_tiles_rings_markers_and_list_stand(visits: Visits) -> None:
    visit = visits(tiles=False, color_scheme="dark")
    visit.open("/en?place=渋谷駅")
    page = visit.page
    expect(page.locator(".map-missing")).to_be_visible()
    expect(page.locator(".hit-marker").first).to_be_visible()
    assert page.locator(".distance-ring").count() >= 2
    assert "km" in page.locator(".ring-label").first.inner_text()
    expect(page.locator(".hit").first).to_be_visible()
    picture(page, "finder-without-tiles")


def test_a_phone_loads_the_map_when_it_is_asked_for(visits: Visits) -> None:
    visit = visits(phone=True)
    visit.open("/?place=渋谷駅")
    page = visit.page
    expect(page.locator("#show-map")).to_be_visible()
    assert not any(
        TILES in request.url or "leaflet.js" in request.url for request in visit.requests
    )
    page.click("#show-map")
    expect(page.locator(".hit-marker").first).to_be_visible()
    expect(page.locator("#map")).to_be_focused()
    expect(page.locator(".map-missing")).to_be_hidden()
    assert any(TILES in request.url for request in visit.requests)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    picture(page, "finder-phone-map")


def test_an_area_that_is_none_is_refused_in_words(visits: Visits) -> None:
    visit = visits()
    visit.open(f"/en{POSITION}&bbox=139.8,35.9,139.7,35.6")
    expect(visit.page.locator("#search-results[aria-busy]")).to_have_count(0)
    expect(visit.page.locator("#search-results [role=alert]")).to_be_visible()
    expect(visit.page.locator(".hit")).to_have_count(0)
    expect(visit.page.locator("#search-problem")).to_have_count(0)
