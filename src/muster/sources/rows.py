"""Rows out of one file, as Arrow batches of text: `_row` (its number) and `r0`, `r1`, ... per column.

A row's number is the one a person finds it by: of a delimited file the row that a spreadsheet shows
(the header is row 1, blank lines count, a cell with line breaks is one row), of JSON Lines the line,
of Parquet the record, counted from 1. Whatever cannot be a row is a fault with its number, never a
gap in the count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

BATCH: Final = 65_536


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that the reader itself could not take: its number, a code of wording.py, its text as JSON."""

    row: int
    code: str
    raw: str


class NeedsCare(Exception):
    """The fast reader cannot be sure of this file; the careful one must read it."""


@dataclass(slots=True)
class Rows:
    """The rows of one file on their way in.

    `batches` is consumed once. `read_count` counts every row, `faults` holds those that no batch
    contains, `notes` the codes of what was odd but harmless, `doubtful` rows that landed but may hold
    others; all are complete at the end.
    """

    columns: tuple[str, ...]
    batches: Iterator[pa.RecordBatch] = field(default_factory=lambda: iter(()))
    read_count: int = 0
    faults: list[RowFault] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    close: Callable[[], None] = lambda: None

    @property
    def schema(self) -> pa.Schema:
        """Row number and one text column per file column."""
        return batch_schema(len(self.columns))


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """What muster.toml says about a source's text files."""

    encoding: str | None = None
    delimiter: str | None = None


def batch_schema(width: int) -> pa.Schema:
    """The schema of a batch with `width` file columns."""
    return pa.schema([("_row", pa.int64()), *((f"r{i}", pa.string()) for i in range(width))])


def batch_of(numbers: Sequence[int] | np.ndarray, columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """A batch out of row numbers and text columns."""
    return pa.RecordBatch.from_arrays(
        [pa.array(numbers, pa.int64()), *columns], schema=batch_schema(len(columns))
    )


def as_json(cells: Sequence[str] | dict[str, str | None] | str) -> str:
    """A row as JSON text, for the rows that are set aside."""
    return json.dumps(cells, ensure_ascii=False)
