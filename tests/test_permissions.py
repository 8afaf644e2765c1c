"""Who may open what in the admin, and do what: every address and every action, for everybody."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.urls import URLResolver

from clinics.curation.workflow import submit
from clinics.models import Concept, CuratedEntry, DuplicatePair, Facility, ImportRun, PublicReport
from tests.catalogue import clinic, numbers
from tests.curating import edit, member, person

pytestmark = pytest.mark.django_db

SIGNED_IN = {"stranger", "curator", "reviewer", "superuser"}
CURATORS = {"curator", "reviewer", "superuser"}
REVIEWERS = {"reviewer", "superuser"}
SUPERUSER = {"superuser"}
NOBODY: set[str] = set()


class Rights(NamedTuple):
    """Who may open an address, and who may send ``data`` to it; ``path`` is below the admin's."""

    path: str
    read: set[str]
    write: set[str]
    data: dict[str, str] = {}


def of_model(name: str, path: str, one: str, *, view: set[str], add: set[str], change: set[str], delete: set[str]) -> dict[str, Rights]:  # fmt: skip
    """Django's own addresses of a model."""
    return {
        f"{name}_changelist": Rights(path, view, view),
        f"{name}_add": Rights(f"{path}add/", add, add),
        f"{name}_change": Rights(f"{path}{one}/change/", view, change),
        f"{name}_history": Rights(f"{path}{one}/history/", view, view),
        f"{name}_delete": Rights(f"{path}{one}/delete/", delete, delete),
    }


MATRIX = {
    "index": Rights("", SIGNED_IN, SIGNED_IN),
    "password_change": Rights("password_change/", SIGNED_IN, SIGNED_IN),
    "password_change_done": Rights("password_change/done/", SIGNED_IN, SIGNED_IN),
    "jsi18n": Rights("jsi18n/", SIGNED_IN, SIGNED_IN),
    "view_on_site": Rights("r/{type}/{clinic}/", SIGNED_IN, SIGNED_IN),
    "autocomplete": Rights(
        "autocomplete/?app_label=clinics&model_name=claim&field_name=concept", CURATORS, NOBODY
    ),
    "clinics_quality": Rights("quality/", CURATORS, NOBODY),
    "background": Rights("clinics/concept/publishing/{any}/", CURATORS, NOBODY),
    "clinics_concept_simple_history": Rights(
        "clinics/concept/{concept}/history/{version}/", CURATORS, REVIEWERS
    ),
    "clinics_duplicatepair_compare": Rights(
        "clinics/duplicatepair/compare/?first={clinic}&second={other}",
        CURATORS,
        CURATORS,
        {"deed": "different"},
    ),
    "clinics_verify": Rights("clinics/facility/verify/?ids={clinic}", CURATORS, CURATORS),
    "clinic_address": Rights("clinics/facility/{clinic}/address/", NOBODY, CURATORS),
    "clinic_review": Rights("clinics/facility/{clinic}/review/", CURATORS, CURATORS),
    "clinic_compare": Rights(
        "clinics/facility/{clinic}/compare/?from={step}&to=live", CURATORS, CURATORS
    ),
    "clinic_verify": Rights("clinics/facility/{clinic}/verify/", CURATORS, CURATORS),
    "clinics_export": Rights("clinics/facility/export/", CURATORS, CURATORS),
    "clinics_table_template": Rights(
        "clinics/facility/import/template/?table=claims&format=csv", CURATORS, NOBODY
    ),
    "clinics_import": Rights("clinics/facility/import/", CURATORS, CURATORS),
    "clinics_import_refused": Rights("clinics/facility/import/x/refused/", CURATORS, CURATORS),
    "clinics_import_dry_run": Rights("clinics/facility/import/x/", CURATORS, CURATORS),
    "report_accept": Rights("clinics/publicreport/{report}/accept/", NOBODY, CURATORS),
    "report_reject": Rights("clinics/publicreport/{report}/reject/", NOBODY, CURATORS),
    "auth_user_password_change": Rights("auth/user/{user}/password/", SUPERUSER, SUPERUSER),
    **of_model(
        "clinics_concept",
        "clinics/concept/",
        "{concept}",
        view=CURATORS,
        add=REVIEWERS,
        change=REVIEWERS,
        delete=NOBODY,
    ),
    **of_model(
        "clinics_duplicatepair",
        "clinics/duplicatepair/",
        "{pair}",
        view=CURATORS,
        add=NOBODY,
        change=CURATORS,
        delete=NOBODY,
    ),
    **of_model(
        "clinics_facility",
        "clinics/facility/",
        "{clinic}",
        view=CURATORS,
        add=CURATORS,
        change=CURATORS,
        delete=NOBODY,
    ),
    **of_model(
        "clinics_importrun",
        "clinics/importrun/",
        "{run}",
        view=CURATORS,
        add=NOBODY,
        change=CURATORS,
        delete=NOBODY,
    ),
    **of_model(
        "clinics_publicreport",
        "clinics/publicreport/",
        "{report}",
        view=CURATORS,
        add=NOBODY,
        change=CURATORS,
        delete=SUPERUSER,
    ),
    **{
        key: rights
        for name, one in (("user", "{user}"), ("group", "{group}"))
        for key, rights in of_model(
            f"auth_{name}",
            f"auth/{name}/",
            one,
            view=SUPERUSER,
            add=SUPERUSER,
            change=SUPERUSER,
            delete=SUPERUSER,
        ).items()
    },
}
MATRIX["clinics_duplicatepair_change"] = MATRIX["clinics_duplicatepair_change"]._replace(
    data={"deed": "different"}
)
# Open to everybody, or no page of their own: signing in and out, the list of an app.
APART = {"login", "logout", "app_list"}

