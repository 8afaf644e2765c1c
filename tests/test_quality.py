"""How fresh and complete the catalogue is: counted again from the public documents, one by one."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from clinics.admin.quality import quality as quality_desk
from clinics.curation import quality
from clinics.curation.quality import quality_report, take_snapshot
from clinics.curation.quality_charts import sparkline
from clinics.hours import Session
from clinics.imports import starter
from clinics.imports.starter import load_starter
from clinics.models import (
    Concept,
    Facility,
    ImportRun,
    OpenSession,
    QualitySnapshot,
    Scheme,
    SecondOpinion,
    Status,
    Verification,
)
from clinics.publication import publish
from tests.catalogue import claim, clinic, record, register, withdraw
from tests.contract import codes, conforms, openapi_document, problem_of
from tests.curating import person
from tests.navii_sheets import hospital, hours, write_release

pytestmark = pytest.mark.django_db

QUALITY = "/api/v1/quality"
MORNINGS = (Session(1, ("mon", "fri"), time(9), time(12)),)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """What was kept for a minute is of another test's catalogue."""
    cache.clear()


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


# The judge: a clinic's public document, and nothing of the code that counts.


def share(number: int, of: int) -> dict[str, Any]:
    return {"number": number, "of": of, "share": round(number / of, 4) if of else None}


def judged(documents: list[dict[str, Any]], today: date, with_hours: set[str]) -> dict[str, Any]:
    """The figures of some clinics, from their documents."""
    day = today.isoformat()

    def number(condition: Any) -> int:
        return sum(1 for one in documents if condition(one))

    def expired(one: dict[str, Any]) -> list[Any]:
        return [said for said in one["claims"] if said["expires_on"] and said["expires_on"] < day]

    def verified_within(days: int) -> int:
        first = (today - timedelta(days=days)).isoformat()
        return number(lambda one: one["verified_on"] and one["verified_on"] >= first)

    clinics = len(documents)
    due = number(lambda one: one["verify_by"])
    return {
        "clinics": clinics,
        "verified_in_time": share(
            number(lambda one: one["verify_by"] and one["verify_by"] >= day), due
        ),
        "overdue": share(number(lambda one: one["verify_by"] and one["verify_by"] < day), due),
        "nothing_to_verify": share(number(lambda one: one["verify_by"] is None), clinics),
        "verified_within_90_days": share(verified_within(90), clinics),
        "verified_within_365_days": share(verified_within(365), clinics),
        "never_verified": share(number(lambda one: one["verified_on"] is None), clinics),
        "missing_position": share(number(lambda one: one["lat"] is None), clinics),
        "missing_hours": share(number(lambda one: one["id"] not in with_hours), clinics),
        "missing_claims": share(number(lambda one: not one["claims"]), clinics),
        "missing_second_opinion": share(number(lambda one: not one["second_opinions"]), clinics),
        "with_expired_claims": share(number(expired), clinics),
        "expired_claims": share(
            sum(len(expired(one)) for one in documents),
            sum(len(one["claims"]) for one in documents),
        ),
    }


def every_document(client: Client) -> list[dict[str, Any]]:
    """The full document of every clinic that the public finds, bodywork too."""
    urls: set[str] = set()
    for address in ("/api/v1/clinics", "/api/v1/clinics?category=non-medical-bodywork"):
        page: str | None = f"{address}{'&' if '?' in address else '?'}page_size=100"
        while page:
            body = client.get(page).json()
            urls |= {hit["clinic"]["url"] for hit in body["results"]}
            page = body["next"]
    return [client.get(url).json() for url in sorted(urls)]


