"""Rule files of names and values as a table: a column for each name, a row for each stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from muster.problems import RuleError
from muster.rules.read import FOREVER, Value


def stretches(
    file: str,
    rows: Sequence[Mapping[str, Value]],
    *,
    whole: Mapping[str, tuple[str, int]],
    real: Iterable[str] = (),
) -> pa.Table:
    """`from_at`, `to_at` and the value of each name between the instants at which any of them changes.

    `whole`: name in the file -> (column, what one unit is inside the flow); `real`: names that stay as they
    are. Raises RuleError for a name that nobody knows and for one that is missing from the start.
    """
    names = (*whole, *real)
    for row in rows:
        if row["name"] not in names:
            raise RuleError(
                f"rules/{file}.csv: there is no rule {row['name']!r}.", remedy=f"Known: {', '.join(names)}."
            )
    starts = sorted({_whole(row["from_at"]) for row in rows} | {0})
    found = []
    for start, end in zip(starts, [*starts[1:], FOREVER], strict=True):
        stretch: dict[str, int | float] = {"from_at": start, "to_at": end}
        for name, (column, unit) in whole.items():
            stretch[column] = round(_in_force(file, rows, name, start) * unit)
        stretch |= {name: _in_force(file, rows, name, start) for name in real}
        found.append(stretch)
    columns = {name: pa.float64() if name in set(real) else pa.int64() for name in found[0]}
    return pa.Table.from_pylist(found, schema=pa.schema(list(columns.items())))


def _in_force(file: str, rows: Iterable[Mapping[str, Value]], name: str, at: int) -> float:
    for row in rows:
        if row["name"] == name and _whole(row["from_at"]) <= at < _whole(row["to_at"]):
            assert isinstance(row["value"], float)
            return row["value"]
    raise RuleError(
        f"rules/{file}.csv lacks {name} from the start.", remedy="Add a row effective from 1970-01-01."
    )


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value
