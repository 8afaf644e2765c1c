"""Geocoders: the gazetteer behind geopy's interface, and the online ones behind a real server."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from geopy.exc import GeocoderServiceError
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from finder.places import AmbiguousPlace, UnknownPlace, candidates, resolve
from finder.places.checks import check_online_geocoder
from finder.places.gazetteer import Gazetteer
from finder.places.gsi import GsiAddressSearch
from finder.places.online import OnlineGeocoder, OnlineSearchUnavailable, online_geocoder
from tests.places import place

SECRET = "東京都千代田区霞が関9-9-9"
KASUMIGASEKI = (35.674230, 139.750458)


def feature(title, latitude, longitude):
    """An answer as the address search gives it."""
    return {
        "geometry": {"coordinates": [longitude, latitude], "type": "Point"},
        "type": "Feature",
        "properties": {"addressCode": "", "title": title},
    }


class Service:
    """An address search on this machine: what it answers, and what it was asked when."""

    def __init__(self):
        self.answer = json.dumps([feature("東京都千代田区霞が関九丁目", *KASUMIGASEKI)]).encode()
        self.status = 200
        self.wait_s = 0.0
        self.drip_s = 0.0
        self.asked = []
        self.asked_at = []
        self.at_once = 0
        self.most_at_once = 0
        self.closing = threading.Event()

    def options(self):
        return {"scheme": "http", "domain": self.domain, "proxies": {}}


class Handler(BaseHTTPRequestHandler):
    def __init__(self, service, *args):
        self.service = service
        super().__init__(*args)

    def do_GET(self):
        service = self.service
        service.asked_at.append(time.monotonic())
        service.asked.append(self.path)
        service.at_once += 1
        service.most_at_once = max(service.most_at_once, service.at_once)
        service.closing.wait(service.wait_s)
        service.at_once -= 1
        self.send_response(service.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(service.answer)))
        self.end_headers()
        step = 1 if service.drip_s else len(service.answer) or 1
        try:
            for start in range(0, len(service.answer), step):
                self.wfile.write(service.answer[start : start + step])
                if service.closing.wait(service.drip_s):
                    return
        except OSError:
            return

    def log_message(self, format, *args):
        pass


@contextmanager
def running(service):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, service)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        service.domain = f"127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            service.closing.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    cache.clear()
    with running(Service()) as service:
        yield service
    cache.clear()


def asking(service, **limits):
    """The online geocoder at this service, without waits unless they are tested."""
    limits = {"delay_s": 0.0, "rest_s": 0.0} | limits
    return OnlineGeocoder("gsi", service.options() | limits.pop("options", {}), **limits)


@contextmanager
def switched_on(service, name="gsi", **options):
    with override_settings(
        ONLINE_GEOCODER=name,
        ONLINE_GEOCODER_OPTIONS=service.options() | options,
        ONLINE_GEOCODER_DELAY_S=0.0,
    ):
        yield


class TestTheAddressSearchOfTheGeospatialInformationAuthority:
    def test_it_is_a_geopy_geocoder_at_the_authority_by_default(self):
        geocoder = GsiAddressSearch()
        assert isinstance(geocoder, Geocoder)
        assert geocoder.api == "https://msearch.gsi.go.jp/address-search/AddressSearch"

    def test_an_address_is_sent_whole_and_its_longitude_read_first(self, service):
        location = GsiAddressSearch(**service.options()).geocode(SECRET)
        assert (location.latitude, location.longitude) == KASUMIGASEKI
        assert location.address == "東京都千代田区霞が関九丁目"
        assert location.raw["type"] == "Feature"
        (asked,) = map(urlsplit, service.asked)
        assert asked.path == "/address-search/AddressSearch"
        assert parse_qs(asked.query) == {"q": [SECRET]}

    def test_every_answer_is_given_where_not_exactly_one_is_wanted(self, service):
        service.answer = json.dumps([feature("甲", 35, 139), feature("乙", 36, 140)]).encode()
        found = GsiAddressSearch(**service.options()).geocode("本町", exactly_one=False)
        assert [(one.address, one.latitude) for one in found] == [("甲", 35.0), ("乙", 36.0)]

    def test_no_answer_is_none_in_either_case(self, service):
        service.answer = b"[]"
        geocoder = GsiAddressSearch(**service.options())
        assert geocoder.geocode("x") is None
        assert geocoder.geocode("x", exactly_one=False) is None

    def test_a_service_that_fails_is_a_service_error_of_geopy(self, service):
        service.status = 500
        with pytest.raises(GeocoderServiceError):
            GsiAddressSearch(**service.options()).geocode("x")


class TestAskingOnline:
    def test_what_was_asked_once_is_not_asked_again(self, service):
        geocoder = asking(service)
        first, again = geocoder.locate(SECRET), geocoder.locate(SECRET)
        assert first == again
        assert first[0][:2] == KASUMIGASEKI
        assert len(service.asked) == 1
        geocoder.locate("別の場所")
        assert len(service.asked) == 2

    def test_that_nothing_was_found_is_remembered_too(self, service):
        service.answer = b"[]"
        geocoder = asking(service)
        assert geocoder.locate(SECRET) == geocoder.locate(SECRET) == ()
        assert len(service.asked) == 1

    def test_another_service_does_not_answer_from_what_the_first_one_said(self, service):
        asking(service).locate(SECRET)
        asking(service, options={"user_agent": "another"}).locate(SECRET)
        assert len(service.asked) == 2

    def test_the_cache_holds_no_words_of_a_search_in_its_keys_or_values(self, service):
        asking(service).locate(SECRET)
        kept = {key: cache._cache[key] for key in cache._cache}
        assert len(kept) == 1
        for key, value in kept.items():
            written = key.encode() + value
            for word in (SECRET, "9-9-9", "35.67", "139.75"):
                assert word.encode() not in written
            assert "霞" not in key

    def test_a_key_cannot_be_told_without_the_secret(self, service):
        for secret in ("a" * 50, "b" * 50):
            with override_settings(SECRET_KEY=secret):
                asking(service).locate(SECRET)
        assert len(service.asked) == 2

    def test_calls_are_a_delay_apart_whoever_makes_them(self, service):
        geocoder = asking(service, delay_s=0.3, budget_s=5)
        threads = [
            threading.Thread(target=geocoder.locate, args=(f"場所{number}",)) for number in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gaps = [
            later - earlier
            for earlier, later in zip(service.asked_at, service.asked_at[1:], strict=False)
        ]
        assert len(gaps) == 2
        # The clock of the limiter runs before the request is on its way.
        assert min(gaps) > 0.2

    def test_one_call_is_made_at_a_time(self, service):
        service.wait_s = 0.1
        geocoder = asking(service, budget_s=5)
        threads = [
            threading.Thread(target=geocoder.locate, args=(f"場所{number}",)) for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(service.asked) == 4
        assert service.most_at_once == 1

    @pytest.mark.parametrize("slowness", ["wait_s", "drip_s"])
    def test_a_slow_service_is_given_up_within_the_budget(self, service, slowness):
        setattr(service, slowness, 0.4 if slowness == "drip_s" else 30)
        geocoder = asking(service, budget_s=0.5)
        started = time.monotonic()
        with pytest.raises(OnlineSearchUnavailable):
            geocoder.locate(SECRET)
        assert time.monotonic() - started < 2

    def test_who_waits_for_a_turn_gives_up_within_the_budget_too(self, service):
        service.wait_s = 30
        geocoder = asking(service, budget_s=0.3)
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(OnlineSearchUnavailable):
                geocoder.locate(SECRET)
        assert time.monotonic() - started < 2
        assert len(service.asked) == 1

    def test_a_service_that_failed_is_left_alone_for_a_while(self, service):
        service.status = 500
        geocoder = asking(service, rest_s=0.4)
        for _ in range(3):
            with pytest.raises(OnlineSearchUnavailable):
                geocoder.locate(SECRET)
        assert len(service.asked) == 1
        time.sleep(0.5)
        service.status = 200
        assert geocoder.locate(SECRET)

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"<html>busy</html>",
            b"{}x",
            b"null",
            b"[1]",
            b'[{"geometry": null}]',
            b'[{"geometry": {"coordinates": ["a", "b"]}, "properties": {"title": "t"}}]',
            b'[{"geometry": {"coordinates": [139, 95]}, "properties": {"title": "t"}}]',
            b'[{"geometry": {"coordinates": [139, NaN]}, "properties": {"title": "t"}}]',
            b"\xff\xfe",
        ],
    )
    def test_an_answer_that_is_none_is_a_failure_and_not_kept(self, service, answer):
        service.answer = answer
        geocoder = asking(service)
        for _ in range(2):
            with pytest.raises(OnlineSearchUnavailable):
                geocoder.locate(SECRET)
        assert len(service.asked) == 2

    def test_a_service_that_is_not_there_is_unavailable(self):
        geocoder = OnlineGeocoder(
            "gsi", {"scheme": "http", "domain": "127.0.0.1:9", "proxies": {}}, delay_s=0.0
        )
        with pytest.raises(OnlineSearchUnavailable):
            geocoder.locate(SECRET)

    @pytest.mark.parametrize("status", [200, 400, 429, 500])
    @pytest.mark.parametrize("name", ["gsi", "nominatim"])
    def test_no_log_line_holds_what_was_asked_or_answered(self, service, caplog, name, status):
        """Nominatim's geocoder logs its address, and geopy the text of an error."""
        service.status = status
        service.answer = json.dumps([{"error": SECRET}]).encode()
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.DEBUG, logger="geopy")
        options = service.options() | {"user_agent": "clinic-finder-tests"}
        geocoder = OnlineGeocoder(name, options, delay_s=0.0)
        with pytest.raises(OnlineSearchUnavailable):
            geocoder.locate(SECRET)
        assert len(service.asked) == 1
        written = "\n".join(map(str, [record.__dict__ for record in caplog.records]))
        assert "The online geocoder failed" in written
        for word in (SECRET, "%E6%9D%B1%E4%BA%AC", "9-9-9", r"\u6771"):
            assert word not in written


