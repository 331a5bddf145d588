"""What every chart stands on: the rules in force, the date, where it begins anew, rows in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from muster.engine.protocol import Engine


def control_rules(engine: Engine) -> dict[str, Any]:
    """The rules of charts in force on the as-of date: limits are drawn by one hand over the whole history."""
    as_of = as_of_date(engine)
    found: list[dict[str, Any]] = engine.arrow("SELECT r.* FROM rule_control AS r").to_pylist()
    return next(row for row in found if row["from_at"] <= as_of < row["to_at"])


def as_of_date(engine: Engine) -> int:
    """The instant the run is as of."""
    at = engine.arrow("SELECT c.as_of_at FROM clock AS c").column("as_of_at").to_pylist()[0]
    assert isinstance(at, int)
    return at


def restarts_of(engine: Engine) -> list[int]:
    """The instants from which charts begin anew."""
    found = engine.arrow("SELECT r.at FROM rule_restart AS r").column("at").to_pylist()
    return sorted(at for at in found if at is not None)


def stretches_between_restarts(
    rows: Sequence[dict[str, Any]], restarts: Sequence[int], *, at: str = "week_at"
) -> Iterator[list[dict[str, Any]]]:
    """The rows between one restart and the next; rows are sorted by time."""
    for _, part in groupby(rows, key=lambda r: sum(start <= r[at] for start in restarts)):
        yield list(part)


def rows_in_order(engine: Engine, table: str, columns: str) -> list[dict[str, Any]]:
    """The named columns of a table, its rows sorted by them in turn."""
    names = columns.split(", ")
    told = ", ".join(f"t.{name}" for name in names)
    found = engine.arrow(f"SELECT {told} FROM {table} AS t")
    rows: list[dict[str, Any]] = found.sort_by([(name, "ascending") for name in names[:3]]).to_pylist()
    return rows
