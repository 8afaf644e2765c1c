"""Asking over HTTP for a visit to be prepared."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.written_cases import written_case

JSON = "application/json"
FHIR = "application/fhir+json"
ONE = "/api/v1/checklists/second-opinion"
PREPARE = f"{ONE}/prepare"
NOBODY = "00000000-0000-0000-0000-000000000000"


def case(slug: str) -> dict[str, Any]:
    """The request of a written case."""
    request: dict[str, Any] = written_case(slug)["request"]
    return request


def send(client: Client, body: Any, form: str = "", media_type: str = JSON) -> HttpResponse:
    """The answer to a body, which may be broken text or bytes."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    query = f"?format={form}" if form else ""
    return client.post(f"{PREPARE}{query}", text, content_type=media_type)