class TestSettings:
    def test_no_online_geocoder_is_asked_unless_one_is_named(self, settings):
        assert getattr(settings, "ONLINE_GEOCODER", "") == ""
        assert online_geocoder() is None

    def test_the_geocoder_stays_the_same_while_its_settings_do(self, service):
        """Else its rate limit would begin anew with every request."""
        with switched_on(service):
            assert online_geocoder() is online_geocoder()
            first = online_geocoder()
        with switched_on(service, user_agent="another"):
            assert online_geocoder() is not first

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("no-such-service", "no-such-service"),
            ("finder.places.gsi.NoSuchClass", "NoSuchClass"),
            ("no.such.module", "no.such.module"),
        ],
    )
    def test_a_geocoder_that_does_not_exist_is_refused_by_name(self, name, wrong):
        with (
            override_settings(ONLINE_GEOCODER=name),
            pytest.raises(ImproperlyConfigured) as refused,
        ):
            online_geocoder()
        assert wrong in str(refused.value)

    @pytest.mark.parametrize(
        "options", [{"no_such_option": 1}, {"scheme": "gopher"}, {"timeout": "soon"}]
    )
    def test_options_that_the_geocoder_refuses_are_refused(self, options):
        with (
            override_settings(ONLINE_GEOCODER="gsi", ONLINE_GEOCODER_OPTIONS=options),
            pytest.raises(ImproperlyConfigured),
        ):
            online_geocoder()

    def test_options_that_are_not_json_are_refused(self):
        with (
            override_settings(ONLINE_GEOCODER="gsi", ONLINE_GEOCODER_OPTIONS={"proxies": object()}),
            pytest.raises(ImproperlyConfigured),
        ):
            online_geocoder()

    def test_the_system_check_says_so_before_anybody_searches(self):
        assert check_online_geocoder(None) == []
        with override_settings(ONLINE_GEOCODER="no-such-service"):
            (error,) = check_online_geocoder(None)
        assert "no-such-service" in error.msg
        # Nominatim wants to know who asks.
        with override_settings(ONLINE_GEOCODER="nominatim", ONLINE_GEOCODER_OPTIONS={}):
            (error,) = check_online_geocoder(None)
        assert "user_agent" in error.msg
        with override_settings(ONLINE_GEOCODER="gsi"):
            assert check_online_geocoder(None) == []

    def test_a_service_of_geopy_and_a_dotted_name_are_taken(self, service):
        nominatim = json.dumps(
            [{"lat": "35.5", "lon": "139.5", "display_name": "Somewhere", "place_id": 1}]
        ).encode()
        with switched_on(service, "finder.places.gsi.GsiAddressSearch"):
            assert online_geocoder().locate("a")[0][:2] == KASUMIGASEKI
        service.answer = nominatim
        with switched_on(service, "nominatim", user_agent="clinic-finder-tests"):
            assert online_geocoder().locate("a") == ((35.5, 139.5, "Somewhere"),)


