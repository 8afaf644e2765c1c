"""The schemas of what no type here describes: resources of FHIR, and answers to any checklist."""

from typing import Any

from finder.checklist.reading import LANGUAGE_TAG, LONGEST_TAG

FHIR_RESOURCE: dict[str, Any] = {
    "type": "object",
    "properties": {"resourceType": {"type": "string"}},
    "required": ["resourceType"],
    "additionalProperties": True,
}
# What an answer may be follows from the type of its item, which the definition tells.
REQUEST: dict[str, Any] = {
    "type": "object",
    "description": "Answers are given once: as `answers`, or as a `questionnaire_response`",
    "properties": {
        "answers": {
            "type": "object",
            "additionalProperties": True,
            "description": "By the slug of the item. Text: words, or `text` and `language`; a "
            "choice: a code, or `code` with `text`; several choices: a list, each with its "
            "qualifier; a number: `value` and `unit`; a count or scale: a number; a date: YYYY-MM; "
            "yes-no and things to bring: true or false. What is unknown is left out",
        },
        "questionnaire_response": {
            "allOf": [{"$ref": "#/components/schemas/FhirResource"}],
            "description": "The answers as a FHIR R4 QuestionnaireResponse",
        },
        "route": {"type": "string", "description": "The route of the visit, as the item asks it"},
        "clinic": {
            "type": "string",
            "format": "uuid",
            "description": "A clinic whose own terms are wanted",
        },
        "languages": {
            "type": "array",
            "items": {"type": "string", "enum": ["ja", "en"]},
            "minItems": 1,
            "uniqueItems": True,
            "description": "Those of the page for the doctor; both without it",
        },
        "text_language": {
            "type": "string",
            "pattern": f"^{LANGUAGE_TAG.pattern}$",
            "maxLength": LONGEST_TAG,
            "description": "BCP 47, of words that say none of their own",
        },
    },
    "additionalProperties": False,
}
OPEN_SCHEMAS = {"FhirResource": FHIR_RESOURCE, "PreparationRequest": REQUEST}
