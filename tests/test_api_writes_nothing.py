"""API and website read: whatever is sent to them, reports from the public are all that they write."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.catalogue import clinic

pytestmark = pytest.mark.django_db

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PREPARE = "/api/v1/checklists/second-opinion/prepare"
# What is said by each address that takes a body, and taken by it.
BODIES = {
    PREPARE: {"answers": {"severity": 7, "top-questions": ["Why?"]}, "text_language": "en"},
}
REPORT = {"subject": "other", "statement": "Wrong.", "contact": "x"}


# What the pages' forms say, by the end of their address.
FORMS = {
    "": {"need": "neurology"},
    "/checklist": {"severity": "7", "top-questions": "Why?"},
    "/report": REPORT,
}


def forms(clinic_id: UUID) -> dict[str, dict[str, str]]:
    """The forms of the website by the address that takes them."""
    pages = ["", "/checklist", f"/clinics/{clinic_id}/checklist", f"/clinics/{clinic_id}/report"]
    return {
        f"{language}{page}" or "/": FORMS[page.replace(f"/clinics/{clinic_id}", "")]
        for language in ("", "/en")
        for page in pages
    }


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
    of_pages = forms(clinic_id)
    taking = {(one, "POST") for one in (address(clinic_id), PREPARE, *of_pages)}
    changed: Counter[str] = Counter()
    for one in every:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            before = rows()
            body, media_type = json.dumps(BODIES.get(one, REPORT)), JSON
            if one in of_pages:
                body, media_type = urlencode(of_pages[one]), FORM
            response = client.generic(method, one, body, media_type)
            after = rows()
            changed.update({table: after[table] - before[table] for table in after})
            accepted = response.status_code < 400
            assert accepted == ((one, method) in taking), (one, method)
            assert accepted or response.status_code in (403, 404, 405), (one, method)
    # The API and the form in either language say the same, which waits once.
    assert +changed == {"clinics_publicreport": 1, "clinics_reportercontact": 1}