@pytest.mark.django_db
class TestWhatTheGazetteerDoesNotKnow:
    def test_is_asked_online_when_that_is_switched_on(self, service):
        with switched_on(service):
            found = resolve(SECRET)
        assert (found.latitude, found.longitude) == KASUMIGASEKI
        assert found.kind == found.precision == "address"
        assert found.label == "東京都千代田区霞が関九丁目"
        assert found.id.startswith("gsi:")

    def test_is_unknown_when_it_is_not(self, service):
        with pytest.raises(UnknownPlace) as unknown:
            resolve(SECRET)
        assert not unknown.value.online_unreachable
        assert not service.asked

    def test_what_it_does_know_is_not_asked_online(self, service):
        place("station", "霞ケ関", 35.6731, 139.7500, lines=3)
        with switched_on(service):
            assert resolve("霞が関駅").kind == "station"
        assert not service.asked

    def test_what_is_ambiguous_is_not_asked_online(self, service):
        place("municipality", "府中市", 35.6689, 139.4778, weight=260_000)
        place("municipality", "府中市", 34.5683, 133.2364, weight=40_000)
        with switched_on(service), pytest.raises(AmbiguousPlace):
            resolve("府中市")
        assert not service.asked

    def test_what_is_being_typed_goes_nowhere(self, service):
        with switched_on(service):
            assert candidates(SECRET) == []
        assert not service.asked

    @pytest.mark.parametrize("text", ["", "  ", "〒", "。。", "あ" * 101])
    def test_what_is_no_name_goes_nowhere(self, service, text):
        with switched_on(service), pytest.raises(UnknownPlace):
            resolve(text)
        assert not service.asked

    def test_answers_far_apart_are_ambiguous(self, service):
        service.answer = json.dumps(
            [
                feature("甲町一丁目", 35, 139),
                feature("甲町二丁目", 35.01, 139),
                feature("乙", 36, 140),
            ]
        ).encode()
        with switched_on(service), pytest.raises(AmbiguousPlace) as ambiguous:
            resolve("どこか")
        assert [one.label for one in ambiguous.value.candidates] == ["甲町一丁目", "乙"]

    def test_answers_near_one_another_are_one(self, service):
        service.answer = json.dumps(
            [feature("甲町一丁目", 35, 139), feature("甲町二丁目", 35.01, 139)]
        ).encode()
        with switched_on(service):
            assert resolve("どこか").label == "甲町一丁目"

    def test_a_service_that_fails_makes_the_place_unknown_and_says_so(self, service):
        service.status = 503
        with switched_on(service), pytest.raises(UnknownPlace) as unknown:
            resolve(SECRET)
        assert unknown.value.online_unreachable
        assert "could not be reached" in str(unknown.value)

    def test_what_the_service_does_not_know_either_is_plainly_unknown(self, service):
        service.answer = b"[]"
        with switched_on(service), pytest.raises(UnknownPlace) as unknown:
            resolve(SECRET)
        assert not unknown.value.online_unreachable


