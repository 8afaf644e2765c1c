"""Opens a CSV file as it comes, bare, gzipped or in a ZIP, and looks through it before it is read.

Looking through takes one pass over the bytes and a constant amount of memory: it verifies the
checksums of the archive and the encoding, counts rows, and stops at the limits.
"""

import csv
import gzip
import hashlib
import io
import zipfile
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from clinics.imports.refusal import ImportRefused

MIB = 1024 * 1024
# The start that is looked at for the header; the ministry's longest is under 5 kB.
START_BYTES = 64 * 1024
OTHER_ENCODINGS = {"cp932": "Shift_JIS (cp932)", "euc_jp": "EUC-JP"}
# In the header of every sheet, whatever the encoding.
TELLTALES = ("診療", "正式名称", "所在地")
UTF8_ACCEPTED = "UTF-8 is accepted, as the ministry publishes it."
GZIP_START = b"\x1f\x8b"
ENCRYPTED = 0x1
NEITHER_QUOTE_NOR_LINE_END = bytes(set(range(256)) - set(b'"\n'))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most. The ministry's largest sheet is about 0.2 GB unpacked.

    A file packed more than ``max_ratio`` times is refused once it unpacks beyond ``ratio_from_bytes``.
    """

    max_bytes: int = 2048 * MIB
    max_ratio: int = 200
    ratio_from_bytes: int = 50 * MIB
    max_line_bytes: int = MIB


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file was found to hold. ``sha256`` is of the file itself, packed or not.

    ``row_count`` is of those after the header; ``first_row`` is empty where there is none.
    """

    sha256: str
    byte_count: int
    row_count: int
    header: tuple[str, ...]
    first_row: tuple[str, ...]
    stamp: tuple[int, int]


def look_through(path: Path, limits: Limits) -> Contents:
    """Check a file whole. Raises :class:`ImportRefused` saying what is wrong with it."""
    file_bytes, _ = stamp = stamp_of(path)
    if file_bytes == 0:
        raise ImportRefused(f"{path.name} is empty; a CSV file of the ministry would be accepted.")
    with open_contents(path, limits) as stream:
        start = stream.read(START_BYTES)
        header, first_row = _first_rows(path, start)
        census = _Census(path, limits, file_bytes, len(header))
        census.add(start)
        while block := stream.read(MIB):
            census.add(block)
    rows = census.finish()
    return Contents(_sha256(path), census.byte_count, rows, header, first_row, stamp)


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of change, in bytes and nanoseconds: different once a file was changed."""
    try:
        status = path.stat()
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}.") from error
    return status.st_size, status.st_mtime_ns


@contextmanager
def open_contents(path: Path, limits: Limits) -> Iterator[IO[bytes]]:
    """The CSV text of a file as bytes. Errors of reading, also within the block, are refusals."""
    try:
        with path.open("rb") as file:
            start = file.read(256)
            file.seek(0)
            if start.startswith(b"PK"):
                with (
                    zipfile.ZipFile(file) as archive,
                    archive.open(_csv_member(path, archive, limits)) as member,
                ):
                    yield member
            elif start.startswith(GZIP_START):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast(IO[bytes], unpacked)
            else:
                _refuse_unpacked(path, start)
                yield file
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ImportRefused(
            f"{path.name} is damaged, or was not downloaded to its end ({error}). "
            "Download it again."
        ) from error
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read: {error}.") from error


def _csv_member(path: Path, archive: zipfile.ZipFile, limits: Limits) -> zipfile.ZipInfo:
    """The one CSV file of an archive."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    for member in members:
        if _leaves_its_folder(member.orig_filename):
            raise ImportRefused(
                f"{path.name} holds a file named {member.orig_filename!r}, which points out of its "
                "folder; the ministry's archives hold one CSV file with a plain name."
            )
    found = [member for member in members if member.filename.lower().endswith(".csv")]
    if len(found) != 1:
        names = ", ".join(member.filename for member in members[:5]) or "nothing"
        raise ImportRefused(
            f"{path.name} holds {len(found)} CSV files ({names}); exactly one is accepted."
        )
    _refuse_unreadable_member(path, found[0], limits)
    return found[0]


