"""The note that an import leaves for the curators: what it did, and which rows it refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clinics.imports.records import Finding
from clinics.models import ImportRun
from clinics.models.imports import MOST_FINDINGS

# PostgreSQL's JSON has no place for the character itself.
NUL_SHOWN = "\N{SYMBOL FOR NULL}"


@dataclass(slots=True)
class Rejections:
    """The rows that an import refused: all of them counted, the first of them kept."""

    number: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)

    def note(self, finding: Finding) -> None:
        """Count a finding, if it is of a row that was refused."""
        if finding.action == "row rejected":
            self.add(
                file=finding.file,
                line=finding.line,
                column=finding.column,
                value=finding.value,
                reason=finding.reason,
                code=finding.code,
            )

    def add(
        self, *, file: str, line: int, column: str, value: str, reason: str, code: str = ""
    ) -> None:
        """Count a refused row; ``reason`` says what is wrong and what would be accepted."""
        self.number += 1
        if len(self.first) < MOST_FINDINGS:
            self.first.append(
                {
                    "file": file,
                    "line": line,
                    "column": column,
                    "value": value.replace("\0", NUL_SHOWN),
                    "reason": reason,
                    "code": code,
                }
            )


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did: of which source, as of when, from which files, and what came of it.

    ``files`` are ``{name, sha256}``, ``counts`` numbers by outcome. ``changed`` is whether the
    catalogue is another one now.
    """

    source: str
    release: date
    files: Sequence[Mapping[str, str]]
    counts: Mapping[str, int]
    rejections: Rejections
    changed: bool


def record_run(done: Done, using: str = "default") -> ImportRun | None:
    """Write an import down, in its own transaction; None where there is nothing to tell.

    One that changed nothing is worth a note only for the rows it refused, and for them once: files
    that are read again say what the curators have been told already.
    """
    if not done.changed and (not done.rejections.number or _is_told(done, using)):
        return None
    return ImportRun.objects.using(using).create(
        source=done.source,
        release=done.release,
        files=list(done.files),
        counts=dict(done.counts),
        rejected=done.rejections.number,
        findings=done.rejections.first,
    )


def _is_told(done: Done, using: str) -> bool:
    """Whether the newest run of these very files refused as many rows."""
    contents = _contents(done.files)
    runs = ImportRun.objects.using(using).filter(source=done.source).order_by("-finished_at", "-pk")
    for files, rejected in runs.values_list("files", "rejected").iterator():
        if _contents(files) == contents:
            return bool(rejected == done.rejections.number)
    return False


def _contents(files: Sequence[Mapping[str, str]]) -> list[str]:
    return sorted(file["sha256"] for file in files)