ACTIONS = {
    "Facility": {
        "stranger": set(),
        "curator": {
            "verify_selected",
            "regeocode_selected",
            "compare_selected",
            "export_selected",
        },
        "reviewer": {
            "verify_selected",
            "publish_selected",
            "withdraw_selected",
            "regeocode_selected",
            "compare_selected",
            "export_selected",
        },
    },
    "PublicReport": {
        "stranger": set(),
        "curator": {"reject_as_spam"},
        "reviewer": {"reject_as_spam"},
    },
    "ImportRun": {
        "stranger": set(),
        "curator": {"mark_seen"},
        "reviewer": {"mark_seen"},
    },
    "Concept": {"stranger": set(), "curator": set(), "reviewer": set()},
    "DuplicatePair": {"stranger": set(), "curator": set(), "reviewer": set()},
    "User": {"stranger": set(), "curator": set(), "reviewer": set()},
    "Group": {"stranger": set(), "curator": set(), "reviewer": set()},
}


@pytest.fixture
def people() -> dict[str, Any]:
    """Somebody of each role; a stranger may sign in but belongs to no group."""
    return {
        "stranger": person("stranger"),
        "curator": member("hanako", "Curator"),
        "reviewer": member("taro", "Reviewer"),
        "superuser": person("root", is_superuser=True),
    }


@pytest.fixture
def ids(people: dict[str, Any]) -> dict[str, Any]:
    """What the addresses are about."""
    one, other = sorted((clinic(), clinic()))
    entry = edit(one, people["curator"], phone="1")
    submit(entry.facility, by=people["curator"], version=entry.version)
    pair = DuplicatePair.objects.create(first_id=one, second_id=other, score=80)
    report = PublicReport.objects.create(facility_id=one, subject="other", statement="wrong")
    run = ImportRun.objects.create(source=f"test{next(numbers)}", release="2026-06-01", rejected=1)
    concept = Concept.objects.get(scheme="sport", slug="golf")
    concept.save()
    return {
        "any": uuid4(),
        "clinic": one,
        "other": other,
        "pair": pair.pk,
        "report": report.pk,
        "run": run.pk,
        "concept": concept.pk,
        "version": Concept.history.latest().history_id,
        "step": entry.history.latest().history_id,
        "user": people["stranger"].pk,
        "group": Group.objects.get(name="Curator").pk,
        "type": apps.get_model("contenttypes", "ContentType").objects.get_for_model(Facility).pk,
    }


