"""The text of a file: its encoding found, its bytes handed on as UTF-8, its header and delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

CHUNK: Final = 1 << 20
_HEADER_LINES: Final = 20
_UNSEEN: Final = " \t\r\n\u00a0\u200b\ufeff"  # around a column's name these are never meant
DELIMITERS: Final = (",", ";", "\t", "|")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES: Final = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
)
csv.field_size_limit(1 << 30)


class UnreadableFile(Exception):
    """A whole file cannot be read: `reason` and `remedy` are for the user."""

    def __init__(self, reason: str, *, remedy: str, severity: str = "error") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.severity = severity


def find_encoding(peek: bytes) -> str:
    """The encoding a file begins with: by its mark, by the pattern of its NULs, else UTF-8.

    >>> find_encoding("Id;Name".encode("utf-16-le"))
    'utf-16-le'
    """
    for mark, encoding in _MARKS:
        if peek.startswith(mark):
            return encoding
    for signature, what in _SIGNATURES:
        if peek.startswith(signature):
            raise UnreadableFile(f"is {what}, not text", remedy="Save or export it as CSV (UTF-8).")
    if b"\0" in peek:
        header = peek[:400]  # names of columns are ASCII nearly everywhere, so every second byte is a NUL
        if header[1::2].count(0) * 3 > len(header) and not header[0::2].count(0):
            return "utf-16-le"
        if header[0::2].count(0) * 3 > len(header) and not header[1::2].count(0):
            return "utf-16-be"
        if peek.count(0) * 10 > len(peek):
            raise UnreadableFile("does not look like text", remedy="Export it again as CSV (UTF-8).")
    return "utf-8"


class Utf8Stream(io.BufferedIOBase):
    """A file's bytes as UTF-8 without byte-order mark, counting its lines and quotes on the way.

    The counts tell whether a line is always a row (no cell holds a line break), which the fast
    reader needs to know.
    """

    def __init__(self, raw: BinaryIO, *, encoding: str) -> None:
        self._raw = raw
        self._decoder = None if encoding == "utf-8" else _decoder(encoding)
        self._pending = b""
        self._at_start = True
        self._last = b"\n"
        self._blank_at_end = 0
        self.line_count = 0
        self.quote_count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, `size` of them or fewer; empty at the end."""
        wanted = CHUNK if size is None or size < 0 else size
        data, self._pending = self._pending or self._fetch(wanted), b""
        if len(data) > wanted:
            data, self._pending = data[:wanted], data[wanted:]
        self._count(data)
        return data

    read1 = read

    def push_back(self, data: bytes) -> None:
        """Put bytes back that were read to look at the header; counting starts again."""
        self._pending = data + self._pending
        self.line_count = self.quote_count = self._blank_at_end = 0
        self._last = b"\n"

    def finished_line_count(self) -> int:
        """How many lines the bytes read so far hold: with a last one that has no end, without blank ones
        at the end of the file."""
        return self.line_count - self._blank_at_end + (self._last not in {b"\n", b"\r"})

    def close(self) -> None:
        """Close the file below."""
        if not self.closed:
            self._raw.close()
        super().close()

    def lines(self, *, errors: str = "strict") -> Iterator[str]:
        """The text line by line, line ends kept; a line ends where CSV says so, at CR, LF or both."""
        # The stubs ask for more of a buffer than reading text needs.
        with io.TextIOWrapper(self, encoding="utf-8", errors=errors, newline="") as text:  # type: ignore[type-var]
            yield from text

    def readable(self) -> bool:
        """The file can be read, from its beginning to its end."""
        return True

    def _fetch(self, size: int) -> bytes:
        while True:
            raw = self._raw.read(size)
            data = raw if self._decoder is None else self._decoder.decode(raw, not raw).encode("utf-8")
            if self._at_start and data:
                data, self._at_start = data.removeprefix(codecs.BOM_UTF8), False
            if data or not raw:
                return data

    def _count(self, data: bytes) -> None:
        if not data:
            return
        self.quote_count += data.count(b'"')
        tail = data[len(data.rstrip(b"\r\n")) :]
        ends = _line_ends(data)
        blank = _line_ends(tail)
        if self._last == b"\r" and data.startswith(b"\n"):  # one line end that was cut in two
            ends -= 1
            blank -= len(tail) == len(data)
        self.line_count += ends
        if len(tail) < len(data):
            self._blank_at_end = max(blank - 1, 0)  # the first of these ends ends a line with text
        elif self._last in {b"\n", b"\r"}:
            self._blank_at_end += blank
        else:
            self._blank_at_end = max(blank - 1, 0)
        self._last = data[-1:]


def _line_ends(data: bytes) -> int:
    """How many lines end here: at LF, at CR LF, or at a lone carriage return."""
    returns = data.count(b"\r")
    return data.count(b"\n") + (returns - data.count(b"\r\n") if returns else 0)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    # Windows-1252 leaves five bytes undefined; browsers read them as control characters, and so do we.
    errors = "muster-control" if codecs.lookup(encoding).name == "cp1252" else "strict"
    return codecs.getincrementaldecoder(encoding)(errors)


def _as_control(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("muster-control", _as_control)


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a text file: names as written, the delimiter, its length in bytes.

    `row` is where a spreadsheet shows it: 1, or further down below blank lines.
    """

    names: tuple[str, ...]
    delimiter: str
    size: int
    row: int


def read_header(start: str, *, delimiter: str | None) -> Header:
    """The header that `start` begins with; the delimiter is the one that splits it into most names."""
    skipped, row = 0, 1
    lines = _lines(start)
    first = next(lines, "")
    while first and not first.strip("\r\n"):
        skipped, row = skipped + len(first), row + 1
        first = next(lines, "")
    if first.strip("\r\n\"' ").lower().startswith("sep=") and len(first.strip("\r\n\"' ")) <= 5:
        delimiter = first.strip("\r\n\"'")[4:5] or delimiter
        skipped += len(first)  # no row: spreadsheets do not show this line
    rest = start[skipped:]
    if not rest.strip():
        raise UnreadableFile(
            "is empty: it has no header line",
            remedy="Export it again with column names, unless there is nothing to export.",
            severity="warning",
        )
    candidates = (delimiter,) if delimiter else DELIMITERS
    headers = [_header(rest, candidate, skipped=start[:skipped], row=row) for candidate in candidates]
    return max(headers, key=lambda header: len(header.names))


def _header(text: str, delimiter: str, *, skipped: str, row: int) -> Header:
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in _lines(text):
            taken.append(line)
            yield line

    names = next(csv.reader(feed(), delimiter=delimiter))
    if len(taken) > _HEADER_LINES:  # a quote that is never closed: the first line alone is the header
        del taken[1:]
        names = next(csv.reader(taken, delimiter=delimiter))
    used = "".join(taken)
    size = len((skipped + used).encode("utf-8", "surrogatepass"))
    return Header(tuple(name.strip(_UNSEEN) for name in names), delimiter, size, row)


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; only the three line ends count, not the many that `splitlines` knows."""
    start = 0
    while start < len(text):
        ends = [e for e in (text.find("\n", start), text.find("\r", start)) if e >= 0]
        end = min(ends) + 1 if ends else len(text)
        if text[end - 1 : end + 1] == "\r\n":
            end += 1
        yield text[start:end]
        start = end
