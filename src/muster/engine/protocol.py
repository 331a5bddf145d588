"""What every engine can do: hold tables, build them from core SQL, publish them as Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from muster.canonical.tables import Table


class Engine(Protocol):
    """A place where core SQL runs. Tables live until `close`; only `publish` leaves files behind."""

    name: str

    def load(self, name: str, file: Path) -> None:
        """Make a Parquet file readable as a table."""

    def put(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable as a table."""

    def create(self, name: str, sql: str) -> int:
        """Build a table from one core-SQL SELECT, replacing one of the same name; returns its rows."""

    def append(self, name: str, rows: str | pa.Table, *, key: Sequence[str] = ()) -> int:
        """Add rows, of a core-SQL SELECT or from Arrow, to a table held in files; returns how many.

        For tables that outgrow memory. The first rows make it. With a `key` each call's rows are kept in its
        order, and come after those of the calls before: such a table is published without sorting it whole.
        """

    def drop(self, name: str) -> None:
        """Forget a table; no complaint when there is none."""

    def arrow(self, sql: str) -> pa.Table:
        """Return the result of a core-SQL SELECT."""

    def publish(self, table: Table, file: Path) -> int:
        """Write the table of that name as its contract says, in its order; returns its rows.

        Raises CheckFailed, naming the column, when one is missing or has another type, when a key
        column holds a null it may not hold, and when two rows share a key.
        """

    def close(self) -> None:
        """Let go of everything held."""