@pytest.fixture
def catalogue() -> None:
    """The starter catalogue, and clinics of every kind that it lacks."""
    load_starter()
    ids = register(
        [
            record(35.68, 139.76, departments=["neurology"], hours=MORNINGS),
            record(26.2, 127.7, departments=["orthopaedics"], hours=MORNINGS),
            record(None, None, departments=["neurology"], prefecture_code="47"),
            record(35.6, 139.7, prefecture_code=""),
            record(35.6, 139.7, prefecture_code="", departments=["rehabilitation"]),
            record(34.7, 135.5, prefecture_code="27"),
            record(34.7, 135.5, prefecture_code="27"),
        ]
    )
    for facility_id in ids[:4]:
        claim(facility_id, "sport:golf", "service:mri", expires_on=days_ago(1))
    claim(ids[0], "sport:baseball", expires_on=days_ago(0))
    claim(ids[0], "sport:soccer", expires_on=days_ago(9), status=Status.DRAFT)
    claim(ids[5], "category:non-medical-bodywork", recorded_on=days_ago(365))
    claim(ids[6], "sport:golf", recorded_on=days_ago(366))
    for place, days in enumerate((0, 90, 91, 365, 366)):
        _verify(ids[place], days_ago(days))
    _verify(ids[5], days_ago(1), outcome=Verification.Outcome.NOT_REACHED)
    _second_opinion(ids[1], offered="no")
    _second_opinion(ids[2], status=Status.DRAFT)
    publish(ids)
    gone = clinic(35, 139, "sport:golf")
    claim(gone, "level:elite", expires_on=days_ago(3))
    _second_opinion(gone)
    withdraw(gone)


def _verify(facility_id: UUID, day: date, **values: Any) -> None:
    Verification.objects.create(
        **{
            "facility_id": facility_id,
            "verified_on": day,
            "method": Verification.Method.PHONE,
            "outcome": Verification.Outcome.CONFIRMED,
        }
        | values
    )


def _second_opinion(facility_id: UUID, **values: Any) -> None:
    SecondOpinion.objects.create(
        **{
            "facility_id": facility_id,
            "offered": "yes",
            "recorded_on": days_ago(3),
            "status": Status.PUBLISHED,
        }
        | values
    )


def test_every_figure_is_what_the_documents_of_the_clinics_add_up_to(
    catalogue: None, client: Client
) -> None:
    documents = every_document(client)
    sessions = OpenSession.objects.values_list("listing__facility_id", flat=True)
    with_hours = {str(facility_id) for facility_id in sessions}
    today = timezone.localdate()

    def figures(condition: Any) -> dict[str, Any]:
        return judged([one for one in documents if condition(one)], today, with_hours)

    body = client.get(QUALITY).json()
    assert body["as_of"] == today.isoformat()
    assert body["overall"] == figures(lambda one: True)
    # The figures would prove little if nothing were missing, or everything.
    assert all(
        0 < body["overall"][name]["number"] < body["overall"][name]["of"]
        for name in body["overall"]
        if name != "clinics"
    )
    for region in body["by_prefecture"]:
        slug = None if region["slug"] == "unknown" else region["slug"]
        assert region["figures"] == figures(
            lambda one, slug=slug: (one["prefecture"] or {"slug": None})["slug"] == slug
        ), region["slug"]
    for category in body["by_category"]:
        assert category["figures"] == figures(
            lambda one, slug=category["slug"]: slug in {c["slug"] for c in one["categories"]}
        ), category["slug"]


def test_the_prefectures_come_in_the_order_of_their_codes_and_then_the_unknown(
    catalogue: None, client: Client
) -> None:
    regions = client.get(QUALITY).json()["by_prefecture"]
    assert [region["code"] for region in regions] == [f"{n:02}" for n in range(1, 48)] + [None]
    assert regions[-1]["slug"] == "unknown" and regions[-1]["figures"]["clinics"] >= 2
    assert regions[0]["slug"] == "hokkaido" and regions[0]["label_ja"] == "北海道"


def test_every_category_stands_there_also_one_that_no_clinic_carries(client: Client) -> None:
    clinic(35, 139, "category:neurology")
    categories = client.get(QUALITY).json()["by_category"]
    slugs = Concept.objects.filter(scheme=Scheme.CATEGORY).values_list("slug", flat=True)
    assert [one["slug"] for one in categories] == list(slugs.order_by("order"))
    numbers = {one["slug"]: one["figures"]["clinics"] for one in categories}
    assert numbers.pop("neurology") == 1 and set(numbers.values()) == {0}
    nothing = next(one for one in categories if one["slug"] == "radiology")["figures"]
    assert nothing["verified_in_time"] == nothing["missing_hours"] == share(0, 0)


