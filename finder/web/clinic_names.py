"""What a page calls a clinic."""

from collections.abc import Mapping
from typing import Any

from finder.checklist.definition import Language


def name_in(clinic: Mapping[str, Any], language: Language) -> str:
    """The name of a clinic's document in the language of a page, where it has one in that."""
    english = clinic["name_en"] if language == "en" else None
    return str(english or clinic["name"])
