"""Tables of a screen whose cells lead on: what a template lists, and its twin."""

from __future__ import annotations

from dataclasses import dataclass, replace

from muster.reports.sheets import Column
from muster.reports.values import Value
from muster.serving.reported import plain
from muster.serving.screen import Sheet


@dataclass(frozen=True, slots=True)
class Ref:
    """A name that leads to its page; in twins the id of what it names stands beside it."""

    text: str
    to: str
    id: str


Cell = Value | Ref
_ONE_CLICK_AWAY = 300


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns: `shown` stand open, up to `listed` are one click away, the others in the CSV.

    `left_out` counts what is not in `rows` either: a page that is kept holds no more than it lists.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    note: str = ""
    shown: int = 12
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return len(self.rows) + self.left_out

    @property
    def listed(self) -> int:
        """How many a page has room for."""
        return self.shown + _ONE_CLICK_AWAY

    def telling(self) -> list[int]:
        """The places of the columns that a page shows: the first, and whichever says something in a row."""
        places = range(len(self.columns))
        return [i for i in places if i == 0 or any(row[i] not in (None, "") for row in self.rows)]


def columns(*labels: str) -> tuple[Column, ...]:
    """Columns from their labels; one that ends in # holds numbers.

    >>> [(c.label, c.is_words) for c in columns("Account", "Acts#")]
    [('Account', True), ('Acts', False)]
    """
    return tuple(Column(label.removesuffix("#"), is_words=not label.endswith("#")) for label in labels)


def twin(table: Table) -> Sheet:
    """The table as plain values; a column of names that lead on is followed by their ids."""
    leads = [any(isinstance(row[i], Ref) for row in table.rows) for i in range(len(table.columns))]
    labels: list[str] = []
    for column, is_ref in zip(table.columns, leads, strict=True):
        labels += [column.label, f"{column.label} id"] if is_ref else [column.label]
    return Sheet(table.key, table.title, tuple(labels), (_flat(row, leads) for row in table.rows))


def _flat(row: tuple[Cell, ...], leads: list[bool]) -> tuple[object, ...]:
    cells: list[object] = []
    for cell, is_ref in zip(row, leads, strict=True):
        cells.append(plain_cell(cell))
        if is_ref:
            cells.append(cell.id if isinstance(cell, Ref) else None)
    return tuple(cells)


def unlinked(table: Table) -> Table:
    """The same for somebody who may not open what its names lead to."""
    rows = tuple(tuple(cell.text if isinstance(cell, Ref) else cell for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def told(tables: tuple[Table, ...]) -> dict[str, list[dict[str, object]]]:
    """Tables as JSON tells them: by key, a row as its labels with their values."""
    sheets = [twin(table) for table in tables]
    return {s.key: [dict(zip(s.columns, row, strict=True)) for row in s.rows] for s in sheets}


def plain_cell(cell: Cell) -> object:
    """A cell as a plain value."""
    return cell.text if isinstance(cell, Ref) else plain(cell)