def named(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def close(response: Any) -> None:
    """Close the files of an answer, but not the connection that the test's transaction is on."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def is_refused(response: Any) -> bool:
    """Turned away for who one is: to the sign-in, or outright."""
    to_sign_in = response.status_code == 302 and "/admin/login/" in response["Location"]
    return to_sign_in or response.status_code == 403


def state_of_everything() -> dict[str, list[Any]]:
    """Every row of the catalogue, of users and of groups."""
    return {
        model.__name__: sorted(
            map(
                str,
                model._base_manager.values_list(
                    *(f.attname for f in model._meta.concrete_fields if f.name != "last_login")
                ),
            )
        )
        for label in ("clinics", "auth")
        for model in apps.get_app_config(label).get_models()
    }


def test_the_matrix_knows_every_address_of_the_admin() -> None:
    assert set(named(admin.site.get_urls())) - APART == set(MATRIX)


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_an_address_is_open_to_those_who_may_and_to_nobody_else(
    name: str, people: dict[str, Any], ids: dict[str, Any]
) -> None:
    rights = MATRIX[name]
    address = "/admin/" + rights.path.format(**ids)
    before = state_of_everything()
    for role in ("anonymous", *people):
        client = Client()
        if role in people:
            client.force_login(people[role])
        if role not in rights.read | rights.write:
            assert is_refused(client.get(address)) or not rights.read, (role, "GET")
            response = client.post(address, rights.data)
            assert is_refused(response) or response.status_code == 405, (role, "POST")
            assert state_of_everything() == before
            continue
        if rights.read:
            response = client.get(address)
            assert is_refused(response) == (role not in rights.read), (role, "GET")
            assert response.status_code < 500
            close(response)
        if rights.write - {role} == rights.write != NOBODY:
            assert is_refused(client.post(address, rights.data)), (role, "POST")
            assert state_of_everything() == before


@pytest.mark.parametrize("name", sorted(name for name in MATRIX if MATRIX[name].write))
def test_who_may_send_something_is_not_turned_away(
    name: str, people: dict[str, Any], ids: dict[str, Any]
) -> None:
    rights = MATRIX[name]
    for role in rights.write:
        client = Client()
        client.force_login(people[role])
        response = client.post("/admin/" + rights.path.format(**ids), rights.data)
        close(response)
        assert not is_refused(response) and response.status_code < 500, role


def test_each_role_is_offered_its_actions_and_no_others(people: dict[str, Any]) -> None:
    assert {model.__name__ for model in admin.site._registry} == set(ACTIONS)
    for model, model_admin in admin.site._registry.items():
        for role, expected in ACTIONS[model.__name__].items():
            request = RequestFactory().get("/")
            request.user = people[role]
            assert set(model_admin.get_actions(request)) == expected, (model.__name__, role)


def test_an_action_that_is_not_offered_does_nothing(
    people: dict[str, Any], ids: dict[str, Any]
) -> None:
    before = state_of_everything()
    client = Client()
    client.force_login(people["curator"])
    for action in ("publish_selected", "withdraw_selected", "delete_selected"):
        client.post(
            "/admin/clinics/facility/",
            {
                "action": action,
                "_selected_action": [str(ids["clinic"])],
                "confirmed": "1",
                "why": "x",
            },
        )
    assert {name: rows for name, rows in state_of_everything().items() if name != "User"} == {
        name: rows for name, rows in before.items() if name != "User"
    }


def decisions(ids: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """What reviewers decide: an address and what is sent to it, as the pages do."""
    entry = CuratedEntry.objects.get(facility=ids["clinic"])
    review = f"/admin/clinics/facility/{ids['clinic']}/review/"
    for action in ("publish", "send-back", "withdraw"):
        yield review, {"action": action, "version": str(entry.version), "text": "x"}
    pair = f"/admin/clinics/duplicatepair/{ids['pair']}/change/"
    yield pair, {"deed": "merge", "survivor": str(ids["clinic"]), "why": "x"}


@pytest.mark.parametrize("number", range(4))
def test_publishing_sending_back_withdrawing_and_merging_are_the_reviewers(
    number: int, people: dict[str, Any], ids: dict[str, Any]
) -> None:
    address, data = list(decisions(ids))[number]
    if "deed" in data:
        # What is in work is merged by nobody.
        CuratedEntry.objects.all().delete()
    before = state_of_everything()
    for role, may in (("stranger", False), ("curator", False), ("reviewer", True)):
        client = Client()
        client.force_login(people[role])
        client.post(address, data)
        assert (state_of_everything() != before) == may, role


def test_a_signed_out_visitor_sees_the_sign_in_and_no_more(client: Client) -> None:
    assert client.get("/admin/login/").status_code == 200
    assert client.get("/admin/clinics/").status_code == 302
    assert client.get("/admin/nowhere/").status_code == 302
