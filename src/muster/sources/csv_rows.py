"""Delimited text: a fast reader for well-formed files, a careful one for all others.

The fast reader is Arrow's. It is trusted only where a line is a row: when rows are fewer than lines,
some cell holds a line break, a quote was never closed, or a blank line shifts the numbers of the rows
below it, and the careful reader takes the whole file again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from muster.sources.careful import CarefulReader
from muster.sources.files import InputFile
from muster.sources.rows import (
    BATCH,
    NeedsCare,
    ReadingChoices,
    RowFault,
    Rows,
    as_json,
    batch_of,
)
from muster.sources.text import CHUNK, Header, Utf8Stream, find_encoding, read_header

_FALLBACK = "windows-1252"


def open_csv(file: InputFile, choices: ReadingChoices, *, careful: bool) -> Rows:
    """Open a delimited text file; `careful` explains every fault and survives any of them."""
    if choices.encoding:
        return _open(file, choices, encoding=choices.encoding, careful=careful)
    with file.open() as raw:
        encoding = find_encoding(raw.read(CHUNK))
    try:
        if encoding == "utf-8" and careful:
            _read_to_the_end(file)  # the fast reader gave up: perhaps because of a byte far below
        return _open(file, choices, encoding=encoding, careful=careful)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
        rows = _open(file, choices, encoding=_FALLBACK, careful=careful)
        rows.notes["encoding"] = "Windows-1252"
        return rows


def _read_to_the_end(file: InputFile) -> None:
    for _ in Utf8Stream(file.open(), encoding="utf-8").lines():
        pass


def _open(file: InputFile, choices: ReadingChoices, *, encoding: str, careful: bool) -> Rows:
    stream = Utf8Stream(file.open(), encoding=encoding)
    start = b""
    while len(start) < CHUNK and (more := stream.read(CHUNK)):
        start += more
    header = read_header(_decode_start(start, whole=len(start) < CHUNK), delimiter=choices.delimiter)
    body = start[header.size :]
    stream.push_back(body)
    rows = Rows(header.names, close=stream.close)
    if careful:
        rows.batches = _read_carefully(rows, stream, header)
    else:
        rows.batches = _read_fast(rows, stream, header, extra=_has_extra_delimiter(body, header))
    return rows


def _decode_start(start: bytes, *, whole: bool) -> str:
    """The beginning of the file as text; a character cut in two by the chunk is left out."""
    try:
        return start.decode("utf-8")
    except UnicodeDecodeError as error:
        if not whole and error.start >= len(start) - 3:
            return start[: error.start].decode("utf-8")
        raise


def _has_extra_delimiter(body: bytes, header: Header) -> bool:
    """Whether the first row has exactly one cell too many and it is empty: likely all rows do."""
    first = body[: 1 << 16].decode("utf-8", "replace")
    try:
        cells = next(csv.reader(io.StringIO(first, newline=""), delimiter=header.delimiter), [])
    except csv.Error:
        return False
    return len(cells) == len(header.names) + 1 and cells[-1] == ""


def _read_fast(rows: Rows, stream: Utf8Stream, header: Header, *, extra: bool) -> Iterator[pa.RecordBatch]:
    width = len(header.names)
    names = [f"r{i}" for i in range(width + extra)]
    skipped: list[int] = []
    unsure: list[str] = []

    def skip(invalid: Any) -> str:
        cells = next(csv.reader([invalid.text], delimiter=header.delimiter), [])
        if extra or "\n" in invalid.text or "\r" in invalid.text or not any(cells[width:] or ["short"]):
            unsure.append(invalid.text)
        skipped.append(invalid.number)
        rows.faults.append(
            RowFault(header.row + invalid.number, "short" if len(cells) < width else "long", as_json(cells))
        )
        return "skip"

    try:
        reader = arrow_csv.open_csv(
            pa.PythonFile(stream, "r"),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=4 * CHUNK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=header.delimiter, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        for batch in reader:
            if unsure or (extra and any(batch.columns[-1].unique().to_pylist())):
                raise NeedsCare
            if batch.num_rows:
                numbers = _numbers(rows.read_count, batch.num_rows, skipped)
                rows.read_count = int(numbers[-1])
                yield batch_of(header.row + numbers, batch.columns[:width])
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise NeedsCare from error
    rows.read_count = max([rows.read_count, *skipped])
    if unsure or stream.finished_line_count() != rows.read_count:
        raise NeedsCare
    if extra and rows.read_count:
        rows.notes["extra_delimiter"] = header.delimiter


def _numbers(before: int, count: int, skipped: list[int]) -> np.ndarray:
    """The next `count` good rows, counted from 1: those the reader skipped leave gaps."""
    gaps = np.array(sorted(number for number in skipped if number > before), dtype=np.int64)
    numbers = np.arange(before + 1, before + 1 + count, dtype=np.int64)
    for gap in gaps:
        if gap > numbers[-1]:
            break
        numbers[np.searchsorted(numbers, gap) :] += 1
    return numbers


def _read_carefully(rows: Rows, stream: Utf8Stream, header: Header) -> Iterator[pa.RecordBatch]:
    reader = CarefulReader(stream, delimiter=header.delimiter, width=len(header.names), after=header.row)
    numbers: list[int] = []
    cells: list[list[str]] = []
    for number, row in reader.rows():
        rows.read_count += 1
        if isinstance(row, list):
            numbers.append(number)
            cells.append(row)
        else:
            code, raw = row
            rows.faults.append(RowFault(number, code, as_json(raw)))
        if len(cells) == BATCH:
            yield _batch(numbers, cells)
            numbers, cells = [], []
    if cells:
        yield _batch(numbers, cells)
    rows.doubtful = reader.doubtful
    if reader.has_extra_cells:
        rows.notes["extra_delimiter"] = header.delimiter


def _batch(numbers: list[int], cells: list[list[str]]) -> pa.RecordBatch:
    return batch_of(numbers, [pa.array(column, pa.string()) for column in zip(*cells, strict=True)])
