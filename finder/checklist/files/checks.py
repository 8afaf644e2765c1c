"""Django's system check of the checklists: a faulty one stops the start, not a searcher."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from clinics.taxonomy import read_scheme
from finder.checklist.files.loading import ChecklistError, checklists, read_checklist
from finder.checklist.files.soundness import faults

HINT = "fixtures/checklists/README.md says what a checklist is made of."


def check_checklists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error for every fault of every checklist, with its file and place."""
    directory = settings.FIXTURES_DIR / "checklists"
    checklists.cache_clear()
    found = [fault for path in sorted(directory.glob("*.json")) for fault in faults_of(path)]
    return [Error(fault, hint=HINT, id="finder.E002") for fault in found]


def faults_of(path: Path) -> list[str]:
    """What is wrong with the checklist of one file."""
    try:
        checklist = read_checklist(path)
    except ChecklistError as error:
        return error.faults
    taxonomy = settings.FIXTURES_DIR / "taxonomy"
    categories, services = (
        {concept.slug for concept in read_scheme(taxonomy / f"{scheme}.json")}
        for scheme in ("category", "service")
    )
    return [f"{path.name}: {fault}" for fault in faults(checklist, categories, services)]
