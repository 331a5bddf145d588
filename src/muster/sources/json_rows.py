"""JSON Lines: one object per line; nested objects become dotted columns, numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from muster.sources.files import InputFile
from muster.sources.rows import BATCH, ReadingChoices, RowFault, Rows, as_json, batch_of
from muster.sources.text import CHUNK, UnreadableFile, Utf8Stream, find_encoding

_FLAT: Final = {str, type(None)}  # numbers are decoded as the text they were written in
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def open_lines(file: InputFile, choices: ReadingChoices, *, columns: tuple[str, ...] = ()) -> Rows:
    """Open a JSON Lines file. Its columns are all keys that occur; unless given, it is read for them."""
    encoding = choices.encoding
    if encoding is None:
        with file.open() as raw:
            encoding = find_encoding(raw.read(CHUNK))
    rows = Rows(columns or _find_columns(file, encoding))
    rows.batches = _batches(rows, file, encoding)
    return rows


def _find_columns(file: InputFile, encoding: str) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    line_count = 0
    for _, line in _lines(file, encoding):
        line_count += 1
        columns.update(dict.fromkeys(_cells(line) or ()))
    if line_count and not columns:
        raise UnreadableFile("holds no JSON objects", remedy="Write one JSON object per line.")
    return tuple(columns)


def _batches(rows: Rows, file: InputFile, encoding: str) -> Iterator[pa.RecordBatch]:
    numbers: list[int] = []
    cells: list[dict[str, str | None]] = []
    for number, line in _lines(file, encoding):
        rows.read_count += 1
        row = _cells(line)
        if row is None:
            text = line.rstrip("\r\n").encode("utf-8", "replace").decode("utf-8")
            rows.faults.append(RowFault(number, "json", as_json(text)))
            continue
        numbers.append(number)
        cells.append(row)
        if len(cells) == BATCH:
            yield _batch(rows.columns, numbers, cells)
            numbers, cells = [], []
    if cells:
        yield _batch(rows.columns, numbers, cells)


def _lines(file: InputFile, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, each with its number in the file."""
    # A byte that is not UTF-8 is smuggled through so that only its own line is a fault.
    stream = Utf8Stream(file.open(), encoding=encoding)
    for number, line in enumerate(stream.lines(errors="surrogateescape"), 1):
        if line.strip():
            yield number, line


def _cells(line: str) -> dict[str, str | None] | None:
    """The object's values as text by dotted name; None when the line is no JSON object."""
    try:
        if not line.isascii():
            line.encode("utf-8")
        value = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if "\\u" not in line and set(map(type, value.values())) <= _FLAT:
        return value  # nearly every line: names and texts, nothing to unfold or to clean
    cells: dict[str, str | None] = {}
    _flatten(value, "", cells)
    return cells


def _flatten(value: dict[str, Any], prefix: str, cells: dict[str, str | None]) -> None:
    for key, item in value.items():
        name = _clean(prefix + key)
        if isinstance(item, dict):
            _flatten(item, f"{name}.", cells)
        elif item is None or isinstance(item, str):
            cells[name] = None if item is None else _clean(item)
        elif isinstance(item, bool):
            cells[name] = "true" if item else "false"
        else:
            cells[name] = _clean(json.dumps(item, ensure_ascii=False))


def _clean(text: str) -> str:
    """Half a surrogate pair, which JSON can spell but no text can hold, becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _batch(
    columns: tuple[str, ...], numbers: list[int], cells: list[dict[str, str | None]]
) -> pa.RecordBatch:
    return batch_of(numbers, [pa.array([row.get(c) for row in cells], pa.string()) for c in columns])