def _leaves_its_folder(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name


def _refuse_unreadable_member(path: Path, member: zipfile.ZipInfo, limits: Limits) -> None:
    if member.flag_bits & ENCRYPTED:
        raise ImportRefused(f"{path.name} needs a password; the ministry's archives need none.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ImportRefused(
            f"{path.name} is packed by method {member.compress_type}; "
            "stored and deflated files (methods 0 and 8) are accepted."
        )
    _refuse_beyond_limits(path, member.file_size, path.stat().st_size, limits)


def _refuse_beyond_limits(path: Path, byte_count: int, file_bytes: int, limits: Limits) -> None:
    if byte_count > limits.max_bytes:
        raise ImportRefused(
            f"{path.name} unpacks to more than {limits.max_bytes:,} bytes, the most accepted."
        )
    if byte_count > limits.ratio_from_bytes and byte_count > limits.max_ratio * file_bytes:
        raise ImportRefused(
            f"{path.name} unpacks to more than {limits.max_ratio} times its size; "
            "no real sheet does, so this may be meant to fill the disk."
        )


def _refuse_unpacked(path: Path, start: bytes) -> None:
    """Refuse what is neither ZIP nor gzip, though its name or its start says it is no CSV."""
    _refuse_html(path, start)
    if path.suffix.lower() in (".zip", ".gz"):
        raise ImportRefused(
            f"{path.name} is not a {path.suffix[1:]} file, whatever its name says; "
            "download it again."
        )


def _refuse_html(path: Path, start: bytes) -> None:
    if start.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
        raise ImportRefused(
            f"{path.name} holds a web page (HTML or XML), probably an error message of the server "
            "it came from; a CSV file of the ministry would be accepted."
        )


def _first_rows(path: Path, start: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The header and the first row, as far as the start of the contents holds them."""
    if not start.strip():
        raise ImportRefused(f"{path.name} holds an empty file; a header and rows are accepted.")
    _refuse_html(path, start)
    first_line = start.split(b"\n", 1)[0]
    _refuse_other_encoding(path, start, first_line)
    # The start is shorter than the longest cell that the csv module takes, so it cannot complain.
    rows = csv.reader(io.StringIO(start.decode("utf-8-sig", errors="ignore"), newline=""))
    return tuple(next(rows, ())), tuple(next(rows, ()))


def _refuse_other_encoding(path: Path, start: bytes, first_line: bytes) -> None:
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ImportRefused(f"{path.name} is in UTF-16; {UTF8_ACCEPTED}")
    try:
        first_line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"{path.name} is in {_encoding(first_line)}; {UTF8_ACCEPTED}"
        ) from error


def _encoding(line: bytes) -> str:
    for encoding, name in OTHER_ENCODINGS.items():
        text = line.decode(encoding, errors="ignore")
        if any(telltale in text for telltale in TELLTALES):
            return name
    return "an unknown encoding"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Census:
    """Counts the rows of a CSV text block by block, and stops at what cannot be one.

    A line end within quotes belongs to a cell. Two quotes side by side change nothing about what is
    within and what is not, so they are dropped before the text is split at the others.
    """

    def __init__(self, path: Path, limits: Limits, file_bytes: int, width: int) -> None:
        self._path = path
        self._limits = limits
        self._file_bytes = file_bytes
        self._width = width
        self._decoder = getincrementaldecoder("utf-8")()
        self._line_ends = 0
        self._line = b""
        self._quoted = False
        self.byte_count = 0

    def add(self, block: bytes) -> None:
        self.byte_count += len(block)
        _refuse_beyond_limits(self._path, self.byte_count, self._file_bytes, self._limits)
        self._decode(block)
        self._keep_line(block)
        marks = (b'"' if self._quoted else b"") + block.translate(None, NEITHER_QUOTE_NOR_LINE_END)
        pieces = marks.replace(b'""', b"").split(b'"')
        self._line_ends += sum(len(piece) for piece in pieces[::2])
        self._quoted = len(pieces) % 2 == 0

    def finish(self) -> int:
        """The number of rows after the header."""
        self._decode(b"", final=True)
        if self._quoted or self._ends_early():
            raise ImportRefused(
                f"{self._path.name} ends in the middle of a row: it was cut off. Download it again."
            )
        return self._line_ends - (not self._line)

    def _ends_early(self) -> bool:
        """Whether a last line without an end lacks cells, unless it began within a quoted one."""
        if not self._line or self._line.count(b'"') % 2:
            return False
        try:
            cells = next(csv.reader([self._line.decode("utf-8-sig")]))
        except csv.Error:
            return True
        return len(cells) < self._width

    def _decode(self, block: bytes, final: bool = False) -> None:
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            raise ImportRefused(
                f"{self._path.name} has bytes that are not UTF-8 near byte "
                f"{self.byte_count - len(block) + error.start:,}; {UTF8_ACCEPTED}"
            ) from error

    def _keep_line(self, block: bytes) -> None:
        """Keep the line that the block ends in, and refuse one too long to be held in memory."""
        first_end = block.find(b"\n")
        if len(self._line) + (len(block) if first_end < 0 else first_end) > (
            self._limits.max_line_bytes
        ):
            raise ImportRefused(
                f"{self._path.name} has a line of more than {self._limits.max_line_bytes:,} bytes; "
                "it is not a CSV file of the ministry."
            )
        self._line = self._line + block if first_end < 0 else block[block.rfind(b"\n") + 1 :]
