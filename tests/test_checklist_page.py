"""The checklist as a form: what is typed is what JSON says, an emergency comes first, nothing is lost."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given, settings

from clinics.models import Facility, Status
from clinics.publication import publish
from finder.checklist import reading
from finder.checklist.definition import Checklist, Item
from finder.checklist.files.loading import checklists
from finder.checklist.reading import read_answers
from finder.problems import ParameterError
from finder.rates import Rate
from finder.web import answer_fields, checklist_page
from finder.web.answer_fields import answers_of, names_of, signs_named
from finder.web.fault_words import ELSE, SENTENCES, fault_sentence
from finder.web.form_body import FORM, read_fields
from tests.answering import TODAY, answers_to, slowly
from tests.catalogue import clinic, record, register, withdraw
from tests.checklists import small_checklist
from tests.form_posting import Fields, posted
from tests.prepare_requests import NOBODY, PREPARE
from tests.written_cases import CASES, written_case

pytestmark = pytest.mark.django_db

CHECKLIST = checklists()["second-opinion"]
SMALL = small_checklist()
PAGE, ENGLISH = "/checklist", "/en/checklist"
NONE = {"urgent-signs": ["none"], "early-review-signs": ["none"]}


def fields_of(checklist: Checklist, wire: dict[str, Any]) -> Fields:
    """What a person types and ticks to give answers that are in the form of JSON."""
    fields: Fields = {}

    def put(name: str, value: Any) -> None:
        fields.setdefault(name, []).append(value if isinstance(value, str) else repr(value))

    def measure(item: Item, name: str, given: Any) -> None:
        put(name, given["value"] if item.units else given)
        if len(item.units) > 1:
            put(f"{name}.unit", given["unit"])

    for slug, answer in wire.items():
        item = checklist.item[slug]
        if item.options:
            for chosen in answer if isinstance(answer, list) else [answer]:
                of = chosen if isinstance(chosen, dict) else {"code": chosen}
                put(slug, of["code"])
                for name in of.keys() - {"code", "language"}:
                    put(f"{slug}.{of['code']}.{name}", of[name])
        elif item.type == "text":
            for text in answer if isinstance(answer, list) else [answer]:
                put(slug, text["text"] if isinstance(text, dict) else text)
        elif item.type == "number":
            for part, given in answer.items() if item.parts else [("", answer)]:
                measure(item, f"{slug}.{part}" if part else slug, given)
        elif item.type == "date":
            for name, number in zip(("year", "month", "day"), answer.split("-"), strict=False):
                put(f"{slug}.{name}", number if name == "year" else str(int(number)))
        elif isinstance(answer, bool):
            put(slug, "yes" if answer else "no")
        else:
            put(slug, answer)
    return fields


def without_languages(wire: Any) -> Any:
    """The same answers, with own words in the language of the page."""
    if isinstance(wire, dict):
        if wire.keys() == {"text", "language"}:
            return wire["text"]
        return {name: without_languages(inner) for name, inner in wire.items()}
    return [without_languages(inner) for inner in wire] if isinstance(wire, list) else wire


def post(client: Client, address: str, fields: Fields, **more: str) -> Any:
    pairs = [(name, value) for name, values in fields.items() for value in values]
    return client.post(address, urlencode([*pairs, *more.items()]), content_type=FORM)


def body_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Checklist]:
    """The pages with the small checklist, which has every type of item."""
    monkeypatch.setattr(checklist_page, "checklist_of", lambda slug: SMALL)
    yield SMALL


# Fields and answers


@slowly
@given(raw=answers_to(SMALL))
def test_what_is_typed_is_read_as_the_same_answers_in_json(raw: dict[str, Any]) -> None:
    wire = without_languages(raw)
    wanted = read_answers(SMALL, wire, today=TODAY, text_language="en")
    encoded = urlencode(fields_of(SMALL, wire), doseq=True).encode()
    assert answers_of(SMALL, read_fields(encoded), TODAY, "en") == wanted


@settings(parent=slowly, max_examples=20)
@given(raw=answers_to(CHECKLIST))
def test_any_answers_come_back_from_the_rendered_form_as_they_are(
    raw: dict[str, Any],
) -> None:
    wire = without_languages(raw)
    filled = post(Client(), ENGLISH, fields_of(CHECKLIST, wire), _do="change")
    assert filled.status_code == 200
    sent = posted(body_of(filled), "checklist")
    wanted = read_answers(CHECKLIST, wire, today=TODAY, text_language="en")
    assert answers_of(CHECKLIST, sent, TODAY, "en") == wanted


def test_every_field_of_the_form_is_known_and_every_known_field_is_there(
    client: Client, small: Checklist
) -> None:
    names = set(
        re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', body_of(client.get(PAGE)))
    )
    assert names == {name for item in small.items for name in names_of(item)}


@pytest.mark.parametrize("slug", CASES)
def test_a_written_case_prepares_the_same_visit_as_over_the_api(client: Client, slug: str) -> None:
    request = written_case(slug)["request"]
    wire = without_languages(request["answers"] | {"route": request["route"]})
    told = client.post(
        PREPARE, json.dumps({"answers": wire, "text_language": "ja"}), "application/json"
    )
    document = told.json()
    page = unescape(body_of(post(client, PAGE, fields_of(CHECKLIST, wire))))
    for row in document["routing"]:
        assert row["pattern_ja"] in page and row["reason_ja"] in page
    for missing in document["missing"]:
        assert f'name="_at" value="{missing["item"]}"' in page
    for clash in document["contradictions"]:
        assert clash["message_ja"] in page
    for thing in (*document["bring"], *document["questions"]):
        assert thing.get("label_ja", thing.get("question_ja")) in page
    if document["door"]:
        assert document["door"]["label_ja"] in page
    for summary in document["summaries"]:
        for block in summary["blocks"]:
            for line in block["lines"]:
                assert line["label"] in page
                for value in line["values"]:
                    assert all(part in page for part in value["text"].split("\n"))


def test_full_width_digits_are_digits() -> None:
    fields = {
        "episodes": ["３"],
        "distance": ["２．５"],
        "onset.year": ["２０２４"],
        "onset.month": ["5"],
    }
    assert answers_of(SMALL, fields, TODAY, "ja") == read_answers(
        SMALL,
        {"episodes": 3, "distance": {"value": 2.5, "unit": "km"}, "onset": "2024-05"},
        today=TODAY,
    )


def test_blank_fields_and_a_unit_alone_are_no_answers() -> None:
    blank = {name: [" "] for item in SMALL.items for name in names_of(item)}
    assert answers_of(SMALL, blank | {"onset-after.unit": ["km"]}, TODAY, "ja") == {}


@pytest.mark.parametrize(
    ("fields", "item", "code"),
    [
        ({"episodes": ["many"]}, "episodes", "wrong-number"),
        ({"episodes": ["1" * 500]}, "episodes", "wrong-number"),
        ({"episodes": ["1e999"]}, "episodes", "out-of-range"),
        ({"episodes": ["2.5"]}, "episodes", "not-whole"),
        ({"episodes": ["1", "2"]}, "episodes", "repeated-field"),
        ({"onset-after": ["5"]}, "onset-after", "unit-missing"),
        ({"onset-after": ["5"], "onset-after.unit": ["mi"]}, "onset-after", "wrong-unit"),
        ({"onset.month": ["5"]}, "onset", "wrong-date"),
        ({"onset.year": ["2024"], "onset.day": ["5"]}, "onset", "wrong-date"),
        (
            {"onset.year": ["2023"], "onset.month": ["2"], "onset.day": ["30"]},
            "onset",
            "wrong-date",
        ),
        ({"onset.year": ["2999"]}, "onset", "in-the-future"),
        ({"leg": ["left", "right"]}, "leg", "wrong-type"),
        ({"leg": ["tail"]}, "leg", "unknown-option"),
        ({"leg.other.text": ["both"]}, "leg", "not-chosen"),
        ({"leg": ["left"], "leg.other.text": ["both"]}, "leg", "not-chosen"),
        ({"tried": ["massage"], "tried.rest.effect": ["better"]}, "tried", "not-chosen"),
        ({"tried": ["rest", "rest"]}, "tried", "repeated-option"),
        ({"questions": ["a", "b", "c", "d"]}, "questions", "wrong-type"),
        ({"questions": ["a" * 81]}, "questions", "too-long"),
        ({"description": ["a\x00b"]}, "description", "not-accepted"),
        ({"minor": ["perhaps"]}, "minor", "wrong-type"),
        ({"leg.left.text": ["a"]}, "leg.left.text", "unknown-field"),
        ({"tried.none.effect": ["better"]}, "tried.none.effect", "unknown-field"),
        ({"nothing": ["a"]}, "nothing", "unknown-field"),
    ],
)
def test_a_wrong_answer_comes_back_at_its_field_with_all_that_was_typed(
    client: Client, small: Checklist, fields: Fields, item: str, code: str
) -> None:
    typed = fields | {"budget": ["5000"]}
    response = post(client, ENGLISH, typed)
    page = unescape(body_of(response))
    assert response.status_code == 400 and response["Cache-Control"] == "private, no-store"
    error = ParameterError(item, code, "")
    with translation.override("en"):
        sentence = fault_sentence(small, error)
    assert sentence in page
    assert (f'id="error-{item}"' in page) is (item in small.item)
    assert item in small.item or f"“{item}”" in page
    again = posted(body_of(response), "checklist")
    for name, values in typed.items():
        kept = [value for value in again.get(name, []) if value]
        assert code in (
            "unknown-field",
            "unknown-option",
            "wrong-unit",
            "repeated-field",
            "wrong-type",
        ) or (kept == values or (name == "tried" and set(values) == set(kept))), name
    assert again["budget"] == ["5000"]


@pytest.mark.parametrize("name", ["_do", "_at"])
def test_what_no_button_sends_is_named(client: Client, name: str) -> None:
    page = unescape(body_of(post(client, ENGLISH, NONE, **{name: "dance"})))
    assert f"“{name}” holds something that no button of this site sends" in page


def test_of_very_many_fields_that_are_not_asked_the_first_are_named(client: Client) -> None:
    response = post(client, ENGLISH, {f"nothing-{number}": ["a"] for number in range(2_000)})
    page = unescape(body_of(response))
    assert response.status_code == 400 and page.count("This form has no field “nothing-") == 10
    assert "“nothing-0”" in page


def test_every_fault_has_its_words() -> None:
    sources = [Path(module.__file__).read_text() for module in (reading, answer_fields)]
    codes = {code for text in sources for code in re.findall(r'Fault\(\s*"([a-z-]+)"', text)}
    # Those of a body of JSON, which a form cannot have.
    assert codes - SENTENCES.keys() == {
        "wrong-language",
        "text-missing",
        "unknown-member",
        "missing-member",
    }
    assert SENTENCES.keys() <= codes and str(ELSE)


# Emergencies


@pytest.mark.parametrize(
    ("address", "stop"),
    [(PAGE, CHECKLIST.emergency.stop.ja), (ENGLISH, CHECKLIST.emergency.stop.en)],
)
def test_an_emergency_is_all_there_is(client: Client, address: str, stop: str) -> None:
    response = post(client, address, {"urgent-signs": ["speech-or-face"], "side": ["left"]})
    page = unescape(body_of(response))
    assert response.status_code == 200
    assert stop in page and 'href="tel:119"' in page
    assert page.index('class="emergency there"') < page.index('class="doctor-page"')
    assert 'id="where"' not in page and 'id="bring"' not in page
    assert '<li data-option="speech-or-face">' in page
    assert '<li data-option="cord-sign" hidden>' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("urgent-signs=cord-sign&side=tail", FORM, 400),
        ("urgent-signs=CORD-SIGN", FORM, 400),
        ("anything=cord-sign", FORM, 400),
        ("cord-sign=on", FORM, 400),
        ("urgent-signs=cord-sign&broken=%ff", FORM, 400),
        ("urgent-signs=cord-sign&_do=dance", FORM, 400),
    ],
)
def test_a_malformed_form_that_names_a_sign_tells_the_emergency_first(
    client: Client, body: str, media_type: str, status: int
) -> None:
    response = client.post(PAGE, body, content_type=media_type)
    page = body_of(response)
    assert response.status_code == status
    assert 'class="emergency there"' in page and '<li data-option="cord-sign">' in page
    assert page.index('class="emergency there"') < page.find('class="notice', page.index("<main"))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_clinic_that_is_gone_keeps_no_emergency_back(client: Client, prefix: str) -> None:
    withdrawn = clinic()
    withdraw(withdrawn)
    for one, status in ((withdrawn, 410), (NOBODY, 404)):
        address = f"{prefix}/clinics/{one}/checklist"
        gone = post(client, address, NONE)
        response = post(client, address, {"urgent-signs": ["cord-sign"]})
        page = body_of(response)
        assert gone.status_code == response.status_code == status
        (told,) = re.findall("<h1>.*</h1>", body_of(gone))
        assert page.index('class="emergency there"') < page.index(told)
        assert '<li data-option="cord-sign">' in page and 'href="tel:119"' in page
        assert response["Cache-Control"] == "private, no-store"
        # There is no checklist of that clinic to lead to.
        assert f'class="button" href="{prefix}/checklist"' in page
        assert 'class="emergency there"' not in body_of(gone)


def test_a_sign_is_not_found_within_another_word() -> None:
    assert not signs_named(CHECKLIST, b"top-questions=no-cord-signs")
    assert [sign.option for sign in signs_named(CHECKLIST, b"\xffa=cord-sign&b")] == ["cord-sign"]


# The pages


def test_the_form_asks_everything_and_says_why_and_who_says_so(client: Client) -> None:
    for address, language in ((PAGE, "ja"), (ENGLISH, "en")):
        response = client.get(address)
        page = unescape(body_of(response))
        assert response.status_code == 200 and response["Cache-Control"] == "no-cache"
        assert not response.cookies
        for item in CHECKLIST.items:
            assert item.label.in_language(language) in page  # type: ignore[arg-type]
            assert item.why.in_language(language) in page  # type: ignore[arg-type]
            for option in item.options:
                assert f'id="{item.slug}--{option.code}"' in page
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        pointed = re.findall(r' (?:for|aria-describedby|aria-labelledby)="([^"]+)"', page)
        assert {id for one in pointed for id in one.split()} <= set(ids)
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page)


def test_changing_answers_begins_at_the_item_that_was_asked_for(client: Client) -> None:
    response = post(client, PAGE, {"side": ["left"]}, _at="onset-date")
    page = body_of(response)
    assert re.search(r'id="onset-date--year"[^>]* autofocus', page)
    assert posted(page, "checklist")["side"] == ["left"]
    assert page.count(" autofocus") == 1


@pytest.mark.parametrize("item", CHECKLIST.items, ids=lambda item: item.slug)
def test_each_item_can_be_the_one_to_begin_at(client: Client, item: Item) -> None:
    page = body_of(post(client, PAGE, {}, _at=item.slug))
    (field,) = re.findall(r'name="([^"]+)"[^>]* autofocus', page)
    assert field in {*names_of(item)}


def test_the_prepared_visit_holds_the_answers_for_what_is_asked_next(client: Client) -> None:
    fields = NONE | {
        "top-questions": ["一つ目\r\n続き", 'Is it "nerves" & <all>?'],
        "side": ["left"],
    }
    response = post(client, PAGE, fields)
    assert response["Cache-Control"] == "private, no-store" and not response.cookies
    assert posted(body_of(response), "again") == fields
    changed = post(client, PAGE, posted(body_of(response), "again"), _do="change")
    again = {
        name: [one for one in values if one]
        for name, values in posted(body_of(changed), "checklist").items()
    }
    assert {name: values for name, values in again.items() if values} == fields


def test_the_page_for_the_doctor_is_a_file(client: Client) -> None:
    response = post(client, ENGLISH, NONE | {"side": ["left"]}, _do="pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="second-opinion.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    wire = {"answers": {"urgent-signs": ["none"], "early-review-signs": ["none"], "side": "left"}}
    told = client.post(f"{PREPARE}?format=pdf", json.dumps(wire), "application/json")
    assert response.content == told.content


def test_hostile_words_are_only_words(client: Client) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 1 }}'
    fields = NONE | {
        "top-questions": [hostile],
        "events": ["other"],
        "events.other.text": [hostile],
        "ask-certainty": ["</textarea>" + hostile],
    }
    for more in ({}, {"_do": "change"}, {"_at": "nowhere", hostile: "a"}):
        page = body_of(post(client, PAGE, fields, **more))
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "{{ 1 }}" in page


def test_no_address_holds_an_answer(client: Client) -> None:
    word = "hiddenharbour"
    fields = NONE | {"top-questions": [word], "sensory-trick": [word], "fee-budget": ["987654"]}
    for more in ({}, {"_do": "change"}, {"_at": "side"}):
        page = body_of(post(client, PAGE, fields, **more))
        addresses = re.findall(r'(?:href|action|src|formaction)="([^"]*)"', page)
        assert word in page and addresses
        assert not [one for one in addresses if word in one or "987654" in one]


def test_the_search_that_is_suggested_is_the_sites_own(client: Client) -> None:
    page = unescape(body_of(post(client, ENGLISH, NONE | {"prior-diagnoses": ["dystonia"]})))
    assert re.search(r'<a href="/en\?category=[a-z,-]+">', page)
    assert re.search(
        r'<form class="near" method="get" action="/en"><input type="hidden" name="category"', page
    )


def test_what_is_too_long_is_said_in_words(client: Client) -> None:
    for address, words in (
        (PAGE, "一度に送れる量を超えています"),
        (ENGLISH, "That is too much at once"),
    ):
        response = post(client, address, {"sensory-trick": ["a" * 131_100]})
        assert response.status_code == 413 and words in body_of(response)
        assert response["Cache-Control"] == "private, no-store"


def test_what_is_no_form_is_refused_in_words(client: Client) -> None:
    for body, media_type, status in (
        ("{}", "application/json", 415),
        ("a=%ff", FORM, 400),
        ("é=1", FORM, 400),
        ("&".join(f"a{n}=1" for n in range(6_000)), FORM, 400),
    ):
        response = client.post(ENGLISH, body, content_type=media_type)
        assert response.status_code == status, body[:20]
        assert "What was sent is not the form of this page." in body_of(response)
        assert 'class="emergency there"' not in body_of(response)


def test_an_address_with_parameters_is_refused_with_their_names_alone(client: Client) -> None:
    one = clinic()
    sign = {"urgent-signs": ["cord-sign"]}
    for page in (PAGE, ENGLISH, f"/en/clinics/{one}/checklist"):
        address = f"{page}?side=hiddenharbour&<b>=1"
        for response in (client.get(address), post(client, address, NONE)):
            body = body_of(response)
            assert response.status_code == 400 and "no-store" in response["Cache-Control"]
            assert "<code>side</code>" in body and "<code>&lt;b&gt;</code>" in body
            assert "hiddenharbour" not in body
            # It leads to the form that was meant, without them.
            assert f'class="button" href="http://testserver{page}"' in body
        body = body_of(post(client, address, sign))
        assert body.index('class="emergency there"') < body.index("<code>side</code>")


def test_what_a_clinics_checklist_refuses_leads_back_to_it(client: Client) -> None:
    address = f"/en/clinics/{clinic()}/checklist"
    for body, media_type in (("a=%ff", FORM), ("{}", "application/json")):
        page = body_of(client.post(address, body, content_type=media_type))
        assert f'class="button" href="http://testserver{address}"' in page


def test_the_rate_of_readers_holds_for_the_form(client: Client, settings: Any) -> None:
    settings.THROTTLE_READ = Rate.read("1/hour")
    assert [client.get(PAGE).status_code, post(client, PAGE, NONE).status_code] == [200, 429]


# A clinic's own


def test_a_clinics_own_terms_stand_at_the_items_and_in_the_visit(client: Client) -> None:
    one = clinic()
    address = f"/en/clinics/{one}/checklist"
    notes = client.get(f"/api/v1/clinics/{one}/checklist").json()["items"]
    questions = [note["question_en"] for item in notes for note in item["clinic_notes"]]
    for response in (client.get(address), post(client, address, NONE)):
        page = unescape(body_of(response))
        assert response.status_code == 200
        assert f'action="{address}"' in page
        assert questions and all(question in page for question in questions if question)
    stopped = post(client, address, {"urgent-signs": ["cord-sign"]})
    assert 'class="terms"' not in body_of(stopped)


def test_a_clinic_is_called_what_its_own_page_calls_it(client: Client) -> None:
    named, unnamed = register(
        [
            record(name="青空病院", name_en="Blue Sky Hospital"),
            record(name="夕焼け医院", name_en=""),
        ]
    )
    for prefix, one, name in (
        ("", named, "青空病院"),
        ("/en", named, "Blue Sky Hospital"),
        ("/en", unnamed, '<span lang="ja">夕焼け医院</span>'),
    ):
        address = f"{prefix}/clinics/{one}/checklist"
        link = f'<a href="{prefix}/clinics/{one}">{name}</a>'
        form, visit = body_of(client.get(address)), body_of(post(client, address, NONE))
        assert link in form and link in visit
        assert f"– {re.sub('<.*?>', '', name)} |" in form.partition("</title>")[0]
        (heading,) = re.findall(r'<h2 class="print-only">.*</h2>', visit)
        assert name in heading
    # Whoever reads English needs no other script where the clinic has a name in theirs.
    assert "青空" not in body_of(post(client, f"/en/clinics/{named}/checklist", NONE))


def test_a_clinic_that_is_gone_or_unheard_of_is_said_so(client: Client) -> None:
    one = clinic()
    withdraw(one)
    for address, status, words in (
        (f"/clinics/{one}/checklist", 410, "この施設の掲載は終わりました"),
        (f"/en/clinics/{one}/checklist", 410, "This entry is no longer listed"),
        (f"/en/clinics/{NOBODY}/checklist", 404, "There is no such page"),
    ):
        for response in (client.get(address), post(client, address, NONE)):
            assert response.status_code == status and words in body_of(response)


def test_a_clinic_that_was_found_to_be_another_leads_to_its_checklist(client: Client) -> None:
    (one, other) = register([record(35.0, 139.0), record(35.1, 139.1)])
    Facility.objects.filter(pk=one).update(status=Status.WITHDRAWN, merged_into=other)
    publish([one, other])
    response = client.get(f"/en/clinics/{one}/checklist")
    assert response.status_code == 301
    assert response["Location"] == f"/en/clinics/{other}/checklist"
    assert response["Cache-Control"] == "no-cache"
