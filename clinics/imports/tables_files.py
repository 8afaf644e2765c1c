"""Tables as files: CSV and XLSX, read and written so that every text comes back as it was."""

import csv
import hashlib
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import BytesIO, StringIO
from itertools import chain
from pathlib import PurePath
from typing import IO, Any

from django.utils.translation import gettext as _
from import_export.formats import base_formats
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from clinics.imports.refusal import ImportRefused
from clinics.imports.tables_cells import Unreadable, cell_text
from clinics.imports.tables_kinds import ERRORS, Table

ENCODINGS = ("utf-8", "cp932")
MOST_BYTES = 30_000_000
# What a workbook may come to unpacked; a text takes little room in a ZIP.
MOST_UNPACKED_BYTES = 400_000_000
# The most that one cell of a workbook holds.
MOST_CELL_CHARACTERS = 32_767
# How a workbook writes a character that XML has no place for, or, like a carriage return, takes
# for another: ECMA-376, 22.9.2.19 (ST_Xstring).
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
BOLD, WRAPPED = Font(bold=True), Alignment(wrap_text=True)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row below the header. ``number`` is the spreadsheet's, the header being row 1.

    ``cells`` are by column as the file has them; ``surplus`` says that cells stand beyond them.
    """

    number: int
    cells: dict[str, Any]
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: its name, its SHA-256, its columns and its rows that are not blank."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]

    @property
    def reference(self) -> str:
        """What the history of an entry calls the file."""
        return f"{self.name[:180]} {self.sha256[:12]}"


class Csv(base_formats.CSV):
    """Comma-separated values in UTF-8 with a byte order mark, as spreadsheets expect it."""

    def lines(self, content: bytes, title: str) -> Iterator[list[Any]]:
        """The rows of a file, blank ones included. Raises :class:`ImportRefused`."""
        reader = csv.reader(StringIO(_decoded(content, self.encoding or "utf-8"), newline=""))
        try:
            yield from reader
        except csv.Error as error:
            raise ImportRefused(
                _("Line %(line)s is not CSV: %(reason)s.")
                % {"line": reader.line_num, "reason": error}
            ) from None

    def write(self, header: Sequence[str], rows: Iterable[Sequence[Any]], file: IO[bytes]) -> None:
        """Write rows as they come."""
        for line in self.written(header, rows):
            file.write(line)

    def written(self, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
        """The file, row by row."""
        buffer = StringIO(newline="")
        writer = csv.writer(buffer)
        buffer.write("\ufeff")
        for row in chain([header], rows):
            writer.writerow(row)
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()


class Xlsx(base_formats.XLSX):
    """A workbook, of which the sheet with the table's name is read, else the first."""

    def lines(self, content: bytes, title: str) -> Iterator[list[Any]]:
        """The rows of a file, blank ones included. Raises :class:`ImportRefused`."""
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                size = sum(item.file_size for item in archive.infolist())
            if size > MOST_UNPACKED_BYTES:
                raise ImportRefused(_("This workbook is too large; take CSV."))
            with warnings.catch_warnings():
                # Of styles and validations, which are not read.
                warnings.simplefilter("ignore")
                workbook = load_workbook(BytesIO(content), read_only=True)
            sheet = workbook[title] if title in workbook.sheetnames else workbook.worksheets[0]
            # What the file says of its own size may be wrong.
            sheet.reset_dimensions()
            for row in sheet.rows:
                yield [_workbook_value(cell) for cell in row]
        except (zipfile.BadZipFile, KeyError, IndexError, SyntaxError, ValueError) as error:
            raise ImportRefused(_("This file is not a workbook (XLSX): %s.") % error) from error

    def write(self, header: Sequence[str], rows: Iterable[Sequence[Any]], file: IO[bytes]) -> None:
        """Write rows as they come, with a header that stays in sight."""
        self.write_sheets([("table", header, rows)], file)

    def write_sheets(
        self,
        sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]],
        file: IO[bytes],
    ) -> None:
        """Write several sheets: title, header and rows of each."""
        workbook = Workbook(write_only=True)
        for title, header, rows in sheets:
            sheet = workbook.create_sheet(title)
            sheet.freeze_panes = "A2"
            for number, name in enumerate(header):
                letter = get_column_letter(number + 1)
                sheet.column_dimensions[letter].width = max(14, len(name) + 2)
            try:
                sheet.append([_workbook_cell(sheet, name, bold=True) for name in header])
                for row in rows:
                    sheet.append([_workbook_cell(sheet, value) for value in row])
            except BaseException:
                sheet.close()
                raise
        workbook.save(file)


FORMATS: dict[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}