def test_an_empty_catalogue_has_figures_too(client: Client) -> None:
    body = client.get(QUALITY).json()
    assert body["overall"]["clinics"] == 0 and body["trend"] == []
    assert body["overall"]["missing_position"] == {"number": 0, "of": 0, "share": None}


def test_a_clinic_of_which_curators_say_nothing_is_neither_in_time_nor_overdue(
    client: Client,
) -> None:
    clinic()
    claim(clinic(), "sport:golf", recorded_on=days_ago(1))
    claim(clinic(), "sport:golf", recorded_on=days_ago(400))
    overall = client.get(QUALITY).json()["overall"]
    assert overall["verified_in_time"] == overall["overdue"] == share(1, 2)
    assert overall["nothing_to_verify"] == share(1, 3)


def test_a_statement_that_no_second_opinions_are_given_is_not_missing(client: Client) -> None:
    said = clinic()
    clinic()
    _second_opinion(said, offered="no")
    publish([said])
    assert client.get(QUALITY).json()["overall"]["missing_second_opinion"] == share(1, 2)


def test_what_is_withdrawn_counts_nowhere(client: Client) -> None:
    facility_id = clinic(35, 139, "sport:golf", "category:neurology")
    claim(facility_id, "level:elite", expires_on=days_ago(1))
    _second_opinion(facility_id)
    withdraw(facility_id)
    body = client.get(QUALITY).json()
    assert body["overall"]["clinics"] == 0
    assert body["overall"]["expired_claims"] == share(0, 0)
    assert body["overall"]["missing_claims"] == share(0, 0)


# The contract.


def test_the_answer_conforms_to_its_schema_which_explains_every_figure(
    catalogue: None, client: Client
) -> None:
    openapi = openapi_document()
    conforms(client.get(QUALITY).json(), "QualityReport", openapi)
    described = openapi["components"]["schemas"]["QualityFigures"]["properties"]
    assert all(one["description"] for one in described.values())


