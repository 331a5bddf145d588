"""The careful CSV reader: slower, and able to say what is wrong with each row.

It accepts what the fast reader cannot be sure of (line breaks inside cells, one empty cell too
many) and recovers from a quote that is never closed: that line alone is a fault, the lines it
would have swallowed are read again. Where two stray quotes make a lawful cell of the rows between
them, no reader can know; such rows land and are named as doubtful.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final

from muster.sources.text import Utf8Stream

_PATIENCE: Final = 5_000  # lines one cell may span before its quote counts as never closed
Fault = tuple[str, list[str] | str]  # code, cells or text


class CarefulReader:
    """Rows of `width` cells, or faults, in the order of the file, numbered on from `after`."""

    def __init__(self, stream: Utf8Stream, *, delimiter: str, width: int, after: int) -> None:
        self._lines = stream.lines()
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._patience = _PATIENCE
        self._delimiter = delimiter
        self._width = width
        self.has_extra_cells = False
        self.doubtful: list[int] = []
        self._row = after

    def rows(self) -> Iterator[tuple[int, list[str] | Fault]]:
        """Each row with its number, as its cells or as a fault; blank lines count, but are no rows."""
        for row in self._records():
            self._row += 1
            if not row:
                continue
            if len(self._taken) > 2 and isinstance(row, list) and self._holds_lines_like_rows():
                self.doubtful.append(self._row)
            yield self._row, row

    def _records(self) -> Iterator[list[str] | Fault]:
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        while True:
            self._taken = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._recover()
                # A generator that was left in the middle of a cell cannot be used again.
                reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
                continue
            if not cells:
                yield cells
                continue
            if len(cells) != self._width and len(self._taken) > 1 and self._swallowed_rows():
                yield self._recover()
                continue
            yield self._fit(cells)

    def _feed(self) -> Iterator[str]:
        while len(self._taken) < self._patience:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line

    def _recover(self) -> list[str] | Fault:
        """The first line taken is a row of its own or a fault; the others are read again."""
        first, rest = self._taken[0], self._taken[1:]
        if rest:
            self._again.extendleft(reversed(rest))
            self._patience = max(50, self._patience // 2)
            return "quote", first.rstrip("\r\n")
        cells = next(csv.reader([first], delimiter=self._delimiter), [])
        never_closed = first.count('"') % 2 == 1
        if len(cells) != self._width or never_closed:
            return "quote", first.rstrip("\r\n")
        return cells

    def _holds_lines_like_rows(self) -> bool:
        """Whether a line inside a cell has as many delimiters as a row: a stray quote may hide one."""
        inside = self._taken[1:-1]
        return self._width > 3 and any(line.count(self._delimiter) == self._width - 1 for line in inside)

    def _swallowed_rows(self) -> bool:
        """Whether a later line would be a good row by itself: then the first one's quote is at fault."""
        return any(
            len(next(csv.reader([line], delimiter=self._delimiter), [])) == self._width
            for line in self._taken[1:]
        )

    def _fit(self, cells: list[str]) -> list[str] | Fault:
        if len(cells) == self._width:
            return cells
        if len(cells) < self._width:
            return "short", cells
        if any(cells[self._width :]):
            return "long", cells
        self.has_extra_cells = True
        return cells[: self._width]
