"""What the list and the head of a clinic's page say of second opinions: what holds today, else that it
is out of date."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from clinics.publication import publish
from finder.web.second_opinions import offer_of
from tests.catalogue import record, register
from tests.clinic_records import TODAY, document
from tests.clinic_records import record as terms_record
from tests.doubles import terms

NAME = "青葉病院"
PAST, TO_COME = TODAY - timedelta(days=1), TODAY


def dated(offered: str, expires_on: date | None = None, **stated: Any) -> dict[str, Any]:
    """Terms of a document that hold until a day."""
    return terms_record(offered=offered, expires_on=expires_on and expires_on.isoformat(), **stated)


@pytest.mark.parametrize(
    ("records", "answer", "has_expired"),
    [
        ([dated("yes", TO_COME)], "yes", False),
        ([dated("yes", PAST)], "yes", True),
        ([dated("yes", PAST), dated("no")], "no", False),
        ([dated("no", PAST), dated("yes")], "yes", False),
        ([dated("no"), dated("yes")], "yes", False),
        ([dated("no", PAST), dated("yes", PAST)], "yes", True),
        # Terms that do not answer take no answer back.
        ([dated("unknown"), dated("yes", PAST)], "yes", True),
        ([dated("no", PAST)], "no", True),
    ],
)
def test_what_holds_today_answers_before_what_has_expired(
    records: list[dict[str, Any]], answer: str, has_expired: bool
) -> None:
    offer = offer_of(document(*records), TODAY)
    assert (offer.answer, offer.origin and offer.origin.has_expired) == (answer, has_expired)
    assert offer.record in records and offer.record["offered"] == answer


def test_without_an_answer_it_is_unknown() -> None:
    for records in ([], [dated("unknown")]):
        offer = offer_of(document(*records), TODAY)
        assert (offer.answer, offer.record, offer.origin) == ("unknown", None, None)


def test_the_ways_are_those_of_what_holds_today() -> None:
    offer = offer_of(
        document(
            dated("yes", PAST, modes=["online"]),
            dated("yes", modes=["written"]),
            dated("unknown", modes=["in-person"]),
            dated("no", modes=["online"]),
        ),
        TODAY,
    )
    assert offer.modes == ("in-person", "written")


@pytest.fixture
def clinic_id() -> UUID:
    (made,) = register([record(name=NAME)])
    return made


def expired(clinic_id: UUID, **stated: Any) -> date:
    """Give a clinic terms whose last day was yesterday; that day."""
    day = timezone.localdate() - timedelta(days=1)
    terms(clinic_id, expires_on=day, **stated)
    return day


def listed(language: str = "en") -> str:
    """What the list says of the clinic at a glance."""
    html = Client().get("/en" if language == "en" else "/", {"q": NAME}).content.decode()
    (state,) = re.findall(r'<ul class="state">.*?</ul>', html, re.DOTALL)
    return str(state)


def head(clinic_id: UUID) -> str:
    """What the head of the clinic's page says of second opinions."""
    html = Client().get(f"/en/clinics/{clinic_id}").content.decode()
    (cell,) = re.findall(
        r'<span class="status-name">Second opinion</span>(.*?)</li>', html, re.DOTALL
    )
    return str(cell)


@pytest.mark.django_db
def test_expired_terms_are_called_out_of_date_and_not_green(clinic_id: UUID) -> None:
    day = expired(clinic_id, fee="33000")
    publish([clinic_id])
    assert '<span class="chip warn">Second opinion offered, out of date</span>' in listed()
    assert f"valid until {day}" in listed()
    assert "33,000" not in listed() and "chip good" not in listed()
    assert '<a class="chip warn" href="#second-opinion">Offered, out of date</a>' in head(clinic_id)
    assert "セカンドオピニオンあり、期限切れ</span>" in listed("ja")


@pytest.mark.django_db
def test_where_newer_terms_hold_they_are_told_and_come_first(clinic_id: UUID) -> None:
    expired(clinic_id, fee="33000")
    terms(clinic_id, fee="22000", modes=["online"])
    publish([clinic_id])
    assert '<span class="chip good">Second opinion offered</span> 22,000 JPY' in listed()
    assert "out of date" not in listed() and "in person" not in listed()
    assert '<a class="chip good" href="#second-opinion">Offered</a>' in head(clinic_id)
    page = Client().get(f"/en/clinics/{clinic_id}").content.decode()
    assert page.index("22,000 yen") < page.index("33,000 yen")


@pytest.mark.django_db
def test_a_stated_no_is_not_drawn_as_unknown(clinic_id: UUID) -> None:
    terms(clinic_id, offered="no")
    publish([clinic_id])
    said = '<span class="chip warn">States that it gives no second opinion</span>'
    assert said in listed()
    assert '<span class="chip warn">Not offered</span>' in head(clinic_id)


@pytest.mark.django_db
def test_a_no_that_has_expired_says_so(clinic_id: UUID) -> None:
    expired(clinic_id, offered="no")
    publish([clinic_id])
    assert "States that it gives no second opinion, out of date</span>" in listed()
    assert "Not offered, out of date</span>" in head(clinic_id)
