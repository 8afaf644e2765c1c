"""The ministry's open data from files to published clinics: the whole flow on one page."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from clinics.curation.quality import take_snapshot
from clinics.identity import NAVII
from clinics.imports.navii import ids_with_departments, read_release
from clinics.imports.navii_faults import Note
from clinics.imports.navii_files import Release
from clinics.imports.official import Import, Outcome, store
from clinics.imports.records import Finding
from clinics.imports.refusal import ImportRefused
from clinics.imports.run_record import Done, Rejections, record_run
from clinics.models import Facility
from clinics.publication import refresh_statistics
from clinics.vocabulary import Vocabulary

# The categories whose departments make a facility worth keeping.
WANTED_CATEGORIES = ("neurology", "neurosurgery", "orthopaedics", "rehabilitation")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Report:
    """What an import did and what it found wrong.

    ``findings`` counts them by action and code; ``file`` holds each of them.
    """

    outcome: Outcome
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    file: Path | None = None


def import_release(
    release: Release,
    *,
    report_file: Path,
    everything: bool = False,
    dry_run: bool = False,
    mark_absent: bool = False,
    allow_older: bool = False,
    using: str = "default",
    progress: Progress = lambda _stage, _done: None,
) -> Report:
    """Import a release: the facilities with a wanted department and those known already, or all.

    One transaction: killed at any moment, the old catalogue stands. ``progress`` is told a stage
    and how many more rows or facilities it has done. Every finding is written to ``report_file``,
    which is there only when there were any. Raises :class:`ImportRefused`.
    """
    _refuse_without_departments(release, everything)
    only = None if everything else _worth_keeping(release, using, progress)
    run = Import(
        source=NAVII,
        release=release.release,
        kinds=tuple(sheet.kind for sheet in release.facilities),
        mark_absent=mark_absent,
        allow_older=allow_older,
        dry_run=dry_run,
        using=using,
        progress=progress,
    )
    with _findings_file(report_file) as noted, transaction.atomic(using=using):
        outcome = store(read_release(release, noted.note, only=only, progress=progress), run)
        if not dry_run:
            _record(release, outcome, noted, using)
    if not dry_run:
        refresh_statistics(using)
    return Report(outcome, noted.counts, report_file if noted.counts else None)


def _record(release: Release, outcome: Outcome, noted: "_Noted", using: str) -> None:
    """Leave a note of the import, and of how the catalogue stands after it."""
    done = Done(
        source=NAVII,
        release=release.release,
        files=[{"name": sheet.name, "sha256": sheet.sha256} for sheet in release.sheets],
        counts={**outcome.counts, **{code: n for (_, code), n in noted.counts.items()}},
        rejections=noted.rejections,
        changed=bool(outcome.touched),
    )
    run = record_run(done, using)
    if run is not None and done.changed:
        take_snapshot(run, using)


def _refuse_without_departments(release: Release, everything: bool) -> None:
    """Without its departments nobody can tell which facilities of a kind are wanted."""
    described = {sheet.kind for sheet in release.departments}
    for sheet in release.facilities:
        if sheet.kind not in described and not everything:
            raise ImportRefused(
                f"{sheet.name} comes without its departments sheet, which tells the facilities "
                "with a wanted department. Give both, or --all to take every facility of it."
            )
    listed = {sheet.kind for sheet in release.facilities}
    for sheet in release.departments:
        if sheet.kind not in listed:
            raise ImportRefused(
                f"{sheet.name} comes without its facility sheet, which has the names and places. "
                "Give both."
            )


def _worth_keeping(release: Release, using: str, progress: Progress) -> frozenset[str]:
    """The IDs with a wanted department, and those of the catalogue, which are kept up to date."""
    categories = Vocabulary.load(using).category_of_department
    codes = {code for code, word in categories.items() if word.slug in WANTED_CATEGORIES}
    wanted = ids_with_departments(release.departments, codes)
    progress("choosing", sum(sheet.row_count for sheet in release.departments))
    known = Facility.objects.using(using).filter(source=NAVII)
    return wanted | frozenset(known.values_list("official_id", flat=True))


@dataclass(frozen=True, slots=True)
class _Noted:
    """What was found wrong so far, by action and code, and the rows refused; ``note`` adds to it."""

    note: Note
    counts: Counter[tuple[str, str]]
    rejections: Rejections


@contextmanager
def _findings_file(path: Path) -> Iterator[_Noted]:
    """A CSV of findings that takes its name only when the import is through."""
    findings: Counter[tuple[str, str]] = Counter()
    rejections = Rejections()
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "line", "column", "value", "action", "reason", "code"])

            def note(item: Finding) -> None:
                findings[item.action, item.code] += 1
                rejections.note(item)
                writer.writerow(_row(item))

            yield _Noted(note, findings, rejections)
        if findings:
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _row(item: Finding) -> list[Any]:
    """A finding as cells, none of which a spreadsheet would run."""
    value = f"'{item.value}" if item.value.startswith(FORMULA_STARTS) else item.value
    return [item.file, item.line, item.column, value, item.action, item.reason, item.code]