def test_it_is_asked_for_again_each_time_and_answered_304_while_it_is_the_same(
    client: Client,
) -> None:
    clinic()
    first = client.get(QUALITY)
    assert first["Cache-Control"] == "no-cache"
    again = client.get(QUALITY, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    clinic()
    cache.clear()
    other = client.get(QUALITY, headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200 and other["ETag"] != first["ETag"]


def test_a_parameter_is_refused(client: Client) -> None:
    assert codes(problem_of(client.get(f"{QUALITY}?prefecture=13"), 400)) == {
        "prefecture": "unknown-parameter"
    }


def test_figures_are_kept_for_a_minute_but_not_into_another_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(clinic(), "sport:golf", expires_on=timezone.localdate())
    assert client.get(QUALITY).json()["overall"]["expired_claims"]["number"] == 0
    clinic()
    assert client.get(QUALITY).json()["overall"]["clinics"] == 1
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    body = client.get(QUALITY).json()
    assert body["as_of"] == tomorrow.isoformat()
    assert body["overall"]["expired_claims"]["number"] == 1
    assert body["overall"]["clinics"] == 2


def test_figures_after_an_import_are_its_own_at_once(client: Client) -> None:
    assert client.get(QUALITY).json()["overall"]["clinics"] == 0
    load_starter()
    body = client.get(QUALITY).json()
    assert body["overall"]["clinics"] > 500
    assert body["trend"][-1]["figures"] == body["overall"]


def test_it_takes_as_many_queries_for_many_clinics_as_for_one(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    load_starter()
    with django_assert_max_num_queries(16):
        client.get(QUALITY)
    with django_assert_max_num_queries(1):
        client.get(QUALITY)


# How it moved.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "files"


def hospitals(number: int) -> dict[str, Any]:
    ids = [f"01110100{place:05}" for place in range(number)]
    return {
        "01-1": [
            hospital(id=official_id, name=f"病院{official_id}", latitude=f"43.{place:04}7")
            for place, official_id in enumerate(ids)
        ],
        "01-2": [
            hours(official_id, consultation={"月": ("09:00", "12:00")}) for official_id in ids
        ],
    }


def test_each_import_that_changed_something_leaves_a_snapshot_and_no_other_does(
    client: Client, folder: Path
) -> None:
    load_starter()
    load_starter()
    write_release(folder, hospitals(3))
    call_command("import_navii", str(folder), dry_run=True)
    call_command("import_navii", str(folder))
    call_command("import_navii", str(folder))
    assert QualitySnapshot.objects.count() == ImportRun.objects.count() == 2
    points = client.get(QUALITY).json()["trend"]
    assert [(one["source"], one["release"]) for one in points] == [
        (run.source, run.release.isoformat()) for run in ImportRun.objects.order_by("finished_at")
    ]
    before, after = (one["figures"]["clinics"] for one in points)
    assert after == before + 3
    assert points[-1]["figures"] == client.get(QUALITY).json()["overall"]


def test_an_import_that_fails_leaves_neither_a_note_nor_a_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(starter, "take_snapshot", crash)
    with pytest.raises(RuntimeError), transaction.atomic():
        load_starter()
    assert not ImportRun.objects.exists() and not QualitySnapshot.objects.exists()
    assert not Facility.objects.exists()


def test_the_trend_has_the_last_fifty_points_the_newest_last(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    clinic()
    for _ in range(52):
        last = take_snapshot()
    points = client.get(QUALITY).json()["trend"]
    assert len(points) == quality.MOST_POINTS == 50
    assert points[-1]["taken_at"] == last.taken_at.isoformat(timespec="seconds")
    assert (points[-1]["source"], points[-1]["release"]) == (None, None)
    assert points == sorted(points, key=lambda point: point["taken_at"])


def test_a_point_outlives_the_note_of_its_import(client: Client) -> None:
    load_starter()
    ImportRun.objects.all().delete()
    (point,) = client.get(QUALITY).json()["trend"]
    assert point["source"] is None and point["figures"]["clinics"] > 500


def test_the_command_keeps_the_figures_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    clinic()
    call_command("snapshot_quality")
    snapshot = QualitySnapshot.objects.get()
    assert snapshot.import_run is None
    assert snapshot.figures == quality_report()["overall"]
    assert "1 clinics" in capsys.readouterr().out


def test_a_prefecture_without_a_code_breaks_nothing(client: Client) -> None:
    Concept.objects.create(
        scheme=Scheme.PREFECTURE, slug="elsewhere", label_ja="外", label_en="Elsewhere"
    )
    clinic()
    assert len(client.get(QUALITY).json()["by_prefecture"]) == 48


# The desk.

DESK = "/admin/quality/"
LIST = "/admin/clinics/facility/"


def test_the_desk_shows_every_figure_of_the_answer_with_a_bar_and_its_clinics(
    catalogue: None, client: Client, admin_client: Client
) -> None:
    overall = client.get(QUALITY).json()["overall"]
    page = admin_client.get(DESK)
    shown = {line.figure.name: line.cell for line in page.context["lines"]}
    assert shown.keys() == overall.keys() - {"clinics"}
    for name, cell in shown.items():
        assert cell.share == overall[name]
        assert cell.width == f"{100 * overall[name]['share']:.2f}", name
    told = page.content.decode()
    for asks in (
        "due=past",
        "position=missing",
        "hours=missing",
        "claims=missing",
        "second_opinion=missing",
        "expiring=yes",
        "prefecture=47&amp;position=missing",
        "category=neurology&amp;hours=missing",
        "prefecture=01",
        "category=neurology",
    ):
        assert f'href="{LIST}?{asks}"' in told, asks
    assert "style=" not in told and "<script>" not in told


def test_a_number_of_nothing_leads_nowhere(admin_client: Client) -> None:
    clinic(35, 139)
    told = admin_client.get(DESK).content.decode()
    assert "expiring=yes" not in told and "position=missing" not in told
    assert f"{LIST}?claims=missing" in told


def numbers(page: Any, column: int) -> list[Any]:
    return [row.cells[column].percent for row in page.context["prefectures"]]


def test_the_tables_are_sorted_by_a_column_and_groups_without_a_share_stay_last(
    catalogue: None, admin_client: Client
) -> None:
    usual = admin_client.get(DESK)
    assert [row.label for row in usual.context["prefectures"]][0] == "Hokkaido"
    column = 2
    for sort, backwards in (("missing_position", False), ("-missing_position", True)):
        page = admin_client.get(f"{DESK}?sort={sort}")
        found = numbers(page, column)
        known = [number for number in found if number is not None]
        assert known == sorted(known, reverse=backwards) and len(set(known)) > 3
        assert sorted(map(str, found)) == sorted(map(str, numbers(usual, column)))
        categories = [row.cells[column].percent for row in page.context["categories"]]
        empty = [number is None for number in categories]
        assert any(empty) and empty == sorted(empty)
        told = page.content.decode()
        assert told.count(f'aria-sort="{"descending" if backwards else "ascending"}"') == 2
    page = admin_client.get(f"{DESK}?sort=-clinics")
    clinics = [row.clinics for row in page.context["prefectures"]]
    assert clinics == sorted(clinics, reverse=True)


def test_a_column_that_there_is_not_is_refused(admin_client: Client) -> None:
    assert admin_client.get(f"{DESK}?sort=beauty").status_code == 400


def test_the_trend_is_a_line_and_a_table(admin_client: Client) -> None:
    clinic()
    take_snapshot()
    claim(clinic(None, None), "sport:golf")
    take_snapshot()
    page = admin_client.get(DESK)
    moved = {one.figure.name: one for one in page.context["movements"]}
    assert (moved["missing_position"].first, moved["missing_position"].last) == (0, 50)
    assert moved["missing_claims"].change == -50
    # Nothing was due at first, so there is one point.
    assert len(moved["verified_in_time"].line.points.split()) == 1
    told = page.content.decode()
    assert told.count("<polyline") == len(moved) == 6
    assert [point["clinics"] for point in page.context["points"]] == [2, 1]
    assert "2 snapshots" in told and "no import" in told and "of none" in told


def test_the_line_of_a_trend_is_true_to_time_and_height() -> None:
    start = timezone.now()
    shares = [(0, 0.2), (1, 0.4), (4, 0.3)]
    line = sparkline([(start + timedelta(days=days), share) for days, share in shares])
    assert line.points == "4.0,44.0 62.0,4.0 236.0,24.0"
    assert (line.last_x, line.last_y) == ("236.0", "24.0")
    level = sparkline([(start, 0.5), (start, 0.5)])
    assert level.points == "236.0,44.0 236.0,44.0"


def test_an_empty_catalogue_has_a_page_that_says_so(admin_client: Client) -> None:
    told = admin_client.get(DESK).content.decode()
    assert "No clinic is published yet" in told and "<svg class=" not in told
    clinic()
    cache.clear()
    told = admin_client.get(DESK).content.decode()
    assert "There is no snapshot yet" in told and "<polyline" not in told


def test_the_desk_takes_few_queries(catalogue: None, django_assert_max_num_queries: Any) -> None:
    user = person("hanako")
    user.groups.add(Group.objects.get(name="Curator"))
    client = Client()
    client.force_login(user)
    with django_assert_max_num_queries(20):
        assert client.get(DESK).status_code == 200


def test_the_desk_is_for_those_who_may_see_the_clinics(client: Client) -> None:
    assert client.get(DESK).status_code == 302
    client.force_login(person("nobody"))
    assert client.get(DESK).status_code == 403
    assert DESK not in client.get("/admin/").content.decode()


def test_the_home_page_is_told_of_the_desk(admin_client: Client) -> None:
    assert [page["url"] for page in admin_client.get("/admin/").context["pages"]] == [DESK]


def test_the_desk_speaks_japanese_of_places_and_categories(admin_client: Client) -> None:
    clinic()
    with translation.override("ja"):
        request = RequestFactory().get(DESK)
        request.user = User.objects.get()
        page = quality_desk(request).render()
    told = page.content.decode()
    assert "北海道" in told and "脳神経内科" in told
