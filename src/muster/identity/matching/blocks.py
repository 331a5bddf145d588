"""Which pairs are worth comparing: those that share a key few others have."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

LARGEST = 500  # records of one key
PAIRS_PER_RECORD = 40  # on average, over all keys


def make_blocks(connection: duckdb.DuckDBPyConnection, blocks: Mapping[str, str], *, table: str) -> list[str]:
    """Add a column for each block key to a table, and return Splink's blocking rules over them.

    The pairs are counted before any is made: keys of many records are left out, the largest first,
    until what remains is at most `PAIRS_PER_RECORD` times the records. So ten million records make
    as many pairs each as ten thousand.
    """
    keys = ", ".join(f"{expression} AS block_{name}" for name, expression in blocks.items())
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT t.*, {keys} FROM {table} AS t")
    sizes = " UNION ALL ".join(
        f"SELECT '{name}' AS block, block_{name} AS key, COUNT(*) AS size FROM {table} "
        f"WHERE block_{name} IS NOT NULL GROUP BY block_{name}"
        for name in blocks
    )
    [(rows,)] = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchall()
    counted = connection.execute(
        f"SELECT size, CAST(SUM(size * (size - 1) // 2) AS BIGINT) FROM ({sizes}) "
        "WHERE size > 1 GROUP BY size ORDER BY size"
    ).fetchall()
    limit, pairs = 1, 0
    for size, made in counted:
        pairs += made
        if size > LARGEST or pairs > max(PAIRS_PER_RECORD * rows, 100_000):
            break
        limit = size
    for name in blocks:
        connection.execute(
            f"UPDATE {table} SET block_{name} = NULL WHERE block_{name} IN "
            f"(SELECT block_{name} FROM {table} GROUP BY block_{name} HAVING COUNT(*) > {limit})"
        )
    return [f"l.block_{name} = r.block_{name} AND l.known_key <> r.known_key" for name in blocks]