def read_table(content: bytes, name: str, table: Table, encoding: str = "utf-8") -> Sheet:
    """Read a file of a table. Raises :class:`ImportRefused` for a file that is none.

    ``name`` tells the format by its end. Columns may stand in any order, and those that are not
    needed may be missing; one that is not known is refused.
    """
    end = PurePath(name).suffix.lower().removeprefix(".")
    if end not in FORMATS:
        raise ImportRefused(_("%(name)s: .csv and .xlsx are accepted.") % {"name": name})
    if len(content) > MOST_BYTES:
        raise ImportRefused(too_large())
    lines = enumerate(FORMATS[end](encoding=encoding).lines(content, table.slug), 1)
    columns = _columns(next(lines, (0, []))[1], table)
    rows = tuple(
        _sheet_row(number, cells, columns)
        for number, cells in lines
        if any(cell not in (None, "") for cell in cells)
    )
    if not rows:
        raise ImportRefused(_("This file has no row below its header."))
    known = tuple(name for name in columns if name)
    return Sheet(PurePath(name).name, hashlib.sha256(content).hexdigest(), known, rows)


def too_large() -> str:
    """What is said of a file that has too many bytes."""
    return _("This file has more than %(most)s MB; split it.") % {"most": MOST_BYTES // 1_000_000}


def _sheet_row(number: int, cells: Sequence[Any], columns: Sequence[str]) -> SheetRow:
    filled = [*cells, *[""] * (len(columns) - len(cells))]
    named = {name: cell for name, cell in zip(columns, filled, strict=False) if name}
    beyond = [
        cell for place, cell in enumerate(filled) if not (columns[place : place + 1] or [""])[0]
    ]
    return SheetRow(number, named, any(cell not in (None, "") for cell in beyond))


def _columns(header: Sequence[Any], table: Table) -> list[str]:
    """The names of the columns. Raises :class:`ImportRefused`."""
    names = ["" if cell is None else str(cell).strip() for cell in header]
    known = [*table.resource.columns, ERRORS]
    for name, number in Counter(names).items():
        if name and number > 1:
            raise ImportRefused(_("The column %(name)s stands there twice.") % {"name": name})
        if name and name not in known:
            raise ImportRefused(_unknown_column(name, known, table))
    if not any(set(columns) <= set(names) for columns in table.identifying):
        sets = _(" or ").join(" + ".join(columns) for columns in table.identifying)
        raise ImportRefused(
            _("Columns are missing that say which clinic a row is about: %(sets)s.")
            % {"sets": sets}
        )
    return names


def _unknown_column(name: str, known: Sequence[str], table: Table) -> str:
    if any(separator in name for separator in "\t;"):
        return _("The columns of a CSV file are separated by commas here.")
    near = get_close_matches(name, known, n=1)
    hint = _("Did you mean %(near)s?") % {"near": near[0]} if near else ""
    words = {"name": name[:60], "table": table.slug, "known": ", ".join(known)}
    message = _("The table %(table)s has no column %(name)s. %(hint)s Its columns: %(known)s.")
    return message % (words | {"hint": hint})


def _decoded(content: bytes, encoding: str) -> str:
    """The text of a CSV file. Raises :class:`ImportRefused` for another encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused(_("This file is UTF-16; save it as CSV UTF-8."))
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8" and _decodes(content, "cp932"):
            raise ImportRefused(
                _(
                    "This file is not UTF-8 but looks like Shift_JIS: save it as CSV UTF-8, or "
                    "give the encoding cp932."
                )
            ) from None
        raise ImportRefused(
            _("This file cannot be read as %(encoding)s; save it as CSV UTF-8.")
            % {"encoding": encoding}
        ) from None


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _workbook_value(cell: Any) -> Any:
    if cell.data_type in ("f", "e"):
        return Unreadable(cell.value)
    if isinstance(cell.value, str):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell.value)
    return cell.value


def _workbook_cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """A cell whose text a spreadsheet leaves as it is. Raises :class:`ImportRefused`."""
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        text = NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
        if len(text) > MOST_CELL_CHARACTERS:
            raise ImportRefused(
                _(
                    "A cell of a workbook holds %(most)s characters, and %(text)s… has more; take CSV."
                )
                % {"most": f"{MOST_CELL_CHARACTERS:,}", "text": value[:40]}
            )
        cell.value, cell.data_type, cell.number_format = text, "s", "@"
        if "\n" in text:
            cell.alignment = WRAPPED
    else:
        cell.value = value
    if bold:
        cell.font = BOLD
    return cell


def shown_text(cell: Any) -> str:
    """A cell as it is shown to a person, whatever is in it."""
    try:
        return cell_text(cell)
    except ValueError:
        return str(cell)
