"""Uploaded tables between dry run and confirmation: the file, and what was shown of it."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from django.http import HttpRequest
from import_export.tmp_storages import TempFolderStorage

from clinics.imports.tables_files import Sheet, read_table
from clinics.imports.tables_import import Seen, seen_of
from clinics.imports.tables_kinds import TABLES, Table
from clinics.imports.tables_plan import CellChange, CellFault, Offer, Plan, RowPlan

SESSION_KEY = "tables"
# An older upload of the same person is forgotten.
MOST_UPLOADS = 4


class UploadGone(LookupError):
    """The file of an upload is not kept any longer."""


@dataclass(slots=True)
class Upload:
    """A file that a person uploaded; kept in the server's temporary folder, known to the session.

    ``shown`` names the file with the dry run that was shown, ``left_out`` the rows that the person
    chose to go on without.
    """

    token: str
    table_slug: str
    name: str
    encoding: str
    content: str
    shown: str = ""
    left_out: list[int] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """The kind of table."""
        return TABLES[self.table_slug]

    def sheet(self) -> Sheet:
        """The file, read once more. Raises :class:`UploadGone`."""
        return read_table(_read(self.content), self.name, self.table, self.encoding)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What was shown: the result of every row, and what to compare with on confirming."""

    rows: list[RowPlan]
    drafts: int
    seen: Seen


def keep(request: HttpRequest, content: bytes, name: str, table: Table, encoding: str) -> Upload:
    """Keep a file for its person."""
    upload = Upload(secrets.token_urlsafe(12), table.slug, name, encoding, _write(content))
    kept = request.session.get(SESSION_KEY, {})
    for token in list(kept)[: len(kept) - MOST_UPLOADS + 1]:
        _remove(kept.pop(token))
    request.session[SESSION_KEY] = kept | {upload.token: asdict(upload)}
    return upload


def upload_of(request: HttpRequest, token: str) -> Upload:
    """An upload of this person. Raises :class:`UploadGone`."""
    try:
        return Upload(**request.session.get(SESSION_KEY, {})[token])
    except KeyError:
        raise UploadGone(token) from None


def keep_dry_run(request: HttpRequest, upload: Upload, plan: Plan) -> None:
    """Keep what is about to be shown."""
    seen = seen_of(plan)
    content = orjson.dumps(
        {
            "rows": [asdict(row) for row in plan.rows],
            "drafts": len(plan.drafts),
            "sha256": seen.sha256,
            "versions": seen.versions,
            "results": list(seen.results.items()),
        }
    )
    _forget(upload.shown)
    upload.shown = _write(content)
    request.session[SESSION_KEY] |= {upload.token: asdict(upload)}
    request.session.modified = True


def dry_run_of(upload: Upload) -> DryRun:
    """What was shown last. Raises :class:`UploadGone`."""
    kept = orjson.loads(_read(upload.shown))
    seen = Seen(kept["sha256"], kept["versions"], dict(kept["results"]))
    return DryRun([_row(row) for row in kept["rows"]], kept["drafts"], seen)


def forget(request: HttpRequest, upload: Upload) -> None:
    """Forget a file and what was shown of it."""
    kept = request.session.get(SESSION_KEY, {})
    _remove(kept.pop(upload.token, None))
    request.session[SESSION_KEY] = kept


def faults_of(rows: Iterable[RowPlan]) -> dict[int, list[CellFault]]:
    """The faults of the rows that are refused, by number."""
    return {row.number: row.faults for row in rows if row.result in ("refused", "undecided")}


def _row(kept: dict[str, Any]) -> RowPlan:
    row = RowPlan(**kept)
    row.faults = [CellFault(**fault) for fault in kept["faults"]]
    row.changes = [CellChange(**change) for change in kept["changes"]]
    row.offers = tuple(Offer(**offer) for offer in kept["offers"])
    return row


def _write(content: bytes) -> str:
    storage = TempFolderStorage()
    storage.save(content)
    return str(storage.name)


def _read(name: str) -> bytes:
    try:
        content: bytes = TempFolderStorage(name=name, read_mode="rb").read()
    except OSError as error:
        raise UploadGone(name) from error
    return content


def _forget(name: str) -> None:
    if name:
        try:
            TempFolderStorage(name=name).remove()
        except FileNotFoundError:
            return


def _remove(kept: dict[str, Any] | None) -> None:
    for name in ("content", "shown") if kept else ():
        _forget(kept[name])  # type: ignore[index]