@pytest.mark.django_db
class TestTheGazetteerAsAGeocoder:
    def test_it_is_one_of_geopys(self):
        assert isinstance(Gazetteer(), Geocoder)

    def test_a_name_becomes_a_location(self):
        place("station", "渋谷", 35.6586, 139.6999, prefecture="13", lines=7)
        location = Gazetteer().geocode("渋谷駅")
        assert isinstance(location, Location)
        assert (location.latitude, location.longitude) == (35.6586, 139.6999)
        assert location.address == "渋谷駅 (東京都)"
        assert location.raw.kind == "station"

    def test_what_is_not_known_is_none(self):
        assert Gazetteer().geocode("どこにもない") is None
        assert Gazetteer().geocode("どこにもない", exactly_one=False) is None

    def test_an_ambiguous_name_is_refused_where_one_is_wanted_and_listed_where_several_are(self):
        place("municipality", "府中市", 35.6689, 139.4778, prefecture="13", weight=260_000)
        place("municipality", "府中市", 34.5683, 133.2364, prefecture="34", weight=40_000)
        with pytest.raises(AmbiguousPlace):
            Gazetteer().geocode("府中市")
        found = Gazetteer().geocode("府中市", exactly_one=False)
        assert [one.address for one in found] == ["府中市 (東京都)", "府中市 (広島県)"]
        assert len(Gazetteer().geocode("府中市", exactly_one=False, limit=1)) == 1

    def test_a_point_becomes_the_nearest_place(self):
        place("station", "渋谷", 35.6586, 139.6999)
        place("station", "新宿", 35.6900, 139.6992)
        place("postcode", "150-0002", 35.6600, 139.7000)
        assert Gazetteer().reverse((35.66, 139.70)).raw.name == "渋谷"
        assert Gazetteer().reverse("35.68, 139.70").raw.name == "新宿"
        found = Gazetteer().reverse((35.68, 139.70), exactly_one=False)
        assert [one.raw.name for one in found] == ["新宿", "渋谷"]

    def test_the_nearest_place_is_told_across_the_antimeridian(self):
        place("city", "Labasa", -16.43, 179.36)
        place("city", "Apia", -13.83, -171.77)
        assert Gazetteer().reverse((-16.5, -179.9)).raw.name == "Labasa"

    def test_the_nearest_place_is_told_by_geodesic_and_not_by_degrees(self):
        """At 60° north a degree of longitude is half as long as one of latitude."""
        place("city", "East", 60.0, 11.5)
        place("city", "North", 61.0, 10.0)
        assert Gazetteer().reverse((60.0, 10.0)).raw.name == "East"

    def test_without_places_no_point_is_near_any(self):
        assert Gazetteer().reverse((35, 139)) is None

    def test_what_is_no_point_is_refused(self):
        with pytest.warns(UserWarning), pytest.raises(ValueError, match="atitude"):
            Gazetteer().reverse((95, 139))
