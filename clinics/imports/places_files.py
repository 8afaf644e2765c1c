"""Finds and opens files of places, and tells by their contents what they are.

CSV bare, gzipped or in a ZIP, and N02's GeoJSON bare or in its ZIP. Encodings: UTF-8, and the
Shift_JIS (cp932) of Japan Post's older file.
"""

import csv
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, cast

from clinics.imports.places_layouts import PlaceLayout, recognise, recognised
from clinics.imports.refusal import ImportRefused

MIB = 1024 * 1024
START_BYTES = 64 * 1024
# Geolonia's CSV, the largest of the publishers' files, has about 50 MiB.
MAX_BYTES = 512 * MIB
GZIP_START = b"\x1f\x8b"
SUFFIXES = (".csv", ".csv.gz", ".zip", ".geojson", ".geojson.gz")
# N02's archive holds lines and stations, each in several formats and two encodings.
MEMBER_SUFFIXES = (".csv", "station.geojson")
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
OTHER_ENCODING = "cp932"

Row = tuple[int, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class PlaceFile:
    """A recognised file. ``digest`` is of its contents unpacked, so that packing changes nothing.

    ``columns`` are the places of the layout's columns in the file, ``width`` the number of cells of
    a row. ``line_count`` is that of the contents.
    """

    path: Path
    layout: PlaceLayout
    encoding: str
    columns: tuple[int, ...]
    width: int
    digest: str
    line_count: int

    @property
    def edition(self) -> str:
        """The file's name and the day it was written."""
        return f"{self.path.name[:100]}, {self.written_on}"

    @property
    def written_on(self) -> date:
        """The day the file was written."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).date()

    def rows(self) -> Iterator[Row]:
        """Line numbers, from 1, with the cells of the layout's columns; None for a wrong width.

        Raises :class:`ImportRefused` where the file cannot be read.
        """
        pick = itemgetter(*self.columns)
        with _text(self.path, self.encoding) as text:
            reader = csv.reader(text)
            if not self.layout.headless:
                next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield line, pick(cells) if len(cells) == self.width else None
                line = reader.line_num + 1

    def document(self) -> Any:
        """The GeoJSON document. Raises :class:`ImportRefused` where it is not JSON."""
        with _text(self.path, self.encoding) as text:
            return json.load(text)


def open_place_files(paths: Sequence[Path]) -> tuple[list[PlaceFile], list[str]]:
    """The recognised files named by ``paths`` or directly in folders so named.

    Also the names of the files in folders that are something else. Raises :class:`ImportRefused`
    for a file that is missing, damaged or, named itself, unknown; for a folder without any; and for
    two files of one content, such as towns.
    """
    files: dict[Path, PlaceFile] = {}
    others: list[str] = []
    for path in paths:
        if path.is_dir():
            found, unknown = _folder(path)
            files.update((file.path.resolve(), file) for file in found)
            others += unknown
            continue
        file = _opened(path)
        if file is None:
            raise ImportRefused(
                f"{path.name} is none of the files of places that are recognised by their first "
                f"line: {recognised()}."
            )
        files[path.resolve()] = file
    _refuse_repeated(list(files.values()))
    return list(files.values()), others


def _folder(folder: Path) -> tuple[list[PlaceFile], list[str]]:
    candidates = [path for path in sorted(folder.iterdir()) if path.is_file()]
    named = [path for path in candidates if path.name.lower().endswith(SUFFIXES)]
    opened = [(path, _opened(path)) for path in named]
    found = [file for _, file in opened if file is not None]
    if not found:
        raise ImportRefused(
            f"The folder {folder} has no file of places; recognised are: {recognised()}."
        )
    return found, [path.name for path, file in opened if file is None]


def _refuse_repeated(files: Sequence[PlaceFile]) -> None:
    by_content: dict[str, PlaceFile] = {}
    for file in files:
        other = by_content.setdefault(file.layout.content, file)
        if other is not file:
            raise ImportRefused(
                f"{other.path.name} and {file.path.name} both hold {file.layout.content}; "
                "one file of each is accepted."
            )


def _opened(path: Path) -> PlaceFile | None:
    """The file, if it is recognised."""
    with _contents(path) as stream:
        start = stream.read(START_BYTES)
    encoding = _encoding(start)
    text = start.decode(encoding, errors="ignore")
    try:
        first_row = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return None
    layout = recognise(text, first_row)
    if layout is None:
        return None
    header = layout.columns if layout.headless else [cell.strip() for cell in first_row]
    digest, line_count = _census(path)
    return PlaceFile(
        path,
        layout,
        encoding,
        tuple(header.index(column) for column in layout.columns),
        len(header),
        digest,
        line_count,
    )


def _encoding(start: bytes) -> str:
    """UTF-8, unless the start of the file cannot be that."""
    try:
        getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return OTHER_ENCODING
    return "utf-8-sig"


def _census(path: Path) -> tuple[str, int]:
    """The SHA-256 of the contents, in hexadecimal, and their number of lines."""
    digest = hashlib.sha256()
    byte_count = line_count = 0
    with _contents(path) as stream:
        while block := stream.read(MIB):
            byte_count += len(block)
            if byte_count > MAX_BYTES:
                raise ImportRefused(
                    f"{path.name} unpacks to more than {MAX_BYTES:,} bytes, the most accepted."
                )
            digest.update(block)
            line_count += block.count(b"\n")
    return digest.hexdigest(), line_count


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The contents as text. Errors of reading, also within the block, are refusals."""
    with _contents(path) as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            raise ImportRefused(
                f"{path.name} has bytes that are not {encoding} ({error.reason}); UTF-8 is accepted."
            ) from error
        except csv.Error as error:
            raise ImportRefused(f"{path.name} is not CSV ({error}).") from error
        except json.JSONDecodeError as error:
            raise ImportRefused(f"{path.name} is not JSON ({error}).") from error


@contextmanager
def _contents(path: Path) -> Iterator[IO[bytes]]:
    """The contents as bytes, unpacked."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(0)
            if start.startswith(b"PK"):
                with (
                    zipfile.ZipFile(file) as archive,
                    archive.open(_member(path, archive)) as member,
                ):
                    yield member
            elif start.startswith(GZIP_START):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast(IO[bytes], unpacked)
            else:
                yield file
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ImportRefused(
            f"{path.name} is damaged, or was not downloaded to its end ({error}). "
            "Download it again."
        ) from error
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read: {error}.") from error


def _member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file of places in an archive; of the same in two encodings, that in UTF-8."""
    found = [
        member
        for member in archive.infolist()
        if member.filename.lower().endswith(MEMBER_SUFFIXES) and "__MACOSX/" not in member.filename
    ]
    unicode = [member for member in found if "utf-8" in member.filename.lower()]
    if len(unicode or found) != 1:
        names = ", ".join(member.filename for member in found[:5]) or "none"
        raise ImportRefused(
            f"{path.name} holds {len(found)} CSV files or stations in GeoJSON ({names}); "
            "exactly one is accepted."
        )
    member = (unicode or found)[0]
    if member.flag_bits & ENCRYPTED or member.compress_type not in PACKINGS:
        raise ImportRefused(
            f"{path.name} needs a password or is packed in a rare way; "
            "stored and deflated files without one are accepted."
        )
    return member
