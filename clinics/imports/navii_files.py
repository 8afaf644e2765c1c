"""Finds, checks and opens the ministry's files: nothing is read before all of them are in order.

The ministry publishes one ZIP a sheet, ``01-1_hospital_facility_info_20250601.zip`` and, from
2026-06-01, ``…_20260601.csv.zip``, each with one CSV file: UTF-8 with a byte order mark, CRLF,
quoted cells. The same unpacked, gzipped, without the mark or with ``.partial`` in its name will do.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from pathlib import Path

from clinics.imports.navii_contents import Contents, Limits, look_through, open_contents, stamp_of
from clinics.imports.navii_faults import Note, Place
from clinics.imports.navii_layout import (
    COLUMNS,
    ID,
    KIND,
    KIND_DIGITS,
    LAYOUTS,
    OTHER_SHEETS,
    UNREAD_COLUMNS,
    Content,
    Layout,
    header_key,
)
from clinics.imports.refusal import ImportRefused
from clinics.models import Kind

LIMITS = Limits()
SUFFIXES = re.compile(r"\.(?:csv|zip|csv\.gz|csv\.zip)$", re.IGNORECASE)
SHEET_NUMBER = re.compile(r"(\d{2})-(\d)(?!\d)", re.ASCII)
DATE = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)", re.ASCII)
NAMES_ACCEPTED = (
    "names such as 01-1_hospital_facility_info_20250601.zip are accepted, ending in .zip, "
    ".csv.zip, .csv or .csv.gz"
)
ROWS_BETWEEN_REPORTS = 1000

# A line number, the header being line 1, and the cells in the order of the layout's columns.
Row = tuple[int, tuple[str, ...]]


def _unwatched(_rows: int) -> None:
    """Nobody asked to be told how many rows were read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A checked file of one sheet, opened anew each time its rows are read.

    ``places`` are the places of the layout's columns in the file, ``width`` the number of cells of
    a row, ``unknown_columns`` those that the ministry's definition does not have.
    """

    path: Path
    layout: Layout
    release: date
    contents: Contents
    places: tuple[int, ...]
    width: int
    unknown_columns: tuple[str, ...]
    limits: Limits = LIMITS
    watch: Callable[[int], None] = _unwatched

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def kind(self) -> Kind:
        """Whose sheet it is."""
        return self.layout.kind

    @property
    def sha256(self) -> str:
        """Of the file as it is, packed or not, in hexadecimal."""
        return self.contents.sha256

    @property
    def row_count(self) -> int:
        """The rows after the header."""
        return self.contents.row_count

    @property
    def byte_count(self) -> int:
        """The size of the CSV text."""
        return self.contents.byte_count

    def watched(self, watch: Callable[[int], None]) -> "Sheet":
        """This sheet, telling ``watch`` now and then how many more rows were read."""
        return replace(self, watch=watch)

    def rows(self, note: Note | None = None) -> Iterator[Row]:
        """Stream the rows in memory of constant size; those of a wrong width are told to ``note``.

        Raises :class:`ImportRefused` when the file is no longer the one that was checked.
        """
        if stamp_of(self.path) != self.contents.stamp:
            raise ImportRefused(f"{self.name} was changed since it was checked; import it again.")
        pick = itemgetter(*self.places)
        with (
            open_contents(self.path, self.limits) as stream,
            io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
        ):
            for line, cells in self._records(text):
                if len(cells) == self.width:
                    yield line, pick(cells)
                elif note is not None:
                    counted = f"{len(cells)} cells instead of {self.width}"
                    Place(self.name, line, note).report("row-width", ID, counted)

    def _records(self, text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(text)
        unreported = -1
        line = 1
        try:
            for cells in reader:
                unreported += 1
                if line > 1 and cells:
                    yield line, cells
                line = reader.line_num + 1
                if unreported == ROWS_BETWEEN_REPORTS:
                    self.watch(unreported)
                    unreported = 0
        except csv.Error as error:
            raise ImportRefused(f"{self.name}, line {line}: not CSV ({error}).") from error
        self.watch(max(unreported, 0))


@dataclass(frozen=True, slots=True)
class Release:
    """The sheets of one release, at most one of each number, in the order of their numbers."""

    release: date
    sheets: tuple[Sheet, ...]

    @property
    def facilities(self) -> tuple[Sheet, ...]:
        """The facility sheets."""
        return self._of("facilities")

    @property
    def departments(self) -> tuple[Sheet, ...]:
        """The departments and hours sheets."""
        return self._of("departments")

    def _of(self, content: Content) -> tuple[Sheet, ...]:
        return tuple(sheet for sheet in self.sheets if sheet.layout.content == content)


def open_release(
    paths: Sequence[Path], *, release: date | None = None, limits: Limits = LIMITS
) -> Release:
    """Check the files, and those of the folders, named by ``paths``, whole and before any is read.

    Of a folder, the files directly in it whose names begin with a sheet number are taken. The
    release is the date in the names, unless ``release`` says which it is. Raises
    :class:`ImportRefused` with the file, what is wrong with it, and what would be accepted.
    """
    files = _files(paths)
    dates = {path: release or _date_in(path) for path in files}
    _refuse_several_dates(dates)
    sheets = [_sheet(path, dates[path], limits) for path in files]
    sheets.sort(key=lambda sheet: sheet.layout.number)
    _refuse_repeated(sheets)
    return Release(sheets[0].release, tuple(sheets))


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files to read, each once, however often it was named."""
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files_in(path) if path.is_dir() else [_named_file(path)]:
            found.setdefault(file.resolve(), file)
    if not found:
        raise ImportRefused(f"No file was named; {NAMES_ACCEPTED}.")
    return list(found.values())


