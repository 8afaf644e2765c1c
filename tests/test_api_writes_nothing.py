"""The API reads: whatever is sent to it, reports from the public are all that it writes."""

import json
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.catalogue import clinic

pytestmark = pytest.mark.django_db

JSON = "application/json"
PREPARE = "/api/v1/checklists/second-opinion/prepare"
# What is said by each address that takes a body, and taken by it.
BODIES = {
    PREPARE: {"answers": {"severity": 7, "top-questions": ["Why?"]}, "text_language": "en"},
}
REPORT = {"subject": "other", "statement": "Wrong.", "contact": "x"}


def address(clinic_id: UUID) -> str:
    return f"/api/v1/clinics/{clinic_id}/reports"


def addresses(
    patterns: list[URLPattern | URLResolver], clinic_id: UUID, before: str = "/"
) -> Iterator[str]:
    """An address for every route of the site outside the admin."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from addresses(pattern.url_patterns, clinic_id, f"{before}{pattern.pattern}")
            continue
        route = re.sub(r"<uuid:\w+>", str(clinic_id), f"{before}{pattern.pattern}")
        route = re.sub(r"<slug:\w+>", "second-opinion", route)
        yield re.sub(r"<\w+:\w+>", "x", route)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    return {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    }


def test_nothing_outside_the_admin_writes_but_reports_which_write_reports(client: Client) -> None:
    clinic_id = clinic(35, 139, "sport:golf")
    routes = addresses(get_resolver("finder.urls").url_patterns, clinic_id)
    # The choice of the admin's language writes a cookie alone.
    every = [one for one in routes if one != "/admin/language"]
    assert address(clinic_id) in every and "/api/v1/clinics" in every and "/healthz" in every
    taking = {(address(clinic_id), "POST"), (PREPARE, "POST")}
    changed: dict[str, int] = {}
    for one in every:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            before = rows()
            body = json.dumps(BODIES.get(one, REPORT))
            response = client.generic(method, one, body, JSON)
            after = rows()
            taken = {table: after[table] - before[table] for table in after}
            changed |= {table: number for table, number in taken.items() if number}
            accepted = response.status_code < 400
            assert accepted == ((one, method) in taking), (one, method)
            assert accepted or response.status_code in (403, 404, 405), (one, method)
    assert changed == {"clinics_publicreport": 1, "clinics_reportercontact": 1}
