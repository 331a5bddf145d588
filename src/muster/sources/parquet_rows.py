"""Parquet: typed columns back to the text that the typing step reads, so that one rule types them all."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from muster.sources.files import InputFile
from muster.sources.rows import BATCH, Rows, batch_of
from muster.sources.text import UnreadableFile


def open_parquet(file: InputFile) -> Rows:
    """Open a Parquet file; structs become dotted columns, lists JSON text."""
    try:
        # Parquet needs to jump, which no archive can: from there its bytes go to a temporary file first.
        parquet = pq.ParquetFile(_unpacked(file) if file.path is None else file.path)
        columns = tuple(pa.Table.from_batches([], parquet.schema_arrow).flatten().column_names)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _broken() from error
    rows = Rows(columns, close=parquet.close)
    rows.batches = _batches(rows, parquet)
    return rows


def _batches(rows: Rows, parquet: Any) -> Iterator[pa.RecordBatch]:
    try:
        for batch in parquet.iter_batches(batch_size=BATCH):
            flat = pa.Table.from_batches([batch]).flatten().combine_chunks()
            numbers = np.arange(rows.read_count + 1, rows.read_count + 1 + batch.num_rows)
            rows.read_count += batch.num_rows
            yield batch_of(numbers, [_as_text(column) for column in flat.columns])
    except (pa.ArrowInvalid, OSError) as error:
        raise _broken() from error


def _broken() -> UnreadableFile:
    return UnreadableFile("is not a whole Parquet file", remedy="Copy or export it again.")


def _unpacked(file: InputFile) -> Any:
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the reader
    with file.open() as raw:
        while chunk := raw.read(1 << 20):
            target.write(chunk)
    target.seek(0)
    return target


def _as_text(column: Any) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), None, array)  # how data frames spell an empty number
    if pa.types.is_nested(array.type):
        texts = [
            None if v is None else json.dumps(v, default=str, ensure_ascii=False) for v in array.to_pylist()
        ]
        return pa.array(texts, pa.string())
    try:
        return pc.cast(array, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())
