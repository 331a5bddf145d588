"""Does a built table have the shape its contract promises? The same questions on every engine."""

from __future__ import annotations

from collections.abc import Mapping

from muster.canonical.tables import INSIDE, Column, Table
from muster.problems import CheckFailed

# Types that become the contract's without losing anything (row numbers are INT on Spark).
WIDENED = {
    "BIGINT": frozenset({"BIGINT", "INT", "INTEGER", "SMALLINT", "TINYINT"}),
    "DOUBLE": frozenset({"DOUBLE", "FLOAT"}),
    "VARCHAR": frozenset({"VARCHAR", "STRING"}),
    "BOOLEAN": frozenset({"BOOLEAN"}),
}
_REMEDIES = {
    "BIGINT": "Wrap the expression in CAST(... AS BIGINT); a SUM of whole numbers always needs it.",
    "DOUBLE": "Write decimal numbers as 2.5e-1, or wrap the expression in CAST(... AS DOUBLE).",
    "VARCHAR": "Wrap the expression in CAST(... AS VARCHAR); a bare NULL needs it too.",
    "BOOLEAN": "Use a comparison, or CASE with TRUE and FALSE.",
}


def check_columns(table: Table, found: Mapping[str, str]) -> None:
    """Raise CheckFailed for the first column of the contract that is missing or has another type."""
    for column in table.columns:
        if column.name not in found:
            raise CheckFailed(
                f"{table.name}: column {column.name} ({column.about}) is missing.",
                remedy=f"The query has: {', '.join(found)}.",
            )
        wanted, given = INSIDE[column.type], found[column.name].upper()
        if given not in WIDENED[wanted]:
            raise CheckFailed(
                f"{table.name}: column {column.name} is {given}, the contract says {wanted} ({column.type}).",
                remedy=_REMEDIES[wanted],
            )


def may_be_null(column: Column) -> bool:
    """Whether a key column may hold nulls: only where its own description speaks of null."""
    return "null" in column.about


def null_question(table: Table, rows: str) -> str | None:
    """A SELECT of the number of nulls in each key column that may hold none, or None.

    `rows` is what to read: a name in quotes, or a SELECT in brackets.
    """
    strict = [table.column(k) for k in table.key if not may_be_null(table.column(k))]
    if not strict:
        return None
    counts = [f"COUNT(CASE WHEN {quoted(c.name)} IS NULL THEN 1 END) AS {quoted(c.name)}" for c in strict]
    return f"SELECT {', '.join(counts)} FROM {rows}"


def duplicate_question(table: Table, rows: str) -> str:
    """A SELECT of one repeated key and how often it occurs."""
    key = ", ".join(quoted(k) for k in table.key)
    return f"SELECT {key}, COUNT(*) AS times FROM {rows} GROUP BY {key} HAVING COUNT(*) > 1 LIMIT 1"


def check_nulls(table: Table, counts: Mapping[str, int]) -> None:
    """Raise CheckFailed for the first key column that holds a null it may not hold."""
    for column, count in counts.items():
        if count:
            raise CheckFailed(
                f"{table.name}: key column {column} is null in {count:,} rows, and its contract allows none.",
                remedy="Leave such rows out of the query, or give them a value.",
            )


def check_duplicates(table: Table, repeated: Mapping[str, object] | None) -> None:
    """Raise CheckFailed when a key was found more than once."""
    if repeated is None:
        return
    values = dict(repeated)
    times = values.pop("times")
    key = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    raise CheckFailed(
        f"{table.name}: {times} rows share the key {key}.",
        remedy=f"Rows of this table must differ in: {', '.join(table.key)}.",
    )


def quoted(name: str) -> str:
    """A name as an identifier; contract names hold no quotes."""
    return f'"{name}"'
