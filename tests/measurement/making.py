"""Single tables of the flow made from a few rows: a run of the whole flow costs a second, one table none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa

from muster.config.settings import EngineConfig
from muster.engine.choose import open_engine
from muster.recall.clock import NEVER
from muster.steps import all_queries

DAY = 86_400_000_000
Row = dict[str, Any]


def micros(day: date) -> int:
    """UTC midnight of a day in microseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000


def made(
    given: Mapping[str, pa.Table], *names: str, faults: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, list[Row]]:
    """The named tables, made one after the other from the given ones; a fault changes one table's SQL."""
    sql = {query.name: query.sql for query in all_queries() if query.sql}
    for name, (old, new) in (faults or {}).items():
        assert old in sql[name]
        sql[name] = sql[name].replace(old, new)
    with open_engine("duckdb", EngineConfig()) as engine:
        for name, table in given.items():
            engine.put(name, table)
        for name in names:
            engine.create(name, sql[name])
        return {name: engine.arrow(f'SELECT t.* FROM "{name}" AS t').to_pylist() for name in names}


def table(rows: Iterable[Mapping[str, Any]], **types: pa.DataType) -> pa.Table:
    """Rows as a table; columns of whole numbers unless `types` says otherwise."""
    found = list(rows)
    columns = list(types) or list(found[0])
    schema = pa.schema([(name, types.get(name, pa.int64())) for name in columns])
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in found], schema=schema)


def quarters(first: int, last: int) -> list[tuple[date, date, str]]:
    """Calendar quarters of the years from first to last: first day, next one's first day, label."""
    starts = [date(y, m, 1) for y in range(first, last + 1) for m in (1, 4, 7, 10)] + [date(last + 1, 1, 1)]
    return [(start, end, f"{start.year}-Q{(start.month + 2) // 3}") for start, end in pairwise(starts)]


def calendar(first: int, last: int, *, as_of: date) -> dict[str, pa.Table]:
    """`clock`, `quarter` and `month` of the years from first to last."""
    months = [date(y, m, 1) for y in range(first, last + 1) for m in range(1, 13)] + [date(last + 1, 1, 1)]
    return {
        "clock": table(
            [{"as_of_at": micros(as_of), "live_since_at": NEVER, "currency": "USD"}],
            as_of_at=pa.int64(),
            live_since_at=pa.int64(),
            currency=pa.string(),
        ),
        "quarter": table(
            [
                {"quarter_on": micros(a), "next_quarter_on": micros(b), "label": c}
                for a, b, c in quarters(first, last)
                if a <= as_of
            ],
            quarter_on=pa.int64(),
            next_quarter_on=pa.int64(),
            label=pa.string(),
        ),
        "month": table([{"month_on": micros(a), "next_month_on": micros(b)} for a, b in pairwise(months)]),
    }