def _files_in(folder: Path) -> list[Path]:
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and SUFFIXES.search(path.name) and _number_in(path) in LAYOUTS
    ]
    if not files:
        raise ImportRefused(
            f"The folder {folder} has none of the ministry's sheets; {NAMES_ACCEPTED}."
        )
    return files


def _named_file(path: Path) -> Path:
    if not path.exists():
        raise ImportRefused(f"{path} does not exist.")
    if not path.is_file():
        raise ImportRefused(f"{path} is not a file or a folder.")
    if not SUFFIXES.search(path.name):
        raise ImportRefused(f"{path.name} is not one of the ministry's files; {NAMES_ACCEPTED}.")
    number = _number_in(path)
    if number is not None and number not in LAYOUTS:
        what = OTHER_SHEETS.get(number[:2])
        raise ImportRefused(
            f"{path.name} is sheet {number}{f', {what}' if what else ''}, which is not imported; "
            f"{', '.join(LAYOUTS)} are."
        )
    return path


def _number_in(path: Path) -> str | None:
    found = SHEET_NUMBER.match(path.name)
    return found.group() if found else None


def _date_in(path: Path) -> date:
    written = {found.groups() for found in DATE.finditer(path.name)}
    if len(written) == 1:
        year, month, day = map(int, written.pop())
        try:
            return date(year, month, day)
        except ValueError as error:
            raise ImportRefused(
                f"{path.name} has a date that does not exist; the release is written YYYYMMDD."
            ) from error
    problem = "several dates" if written else "no date"
    raise ImportRefused(
        f"{path.name} has {problem} in its name; one is needed, the release as YYYYMMDD: "
        f"{NAMES_ACCEPTED}. Or say which release it is with --release."
    )


def _refuse_several_dates(dates: dict[Path, date]) -> None:
    by_date = {day: path for path, day in dates.items()}
    if len(by_date) > 1:
        named = ", ".join(f"{by_date[day].name} is of {day}" for day in sorted(by_date))
        raise ImportRefused(
            f"The files are of different releases: {named}. "
            "Name the files of one release, or say with --release which they are to count as."
        )


def _sheet(path: Path, release: date, limits: Limits) -> Sheet:
    contents = look_through(path, limits)
    layout = _layout(path, contents)
    keys = [header_key(column) for column in contents.header]
    places = tuple(_place(path, column, keys) for column in layout.columns)
    if contents.row_count == 0:
        raise ImportRefused(f"{path.name} has a header and no rows; a whole sheet is accepted.")
    known = {header_key(column) for column in (*layout.columns, *UNREAD_COLUMNS)}
    unknown = tuple(
        column for column, key in zip(contents.header, keys, strict=True) if key not in known
    )
    return Sheet(path, layout, release, contents, places, len(keys), unknown, limits)


def _place(path: Path, column: str, keys: Sequence[str]) -> int:
    """Where a column stands in the header."""
    times = keys.count(header_key(column))
    if times != 1:
        problem = "lacks the column" if times == 0 else "has more than once the column"
        raise ImportRefused(
            f"{path.name} {problem} {column!r}. Every column of the ministry's layout is needed "
            "once, under its own name; more columns and another order do no harm."
        )
    return keys.index(header_key(column))


def _layout(path: Path, contents: Contents) -> Layout:
    """The sheet that a file is, by its name and its header, or else by its first row."""
    content = _content(path, contents.header)
    number = _number_in(path)
    if number is None:
        kind = _kind_of_first_row(path, content, contents)
        return next(
            layout
            for layout in LAYOUTS.values()
            if layout.kind == kind and layout.content == content
        )
    layout = LAYOUTS[number]
    if layout.content != content:
        raise ImportRefused(
            f"{path.name} is named as sheet {layout.title}, but its header is that of {content}."
        )
    return layout


def _content(path: Path, header: Sequence[str]) -> Content:
    """What a header has more columns of; a file that lacks some is told so by name later."""
    keys = {header_key(column) for column in header}
    shares = {
        content: sum(header_key(column) in keys for column in columns) / len(columns)
        for content, columns in COLUMNS.items()
    }
    best = max(shares, key=lambda content: shares[content])
    if shares[best] < 0.5:
        seen = ", ".join(header[:4])[:80]
        raise ImportRefused(
            f"{path.name} has not the header of any of the ministry's sheets; it begins with "
            f"{seen!r} instead of {', '.join(COLUMNS['facilities'][:3])} or "
            f"{', '.join(COLUMNS['departments'][:3])}."
        )
    return best


def _kind_of_first_row(path: Path, content: Content, contents: Contents) -> Kind:
    """The kind that the first row is of; only 機関区分 and the third character of IDs tell it."""
    keys = [header_key(column) for column in contents.header]
    place = _place(path, KIND if content == "facilities" else ID, keys)
    cell = contents.first_row[place] if len(contents.first_row) > place else ""
    digit = cell if content == "facilities" else cell[2:3]
    if digit not in KIND_DIGITS:
        raise ImportRefused(
            f"{path.name} has no sheet number in its name, and its first row is of neither a "
            f"hospital nor a clinic; {NAMES_ACCEPTED}."
        )
    return KIND_DIGITS[digit]


def _refuse_repeated(sheets: Sequence[Sheet]) -> None:
    for first, second in zip(sheets, sheets[1:], strict=False):
        if first.layout == second.layout:
            raise ImportRefused(
                f"{first.name} and {second.name} are both the sheet {first.layout.title}; "
                "one file of each sheet is accepted."
            )
