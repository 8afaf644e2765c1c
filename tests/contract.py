"""What every test of the HTTP contract asks of an answer."""

from typing import Any

import jsonschema
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator

PROBLEM = "application/problem+json"


def openapi_document() -> dict[str, Any]:
    """The schema as it is served."""
    return SchemaGenerator().get_schema(request=None, public=True)


def conforms(document: Any, component: str, openapi: dict[str, Any]) -> None:
    """Validate against a component, OpenAPI 3.0's ``nullable`` read as JSON Schema."""

    def translated(node: Any) -> Any:
        if isinstance(node, list):
            return [translated(item) for item in node]
        if not isinstance(node, dict):
            return node
        plain = {key: translated(value) for key, value in node.items() if key != "nullable"}
        return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain

    components = translated(openapi["components"])
    jsonschema.validate(
        document,
        {"$ref": f"#/components/schemas/{component}", "components": components},
        format_checker=jsonschema.FormatChecker(),
    )


def problem_of(response: HttpResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    document = response.json()
    assert document["status"] == status
    return document


def codes(document: dict[str, Any]) -> dict[str, str]:
    """The codes of a problem by parameter."""
    return {error["parameter"]: error["code"] for error in document["errors"]}
