"""A table made a range of its key's first column at a time, so that only that much of it needs room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from muster.canonical.tables import Table
from muster.engine.duckdb_engine import literal
from muster.engine.protocol import Engine
from muster.engine.queries import Query

ROWS = 2_000_000  # about half a gigabyte, with the room to sort them; a table of no more is made whole


def create_by_range(engine: Engine, query: Query, contract: Table, *, counted: str) -> int:
    """Make a table of a text key; where it is large, range by range, in files and in the key's order.

    The table `counted` has about as many rows for each value of the key's first column: it tells how large
    the table becomes and where to cut. Returns its rows, which are those of a table made whole.
    """
    column = contract.key[0]
    cuts = list(_cuts(engine, column, counted))
    if not cuts:
        return engine.create(query.name, query.sql)
    engine.drop(query.name)
    rows = 0
    for low, high in pairwise([None, *cuts, None]):
        bounds = [f"r.{column} >= {literal(low)}"] if low is not None else []
        bounds += [f"r.{column} < {literal(high)}"] if high is not None else []
        asked = f"SELECT r.* FROM (\n{query.sql.rstrip()}\n) AS r WHERE {' AND '.join(bounds)}"
        rows += engine.append(query.name, asked, key=contract.key)
    return rows


def _cuts(engine: Engine, column: str, counted: str) -> Iterator[str]:
    """The values at which ranges of about `ROWS` rows begin; none where one range holds all."""
    [rows] = engine.arrow(f"SELECT COUNT(*) AS n FROM {counted} AS x").column("n").to_pylist()
    if rows <= ROWS:
        return
    found = engine.arrow(f"SELECT x.{column}, COUNT(*) AS n FROM {counted} AS x GROUP BY x.{column}").sort_by(
        column
    )
    ranges = np.cumsum(found.column("n").to_numpy()) // ROWS
    for place in np.flatnonzero(np.diff(ranges)) + 1:
        yield found.column(column)[int(place)].as_py()
